import type { Clock, Store } from '../../src/app/ports.ts';
import type { Http } from '../../src/runtime/http.ts';
import { isWriteAhead, losable } from './simulation-durability.ts';
import type { VirtualTime } from './simulation-time.ts';

/** What the engine's own crash points throw; ports do not throw after it, they stay silent. */
export class SimulatedCrash extends Error {
  constructor(point: string) {
    super(`died at ${point}`);
  }
}

/** Where and how a process ends: at the n-th point of any kind, or of those of one name. */
export interface Death {
  /** Part of the point's name; null counts every point. */
  point: string | null;
  pass: number;
  /** `stands`: only for a while, as a suspended machine does. `forgets`: with its last transaction. */
  how: { kind: 'dies' } | { kind: 'stands'; forMs: number } | { kind: 'forgets' };
}

const never = new Promise<never>(() => undefined);

/**
 * One simulated process. Every step of it at a port passes a point, where it may end as `death` says.
 * After that nothing of it runs on: its ports never answer again, as after a kill -9.
 */
export class SimulatedProcess {
  diedAt: string | null = null;
  stoodAt: string | null = null;
  /** Resolves when it has died, and when it stands still. */
  readonly death: Promise<void>;
  readonly standstill: Promise<void>;
  readonly #plan: Death | null;
  readonly #time: VirtualTime;
  readonly #mingled: boolean;
  readonly #note: (event: string) => void;
  /** Keeps the database as it is now, to be what a loss of power would leave. */
  readonly #keep: () => void;
  #passes = 0;
  #forgetting: 'no' | 'next' | 'done' = 'no';
  #busy = new Set<Promise<unknown>>();
  #thaw: Promise<void> | null = null;
  #die: () => void = () => undefined;
  #stand: () => void = () => undefined;

  constructor(parts: {
    death: Death | null;
    time: VirtualTime;
    /** Whether store calls of tasks that run side by side are put into an order by the seed. */
    mingled: boolean;
    note: (event: string) => void;
    keep: () => void;
  }) {
    this.#plan = parts.death;
    this.#time = parts.time;
    this.#mingled = parts.mingled;
    this.#note = parts.note;
    this.#keep = parts.keep;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
    this.standstill = new Promise((resolve) => {
      this.#stand = resolve;
    });
  }

  /** The engine's own crash points; those of ports come with them. */
  readonly crash = (name: string): void => {
    if (this.diedAt !== null) throw new SimulatedCrash(this.diedAt);
    const plan = this.#plan;
    if (plan === null || plan.how.kind === 'forgets') return;
    if (plan.point !== null && !name.includes(plan.point)) return;
    this.#passes += 1;
    if (this.#passes !== plan.pass) return;
    if (plan.how.kind === 'dies') this.#endAt(name);
    else this.#standAt(name, plan.how.forMs);
  };

  #endAt(name: string): never {
    this.diedAt = name;
    this.#note(`dies at ${name}`);
    this.#die();
    throw new SimulatedCrash(name);
  }

  #standAt(name: string, forMs: number): void {
    this.stoodAt = name;
    this.#note(`stands at ${name}`);
    this.#thaw = this.#time.sleep(forMs).then(() => {
      this.#thaw = null;
      this.#note('goes on');
    });
    this.#stand();
  }

  /** A point at a port: who is dead waits there for ever, and who stands still for a while. */
  async #pass(name: string): Promise<void> {
    if (this.diedAt === null) {
      try {
        this.crash(name);
      } catch {
        return never;
      }
    }
    while (this.#thaw !== null) await this.#thaw;
    if (this.diedAt !== null) return never;
  }

  /** True when this transaction is the one that the power cut will have undone. */
  #forgets(method: string, args: unknown[]): boolean {
    const plan = this.#plan;
    if (plan?.how.kind !== 'forgets' || !losable.has(method)) return false;
    if (this.#forgetting === 'done') {
      // Nothing is written after the lost transaction: it was the last one.
      try {
        this.#endAt(`${method} after a lost transaction`);
      } catch {
        return false;
      }
    }
    if (plan.point === null || method === plan.point) this.#passes += 1;
    if (this.#passes >= plan.pass && this.#busy.size === 0 && !isWriteAhead(method, args)) {
      this.#forgetting = 'done';
      return true;
    }
    return false;
  }

  /** A transaction under way ends by itself, whole or not at all; only its answer is lost. */
  async ended(): Promise<void> {
    while (this.#busy.size > 0) await Promise.allSettled([...this.#busy]);
  }

  /** The database goes back to before the last transaction. */
  get forgot(): boolean {
    return this.diedAt !== null && this.#forgetting === 'done';
  }

  store(store: Store): Store {
    return new Proxy(store, {
      get: (target, name, receiver) => {
        const method = Reflect.get(target, name, receiver);
        if (typeof method !== 'function') return method;
        const named = String(name);
        return (...args: unknown[]) =>
          this.#call(named, args, () => Promise.resolve(Reflect.apply(method, target, args)));
      },
    });
  }

  async #call(name: string, args: unknown[], run: () => Promise<unknown>): Promise<unknown> {
    if (this.#mingled) await this.#time.yield();
    await this.#pass(`before ${name}`);
    if (this.#forgets(name, args)) this.#keep();
    if (this.diedAt !== null) return never;
    const work = run();
    this.#busy.add(work);
    try {
      return await work;
    } finally {
      this.#busy.delete(work);
      this.#note(name);
      await this.#pass(`after ${name}`);
    }
  }

  http(http: Http): Http {
    return {
      send: async (call) => {
        await this.#pass('before send');
        const outcome = await http.send(call);
        await this.#pass('after send');
        return outcome;
      },
      close: () => http.close(),
    };
  }

  clock(): Clock {
    const time = this.#time;
    return {
      now: () => time.now(),
      sleep: async (durationMs, signal) => {
        if (this.diedAt !== null) return never;
        await time.sleep(durationMs, signal);
        while (this.#thaw !== null) await this.#thaw;
        if (this.diedAt !== null) return never;
      },
    };
  }
}
