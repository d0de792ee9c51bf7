import { describeMapping } from '../../src/sandbox/seed.ts';
import type { RunningSandbox } from '../../src/sandbox/server.ts';
import { judgeCharges } from './simulation-charges.ts';
import { add, type ExpectedOrder, expectedOf, isQuiet } from './simulation-expected.ts';
import { atTheDesk, strangersIn } from './simulation-strangers.ts';
import {
  count,
  type Judgement,
  settled,
  tally,
  type Verdict,
  type Waiting,
} from './simulation-verdict.ts';

/**
 * Compares Infor's books with ShipBob's. `unprovable` are records that wait because a journal's
 * outcome cannot be read on this tenant, and `putAside` those of which people said so. `byHand` are
 * sales orders that people entered for an order: each is the one effect of it.
 */
export function judgeBooks(
  sandbox: RunningSandbox,
  waiting: Waiting,
  unprovable: ReadonlySet<string>,
  putAside: Waiting = new Set(),
  byHand: ReadonlyMap<number, readonly string[]> = new Map(),
): Verdict {
  const verdict: Verdict = {
    doubles: [],
    losses: [],
    wrong: [],
    eligible: 0,
    posted: 0,
    ignored: 0,
    unprovable: 0,
    documents: {},
    excluded: {},
  };
  const infor = sandbox.inforSandbox.world.books();
  const expected = expectedOf(sandbox);
  const judgement = { sandbox, infor, expected, waiting, unprovable, putAside, byHand, verdict };
  judgeOrders(judgement);
  judgeShipments(judgement);
  judgeReceipts(judgement);
  judgeCharges(judgement);
  verdict.wrong.push(...strangersIn(sandbox, infor, expected));
  return verdict;
}

function judgeOrders(judgement: Judgement): void {
  const { sandbox, infor, expected, verdict } = judgement;
  const { centres } = describeMapping(sandbox.week);
  const warehouses = new Set(centres.map(({ warehouse }) => warehouse));
  for (const order of expected.orders) {
    const key = `SB${order.id}`;
    const sales = salesOrdersOf(judgement, order).filter(({ live }) => live);
    const purchases = infor.purchaseOrders.filter((one) => one.live && one.yourReference === key);
    const found = [...sales, ...purchases];
    count(verdict, 'sales orders', sales.length);
    count(verdict, 'purchase orders', purchases.length);
    if (found.length > 1) verdict.doubles.push(`${key}: ${found.map((one) => one.number)}`);
    const right = order.becomes === 'salesOrder' ? sales : purchases;
    // What a person entered for a stopped customer may stand; the connector's own never does.
    const own = found.filter(({ number }) => !enteredFor(judgement, order).includes(number));
    const barred = order.standing === 'never' && own.length > 0;
    if (barred || right.length !== found.length) {
      verdict.wrong.push(`${key} stands in Infor and must not`);
    }
    judgeStanding(judgement, order, right.length);
    for (const sale of sales) {
      if (sale.customer !== order.customer) verdict.wrong.push(`${key}: customer ${sale.customer}`);
      const lines = sale.lines.filter(({ live }) => live);
      for (const { warehouse } of lines) {
        if (!warehouses.has(warehouse)) verdict.wrong.push(`${key}: a line in ${warehouse}`);
      }
      compareOrder(judgement, order, lines);
    }
    for (const purchase of purchases) {
      const lines = purchase.lines.map(({ item, ordered }) => ({ item, quantity: ordered }));
      compareOrder(judgement, order, lines);
    }
  }
}

function judgeStanding(judgement: Judgement, order: ExpectedOrder, documents: number): void {
  const { verdict, waiting, putAside } = judgement;
  const { why } = order;
  const [key, record] = [`SB${order.id}`, `order:${order.id}`];
  const stands = documents === 1;
  if (why === null) {
    if (order.becomes !== 'issueOnly') tally(judgement, key, record, stands);
    return;
  }
  settled(judgement, `order ${why}`, key, { record, stands: stands || isQuiet(why) });
  const isOver = why === 'cancelled' || why === 'in review';
  if (isOver && documents > 0 && !waiting.has(record) && !putAside.has(record)) {
    verdict.wrong.push(`${key} is ${why}, stands in Infor, and nobody is asked`);
  }
}

/** Only what the books say a person has entered; the ledger may say so of anything. */
function enteredFor({ infor, byHand }: Judgement, { id }: ExpectedOrder): string[] {
  const named = byHand.get(id) ?? [];
  const entered = infor.orders.filter(({ yourReference }) => yourReference === atTheDesk);
  return entered.flatMap(({ number }) => (named.includes(number) ? [number] : []));
}

function salesOrdersOf(judgement: Judgement, order: ExpectedOrder) {
  const entered = enteredFor(judgement, order);
  return judgement.infor.orders.filter(
    ({ number, yourReference }) => yourReference === `SB${order.id}` || entered.includes(number),
  );
}

/** What was changed after it was posted is asked, never silently left. */
function compareOrder(
  { verdict, waiting }: Judgement,
  order: ExpectedOrder,
  lines: { item: string; quantity: string }[],
): void {
  const held = new Map<string, number>();
  for (const { item, quantity } of lines) add(held, item, Number(quantity));
  const difference = unequal(order.items, held);
  if (difference === null) return;
  const wasRight = order.former.some((items) => unequal(items, held) === null);
  if (wasRight && waiting.has(`order:${order.id}`)) return;
  verdict.wrong.push(`SB${order.id}: ${difference}`);
}

