import { afterEach, describe, expect, it } from 'vitest';
import { calendarDay, externalKey } from '../../src/core/schema.ts';
import { type BooksBench, gathered, openBooksBench, query } from '../support/infor-books.ts';
import { posted, postedOrder } from '../support/recipe-ledger.ts';
import {
  aGoodsIssue,
  aGoodsReceipt,
  aJournal,
  aPurchaseOrder,
  aSalesOrder,
  aStockIssue,
  target,
} from '../support/recipe-target.ts';
import { openCompany } from '../support/sandbox-infor-client.ts';
import {
  anOrder,
  COFFEE,
  MUG,
  NOON_MS,
  openBench as openShipbob,
  type Bench as ShipbobBench,
} from '../support/shipbob-sandbox.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const issueKey = 'S388185605-1';
const receiptKey = 'R443002-1';
const stockIssueKey = 'S388185606-1';
const wide = { fromDay: calendarDay('2026-10-01'), toDay: calendarDay('2026-12-31') };

/** One of everything, posted. */
async function company(): Promise<BooksBench & { order: string }> {
  const bench = await openBooksBench();
  const order = await postedOrder(bench);
  await posted(bench, target(aGoodsIssue(), { key: externalKey(issueKey), dependency: order }));
  await posted(bench, target(aGoodsReceipt(), { key: externalKey(receiptKey) }));
  await posted(bench, target(aStockIssue(), { key: externalKey(stockIssueKey) }));
  bench.sandbox.world.advance(60_000);
  return { ...bench, order: order.number };
}

type Row = ReturnType<BooksBench['sandbox']['world']['books']>['stockHistory'][number];

function rowsSince({ sandbox }: BooksBench, sequence: number): Row[] {
  return sandbox.world.books().stockHistory.filter((row) => row.sequence > sequence);
}

/** Per item, warehouse and lot: what is there is what was there at first and what moved since. */
function expectConsistent({ sandbox }: BooksBench, opening: Map<string, number>): void {
  const books = sandbox.world.books();
  const moved = new Map(opening);
  for (const row of books.stockHistory) {
    const key = placeOf(row);
    moved.set(key, (moved.get(key) ?? 0) + Number(row.quantity));
  }
  for (const balance of books.balances) {
    expect([placeOf(balance), Number(balance.onHand)]).toEqual([
      placeOf(balance),
      moved.get(placeOf(balance)) ?? 0,
    ]);
  }
  const latest = new Map(books.stockHistory.map((row) => [`${row.warehouse} ${row.item}`, row]));
  for (const [key, row] of latest) {
    const onHand = books.balances
      .filter((one) => `${one.warehouse} ${one.item}` === key)
      .reduce((sum, one) => sum + Number(one.onHand), 0);
    expect(Number(row.balanceAfter)).toBe(onHand);
  }
  for (const voucher of books.vouchers) {
    const sum = voucher.lines.reduce((total, line) => total + Number(line.amount), 0);
    expect(Math.round(sum * 1e6)).toBe(0);
  }
}

function placeOf(row: { warehouse: string; item: string; lot: string }): string {
  return `${row.warehouse} ${row.item} ${row.lot}`;
}

/** As `smallCompany` has it. */
const opening = new Map([
  ['001 MUG ', 100],
  ['002 MUG ', 10],
  ['001 TEA L1', 5],
  ['001 TEA L2', 5],
]);

