import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock, Log, Store } from '../../app/ports.ts';
import {
  type BulkSize,
  type Flow,
  type FlowAnswer,
  firstBulk,
  firstFlow,
  flowNow,
  nextBulk,
  nextFlow,
  rememberedBulk,
  shareSizeMax,
  slowFactor,
} from '../../core/pace.ts';
import { assert, toProblem } from '../../core/problem.ts';
import type { GatewayReply } from '../ion/gateway.ts';
import type { MiResult } from './mi.ts';
import { isLockCode } from './outcome.ts';

export interface PaceSettings {
  /** Transactions of one bulk request at most, for writes and for reads. */
  requestSizeMax: { write: number; read: number };
  /** About how long one request shall take. */
  requestTargetMs: number;
  /** Requests under way at the same time at most; each takes a job from a small pool in M3. */
  concurrency: number;
}

/** Where sizes are kept between runs. */
export type PaceMemory = Pick<Store, 'meta' | 'putMeta'>;

export type Access = 'read' | 'write';

/** What must leave soon, or not at all, goes before what may wait. */
export type Urgency = 'urgent' | 'other';

/** Calls of one step are alike, so a request is known by its program and its first transaction. */
export interface RequestKind {
  access: Access;
  program: string;
  transaction: string;
}

/** One finished exchange. */
export interface Paced {
  kind: RequestKind;
  calls: number;
  startedAtMs: number;
  reply: GatewayReply;
  results: MiResult[];
}

const memoryName = 'infor-request-sizes';
/** A size is written down again once it has moved so far: a few times in a run's life. */
const worthKeeping = 1.5;

/**
 * The pace at which M3 is asked: request sizes by kind, and the gate that every request goes
 * through. The rules are core/pace.ts; here they are told what happened.
 */
export class RequestPace {
  readonly #settings: PaceSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #memory: PaceMemory | null;
  readonly #bulks = new Map<string, BulkSize>();
  #kept = new Map<string, number>();
  #loaded: Promise<void> | null = null;
  #flow: Flow;
  /** As many at once as `#flow` says. */
  readonly #slots: LimitFunction;
  /** Calls whose time to be sent runs out, and all others; each in the order they came. */
  readonly #waiting: Record<Urgency, (() => Promise<void>)[]> = { urgent: [], other: [] };

  constructor(parts: {
    settings: PaceSettings;
    clock: Clock;
    log: Log;
    memory: PaceMemory | null;
  }) {
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#memory = parts.memory;
    this.#flow = firstFlow(parts.settings.concurrency);
    this.#slots = pLimit(flowNow(this.#flow));
  }

  /** Resolves when what earlier runs have learned is known. */
  ready(): Promise<void> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  /** Calls that go into the next request of this kind. */
  sizeOf(kind: RequestKind): number {
    return this.#bulk(kind).size;
  }

  /** What each of several requests that together hold `calls` may hold, as things are now. */
  shareOf(kind: RequestKind, calls: number): number {
    const { concurrency, activeCount, pendingCount } = this.#slots;
    const idle = Math.max(0, concurrency - activeCount - pendingCount);
    return shareSizeMax(this.#bulk(kind), calls, idle);
  }

  /** Does the work as one of those under way, when there is room for it. */
  pass<T>(urgency: Urgency, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting[urgency].push(() => work().then(resolve, reject));
      // Slots are given in the order of asking; who takes one is settled when it is free.
      void this.#slots(() => this.#mostUrgent());
    });
  }

  async #mostUrgent(): Promise<void> {
    const next = this.#waiting.urgent.shift() ?? this.#waiting.other.shift();
    assert(next !== undefined, 'each slot was asked for by somebody who waits');
    await next();
  }

  /** Learns from an exchange. */
  async note(paced: Paced): Promise<void> {
    const signal = signalOf(paced, this.#settings.requestTargetMs);
    if (signal === null) return;
    const { startedAtMs, calls, kind, reply } = paced;
    const before = flowNow(this.#flow);
    const answer: FlowAnswer = { startedAtMs, endedAtMs: this.#clock.now(), signal };
    this.#flow = nextFlow(this.#flow, answer, this.#settings.concurrency);
    this.#slots.concurrency = flowNow(this.#flow);
    if (flowNow(this.#flow) < before) {
      this.#log.info('fewer requests to Infor at once', {
        signal,
        requests: flowNow(this.#flow),
      });
    }
    // Nothing ran, so nothing was learned of what it would have taken.
    if (signal === 'busy') return;
    const outcome = signal === 'silent' || signal === 'locked' ? signal : 'answered';
    const bulk = this.#bulk(kind);
    const { durationMs } = reply;
    const next = nextBulk(bulk, { calls, durationMs, outcome }, this.#bounds(kind));
    this.#bulks.set(nameOf(kind), next);
    await this.#keep(kind, next.size);
  }

  #bulk(kind: RequestKind): BulkSize {
    const known = this.#bulks.get(nameOf(kind));
    if (known !== undefined) return known;
    const kept = this.#kept.get(nameOf(kind));
    const bounds = this.#bounds(kind);
    return kept === undefined ? firstBulk(bounds, this.#alike(kind)) : rememberedBulk(kept, bounds);
  }

  /** Other kinds of this access, as far as this run has met them. */
  #alike({ access }: RequestKind): BulkSize[] {
    return [...this.#bulks].flatMap(([name, bulk]) => (name.startsWith(`${access} `) ? bulk : []));
  }

  #bounds(kind: RequestKind) {
    const { requestSizeMax, requestTargetMs } = this.#settings;
    return { sizeMax: requestSizeMax[kind.access], targetMs: requestTargetMs };
  }

  async #load(): Promise<void> {
    const text = (await this.#memory?.meta(memoryName).catch(() => null)) ?? null;
    this.#kept = new Map(text === null ? [] : sizesIn(text));
  }

  async #keep(kind: RequestKind, size: number): Promise<void> {
    const name = nameOf(kind);
    const kept = this.#kept.get(name) ?? 0;
    const moved = size >= kept * worthKeeping || size * worthKeeping <= kept;
    if (this.#memory === null || size === kept || !moved) return;
    this.#kept.set(name, size);
    const sizes = Object.fromEntries([...this.#kept].sort(([a], [b]) => (a < b ? -1 : 1)));
    // An answer of M3 must not be lost because its pace could not be written down.
    await this.#memory.putMeta(memoryName, JSON.stringify(sizes)).catch((thrown) => {
      this.#log.warn('request sizes were not kept', { why: toProblem(thrown).message });
    });
  }
}

function nameOf({ access, program, transaction }: RequestKind): string {
  return `${access} ${program}/${transaction}`;
}

/** Unreadable is forgotten: what it held is learned anew. */
function sizesIn(text: string): [string, number][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  if (typeof parsed !== 'object' || parsed === null) return [];
  return Object.entries(parsed).flatMap(([name, size]): [string, number][] =>
    typeof size === 'number' && Number.isFinite(size) ? [[name, size]] : [],
  );
}

/** Null where nothing was exchanged. */
function signalOf({ reply, results }: Paced, targetMs: number): FlowAnswer['signal'] | null {
  switch (reply.kind) {
    case 'stop':
      return null;
    case 'notSent':
      return reply.slowDown === 'yes' ? 'busy' : null;
    case 'unclear':
      return 'silent';
    case 'answer': {
      const locked = results.some((result) => result.kind === 'nok' && isLockCode(result.code));
      if (locked) return 'locked';
      return reply.durationMs > slowFactor * targetMs ? 'slow' : 'good';
    }
  }
}
