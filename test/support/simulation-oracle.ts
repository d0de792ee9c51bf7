import type { RunningSandbox } from '../../src/sandbox/server.ts';
import { add, type Expected, type ExpectedOrder, expectedOf } from './simulation-expected.ts';

/** What the two systems' own books say about a week; nothing in it comes from the connector. */
export interface Verdict {
  /** A second effect, or more than there was. */
  doubles: string[];
  /** Neither posted nor waiting for a person, or with other content. */
  losses: string[];
  wrong: string[];
  eligible: number;
  posted: number;
  /** Movements that people put aside, and that are not in Infor. */
  ignored: number;
  /** Charges whose journal nobody can prove on a tenant without a voucher list. */
  unprovable: number;
  documents: Record<string, number>;
}

/** Records that wait for a person, as `order:1`, `receiving:2`, `charge:3`. */
export type Waiting = ReadonlySet<string>;

interface Judgement {
  sandbox: RunningSandbox;
  infor: ReturnType<RunningSandbox['inforSandbox']['world']['books']>;
  expected: Expected;
  waiting: Waiting;
  putAside: Waiting;
  byHand: ReadonlyMap<number, readonly string[]>;
  unprovable: ReadonlySet<string>;
  verdict: Verdict;
}

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
  };
  const infor = sandbox.inforSandbox.world.books();
  const expected = expectedOf(sandbox);
  const judgement = { sandbox, infor, expected, waiting, unprovable, putAside, byHand, verdict };
  judgeOrders(judgement);
  judgeShipments(judgement);
  judgeReceipts(judgement);
  judgeCharges(judgement);
  judgeItems(judgement);
  return verdict;
}

/** One movement that shall stand in Infor once. */
function tally(judgement: Judgement, name: string, record: string, stands: boolean): void {
  const { verdict, waiting, putAside } = judgement;
  if (!stands && putAside.has(record)) {
    verdict.ignored += 1;
    return;
  }
  verdict.eligible += 1;
  if (stands) verdict.posted += 1;
  else if (!waiting.has(record)) verdict.losses.push(`${name} is not in Infor and nobody is asked`);
}

/** It stands, or somebody is asked or has put it aside; neither counts for or against. */
function settled(judgement: Judgement, name: string, record: string, stands: boolean): void {
  const { verdict, waiting, putAside } = judgement;
  if (stands || waiting.has(record) || putAside.has(record)) return;
  verdict.losses.push(`${name} is not in Infor as it is in ShipBob and nobody is asked`);
}

function count(verdict: Verdict, what: string, documents: number): void {
  verdict.documents[what] = (verdict.documents[what] ?? 0) + documents;
}

function judgeOrders(judgement: Judgement): void {
  const { infor, expected, verdict } = judgement;
  for (const order of expected.orders) {
    const key = `SB${order.id}`;
    const sales = salesOrdersOf(judgement, order).filter(({ live }) => live);
    const purchases = infor.purchaseOrders.filter((one) => one.live && one.yourReference === key);
    const found = [...sales, ...purchases];
    count(verdict, 'sales orders', sales.length);
    count(verdict, 'purchase orders', purchases.length);
    if (found.length > 1) verdict.doubles.push(`${key}: ${found.map((one) => one.number)}`);
    const right = order.becomes === 'salesOrder' ? sales : purchases;
    // What a person entered in Infor may stand whoever the customer is.
    const barred = order.standing === 'never' && !judgement.byHand.has(order.id);
    if (found.length > 0 && (barred || right.length !== found.length)) {
      verdict.wrong.push(`${key} stands in Infor and must not`);
    }
    if (order.standing === 'must' && order.becomes !== 'issueOnly') {
      tally(judgement, key, `order:${order.id}`, right.length === 1);
    }
    for (const sale of sales) {
      if (sale.customer !== order.customer) verdict.wrong.push(`${key}: customer ${sale.customer}`);
      const lines = sale.lines.filter(({ live }) => live);
      compareOrder(judgement, order, lines);
    }
    for (const purchase of purchases) {
      const lines = purchase.lines.map(({ item, ordered }) => ({ item, quantity: ordered }));
      compareOrder(judgement, order, lines);
    }
  }
}

function salesOrdersOf({ infor, byHand }: Judgement, { id }: ExpectedOrder) {
  const entered = byHand.get(id) ?? [];
  return infor.orders.filter(
    ({ number, yourReference }) => yourReference === `SB${id}` || entered.includes(number),
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
    if (shipment.standing === 'asked') settled(judgement, name, record, rows.length > 0);
    if (rows.length === 0) continue;
    count(verdict, rows[0]?.type === '31' ? 'goods issues' : 'stock issues', 1);
    const never = shipment.standing === 'never' && !judgement.byHand.has(shipment.order.id);
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
    }
    for (const [lot, units] of byLot) {
      const stowed = receipt.stowedMost.get(lot) ?? 0;
      if (units > stowed) verdict.doubles.push(`${name}: ${units} of ${lot}, stowed ${stowed}`);
    }
    const record = `receiving:${receipt.receivingId}`;
    for (const [item, units] of receipt.bookable) {
      const what = `${name} ${item}`;
      const all = sumOf(receipt.stowed, item);
      if (receipt.contested.has(item)) {
        settled(judgement, what, record, (byItem.get(item) ?? 0) === all);
      } else if (units > 0) tally(judgement, what, record, byItem.get(item) === units);
    }
  }
}

function judgeCharges(judgement: Judgement): void {
  const { infor, expected, verdict, unprovable } = judgement;
  const vouchers = infor.vouchers.filter(({ journal }) => journal !== '');
  count(verdict, 'journals', new Set(vouchers.map(({ journal }) => journal)).size);
  const amounts = new Map<string, string[]>();
  for (const voucher of vouchers) {
    const sum = voucher.lines.reduce((total, line) => total + cents(line.amount), 0);
    if (sum !== 0) verdict.wrong.push(`voucher ${voucher.number} is out of balance by ${sum}`);
    for (const line of voucher.lines) {
      const charge = line.text.trim().split(/\s+/)[0] ?? '';
      amounts.set(charge, [...(amounts.get(charge) ?? []), line.amount]);
    }
  }
  const known = new Set(expected.charges.map(({ id }) => id));
  for (const id of amounts.keys()) if (!known.has(id)) verdict.wrong.push(`a charge ${id}`);
  for (const charge of expected.charges) {
    const booked = (amounts.get(charge.id) ?? []).map((amount) => Math.abs(cents(amount)));
    const name = `charge ${charge.id}`;
    if (booked.length > 2) verdict.doubles.push(`${name}: ${booked.length} lines`);
    if (booked.some((amount) => amount !== charge.cents)) verdict.wrong.push(`${name}: ${booked}`);
    if (charge.standing === 'never' && booked.length > 0) verdict.wrong.push(`${name} is booked`);
    if (charge.standing === 'never') continue;
    // Without a list of vouchers nobody can prove a journal: it is flagged, booked or not.
    if (booked.length === 0 && unprovable.has(`charge:${charge.id}`)) verdict.unprovable += 1;
    else tally(judgement, name, `charge:${charge.id}`, booked.length > 0);
  }
}

/** Nothing is posted on an item that Infor did not have. */
function judgeItems({ sandbox, infor, verdict }: Judgement): void {
  const items = new Set(sandbox.week.infor.items.map(({ number }) => number));
  for (const row of infor.stockHistory) {
    if (!items.has(row.item)) verdict.wrong.push(`stock of unknown item ${row.item}`);
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

function cents(amount: string): number {
  return Math.round(Number(amount) * 100);
}
