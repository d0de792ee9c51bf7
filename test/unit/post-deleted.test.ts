import { describe, expect, it } from 'vitest';
import { post } from '../../src/app/post.ts';
import { externalKey } from '../../src/core/schema.ts';
import { scriptedLedger, testEngine } from '../support/scripted-ledger.ts';
import { anOrder, anOutcome, plannedOrder } from '../support/store-record.ts';

describe('a document that was deleted before it could be read back', () => {
  it('is flagged as deleted, and never counts as posted', async () => {
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
    const reference = { number: '0010001', detail: {} };
    script.play({ readBack: [{ state: 'deleted', reference }] });

    await post(engine);

    const posting = await store.posting(externalKey('SB1'));
    expect(posting).toMatchObject({ state: 'flagged', reference: { number: '0010001' } });
    expect(script.asked.filter((step) => step.startsWith('commit'))).toHaveLength(1);
  });
});
