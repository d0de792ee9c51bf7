import type { Random } from '../runtime/random.ts';

/**
 * What can go wrong with one call. "Before" means the simulator's books are untouched, "after" that
 * the effect took place although the caller cannot know it, "late" that it takes place minutes later.
 */
export const faultKinds = [
  'unauthorized',
  /** 429 that says how long to wait, or not, or in one of the odd ways seen in the field. */
  'rateLimited',
  'rateLimitedBare',
  'rateLimitedNow',
  'rateLimitedDate',
  'rateLimitedHuge',
  'rateLimitedRubbish',
  'serverErrorBefore',
  'serverErrorAfter',
  'gatewayTimeoutBefore',
  'gatewayTimeoutAfter',
  'gatewayTimeoutLate',
  'resetBefore',
  'resetAfter',
  'slow',
  'truncated',
  'html',
  /** A redirect to a page where people log in; nothing was done. */
  'loginPage',
  /** 200 and nothing else, although the call was carried out. */
  'emptyBody',
  /** Carried out, and answered by JSON in which one key stands twice with different values. */
  'duplicateKeys',
  /** A read that is answered as things stood a while ago. */
  'staleRead',
  'terminatedBulk',
  'partialBulk',
  'lockedOnce',
  'okWithoutEffect',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** One fault asked for by hand: the next `times` calls whose name contains `match` get `kind`. */
export interface ScriptedFault {
  match: string;
  kind: FaultKind;
  times: number;
}

/** Says of one call what goes wrong with it, of what it can suffer; null where nothing does. */
export type FaultChooser = (call: string, able: readonly FaultKind[]) => FaultKind | null;

/**
 * Decides for each call whether and how it fails: first what was scripted, then by chance at the
 * given rates (0–1 per kind). Seeded, so that a run can be repeated.
 */
export class FaultPlan {
  readonly counts = new Map<FaultKind, number>();
  readonly #random: Random;
  #rates: Partial<Record<FaultKind, number>>;
  readonly #script: ScriptedFault[] = [];
  #chooser: FaultChooser | null = null;

  constructor(random: Random, rates: Partial<Record<FaultKind, number>> = {}) {
    this.#random = random;
    this.#rates = rates;
  }

  script(fault: ScriptedFault): void {
    this.#script.push({ ...fault });
  }

  setRates(rates: Partial<Record<FaultKind, number>>): void {
    this.#rates = rates;
  }

  /** From now on somebody else decides about what was not scripted, instead of the rates. */
  leaveTo(chooser: FaultChooser): void {
    this.#chooser = chooser;
  }

  clear(): void {
    this.#rates = {};
    this.#chooser = null;
    this.#script.length = 0;
  }

  /** `call` names the call, e.g. `OIS100MI/Confirm` or `GET /order`; `able` is what it can suffer. */
  choose(call: string, able: readonly FaultKind[]): FaultKind | null {
    const kind =
      this.#scripted(call, able) ??
      (this.#chooser === null ? this.#drawn(able) : this.#chooser(call, able));
    if (kind) this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return kind;
  }

  #scripted(call: string, able: readonly FaultKind[]): FaultKind | null {
    for (const fault of this.#script) {
      if (fault.times > 0 && call.includes(fault.match) && able.includes(fault.kind)) {
        fault.times -= 1;
        return fault.kind;
      }
    }
    return null;
  }

  #drawn(able: readonly FaultKind[]): FaultKind | null {
    for (const kind of able) {
      const rate = this.#rates[kind] ?? 0;
      if (rate > 0 && this.#random.next() < rate) return kind;
    }
    return null;
  }
}
