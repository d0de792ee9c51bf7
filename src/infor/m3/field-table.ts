import { Problem } from '../../core/problem.ts';
import { deliveryFields } from './field-table-delivery.ts';
import { ledgerFields } from './field-table-ledger.ts';
import { masterFields } from './field-table-master.ts';
import { purchaseFields } from './field-table-purchase.ts';
import { salesFields } from './field-table-sales.ts';
import { stockFields } from './field-table-stock.ts';
import type { FieldTable } from './field-table-type.ts';
import { warehouseFields } from './field-table-warehouse.ts';

interface Field {
  mandatory: boolean;
  type: 'A' | 'N' | 'D';
  lengthMax: number;
}

interface Transaction {
  /** It may answer with many records. */
  list: boolean;
  fields: Map<string, Field>;
}

const tables: FieldTable = {
  ...masterFields,
  ...salesFields,
  ...purchaseFields,
  ...deliveryFields,
  ...warehouseFields,
  ...stockFields,
  ...ledgerFields,
};

const parsed = new Map<string, Transaction>();

/** The generic transaction: a read of programs whose own ones all write. */
export const serverTime = 'GetServerTime';

/**
 * Checks one input record against the published field table, because M3 itself may cut a long value
 * silently (reference: infor-api §2.4). A blank value counts as not given; `?` (set to blank) fits
 * every field. Null when the record may be sent; otherwise a `rejected` problem names the field,
 * the value and the limit, or a `defect` says that we tried to send something that does not exist.
 */
export function checkRecord(
  program: string,
  transaction: string,
  record: Record<string, string>,
): Problem | null {
  const call = `${program}/${transaction}`;
  const known = transactionOf(program, transaction);
  if (known === null) return unknown(`${call} is not in the field tables`, { call });
  for (const [name, value] of Object.entries(record)) {
    const field = known.fields.get(name);
    if (field === undefined) {
      return unknown(`${call} has no input field ${name}`, { call, field: name });
    }
    const fault = value === '?' ? null : faultOf(field, value);
    if (fault !== null)
      return misfit(`${call} field ${name}: ${fault}`, { call, field: name, value });
  }
  for (const [name, field] of known.fields) {
    if (field.mandatory && (record[name] ?? '').trim() === '') {
      return misfit(`${call} field ${name}: a value is mandatory`, {
        call,
        field: name,
        value: '',
      });
    }
  }
  return null;
}

/** Whether the transaction may answer with many records. False for an unknown one. */
export function isList(program: string, transaction: string): boolean {
  return transactionOf(program, transaction)?.list ?? false;
}

/** Whether the transaction takes this input field. */
export function hasInput(program: string, transaction: string, name: string): boolean {
  return transactionOf(program, transaction)?.fields.has(name) ?? false;
}

/** Every program and transaction that the tables hold. */
export function knownTransactions(): { program: string; transaction: string }[] {
  return Object.entries(tables).flatMap(([program, transactions]) =>
    Object.keys(transactions).map((transaction) => ({ program, transaction })),
  );
}

function faultOf(field: Field, value: string): string | null {
  // M3 counts characters, not UTF-16 units.
  const length = [...value].length;
  if (field.type === 'D') {
    return /^(\d{8}|0)?$/.test(value) ? null : `${quote(value)} is not a day (yyyyMMdd)`;
  }
  if (length > field.lengthMax) {
    return `${quote(value)} has ${length} characters, at most ${field.lengthMax} are allowed`;
  }
  if (field.type === 'N' && !/^(-?\d+(\.\d+)?)?$/.test(value)) {
    return `${quote(value)} is not a number`;
  }
  return null;
}

function transactionOf(program: string, transaction: string): Transaction | null {
  const call = `${program}/${transaction}`;
  const done = parsed.get(call);
  if (done !== undefined) return done;
  const owner = Object.hasOwn(tables, program) ? tables[program] : undefined;
  // Every program answers it (reference: infor-api §2.5).
  if (owner && transaction === serverTime) return { list: false, fields: new Map() };
  const text = owner && Object.hasOwn(owner, transaction) ? owner[transaction] : undefined;
  if (text === undefined) return null;
  const words = text.trim().split(/\s+/);
  const list = words[0] === 'list';
  const made = { list, fields: new Map(words.slice(list ? 1 : 0).map(parseField)) };
  parsed.set(call, made);
  return made;
}

function parseField(word: string): [string, Field] {
  const match = /^([A-Z0-9]{3,6})([*/])([ND]?)(\d+)$/.exec(word);
  if (match === null) throw unknown(`a field table holds ${quote(word)}`, { word });
  const [, name = '', mark, letter, length] = match;
  const type = letter === 'N' || letter === 'D' ? letter : 'A';
  return [name, { mandatory: mark === '*', type, lengthMax: Number(length) }];
}

function quote(value: string): string {
  return JSON.stringify(value);
}

function unknown(message: string, evidence: Record<string, string>): Problem {
  return new Problem({
    code: 'INFOR_FIELD_UNKNOWN',
    kind: 'defect',
    message,
    hint: 'This is a defect of mlc. Keep the log and the database, and report it.',
    evidence,
  });
}

function misfit(message: string, evidence: Record<string, string>): Problem {
  return new Problem({
    code: 'INFOR_FIELD_INVALID',
    kind: 'rejected',
    message,
    hint: 'Shorten or correct the value in ShipBob, or map it to one that Infor can hold.',
    evidence,
  });
}
