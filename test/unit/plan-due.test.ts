import { describe, expect, it } from 'vitest';
import { reachUnsent, recheckCauses } from '../../src/app/facts.ts';
import { freezeJournals, planDue } from '../../src/app/plan.ts';
import { workOff } from '../../src/app/sync.ts';
import { effectiveSettings } from '../../src/core/effective-settings.ts';
import { parseAmount } from '../../src/core/money.ts';
import { restaging } from '../../src/core/posting-standing.ts';
import { calendarDay, chargeId, externalKey } from '../../src/core/schema.ts';
import type { Settings } from '../../src/core/settings.ts';
import { aCharge, anOrder, dayMs, hourMs, noonMs } from '../support/builders.ts';
import { aMapping, skuTo } from '../support/builders-mapping.ts';
import { aHandLink, aHeld } from '../support/hand-link.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';
import { scriptedLedger, type TestEngine } from '../support/scripted-ledger.ts';
import { takeLease } from '../support/store-process.ts';
import { aMove } from '../support/store-record.ts';

describe('an order from before the cut-over that a person linked', () => {
  it('is posted under its number, and its shipment is posted on it', async () => {
    const made = await planningEngine({ sync: { startFromMs: noonMs } });
    const { engine, store, clock } = made;
    const order = anOrder()
      .createdAt(noonMs - dayMs)
      .shipped({ leftAtMs: noonMs + hourMs })
      .build();
    const key = { kind: 'order', id: order.id } as const;
    await observe(made, order);
    await planDue(engine);
    const link = { kind: 'salesOrder', shipbobId: order.id, number: '0010007777' } as const;
    const nowMs = clock.now();
    await store.linkByHand(
      engine.fence,
      aHandLink(key, { ...link, share: [aHeld('COFFEE', '3')] }, { nowMs }),
    );

    await planDue(engine);

    const filter = { codes: null, kinds: null, ids: null, state: 'open', limit: 9 } as const;
    expect(await store.flags(filter)).toEqual([]);
    expect(await store.posting(externalKey(`SB${order.id}`))).toMatchObject({
      state: 'posted',
      reference: { number: '0010007777' },
    });
    const request = { kind: 'goodsIssue', nowMs: clock.now(), limit: 9 } as const;
    expect(await store.postingsReady(request)).toMatchObject([
      { posting: { key: 'S388185605-1' }, dependency: { number: '0010007777' } },
    ]);
  });
});

describe('charges in a journal', () => {
  it('are flagged when their amount changes, whichever of them it is', async () => {
    const made = await planningEngine();
    const { engine, store } = made;
    const chargedOn = calendarDay('2025-10-05');
    const charges = ['01', '02', '03'].map((id) => aCharge({ id: chargeId(id), chargedOn }));
    await observe(made, ...charges);
    await planDue(engine);
    await freezeJournals(engine);
    made.clock.pass(1000);

    const [first, second] = charges;
    if (first === undefined || second === undefined) throw new Error('there are three charges');
    await observe(made, first, { ...second, amount: parseAmount('9.2') });
    await planDue(engine);

    const filter = { codes: null, kinds: null, ids: null, state: 'open', limit: 9 } as const;
    expect(await store.flags(filter)).toMatchObject([
      {
        code: 'SOURCE_CHANGED',
        record: { kind: 'charge', id: '02' },
        evidence: { key: 'J20251005AAA-01', difference: 'amount 7.77 is now 9.2' },
      },
    ]);
  });
});

