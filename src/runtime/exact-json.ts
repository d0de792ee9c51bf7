import { parse } from 'lossless-json';

/**
 * Parses JSON with every number kept as its source text, so that `12.50` stays `12.50` and ids
 * above 2^53 keep their digits (reference: engineering §4). Null when the text is not JSON.
 */
export function parseExactJson(text: string): { value: unknown } | null {
  try {
    return { value: parse(text, null, (number) => number) };
  } catch {
    return null;
  }
}
