import { parseExactJson } from '../runtime/exact-json.ts';
import { pagingProblem } from './problem.ts';
import { type QueryValue, writeQuery } from './query.ts';
import { isObject, nameOf } from './schema.ts';
import type { Reply, ShipbobCall, Transport } from './transport.ts';

/** Rows of one page as they came, before anybody tries to understand them. */
export interface RawPage {
  rows: readonly unknown[];
  startedAtMs: number;
  pagesLeft: number;
}

/** What all pages of one list have in common. */
export interface ListCall {
  method: 'GET' | 'POST';
  template: string;
  scope: string;
  query: Record<string, QueryValue | null>;
  body: string | null;
  channel: string | null;
}

/** More than this is a header gone wrong, or a window that should have been cut. */
const PAGES_MAX = 10_000;
/** How often a sweep starts over because rows came into the list while it was read. */
const ROUNDS_MAX = 3;

interface NumberedPage {
  rows: readonly unknown[];
  /** Null when ShipBob did not say. */
  pages: number | null;
  count: number | null;
}

/**
 * Reads a page-numbered list over a set that changes meanwhile: page 1 for the number of pages,
 * then from the last page to the first. A row that leaves the set moves those behind it to the
 * left, where they are still to be read: they are met twice, never missed. That holds for rows that
 * join at the end too, which is where the order of creation puts them; a row that joins elsewhere
 * pushes others to the right, past the reader. It shows as a count that has grown or as a stranger
 * on page 1, and then the sweep starts over.
 */
export async function* sweepNumbered(
  transport: Transport,
  list: ListCall & { limit: number; idField: string },
): AsyncGenerator<RawPage> {
  const seen = new Set<string>();
  const first = await numberedPage(transport, list, { page: 1, pages: null });
  addIds(seen, first.value.rows, list.idField);
  if (first.value.pages === null) {
    yield* sweepUncounted(transport, list, { first, seen });
    return;
  }
  let size = sizeSaid(first, list, { pages: 1, count: 0 });
  yield rawPage(first, size.pages > 1 ? size.pages : 0);
  for (let round = 1; size.pages > 1 && round <= ROUNDS_MAX; round += 1) {
    let joined = false;
    for (let page = size.pages; page >= 1; page -= 1) {
      const reply = await numberedPage(transport, list, { page, pages: size.pages });
      const now = sizeSaid(reply, list, size);
      const strangers = addIds(seen, reply.value.rows, list.idField);
      const grown = now.count > size.count || now.pages > size.pages;
      if (grown || (page === 1 && strangers > 0)) joined = true;
      size = now;
      // Only the last page of a round that nothing joined ends the sweep; a reader moves its
      // checkpoint there.
      const another = joined && round < ROUNDS_MAX ? 1 : 0;
      yield rawPage(reply, page - 1 + another);
    }
    if (!joined) return;
  }
}

/**
 * Without headers nothing says where the list ends: forward until a page is empty or brings nothing
 * new, then back over the pages before it, so that the argument of the sweep above holds.
 */
async function* sweepUncounted(
  transport: Transport,
  list: ListCall & { limit: number; idField: string },
  begun: { first: Reply<NumberedPage>; seen: Set<string> },
): AsyncGenerator<RawPage> {
  yield rawPage(begun.first, begun.first.value.rows.length > 0 ? 1 : 0);
  let last = begun.first.value.rows.length > 0 ? 1 : 0;
  // A short page is no sign of the end: ShipBob may give fewer rows than asked for on every page.
  while (last > 0) {
    if (last >= PAGES_MAX) throw pagingProblem(nameOfCall(list), `${last} pages read`);
    const reply = await numberedPage(transport, list, { page: last + 1, pages: null });
    if (addIds(begun.seen, reply.value.rows, list.idField) === 0) break;
    last += 1;
    yield rawPage(reply, 1);
  }
  for (let page = last - 1; page >= 1; page -= 1) {
    yield rawPage(await numberedPage(transport, list, { page, pages: last }), page - 1);
  }
}

interface ListSize {
  pages: number;
  count: number;
}

function sizeSaid(reply: Reply<NumberedPage>, list: ListCall, before: ListSize): ListSize {
  const pages = reply.value.pages ?? before.pages;
  if (pages > PAGES_MAX) throw pagingProblem(nameOfCall(list), `ShipBob speaks of ${pages} pages`);
  return { pages, count: reply.value.count ?? before.count };
}

