/**
 * External keys: the text by which a document is found again in Infor, for ever. They are functions
 * of ShipBob's ids alone, so planning twice, or in a restored database, gives the same key.
 *
 * Upper-case `[A-Z0-9-]` because M3 upper-cases and trims (infor-api §6). An id too long for its
 * field is written in base 36 under another prefix, so the two forms can never meet.
 */
import { limits } from './limits.ts';
import { assert, Problem } from './problem.ts';
import type { Day, ExternalKey, OrderId, ReceivingId, ShipmentId } from './schema.ts';
import { externalKey } from './schema.ts';

/** Decimal digits that leave room for a prefix, and for a dash and a three-digit sequence. */
const orderDigitsMax = 18;
const cancellationDigitsMax = 16;
const movementDigitsMax = 12;

/** Of the sales or purchase order made from a ShipBob order: at most 20 characters. */
export function orderKey(id: OrderId): ExternalKey {
  return made(
    prefixed(id, { short: 'SB', long: 'SX', digitsMax: orderDigitsMax }),
    limits.salesOrderKeyMax,
  );
}

/** Of the cancellation of that order. */
export function cancellationKey(id: OrderId): ExternalKey {
  const text = prefixed(id, { short: 'C', long: 'CX', digitsMax: cancellationDigitsMax });
  return made(text, limits.warehouseKeyMax);
}

/** Of the goods or stock issue of a shipment; `sequence` from 1. At most 17 characters. */
export function issueKey(id: ShipmentId, sequence: number): ExternalKey {
  const text = prefixed(id, { short: 'S', long: 'SY', digitsMax: movementDigitsMax });
  return made(`${text}-${counted(sequence)}`, limits.warehouseKeyMax);
}

/** Of the n-th receipt of a receiving order; `sequence` from 1. At most 17 characters. */
export function receiptKey(id: ReceivingId, sequence: number): ExternalKey {
  const text = prefixed(id, { short: 'R', long: 'RX', digitsMax: movementDigitsMax });
  return made(`${text}-${counted(sequence)}`, limits.warehouseKeyMax);
}

/**
 * Of the n-th journal of a day and division: at most 15 characters. Throws Problem
 * `DIVISION_UNSUITABLE` or `JOURNAL_SEQUENCE_USED_UP` (configuration).
 */
export function journalKey(day: Day, division: string, sequence: number): ExternalKey {
  const code = division.trim().toUpperCase();
  if (!/^[A-Z0-9]{0,3}$/.test(code)) {
    throw new Problem({
      code: 'DIVISION_UNSUITABLE',
      kind: 'configuration',
      message: `The division ${JSON.stringify(division)} does not fit into a journal's key.`,
      hint: 'Set costs.division to the division code of Infor: up to three letters or digits.',
    });
  }
  assert(Number.isInteger(sequence) && sequence >= 1, 'a sequence counts from 1');
  if (sequence > limits.journalSequenceMax) {
    throw new Problem({
      code: 'JOURNAL_SEQUENCE_USED_UP',
      kind: 'configuration',
      message: `${day} already has ${limits.journalSequenceMax} journals in one division.`,
      hint: 'Have the charges of the day collected before they are posted.',
    });
  }
  const number = String(sequence).padStart(2, '0');
  return made(`J${day.replaceAll('-', '')}${code}-${number}`, limits.journalKeyMax);
}

/** The sequence at the end of an issue's, receipt's or journal's key; null when it has none. */
export function sequenceOf(key: ExternalKey): number | null {
  const match = /-(\d+)$/.exec(key);
  return match?.[1] === undefined ? null : Number(match[1]);
}

function prefixed(id: string, form: { short: string; long: string; digitsMax: number }): string {
  assert(/^\d{1,19}$/.test(id), 'a ShipBob id is digits');
  // A leading zero would be lost in base 36, and two ids would share a key.
  assert(id === '0' || !id.startsWith('0'), 'a ShipBob id has no leading zero');
  if (id.length <= form.digitsMax) return `${form.short}${id}`;
  // 19 digits are at most 13 characters: with prefix and `-n` 17, M3's message number.
  return `${form.long}${BigInt(id).toString(36).toUpperCase()}`;
}

function counted(sequence: number): string {
  assert(Number.isInteger(sequence) && sequence >= 1, 'a sequence counts from 1');
  return String(sequence);
}

function made(text: string, lengthMax: number): ExternalKey {
  assert(text.length <= lengthMax, `an external key has at most ${lengthMax} characters: ${text}`);
  return externalKey(text);
}
