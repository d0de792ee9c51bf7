/**
 * What a run measures of itself while it works: for the line that people watch, and, kept in the
 * database, for `mlc status` in another process.
 */
import { type Forecast, forecast, type WorkMeasured } from '../core/forecast.ts';
import type { Engine } from './engine.ts';
import type { Store } from './ports.ts';

/** ShipBob's calls as they stand now. */
export interface Allowance {
  left: number;
  perMinute: number;
}

/** What was measured, in a form that can be kept. */
export interface KeptProgress {
  runId: number;
  atMs: number;
  work: WorkMeasured;
}

const progressName = 'run-progress';
/** Often enough for people, seldom enough to cost nothing. */
const keptEveryMs = 5_000;

export class RunProgress {
  readonly #reading = { coveredMs: 0, leftMs: 0 };
  readonly #times = { reading: new Stopwatch(), posting: new Stopwatch() };
  #keptAtMs = Number.NEGATIVE_INFINITY;
  #forecast: Forecast | null = null;

  /** A sweep over so much of ShipBob's time begins; answers what ends it. */
  beginReading(engine: Engine, spanMs: number): () => void {
    this.#reading.leftMs += spanMs;
    return this.#times.reading.start(() => engine.clock.now());
  }

  /** So much of it is stored. */
  cover(spanMs: number): void {
    this.#reading.coveredMs += spanMs;
    this.#reading.leftMs = Math.max(0, this.#reading.leftMs - spanMs);
  }

  beginPosting(engine: Engine): () => void {
    return this.#times.posting.start(() => engine.clock.now());
  }

  /** Shows the step with what is known of the time left, and keeps that now and then. */
  async show(engine: Engine, step: string): Promise<void> {
    const nowMs = engine.clock.now();
    if (Math.abs(nowMs - this.#keptAtMs) >= keptEveryMs) {
      this.#keptAtMs = nowMs;
      await this.#keep(engine, nowMs);
    }
    engine.progress(`${step}${leftText(this.#forecast)}`);
  }

  async #keep(engine: Engine, nowMs: number): Promise<void> {
    const { toPlan, ready, doubtful } = await engine.store.workLeft();
    const allowance = (await engine.allowance?.()) ?? null;
    const posted = Object.values(engine.counts.posted).reduce((sum, count) => sum + count, 0);
    const { reading, posting } = this.#times;
    const work: WorkMeasured = {
      reading: { ...this.#reading, tookMs: reading.tookMs(nowMs) },
      posting: { posted, tookMs: posting.tookMs(nowMs), left: ready + toPlan },
      doubtful,
      callsLeft: allowance?.left ?? null,
      callsPerMinute: allowance?.perMinute ?? 0,
    };
    this.#forecast = forecast(work);
    const kept: KeptProgress = { runId: engine.fence.runId, atMs: nowMs, work };
    await engine.store.putMeta(progressName, JSON.stringify(kept));
  }
}

/** The time in which at least one of its works went on. */
class Stopwatch {
  #going = 0;
  #sinceMs = 0;
  #sumMs = 0;

  start(now: () => number): () => void {
    if (this.#going === 0) this.#sinceMs = now();
    this.#going += 1;
    return () => {
      this.#going -= 1;
      if (this.#going === 0) this.#sumMs += Math.max(0, now() - this.#sinceMs);
    };
  }

  tookMs(nowMs: number): number {
    return this.#sumMs + (this.#going > 0 ? Math.max(0, nowMs - this.#sinceMs) : 0);
  }
}

function leftText(known: Forecast | null): string {
  if (known === null || known.finishMs === null || known.finishMs === 0) return '';
  const minutes = Math.ceil(known.finishMs / 60_000);
  return minutes < 120
    ? `, about ${minutes} min left`
    : `, about ${Math.ceil(minutes / 60)} h left`;
}

/** What the run that is on has measured; null when none is, or it has not measured anything yet. */
export async function readProgress(
  store: Pick<Store, 'meta'>,
  runId: number,
): Promise<KeptProgress | null> {
  const text = await store.meta(progressName);
  if (text === null) return null;
  const kept: KeptProgress = JSON.parse(text);
  // Of another run, or of another version.
  return kept.runId === runId && typeof kept.work?.reading?.leftMs === 'number' ? kept : null;
}
