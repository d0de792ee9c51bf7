import { describe, expect, it } from 'vitest';
import { recheckCauses } from '../../src/app/facts.ts';
import { freezeJournals, planDue } from '../../src/app/plan.ts';
import { parseAmount } from '../../src/core/money.ts';
import { calendarDay, chargeId, externalKey } from '../../src/core/schema.ts';
import type { Settings } from '../../src/core/settings.ts';
import { aCharge, anOrder, dayMs, hourMs, noonMs } from '../support/builders.ts';
import { aHandLink, aHeld } from '../support/hand-link.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';
import type { TestEngine } from '../support/scripted-ledger.ts';
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

  it('apply to what is planned and not sent, and to nothing that was staged', async () => {
    const made = await planningEngine();
    const { engine, store, clock } = made;
    await observe(made, anOrder('1').build(), anOrder('2').build());
    await recheckCauses(engine);
    await planDue(engine);
    const second = await store.posting(externalKey('SB2'));
    if (second === null) throw new Error('there is a posting');
    const patch = { attempt: 1, handle: 'T1' };
    await store.movePostings(engine.fence, [aMove(second, 'staged', { patch })], clock.now());
    const before = await orderTypeOf(made, '1');

    engine.settings = withOrderType(engine.settings, 'NEW');
    await recheckCauses(engine);
    expect((await store.casesDue(9)).map(({ stored }) => stored.key.id)).toEqual(['1']);
    await planDue(engine);

    expect(before).not.toBe('NEW');
    expect(await orderTypeOf(made, '1')).toBe('NEW');
    expect(await orderTypeOf(made, '2')).toBe(before);
  });

  it('make nothing due when they are the same', async () => {
    const made = await planningEngine();
    await observe(made, anOrder('1').build());
    await recheckCauses(made.engine);
    await planDue(made.engine);

    await recheckCauses(made.engine);

    expect(await made.store.casesDue(9)).toEqual([]);
  });
});

function withOrderType(settings: Settings, orderType: string): Settings {
  const rules = settings.orders.rules.map((rule) =>
    rule.route.as === 'salesOrder' ? { ...rule, route: { ...rule.route, orderType } } : rule,
  );
  return { ...settings, orders: { ...settings.orders, rules } };
}
