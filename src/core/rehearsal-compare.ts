/**
 * What a rehearsal would post against what people booked by hand, line by line.
 *
 * A line is looked for among the hand bookings of the same kind of document that name one of its
 * references. The likest pairs are taken first, each booking stands for one line, and the order of
 * the rows never matters. What a booking does not tell (warehouse, day, lot) is no difference.
 */
import {
  addQuantities,
  compareQuantities,
  isNegative,
  negateQuantity,
  subtractQuantities,
  sumQuantities,
  zero,
} from './quantity.ts';
import {
  addedUp,
  type BookKind,
  type BookLine,
  bookKinds,
  folded,
  foldedReference,
  type HandBooking,
  type HandLine,
  nameOf,
  ofOneDelivery,
  ordered,
  singleLines,
  sorted,
  type WouldBook,
  type WouldLine,
} from './rehearsal-line.ts';
import type { Day, Quantity } from './schema.ts';
import { foldedLot } from './source-line.ts';

export interface Difference {
  field: 'item' | 'lot' | 'warehouse' | 'quantity' | 'day';
  mlc: string;
  byHand: string;
}

export interface Pair {
  mlc: WouldLine;
  byHand: HandLine;
  /** Empty where both say the same. */
  differences: Difference[];
}

export interface LinesAndUnits {
  lines: number;
  units: Quantity;
}

/** Of one kind of document: `same + differs + only…` is the whole of either side. */
export interface CompareSum {
  kind: BookKind;
  mlc: LinesAndUnits;
  byHand: LinesAndUnits;
  same: number;
  differs: number;
  onlyMlc: LinesAndUnits;
  onlyByHand: LinesAndUnits;
  /** By hand, found nowhere, and dated outside of the days compared. */
  outside: LinesAndUnits;
}

export interface Comparison {
  pairs: Pair[];
  onlyMlc: WouldLine[];
  onlyByHand: HandLine[];
  /** Not found, and of other days: no difference. */
  outside: HandLine[];
  sums: CompareSum[];
}

export function compareBooks(given: {
  would: readonly WouldBook[];
  byHand: readonly HandBooking[];
  days: { from: Day; to: Day };
}): Comparison {
  const sideOf = ({ day }: HandLine): 'before' | 'within' | 'after' => {
    if (day === null) return 'within';
    return day < given.days.from ? 'before' : day > given.days.to ? 'after' : 'within';
  };
  const isOutside = (line: HandLine) => sideOf(line) !== 'within';
  const single = singleLines(given.byHand);
  const index = indexed(single);
  const mlc = given.would.map((book) => wouldLines(book, candidatesOf(book, index)));
  // Row by row first: two shipments of one order may well be two rows that differ in nothing else.
  const exact = paired(given.would, { mlc, byHand: single, accept: 'same', isOutside });
  const usedRows = new Set<HandLine>(exact.map(({ byHand }) => byHand));
  const usedLines = new Set<WouldLine>(exact.map((pair) => pair.mlc));
  // What is left is added up, as people split what was one line.
  const unused = single.filter((line) => !usedRows.has(line));
  const byHand = addedUp(unused, (line) => ofOneDelivery(line, sideOf(line)));
  const rest = mlc.map((lines) => lines.filter((line) => !usedLines.has(line)));
  const alike = paired(given.would, { mlc: rest, byHand, accept: 'any', isOutside });
  const used = new Set<WouldLine | HandLine>(alike.flatMap((pair) => [pair.mlc, pair.byHand]));
  const left = byHand.filter((line) => !used.has(line));
  const comparison = {
    pairs: inNamedOrder([...exact, ...alike]),
    onlyMlc: sorted(rest.flat().filter((line) => !used.has(line))),
    onlyByHand: left.filter((line) => !isOutside(line)),
    outside: left.filter(isOutside),
  };
  return { ...comparison, sums: sumsOf(comparison) };
}

function paired(
  would: readonly WouldBook[],
  lines: {
    mlc: readonly WouldLine[][];
    byHand: readonly HandLine[];
    accept: 'same' | 'any';
    isOutside: (line: HandLine) => boolean;
  },
): Pair[] {
  const index = indexed(lines.byHand);
  const possible = would.flatMap((book, position) => {
    const own = lines.mlc[position] ?? [];
    const candidates = own.length === 0 ? [] : candidatesOf(book, index);
    return own.flatMap((line) =>
      candidates.flatMap((other) => likeness(line, other, lines.isOutside(other))),
    );
  });
  return likestFirst(lines.accept === 'any' ? possible : possible.filter(({ rank }) => rank === 0));
}

/** How many lines are not the same on both sides. */
export function differencesIn({ pairs, onlyMlc, onlyByHand }: Comparison): number {
  const differing = pairs.filter(({ differences }) => differences.length > 0).length;
  return differing + onlyMlc.length + onlyByHand.length;
}

function indexed(lines: readonly HandLine[]): Map<string, HandLine[]> {
  const index = new Map<string, HandLine[]>();
  for (const line of lines) {
    for (const text of new Set([line.reference, line.number ?? line.reference])) {
      const name = referenceName(line.kind, text);
      const list = index.get(name);
      if (list) list.push(line);
      else index.set(name, [line]);
    }
  }
  return index;
}

function candidatesOf(book: WouldBook, index: Map<string, HandLine[]>): HandLine[] {
  const names = new Set(book.references.map((text) => referenceName(book.kind, text)));
  return [...new Set([...names].flatMap((name) => index.get(name) ?? []))];
}

function referenceName(kind: BookKind, text: string): string {
  return `${kind}|${foldedReference(text)}`;
}