describe('settings that changed', () => {
  const orderTypeOf = async (made: TestEngine, id: string) => {
    const posting = await made.store.posting(externalKey(`SB${id}`));
    return posting?.document.kind === 'salesOrder' ? posting.document.orderType : null;
  };

  it('apply to what no commit was given, staged or not', async () => {
    const made = await planningEngine();
    const { engine, store, clock } = made;
    await observe(made, anOrder('1').build(), anOrder('2').build(), anOrder('3').build());
    await reachUnsent(engine);
    await planDue(engine);
    const stage = async (key: string) => {
      const posting = await store.posting(externalKey(key));
      if (posting === null) throw new Error('there is a posting');
      const patch = { attempt: 1, handle: `T-${key}` };
      await store.movePostings(engine.fence, [aMove(posting, 'staged', { patch })], clock.now());
      return { ...posting, ...patch, state: 'staged' as const };
    };
    await stage('SB2');
    const third = await stage('SB3');
    await store.movePostings(engine.fence, [aMove(third, 'committing')], clock.now());
    const before = await orderTypeOf(made, '1');

    engine.settings = withOrderType(engine.settings, 'NEW');
    await reachUnsent(engine);
    expect((await store.casesDue(9)).map(({ stored }) => stored.key.id)).toEqual(['1', '2']);
    await planDue(engine);

    expect(before).not.toBe('NEW');
    expect(await orderTypeOf(made, '1')).toBe('NEW');
    // Its staged copy is deleted first.
    expect(await store.posting(externalKey('SB2'))).toMatchObject({
      state: 'pending',
      handle: 'T-SB2',
      waitingFor: restaging,
    });
    expect(await orderTypeOf(made, '3')).toBe(before);
  });

  it('are not forgotten by a run that ended before everything was due', async () => {
    const made = await planningEngine();
    const { engine, store } = made;
    const unknown = anOrder('2').line('NOBODY-KNOWS', '1').build();
    await observe(made, anOrder('1').build(), unknown);
    await recheckCauses(engine);
    await reachUnsent(engine);
    await planDue(engine);
    expect(await store.openCauses()).toHaveLength(1);
    engine.settings = withOrderType(engine.settings, 'NEW');
    const dies = () => Promise.reject(new Error('the process ended here'));

    engine.store = { ...store, touchReplaceable: dies, touchCauses: dies };
    await expect(recheckCauses(engine)).rejects.toThrow('ended here');
    await expect(reachUnsent(engine)).rejects.toThrow('ended here');
    engine.store = store;
    await recheckCauses(engine);
    await reachUnsent(engine);

    expect((await store.casesDue(9)).map(({ stored }) => stored.key.id)).toEqual(['1', '2']);
  });

  it('are not claimed to be reached by a run that another one took over meanwhile', async () => {
    const made = await planningEngine();
    const { engine, store } = made;
    await observe(made, anOrder('1').build());
    await reachUnsent(engine);
    await planDue(engine);
    const present = engine.settings;
    const others = withOrderType(present, 'NEW');
    // It stands still between finding the change and noting it; another run goes on by the old one.
    const overtaken = {
      ...engine,
      settings: others,
      store: {
        ...store,
        touchReplaceable: async (...given: Parameters<typeof store.touchReplaceable>) => {
          await store.releaseLease(engine.fence);
          engine.fence = await takeLease(store);
          await reachUnsent(engine);
          await planDue(engine);
          return store.touchReplaceable(...given);
        },
      },
    };

    await expect(reachUnsent(overtaken)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(recheckCauses(overtaken)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    engine.settings = others;
    await reachUnsent(engine);

    expect((await store.casesDue(9)).map(({ stored }) => stored.key.id)).toEqual(['1']);
  });

  it('make nothing due when they are the same', async () => {
    const made = await planningEngine();
    await observe(made, anOrder('1').build());
    await recheckCauses(made.engine);
    await reachUnsent(made.engine);
    await planDue(made.engine);

    await recheckCauses(made.engine);
    await reachUnsent(made.engine);

    expect(await made.store.casesDue(9)).toEqual([]);
  });
});

function withOrderType(settings: Settings, orderType: string): Settings {
  const rules = settings.orders.rules.map((rule) =>
    rule.route.as === 'salesOrder' ? { ...rule, route: { ...rule.route, orderType } } : rule,
  );
  return { ...settings, orders: { ...settings.orders, rules } };
}

describe('a mapping that would flag most of what waits', () => {
  it('stops the stream, and nothing of it is sent by the mapping of before', async () => {
    const script = scriptedLedger();
    const made = await planningEngine();
    const { engine, store } = made;
    engine.infor = { ...script.ledger, masterData: engine.infor.masterData };
    const ids = Array.from({ length: 25 }, (_, index) => String(100 + index));
    await observe(made, ...ids.map((id) => anOrder(id).line('COFFEE', '1').build()));
    await reachUnsent(engine);
    await planDue(engine);

    engine.settings = effectiveSettings(engine.settings, [aMapping('COFFEE', skuTo('NO-SUCH'))]);
    const troubles = await workOff(engine, 'post');

    expect(troubles).toMatchObject([{ problem: { code: 'TOO_MANY_FLAGS' } }]);
    expect(script.asked).toEqual([]);
    expect(await store.openCauses()).toEqual([]);
    const waiting = await store.postings({ states: ['pending'], limit: 99 });
    expect(waiting).toHaveLength(25);
  });
});
