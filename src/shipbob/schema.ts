import { canonicalDecimal, readDecimal } from '../core/quantity.ts';
import {
  type Amount,
  calendarDay,
  canonicalAmount,
  canonicalQuantity,
  type Day,
  type InventoryId,
  inventoryId,
  type Quantity,
} from '../core/schema.ts';
import { calendarDayOf, instantMs } from './instant.ts';

/** Why a row could not be understood, naming the field. Caught where the page is read. */
export class UnreadableField extends Error {}

/**
 * One JSON object as ShipBob sent it, read leniently: a missing key is null (ShipBob uses the two
 * interchangeably, reference: shipbob-api §6.2), a number may come as text, unknown keys are
 * ignored. Only what is asked for is checked, and a failed check names the field by its path.
 */
export class Row {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path = '') {
    if (!isObject(value)) {
      throw new UnreadableField(`${path === '' ? 'The row' : `Field ${path}`} is not an object.`);
    }
    this.#fields = value;
    this.#path = path;
  }

  /** Null when missing, null, or blank. */
  textOrNull(name: string): string | null {
    const value = this.#get(name);
    if (value === null) return null;
    // Numbers are text here too: the parser keeps their digits as they were written.
    if (typeof value !== 'string') throw this.#refuse(name, 'is not text');
    return value.trim() === '' ? null : value;
  }

  text(name: string): string {
    return this.textOrNull(name) ?? '';
  }

  requiredText(name: string): string {
    const text = this.textOrNull(name);
    if (text === null) throw this.#refuse(name, 'is missing');
    return text;
  }

  id(name: string): string {
    const text = this.requiredText(name).trim();
    if (!isId(text)) throw this.#refuse(name, `is not an id: ${quote(text)}`);
    return text;
  }

  inventoryId(name: string): InventoryId {
    return inventoryId(this.id(name));
  }

  /** Not below zero; null when missing. */
  quantityOrNull(name: string): Quantity | null {
    const text = this.textOrNull(name);
    if (text === null) return null;
    const decimal = this.#decimal(name, text);
    if (decimal.startsWith('-')) throw this.#refuse(name, `is below zero: ${quote(text)}`);
    return canonicalQuantity(decimal);
  }

  quantity(name: string): Quantity {
    const quantity = this.quantityOrNull(name);
    if (quantity === null) throw this.#refuse(name, 'is missing');
    return quantity;
  }

  amountOrNull(name: string): Amount | null {
    const text = this.textOrNull(name);
    return text === null ? null : canonicalAmount(this.#decimal(name, text));
  }

  amount(name: string): Amount {
    const amount = this.amountOrNull(name);
    if (amount === null) throw this.#refuse(name, 'is missing');
    return amount;
  }

  /** For times that decide a booking: garbage makes the row unreadable. */
  instantOrNull(name: string): number | null {
    const text = this.textOrNull(name);
    if (text === null || isYearOne(text)) return null;
    const atMs = instantMs(text);
    if (atMs === null) throw this.#refuse(name, `is not a time: ${quote(text)}`);
    return atMs;
  }

  instant(name: string): number {
    const atMs = this.instantOrNull(name);
    if (atMs === null) throw this.#refuse(name, 'is missing');
    return atMs;
  }

  /** For times that are only shown: garbage is null. */
  looseInstant(name: string): number | null {
    const value = this.#get(name);
    return typeof value === 'string' ? instantMs(value) : null;
  }

  dayOrNull(name: string): Day | null {
    const text = this.textOrNull(name);
    if (text === null || isYearOne(text)) return null;
    const day = calendarDayOf(text);
    if (day === null) throw this.#refuse(name, `is not a date: ${quote(text)}`);
    return calendarDay(day);
  }

  day(name: string): Day {
    const day = this.dayOrNull(name);
    if (day === null) throw this.#refuse(name, 'is missing');
    return day;
  }

  row(name: string): Row | null {
    const value = this.#get(name);
    return value === null ? null : new Row(value, this.#at(name));
  }

  requiredRow(name: string): Row {
    const row = this.row(name);
    if (!row) throw this.#refuse(name, 'is missing');
    return row;
  }

  /** Null when the list is missing. */
  rowsOrNull(name: string): Row[] | null {
    const value = this.#get(name);
    if (value === null) return null;
    if (!Array.isArray(value)) throw this.#refuse(name, 'is not a list');
    return value.map((each: unknown, index) => new Row(each, `${this.#at(name)}[${index}]`));
  }

  rows(name: string): Row[] {
    return this.rowsOrNull(name) ?? [];
  }

  requiredRows(name: string): Row[] {
    const rows = this.rowsOrNull(name);
    if (!rows) throw this.#refuse(name, 'is missing');
    return rows;
  }

  texts(name: string): string[] {
    const value = this.#get(name);
    if (value === null) return [];
    if (!Array.isArray(value)) throw this.#refuse(name, 'is not a list');
    return value.flatMap((each: unknown) => {
      if (each === null) return [];
      if (typeof each !== 'string') throw this.#refuse(name, 'holds something that is not text');
      return each.trim() === '' ? [] : [each];
    });
  }

  #decimal(name: string, text: string): string {
    const decimal = readDecimal(text);
    if (decimal === null) throw this.#refuse(name, `is not a number: ${quote(text)}`);
    return canonicalDecimal(decimal);
  }

  #get(name: string): unknown {
    const value = Object.hasOwn(this.#fields, name) ? this.#fields[name] : null;
    return value ?? null;
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #refuse(name: string, what: string): UnreadableField {
    return new UnreadableField(`Field ${this.#at(name)} ${what}.`);
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number as ShipBob writes it; with a leading zero two texts would name one record. */
export function isId(text: string): boolean {
  return /^(0|[1-9]\d{0,18})$/.test(text);
}

/** What a row calls itself under `name`, without judging the rest of it; null when it does not. */
export function nameOf(value: unknown, name: string): string | null {
  if (!isObject(value) || !Object.hasOwn(value, name)) return null;
  const id = value[name];
  return typeof id === 'string' && id.trim() !== '' ? id.trim() : null;
}

/** The framework's "no date": some services send it in place of null. */
function isYearOne(text: string): boolean {
  return text.trim().startsWith('0001-01-01');
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
