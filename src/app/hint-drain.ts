/** The book-keeping of one drain of the inbox: what is finished, passed over, or in trouble. */
import { z } from 'zod';
import { type Problem, toProblem } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import type { StreamTrouble } from './intake.ts';
import type { Hint, HintSubject } from './ports.ts';

export interface Finished {
  hint: Hint;
  state: 'done' | 'kept';
  outcome: string;
  /** Where it is counted. */
  as: 'read' | 'covered' | 'kept';
}

/** So many failures in a row, each after its own repetitions, mean that ShipBob is down. */
const failuresMax = 3;
/** What failed is not asked for again before this: the receiver's process comes by often. */
const pauseMs = 5 * 60_000;
/** What could not be read for so long is set aside; polling has met it by then, if it is there. */
const giveUpAfterMs = 86_400_000;
const failingMax = 5_000;
const failingName = 'hints-failing';
const failingSchema = z.record(z.string(), z.object({ sinceMs: z.number(), untilMs: z.number() }));

/** A subject whose reads fail: since when, and until when it is left alone. */
type Failing = z.output<typeof failingSchema>[string];

export class HintDrain {
  readonly troubles: StreamTrouble[] = [];
  readonly #engine: Engine;
  /** Left waiting in this run. */
  readonly #passed: Set<string>;
  /** Kept between runs. */
  readonly #failing: Map<string, Failing>;
  readonly #wasFailing: 'yes' | 'no';
  /** Kinds for whose read the token has no scope. */
  readonly #barred = new Set<HintSubject['kind']>();
  readonly #readAtMs = new Map<string, number>();
  #failures = 0;
  #over: 'yes' | 'no' = 'no';

  private constructor(engine: Engine, before: Map<string, Failing>) {
    const nowMs = engine.clock.now();
    this.#engine = engine;
    this.#wasFailing = before.size > 0 ? 'yes' : 'no';
    // What lies ahead is of a clock that ran ahead; what is long past was read, or set aside.
    this.#failing = new Map(
      [...before].filter(
        ([, { sinceMs }]) => sinceMs <= nowMs && nowMs - sinceMs < 2 * giveUpAfterMs,
      ),
    );
    const paused = [...this.#failing].filter(
      ([, { untilMs }]) => untilMs > nowMs && untilMs <= nowMs + pauseMs,
    );
    this.#passed = new Set(paused.map(([name]) => name));
  }

  static async open(engine: Engine): Promise<HintDrain> {
    return new HintDrain(engine, await readFailing(engine));
  }

  /** ShipBob does not answer, or refuses us, or the run was stopped: no use in going on. */
  isOver(): boolean {
    return this.#over === 'yes' || this.#engine.signal.aborted;
  }

  isPassed(hint: Hint): boolean {
    return this.#passed.has(subjectName(hint.subject));
  }

  pass(hint: Hint): void {
    this.#passed.add(subjectName(hint.subject));
  }

  /** Passes it over when its kind cannot be read at all. */
  isBarred(hint: Hint): boolean {
    if (!this.#barred.has(hint.subject.kind)) return false;
    this.pass(hint);
    return true;
  }

  passedCount(): number {
    return this.#passed.size;
  }

  /** ShipBob gave an answer, so it is there. */
  answered(): void {
    this.#failures = 0;
  }

  noteRead(record: string, startedAtMs: number): void {
    this.#readAtMs.set(record, startedAtMs);
  }

  /** Came in after the last read of that record in this drain began, or none was made. */
  isUnread(record: string, hint: Hint): boolean {
    const lastMs = this.#readAtMs.get(record);
    return lastMs === undefined || hint.newestAtMs >= lastMs;
  }

  async finish(finished: Finished[]): Promise<void> {
    if (finished.length === 0) return;
    const { store, fence, clock, counts, crash } = this.#engine;
    await store.finishHints(
      fence,
      finished.map(({ hint, state, outcome }) => ({
        subject: hint.subject,
        lastId: hint.lastId,
        state,
        outcome,
      })),
      clock.now(),
    );
    for (const { hint, as } of finished) {
      counts.hints[as] += 1;
      this.#failing.delete(subjectName(hint.subject));
    }
    crash('after-hints-finished');
  }

  /** The read of these came to nothing. Throws Problem for defects and a lost lease. */
  async failed(hints: Hint[], thrown: unknown): Promise<void> {
    const problem = failureOf(thrown);
    const nowMs = this.#engine.clock.now();
    const ended: Finished[] = [];
    for (const hint of hints) {
      const name = subjectName(hint.subject);
      const sinceMs = this.#failing.get(name)?.sinceMs ?? nowMs;
      const because = endedBecause(problem, nowMs - sinceMs);
      if (because !== null) {
        ended.push({ hint, state: 'kept', outcome: because, as: 'kept' });
        continue;
      }
      this.pass(hint);
      this.#failing.set(name, { sinceMs, untilMs: nowMs + pauseMs });
    }
    await this.finish(ended);
    if (isRefused(problem)) {
      this.answered();
      return;
    }
    this.trouble(problem);
    if (problem.code === 'SHIPBOB_SCOPE_MISSING') {
      for (const { subject } of hints) this.#barred.add(subject.kind);
      return;
    }
    this.#failures += 1;
    if (problem.kind === 'credentials' || this.#failures >= failuresMax) this.#over = 'yes';
  }

  /** Told once in a run, however many reads meet it. */
  trouble(problem: Problem): void {
    if (this.troubles.some((known) => known.problem.code === problem.code)) return;
    this.#engine.log.warn(`the webhooks stream: ${problem.message}`, { code: problem.code });
    this.troubles.push({ stream: 'webhooks', problem });
  }

  async close(): Promise<void> {
    if (this.#wasFailing === 'no' && this.#failing.size === 0) return;
    const newest = Object.fromEntries([...this.#failing].slice(-failingMax));
    await this.#engine.store.noteInRun(this.#engine.fence, failingName, JSON.stringify(newest));
  }
}

function subjectName({ kind, id }: HintSubject): string {
  return `${kind} ${id}`;
}

/** ShipBob understood and will not: no repetition changes that. */
export function isRefused(problem: Problem): boolean {
  return problem.kind === 'rejected' || problem.code === 'SHIPBOB_BAD_REQUEST';
}

/**
 * Why a hint is set aside after a failure; null while it may still be read. Counted from its first
 * failure: a delivery may be days old when it is first looked at.
 */
function endedBecause(problem: Problem, failingForMs: number): string | null {
  if (isRefused(problem)) return problem.message;
  if (problem.kind === 'credentials' || failingForMs < giveUpAfterMs) return null;
  return `it could not be read for a day: ${problem.message}`;
}

/** A failure that is the other side's; a defect and a lost lease are thrown. */
export function failureOf(thrown: unknown): Problem {
  const problem = toProblem(thrown);
  if (problem.kind === 'defect' || problem.code === 'LEASE_LOST') throw problem;
  return problem;
}

async function readFailing(engine: Engine): Promise<Map<string, Failing>> {
  const text = await engine.store.meta(failingName);
  if (!text) return new Map();
  const parsed = failingSchema.safeParse(JSON.parse(text));
  return new Map(Object.entries(parsed.success ? parsed.data : {}));
}
