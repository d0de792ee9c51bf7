import type { ItemResult } from './envelope.ts';

interface Remembered {
  atMs: number;
  result: ItemResult;
}

/** How many answers are taken in between two looks for old ones. */
const sweepEvery = 2_000;

/**
 * What reads were answered lately, word for word: a cache or a lagging copy beside M3 may go on
 * telling it for a while, whatever has been booked since.
 */
export class AnswerMemory {
  readonly #byCall = new Map<string, Remembered[]>();
  #taken = 0;

  /** Two calls are the same when everything that shapes the answer is. */
  remember(call: string, result: ItemResult, time: { nowMs: number; ageMsMax: number }): void {
    const { nowMs, ageMsMax } = time;
    const kept = (this.#byCall.get(call) ?? []).filter((one) => isWithin(one, nowMs, ageMsMax));
    this.#byCall.set(call, [...kept, { atMs: nowMs, result }]);
    this.#taken += 1;
    if (this.#taken % sweepEvery === 0) this.#sweep(nowMs, ageMsMax);
  }

  /** The oldest answer of that age at most; undefined when the call was not asked then. */
  recall(call: string, nowMs: number, ageMsMax: number): ItemResult | undefined {
    return this.#byCall.get(call)?.find((one) => isWithin(one, nowMs, ageMsMax))?.result;
  }

  #sweep(nowMs: number, ageMsMax: number): void {
    for (const [call, answers] of this.#byCall) {
      if (!answers.some((one) => isWithin(one, nowMs, ageMsMax))) this.#byCall.delete(call);
    }
  }
}

/** What lies ahead is of a clock that was set back since. */
function isWithin({ atMs }: Remembered, nowMs: number, ageMsMax: number): boolean {
  return atMs <= nowMs && nowMs - atMs <= ageMsMax;
}
