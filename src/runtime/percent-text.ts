/**
 * Percent-encodes a text for an address or a form. `encodeURIComponent` alone throws on half a
 * surrogate pair, which a text from outside may hold; it becomes U+FFFD, as it does in UTF-8.
 */
export function encodeText(text: string): string {
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
}
