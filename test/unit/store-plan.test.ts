import { describe, expect, it } from 'vitest';
import type { Fence, FlagFilter, Store } from '../../src/app/ports.ts';
import type { FlagDraft, SourceRecord } from '../../src/core/glossary.ts';
import {
  calendarDay,
  canonicalQuantity,
  externalKey,
  inventoryId,
  receivingId,
} from '../../src/core/schema.ts';
import { aHandLink, aHeld } from '../support/hand-link.ts';
import { openTestStore, takeLease } from '../support/store-open.ts';
import {
  aCharge,
  aFlag,
  aMove,
  anEntry,
  anOrder,
  anOutcome,
  aPlanOf,
  aReceiving,
  aShipment,
  plannedIssue,
  plannedJournal,
  plannedOrder,
  plannedPurchase,
  plannedReceipt,
  plannedStockIssue,
} from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const order1 = { kind: 'order', id: '1' } as const;
const charge1 = { kind: 'charge', id: 'C1' } as const;
const everyFlag = { codes: null, kinds: null, ids: null, state: 'all' as const, limit: 100 };

async function started(...records: SourceRecord[]): Promise<{ store: Store; fence: Fence }> {
  const store = await openTestStore();
  const fence = await takeLease(store, { nowMs: t0 });
  await store.saveObservations(fence, {
    stream: 'orders',
    nowMs: t0,
    observations: records.map((record) => ({ record, startedAtMs: t0 })),
    unreadable: [],
    checkpointMs: null,
  });
  return { store, fence };
}

function planOrder(store: Store, fence: Fence, change: Parameters<typeof anOutcome>[2]) {
  return store.savePlans(fence, [anOutcome(order1, 'any', change)], t0);
}

async function flagOrder(store: Store, fence: Fence, flags: FlagDraft[], nowMs = t0) {
  return store.savePlans(fence, [anOutcome(order1, 'any', { flags })], nowMs);
}

describe('the plans of a large batch', () => {
  it('are taken in by parts, each whole, so that none keeps other writers out for long', async () => {
    const ids = Array.from({ length: 150 }, (_, at) => String(at + 1));
    const { store, fence } = await started(...ids.map((id) => anOrder(id)));
    const outcomes = ids.map((id) =>
      anOutcome({ kind: 'order', id }, 'any', {
        put: [
          id === '150'
            ? { ...plannedOrder('SB150'), dependsOn: externalKey('SB150') }
            : plannedOrder(`SB${id}`),
        ],
      }),
    );

    await expect(store.savePlans(fence, outcomes, t0)).rejects.toThrow('does not wait for itself');

    const saved = await store.postings({ states: ['pending'], limit: 1_000 });
    expect(saved).toHaveLength(100);
  });

  it('count what they raised together', async () => {
    const ids = Array.from({ length: 150 }, (_, at) => String(at + 1));
    const { store, fence } = await started(...ids.map((id) => anOrder(id)));
    const outcomes = ids.map((id) =>
      anOutcome({ kind: 'order', id }, 'any', { flags: [aFlag('UNKNOWN_ITEM', `sku:${id}`)] }),
    );

    expect(await store.savePlans(fence, outcomes, t0)).toEqual({ raised: 150, cleared: 0 });
  });
});

