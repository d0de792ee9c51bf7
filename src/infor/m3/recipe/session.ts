import type {
  Clock,
  CommitAnswer,
  DiscardAnswer,
  Exchange,
  InspectAnswer,
  Log,
  LookupAnswer,
  ReadBackAnswer,
  StageAnswer,
  Target,
  WriteIntent,
  WriteJournal,
} from '../../../app/ports.ts';
import type { DocumentKind, InforDocument, JsonObject } from '../../../core/glossary.ts';
import { assert, defect, toProblem } from '../../../core/problem.ts';
import { listUntil } from '../lists.ts';
import type { MiCall, MiClient, MiResult, TimedResult } from '../mi.ts';
import type { M3Settings } from '../settings.ts';

/** How one kind of document is built, committed and found again. Answers stand in target order. */
export interface Recipe {
  lookup(targets: Target[], session: Session): Promise<LookupAnswer[]>;
  stage(targets: Target[], session: Session): Promise<StageAnswer[]>;
  inspect(targets: Target[], session: Session): Promise<InspectAnswer[]>;
  commit(targets: Target[], session: Session): Promise<CommitAnswer[]>;
  readBack(targets: Target[], session: Session): Promise<ReadBackAnswer[]>;
  discard(targets: Target[], session: Session): Promise<DiscardAnswer[]>;
}

/** The calls of one document; they stay in order. */
export interface Sending {
  target: Target;
  handle: string | null;
  calls: MiCall[];
}

/** One read; several targets may want the same answer. */
export interface Asking {
  targets: Target[];
  call: MiCall;
}

/** A list whose keys are only a start position (reference: infor-api §2.4). */
export interface PositionAsking extends Asking {
  keyFields: string[];
  /** Wanted rows that there are as a rule, at most; more only cost a second request. */
  rowsExpected: number;
  isWanted(row: Row): boolean;
  isPast(row: Row): boolean;
}

export type Row = Record<string, string>;

/**
 * A call with an effect leaves this soon after its intent was written, or not at all. The lease was
 * ours then and lasts 90 s more at the least (app/run.ts), so that a process that was held up, by a
 * long 429 or a suspended machine, does not write when another one has taken over.
 */
const effectSentWithinMs = 60_000;

/** Rows of a page: more than any one key has. */
const pageSize = 50;
/** Rows asked for when a list without a position was cut; 0 is no limit. */
const wideReads = [10_000, 0];
/** Rows kept in the trail of one exchange. */
const rowsKept = 5;

/**
 * One method call of the ledger: every exchange goes through here, so that no write leaves before
 * its intent is durable (protocol §1.2). What was read is told in the trail together, but before
 * anything is done because of it: before the next intent, and before the answers are handed back.
 */
export class Session {
  readonly settings: M3Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly #client: MiClient;
  readonly #journal: WriteJournal;
  /** Reads that the trail does not tell of yet. */
  #untold: Exchange[] = [];

  constructor(parts: {
    client: MiClient;
    journal: WriteJournal;
    settings: M3Settings;
    clock: Clock;
    log: Log;
  }) {
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.log = parts.log;
    this.#client = parts.client;
    this.#journal = parts.journal;
  }

