/**
 * What is left of a record, a document or a flag once what names a person is gone: who ordered, and
 * where it was sent to. Quantities, items, numbers, times and hashes stay, so that the books can
 * still be explained, and so that the same record seen again is known to be unchanged.
 */
import { textHash } from './content-hash.ts';
import { flagReason } from './flag-reason.ts';
import type { Flag, InforDocument, JsonObject, OrderRecord, SourceRecord } from './glossary.ts';

export function withoutPersonalData(record: SourceRecord): SourceRecord {
  return record.kind === 'order' ? anonymousOrder(record) : record;
}

/** Tags are the merchant's own words and may name anybody. */
function anonymousOrder(order: OrderRecord): OrderRecord {
  return {
    ...order,
    recipient: {
      name: '',
      company: null,
      street1: '',
      street2: null,
      city: '',
      state: null,
      postCode: null,
      country: order.recipient.country,
      phone: null,
      email: null,
    },
    tags: [],
  };
}

/** Its hash stays that of the whole document. */
export function documentWithoutPersonalData(document: InforDocument): InforDocument {
  return document.kind === 'salesOrder' ? { ...document, deliveryAddress: null } : document;
}

/**
 * Evidence by these names is never about a person. Whatever else a flag was raised with may quote
 * what the record or Infor said, and goes.
 */
const impersonal = new Set([
  'record',
  'key',
  'kind',
  'sku',
  'item',
  'lot',
  'quantity',
  'difference',
  'warehouse',
  'centreId',
  'purchaseOrder',
  'orderNumber',
  'status',
  'type',
]);

export function flagWithoutPersonalData(
  flag: Pick<Flag, 'code' | 'cause' | 'evidence'>,
): Pick<Flag, 'cause' | 'sentence' | 'hint' | 'evidence'> {
  const evidence: JsonObject = {};
  for (const [name, value] of Object.entries(flag.evidence)) {
    if (impersonal.has(name) && typeof value !== 'object') evidence[name] = value;
  }
  const reason = flagReason(flag.code);
  const sentence = (reason?.sentence ?? flag.code).replace(/\{(\w+)\}/g, (_, name: string) =>
    String(evidence[name] ?? '…'),
  );
  return {
    cause: causeWithoutPersonalData(flag.cause),
    sentence,
    hint: reason?.hint ?? '',
    evidence,
  };
}

/**
 * What was looked up is somebody's name or address; equal causes stay equal. Countries are what
 * ShipBob's form was filled with, which may be anything.
 */
export function causeWithoutPersonalData(cause: string): string {
  const [kind = ''] = cause.split(':');
  if (kind !== 'lookup' && kind !== 'country') return cause;
  const [, hashed] = cause.split(':');
  return hashed?.startsWith('#') ? cause : `${kind}:#${textHash(cause).slice(0, 12)}`;
}