describe('a planned document', () => {
  it('becomes a pending posting', async () => {
    const { store, fence } = await started(anOrder('1'));
    const planned = plannedOrder('SB1');

    await planOrder(store, fence, { put: [planned] });

    expect(await store.posting(planned.key)).toMatchObject({
      key: 'SB1',
      kind: 'salesOrder',
      state: 'pending',
      record: order1,
      document: planned.document,
      attempt: 0,
      handle: null,
      handedToCommit: false,
      nextAttemptAtMs: t0,
    });
  });

  it('replaces the document of a posting that is still pending', async () => {
    const { store, fence } = await started(anOrder('1'));
    await planOrder(store, fence, { put: [plannedOrder('SB1')] });
    const before = await store.posting(externalKey('SB1'));

    await planOrder(store, fence, { put: [plannedOrder('SB1', { note: 'changed' })] });

    const after = await store.posting(externalKey('SB1'));
    expect(after?.document).toMatchObject({ orderNumber: 'changed' });
    expect(after?.id).toBe(before?.id);
    expect(after?.documentHash).not.toBe(before?.documentHash);
  });

  it('does not touch a posting that is staged', async () => {
    const { store, fence } = await started(anOrder('1'));
    await planOrder(store, fence, { put: [plannedOrder('SB1')] });
    const posting = await store.posting(externalKey('SB1'));
    if (posting === null) throw new Error('there is a posting');
    await store.movePostings(fence, [aMove(posting, 'staged', { patch: { attempt: 1 } })], t0);

    await planOrder(store, fence, {
      put: [plannedOrder('SB1', { note: 'changed' })],
      withdraw: [externalKey('SB1')],
    });

    const after = await store.posting(externalKey('SB1'));
    expect(after).toMatchObject({ state: 'staged', document: { orderNumber: 'SB1' } });
  });

  it('that is withdrawn is cancelled, and pending again when it is wanted again', async () => {
    const { store, fence } = await started(anOrder('1'));
    await planOrder(store, fence, { put: [plannedOrder('SB1')] });

    await planOrder(store, fence, { withdraw: [externalKey('SB1')] });
    expect((await store.posting(externalKey('SB1')))?.state).toBe('cancelled');
    await planOrder(store, fence, { put: [plannedOrder('SB1', { note: 'again' })] });

    expect(await store.posting(externalKey('SB1'))).toMatchObject({
      state: 'pending',
      document: { orderNumber: 'again' },
    });
  });

  it('of another kind under the same key takes the place of the pending one', async () => {
    const { store, fence } = await started(anOrder('1'));
    await planOrder(store, fence, {
      put: [plannedOrder('SB1'), plannedIssue('S5-1', '5', 'SB1')],
    });

    const put = [plannedPurchase('SB1'), plannedStockIssue('S5-1', '5')];
    await store.savePlans(fence, [await aPlanOf(store, order1, { put })], t0);

    await store.touchForPlanning([order1]);
    const [one] = await store.casesDue(10);
    expect(one?.postings.map(({ key, kind }) => [key, kind])).toEqual([
      ['SB1', 'purchaseOrder'],
      ['S5-1', 'stockIssue'],
    ]);
    await store.savePlans(fence, [await aPlanOf(store, order1)], t0);
    const ready = (kind: 'salesOrder' | 'purchaseOrder' | 'goodsIssue' | 'stockIssue') =>
      store.postingsReady({ kind, nowMs: t0, limit: 10 });
    expect(await ready('salesOrder')).toEqual([]);
    expect(await ready('goodsIssue')).toEqual([]);
    expect(await ready('purchaseOrder')).toMatchObject([{ posting: { key: 'SB1' } }]);
    expect(await ready('stockIssue')).toMatchObject([
      { posting: { key: 'S5-1', dependsOn: null, shipmentId: '5' } },
    ]);
  });

  it('of another kind takes the place of a withdrawn one', async () => {
    const { store, fence } = await started(anOrder('1'));
    await planOrder(store, fence, { put: [plannedOrder('SB1')] });
    await planOrder(store, fence, { withdraw: [externalKey('SB1')] });

    await planOrder(store, fence, { put: [plannedPurchase('SB1')] });

    expect(await store.posting(externalKey('SB1'))).toMatchObject({
      state: 'pending',
      kind: 'purchaseOrder',
    });
  });

  it('may not take the key of another record', async () => {
    const { store, fence } = await started(anOrder('1'), anOrder('2'));
    await planOrder(store, fence, { put: [plannedOrder('SB1')] });
    const other = anOutcome({ kind: 'order', id: '2' }, 'any', { put: [plannedOrder('SB1')] });

    await expect(store.savePlans(fence, [other], t0)).rejects.toMatchObject({ code: 'DEFECT' });
  });

  it('is seen with its record when the record is planned again', async () => {
    const { store, fence } = await started(anOrder('1'));
    await planOrder(store, fence, {
      put: [plannedOrder('SB1'), plannedIssue('S5-1', '5', 'SB1')],
      flags: [aFlag('UNKNOWN_SKU', 'item:A')],
    });

    const [one] = await store.casesDue(10);

    expect(one?.postings.map(({ key }) => key)).toEqual(['SB1', 'S5-1']);
    expect(one?.openFlags.map(({ code }) => code)).toEqual(['UNKNOWN_SKU']);
  });
});

