/** Discrepancies made behind the tool's back, one of each kind, with the finding each must be. */
import type { FindingCode } from '../../src/core/reconciliation.ts';
import type { CliWorld } from './cli-world.ts';

export interface Planted {
  what: string;
  code: FindingCode;
  /** Something that the finding's sentence names. */
  names: string;
}

type InforWorld = CliWorld['sandbox']['inforSandbox']['world'];
type Movement = ReturnType<InforWorld['books']>['stockHistory'][number];

/** Everything that can be planted in a synced week; each on a document of its own. */
export function plantAll(world: CliWorld, period: { from: string }): Planted[] {
  const infor = world.sandbox.inforSandbox.world;
  const taken = new Set<string>();
  const books = infor.books();
  const own = books.stockHistory.filter(({ externalKey }) => externalKey !== '');
  const count = new Map<string, number>();
  for (const { externalKey } of own) count.set(externalKey, (count.get(externalKey) ?? 0) + 1);
  /** A document of one movement, not used yet. */
  const pick = (fits: (row: Movement) => boolean): Movement => {
    const row = own.find(
      (one) =>
        !taken.has(one.order || one.externalKey) && count.get(one.externalKey) === 1 && fits(one),
    );
    if (row === undefined) throw new Error('there is no movement to plant on');
    taken.add(row.order || row.externalKey);
    return row;
  };
  const issue = (row: Movement) => row.type === '31';
  const receipt = (row: Movement) => row.type === '25';
  const planted: Planted[] = [];
  const note = (what: string, code: FindingCode, names: string) =>
    planted.push({ what, code, names });

  const reversed = pick((row) => issue(row) && Number(row.quantity) < -1);
  infor.plant({ kind: 'reverseMovements', of: { key: reversed.externalKey } });
  note('an issue taken back', 'MISSING_IN_INFOR', reversed.externalKey);

  const changed = pick((row) => issue(row) && Number(row.quantity) < -1);
  infor.plant({ kind: 'changeQuantity', of: { sequence: changed.sequence }, by: '1' });
  note('an issue with another quantity', 'QUANTITY_DIFFERS', changed.externalKey);

  const moved = pick(issue);
  const warehouse = moved.warehouse === 'MOV' ? 'CIC' : 'MOV';
  infor.plant({ kind: 'rebookMovement', of: { sequence: moved.sequence }, warehouse });
  note('an issue from another warehouse', 'WAREHOUSE_DIFFERS_IN_BOOKS', moved.externalKey);

  const wrong = pick((row) => issue(row) && row.lot === '');
  const other = own.find((row) => row.lot === '' && row.item !== wrong.item)?.item ?? '';
  infor.plant({ kind: 'rebookMovement', of: { sequence: wrong.sequence }, item: other });
  note('an issue of another item', 'ITEM_DIFFERS', wrong.externalKey);

  const early = pick(issue);
  infor.plant({
    kind: 'rebookMovement',
    of: { sequence: early.sequence },
    day: dayBefore(period.from),
  });
  note('an issue in the period before', 'WRONG_PERIOD', early.externalKey);

  const doubled = pick(receipt);
  infor.plant({ kind: 'repeatMovement', of: { sequence: doubled.sequence } });
  note('a receipt entered once more', 'DOUBLED_IN_INFOR', doubled.externalKey);

  const lotted = pick((row) => row.lot !== '');
  infor.plant({ kind: 'rebookMovement', of: { sequence: lotted.sequence }, lot: 'WRONG-LOT' });
  note('goods under another lot', 'LOT_DIFFERS', lotted.externalKey);

  const lots = new Set(books.stockHistory.filter(({ lot }) => lot !== '').map(({ item }) => item));
  const [place] = books.purchaseOrders.flatMap(({ number, live, lines }) =>
    lines
      .filter(({ item, closed, received, ordered }) => {
        return live && !closed && !lots.has(item) && Number(received) < Number(ordered);
      })
      .filter(({ item }) => !item.startsWith('C'))
      .map(({ line }) => ({ purchaseOrder: number, line })),
  );
  if (place === undefined) throw new Error('there is no open purchase order');
  infor.plant({ kind: 'unlinkedReceipt', ...place, quantity: '7' });
  note('a receipt of nobody', 'FOREIGN_MOVEMENT', place.purchaseOrder);

  const shelf = pick(issue);
  infor.plant({
    kind: 'foreignMovement',
    type: '90',
    warehouse: shelf.warehouse,
    item: shelf.item,
    lot: shelf.lot,
    quantity: '-5',
    reasonCode: 'CNT',
  });
  note('a stock correction of nobody', 'FOREIGN_MOVEMENT', 'CNT');

  const shipped = new Set(books.stockHistory.map(({ order }) => order));
  const orders = books.orders.filter(
    ({ live, yourReference, number }) =>
      live && yourReference.startsWith('SB') && !taken.has(number) && shipped.has(number),
  );
  const [copied, late] = orders;
  if (copied === undefined || late === undefined) throw new Error('there are no orders');
  taken.add(copied.number).add(late.number);
  infor.plant({ kind: 'copyOrder', number: copied.number });
  note('an order entered twice', 'DOUBLED_IN_INFOR', copied.yourReference);
  infor.plant({
    kind: 'enterOrder',
    yourReference: 'SB777777777',
    customer: 'WEB001',
    warehouse: 'MOV',
    item: 'MUG-WHITE-350',
    quantity: '2',
    day: dayBefore(period.from, -2),
  });
  note('an order that carries a key of ours', 'MISSING_IN_LEDGER', 'SB777777777');
  const [open, cancelled] = books.orders.filter(
    ({ live, yourReference, number }) =>
      live && yourReference.startsWith('SB') && !shipped.has(number),
  );
  if (open === undefined || cancelled === undefined) throw new Error('all orders have shipped');
  infor.deleteDocument({ kind: 'order', number: open.number, leave: 'status90' });
  note('an order deleted', 'DELETED_IN_INFOR', open.yourReference);
  world.sandbox.shipbobSandbox.world.plant({
    kind: 'cancelOrder',
    orderId: Number(cancelled.yourReference.slice(2)),
    quiet: true,
  });
  note('an order cancelled without a word', 'POSTED_THOUGH_CANCELLED', cancelled.number);

  const [first, second] = books.vouchers
    .filter(({ origin }) => origin === 'GLS840')
    .flatMap(({ lines }) => lines.filter(({ amount }) => Number(amount) > 0))
    .filter((line, index, all) => all.findIndex((one) => one.text === line.text) === index);
  if (first === undefined || second === undefined) throw new Error('there are no vouchers');
  infor.plant({ kind: 'changeVoucher', text: first.text, amount: '999.99' });
  note('a charge with another amount', 'AMOUNT_DIFFERS', first.text.slice(0, 26));
  infor.plant({ kind: 'changeVoucher', text: second.text, account: '6499' });
  note('a charge on another account', 'ACCOUNTING_DIFFERS', second.text.slice(0, 26));

  plantInShipbob(world, { taken, note });
  return planted;
}

