import { hasInput } from './field-table.ts';
import type { MiClient, MiResult, TimedResult } from './mi.ts';

type Row = Record<string, string>;

export interface ListQuery {
  program: string;
  transaction: string;
  /** The input record of the first call: what is fixed, and where the list starts. */
  start: Record<string, string>;
  /** The fields the list is sorted by, in that order, as they are named in input and output. */
  keyFields: string[];
  /** Whether this row lies behind everything that is wanted. */
  isPast(row: Row): boolean;
  /** Output fields wanted besides the key fields; all when empty. */
  columns: string[];
  /** Rows of one call, at most 999. Default 500. */
  recordsMax?: number;
  /** Calls at most. Default 40. */
  pagesMax?: number;
  /** The first page, when it was read already, with the same start and number of rows. */
  first?: TimedResult;
}

/** Some grids cut every list at 1,000 rows (infor-api §2.4); stay below that at first. */
const recordsMaxDefault = 500;
const recordsMaxUpper = 10_000;

/**
 * Reads a list whose keys are only a start position. The answer is `ok` with the rows that are not
 * past, in order, and `complete: 'yes'` only when a row has passed or the list has ended: then
 * what is not among the rows is absent. A full page that has not passed is continued from its last
 * key. When that does not move on (every row has the same key), more rows are asked for; when that
 * fails too, the answer is `complete: 'no'`. Any other result than `ok` is handed back as it came.
 */
export async function listUntil(client: MiClient, query: ListQuery): Promise<TimedResult> {
  let start = query.start;
  let recordsMax = query.recordsMax ?? recordsMaxDefault;
  let rows: Row[] = [];
  let rowsBefore = 0;
  let durationMs = 0;
  for (let page = 0; page < (query.pagesMax ?? 40); page += 1) {
    const known = page === 0 ? query.first : undefined;
    const answer = known ?? (await readPage(client, query, start, recordsMax));
    durationMs += answer.durationMs;
    if (answer.result.kind !== 'ok') return { result: answer.result, durationMs };
    const found = answer.result.records;
    const past = found.findIndex((row) => query.isPast(row));
    if (past >= 0) return ended([...rows, ...found.slice(0, past)], 'yes', durationMs);
    if (answer.result.complete === 'yes') return ended([...rows, ...found], 'yes', durationMs);

    const next = startAfter(query, start, found);
    if (next !== null) {
      // The next page starts with every row of the last key, so those are dropped here.
      const kept = found.filter((row) => !sameKey(query, row, next));
      rows = [...rows, ...kept];
      start = next;
      rowsBefore = 0;
      continue;
    }
    const exhausted = found.length <= rowsBefore || recordsMax >= recordsMaxUpper;
    if (exhausted) return ended([...rows, ...found], 'no', durationMs);
    rowsBefore = found.length;
    recordsMax = Math.min(recordsMaxUpper, recordsMax * 5);
  }
  return ended(rows, 'no', durationMs);
}

async function readPage(
  client: MiClient,
  query: ListQuery,
  start: Row,
  recordsMax: number,
): Promise<TimedResult> {
  const columns =
    query.columns.length === 0 ? [] : [...new Set([...query.keyFields, ...query.columns])];
  const call = { transaction: query.transaction, record: start, columns };
  const [answer] = await client.read(query.program, [call], { recordsMax });
  if (answer !== undefined) return answer;
  return ended([], 'no', 0);
}

/** The start position at the last row's key, or null when it would not move the list on. */
function startAfter(query: ListQuery, start: Row, found: Row[]): Row | null {
  const last = found.at(-1);
  const first = found[0];
  if (last === undefined || first === undefined) return null;
  const movable = query.keyFields.filter((name) =>
    hasInput(query.program, query.transaction, name),
  );
  const moves = movable.some((name) => (last[name] ?? '') !== (first[name] ?? ''));
  if (!moves) return null;
  const next = { ...start };
  for (const name of movable) next[name] = last[name] ?? '';
  return next;
}

function sameKey(query: ListQuery, row: Row, start: Row): boolean {
  return query.keyFields.every((name) => {
    const takesPart = hasInput(query.program, query.transaction, name);
    return !takesPart || (row[name] ?? '') === (start[name] ?? '');
  });
}

function ended(records: Row[], complete: 'yes' | 'no', durationMs: number): TimedResult {
  const result: MiResult = { kind: 'ok', records, complete };
  return { result, durationMs };
}
