/**
 * How long a run still needs, by what it has done so far. A forecast is only as good as what was
 * measured: where too little was, it says so instead of guessing.
 */

/** What a run has measured of itself, and what is left. */
export interface WorkMeasured {
  /** ShipBob's time that the order sweeps have covered in this run, and how long that took. */
  reading: { coveredMs: number; tookMs: number; leftMs: number };
  /**
   * Documents posted in this run, and how long that took. A record that is still to be planned
   * counts as one that is left: what comes of it is not known before.
   */
  posting: { posted: number; tookMs: number; left: number };
  /** Documents of which it is still to be found out what became of them. */
  doubtful: number;
  /** ShipBob's calls that are left in its window; null when that is not known. */
  callsLeft: number | null;
  callsPerMinute: number;
}

/** What everything else waits for. */
export type Binding =
  /** ShipBob's calls are used up as fast as they come back. */
  | 'shipbobAllowance'
  /** There are calls left; ShipBob's answers take the time. */
  | 'shipbobAnswers'
  | 'inforAnswers'
  /** Only for what is in doubt, until it may be looked at again. */
  | 'waiting'
  | 'nothing'
  | 'notKnown';

export interface Forecast {
  /** Null: not known yet. */
  readingMs: number | null;
  postingMs: number | null;
  finishMs: number | null;
  binds: Binding;
}

/** Shorter spans of work say more about how it began than about how it goes on. */
const measuredMsMin = 10_000;
const postedMin = 20;
/** Below this share of the allowance what is left is about to be used up. */
const scarceShare = 0.1;

export function forecast(work: WorkMeasured): Forecast {
  const { reading, posting } = work;
  const readingMs = timeFor(reading.leftMs, reading.coveredMs, reading.tookMs, 1);
  const postingMs = timeFor(posting.left, posting.posted, posting.tookMs, postedMin);
  const known = readingMs !== null && postingMs !== null;
  // Both go on side by side.
  const finishMs = known ? Math.max(readingMs, postingMs) : null;
  return {
    readingMs,
    postingMs,
    // How long a doubt lasts is Infor's to say.
    finishMs: finishMs === 0 && work.doubtful > 0 ? null : finishMs,
    binds: bindingOf(work, readingMs, postingMs),
  };
}

function timeFor(left: number, done: number, tookMs: number, doneMin: number): number | null {
  if (left <= 0) return 0;
  if (done < doneMin || tookMs < measuredMsMin) return null;
  return Math.round((tookMs * left) / done);
}

function bindingOf(
  work: WorkMeasured,
  readingMs: number | null,
  postingMs: number | null,
): Binding {
  if (readingMs === 0 && postingMs === 0) return work.doubtful > 0 ? 'waiting' : 'nothing';
  // What is left of the one is certain where nothing is left of the other.
  const reads =
    postingMs === 0 || (readingMs !== null && postingMs !== null && readingMs > postingMs);
  const posts = readingMs === 0 || (readingMs !== null && postingMs !== null && !reads);
  if (posts) return 'inforAnswers';
  if (!reads || work.callsLeft === null) return 'notKnown';
  const scarce = work.callsLeft < work.callsPerMinute * scarceShare;
  return scarce ? 'shipbobAllowance' : 'shipbobAnswers';
}