describe('planted in Infor', () => {
  it('leaves no call behind, and the company in order', async () => {
    const bench = await company();
    const { world } = bench.sandbox;
    const before = world.books();
    const last = before.stockHistory.at(-1)?.sequence ?? 0;

    world.plant({ kind: 'repeatMovement', of: { key: issueKey } });
    world.plant({ kind: 'repeatMovement', of: { key: receiptKey } });
    world.plant({ kind: 'changeQuantity', of: { key: issueKey }, by: '1' });
    world.plant({ kind: 'rebookMovement', of: { key: issueKey }, item: 'TEA', lot: 'L2' });
    world.plant({ kind: 'reverseMovements', of: { key: stockIssueKey } });
    world.plant({ kind: 'unlinkedReceipt', purchaseOrder: '4500012', line: 1, quantity: '7' });
    world.plant({
      kind: 'foreignMovement',
      type: '90',
      warehouse: '002',
      item: 'MUG',
      quantity: '-3',
    });

    const after = world.books();
    expect(after.callCounts).toEqual(before.callCounts);
    expect(after.httpRequests).toBe(before.httpRequests);
    expectConsistent(bench, opening);
    for (const row of rowsSince(bench, last)) {
      expect(row).toMatchObject({ externalKey: '', message: '' });
    }
  });

  it('is another issue for the same order line', async () => {
    const bench = await company();

    const { sequences } = bench.sandbox.world.plant({
      kind: 'repeatMovement',
      of: { key: issueKey },
    });

    const [row] = rowsSince(bench, (sequences[0] ?? 0) - 1);
    expect(row).toMatchObject({ type: '31', order: bench.order, line: 1, quantity: '-3' });
    const order = bench.sandbox.world.books().orders.find((one) => one.number === bench.order);
    expect(order?.lines).toMatchObject([{ delivered: '6' }]);
  });

  it('is a receipt booked twice, with a receiving number of its own', async () => {
    const bench = await company();
    const lines = async () => (await bench.sandbox.world.books()).purchaseOrders[0]?.lines[0];
    const before = Number((await lines())?.received);

    bench.sandbox.world.plant({ kind: 'repeatMovement', of: { key: receiptKey, item: 'MUG' } });

    const rows = bench.sandbox.world
      .books()
      .stockHistory.filter((row) => row.type === '25' && row.item === 'MUG');
    expect(new Set(rows.map((row) => row.receivingNumber)).size).toBe(2);
    expect(new Set(rows.map((row) => row.deliveryNote)).size).toBe(1);
    expect(Number((await lines())?.received)).toBe(before * 2);
  });

  it('takes back and books anew under another item, lot or day', async () => {
    for (const change of [{ item: 'TEA', lot: 'L1' }, { day: '20261003' }]) {
      const bench = await company();

      const { sequences } = bench.sandbox.world.plant({
        kind: 'rebookMovement',
        of: { key: issueKey },
        ...change,
      });

      const [back, again] = rowsSince(bench, (sequences[0] ?? 0) - 1);
      expect(back).toMatchObject({ item: 'MUG', quantity: '3', day: '20261120' });
      expect(again).toMatchObject({ quantity: '-3', order: bench.order, ...change });
    }
  });

  it('shows in the books as they are read', async () => {
    const bench = await company();
    const { world } = bench.sandbox;
    world.plant({ kind: 'reverseMovements', of: { key: stockIssueKey } });
    world.plant({ kind: 'unlinkedReceipt', purchaseOrder: '4500012', line: 1, quantity: '99' });

    const rows = await gathered(bench.books.stockTransactions({ warehouses: ['001'], ...wide }));

    const byHand = rows.filter(({ responsible }) => responsible === 'CLERK');
    expect(byHand).toHaveLength(3);
    expect(byHand).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'adjustment', item: 'MUG', quantity: '2' }),
        expect.objectContaining({ kind: 'adjustment', item: 'TEA', quantity: '0.5', lot: 'L1' }),
        expect.objectContaining({ kind: 'purchaseReceipt', deliveryNote: null, quantity: '99' }),
      ]),
    );
  });

  it('is a purchase order that was deleted, shown so or gone', async () => {
    const bench = await openBooksBench();
    const { number } = await posted(bench, target(aPurchaseOrder()));
    const asked = [query('SB1001', aPurchaseOrder(), number)];

    bench.sandbox.world.deleteDocument({ kind: 'purchaseOrder', number, leave: 'status90' });
    const shown = await bench.books.documents('purchaseOrder', asked);
    bench.sandbox.world.deleteDocument({ kind: 'purchaseOrder', number });

    expect(shown).toMatchObject([[{ live: 'no' }]]);
    expect(await bench.books.documents('purchaseOrder', asked)).toEqual([[]]);
  });

  it('is an order with a key of ours that nobody posted', async () => {
    const bench = await openBooksBench();
    const { numbers } = bench.sandbox.world.plant({
      kind: 'enterOrder',
      yourReference: 'SB77',
      customer: 'WEB001',
      warehouse: '001',
      item: 'MUG',
      quantity: '4',
      day: '20261120',
    });

    const [found] = await bench.books.documents('salesOrder', [query('SB77', aSalesOrder())]);

    expect(found).toMatchObject([
      { number: numbers[0], live: 'yes', lines: [{ item: 'MUG', quantity: '4' }] },
    ]);
  });

  it('is a voucher with another amount or account, still in balance', async () => {
    const bench = await openBooksBench();
    const key = externalKey('J20261120AAA-01');
    await posted(bench, target(aJournal(), { key }));
    const text = '01HZX3F5Q2M7N8P9R0S1T2V3W4';

    bench.sandbox.world.plant({ kind: 'changeVoucher', text, amount: '8', account: '1499' });

    const lines = await gathered(bench.books.voucherLines({ divisions: ['AAA'], ...wide }));
    expect(lines.map(({ amount, dimensions }) => [amount, dimensions[0]])).toEqual([
      ['8', '1499'],
      ['-8', '2400'],
    ]);
  });

  it('is asked for over the wire, and refused where there is nothing like it', async () => {
    const company = await openCompany();
    closers.push(() => company.sandbox.close());
    const plant = async (body: object) => {
      const response = await company.control('/__plant', body);
      return { status: response.status, text: await response.text() };
    };

    const done = await plant({
      kind: 'foreignMovement',
      warehouse: '001',
      item: 'MUG',
      quantity: '-1',
    });
    const absent = await plant({ kind: 'repeatMovement', of: { key: 'S1-1' } });
    const unknown = await plant({ kind: 'nonsense' });

    expect(done.status).toBe(200);
    expect(JSON.parse(done.text)).toMatchObject({ done: true, numbers: [], sequences: [1] });
    expect(absent).toMatchObject({ status: 400, text: expect.stringContaining('no movement') });
    expect(unknown.status).toBe(400);
    expect(() => company.sandbox.world.plant({ kind: 'copyOrder', number: '1' })).toThrow(
      'not there',
    );
    const nothing = { kind: 'changeVoucher', text: 'nothing' } as const;
    expect(() => company.sandbox.world.plant(nothing)).toThrow('no voucher');
  });
});

