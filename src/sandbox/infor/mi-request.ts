import { RequestFault } from './envelope.ts';
import type { Row } from './row.ts';
import { type BulkBody, bulkBody } from './schema.ts';

export interface MiItem {
  transaction: string;
  fields: Row;
  /** Columns to answer with; undefined is all. */
  columns: string[] | undefined;
}

export interface MiRequest {
  program: string;
  /** Undefined is the user's own. */
  company: string | undefined;
  division: string | undefined;
  /** 0 is unlimited. */
  recordsMax: number;
  excludeEmpty: boolean;
  rightTrim: boolean;
  extendedResult: boolean;
  positionKey: string | undefined;
  items: MiItem[];
  single: boolean;
}

const defaultRecordsMax = 100;
const optionNames = new Set([
  'cono',
  'divi',
  'lanc',
  'locale',
  'timeZone',
  'maxrecs',
  'dateformat',
  'excludeempty',
  'excludempty',
  'righttrim',
  'returncols',
  'format',
  'extendedresult',
  'metadata',
]);

/** `GET …/execute/PROGRAM/Transaction`, options in the query or as matrix parameters. */
export function parseSingle(
  tail: string,
  query: string,
  positionKey: string | undefined,
): MiRequest {
  const [path = '', ...matrix] = tail.split(';');
  const [program = '', transaction = '', extra] = path.split('/').map(decode);
  if (transaction === '' || extra !== undefined) {
    throw new RequestFault('MalformedRequest', 'Path is not PROGRAM/Transaction');
  }
  const options = new Map<string, string>();
  for (const pair of matrix) {
    const [name = '', ...value] = pair.split('=');
    options.set(decode(name), decode(value.join('=')));
  }
  const fields: Row = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (optionNames.has(name)) options.set(name, value);
    else fields[name] = value;
  }
  checkDateFormat(options.get('dateformat'));
  const columns = options.get('returncols');
  return {
    program,
    company: options.get('cono') || undefined,
    division: options.get('divi'),
    recordsMax: wholeNumber(options.get('maxrecs')),
    excludeEmpty: (options.get('excludeempty') ?? options.get('excludempty')) === 'true',
    rightTrim: options.get('righttrim') !== 'false',
    extendedResult: options.get('extendedresult') === 'true',
    positionKey,
    items: [{ transaction, fields, columns: columns ? columns.split(',') : undefined }],
    single: true,
  };
}

/** `POST …/execute`. The service streams the body, so `transactions` has to come last. */
export function parseBulk(text: string): MiRequest {
  const body = readBulk(text);
  checkDateFormat(body.dateFormat);
  return {
    program: body.program,
    company: body.cono === undefined || body.cono === '' ? undefined : String(body.cono),
    division: body.divi,
    recordsMax: wholeNumber(
      body.maxReturnedRecords === undefined ? undefined : String(body.maxReturnedRecords),
    ),
    excludeEmpty: body.excludeEmptyValues ?? false,
    rightTrim: body.rightTrim ?? true,
    extendedResult: body.extendedResult ?? false,
    positionKey: undefined,
    items: body.transactions.map((item) => ({
      transaction: item.transaction,
      fields: item.record ?? {},
      columns: item.selectedColumns,
    })),
    single: false,
  };
}

function readBulk(text: string): BulkBody {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new RequestFault('MalformedRequest', 'Body is not JSON');
  }
  const body = bulkBody.safeParse(parsed);
  if (!body.success) {
    const where = body.error.issues[0]?.path.join('.') ?? '';
    throw new RequestFault('MalformedRequest', `Body is not a bulk request: ${where}`);
  }
  const names = typeof parsed === 'object' && parsed !== null ? Object.keys(parsed) : [];
  if (names.at(-1) !== 'transactions') {
    throw new RequestFault('MalformedRequest', 'transactions must be the last attribute');
  }
  return body.data;
}

function checkDateFormat(given: string | undefined): void {
  if (given === undefined || given === 'YMD8') return;
  throw new RequestFault('MalformedRequest', 'Only date format YMD8 is simulated');
}

function wholeNumber(text: string | undefined): number {
  if (text === undefined || text === '') return defaultRecordsMax;
  if (/^\d+$/.test(text)) return Number(text);
  throw new RequestFault('MalformedRequest', 'maxrecs is no number');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RequestFault('MalformedRequest', 'Path is not well encoded');
  }
}
