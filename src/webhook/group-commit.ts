import type { Clock, CrashPoint, Delivery, DeliverySink, Log } from '../app/ports.ts';
import { defect, toProblem } from '../core/problem.ts';

/**
 * What became of one delivery. Only `stored` and `repeated` are durable; `late` may become so, and
 * is then found as `repeated` when it comes again.
 */
export type SaveOutcome = 'stored' | 'repeated' | 'failed' | 'late' | 'busy' | 'stopping';

export interface GroupCommit {
  /** Calls `done` once, with what became of it. */
  save(delivery: Delivery, done: (outcome: SaveOutcome) => void): void;
  /** True while nothing more would be taken. */
  full(): boolean;
  /** How many wait to be answered. */
  waiting(): number;
  /** Takes nothing more; resolves when everyone who waits was answered. */
  close(): Promise<void>;
}

export interface GroupCommitLimits {
  /** Deliveries in one transaction. */
  batchMax: number;
  /** Deliveries that may wait. */
  waitingMax: number;
  /** Characters of body that may wait. */
  charactersMax: number;
  /** Who waits longer is told that it was late. */
  answerWithinMs: number;
}

/**
 * At 6 s even a wait that began behind a transaction which hung for SQLite's 5 s of patience is
 * over before ShipBob gives up, 15 s after it sent (reference: shipbob-api §9.4).
 */
export const standardLimits: GroupCommitLimits = {
  batchMax: 500,
  waitingMax: 10_000,
  charactersMax: 64 * 1024 * 1024,
  answerWithinMs: 6_000,
};

/**
 * Turns of the event loop between the first delivery and the write. Those who were just answered
 * send their next within microseconds; measured at 16 connections, three turns fill a batch with
 * 14 of them where one turn got 11.5, and each write costs a flush of the disk.
 */
const gatheringTurns = 3;

/** A clock that is set back is noticed within this. */
const watchEveryMs = 1_000;

interface Entry {
  delivery: Delivery;
  dueAtMs: number;
  /** Null once it was called. */
  done: ((outcome: SaveOutcome) => void) | null;
}

/**
 * Stores deliveries so that many share one durable transaction: while one is being written the
 * next gather. A durable write costs the same for one as for hundreds.
 */
export function createGroupCommit(details: {
  sink: DeliverySink;
  clock: Clock;
  log: Log;
  limits?: Partial<GroupCommitLimits>;
  /** Told after each transaction how many new deliveries it brought that wait to be read. */
  onStored: (count: number) => void;
  crash?: CrashPoint;
}): GroupCommit {
  return new Gatherer({ ...details, limits: { ...standardLimits, ...details.limits } });
}

class Gatherer implements GroupCommit {
  readonly #sink: DeliverySink;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #limits: GroupCommitLimits;
  readonly #onStored: (count: number) => void;
  readonly #crash: CrashPoint;
  readonly #stopWatching = new AbortController();
  #gathered: Entry[] = [];
  #writing: Entry[] = [];
  #writeIsOn = false;
  #watching = false;
  #waiting = 0;
  #characters = 0;
  #closing = false;
  #lastSeenMs = 0;
  #whenEmpty: (() => void)[] = [];

  constructor(details: {
    sink: DeliverySink;
    clock: Clock;
    log: Log;
    limits: GroupCommitLimits;
    onStored: (count: number) => void;
    crash?: CrashPoint;
  }) {
    this.#sink = details.sink;
    this.#clock = details.clock;
    this.#log = details.log;
    this.#limits = details.limits;
    this.#onStored = details.onStored;
    this.#crash = details.crash ?? (() => {});
  }