/**
 * Lines of one item are added up over what no hand booking of it tells: where people wrote no lots
 * down, five pieces of two lots are five pieces.
 */
function wouldLines(book: WouldBook, candidates: readonly HandLine[]): WouldLine[] {
  const { key, kind, day } = book;
  const lines = new Map<string, WouldLine>();
  for (const line of book.lines) {
    const of = candidates.filter((other) => folded(other.item) === folded(line.item));
    const lot = of.length > 0 && of.every((other) => other.lot === null) ? null : line.lot;
    const anywhere = of.length > 0 && of.every((other) => other.warehouse === null);
    const warehouse = anywhere ? null : line.warehouse;
    const name = JSON.stringify([
      folded(line.item),
      lot === null ? null : foldedLot(lot),
      warehouse,
    ]);
    const known = lines.get(name);
    if (known === undefined) lines.set(name, { ...line, lot, warehouse, key, kind, day });
    else known.quantity = addQuantities(known.quantity, line.quantity);
  }
  return [...lines.values()];
}

interface Likeness extends Pair {
  /** The smaller, the liker. */
  rank: number;
  /** Fields that the booking does not tell: one that tells them goes before it. */
  untold: number;
  gap: Quantity;
}

/** What weighs more is compared first: the item above all, the day least. */
const weights: Record<Difference['field'], number> = {
  item: 16,
  lot: 8,
  warehouse: 4,
  quantity: 2,
  day: 1,
};

/** None where neither item nor quantity agree: these have nothing to do with each other. */
function likeness(mlc: WouldLine, byHand: HandLine, outside: boolean): Likeness[] {
  const differences = differencesOf(mlc, byHand);
  const fields = new Set(differences.map(({ field }) => field));
  if (fields.has('item') && fields.has('quantity')) return [];
  // Where no days are compared, a booking of these days still goes before one of others.
  const undated = outside && mlc.day === null ? weights.day : 0;
  const rank = differences.reduce((sum, { field }) => sum + weights[field], undated);
  const gap = fields.has('quantity') ? gapBetween(mlc.quantity, byHand.quantity) : zero;
  const untold = (['lot', 'warehouse', 'day'] as const).filter(
    (field) => mlc[field] !== null && byHand[field] === null,
  ).length;
  return [{ mlc, byHand, differences, rank, untold, gap }];
}

function gapBetween(left: Quantity, right: Quantity): Quantity {
  const gap = subtractQuantities(left, right);
  return isNegative(gap) ? negateQuantity(gap) : gap;
}

function differencesOf(mlc: WouldLine, byHand: HandLine): Difference[] {
  const all: [Difference['field'], string | null, string | null, (text: string) => string][] = [
    ['item', mlc.item, byHand.item, folded],
    ['lot', mlc.lot ?? (byHand.lot === null ? null : ''), byHand.lot, foldedLot],
    ['warehouse', mlc.warehouse, byHand.warehouse, folded],
    ['quantity', mlc.quantity, byHand.quantity, asIs],
    ['day', mlc.day, byHand.day, asIs],
  ];
  return all.flatMap(([field, ours, theirs, fold]) =>
    ours === null || theirs === null || fold(ours) === fold(theirs)
      ? []
      : [{ field, mlc: ours, byHand: theirs }],
  );
}

function likestFirst(possible: readonly Likeness[]): Pair[] {
  const ranked = possible.map((one) => ({ one, name: nameOfPair(one) }));
  ranked.sort(
    (a, b) =>
      a.one.rank - b.one.rank ||
      a.one.untold - b.one.untold ||
      (a.one.gap === b.one.gap ? 0 : compareQuantities(a.one.gap, b.one.gap)) ||
      ordered(a.name, b.name),
  );
  const used = new Set<WouldLine | HandLine>();
  const pairs: Pair[] = [];
  for (const { one } of ranked) {
    const { mlc, byHand, differences } = one;
    if (used.has(mlc) || used.has(byHand)) continue;
    used.add(mlc).add(byHand);
    pairs.push({ mlc, byHand, differences });
  }
  return pairs;
}

function inNamedOrder(pairs: readonly Pair[]): Pair[] {
  return pairs
    .map((pair) => ({ pair, name: nameOfPair(pair) }))
    .sort((a, b) => ordered(a.name, b.name))
    .map(({ pair }) => pair);
}

function nameOfPair({ mlc, byHand }: Pair): string {
  return nameOf(mlc) + nameOf(byHand);
}

function sumsOf(found: Omit<Comparison, 'sums'>): CompareSum[] {
  const { pairs, onlyMlc, onlyByHand, outside } = found;
  return bookKinds.flatMap((kind) => {
    const of = <Line extends { kind: BookKind }>(lines: readonly Line[]) =>
      lines.filter((line) => line.kind === kind);
    const paired = pairs.filter(({ mlc }) => mlc.kind === kind);
    const same = paired.filter(({ differences }) => differences.length === 0).length;
    const sum: CompareSum = {
      kind,
      mlc: totalOf([...paired.map(({ mlc }) => mlc), ...of(onlyMlc)]),
      byHand: totalOf([...paired.map(({ byHand }) => byHand), ...of(onlyByHand), ...of(outside)]),
      same,
      differs: paired.length - same,
      onlyMlc: totalOf(of(onlyMlc)),
      onlyByHand: totalOf(of(onlyByHand)),
      outside: totalOf(of(outside)),
    };
    return sum.mlc.lines + sum.byHand.lines === 0 ? [] : [sum];
  });
}

function totalOf(lines: readonly BookLine[]): LinesAndUnits {
  return { lines: lines.length, units: sumQuantities(lines.map(({ quantity }) => quantity)) };
}

function asIs(text: string): string {
  return text;
}
