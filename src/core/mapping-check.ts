/**
 * What a mapping may say. The same bounds as the configuration's, for whatever a person types, a
 * file brings, or the database holds.
 */
import { isTimeZone } from './day.ts';
import type { MappingKey, MappingKind, MappingTarget } from './mapping.ts';
import { unreachable } from './problem.ts';
import { parseQuantity } from './quantity.ts';

/** One thing wrong with a mapping, and what would be right. */
export interface FieldMistake {
  field: string;
  found: string;
  allowed: string;
}

/** Names of the fields of each kind of target, in the order of a CSV line. */
export const fieldsOfKind: Record<MappingKind, readonly string[]> = {
  sku: ['item', 'factor'],
  customer: ['code'],
  supplier: ['code'],
  centre: [
    'name',
    'warehouse',
    'facility',
    'receivingLocation',
    'pickingLocation',
    'timeZone',
    'bookAs',
  ],
  account: ['debit', 'credit', 'skip'],
};

export const chargeTypes = ['charge', 'refund', 'credit'] as const;

/** Upper case, as Infor stores its codes; no comma, which parts a list of them. */
function isCode(text: string, lengthMax: number): boolean {
  return [...text].length <= lengthMax && /^(?! )[^a-z,\p{C}]+(?<! )$/u.test(text);
}

function isLine(text: string, lengthMax: number): boolean {
  return [...text].length <= lengthMax && /^[^\p{Cc}]+$/u.test(text) && text.trim() !== '';
}

export function keyMistakes({ kind, list, source }: MappingKey): FieldMistake[] {
  const mistakes: FieldMistake[] = [];
  const check = (field: string, found: string, fits: boolean, allowed: string): void => {
    if (!fits) mistakes.push({ field, found, allowed });
  };
  const noList = 'nothing: only customers, suppliers and accounts have one';
  switch (kind) {
    case 'sku':
      check('list', list, list === '', noList);
      check('source', source, isLine(source, 80), 'a SKU, or SKU@UNIT, of 1 to 80 characters');
      break;
    case 'customer':
    case 'supplier':
      check('list', list, isLine(list, 40), 'the name of a table under lookups');
      check('source', source, isLine(source, 200), 'the value looked up, 1 to 200 characters');
      break;
    case 'centre':
      check('list', list, list === '', noList);
      check('source', source, /^\d{1,19}$/.test(source), 'a fulfilment centre id: digits only');
      break;
    case 'account': {
      const isType = list === '' || chargeTypes.some((type) => type === list);
      check('list', list, isType, `${chargeTypes.join(', ')}, or nothing for all of them`);
      check('source', source, isLine(source, 100), "ShipBob's name of a fee");
      break;
    }
    default:
      return unreachable(kind);
  }
  return mistakes;
}

export type TargetReading =
  | { state: 'read'; target: MappingTarget }
  | { state: 'wrong'; mistakes: FieldMistake[] };

/** A target from flat texts; a field that is not there counts as empty. */
export function readTarget(
  kind: MappingKind,
  fields: Readonly<Record<string, string>>,
): TargetReading {
  const reader = new FieldReader(fields);
  const target = targetOf(kind, reader);
  const { mistakes } = reader;
  return mistakes.length > 0 ? { state: 'wrong', mistakes } : { state: 'read', target };
}

function targetOf(kind: MappingKind, read: FieldReader): MappingTarget {
  switch (kind) {
    case 'sku':
      return { kind, item: read.code('item', 15, 'an item number'), factor: read.factor('factor') };
    case 'customer':
      return { kind, code: read.code('code', 15, 'a customer number') };
    case 'supplier':
      return { kind, code: read.code('code', 15, 'a supplier number') };
    case 'centre':
      return {
        kind,
        centre: {
          name: read.line('name', 80, 'its name, for people'),
          warehouse: read.code('warehouse', 3, 'a warehouse code'),
          facility: read.code('facility', 3, 'a facility code'),
          receivingLocation: read.codeOrNone('receivingLocation', 10, 'a location code'),
          pickingLocation: read.codeOrNone('pickingLocation', 10, 'a location code'),
          timeZone: read.timeZone('timeZone'),
          bookAs: read.idOrNone('bookAs'),
        },
      };
    case 'account':
      return { kind, as: accounting(read) };
    default:
      return unreachable(kind);
  }
}

function accounting(read: FieldReader): Extract<MappingTarget, { kind: 'account' }>['as'] {
  if (read.text('skip') === '') {
    return { journal: { debit: read.dimensions('debit'), credit: read.dimensions('credit') } };
  }
  for (const field of ['debit', 'credit']) {
    if (read.text(field) !== '') read.wrong(field, 'nothing, where skip gives a reason');
  }
  return { skip: read.line('skip', 200, 'why these are not booked') };
}

/** Reads field after field and keeps every mistake: one round of mending is then enough. */
class FieldReader {
  readonly mistakes: FieldMistake[] = [];
  readonly #fields: Readonly<Record<string, string>>;

  constructor(fields: Readonly<Record<string, string>>) {
    this.#fields = fields;
  }

  text(field: string): string {
    return Object.hasOwn(this.#fields, field) ? (this.#fields[field] ?? '') : '';
  }

  wrong(field: string, allowed: string): void {
    this.mistakes.push({ field, found: this.text(field), allowed });
  }

  code(field: string, lengthMax: number, what: string): string {
    const text = this.text(field);
    if (!isCode(text, lengthMax)) {
      this.wrong(field, `${what} of 1 to ${lengthMax} characters, upper case, without comma`);
    }
    return text;
  }

  codeOrNone(field: string, lengthMax: number, what: string): string | null {
    return this.text(field) === '' ? null : this.code(field, lengthMax, what);
  }

  line(field: string, lengthMax: number, what: string): string {
    const text = this.text(field);
    if (!isLine(text, lengthMax)) this.wrong(field, `${what}, 1 to ${lengthMax} characters`);
    return text;
  }

  idOrNone(field: string): string | null {
    const text = this.text(field);
    if (text === '') return null;
    if (!/^\d{1,19}$/.test(text)) this.wrong(field, 'a fulfilment centre id, or nothing');
    return text;
  }

  timeZone(field: string): string {
    const text = this.text(field);
    if (!isTimeZone(text)) this.wrong(field, 'an IANA time zone such as America/Los_Angeles');
    return text;
  }

  /** Never 1 by default: a pack booked as one piece is a difference that nobody sees. */
  factor(field: string) {
    const text = this.text(field);
    const fits = /^(0|[1-9]\d{0,14})(\.\d{1,6})?$/.test(text) && /[1-9]/.test(text);
    if (!fits) this.wrong(field, 'basic units of the item for one of these: 1, 12, 0.5');
    return parseQuantity(fits ? text : '1');
  }

  dimensions(field: string): string[] {
    const values = this.text(field).split(',');
    const [account] = values;
    const fits =
      account !== '' &&
      values.length <= 7 &&
      values.every((value) => value === '' || isCode(value, 10));
    if (!fits) {
      this.wrong(
        field,
        'one to seven dimensions with commas between, the account first: 6200,CC100',
      );
    }
    return values;
  }
}
