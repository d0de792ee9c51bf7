import { describe, expect, it } from 'vitest';
import { post } from '../../src/app/post.ts';
import { externalKey } from '../../src/core/schema.ts';
import { scriptedLedger, testEngine } from '../support/scripted-ledger.ts';
import { anOrder, anOutcome, plannedOrder } from '../support/store-record.ts';

describe('a document whose preliminary in Infor got no clear answer', () => {
  it.each([
    ['after the quiet period', 330_000, 330_000],
    ['after the usual time', null, 15_000],
    ['after the usual time, when that is longer', 1_000, 15_000],
  ])('is staged again %s', async (_, retryAfterMs, expectedMs) => {
    const script = scriptedLedger();
    const { engine, store, clock } = await testEngine(script.ledger);
    const nowMs = clock.now();
    await store.saveObservations(engine.fence, {
      stream: 'orders',
      nowMs,
      observations: [{ record: anOrder('1'), startedAtMs: nowMs }],
      unreadable: [],
      checkpointMs: null,
    });
    const [due] = await store.casesDue(1);
    const outcome = anOutcome({ kind: 'order', id: '1' }, due?.stored.contentHash ?? '', {
      put: [plannedOrder('SB1')],
    });
    await store.savePlans(engine.fence, [outcome], nowMs);
    script.play({ stage: [() => ({ state: 'waiting', waitingFor: 'stock', retryAfterMs })] });

    await post(engine);

    const posting = await store.posting(externalKey('SB1'));
    expect(posting?.nextAttemptAtMs).toBe(nowMs + expectedMs);
    expect(posting?.waitingFor).toBe('stock');
  });
});
