/**
 * How much of Infor a run takes at a time: how many calls travel in one request, and how many
 * requests are under way. Both follow what the answers show, so that a request stays far below the
 * minute after which the gateway gives up and leaves every write in it unknown.
 *
 * The size of a request is `target ÷ what one call takes`. It is reached by doubling, so that one
 * quick answer does not lead to a request that takes minutes, and halved at once by an answer that
 * never came. The number of requests under way grows by one for each round of good answers and is
 * halved by locks, "slow down" and answers that took too long (additive increase, multiplicative
 * decrease): where many installations share one M3, each gives way until all have their part.
 *
 * Pure: the same answers at the same times always lead to the same pace.
 */

/** What one request showed. */
export interface PaceAnswer {
  /** Calls that travelled in it. */
  calls: number;
  durationMs: number;
  /** `silent`: no answer came, or a gateway's own; `locked`: some call met another's lock. */
  outcome: 'answered' | 'locked' | 'silent';
}

/** What is known about requests of one kind. */
export interface BulkSize {
  size: number;
  /** What a call of this kind takes in a request that was well filled; null before the first. */
  callMs: number | null;
}

export interface BulkBounds {
  sizeMax: number;
  /** A request shall take about so long, and no longer. */
  targetMs: number;
}

/** Calls of a first request, before anything is known: 20 calls of half a second are 10 s. */
export const firstBulkSize = 20;
/** And where other kinds are known; half a second for each still is half the gateway's minute. */
const firstBulkSizeAlike = 50;
/** Weight of the newest answer; what a call takes is the mean of the last few. */
const newestWeight = 0.3;

/**
 * Where a kind of request begins that was not made yet. What the slowest of `alike` takes for a
 * call is a better guess than none, but no more: a commit does more than what was staged before it.
 */
export function firstBulk(bounds: BulkBounds, alike: readonly BulkSize[] = []): BulkSize {
  const slowestMs = Math.max(...alike.flatMap(({ callMs }) => callMs ?? []));
  const size =
    slowestMs > 0 ? Math.min(firstBulkSizeAlike, bounds.targetMs / slowestMs) : firstBulkSize;
  return { size: within(size, bounds), callMs: null };
}

/** Takes over what an earlier run has learned, inside the bounds of today. */
export function rememberedBulk(size: number, bounds: BulkBounds): BulkSize {
  return { size: within(size, bounds), callMs: null };
}

export function nextBulk(known: BulkSize, answer: PaceAnswer, bounds: BulkBounds): BulkSize {
  const { calls, durationMs } = answer;
  const late = durationMs > bounds.targetMs;
  // A request with little in it makes its calls look dear by what every request costs; when it got
  // no answer at all, that tells of the line and not of its size.
  const small = calls * 2 < known.size;
  if (calls < 1 || (small && (!late || answer.outcome === 'silent'))) return known;
  if (answer.outcome === 'silent') {
    const size = within(Math.min(known.size, Math.floor(calls / 2)), bounds);
    return { size, callMs: Math.max(known.callMs ?? 0, bounds.targetMs / size) };
  }
  const newestMs = durationMs / calls;
  const callMs =
    known.callMs === null || late
      ? Math.max(newestMs, known.callMs ?? 0)
      : known.callMs + newestWeight * (newestMs - known.callMs);
  const fitting = callMs > 0 ? Math.floor(bounds.targetMs / callMs) : bounds.sizeMax;
  const nearest = Math.max(Math.floor(known.size / 2), Math.min(fitting, known.size * 2));
  const size = within(nearest, bounds);
  // One answer moves the size by a factor of two, and what is believed of a call no further.
  return { size, callMs: Math.min(callMs, bounds.targetMs / Math.floor(known.size / 2 || 1)) };
}

/** What takes less than this is not worth a request of its own beside another. */
const sharingMsMin = 2_000;

/**
 * Calls of each request at most when `calls` of them stand before `idle` jobs: what would take long
 * is shared among these, while the size alone would let three of four jobs wait for one.
 */
export function shareSizeMax(known: BulkSize, calls: number, idle: number): number {
  const expectedMs = calls * (known.callMs ?? 0);
  const requests = Math.min(idle, Math.floor(expectedMs / sharingMsMin));
  return requests < 2 ? Number.POSITIVE_INFINITY : Math.ceil(calls / requests);
}

function within(size: number, { sizeMax }: BulkBounds): number {
  return Math.max(1, Math.min(sizeMax, Math.floor(size)));
}

/** How many requests may be under way. */
export interface Flow {
  /** Not whole: each good answer adds its part of one more. */
  limit: number;
  /** When it was last halved; requests sent before that say nothing new. */
  reducedAtMs: number | null;
}

/** What became of a request, as far as the other side's load is concerned. */
export interface FlowAnswer {
  startedAtMs: number;
  endedAtMs: number;
  /** `busy`: asked to slow down (429); `slow`: far beyond what a request shall take. */
  signal: 'good' | 'busy' | 'locked' | 'slow' | 'silent';
}

export function firstFlow(limitMax: number): Flow {
  return { limit: limitMax, reducedAtMs: null };
}

export function nextFlow(flow: Flow, answer: FlowAnswer, limitMax: number): Flow {
  if (answer.signal === 'good') {
    return { ...flow, limit: Math.min(limitMax, flow.limit + 1 / Math.max(1, flow.limit)) };
  }
  // Those under way together are refused together: one trouble is one step back.
  const reducedAtMs = flow.reducedAtMs ?? Number.NEGATIVE_INFINITY;
  // A clock that was set back must not keep an old reduction for ever.
  const known = answer.startedAtMs <= reducedAtMs && reducedAtMs <= answer.endedAtMs;
  if (known) return flow;
  return { limit: Math.max(1, flow.limit / 2), reducedAtMs: answer.endedAtMs };
}

/** Requests that may be under way now. */
export function flowNow(flow: Flow): number {
  return Math.max(1, Math.floor(flow.limit + 1e-9));
}

/** A request that took so many times its target says that Infor is busy, whatever its size. */
export const slowFactor = 2;