describe('planted in ShipBob', () => {
  async function shipped() {
    const bench = await openShipbob({ modes: { stockLagMs: 0 } });
    closers.push(() => bench.sandbox.close());
    const order = bench.sandbox.world.placeOrder(
      anOrder('R1', { lines: [{ sku: 'MUG', quantity: 3 }] }),
    );
    const shipmentId = order.shipments[0]?.id ?? 0;
    bench.clock.advance(60_000);
    const bill = { invoiceCents: 900, invoiceAfterMs: 0 };
    bench.sandbox.world.shipShipment({ shipmentId, ...bill });
    bench.clock.advance(60_000);
    return { ...bench, order, shipmentId };
  }

  async function charges(bench: ShipbobBench) {
    const from_date = new Date(NOON_MS - 86_400_000).toISOString();
    const to_date = new Date(NOON_MS + 86_400_000).toISOString();
    const answer = await bench.post('/2026-07/transactions:query', { from_date, to_date });
    const items: { transaction_id: string; amount: number }[] = answer.json.items;
    return items;
  }

  it('changes, hides and adds charges', async () => {
    const bench = await shipped();
    const { world } = bench.sandbox;
    const [first] = await charges(bench);
    const chargeId = first?.transaction_id ?? '';

    world.plant({ kind: 'changeCharge', chargeId, amountCents: 950 });
    const changed = await charges(bench);
    const { ids } = world.plant({
      kind: 'lateCharge',
      fee: 'Per Pick Fee',
      shipmentId: bench.shipmentId,
      amountCents: 20,
      chargedAtMs: NOON_MS - 3_600_000,
    });
    const added = await charges(bench);
    world.plant({ kind: 'vanishCharge', chargeId });

    expect(changed).toMatchObject([{ transaction_id: chargeId, amount: 9.5 }]);
    expect(added.map((each) => each.transaction_id)).toEqual([ids[0], chargeId]);
    expect((await charges(bench)).map((each) => each.transaction_id)).toEqual(ids);
  });

  it('changes what left, with the shelf', async () => {
    const bench = await shipped();

    bench.sandbox.world.plant({
      kind: 'changeShipment',
      shipmentId: bench.shipmentId,
      inventoryId: MUG,
      quantity: 5,
      quiet: true,
    });

    const level = await bench.get(`/2026-07/inventory-level/${MUG}/locations`);
    expect(level.json.locations[0]).toMatchObject({ on_hand_quantity: 95 });
    const history = await bench.post('/2026-07/inventory/history:query', { facility_id: 8 });
    const moved = history.json.data.filter(
      (event: { inventory_id: number; shipbob_order_id: number }) =>
        event.inventory_id === MUG && event.shipbob_order_id === bench.order.id,
    );
    expect(moved).toMatchObject([
      { decrement: { quantity_change: 3 } },
      { decrement: { quantity_change: 2 } },
    ]);
    const order = await bench.get(`/2026-07/order/${bench.order.id}`);
    const [item] = order.json.shipments[0].products[0].inventory_items;
    expect(item).toMatchObject({ quantity: 5 });
  });

  it('cancels an order that has left, without a newer update time when quiet', async () => {
    const bench = await shipped();
    const before = bench.order.updatedAtMs;
    const cancel = { kind: 'cancelOrder', orderId: bench.order.id } as const;

    bench.sandbox.world.plant({ ...cancel, quiet: true });
    const quiet = bench.order.updatedAtMs;
    bench.sandbox.world.plant({ ...cancel, quiet: false });

    const order = await bench.get(`/2026-07/order/${bench.order.id}`);
    expect(order.json.status).toBe('Cancelled');
    expect(quiet).toBe(before);
    expect(bench.order.updatedAtMs).toBeGreaterThan(before);
  });

  it('is asked for over the wire, and refused where there is nothing like it', async () => {
    const bench = await shipped();
    const stock = { kind: 'adjustStock', centreId: 8, inventoryId: COFFEE, quantity: -1 };

    const done = await bench.post('/__plant', { ...stock, lot: 'NEW' });
    const absent = await bench.post('/__plant', { kind: 'vanishCharge', chargeId: 'X' });
    const unknown = await bench.post('/__plant', { kind: 'nonsense' });

    expect(done).toMatchObject({ status: 200, json: { ids: [expect.any(String)] } });
    expect(absent).toMatchObject({ status: 422, json: { error: 'There is no charge X.' } });
    expect(unknown.status).toBe(422);
  });
});