  /** Sends each document's calls; results in the same shape. Throws what the journal throws. */
  async write(
    step: WriteIntent['step'],
    program: string,
    sendings: Sending[],
  ): Promise<MiResult[][]> {
    if (sendings.length === 0) return [];
    await this.tell();
    await this.#journal.intend(
      sendings.flatMap(({ target, handle, calls }) =>
        calls.map((call) => ({
          postingId: target.postingId,
          key: target.key,
          attempt: target.attempt,
          step,
          call: `${program}/${call.transaction}`,
          handle,
          request: { ...call.record },
        })),
      ),
    );
    const answers = await this.#send(step, program, sendings);
    const exchanges = sendings.flatMap((sending, index) =>
      sending.calls.map((call, position) => {
        const timed = answers[index]?.[position];
        assert(timed !== undefined, 'the M3 client answers every call');
        return exchangeOf({ target: sending.target, step, program, call, timed });
      }),
    );
    await this.#journal.done(exchanges);
    return answers.map((group) => group.map((timed) => timed.result));
  }

  /**
   * The client throws only what concerns the whole stream, and only while nothing was sent: the
   * intents are closed as such before it is handed on, or they would count as doubtful.
   */
  async #send(
    step: WriteIntent['step'],
    program: string,
    sendings: Sending[],
  ): Promise<TimedResult[][]> {
    try {
      const groups = sendings.map(({ calls }) => calls);
      if (step === 'stage' || step === 'discard') return await this.#client.write(program, groups);
      const sendBeforeMs = this.clock.now() + effectSentWithinMs;
      return await this.#client.write(program, groups, { sendBeforeMs });
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (problem.kind === 'configuration' || problem.kind === 'credentials') {
        const timed: TimedResult = { result: { kind: 'notSent', problem }, durationMs: 0 };
        await this.#journal.done(
          sendings.flatMap(({ target, calls }) =>
            calls.map((call) => exchangeOf({ target, step, program, call, timed })),
          ),
        );
      }
      throw problem;
    }
  }

  /** Reads; results in the order asked. `recordsMax` counts per call. */
  async read(
    step: Exchange['step'],
    program: string,
    askings: Asking[],
    recordsMax = this.settings.listRecordsMax,
  ): Promise<MiResult[]> {
    if (askings.length === 0) return [];
    const calls = askings.map(({ call }) => call);
    const answers = await this.#client.read(program, calls, { recordsMax });
    for (const [index, { targets, call }] of askings.entries()) {
      const timed = answers[index];
      assert(timed !== undefined, 'the M3 client answers every call');
      for (const target of targets) {
        this.#untold.push(exchangeOf({ target, step, program, call, timed }));
      }
    }
    return answers.map((timed) => timed.result);
  }

  /**
   * Reads lists that start at a position, all of them in one request. Those that neither passed the
   * key nor ended are asked for again with more rows, and at last gone on with one by one. The rows
   * are the wanted ones; `complete: 'no'` means that there may be more.
   */
  async position(
    step: Exchange['step'],
    program: string,
    askings: PositionAsking[],
  ): Promise<MiResult[]> {
    const results = new Map<PositionAsking, MiResult>();
    const expected = Math.max(0, ...askings.map(({ rowsExpected }) => rowsExpected));
    let open = askings;
    // Whatever stands behind the key is read only to be dropped: one row is enough to prove it.
    for (const limit of expected < pageSize ? [expected + 1, pageSize] : [pageSize]) {
      const answers = await this.read(step, program, open, limit);
      open = open.filter((asking, index) => {
        const result = answers[index];
        assert(result !== undefined, 'every list has an answer');
        const passed = result.kind === 'ok' && result.records.some((row) => asking.isPast(row));
        results.set(asking, passed ? { ...result, complete: 'yes' } : result);
        return result.kind === 'ok' && result.complete === 'no' && !passed;
      });
    }
    for (const asking of open) {
      results.set(asking, await this.#continue(step, program, asking));
    }
    return askings.map((asking) => {
      const result = results.get(asking);
      assert(result !== undefined, 'every list was read');
      if (result.kind !== 'ok') return result;
      return { ...result, records: result.records.filter((row) => asking.isWanted(row)) };
    });
  }

  /**
   * Reads lists that have no position to go on from. One that was cut is asked for again with more
   * rows, at last without a limit: `complete` is `yes` only where nothing hints at a cut, or where
   * a row lies behind all that is wanted. A grid that answers fewer rows than it was asked for has
   * a limit of its own (reference: infor-api §2.4), so more is not asked of it.
   */
  async whole(
    step: Exchange['step'],
    program: string,
    askings: (Asking & { isPast(row: Row): boolean })[],
  ): Promise<MiResult[]> {
    const results = new Map<Asking, MiResult>();
    let open = askings;
    for (const limit of [this.settings.listRecordsMax, ...wideReads]) {
      const answers = await this.read(step, program, open, limit);
      open = open.filter((asking, index) => {
        const result = answers[index];
        assert(result !== undefined, 'every list has an answer');
        const passed = result.kind === 'ok' && result.records.some((row) => asking.isPast(row));
        const more = result.kind === 'ok' && result.complete === 'no' && !passed;
        results.set(asking, passed ? { ...result, complete: 'yes' } : result);
        return more && result.records.length >= limit;
      });
      if (open.length === 0) break;
    }
    return askings.map((asking) => {
      const result = results.get(asking);
      assert(result !== undefined, 'every list was read');
      return result;
    });
  }

  async #continue(
    step: Exchange['step'],
    program: string,
    asking: PositionAsking,
  ): Promise<MiResult> {
    const { call, targets } = asking;
    const timed = await listUntil(this.#client, {
      program,
      transaction: call.transaction,
      start: call.record,
      keyFields: asking.keyFields,
      isPast: (row) => asking.isPast(row),
      columns: call.columns,
    });
    this.#untold.push(
      ...targets.map((target) => exchangeOf({ target, step, program, call, timed })),
    );
    return timed.result;
  }

  /** Writes down what was read since the last time. */
  async tell(): Promise<void> {
    if (this.#untold.length === 0) return;
    const exchanges = this.#untold;
    this.#untold = [];
    await this.#journal.done(exchanges);
  }
}