  save(delivery: Delivery, done: (outcome: SaveOutcome) => void): void {
    if (this.#closing) {
      done('stopping');
      return;
    }
    if (this.full()) {
      done('busy');
      return;
    }
    const dueAtMs = this.#now() + this.#limits.answerWithinMs;
    this.#gathered.push({ delivery, dueAtMs, done });
    this.#waiting += 1;
    this.#characters += delivery.body.length;
    this.#writeSoon();
    if (!this.#watching) void this.#watch();
  }

  full(): boolean {
    const { waitingMax, charactersMax } = this.#limits;
    return this.#waiting >= waitingMax || this.#characters >= charactersMax;
  }

  waiting(): number {
    return this.#waiting;
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#waiting > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
    this.#stopWatching.abort();
  }

  /**
   * Writes after the sockets that have something to read were read, not at once: the store blocks
   * the process while it writes, so writing at the first delivery would make batches of one.
   */
  #writeSoon(): void {
    if (this.#writeIsOn || this.#gathered.length === 0) return;
    this.#writeIsOn = true;
    afterTurns(gatheringTurns, () => void this.#write());
  }

  async #write(): Promise<void> {
    // Who was told `late` while still gathering needs no row: ShipBob will send it again.
    const open = this.#gathered.filter(({ done }) => done !== null);
    this.#writing = open.slice(0, this.#limits.batchMax);
    this.#gathered = open.slice(this.#limits.batchMax);
    if (this.#writing.length > 0) await this.#store(this.#writing);
    this.#writing = [];
    this.#writeIsOn = false;
    this.#writeSoon();
  }

  /** Never rejects: whoever waits must be answered. */
  async #store(batch: Entry[]): Promise<void> {
    try {
      this.#crash('before-deliveries');
      const outcomes = await this.#sink.saveDeliveries(batch.map(({ delivery }) => delivery));
      this.#crash('after-deliveries');
      if (outcomes.length !== batch.length) {
        throw defect('the store answered for another number of deliveries than it was given');
      }
      const isNew = (index: number) => outcomes[index] !== 'repeated';
      // What is kept, such as a sample, gives nobody anything to do.
      this.#tellStored(
        batch.filter(({ delivery }, index) => isNew(index) && delivery.subject !== null).length,
      );
      this.#tellDiffering(batch.filter((_, index) => outcomes[index] === 'differing'));
      batch.forEach((entry, index) => {
        this.#settle(entry, isNew(index) ? 'stored' : 'repeated');
      });
    } catch (thrown) {
      await this.#storeInParts(batch, thrown);
    }
  }

  /**
   * One row that the store refuses must not keep the others out for ever, so the halves are tried
   * by themselves. Trouble that is not in a row (busy, full, read-only) would meet each half too.
   */
  async #storeInParts(batch: Entry[], thrown: unknown): Promise<void> {
    const problem = toProblem(thrown);
    const general = problem.kind === 'retryable' || problem.kind === 'configuration';
    if (general || batch.length === 1) {
      const facts = { code: problem.code, reason: problem.message, count: batch.length };
      this.#log.error('Webhook deliveries could not be stored and were answered 503', facts);
      for (const entry of batch) this.#settle(entry, 'failed');
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await this.#store(batch.slice(0, middle));
    await this.#store(batch.slice(middle));
  }

  /** A listener's mistake must not turn stored deliveries into failed ones. */
  #tellStored(count: number): void {
    if (count === 0) return;
    try {
      this.#onStored(count);
    } catch (thrown) {
      this.#log.error('What follows a webhook failed', { reason: toProblem(thrown).message });
    }
  }

  /** One line for all of them. They were signed, so it is no stranger who fills the log. */
  #tellDiffering(entries: Entry[]): void {
    const first = entries[0]?.delivery;
    if (first === undefined) return;
    this.#log.warn('A webhook id came again with another body or topic; both are kept', {
      ...{ webhookId: first.webhookId, topic: first.topic },
      count: entries.length,
    });
  }

  #settle(entry: Entry, outcome: SaveOutcome): void {
    const { done } = entry;
    if (done === null) return;
    entry.done = null;
    this.#waiting -= 1;
    this.#characters -= entry.delivery.body.length;
    try {
      done(outcome);
    } catch (thrown) {
      // The others of the batch are still to be answered.
      this.#log.error('A webhook could not be answered', { reason: toProblem(thrown).message });
    }
    if (this.#waiting === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  /** One timer for all: they become due in the order in which they came. */
  async #watch(): Promise<void> {
    this.#watching = true;
    try {
      while (this.#waiting > 0) {
        const oldest = this.#oldest();
        if (oldest === undefined) break;
        const leftMs = Math.min(oldest.dueAtMs - this.#now(), watchEveryMs);
        if (leftMs > 0) await this.#clock.sleep(leftMs, this.#stopWatching.signal);
        this.#expire();
      }
    } catch {
      // Stopped while it slept: nobody waits any more.
    } finally {
      this.#watching = false;
    }
  }

  #oldest(): Entry | undefined {
    const isOpen = ({ done }: Entry) => done !== null;
    return this.#writing.find(isOpen) ?? this.#gathered.find(isOpen);
  }

  /** Who waits is not to wait the longer because the clock was set back meanwhile. */
  #now(): number {
    const nowMs = this.#clock.now();
    const backMs = this.#lastSeenMs - nowMs;
    this.#lastSeenMs = nowMs;
    if (backMs > 0) {
      for (const entry of [...this.#writing, ...this.#gathered]) entry.dueAtMs -= backMs;
    }
    return nowMs;
  }

  #expire(): void {
    const nowMs = this.#now();
    for (const entry of [...this.#writing, ...this.#gathered]) {
      if (entry.dueAtMs > nowMs) break;
      this.#settle(entry, 'late');
    }
    // Behind a write that never ends they would pile up.
    this.#gathered = this.#gathered.filter(({ done }) => done !== null);
  }
}

function afterTurns(turns: number, act: () => void): void {
  setImmediate(() => {
    if (turns <= 1) act();
    else afterTurns(turns - 1, act);
  });
}
