/** What a rehearsal tells of one document: how a person calls it, and what stands in it. */
import type { DocumentKind, InforDocument, Posting, SourceRecord } from '../core/glossary.ts';
import { isNegativeAmount, multiplyAmount, sumAmounts } from '../core/money.ts';
import { unreachable } from '../core/problem.ts';
import { sumQuantities } from '../core/quantity.ts';
import type { Amount, Day, Quantity } from '../core/schema.ts';

/**
 * `new`: Infor holds nothing under its key. `there`: it stands already. The others would not post
 * cleanly: `deleted` and `partly` are questions for a person, `unclear` could not be looked up.
 */
export type Standing = 'new' | 'there' | 'deleted' | 'partly' | 'unclear';

export interface RehearsedLine {
  item: string;
  quantity: Quantity;
  /** Null for the item's basic unit. */
  unit: string | null;
  warehouse: string | null;
  lot: string | null;
  /** Price times quantity, or the amount of a journal line; null where Infor knows it. */
  amount: Amount | null;
}

export interface RehearsedDocument {
  key: Posting['key'];
  kind: DocumentKind;
  record: Posting['record'];
  /** The order number, or the receiving order, as people call it. */
  title: string;
  /** All that a person may call it by. */
  references: string[];
  /** Customer, supplier or purchase order; null where the kind has none. */
  party: string | null;
  day: Day | null;
  warehouse: string | null;
  lines: RehearsedLine[];
  units: Quantity;
  value: Amount | null;
  currency: string | null;
  standing: Standing;
  /** Infor's number of what stands there already. */
  number: string | null;
  /** Charges that a journal collects; empty for other documents. */
  charges: string[];
}

export function rehearsedDocument(
  posting: Pick<Posting, 'key' | 'kind' | 'record' | 'shipmentId' | 'document'>,
  record: SourceRecord | null,
  found: { standing: Standing; number: string | null },
  currency: string | null,
): RehearsedDocument {
  const { key, kind, document } = posting;
  const lines = linesOf(document);
  const amounts = [
    ...lines.flatMap(({ amount }) => (amount === null || isNegativeAmount(amount) ? [] : [amount])),
    ...(document.kind === 'salesOrder' && document.charge ? [document.charge.amount] : []),
  ];
  return {
    key,
    kind,
    record: posting.record,
    title: titleOf(posting, record),
    references: [...new Set(referencesOf(posting, record).filter((text) => text.trim() !== ''))],
    party: partyOf(document),
    day: dayOfDocument(document),
    warehouse: 'warehouse' in document ? document.warehouse : null,
    lines,
    units: document.kind === 'journal' ? sumQuantities([]) : sumQuantities(quantitiesOf(lines)),
    value: amounts.length === 0 ? null : sumAmounts(amounts),
    currency: 'currency' in document ? (document.currency ?? currency) : null,
    ...found,
    charges:
      document.kind === 'journal' ? [...new Set(document.lines.map((line) => line.chargeId))] : [],
  };
}

function quantitiesOf(lines: readonly RehearsedLine[]): Quantity[] {
  return lines.map(({ quantity }) => quantity);
}

function titleOf(posting: Pick<Posting, 'record'>, record: SourceRecord | null): string {
  if (record?.kind === 'order') return record.orderNumber;
  if (record?.kind === 'receiving') return `WRO ${record.id}`;
  return record?.kind === 'charge' ? 'charges' : posting.record.id;
}

function referencesOf(
  posting: Pick<Posting, 'key' | 'record' | 'shipmentId' | 'document'>,
  record: SourceRecord | null,
): string[] {
  const { key, shipmentId, document } = posting;
  const own = [key, posting.record.id, ...(shipmentId === null ? [] : [shipmentId])];
  return [...own, ...recordReferences(record), ...documentReferences(document)];
}

/** All numbers by which people may call a record. */
export function recordReferences(record: SourceRecord | null): string[] {
  if (record?.kind === 'order') {
    const { id, orderNumber, referenceId, buyerOrderNumber, shipments } = record;
    const left = shipments.map((shipment) => shipment.id);
    return [id, orderNumber, referenceId, buyerOrderNumber ?? '', ...left];
  }
  return record?.kind === 'receiving' ? [record.id, record.purchaseOrderNumber ?? ''] : [];
}

function documentReferences(document: InforDocument): string[] {
  return document.kind === 'goodsReceipt' ? [document.purchaseOrder] : [];
}

function partyOf(document: InforDocument): string | null {
  switch (document.kind) {
    case 'salesOrder':
    case 'goodsIssue':
      return document.customer;
    case 'purchaseOrder':
      return document.supplier;
    case 'goodsReceipt':
      return `PO ${document.purchaseOrder}`;
    case 'stockIssue':
    case 'journal':
    case 'orderCancellation':
      return null;
    default:
      return unreachable(document);
  }
}

function dayOfDocument(document: InforDocument): Day | null {
  if ('movedOn' in document) return document.movedOn;
  if ('orderedOn' in document) return document.orderedOn;
  return 'day' in document ? document.day : null;
}

function linesOf(document: InforDocument): RehearsedLine[] {
  const plain = { unit: null, lot: null, amount: null };
  switch (document.kind) {
    case 'salesOrder':
      return document.lines.map(({ item, quantity, warehouse, price }) => {
        const amount = price === null ? null : multiplyAmount(price, quantity);
        return { ...plain, item, quantity, warehouse, amount };
      });
    case 'purchaseOrder':
      return document.lines.map(({ item, quantity, unit, price }) => {
        const amount = price === null ? null : multiplyAmount(price, quantity);
        return { ...plain, item, quantity, unit, warehouse: document.warehouse, amount };
      });
    case 'goodsIssue':
    case 'stockIssue':
      return document.lines.map(({ item, quantity, lot }) => ({
        ...plain,
        item,
        quantity,
        warehouse: document.warehouse,
        lot,
      }));
    case 'goodsReceipt':
      return document.lines.map(({ item, quantity, unit, lot }) => {
        return { ...plain, item, quantity, unit, warehouse: document.warehouse, lot };
      });
    case 'journal':
      return document.lines.map(({ dimensions, amount }) => {
        const [account = ''] = dimensions;
        return { ...plain, item: account, quantity: sumQuantities([]), warehouse: null, amount };
      });
    case 'orderCancellation':
      return [];
    default:
      return unreachable(document);
  }
}
