import { describe, expect, it } from 'vitest';
import type { Fence, HandLink } from '../../src/app/ports.ts';
import type { HeldLine, Posting } from '../../src/core/glossary.ts';
import type { HandKind } from '../../src/core/hand-booking.ts';
import { externalKey } from '../../src/core/schema.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { aHandLink, aHeld } from '../support/hand-link.ts';
import { openTestStore, takeLease } from '../support/store-open.ts';
import {
  aFlag,
  aMove,
  anOrder,
  anOutcome,
  aPlanOf,
  aReceiving,
  aShipment,
  plannedIssue,
  plannedOrder,
  plannedReceipt,
} from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const order1 = { kind: 'order', id: '1' } as const;
const order2 = { kind: 'order', id: '2' } as const;
const coffee = (quantity: string) => [aHeld('COFFEE', quantity)];

async function started(): Promise<{ store: OpenedStore; fence: Fence }> {
  const store = await openTestStore();
  const fence = await takeLease(store, { nowMs: t0 });
  await store.saveObservations(fence, {
    stream: 'orders',
    nowMs: t0,
    observations: [anOrder('1', { shipments: [aShipment('5')] }), anOrder('2')].map((record) => ({
      record,
      startedAtMs: t0,
    })),
    unreadable: [],
    checkpointMs: null,
  });
  return { store, fence };
}

async function planned(
  { store, fence }: { store: OpenedStore; fence: Fence },
  key: string,
  record: typeof order1 | typeof order2 = order1,
): Promise<Posting> {
  const put = key.startsWith('SB') ? [plannedOrder(key)] : [plannedIssue(key, '5', 'SB1')];
  const hash = (await store.record(record))?.contentHash ?? '';
  await store.casesDue(10);
  await store.savePlans(fence, [anOutcome(record, hash, { put })], t0);
  const posting = await store.posting(externalKey(key));
  if (posting === null) throw new Error('it was planned');
  return posting;
}

function link(
  of: typeof order1 | typeof order2,
  share: HeldLine[],
  more: { held?: HeldLine[]; kind?: HandKind; shipbobId?: string } & Partial<HandLink> = {},
): HandLink {
  const { kind = 'salesOrder', shipbobId = of.id, ...rest } = more;
  return aHandLink(of, { kind, shipbobId, number: '0010007', share }, { nowMs: t0 + 1, ...rest });
}

