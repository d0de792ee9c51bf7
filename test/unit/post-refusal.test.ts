import { describe, expect, it } from 'vitest';
import { post } from '../../src/app/post.ts';
import { settle } from '../../src/app/settle.ts';
import type { PlannedDocument } from '../../src/core/glossary.ts';
import { planOne, refusal, scriptedLedger, testEngine } from '../support/scripted-ledger.ts';
import { plannedOrder, plannedPurchase } from '../support/store-record.ts';

/** Infor refuses the commit, and the run dies before what is staged is deleted. */
async function refusedAndDied(planned: PlannedDocument) {
  const script = scriptedLedger();
  const made = await testEngine(script.ledger);
  const { engine, store } = made;
  await planOne(made, planned);
  script.play({
    commit: [{ state: 'rejected', problem: refusal() }],
    readBack: [{ state: 'failed', problem: refusal() }],
  });
  const dies = () => Promise.reject(new Error('killed'));
  const dying = { ...engine, infor: { ...script.ledger, discard: dies } };
  await expect(post(dying)).rejects.toThrow('killed');
  await made.takeOver();
  const posting = async () => store.posting(planned.key);
  return { ...made, script, posting };
}

describe('a commit that Infor refused, when the run died before the deletion', () => {
  it('had no effect: gone is deleted, and it is staged anew', async () => {
    const world = await refusedAndDied(plannedOrder('SB1'));
    expect(await world.posting()).toMatchObject({ state: 'unknown', handedToCommit: false });
    world.script.play({ readBack: [{ state: 'gone' }] });

    await settle(world.engine);
    world.script.play({});
    await post(world.engine);

    // The old handle is deleted, and read back as gone, before there is a new one.
    expect(world.script.asked.slice(0, 3)).toEqual(['lookup T1', 'discard T1', 'stage']);
    expect(await world.posting()).toMatchObject({ state: 'posted', attempt: 2 });
  });

  it('is the same handle again, no other, while that still stands', async () => {
    const world = await refusedAndDied(plannedOrder('SB1'));
    world.script.play({ readBack: [{ state: 'staged' }] });

    for (let look = 0; look < 12; look += 1) {
      world.clock.pass(60_000);
      await settle(world.engine);
    }

    expect(world.script.asked.filter((step) => step.startsWith('stage'))).toEqual([]);
    expect(world.script.asked).toContain('commit T1');
  });

  it('of a purchase order stays in doubt: one that is nowhere may be in its transfer', async () => {
    const world = await refusedAndDied(plannedPurchase('SB1'));

    expect(await world.posting()).toMatchObject({ handedToCommit: true, handle: 'T1' });
    world.script.play({ readBack: [{ state: 'processing' }] });
    world.clock.pass(60_000);
    await settle(world.engine);
    expect(world.script.asked.filter((step) => step.startsWith('stage'))).toEqual([]);
  });
});
