import type { Clock, Log, Random } from '../../app/ports.ts';
import { Problem } from '../../core/problem.ts';
import type { Http } from '../../runtime/http.ts';
import {
  createGateway,
  type Gateway,
  type GatewayReply,
  type GatewayRequest,
} from '../ion/gateway.ts';
import { type RetryPolicy, retryWithin } from '../ion/retry.ts';
import type { TokenSource } from '../ion/token.ts';
import { chunked, createBoard, evenSize, type Slot, skipped, takeGroups } from './call-board.ts';
import { checkRecord, isList } from './field-table.ts';
import type { MiCall, MiClient, MiResult, ReadOptions, TimedResult, WriteOptions } from './mi.ts';
import { bulkRequest, readRequest } from './mi-request.ts';
import { isLockCode, readAnswer } from './outcome.ts';
import {
  type Access,
  type PaceMemory,
  type PaceSettings,
  type RequestKind,
  RequestPace,
} from './request-pace.ts';

export interface MiClientSettings extends PaceSettings {
  /** The company and division of every call; without them M3 takes the user's own silently. */
  company: number;
  /** Blank is the company level. */
  division: string;
  /** Language of messages; `GB` keeps texts stable. */
  language: string;
  /** Above the gateway's own 60 s, so that its answer is heard. */
  timeoutMs: number;
  retry: RetryPolicy;
}

export const miClientDefaults = {
  language: 'GB',
  requestSizeMax: { write: 100, read: 100 },
  requestTargetMs: 10_000,
  concurrency: 4,
  timeoutMs: 75_000,
};

interface Context {
  clock: Clock;
  random: Random;
  settings: MiClientSettings;
  gateway: Gateway;
  pace: RequestPace;
  counts: Map<string, number>;
  signal: AbortSignal | undefined;
}

/** What one `write` or `read` has learned so far. */
interface Progress {
  /** Some request may have reached M3. */
  sent: boolean;
  /** What stops everything; null while nothing does. */
  stop: Problem | null;
  options: WriteOptions | null;
}

/**
 * The MI client over m3api-rest v2 (reference: infor-api §2). A `configuration` or `credentials`
 * problem of the whole stream is thrown while nothing of the call was sent; after that the calls
 * that it hits come back `notSent`, so that no result is lost.
 */
export function createMiClient(options: {
  http: Http;
  clock: Clock;
  random: Random;
  log: Log;
  tokens: TokenSource;
  /** Gateway address and tenant, without a trailing slash. */
  apiBase: string;
  settings: MiClientSettings;
  /** Ends the waits between tries; a request that is under way is always heard to its end. */
  signal?: AbortSignal;
  /** Keeps what was learned of the pace for the next process. */
  memory?: PaceMemory;
}): MiClient {
  const { clock, random, log, settings, signal } = options;
  const gateway = createGateway({ ...options, timeoutMs: settings.timeoutMs });
  const pace = new RequestPace({ settings, clock, log, memory: options.memory ?? null });
  const counts = new Map<string, number>();
  const context: Context = {
    clock,
    random,
    settings,
    gateway,
    pace,
    counts,
    signal,
  };
  return {
    write: (program, groups, writeOptions) =>
      writeGroups(context, program, groups, writeOptions ?? null),
    read: (program, calls, readOptions) => readCalls(context, program, calls, readOptions),
    callCounts: () => Object.fromEntries(counts),
  };
}

async function writeGroups(
  context: Context,
  program: string,
  groups: MiCall[][],
  options: WriteOptions | null,
): Promise<TimedResult[][]> {
  const boards = groups.map((calls) => createBoard(calls));
  const sendable = groups.map((calls, index) => {
    const slots = boards[index]?.slots ?? [];
    const problems = calls.map((call) => checkRecord(program, call.transaction, call.record));
    if (problems.every((problem) => problem === null)) return slots;
    slots.forEach((slot, at) => {
      const problem = problems[at] ?? null;
      slot.settle(problem === null ? skipped(program) : { kind: 'invalid', problem }, 0);
    });
    return [];
  });
  const progress: Progress = { sent: false, stop: null, options };
  await context.pace.ready();
  const queue = sendable.filter((slots) => slots.length > 0);
  const share = shareFor(context, 'write', { program, slots: queue.flat() });
  await eachAtOnce(context, () => writeLane(context, { program, queue, share }, progress));
  const results = boards.map((board) => board.results());
  throwStop(progress, results.flat());
  return results;
}

