import { describe, expect, it } from 'vitest';
import { planDue } from '../../src/app/plan.ts';
import { readProgress } from '../../src/app/run-progress.ts';
import { anOrder } from '../support/builders.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** A run that has read six hours of ten in three minutes, and three orders wait to be posted. */
async function halfway() {
  const made = await planningEngine();
  const { engine, clock } = made;
  const shown: string[] = [];
  engine.progress = (step) => shown.push(step);
  engine.allowance = async () => ({ left: 7, perMinute: 150 });
  // The third is still to be planned.
  const records = ['1', '2'].map((id) => anOrder(`70000${id}`).line('COFFEE', '1').build());
  await observe(made, ...records);
  await planDue(engine);
  await observe(made, anOrder('700003').line('COFFEE', '1').build());
  const ended = engine.measured.beginReading(engine, 10 * hourMs);
  clock.pass(3 * minuteMs);
  engine.measured.cover(6 * hourMs);
  shown.length = 0;
  return { ...made, shown, ended };
}

describe('what a run measures of itself', () => {
  it('is kept for whoever asks meanwhile, of this run alone', async () => {
    const { engine, store, clock } = await halfway();

    await engine.measured.show(engine, 'reading orders');

    expect(await readProgress(store, engine.fence.runId)).toEqual({
      runId: engine.fence.runId,
      atMs: clock.now(),
      work: {
        reading: { coveredMs: 6 * hourMs, leftMs: 4 * hourMs, tookMs: 3 * minuteMs },
        posting: { posted: 0, tookMs: 0, left: 3 },
        doubtful: 0,
        callsLeft: 7,
        callsPerMinute: 150,
      },
    });
    expect(await readProgress(store, engine.fence.runId + 1)).toBeNull();
  });

  it('counts time in which two things went on once, and time in which nothing did not', async () => {
    const { engine, store, clock, ended } = await halfway();
    const second = engine.measured.beginReading(engine, hourMs);
    clock.pass(minuteMs);
    ended();
    clock.pass(minuteMs);
    second();
    clock.pass(hourMs);

    await engine.measured.show(engine, 'posting');

    const kept = await readProgress(store, engine.fence.runId);
    expect(kept?.work.reading.tookMs).toBe(5 * minuteMs);
  });

  it('is shown to people only where it is known', async () => {
    const { engine, clock, shown } = await halfway();

    await engine.measured.show(engine, 'reading orders');
    engine.counts.posted.salesOrder = 60;
    const ended = engine.measured.beginPosting(engine);
    clock.pass(20 * minuteMs);
    ended();
    await engine.measured.show(engine, 'posting salesOrder');

    expect(shown[0]).toBe('reading orders');
    expect(shown.at(-1)).toMatch(/^posting salesOrder, about \d+ min left$/);
  });

  it('is written down every few seconds, not with every step', async () => {
    const { engine, store, clock } = await halfway();
    await engine.measured.show(engine, 'one');
    clock.pass(1_000);
    engine.measured.cover(hourMs);

    await engine.measured.show(engine, 'two');

    const kept = await readProgress(store, engine.fence.runId);
    expect(kept?.work.reading.leftMs).toBe(4 * hourMs);
  });
});
