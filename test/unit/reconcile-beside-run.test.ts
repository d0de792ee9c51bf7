import { describe, expect, it } from 'vitest';
import type { Fence, InforBooks, StockTransaction } from '../../src/app/ports.ts';
import { type ReconcileParts, reconcile } from '../../src/app/reconcile.ts';
import type { PlannedDocument, SourceRecord } from '../../src/core/glossary.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { calendarDay, externalKey } from '../../src/core/schema.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { someSettings } from '../support/builders-settings.ts';
import { instantClock } from '../support/shipbob-source.ts';
import { openTestStore, takeLease } from '../support/store-open.ts';
import {
  aMove,
  anOrder,
  anOutcome,
  aReceiving,
  plannedReceipt,
  plannedStockIssue,
} from '../support/store-record.ts';

const asOfMs = Date.parse('2026-11-20T12:00:00Z');
const day = calendarDay('2026-11-03');

async function planned(record: SourceRecord, document: PlannedDocument) {
  const store = await openTestStore();
  const fence = await takeLease(store, { nowMs: asOfMs });
  await store.saveObservations(fence, {
    stream: record.kind === 'order' ? 'orders' : 'receiving',
    nowMs: asOfMs,
    observations: [{ record, startedAtMs: asOfMs }],
    unreadable: [],
    checkpointMs: null,
  });
  const [due] = await store.casesDue(10);
  if (due === undefined) throw new Error('a record is due');
  const { key, contentHash } = due.stored;
  await store.savePlans(fence, [anOutcome(key, contentHash, { put: [document] })], asOfMs);
  return { store, fence };
}

async function post(store: OpenedStore, fence: Fence, key: string, atMs: number): Promise<void> {
  const found = await store.posting(externalKey(key));
  if (found === null) throw new Error('there is a posting');
  const patch = { attempt: 1, handle: 'H1' };
  const staged = { ...found, ...patch, state: 'staged' as const };
  const reference = { number: `N-${key}`, detail: {} };
  await store.movePostings(fence, [aMove(found, 'staged', { patch })], atMs);
  await store.movePostings(fence, [aMove(staged, 'committing')], atMs);
  const done = aMove({ ...staged, state: 'committing' }, 'posted', { patch: { reference } });
  await store.movePostings(fence, [done], atMs);
}

async function* nothing(): AsyncGenerator<never> {}

/** The three books with nothing in ShipBob, and in Infor only what is given. */
async function findings(store: OpenedStore, infor: Partial<InforBooks>) {
  const parts: ReconcileParts = {
    ...{ clock: instantClock(asOfMs + 60_000), store, settings: someSettings() },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    earlierSettings: () => [],
    infor: {
      documents: async (_, queries) => queries.map(() => []),
      ownOrders: async () => [],
      stockTransactions: nothing,
      voucherLines: nothing,
      onHand: async (pairs) => pairs.map(() => null),
      ...infor,
    },
    shipbob: { levels: async () => [], history: nothing },
    source: {
      probe: async () => ({ channels: [] }),
      ...{ orders: nothing, receivings: nothing, charges: nothing },
      ...{ order: async () => null, orderOfShipment: async () => null },
      ...{ boxes: async () => [], catalogue: async () => [], callCounts: () => ({}) },
    },
    masterData: async (needs) => needs.map(() => ({ kind: 'absent' })),
    ...{ company: '001', reasonDefault: 'STD', customers: [] },
    ...{ signal: new AbortController().signal, crash: () => {}, progress: () => {} },
    calls: () => ({ shipbob: 0, infor: 0 }),
    mappingChanges: async () => [],
  };
  const report = await reconcile(parts, {
    ...{ from: calendarDay('2026-11-01'), to: calendarDay('2026-11-30'), timeZone: 'UTC' },
    ...{ asOfMs, resume: 'no', onHand: 'no', actor: 'kim' },
  });
  return report.findings.map(({ code, key }) => [code, key]);
}

describe('a comparison beside a run', () => {
  it('does not take a stock issue for a stranger that is posted while it reads', async () => {
    const issue = plannedStockIssue('S1-1', '1');
    if (issue.document.kind !== 'stockIssue') throw new Error('it is a stock issue');
    const moved = { item: 'COFFEE', lot: null, quantity: parseQuantity('-3') };
    issue.document.warehouse = '100';
    issue.document.lines = [{ line: 1, ...moved, location: null, reasonCode: 'SMP' }];
    const { store, fence } = await planned(anOrder('1'), issue);
    const row: StockTransaction = {
      ...{ id: '1', kind: 'adjustment', type: '90', warehouse: '100', ...moved },
      ...{ day, enteredOn: day, order: null, orderLine: null, delivery: null },
      ...{ receivingNumber: null, deliveryNote: null, reasonCode: 'SMP', reference: 'S1-1' },
      responsible: null,
    };

    const found = await findings(store, {
      async *stockTransactions() {
        await post(store, fence, 'S1-1', asOfMs + 60_000);
        yield [row];
      },
    });

    expect(found).toEqual([]);
  });
});

describe('a receiving order that ShipBob does not show any more', () => {
  it('is found with what was booked of it', async () => {
    const receipt = plannedReceipt('R443002-1', '443002', '4500012');
    const { store, fence } = await planned(aReceiving('443002', {}), receipt);
    await post(store, fence, 'R443002-1', asOfMs - 60_000);

    const found = await findings(store, {});

    expect(found).toContainEqual(['POSTED_THOUGH_CANCELLED', 'R443002-1']);
  });
});

describe('a receipt whose unit nobody knows any more', () => {
  it('is named as not compared, and its rows are no stranger’s', async () => {
    const receipt = plannedReceipt('R443002-1', '443002', '4500012');
    if (receipt.document.kind !== 'goodsReceipt') throw new Error('it is a receipt');
    const moved = { item: 'COFFEE', lot: null, quantity: parseQuantity('3') };
    receipt.document.lines = [
      {
        ...{ line: 1, purchaseOrderLine: '10', purchaseOrderSubline: '0', unit: 'CS', ...moved },
        ...{ expiresOn: null, location: null, complete: false },
      },
    ];
    const { store, fence } = await planned(aReceiving('443002', {}), receipt);
    await post(store, fence, 'R443002-1', asOfMs - 60_000);
    const row: StockTransaction = {
      ...{ id: '1', kind: 'purchaseReceipt', type: '25', warehouse: '100', ...moved },
      ...{ day, enteredOn: day, order: '4500012', orderLine: '10', delivery: null },
      ...{ receivingNumber: '1', deliveryNote: 'R443002-1', reasonCode: null, reference: null },
      responsible: null,
    };

    const found = await findings(store, {
      async *stockTransactions() {
        yield [row];
      },
    });

    expect(found.map(([code]) => code)).not.toContain('FOREIGN_MOVEMENT');
  });
});