/** As many at once as requests may be under way; each takes its part when its turn has come. */
async function eachAtOnce({ settings }: Context, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: settings.concurrency }, work));
}

/**
 * Sends request after request until the queue is empty. A group that is larger than one request is
 * this lane's alone, so that its calls stay in order.
 */
async function writeLane(
  context: Context,
  wanted: { program: string; queue: Slot[][]; share: number },
  progress: Progress,
): Promise<void> {
  const { program, queue, share } = wanted;
  let rest: Slot[] = [];
  for (;;) {
    const slotsNext = rest[0] ? rest : queue[0];
    const sizeMax = Math.min(share, sizeFor(context, 'write', { program, slots: slotsNext }));
    const slots = rest.length > 0 ? rest : takeGroups(queue, sizeMax);
    if (slots.length === 0) return;
    const now = slots.slice(0, evenSize(slots.length, sizeMax));
    rest = slots.slice(now.length);
    const { results, durationMs } = await writeOnce(context, program, now, progress);
    now.forEach((slot, index) => {
      slot.settle(results[index] ?? skipped(program), durationMs);
    });
    if (results.every((result) => result.kind === 'ok')) continue;
    for (const slot of rest) slot.settle(skipped(program), 0);
    rest = [];
  }
}

interface Together {
  program: string;
  slots: Slot[] | undefined;
}

function sizeFor({ pace }: Context, access: Access, together: Together): number {
  return pace.sizeOf(kindOf(access, together));
}

function shareFor({ pace }: Context, access: Access, together: Together): number {
  return pace.shareOf(kindOf(access, together), together.slots?.length ?? 0);
}

function kindOf(access: Access, { program, slots }: Together): RequestKind {
  return { access, program, transaction: slots?.[0]?.call.transaction ?? '' };
}

/** Sent again only while it is certain that M3 has not seen it. */
async function writeOnce(
  context: Context,
  program: string,
  slots: Slot[],
  progress: Progress,
): Promise<{ results: MiResult[]; durationMs: number }> {
  const calls = slots.map((slot) => slot.call);
  const request = {
    ...bulkRequest(context.settings, { program, calls, recordsMax: 0 }),
    ...(progress.options ?? {}),
  };
  const asked = { program, calls, access: 'write', recordsMax: 0 } as const;
  const { reply, results } = await retryWithin<Sent>({
    clock: context.clock,
    random: context.random,
    policy: context.settings.retry,
    signal: context.signal,
    attempt: async () => {
      const value = await sendOne(context, asked, request, progress);
      const overdue = context.clock.now() >= (progress.options?.sendBeforeMs ?? Infinity);
      if (value.reply.kind !== 'notSent' || overdue) return { again: 'no', value };
      return { again: 'yes', value, afterMs: value.reply.problem.retryAfterMs };
    },
  });
  return { results, durationMs: reply.durationMs };
}

async function readCalls(
  context: Context,
  program: string,
  calls: MiCall[],
  { recordsMax }: ReadOptions,
): Promise<TimedResult[]> {
  const board = createBoard(calls);
  const sendable = board.slots.filter((slot) => {
    const problem = checkRecord(program, slot.call.transaction, slot.call.record);
    if (problem !== null) slot.settle({ kind: 'invalid', problem }, 0);
    return problem === null;
  });
  const progress: Progress = { sent: false, stop: null, options: null };
  await context.pace.ready();
  const queue = [...sendable];
  const share = shareFor(context, 'read', { program, slots: queue });
  await eachAtOnce(context, async () => {
    while (queue.length > 0) {
      const sizeMax = Math.min(share, sizeFor(context, 'read', { program, slots: queue }));
      const slots = queue.splice(0, evenSize(queue.length, sizeMax));
      await readAgain(context, { program, slots, recordsMax }, progress);
    }
  });
  // A read that is thrown away loses nothing.
  if (progress.stop !== null) throw progress.stop;
  const results = board.results();
  throwStop(progress, results);
  return results;
}

