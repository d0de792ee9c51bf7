import { deliveryFields } from './field-table-delivery.ts';
import { ledgerFields } from './field-table-ledger.ts';
import { masterFields } from './field-table-master.ts';
import { purchaseFields } from './field-table-purchase.ts';
import { salesFields } from './field-table-sales.ts';
import { stockFields } from './field-table-stock.ts';
import type { FieldTable } from './field-table-type.ts';
import { warehouseFields } from './field-table-warehouse.ts';

export interface Field {
  name: string;
  /** Longest value; 0 where the source of the table does not say. */
  length: number;
  kind: 'text' | 'number' | 'day';
  mandatory: boolean;
}

export interface TransactionFields {
  list: boolean;
  input: Map<string, Field>;
  mandatory: Field[];
  output: Field[];
}

const serverTime = { in: '', out: 'DATE:10 TIME:6 LMTS:18' };

const tables: FieldTable = {
  ...masterFields,
  ...salesFields,
  ...deliveryFields,
  ...purchaseFields,
  ...warehouseFields,
  ...stockFields,
  ...ledgerFields,
};

const parsed = new Map<string, TransactionFields>();

/** The fields of a transaction, or undefined where the simulated tenant has no such transaction. */
export function fieldsOf(program: string, transaction: string): TransactionFields | undefined {
  const known = parsed.get(`${program}/${transaction}`);
  if (known) return known;
  const row = Object.hasOwn(tables, program) ? tables[program] : undefined;
  if (!row) return undefined;
  const declared = Object.hasOwn(row, transaction) ? row[transaction] : undefined;
  const entry = transaction === 'GetServerTime' ? serverTime : declared;
  if (!entry) return undefined;
  const input = parse(entry.in);
  const fields: TransactionFields = {
    list: declared?.list ?? false,
    input: new Map(input.map((field) => [field.name, field])),
    mandatory: input.filter((field) => field.mandatory),
    output: parse(entry.out),
  };
  parsed.set(`${program}/${transaction}`, fields);
  return fields;
}

/** Every `PROGRAM/Transaction` that has a field table. */
export function tabledTransactions(): string[] {
  return Object.entries(tables).flatMap(([program, rows]) =>
    Object.keys(rows).map((transaction) => `${program}/${transaction}`),
  );
}

function parse(notation: string): Field[] {
  return notation
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const [, name = '', length = '', kind = '', star = ''] =
        /^(\w+):(\d*)([ND]?)(\*?)$/.exec(word) ?? [];
      return {
        name,
        length: Number(length),
        kind: kind === 'N' ? 'number' : kind === 'D' ? 'day' : 'text',
        mandatory: star === '*',
      };
    });
}
