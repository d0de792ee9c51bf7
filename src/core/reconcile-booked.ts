/** Sales and purchase orders of the ledger against what Infor holds of them. */
import type { Posting, PurchaseOrder, SalesOrder } from './glossary.ts';
import { addQuantities, compareQuantities, zero } from './quantity.ts';
import type { LinkedOrder } from './reconcile-case.ts';
import { finding } from './reconcile-finding.ts';
import type { ReconciliationFinding } from './reconciliation.ts';
import type { Day, ExternalKey, Quantity } from './schema.ts';

/** An order as Infor holds it, whoever made it. */
export interface BookedOrder {
  kind: Posting['kind'];
  key: ExternalKey | null;
  number: string;
  live: 'yes' | 'no';
  party: string | null;
  day: Day | null;
  lines: BookedOrderLine[];
}

export interface BookedOrderLine {
  line: string;
  item: string;
  warehouse: string;
  quantity: Quantity;
}

/** `cancelled`: the ledger has taken it back itself. */
export interface LedgerOrder {
  posting: Posting;
  document: SalesOrder | PurchaseOrder;
  stands: 'posted' | 'cancelled';
  day: Day;
}

/** An order of the ledger, or null for a posting that is none or does not stand. */
export function ledgerOrder(posting: Posting, cancelled: 'yes' | 'no'): LedgerOrder | null {
  const { document, state } = posting;
  if (document.kind !== 'salesOrder' && document.kind !== 'purchaseOrder') return null;
  if (state !== 'posted') return null;
  const stands = cancelled === 'yes' ? 'cancelled' : 'posted';
  return { posting, document, stands, day: document.orderedOn };
}

export function compareBookedOrder(
  order: LedgerOrder,
  booked: readonly BookedOrder[],
): ReconciliationFinding[] {
  const live = booked.filter((one) => one.live === 'yes');
  const { posting } = order;
  const number = posting.reference?.number ?? null;
  if (order.stands === 'cancelled') {
    return live.map((one) =>
      finding({
        code: 'POSTED_THOUGH_CANCELLED',
        sentence: `${posting.key} was cancelled, and order ${one.number} stands in Infor all the same.`,
        ...about(order),
        inforNumber: one.number,
      }),
    );
  }
  const own = live.find((one) => one.number === number) ?? live[0];
  if (own === undefined) return [missing(order, booked)];
  const others = live.filter((one) => one !== own);
  return [
    ...others.map((one) => doubledOrder(order, one, own)),
    ...partyFindings(order, own),
    ...lineFindings(order, own),
  ];
}

/**
 * An order that a person entered: it must stand, hold what was checked of it, and be the only one.
 * It may hold more, which stands for other records.
 */
export function compareLinkedOrder(
  { kind, key, record, day, link }: LinkedOrder,
  booked: readonly BookedOrder[],
): ReconciliationFinding[] {
  const common = { document: kind, record, key, day, inforNumber: link.number };
  const named = booked.filter((one) => isNumber(one.number, link.number));
  const own = named.find(({ live }) => live === 'yes');
  const copies = booked.filter((one) => one !== own && one.live === 'yes' && one.key === key);
  const subject = `Order ${record.id}, entered by hand as ${link.number}`;
  const found = copies.map((one) =>
    finding({
      code: 'DOUBLED_IN_INFOR',
      sentence: `${subject}, stands in Infor as ${one.number} as well.`,
      ...common,
      inforNumber: one.number,
    }),
  );
  if (own === undefined) {
    const gone = named.length === 0 ? 'MISSING_IN_INFOR' : 'DELETED_IN_INFOR';
    const how = named.length === 0 ? 'is not in Infor any more' : 'is deleted there';
    return [...found, finding({ code: gone, sentence: `${subject}, ${how}.`, ...common })];
  }
  const held = sums(own.lines);
  for (const [item, ledger] of sums(link.held ?? [])) {
    const infor = held.get(item) ?? zero;
    if (compareQuantities(infor, ledger) >= 0) continue;
    const sentence = `${subject}, was checked with ${ledger} of item ${item}, and has ${infor}.`;
    found.push(finding({ code: 'QUANTITY_DIFFERS', sentence, ...common, item, ledger, infor }));
  }
  return found;
}

/** A person may leave leading noughts out. */
function isNumber(left: string, right: string): boolean {
  return left.trim().replace(/^0+/, '') === right.trim().replace(/^0+/, '');
}

/** An order that carries a key of ours which the ledger does not know. */
export function unknownOrder(booked: BookedOrder): ReconciliationFinding {
  const kind = booked.kind === 'salesOrder' ? 'Sales' : 'Purchase';
  return finding({
    code: 'MISSING_IN_LEDGER',
    sentence: `${kind} order ${booked.number} in Infor carries ${booked.key ?? 'a key of ours'}, which this database has not posted.`,
    document: booked.kind,
    key: booked.key,
    inforNumber: booked.number,
    day: booked.day,
  });
}

