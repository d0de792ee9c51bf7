/**
 * Cells that a spreadsheet would take for a formula. A sign in front makes them text, as
 * spreadsheets themselves show it; reading takes it away again, so that nothing is lost on the way.
 */

const formula = /^'*[=+\-@\t\r]/;
const marked = /^'+[=+\-@\t\r]/;
const plainNumber = /^[+-]?\d+(\.\d+)?$/;

/** Safe to open in a spreadsheet; plain numbers stay numbers. */
export function safeCell(text: string): string {
  return formula.test(text) && !plainNumber.test(text) ? `'${text}` : text;
}

/** What `safeCell` was given. */
export function readCell(text: string): string {
  return marked.test(text) ? text.slice(1) : text;
}