describe('receipts not yet posted', () => {
  it('are those of other records on the purchase order', async () => {
    const { store, fence } = await started(aReceiving('7', {}), aReceiving('8', {}));
    const wro7 = { kind: 'receiving', id: '7' } as const;
    const wro8 = { kind: 'receiving', id: '8' } as const;
    await store.savePlans(
      fence,
      [
        anOutcome(wro7, 'any', { put: [plannedReceipt('R7-1', '7', '4500012')] }),
        anOutcome(wro8, 'any', { put: [plannedReceipt('R8-1', '8', '4500012')] }),
      ],
      t0,
    );

    const others = await store.unpostedReceipts('4500012', wro7);

    expect(others.map(({ key }) => key)).toEqual(['R8-1']);
    expect(await store.unpostedReceipts('4500099', wro7)).toEqual([]);
  });
});

describe('flags of a record', () => {
  it('are raised once, and keep their id while their cause stands', async () => {
    const { store, fence } = await started(anOrder('1'));

    const first = await flagOrder(store, fence, [aFlag('UNKNOWN_SKU', 'item:A')]);
    const second = await flagOrder(
      store,
      fence,
      [aFlag('UNKNOWN_SKU', 'item:A', { sentence: 'Better words.' })],
      t0 + 5,
    );

    expect([first, second]).toEqual([
      { raised: 1, cleared: 0 },
      { raised: 0, cleared: 0 },
    ]);
    expect(await store.flags(everyFlag)).toMatchObject([
      { sentence: 'Better words.', raisedAtMs: t0, clearedAtMs: null, postingKey: null },
    ]);
  });

  it('are cleared when planning does not raise them again', async () => {
    const { store, fence } = await started(anOrder('1'));
    await flagOrder(store, fence, [aFlag('UNKNOWN_SKU', 'item:A'), aFlag('NO_PRICE', 'item:A')]);

    const change = await flagOrder(store, fence, [aFlag('NO_PRICE', 'item:A')], t0 + 5);

    expect(change).toEqual({ raised: 0, cleared: 1 });
    const open = await store.flags({ ...everyFlag, state: 'open' });
    const cleared = await store.flags({ ...everyFlag, state: 'cleared' });
    expect(open.map(({ code }) => code)).toEqual(['NO_PRICE']);
    expect(cleared).toMatchObject([{ code: 'UNKNOWN_SKU', clearedAtMs: t0 + 5 }]);
  });

  it('come back as new ones', async () => {
    const { store, fence } = await started(anOrder('1'));
    await flagOrder(store, fence, [aFlag('UNKNOWN_SKU', 'item:A')]);
    await flagOrder(store, fence, []);

    await flagOrder(store, fence, [aFlag('UNKNOWN_SKU', 'item:A')]);

    expect(await store.flags(everyFlag)).toHaveLength(2);
  });

  it('can be asked for by code, kind, id and number', async () => {
    const { store, fence } = await started(anOrder('1'));
    await flagOrder(store, fence, [aFlag('A', 'x'), aFlag('B', 'x'), aFlag('C', 'x')]);
    const [first] = await store.flags(everyFlag);

    const codes = async (change: Partial<FlagFilter>) =>
      (await store.flags({ ...everyFlag, ...change })).map(({ code }) => code);

    expect(await codes({ codes: ['B', 'C'] })).toEqual(['B', 'C']);
    expect(await codes({ limit: 2 })).toEqual(['A', 'B']);
    expect(await store.flags({ ...everyFlag, kinds: ['charge'] })).toEqual([]);
    expect(await store.flags({ ...everyFlag, ids: [first?.id ?? 0] })).toHaveLength(1);
  });

  it('of one cause make all their records due at once', async () => {
    const { store, fence } = await started(anOrder('1'), anOrder('2'), anOrder('3'));
    const due = await store.casesDue(10);
    const outcomes = due.map(({ stored }, index) =>
      anOutcome(stored.key, stored.contentHash, {
        flags: [aFlag('UNKNOWN_SKU', index < 2 ? 'item:A' : 'item:B')],
      }),
    );
    await store.savePlans(fence, outcomes, t0);

    expect(await store.openCauses()).toEqual([
      { cause: 'item:A', count: 2 },
      { cause: 'item:B', count: 1 },
    ]);
    expect(await store.touchCauses(['item:A'])).toBe(2);
    expect((await store.casesDue(10)).map(({ stored }) => stored.key.id)).toEqual(['1', '2']);
  });
});

