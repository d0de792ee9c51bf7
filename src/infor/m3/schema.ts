import { parseExactJson } from '../../runtime/exact-json.ts';

/** One element of `results`, with every value as trimmed text; absent keys mean none. */
export interface EnvelopeItem {
  transaction: string;
  errorMessage: string;
  errorType: string;
  errorCode: string;
  errorField: string;
  notProcessed: boolean;
  records: Record<string, string>[];
  positionKey: string;
}

/** The answer of m3api-rest v2, single and bulk (reference: infor-api §2.2). */
export interface Envelope {
  items: EnvelopeItem[];
  wasTerminated: boolean;
  terminationReason: string;
  errorMessage: string;
  errorType: string;
  errorCode: string;
  errorField: string;
  /** Null when the answer does not say. */
  succeeded: number | null;
  failed: number | null;
  notProcessed: number | null;
}

type Loose = Record<string, unknown>;

/**
 * Reads the envelope leniently: arrays of one may come as a single object, numbers as text and the
 * other way round. Null when the text is not JSON or not an envelope at all.
 */
export function readEnvelope(text: string): Envelope | null {
  const json = parseExactJson(text);
  if (json === null || !isObject(json.value)) return null;
  const body = json.value;
  const known = ['results', 'errorMessage', 'errorType', 'wasTerminated', 'terminationErrorType'];
  if (!known.some((name) => Object.hasOwn(body, name))) return null;
  const items = listOf(body.results);
  if (!items.every(isObject)) return null;
  return {
    items: items.filter(isObject).map(readItem),
    wasTerminated: isTrue(body.wasTerminated),
    terminationReason: textOf(body.terminationReason),
    errorMessage: textOf(body.errorMessage),
    errorType: textOf(body.errorType) || textOf(body.terminationErrorType),
    errorCode: textOf(body.errorCode),
    errorField: textOf(body.errorField),
    // Spelt with a double l by M3.
    succeeded: countOf(body.nrOfSuccessfullTransactions),
    failed: countOf(body.nrOfFailedTransactions),
    notProcessed: countOf(body.nrOfNotProcessedTransactions),
  };
}

function readItem(item: Loose): EnvelopeItem {
  return {
    transaction: textOf(item.transaction),
    errorMessage: textOf(item.errorMessage),
    errorType: textOf(item.errorType),
    errorCode: textOf(item.errorCode),
    errorField: textOf(item.errorField),
    notProcessed: isTrue(item.notProcessed),
    // A transaction without output answers with no records, an empty list or one empty record.
    records: listOf(item.records)
      .filter(isObject)
      .map(readRecord)
      .filter((record) => Object.keys(record).length > 0),
    positionKey: textOf(item.positionKey),
  };
}

function readRecord(record: Loose): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, textOf(value)]));
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return '';
}

function isTrue(value: unknown): boolean {
  return textOf(value).toLowerCase() === 'true';
}

function countOf(value: unknown): number | null {
  const text = textOf(value);
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
