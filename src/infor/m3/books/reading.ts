/** What all readings of the books share: a list is complete, or the reading fails and says why. */
import type { Clock, Log } from '../../../app/ports.ts';
import { Problem } from '../../../core/problem.ts';
import { canonicalAmount, type Quantity } from '../../../core/schema.ts';
import type { MiCall, MiClient, MiResult } from '../mi.ts';
import { listed, problemOf } from '../recipe/answer.ts';
import { quantityOf } from '../recipe/compare.ts';
import type { Row } from '../recipe/session.ts';
import type { M3Settings } from '../settings.ts';

export type { Row };

export interface Reader {
  client: MiClient;
  clock: Clock;
  log: Log;
  settings: M3Settings;
}

/** Rows asked for when a list that has no position was cut; 0 is no limit. */
const wideReads = [10_000, 0];

/**
 * The rows of a list; "does not exist" said of one of `keys` is none. Throws Problem:
 * BOOKS_INCOMPLETE when it was cut, BOOKS_NOT_READABLE when this M3 does not have it, else what
 * kept it from an answer.
 */
export function rowsOf(call: string, result: MiResult | undefined, keys: string[]): Row[] {
  if (result?.kind === 'ok' && result.complete === 'no') {
    throw booksIncomplete(call, result.records.length);
  }
  const list = listed(call, result, keys);
  if (list.state === 'rows') return list.rows;
  throw failed(call, result);
}

/** Why a read gave nothing, as it is thrown. */
export function failed(call: string, result: MiResult | undefined): Problem {
  if (result?.kind === 'invalid' && result.problem.code === 'INFOR_TRANSACTION_NOT_FOUND') {
    return notReadable(`this M3 has no ${call}`, result.problem);
  }
  return problemOf(call, result);
}

export function booksIncomplete(call: string, rows: number): Problem {
  return new Problem({
    code: 'BOOKS_INCOMPLETE',
    kind: 'rejected',
    message: `M3 shows only the first ${rows} rows of ${call}, and the list cannot be read on`,
    hint: 'Have the limit of rows of the M3 API raised, or compare a shorter period.',
    evidence: { call, rows: String(rows) },
  });
}

export function notReadable(what: string, cause?: Problem): Problem {
  return new Problem({
    code: 'BOOKS_NOT_READABLE',
    kind: 'rejected',
    message: `Infor's books cannot be read here: ${what}.`,
    hint: 'Give the service user the right to it, or have it installed; until then this part is not compared.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A number that M3 shows; throws when it is none, for nought would hide what is there. */
export function shownQuantity(text: string | undefined, what: string): Quantity {
  const quantity = quantityOf(text ?? '');
  if (quantity !== null) return quantity;
  throw notReadable(`${what} shows no quantity (${JSON.stringify(text ?? '')})`);
}

export function shownAmount(text: string | undefined, what: string) {
  return canonicalAmount(shownQuantity(text, what));
}

/** One answer per call. */
export async function readEach(
  reader: Reader,
  program: string,
  calls: MiCall[],
  recordsMax: number,
): Promise<MiResult[]> {
  if (calls.length === 0) return [];
  const answers = await reader.client.read(program, calls, { recordsMax });
  return answers.map(({ result }) => result);
}

/**
 * Lists that have no position to go on from: one that was cut is asked for again with more rows, at
 * last without a limit. A grid that answers fewer than it was asked for has a limit of its own.
 */
export async function readWhole(
  reader: Reader,
  program: string,
  calls: MiCall[],
  isPast: (row: Row) => boolean = () => false,
): Promise<MiResult[]> {
  const results: MiResult[] = [];
  let open = calls.map((call, index) => ({ call, index }));
  for (const limit of [reader.settings.listRecordsMax, ...wideReads]) {
    const asked = open.map(({ call }) => call);
    const answers = await readEach(reader, program, asked, limit);
    open = open.filter(({ index }, at) => {
      const answer = answers[at];
      if (answer === undefined) return false;
      const passed = answer.kind === 'ok' && answer.records.some(isPast);
      results[index] = passed ? { ...answer, complete: 'yes' } : answer;
      const isCut = answer.kind === 'ok' && answer.complete === 'no' && !passed;
      return isCut && answer.records.length >= limit;
    });
    if (open.length === 0) break;
  }
  return results;
}

export function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, at) => all.slice(at * size, (at + 1) * size));
}

/** `YREF` of a sales order or `YRE1` of a purchase order as one of our keys; see external-key.ts. */
export const ownOrderKey = /^(SB\d{1,18}|SX[0-9A-Z]{1,13})(-\d{1,2})?$/;