describe('journal entries', () => {
  it('wait loose until their day is over, oldest first', async () => {
    const { store, fence } = await started(aCharge('C1'));
    await store.savePlans(fence, [await aPlanOf(store, charge1, { entry: anEntry('C1') })], t0);

    expect(await store.looseEntries('2026-11-03', 10)).toEqual([]);
    expect(await store.looseEntries('2026-11-04', 10)).toEqual([anEntry('C1')]);
  });

  it('wait while their charge is to be planned: it may get other accounts', async () => {
    const { store, fence } = await started(aCharge('C1'));
    const outcome = await aPlanOf(store, charge1, { entry: anEntry('C1') });
    await store.savePlans(fence, [outcome], t0);

    await store.touchReplaceable(fence, { name: 'settings', value: 'new' });

    expect(await store.looseEntries('2027-01-01', 10)).toEqual([]);
    await store.savePlans(fence, [outcome], t0);
    expect(await store.looseEntries('2027-01-01', 10)).toEqual([anEntry('C1')]);
  });

  it('that are no longer wanted are taken back', async () => {
    const { store, fence } = await started(aCharge('C1'));
    await store.savePlans(fence, [anOutcome(charge1, 'any', { entry: anEntry('C1') })], t0);

    await store.savePlans(fence, [anOutcome(charge1, 'any', { entry: null })], t0);

    expect(await store.looseEntries('2027-01-01', 10)).toEqual([]);
  });

  it('are frozen into one journal and no other', async () => {
    const { store, fence } = await started(aCharge('C1'), aCharge('C2'));
    const entries = [anEntry('C1'), anEntry('C2')];
    const outcomes = entries.map((entry) =>
      anOutcome({ kind: 'charge', id: entry.chargeId }, 'any', { entry }),
    );
    await store.savePlans(fence, outcomes, t0);

    await store.freezeJournal(fence, plannedJournal('J20261103AAA-01', ['C1', 'C2']), entries, t0);

    expect(await store.looseEntries('2027-01-01', 10)).toEqual([]);
    expect(await store.nextJournalSequence(calendarDay('2026-11-03'), 'AAA')).toBe(2);
    expect(await store.nextJournalSequence(calendarDay('2026-11-03'), 'BBB')).toBe(1);
    const cases = await store.casesDue(10);
    expect(cases.map(({ journalKey }) => journalKey)).toEqual([
      'J20261103AAA-01',
      'J20261103AAA-01',
    ]);
    const again = store.freezeJournal(fence, plannedJournal('J2', ['C2']), [anEntry('C2')], t0);
    await expect(again).rejects.toMatchObject({ code: 'DEFECT' });
    expect(await store.posting(externalKey('J2'))).toBeNull();
  });

  it('do not change and are not taken back once they are in a journal', async () => {
    const { store, fence } = await started(aCharge('C1'));
    const plan = (entry: ReturnType<typeof anEntry> | null) =>
      store.savePlans(fence, [anOutcome(charge1, 'any', { entry })], t0);
    await plan(anEntry('C1'));
    await store.freezeJournal(fence, plannedJournal('J1', ['C1']), [anEntry('C1')], t0);

    await plan(null);
    await plan(anEntry('C1', { division: 'BBB' }));

    expect((await store.casesDue(1))[0]?.journalKey).toBe('J1');
    expect(await store.looseEntries('2027-01-01', 10)).toEqual([]);
  });
});

describe('an opening baseline', () => {
  it('is replaced as a whole and seen by planning', async () => {
    const { store } = await started(aReceiving('7', {}));
    const id = receivingId('7');
    const line = (lot: string | null, stowed: string) => ({
      inventoryId: inventoryId('1'),
      lot,
      stowed: canonicalQuantity(stowed),
    });

    await store.saveBaseline(id, [line('L1', '5'), line(null, '6')], 'ada', t0);
    await store.saveBaseline(id, [line(null, '7')], 'ada', t0);

    const [one] = await store.casesDue(10);
    expect(one?.baseline).toEqual([line(null, '7')]);
  });
});

describe('a document that a person entered', () => {
  it('is seen by planning, with the order or shipment it stands for', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });
    const record = anOrder('1', { shipments: [aShipment('5')] });
    const page = { stream: 'orders', nowMs: t0, unreadable: [], checkpointMs: null };
    await store.saveObservations(fence, { ...page, observations: [{ record, startedAtMs: t0 }] });
    const link = { kind: 'goodsIssue' as const, shipbobId: '5', number: '0010001' };
    const share = [aHeld('COF-1', '2')];
    const [due] = await store.casesDue(10);
    const planned = anOutcome(order1, due?.stored.contentHash ?? '');
    await store.savePlans(fence, [planned], t0);

    await store.linkByHand(fence, aHandLink(order1, { ...link, share }));

    const [one] = await store.casesDue(10);
    expect(one?.links).toEqual([{ ...link, held: share }]);
  });
});