function exchangeOf(parts: {
  target: Target;
  step: Exchange['step'];
  program: string;
  call: MiCall;
  timed: TimedResult;
}): Exchange {
  const { target, step, program, call, timed } = parts;
  return {
    postingId: target.postingId,
    key: target.key,
    step,
    call: `${program}/${call.transaction}`,
    outcome: outcomeOf(timed.result),
    request: { ...call.record },
    answer: answerOf(timed.result),
    durationMs: timed.durationMs,
  };
}

function outcomeOf(result: MiResult): Exchange['outcome'] {
  switch (result.kind) {
    case 'ok':
    case 'unclear':
    case 'notSent':
      return result.kind;
    case 'nok':
    case 'invalid':
      return 'rejected';
  }
}

function answerOf(result: MiResult): JsonObject {
  switch (result.kind) {
    case 'ok':
      return {
        rows: result.records.length,
        complete: result.complete,
        first: result.records.slice(0, rowsKept),
      };
    case 'nok':
      return { code: result.code, field: result.field, message: result.message };
    case 'invalid':
    case 'unclear':
    case 'notSent':
      return { code: result.problem.code, message: result.problem.message };
  }
}

/** The target's document as the kind that this recipe is for. */
export function documentOf<Kind extends DocumentKind>(
  target: Target,
  kind: Kind,
): Extract<InforDocument, { kind: Kind }> {
  const { document } = target;
  if (!isOfKind(document, kind)) {
    throw defect(`posting ${target.key} is a ${document.kind}, not a ${kind}`);
  }
  return document;
}

function isOfKind<Kind extends DocumentKind>(
  document: InforDocument,
  kind: Kind,
): document is Extract<InforDocument, { kind: Kind }> {
  return document.kind === kind;
}

/** The handle of a target that must have one by now. */
export function handleOf(target: Target): string {
  assert(target.handle !== null, `posting ${target.key} has a handle at this step`);
  return target.handle;
}

/** The answers in target order; a target without one is our own mistake. */
export function inOrder<Answer>(targets: Target[], answers: Map<Target, Answer>): Answer[] {
  return targets.map((target) => {
    const answer = answers.get(target);
    if (answer === undefined) throw defect(`posting ${target.key} got no answer`);
    return answer;
  });
}