/** Reads until every call has a clear answer or the deadline has come. */
async function readAgain(
  context: Context,
  wanted: { program: string; slots: Slot[]; recordsMax: number },
  progress: Progress,
): Promise<void> {
  const { program, recordsMax } = wanted;
  let pending = wanted.slots;
  // A request that was too much for the gateway's time is halved when it is repeated.
  let sizeMax = pending.length;
  const attempt = async () => {
    let afterMs: number | null = null;
    const left: Slot[] = [];
    for (const slots of chunked(pending, sizeMax)) {
      const calls = slots.map((slot) => slot.call);
      const request = readRequest(context.settings, { program, calls, recordsMax });
      const asked = { program, calls, access: 'read', recordsMax } as const;
      const { reply, results } = await sendOne(context, asked, request, progress);
      slots.forEach((slot, index) => {
        const result = results[index];
        if (result === undefined) return;
        slot.settle(asRead(result), reply.durationMs);
        if (isWorthRepeating(result)) left.push(slot);
      });
      if (reply.kind === 'notSent') afterMs = reply.problem.retryAfterMs ?? afterMs;
      if (reply.kind === 'unclear') sizeMax = Math.max(1, Math.ceil(slots.length / 2));
    }
    pending = left;
    const done = left.length === 0 || progress.stop !== null;
    return done
      ? { again: 'no' as const, value: null }
      : { again: 'yes' as const, value: null, afterMs };
  };
  const { clock, random, settings, signal } = context;
  await retryWithin({ clock, random, policy: settings.retry, attempt, signal });
}

function isWorthRepeating(result: MiResult): boolean {
  if (result.kind === 'nok') return isLockCode(result.code);
  return result.kind === 'unclear' || result.kind === 'notSent';
}

/** A read has no effect, so whatever kept it from an answer may be tried again. */
function asRead(result: MiResult): MiResult {
  if (result.kind !== 'unclear' && result.kind !== 'notSent') return result;
  const { code, message, evidence, retryAfterMs } = result.problem;
  const problem = new Problem({
    code,
    kind: 'retryable',
    message,
    hint: 'Nothing was changed; it will be read again.',
    evidence: { ...evidence },
    retryAfterMs,
  });
  return { kind: 'unclear', problem };
}

interface AskedCalls {
  program: string;
  calls: MiCall[];
  access: Access;
  recordsMax: number;
}

interface Sent {
  reply: GatewayReply;
  /** One for each call of the request. */
  results: MiResult[];
}

/** One exchange in its turn; a stop met by another request of the same call holds it back. */
async function sendOne(
  context: Context,
  asked: AskedCalls,
  request: GatewayRequest,
  progress: Progress,
): Promise<Sent> {
  const { clock, pace } = context;
  const { program, calls, access } = asked;
  const urgency = request.sendBeforeMs === undefined ? 'other' : 'urgent';
  return pace.pass(urgency, async () => {
    const startedAtMs = clock.now();
    const reply: GatewayReply =
      progress.stop === null
        ? await context.gateway.send(request)
        : { kind: 'stop', problem: progress.stop, durationMs: 0 };
    if (reply.kind === 'stop') progress.stop ??= reply.problem;
    if (reply.kind === 'answer' || reply.kind === 'unclear') {
      progress.sent = true;
      for (const call of calls) {
        const name = `${program}/${call.transaction}`;
        context.counts.set(name, (context.counts.get(name) ?? 0) + 1);
      }
    }
    const results = resultsOf(reply, asked);
    const kind = { access, program, transaction: calls[0]?.transaction ?? '' };
    await pace.note({ kind, calls: calls.length, startedAtMs, reply, results });
    return { reply, results };
  });
}

/** One result per call of the request that was answered so. */
function resultsOf(reply: GatewayReply, asked: AskedCalls): MiResult[] {
  switch (reply.kind) {
    case 'answer': {
      const transactions = asked.calls.map((call) => ({
        name: call.transaction,
        list: isList(asked.program, call.transaction),
      }));
      return readAnswer(reply, { ...asked, transactions });
    }
    case 'notSent':
    case 'stop':
      return asked.calls.map(() => ({ kind: 'notSent', problem: reply.problem }));
    case 'unclear':
      return asked.calls.map(() => ({ kind: 'unclear', problem: reply.problem }));
  }
}

/** Throws what concerns the whole stream, when no result is lost by it. */
function throwStop(progress: Progress, results: TimedResult[]): void {
  if (progress.stop !== null && !progress.sent) throw progress.stop;
  const reached = results.map(({ result }) => result).filter(({ kind }) => kind !== 'notSent');
  const refusals = reached.flatMap((result) =>
    result.kind === 'invalid' && result.problem.code === 'INFOR_CONTEXT_REFUSED'
      ? [result.problem]
      : [],
  );
  const [first] = refusals;
  if (first !== undefined && refusals.length === reached.length) throw first;
}