describe('a link', () => {
  it('is told in the trail, with the reason where it can be purged', async () => {
    const { store, fence } = await started();

    await store.linkByHand(fence, link(order1, coffee('3'), { because: 'Ada typed it in' }));

    const { entries } = await store.trace('1');
    expect(entries.filter(({ action }) => action === 'linked')).toMatchObject([
      {
        actor: 'ada',
        record: order1,
        detail: { number: '0010007', held: [{ item: 'COFFEE', quantity: '3' }] },
        body: { because: 'Ada typed it in' },
      },
    ]);
    expect(JSON.stringify(entries.map(({ detail }) => detail))).not.toContain('Ada typed');
    expect((await store.planningCase(order1))?.links).toMatchObject([{ held: coffee('3') }]);
  });

  it('makes the record due', async () => {
    const made = await started();
    const { store, fence } = made;
    const [due] = await store.casesDue(10);
    const done = [order1, order2].map((key) => anOutcome(key, due?.stored.contentHash ?? ''));
    await store.savePlans(fence, done, t0);

    await store.linkByHand(fence, link(order1, coffee('3')));

    expect((await store.casesDue(10)).map(({ stored }) => stored.key.id)).toContain('1');
  });

  it('is refused where another record has what the document holds', async () => {
    const { store, fence } = await started();
    const held = coffee('5');
    await store.linkByHand(fence, link(order1, coffee('3'), { held }));

    const second = store.linkByHand(fence, link(order2, coffee('3'), { held }));

    await expect(second).rejects.toMatchObject({ code: 'HAND_BOOKING_CLAIMED' });
    expect((await store.planningCase(order2))?.links).toEqual([]);
    await store.linkByHand(fence, link(order2, coffee('2'), { held }));
    expect((await store.planningCase(order2))?.links).toHaveLength(1);
  });

  it('is refused on a document that mlc posted for another record', async () => {
    const made = await started();
    const { store, fence } = made;
    const posting = await planned(made, 'SB2', order2);
    const patch = { reference: { number: '0010007', detail: {} }, held: [] };
    await store.movePostings(fence, [aMove(posting, 'posted', { patch })], t0);

    const late = store.linkByHand(fence, link(order1, coffee('3')));

    await expect(late).rejects.toMatchObject({ code: 'HAND_BOOKING_CLAIMED' });
  });

  it('is refused once a posting of the subject was handed to a commit', async () => {
    const made = await started();
    const { store, fence } = made;
    const posting = await planned(made, 'SB1');
    const staged = { ...posting, state: 'staged' as const, attempt: 1 };
    const patch = { attempt: 1, handle: 'T1' };
    await store.movePostings(fence, [aMove(posting, 'staged', { patch })], t0);
    await store.movePostings(fence, [aMove(staged, 'committing')], t0);

    const late = store.linkByHand(fence, link(order1, coffee('3')));

    await expect(late).rejects.toMatchObject({ code: 'HAND_BOOKING_UNSETTLED' });
  });

  it('is refused without the lease', async () => {
    const { store, fence } = await started();
    await takeLease(store, { owner: 'second', nowMs: t0 + 3_600_000 });

    const late = store.linkByHand(fence, link(order1, coffee('3')));

    await expect(late).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('counts the issues that mlc posted on the sales order', async () => {
    const made = await started();
    const { store, fence } = made;
    const order = await planned(made, 'SB1');
    const patch = { reference: { number: '0010007', detail: {} }, held: [] };
    await store.movePostings(fence, [aMove(order, 'posted', { patch })], t0);
    const issue = await planned(made, 'S5-1');
    const done = { reference: { number: '30001', detail: { deliveries: ['30001'] } } };
    await store.movePostings(
      fence,
      [aMove(issue, 'posted', { patch: { ...done, held: coffee('2') } })],
      t0,
    );
    const about = { kind: 'goodsIssue', purchaseOrder: null, shipbobId: '9' } as const;

    const whole = await store.claims({ ...about, number: '0010007', delivery: null });
    const other = await store.claims({ ...about, number: '0010007', delivery: '30002' });

    expect(whole).toMatchObject({ lines: coffee('2'), by: ['S5-1'], blocked: null });
    expect(other.lines).toEqual([]);
  });
});

describe('what a person has booked', () => {
  it('is not committed, whoever still holds it as staged, and is planned again', async () => {
    const made = await started();
    const { store, fence } = made;
    const posting = await planned(made, 'SB1');
    const patch = { attempt: 1, handle: 'T1' };
    await store.movePostings(fence, [aMove(posting, 'staged', { patch })], t0);
    const staged = await store.posting(posting.key);
    if (staged === null) throw new Error('it is staged');
    await store.linkByHand(fence, link(order1, coffee('3')));
    await store.casesDue(10);
    const hash = (await store.record(order1))?.contentHash ?? '';
    await store.savePlans(fence, [anOutcome(order1, hash)], t0 + 2);

    const applied = await store.movePostings(fence, [aMove(staged, 'committing')], t0 + 3);

    expect(applied).toEqual([false]);
    expect(await store.posting(posting.key)).toMatchObject({
      state: 'staged',
      handedToCommit: false,
    });
    expect((await store.casesDue(10)).map(({ stored }) => stored.key.id)).toContain('1');
  });

  it('does not stop later receipts when its link was made by a clock that ran ahead', async () => {
    const { store, fence } = await started();
    const receiving = { kind: 'receiving', id: '7' } as const;
    await store.saveObservations(fence, {
      stream: 'receiving',
      nowMs: t0,
      observations: [{ record: aReceiving('7', { 11: '5' }), startedAtMs: t0 }],
      unreadable: [],
      checkpointMs: null,
    });
    const wish = { shipbobId: '7', number: '600001', share: coffee('2') };
    const ahead = { nowMs: t0 + 86_400_000, purchaseOrder: '4500012' };
    await store.linkByHand(fence, aHandLink(receiving, { ...wish, kind: 'goodsReceipt' }, ahead));
    await store.casesDue(10);
    const put = [plannedReceipt('R7-1', '7', '4500012')];
    await store.savePlans(fence, [await aPlanOf(store, receiving, { put })], t0 + 2);
    const planned = await store.posting(externalKey('R7-1'));
    if (planned === null) throw new Error('it was planned');
    const patch = { attempt: 1, handle: 'T1' };
    await store.movePostings(fence, [aMove(planned, 'staged', { patch })], t0 + 3);
    const staged = { ...planned, state: 'staged' as const, attempt: 1 };

    const applied = await store.movePostings(fence, [aMove(staged, 'committing')], t0 + 4);

    expect(applied).toEqual([true]);
  });

  it('takes back what was staged, in the transaction of the link', async () => {
    const made = await started();
    const { store, fence } = made;
    const posting = await planned(made, 'SB1');
    const patch = { attempt: 1, handle: 'T1' };
    await store.movePostings(fence, [aMove(posting, 'staged', { patch })], t0);
    const expected = { state: 'staged', attempt: 1 };

    await store.linkByHand(
      fence,
      link(order1, coffee('3'), { release: [{ postingId: posting.id, expected }] }),
    );

    expect(await store.posting(posting.key)).toMatchObject({ state: 'pending', handle: null });
  });

  it('is not linked when the staged one has moved on meanwhile', async () => {
    const made = await started();
    const { store, fence } = made;
    const posting = await planned(made, 'SB1');
    const expected = { state: 'staged', attempt: 1 };
    const wish = link(order1, coffee('3'), { release: [{ postingId: posting.id, expected }] });

    await expect(store.linkByHand(fence, wish)).rejects.toMatchObject({
      code: 'HAND_BOOKING_UNSETTLED',
    });
    expect((await store.planningCase(order1))?.links).toEqual([]);
  });

  it('withdraws a refused issue, and ends its question', async () => {
    const made = await started();
    const { store, fence } = made;
    const issue = await planned(made, 'S5-1');
    const flag = aFlag('REJECTED_BY_INFOR', 'posting:S5-1');
    await store.movePostings(fence, [aMove(issue, 'flagged', { flag })], t0);
    await store.linkByHand(
      fence,
      link(order1, coffee('2'), { kind: 'goodsIssue', shipbobId: '5' }),
    );

    await store.savePlans(fence, [anOutcome(order1, 'any', { withdraw: [issue.key] })], t0 + 2);

    expect(await store.posting(issue.key)).toMatchObject({ state: 'cancelled' });
    const open = { codes: null, kinds: null, ids: null, state: 'open', limit: 9 } as const;
    expect(await store.flags(open)).toEqual([]);
  });
});