function missing(order: LedgerOrder, booked: readonly BookedOrder[]): ReconciliationFinding {
  const { posting } = order;
  const [deleted] = booked;
  const number = posting.reference?.number ?? deleted?.number ?? null;
  const how = deleted === undefined ? 'does not hold it' : 'holds it deleted';
  return finding({
    code: deleted === undefined ? 'MISSING_IN_INFOR' : 'DELETED_IN_INFOR',
    sentence: `${posting.key} is posted as order ${number ?? 'without number'}, and Infor ${how}.`,
    ...about(order),
    inforNumber: number,
    ledger: unitsOf(order.document.lines),
    infor: zero,
  });
}

/** `one` beside `own` of the same key. */
export function doubledOrder(
  order: LedgerOrder,
  one: BookedOrder,
  own: BookedOrder,
): ReconciliationFinding {
  return finding({
    code: 'DOUBLED_IN_INFOR',
    sentence: `${order.posting.key} stands in Infor twice: as order ${own.number} and as ${one.number}.`,
    ...about(order),
    inforNumber: one.number,
    ledger: unitsOf(order.document.lines),
    infor: unitsOf([...own.lines, ...one.lines]),
  });
}

function partyFindings(order: LedgerOrder, own: BookedOrder): ReconciliationFinding[] {
  const { document } = order;
  const party = document.kind === 'salesOrder' ? document.customer : document.supplier;
  if (own.party === null || own.party === party) return [];
  const what = document.kind === 'salesOrder' ? 'customer' : 'supplier';
  return [
    finding({
      code: 'PARTY_DIFFERS',
      sentence: `Order ${own.number} (${order.posting.key}) was posted for ${what} ${party}, and stands in Infor for ${own.party}.`,
      ...about(order),
      inforNumber: own.number,
      evidence: { posted: party, infor: own.party },
    }),
  ];
}

/**
 * By item and warehouse, since Infor has line numbers of its own. What was adopted is held against
 * the lines that were found then.
 */
function lineFindings(order: LedgerOrder, own: BookedOrder): ReconciliationFinding[] {
  const posted = sums(postedLines(order));
  const held = sums(own.lines.map(({ item, quantity }) => ({ item, quantity })));
  const uneven = [...new Set([...posted.keys(), ...held.keys()])]
    .sort()
    .map((item) => ({ item, ledger: posted.get(item) ?? zero, infor: held.get(item) ?? zero }))
    .filter(({ ledger, infor }) => ledger !== infor);
  const found: ReconciliationFinding[] = [];
  for (const lost of uneven.filter(({ infor }) => infor === zero)) {
    const instead = uneven.find((one) => one.ledger === zero && one.infor === lost.ledger);
    if (instead === undefined) continue;
    uneven.splice(uneven.indexOf(lost), 1);
    uneven.splice(uneven.indexOf(instead), 1);
    found.push(
      finding({
        code: 'ITEM_DIFFERS',
        sentence: `Order ${own.number} (${order.posting.key}) was posted with ${lost.ledger} of item ${lost.item}, and has item ${instead.item} in Infor.`,
        ...about(order),
        inforNumber: own.number,
        item: lost.item,
        ledger: lost.ledger,
        infor: instead.infor,
        evidence: { infor: instead.item },
      }),
    );
  }
  for (const { item, ledger, infor } of uneven) {
    found.push(
      finding({
        code: 'QUANTITY_DIFFERS',
        sentence: `Order ${own.number} (${order.posting.key}) was posted with ${ledger} of item ${item}, and has ${infor} in Infor.`,
        ...about(order),
        inforNumber: own.number,
        item,
        ledger,
        infor,
      }),
    );
  }
  return found.length > 0 ? found : warehouseFindings(order, own);
}

/** Sales lines are moved by the tool itself, where goods left elsewhere than ordered. */
function warehouseFindings(order: LedgerOrder, own: BookedOrder): ReconciliationFinding[] {
  if (order.document.kind !== 'purchaseOrder') return [];
  const { warehouse } = order.document;
  const other = own.lines.find((line) => line.warehouse !== '' && line.warehouse !== warehouse);
  if (other === undefined) return [];
  return [
    finding({
      code: 'WAREHOUSE_DIFFERS_IN_BOOKS',
      sentence: `Order ${own.number} (${order.posting.key}) was posted for warehouse ${warehouse}, and stands in Infor for ${other.warehouse}.`,
      ...about(order),
      inforNumber: own.number,
      warehouse: other.warehouse,
    }),
  ];
}

function postedLines({ posting, document }: LedgerOrder): { item: string; quantity: Quantity }[] {
  const { adopted, held } = posting;
  return adopted && held !== null && held.length > 0 ? held : document.lines;
}

function sums(lines: readonly { item: string; quantity: Quantity }[]): Map<string, Quantity> {
  const found = new Map<string, Quantity>();
  for (const { item, quantity } of lines) {
    found.set(item, addQuantities(found.get(item) ?? zero, quantity));
  }
  for (const [item, quantity] of found) if (quantity === zero) found.delete(item);
  return found;
}

function unitsOf(lines: readonly { quantity: Quantity }[]): Quantity {
  return lines.reduce((total, { quantity }) => addQuantities(total, quantity), zero);
}

function about({ posting, document, day }: LedgerOrder) {
  return { document: document.kind, record: posting.record, key: posting.key, day };
}
