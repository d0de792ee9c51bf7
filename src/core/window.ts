/**
 * Which spans of ShipBob's update clock a run sweeps, and why none is left out.
 *
 * ShipBob lists orders by "updated between A and B". Three things are unknown or late: whether the
 * bounds are inclusive, how far ShipBob's clock is from ours, and a new order shows in the list
 * only about 5 s after it was made (shipbob-api §5.1). Hence:
 *
 *   from = min(checkpoint, now − lag) − overlap        to = now − lag
 *
 * Claim: every instant t with start ≤ t ≤ now − lag lies inside some window of a finished sweep.
 * 1. The windows of one run are contiguous: each begins a seam before the one before it ended, the
 *    first begins at `from`, the last ends at `to`. So a finished run covers [from, to].
 * 2. The checkpoint is only ever the end of a window whose pages are all stored, in the same
 *    transaction. So everything up to the checkpoint has been covered, by induction over the runs.
 * 3. The next run begins `overlap` before the checkpoint, so its windows join the covered part, and
 *    a row that ShipBob stamped up to `overlap` too early, or showed up to `lag + overlap` too
 *    late, is met again.
 * 4. A run that is cut short leaves the checkpoint at its last finished window. The next one begins
 *    there. Windows are longer than twice the overlap, so the checkpoint grows with each of them.
 *    So it is with a backfill of more windows than one run takes.
 * 5. A checkpoint from the future (our clock once ran ahead) is not believed: `min` starts at the
 *    present. A gap between runs longer than the overlap can then hide updates made before the
 *    clock catches up; the daily creation sweep is there for what updates missed.
 *
 * A row that changes again while it is read leaves the window for a later one. The reader pages
 * from last to first for that (design §3), and 3 meets the row again.
 */
import { limits } from './limits.ts';

export interface Span {
  fromMs: number;
  toMs: number;
}

/**
 * Windows to sweep now, oldest first; empty when there is nothing to read yet. Without checkpoint
 * the sweep begins at `startFromMs`, and without that one window back, for a look before going
 * live.
 */
export function sweepWindows(state: {
  checkpointMs: number | null;
  startFromMs: number | null;
  nowMs: number;
  overlapMs: number;
  lagMs: number;
  windowMsMax: number;
}): Span[] {
  const { nowMs, overlapMs, lagMs, windowMsMax } = state;
  const toMs = nowMs - lagMs;
  const begunMs = state.checkpointMs ?? state.startFromMs ?? toMs - windowMsMax;
  const fromMs = Math.max(0, Math.min(begunMs, toMs) - overlapMs);
  // A start that lies ahead has nothing to read; a checkpoint that lies ahead is rule 5.
  if (state.checkpointMs === null && begunMs > toMs) return [];
  return cut({ fromMs, toMs }, Math.max(windowMsMax, 2 * overlapMs, 2 * limits.windowSeamMs));
}

/** True when the daily sweep by creation is due; also when its last run lies in the future. */
export function creationSweepDue(state: {
  lastSweepMs: number | null;
  nowMs: number;
  everyMs: number;
}): boolean {
  const { lastSweepMs, nowMs, everyMs } = state;
  return lastSweepMs === null || lastSweepMs > nowMs || nowMs - lastSweepMs >= everyMs;
}

/**
 * The span of creation times that the daily sweep reads: `widthMs` back from `now − lag`. It is not
 * cut at the start, because an order from before may still ship after it; only a start that lies
 * ahead moves it.
 */
export function creationWindow(state: {
  nowMs: number;
  startFromMs: number | null;
  widthMs: number;
  lagMs: number;
}): Span {
  const toMs = Math.max(0, state.nowMs - state.lagMs);
  const lastStartMs = Math.max(toMs, state.startFromMs ?? toMs);
  return { fromMs: Math.min(toMs, Math.max(0, lastStartMs - state.widthMs)), toMs };
}

function cut(span: Span, lengthMsMax: number): Span[] {
  const windows: Span[] = [];
  let { fromMs } = span;
  while (fromMs < span.toMs && windows.length < limits.windowsMax) {
    const toMs = Math.min(span.toMs, fromMs + lengthMsMax);
    windows.push({ fromMs, toMs });
    if (toMs === span.toMs) break;
    fromMs = toMs - limits.windowSeamMs;
  }
  return windows;
}