function judgeShipments(judgement: Judgement): void {
  const { infor, expected, verdict } = judgement;
  const issues = infor.stockHistory.filter(({ type }) => type === '31' || type === '90');
  const known = new Set<string>();
  for (const shipment of expected.shipments) {
    const rows = issues.filter(({ externalKey }) => externalKey.startsWith(`S${shipment.id}-`));
    for (const { externalKey } of rows) known.add(externalKey);
    const record = `order:${shipment.order.id}`;
    const name = `shipment ${shipment.id}`;
    if (shipment.standing === 'must') tally(judgement, name, record, rows.length > 0);
    if (shipment.standing === 'asked') {
      const how = { record, stands: rows.length > 0 };
      settled(judgement, 'shipment of a changed order', name, how);
    }
    if (shipment.standing === 'may') {
      const stands =
        rows.length > 0 || (shipment.order.why !== null && isQuiet(shipment.order.why));
      settled(judgement, 'shipment of an order that need not stand', name, { record, stands });
    }
    if (rows.length === 0) continue;
    const type = shipment.order.becomes === 'issueOnly' ? '90' : '31';
    count(verdict, type === '31' ? 'goods issues' : 'stock issues', 1);
    for (const row of rows) {
      if (row.type !== type) verdict.wrong.push(`${name}: movement of type ${row.type}`);
      if (row.warehouse !== shipment.warehouse)
        verdict.wrong.push(`${name}: from ${row.warehouse}`);
    }
    const entered = enteredFor(judgement, shipment.order);
    const never =
      shipment.standing === 'never' && !rows.every(({ order }) => entered.includes(order));
    if (never) verdict.wrong.push(`${name} was issued and must not`);
    if (new Set(rows.map(({ message }) => message)).size > 1) {
      verdict.doubles.push(`${name}: messages ${[...new Set(rows.map((row) => row.message))]}`);
    }
    const booked = new Map<string, number>();
    for (const row of rows) add(booked, `${row.item}|${row.lot}`, -Number(row.quantity));
    const difference = unequal(shipment.items, booked);
    if (difference !== null) verdict.wrong.push(`${name}: ${difference}`);
    const numbers = salesOrdersOf(judgement, shipment.order).map(({ number }) => number);
    const strange = rows.find((row) => row.type === '31' && !numbers.includes(row.order));
    if (strange) verdict.wrong.push(`${name}: issued for order ${strange.order}`);
  }
  for (const row of issues) {
    if (!known.has(row.externalKey)) verdict.wrong.push(`an issue of ${row.externalKey}`);
  }
}

function judgeReceipts(judgement: Judgement): void {
  const { infor, expected, verdict } = judgement;
  const rows = infor.stockHistory.filter(
    ({ type, externalKey }) => type === '25' && externalKey !== '',
  );
  const messages = new Map<string, Set<string>>();
  for (const row of rows) {
    const seen = messages.get(row.externalKey) ?? new Set<string>();
    messages.set(row.externalKey, seen.add(row.message));
  }
  count(verdict, 'goods receipts', messages.size);
  for (const [key, numbers] of messages) {
    if (numbers.size > 1) verdict.doubles.push(`receipt ${key}: messages ${[...numbers]}`);
  }
  for (const receipt of expected.receipts) {
    const own = rows.filter((row) => row.externalKey.startsWith(`R${receipt.receivingId}-`));
    const name = `receiving ${receipt.receivingId}`;
    const byItem = new Map<string, number>();
    const byLot = new Map<string, number>();
    for (const row of own) {
      add(byItem, row.item, Number(row.quantity));
      add(byLot, `${row.item}|${row.lot}`, Number(row.quantity));
      if (row.order !== receipt.purchaseOrder) verdict.wrong.push(`${name}: order ${row.order}`);
      if (row.warehouse !== receipt.warehouse) verdict.wrong.push(`${name}: in ${row.warehouse}`);
    }
    for (const [lot, units] of byLot) {
      const stowed = receipt.stowedMost.get(lot) ?? 0;
      if (units > stowed) verdict.doubles.push(`${name}: ${units} of ${lot}, stowed ${stowed}`);
    }
    const record = `receiving:${receipt.receivingId}`;
    if (receipt.isStrange) {
      settled(judgement, 'strange goods', `some of ${name}`, { record, stands: false });
    }
    for (const [item, units] of receipt.bookable) {
      const what = `${name} ${item}`;
      const all = sumOf(receipt.stowed, item);
      if (receipt.contested.has(item)) {
        const stands = (byItem.get(item) ?? 0) === all;
        settled(judgement, 'goods recounted or contested', what, { record, stands });
        continue;
      }
      if (units > 0) tally(judgement, what, record, byItem.get(item) === units);
      if (all > units) {
        const left = `the surplus of ${what}`;
        settled(judgement, 'goods beyond the order', left, { record, stands: false });
      }
    }
  }
}

/** Of all lots. */
function sumOf(byLot: ReadonlyMap<string, number>, item: string): number {
  return [...byLot].reduce(
    (sum, [lot, units]) => (lot.startsWith(`${item}|`) ? sum + units : sum),
    0,
  );
}

function unequal(wanted: Map<string, number>, held: Map<string, number>): string | null {
  for (const name of new Set([...wanted.keys(), ...held.keys()])) {
    const [is, shall] = [held.get(name) ?? 0, wanted.get(name) ?? 0];
    if (is !== shall) return `${is} of ${name} instead of ${shall}`;
  }
  return null;
}
