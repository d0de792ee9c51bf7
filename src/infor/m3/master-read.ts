import { Problem } from '../../core/problem.ts';
import { listUntil } from './lists.ts';
import type { MiCall, MiClient, MiResult } from './mi.ts';
import { isAbsentCode, isLockCode } from './outcome.ts';

export type Row = Record<string, string>;

/**
 * Reads one record per call, in the order of the calls; null where M3 proves that there is none. A
 * value that no field can hold is such a proof. Throws a Problem when any call has no clear answer:
 * a read that failed is never "absent".
 */
export async function readRecords(
  client: MiClient,
  program: string,
  calls: MiCall[],
): Promise<(Row | null)[]> {
  if (calls.length === 0) return [];
  const answers = await client.read(program, calls, { recordsMax: 1 });
  return calls.map((call, index) => {
    const name = `${program}/${call.transaction}`;
    const rows = rowsOf(answers[index]?.result, name);
    if (rows === null) return null;
    const [row] = rows;
    // A yes without a record says neither that it is there nor that it is not.
    if (row === undefined) throw incomplete(name, JSON.stringify(call.record));
    return row;
  });
}

/**
 * Reads, for each start value, the rows of a list whose first key equals it. The list only starts
 * there, so the rows of other values are dropped; it is followed until they begin or it ends.
 * Throws a Problem when that cannot be seen.
 */
export async function readRowsOf(
  client: MiClient,
  list: { program: string; transaction: string; key: string; columns: string[] },
  values: string[],
): Promise<Row[][]> {
  if (values.length === 0) return [];
  const { program, transaction, key } = list;
  const columns = [key, ...list.columns];
  const recordsMax = 50;
  const calls = values.map((value) => ({ transaction, record: { [key]: value }, columns }));
  const answers = await client.read(program, calls, { recordsMax });
  return Promise.all(
    values.map((value, index) => {
      const result = answers[index]?.result;
      const rows = rowsOf(result, `${program}/${transaction}`) ?? [];
      const own = rows.filter((row) => row[key] === value);
      const cut = result?.kind === 'ok' && result.complete === 'no';
      return cut && own.length === rows.length ? readOn(client, list, value) : own;
    }),
  );
}

async function readOn(
  client: MiClient,
  list: { program: string; transaction: string; key: string; columns: string[] },
  value: string,
): Promise<Row[]> {
  const { result } = await listUntil(client, {
    program: list.program,
    transaction: list.transaction,
    start: { [list.key]: value },
    keyFields: [list.key],
    isPast: (row) => row[list.key] !== value,
    columns: list.columns,
  });
  const call = `${list.program}/${list.transaction}`;
  const rows = rowsOf(result, call) ?? [];
  if (result.kind === 'ok' && result.complete === 'no') throw incomplete(call, value);
  return rows;
}

/** Null is proved absence. */
function rowsOf(result: MiResult | undefined, call: string): Row[] | null {
  switch (result?.kind) {
    case 'ok':
      return result.records;
    case 'nok':
      if (isProofOfAbsence(result.code)) return null;
      throw refused(call, result);
    case 'invalid':
      if (result.problem.code === 'INFOR_FIELD_INVALID') return null;
      throw result.problem;
    case 'unclear':
    case 'notSent':
      throw result.problem;
    case undefined:
      throw incomplete(call, '');
  }
}

/** A key that M3 calls invalid (01) stands for nothing, just like one that does not exist (03). */
function isProofOfAbsence(code: string): boolean {
  return isAbsentCode(code) || /^[A-Z]{3}\d{2}01$/.test(code);
}

function refused(call: string, nok: { code: string; field: string; message: string }): Problem {
  const locked = isLockCode(nok.code);
  return new Problem({
    code: locked ? 'INFOR_RECORD_LOCKED' : 'INFOR_READ_REFUSED',
    kind: locked ? 'retryable' : 'configuration',
    message: `${call} refused to read: ${nok.code} ${nok.message}`.trim(),
    hint: locked
      ? 'Somebody works on the record in M3; it will be read again.'
      : 'Check that the user linked to the service account may run the program (SES400, MNS150).',
    evidence: { call, code: nok.code, field: nok.field },
  });
}

function incomplete(call: string, value: string): Problem {
  return new Problem({
    code: 'INFOR_ANSWER_INCOMPLETE',
    kind: 'retryable',
    message: `${call} gave no complete answer for ${value}`,
    hint: 'If this stays, the tenant cuts its lists: raise the row limit of the MI service.',
    evidence: { call, value },
  });
}
