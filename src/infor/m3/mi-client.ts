import pLimit from 'p-limit';
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
import { checkRecord, isList } from './field-table.ts';
import type { MiCall, MiClient, MiResult, ReadOptions, TimedResult, WriteOptions } from './mi.ts';
import { bulkRequest, readRequest } from './mi-request.ts';
import { isLockCode, readAnswer } from './outcome.ts';

export interface MiClientSettings {
  /** The company and division of every call; without them M3 takes the user's own silently. */
  company: number;
  /** Blank is the company level. */
  division: string;
  /** Language of messages; `GB` keeps texts stable. */
  language: string;
  /** Transactions of one bulk request at most, for writes and for reads. */
  requestSizeMax: { write: number; read: number };
  /** Requests under way at the same time; each takes a job from a small pool in M3. */
  concurrency: number;
  /** Above the gateway's own 60 s, so that its answer is heard. */
  timeoutMs: number;
  retry: RetryPolicy;
}

export const miClientDefaults = {
  language: 'GB',
  requestSizeMax: { write: 20, read: 60 },
  concurrency: 4,
  timeoutMs: 75_000,
};

interface Context {
  clock: Clock;
  random: Random;
  settings: MiClientSettings;
  gateway: Gateway;
  limit: <T>(run: () => Promise<T>) => Promise<T>;
  counts: Map<string, number>;
  signal: AbortSignal | undefined;
}

/** One call and the place of its result. */
interface Slot {
  call: MiCall;
  settle(result: MiResult, durationMs: number): void;
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
}): MiClient {
  const { clock, random, settings, signal } = options;
  const gateway = createGateway({ ...options, timeoutMs: settings.timeoutMs });
  const limit = pLimit(settings.concurrency);
  const counts = new Map<string, number>();
  const context: Context = {
    clock,
    random,
    settings,
    gateway,
    limit: (run) => limit(run),
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
  const lanes = packLanes(sendable, context.settings.requestSizeMax.write);
  await Promise.all(lanes.map((lane) => writeLane(context, program, lane, progress)));
  const results = boards.map((board) => board.results());
  throwStop(progress, results.flat());
  return results;
}

/**
 * Puts small groups together into full requests; a group that is larger than one request becomes a
 * lane of its own, whose requests go one after another.
 */
function packLanes(groups: Slot[][], sizeMax: number): Slot[][][] {
  const lanes: Slot[][][] = [];
  let shared: Slot[] = [];
  for (const slots of groups) {
    if (slots.length > sizeMax) {
      lanes.push(chunked(slots, sizeMax));
      continue;
    }
    if (shared.length + slots.length > sizeMax) {
      lanes.push([shared]);
      shared = [];
    }
    shared = [...shared, ...slots];
  }
  return [...lanes, [shared]].filter((lane) => lane.some((request) => request.length > 0));
}

async function writeLane(
  context: Context,
  program: string,
  lane: Slot[][],
  progress: Progress,
): Promise<void> {
  let broken = false;
  for (const slots of lane) {
    if (broken) {
      for (const slot of slots) slot.settle(skipped(program), 0);
      continue;
    }
    const { results, durationMs } = await writeOnce(context, program, slots, progress);
    slots.forEach((slot, index) => {
      slot.settle(results[index] ?? skipped(program), durationMs);
    });
    broken = results.some((result) => result.kind !== 'ok');
  }
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
  const reply = await retryWithin<GatewayReply>({
    clock: context.clock,
    random: context.random,
    policy: context.settings.retry,
    signal: context.signal,
    attempt: async () => {
      const value = await sendOne(context, program, calls, request, progress);
      const overdue = context.clock.now() >= (progress.options?.sendBeforeMs ?? Infinity);
      if (value.kind !== 'notSent' || overdue) return { again: 'no', value };
      return { again: 'yes', value, afterMs: value.problem.retryAfterMs };
    },
  });
  const asked = { program, calls, access: 'write', recordsMax: 0 } as const;
  return { results: resultsOf(reply, asked), durationMs: reply.durationMs };
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
  const requests = chunked(sendable, context.settings.requestSizeMax.read);
  await Promise.all(
    requests.map((slots) => readAgain(context, { program, slots, recordsMax }, progress)),
  );
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
      const reply = await sendOne(context, program, calls, request, progress);
      const results = resultsOf(reply, { program, calls, access: 'read', recordsMax });
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

/** One exchange under the limit; a stop met by another request of the same call holds it back. */
async function sendOne(
  context: Context,
  program: string,
  calls: MiCall[],
  request: GatewayRequest,
  progress: Progress,
): Promise<GatewayReply> {
  const reply = await context.limit(async (): Promise<GatewayReply> => {
    if (progress.stop !== null) return { kind: 'stop', problem: progress.stop, durationMs: 0 };
    return context.gateway.send(request);
  });
  if (reply.kind === 'stop') progress.stop ??= reply.problem;
  if (reply.kind === 'answer' || reply.kind === 'unclear') {
    progress.sent = true;
    for (const call of calls) {
      const name = `${program}/${call.transaction}`;
      context.counts.set(name, (context.counts.get(name) ?? 0) + 1);
    }
  }
  return reply;
}

/** One result per call of the request that was answered so. */
function resultsOf(
  reply: GatewayReply,
  asked: { program: string; calls: MiCall[]; access: 'read' | 'write'; recordsMax: number },
): MiResult[] {
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

function createBoard(calls: MiCall[]): { slots: Slot[]; results(): TimedResult[] } {
  const settled = new Map<number, TimedResult>();
  const slots = calls.map((call, index) => ({
    call,
    settle: (result: MiResult, durationMs: number) => settled.set(index, { result, durationMs }),
  }));
  const results = () =>
    calls.map((_, index) => settled.get(index) ?? { result: skipped('M3'), durationMs: 0 });
  return { slots, results };
}

function skipped(program: string): MiResult {
  const problem = new Problem({
    code: 'INFOR_SKIPPED',
    kind: 'retryable',
    message: `this call of ${program} was held back: an earlier one of its document has failed`,
    hint: 'Nothing was sent. See the earlier call of the same document.',
  });
  return { kind: 'notSent', problem };
}

function chunked<T>(all: T[], sizeMax: number): T[][] {
  const size = Math.max(1, sizeMax);
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, at) => all.slice(at * size, (at + 1) * size));
}