/** How many of the rows had not been seen; rows without an id count as seen. */
function addIds(seen: Set<string>, rows: readonly unknown[], idField: string): number {
  const before = seen.size;
  for (const row of rows) {
    const id = nameOf(row, idField);
    if (id !== null) seen.add(id);
  }
  return seen.size - before;
}

function rawPage(reply: Reply<NumberedPage>, pagesLeft: number): RawPage {
  return { rows: reply.value.rows, startedAtMs: reply.startedAtMs, pagesLeft };
}

function numberedPage(
  transport: Transport,
  list: ListCall & { limit: number },
  /** Which one, of how many as far as is known. */
  wanted: { page: number; pages: number | null },
): Promise<Reply<NumberedPage>> {
  return transport.fetch({
    ...callOf(list),
    query: writeQuery({ Page: wanted.page, Limit: list.limit, ...list.query }),
    read: (answer) => readNumbered(answer, wanted),
  });
}

/** A page past the end may come with an empty body (reference: shipbob-api §4). */
function readNumbered(
  answer: { text: string; headers: Record<string, string> },
  wanted: { page: number; pages: number | null },
): { value: NumberedPage } | null {
  const pages = headerNumber(answer.headers, 'total-pages');
  const count = headerNumber(answer.headers, 'total-count');
  const nothing = answer.text.trim() === '' ? null : parseExactJson(answer.text);
  if (answer.text.trim() === '' || nothing?.value === null) {
    // Elsewhere an empty body is a broken answer, and taking it for "no rows" would skip them. One
    // without its headers, as a proxy may send it, says nothing of how many pages there are.
    const known = pages ?? wanted.pages;
    const pastTheEnd = known === null ? wanted.page > 1 : wanted.page > known;
    return pastTheEnd ? { value: { rows: [], pages, count } } : null;
  }
  const rows = nothing ? rowsIn(nothing.value) : null;
  return rows && { value: { rows, pages, count } };
}

/** A bare list; should a later version wrap it, the envelope of the other resources. */
function rowsIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  return isObject(value) && Array.isArray(value.items) ? value.items : null;
}

function headerNumber(headers: Record<string, string>, name: string): number | null {
  const text = headers[name]?.trim() ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/**
 * Follows the cursors of an `{items, next}` (or `{data, next}`) envelope. `next` comes as an opaque token, as a
 * relative address with or without the version, or as an absolute one (§4); of an address only the
 * query is taken, so the token cannot be led to another host or path.
 */
export async function* walkCursors(transport: Transport, list: ListCall): AsyncGenerator<RawPage> {
  const followed = new Set<string>();
  let query = writeQuery(list.query);
  for (;;) {
    const reply = await transport.fetch({ ...callOf(list), query, read: readEnvelope });
    const { rows, next } = reply.value;
    yield { rows, startedAtMs: reply.startedAtMs, pagesLeft: next === null ? 0 : 1 };
    if (next === null) return;
    if (followed.has(next)) throw pagingProblem(nameOfCall(list), 'a cursor came back');
    if (followed.size >= PAGES_MAX) throw pagingProblem(nameOfCall(list), 'too many pages');
    followed.add(next);
    query = nextQuery(next);
  }
}

/** The query of the next page, from any of the forms of `next`. */
export function nextQuery(next: string): string {
  const mark = next.indexOf('?');
  if (mark < 0) return writeQuery({ Cursor: { exact: next } });
  return next.slice(mark + 1).split('#', 1)[0] ?? '';
}

function readEnvelope(answer: {
  text: string;
}): { value: { rows: readonly unknown[]; next: string | null } } | null {
  const parsed = parseExactJson(answer.text);
  if (!parsed) return null;
  if (Array.isArray(parsed.value)) return { value: { rows: parsed.value, next: null } };
  if (!isObject(parsed.value)) return null;
  // The inventory history calls its rows `data`.
  const items = parsed.value.items ?? parsed.value.data;
  if (!Array.isArray(items)) return null;
  // Anything but text here is no end of the list, which would cut it off without a sign.
  const said = parsed.value.next ?? null;
  if (said !== null && typeof said !== 'string') return null;
  return { value: { rows: items, next: nameOf(parsed.value, 'next') } };
}

function callOf(list: ListCall): Omit<ShipbobCall<never>, 'read' | 'query'> {
  const { method, template, scope, body, channel } = list;
  return { method, template, path: template, scope, body, channel };
}

function nameOfCall(list: ListCall): string {
  return `${list.method} ${list.template}`;
}
