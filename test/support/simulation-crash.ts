import type { Clock, Store } from '../../src/app/ports.ts';
import type { Http } from '../../src/runtime/http.ts';
import type { SimulationClock } from './simulation-clock.ts';

/** What a simulated process dies of; nothing may act after it. */
export class SimulatedCrash extends Error {
  constructor(point: string) {
    super(`crashed at ${point}`);
  }
}

/** Where a run dies: at the n-th point of any kind, or the n-th time at points of one name. */
export interface CrashPlan {
  /** Part of the point's name; null counts every point. */
  named: string | null;
  pass: number;
  /** How long it only stands still instead, as a suspended machine does; null when it dies. */
  frozenMs: number | null;
}

/**
 * One simulated process: every step it takes passes a point, and after it has died every port
 * refuses, so that promises which are still on their way cannot do anything more.
 */
export class MortalProcess {
  diedAt: string | null = null;
  frozenAt: string | null = null;
  /** Resolves when the process stands still. */
  readonly standstill: Promise<void>;
  readonly #plan: CrashPlan | null;
  readonly #clock: Clock;
  #passes = 0;
  #busy = new Set<Promise<unknown>>();
  #thaw: Promise<void> | null = null;
  #stand: () => void = () => undefined;

  constructor(plan: CrashPlan | null, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
    this.standstill = new Promise((resolve) => {
      this.#stand = resolve;
    });
  }

  readonly crash = (name: string): void => {
    this.requireLife();
    const plan = this.#plan;
    if (plan === null || (plan.named !== null && !name.includes(plan.named))) return;
    this.#passes += 1;
    if (this.#passes !== plan.pass) return;
    if (plan.frozenMs === null) {
      this.diedAt = name;
      throw new SimulatedCrash(name);
    }
    this.frozenAt = name;
    this.#thaw = this.#clock.sleep(plan.frozenMs).then(() => {
      this.#thaw = null;
    });
    this.#stand();
  };

  /** A point at a port, where a process that stands still waits, whoever else may act meanwhile. */
  async #pass(name: string): Promise<void> {
    this.crash(name);
    while (this.#thaw !== null) await this.#thaw;
  }

  requireLife(): void {
    if (this.diedAt !== null) throw new SimulatedCrash(this.diedAt);
  }

  /** A transaction under way ends by itself, whole or not at all; only its answer is lost. */
  async ended(): Promise<void> {
    while (this.#busy.size > 0) await Promise.allSettled([...this.#busy]);
  }

  store(store: Store): Store {
    return new Proxy(store, {
      get: (target, name, receiver) => {
        const method = Reflect.get(target, name, receiver);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          await this.#pass(`before ${String(name)}`);
          const work: Promise<unknown> = Promise.resolve(Reflect.apply(method, target, args));
          this.#busy.add(work);
          try {
            const result = await work;
            await this.#pass(`after ${String(name)}`);
            return result;
          } finally {
            this.#busy.delete(work);
          }
        };
      },
    });
  }

  /** Exchanges take the time that `latencyMs` says, on the simulation's clock. */
  http(http: Http, clock: SimulationClock, latencyMs: (status: number) => number): Http {
    return {
      send: async (call) => {
        await this.#pass('before send');
        clock.hold();
        try {
          const outcome = await http.send(call);
          clock.advance(latencyMs(outcome.kind === 'answer' ? outcome.status : 0));
          this.crash('after send');
          return outcome;
        } finally {
          clock.release();
          while (this.#thaw !== null) await this.#thaw;
        }
      },
      close: () => http.close(),
    };
  }

  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      sleep: async (durationMs, signal) => {
        this.requireLife();
        await clock.sleep(durationMs, signal);
        while (this.#thaw !== null) await this.#thaw;
        this.requireLife();
      },
    };
  }
}