function plantInShipbob(
  world: CliWorld,
  plan: {
    taken: Set<string>;
    note: (what: string, code: FindingCode, names: string) => void;
  },
): void {
  const { taken, note } = plan;
  const shipbob = world.sandbox.shipbobSandbox.world;
  const infor = world.sandbox.inforSandbox.world.books();
  const books = world.sandbox.shipbobSandbox.books();
  const journalled = new Set(
    infor.vouchers.flatMap(({ lines }) => lines.map(({ text }) => text.slice(0, 26))),
  );
  const charges = books.charges.filter(
    ({ id, amountCents }) => journalled.has(id) && amountCents > 0,
  );
  const [raised, gone] = charges.slice(-2);
  if (raised === undefined || gone === undefined) throw new Error('there are no charges');
  shipbob.plant({
    kind: 'changeCharge',
    chargeId: raised.id,
    amountCents: raised.amountCents + 100,
  });
  note('a charge that changed', 'CHARGE_CHANGED', raised.id);
  shipbob.plant({ kind: 'vanishCharge', chargeId: gone.id });
  note('a charge that vanished', 'CHARGE_CHANGED', gone.id);

  // Of a day so long ago that every charge of it has been shown and read.
  const [charged] = charges;
  if (charged === undefined) throw new Error('there are too few charges');
  const [late] = shipbob.plant({
    kind: 'lateCharge',
    fee: charged.fee,
    shipmentId: books.shipments.find(({ left }) => left)?.id ?? 0,
    amountCents: 321,
    chargedAtMs: charged.chargedAtMs,
  }).ids;
  note('a charge that came late', 'CHARGE_LATE', late ?? '');

  const keys = new Set(
    infor.stockHistory
      .filter(({ order, type }) => type === '31' && !taken.has(order))
      .map(({ externalKey }) => externalKey),
  );
  const shipment = books.shipments.find(
    ({ id, items, left }) => left && keys.has(`S${id}-1`) && items.length === 1,
  );
  const [item] = shipment?.items ?? [];
  if (shipment === undefined || item === undefined) throw new Error('there is no shipment');
  shipbob.plant({
    kind: 'changeShipment',
    shipmentId: shipment.id,
    inventoryId: item.inventoryId,
    quantity: item.quantity + 2,
    quiet: true,
  });
  note('a shipment that held more', 'QUANTITY_DIFFERS', `S${shipment.id}-1`);
}

function dayBefore(day: string, days = 2): string {
  const atMs = Date.parse(`${day}T00:00:00Z`) - days * 86_400_000;
  return new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '');
}
