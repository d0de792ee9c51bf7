import type { Posting, PurchaseOrderFact, SourceRecord } from '../core/glossary.ts';
import { isZero } from '../core/quantity.ts';
import { foldedReference, type HandBooking } from '../core/rehearsal-line.ts';
import { ReceivedBefore } from '../core/rehearsal-receipt.ts';
import type { Day, Quantity } from '../core/schema.ts';
import { type RehearsedDocument, rehearsedDocument, type Standing } from './rehearsal-document.ts';

/** Goods that count as received before the days of the rehearsal. */
export interface ReceivedAlready {
  receivingId: string;
  purchaseOrder: string;
  /** In the purchase order's units. */
  units: Quantity;
}

export interface Planned {
  posting: Posting;
  record: SourceRecord | null;
  found: { standing: Standing; number: string | null };
}

/**
 * The documents as they would be posted, the receipts of older receiving orders without what
 * counts as booked before; see core/rehearsal-receipt.ts.
 */
export function rehearsedDocuments(
  planned: readonly Planned[],
  given: {
    window: { fromMs: number; from: Day };
    byHand: readonly HandBooking[];
    orders: ReadonlyMap<string, PurchaseOrderFact>;
    currency: string | null;
  },
): { documents: RehearsedDocument[]; receivedBefore: ReceivedAlready[] } {
  const before = receivedBefore(planned, given);
  const receivedAlready: ReceivedAlready[] = [];
  const documents = new Map<Planned, RehearsedDocument>();
  for (const one of oldestFirst(planned)) {
    const { posting, record, found } = one;
    const isOlder = record?.kind === 'receiving' && record.createdAtMs < given.window.fromMs;
    if (posting.document.kind !== 'goodsReceipt' || !isOlder || found.standing !== 'new') {
      documents.set(one, rehearsedDocument(posting, record, found, given.currency));
      continue;
    }
    const { purchaseOrder, receivingId } = posting.document;
    const { receipt, taken } = before.lessen(posting.document);
    if (!isZero(taken)) receivedAlready.push({ receivingId, purchaseOrder, units: taken });
    if (receipt === null) continue;
    const lessened = { ...posting, document: receipt };
    documents.set(one, rehearsedDocument(lessened, record, found, given.currency));
  }
  return {
    // In the order in which they would be posted.
    documents: planned.flatMap((one) => documents.get(one) ?? []),
    receivedBefore: receivedAlready,
  };
}

/** What Infor has received by now, less what the list says was booked within the days. */
function receivedBefore(
  planned: readonly Planned[],
  given: Parameters<typeof rehearsedDocuments>[1],
): ReceivedBefore {
  const before = new ReceivedBefore();
  for (const [number, order] of given.orders) before.addReceived(number, order);
  const orderOf = new Map<string, string>();
  for (const { posting, record } of planned) {
    if (posting.document.kind !== 'goodsReceipt') continue;
    const { purchaseOrder } = posting.document;
    const raw = record?.kind === 'receiving' ? (record.purchaseOrderNumber ?? '') : '';
    for (const text of [purchaseOrder, raw, posting.record.id, posting.key]) {
      orderOf.set(foldedReference(text), purchaseOrder);
    }
  }
  for (const { kind, reference, item, quantity, day } of given.byHand) {
    const number = orderOf.get(foldedReference(reference));
    const within = day === null || day >= given.window.from;
    if (kind === 'goodsReceipt' && number !== undefined && within) {
      before.takeBookedWithin(number, item, quantity);
    }
  }
  return before;
}

/** The oldest delivery is the likeliest to have been booked. */
function oldestFirst(planned: readonly Planned[]): Planned[] {
  const createdAtMs = ({ record }: Planned) =>
    record !== null && 'createdAtMs' in record ? record.createdAtMs : 0;
  return [...planned].sort((a, b) => createdAtMs(a) - createdAtMs(b));
}
