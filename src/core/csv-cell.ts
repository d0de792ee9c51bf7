/**
 * Cells that a spreadsheet would take for a formula, and run. A sign in front makes them text, as
 * spreadsheets themselves show it; reading takes it away again, so that nothing is lost on the way.
 */

/** Some strip blanks before they look; some take full-width signs for the usual ones. */
const begins = /(?:[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/u;
const formula = new RegExp(`^'*${begins.source}`, 'u');
const marked = new RegExp(`^'+${begins.source}`, 'u');
const plainNumber = /^[+-]?\d+(\.\d+)?$/;

/** Safe to open in a spreadsheet; plain numbers stay numbers. */
export function safeCell(text: string): string {
  return formula.test(text) && !plainNumber.test(text) ? `'${text}` : text;
}

/** What `safeCell` was given. */
export function readCell(text: string): string {
  return marked.test(text) ? text.slice(1) : text;
}
