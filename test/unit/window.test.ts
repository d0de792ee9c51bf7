import { describe, expect, it } from 'vitest';
import { creationSweepDue, creationWindow, sweepWindows } from '../../src/core/window.ts';

const hour = 3_600_000;
const nowMs = 1_800_000_000_000;
const plain = {
  checkpointMs: nowMs - hour,
  startFromMs: null,
  nowMs,
  overlapMs: 600_000,
  lagMs: 30_000,
  windowMsMax: 24 * hour,
};

describe('sweep windows', () => {
  it('begin an overlap before the checkpoint and end before the newest moments', () => {
    expect(sweepWindows(plain)).toEqual([{ fromMs: nowMs - hour - 600_000, toMs: nowMs - 30_000 }]);
  });

  it('cut a backfill into touching pieces', () => {
    const windows = sweepWindows({ ...plain, checkpointMs: nowMs - 72 * hour });

    expect(windows).toHaveLength(4);
    windows.slice(1).forEach((window, index) => {
      expect(window.fromMs).toBeLessThan(windows[index]?.toMs ?? 0);
    });
    for (const window of windows) {
      expect(window.toMs - window.fromMs).toBeLessThanOrEqual(24 * hour);
    }
  });

  it('begin at the start when nothing was swept yet, and wait for a start that lies ahead', () => {
    const fresh = { ...plain, checkpointMs: null };

    expect(sweepWindows({ ...fresh, startFromMs: nowMs - 2 * hour })[0]?.fromMs).toBe(
      nowMs - 2 * hour - 600_000,
    );
    expect(sweepWindows({ ...fresh, startFromMs: nowMs + hour })).toEqual([]);
    expect(sweepWindows(fresh)[0]?.fromMs).toBe(nowMs - 30_000 - 24 * hour - 600_000);
  });

  it('do not believe a checkpoint from the future', () => {
    const [window] = sweepWindows({ ...plain, checkpointMs: nowMs + 48 * hour });

    expect(window).toEqual({ fromMs: nowMs - 630_000, toMs: nowMs - 30_000 });
  });
});

describe('creation sweep', () => {
  it('is due once a period, and after the clock was set back', () => {
    const due = (lastSweepMs: number | null) =>
      creationSweepDue({ lastSweepMs, nowMs, everyMs: 24 * hour });

    expect([due(null), due(nowMs - 24 * hour), due(nowMs + 1)]).toEqual([true, true, true]);
    expect(due(nowMs - hour)).toBe(false);
  });

  it('reads back its width from before the newest moments', () => {
    const window = creationWindow({
      nowMs,
      startFromMs: null,
      widthMs: 30 * 24 * hour,
      lagMs: 30_000,
    });

    expect(window).toEqual({ fromMs: nowMs - 30_000 - 720 * hour, toMs: nowMs - 30_000 });
  });
});
