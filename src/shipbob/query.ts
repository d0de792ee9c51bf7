import { encodeText } from '../runtime/percent-text.ts';

/**
 * One value of a query string. A list is joined by literal commas; `exact` is encoded completely,
 * for text in which a comma or colon is data and not syntax.
 */
export type QueryValue = string | number | readonly string[] | { exact: string };

/**
 * Writes a query string the way ShipBob reads it: commas between list entries and colons inside
 * times and operators stay literal, because `%2C` and `%3A` were not understood on several
 * endpoints (reference: shipbob-api §4). Null values are left out.
 */
export function writeQuery(values: Record<string, QueryValue | null>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value !== null) parts.push(`${encodeText(name)}=${writeValue(value)}`);
  }
  return parts.join('&');
}

function writeValue(value: QueryValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return literal(value);
  if ('exact' in value) return encodeText(value.exact);
  return value.map(literal).join(',');
}

function literal(text: string): string {
  return encodeText(text).replaceAll('%3A', ':').replaceAll('%2C', ',');
}

/** A moment as ShipBob should be sent it: UTC with `Z` (reference: shipbob-api §5.1). */
export function utcText(atMs: number): string {
  return new Date(atMs).toISOString();
}
