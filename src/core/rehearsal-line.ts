/** Lines of what would be booked, and of what people booked, as they are compared. */
import type { DocumentKind } from './glossary.ts';
import { isNegative, isZero, sumQuantities } from './quantity.ts';
import type { Day, Quantity } from './schema.ts';
import { foldedLot } from './source-line.ts';

/** Kinds of document that people book by hand line by line. */
export const bookKinds = [
  'salesOrder',
  'purchaseOrder',
  'goodsIssue',
  'stockIssue',
  'goodsReceipt',
] as const satisfies readonly DocumentKind[];
export type BookKind = (typeof bookKinds)[number];

export interface BookLine {
  item: string;
  quantity: Quantity;
  warehouse: string | null;
  lot: string | null;
}

/** One document that would be posted. */
export interface WouldBook {
  key: string;
  kind: BookKind;
  /** All that a person may call it by: order number, ids, purchase order number. */
  references: string[];
  /** Null where ShipBob does not tell the day of each unit: then days are not compared. */
  day: Day | null;
  lines: CountedLine[];
}

/** What is counted in; null for the item's basic unit. */
export interface CountedLine extends BookLine {
  unit: string | null;
}

/** One row of a list of hand bookings. */
export interface HandBooking extends BookLine {
  /** Its line in the file, for people. */
  row: number;
  kind: BookKind;
  /** Infor's number. */
  number: string | null;
  reference: string;
  day: Day | null;
}

export interface WouldLine extends CountedLine {
  key: string;
  kind: BookKind;
  day: Day | null;
}

/** Rows of one hand-made document that say the same but for the quantity, added up. */
export interface HandLine extends Omit<HandBooking, 'row'> {
  rows: number[];
}

/** References are compared without case and outer blanks, as people type them. */
export function foldedReference(text: string): string {
  return text.trim().toUpperCase();
}

/** A line for each row; only what was taken back under the same number is set off at once. */
export function singleLines(bookings: readonly HandBooking[]): HandLine[] {
  const lines = inOneOrder(bookings).map(({ row, ...booking }) => ({ ...booking, rows: [row] }));
  const groups = grouped(lines, sayingTheSame);
  return sorted(
    [...groups.values()].flatMap((group) =>
      group.some(({ quantity }) => isNegative(quantity)) ? addedUp(group, sayingTheSame) : group,
    ),
  );
}

/** Lines of one name become one; what comes to nothing is none. */
export function addedUp(lines: readonly HandLine[], named: (line: HandLine) => string): HandLine[] {
  const sums = [...grouped(lines, named).values()].flatMap((group): HandLine[] => {
    const [first] = group;
    if (first === undefined) return [];
    const quantity = sumQuantities(group.map((line) => line.quantity));
    const rows = group.flatMap((line) => line.rows).sort((a, b) => a - b);
    const number = group.every((line) => line.number === first.number) ? first.number : null;
    const days = group.flatMap(({ day }) => day ?? []).sort();
    return [{ ...first, number, day: days.at(-1) ?? null, quantity, rows }];
  });
  return sorted(sums.filter(({ quantity }) => !isZero(quantity)));
}

/** By all that it says, but for the quantity. */
export function sayingTheSame(line: HandLine): string {
  return JSON.stringify([goodsOf(line), line.number, line.day]);
}

/**
 * A receipt by its goods alone: what came in parts is booked on several days under several numbers,
 * and a rehearsal sees the sum of it. `side` keeps those of other days apart.
 */
export function ofOneDelivery(line: HandLine, side: string): string {
  return line.kind === 'goodsReceipt' ? JSON.stringify([goodsOf(line), side]) : sayingTheSame(line);
}

function goodsOf(line: HandLine): (string | null)[] {
  return [
    line.kind,
    foldedReference(line.reference),
    folded(line.item),
    foldedOrNull(line.warehouse),
    line.lot === null ? null : foldedLot(line.lot),
  ];
}

function grouped(
  lines: readonly HandLine[],
  named: (line: HandLine) => string,
): Map<string, HandLine[]> {
  const groups = new Map<string, HandLine[]>();
  for (const line of lines) {
    const name = named(line);
    const group = groups.get(name);
    if (group) group.push(line);
    else groups.set(name, [line]);
  }
  return groups;
}

/** Two spellings of an item are one line: which is shown must not depend on the file's order. */
function inOneOrder(bookings: readonly HandBooking[]): HandBooking[] {
  return bookings
    .map((booking) => ({ booking, name: JSON.stringify({ ...booking, row: 0 }) }))
    .sort((a, b) => ordered(a.name, b.name))
    .map(({ booking }) => booking);
}

/** All but the rows: the same whatever the order of the file. */
export function nameOf(line: WouldLine | HandLine): string {
  const { kind, item, lot, warehouse, quantity, day } = line;
  const who = 'key' in line ? [line.key] : [line.reference, line.number];
  return JSON.stringify([kind, ...who, item, lot, warehouse, day, quantity]);
}

export function sorted<Line extends WouldLine | HandLine>(lines: readonly Line[]): Line[] {
  return lines
    .map((line) => ({ line, name: nameOf(line) }))
    .sort((a, b) => ordered(a.name, b.name))
    .map(({ line }) => line);
}

export function folded(text: string): string {
  return text.trim().toUpperCase();
}

function foldedOrNull(text: string | null): string | null {
  return text === null ? null : folded(text);
}

export function ordered(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
