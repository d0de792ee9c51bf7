/**
 * Documents that people entered in Infor by hand: what of one stands for a record.
 *
 * The rule that keeps one effect: what Infor holds under a number, less what other records' links
 * and our own postings claim of it, must hold this record's lines. So one document can never count
 * twice, and what nobody claims stays visible to a comparison of the books.
 */
import type { DocumentKind, HeldLine, ManualLink, Posting } from './glossary.ts';
import { unreachable } from './problem.ts';
import {
  addQuantities,
  compareQuantities,
  isPositive,
  minQuantity,
  subtractQuantities,
  sumQuantities,
  zero,
} from './quantity.ts';
import type { Quantity } from './schema.ts';
import { foldedLot } from './source-line.ts';

/** The kinds that a person can have entered instead of the tool. */
export type HandKind = Extract<
  DocumentKind,
  'salesOrder' | 'purchaseOrder' | 'goodsIssue' | 'stockIssue' | 'goodsReceipt'
>;

export type HandGroup = 'order' | 'issue' | 'receipt';

/** Kinds of one group stand for the same thing: linked as one, it is not posted as the other. */
export function handGroup(kind: DocumentKind): HandGroup | null {
  switch (kind) {
    case 'salesOrder':
    case 'purchaseOrder':
      return 'order';
    case 'goodsIssue':
    case 'stockIssue':
      return 'issue';
    case 'goodsReceipt':
      return 'receipt';
    case 'journal':
    case 'orderCancellation':
      return null;
    default:
      return unreachable(kind);
  }
}

/** True when a person entered something for what this posting is about. */
export function isTakenByHand(
  posting: Pick<Posting, 'kind' | 'record' | 'shipmentId'>,
  links: readonly ManualLink[],
): boolean {
  const group = handGroup(posting.kind);
  const id = group === 'issue' ? posting.shipmentId : posting.record.id;
  return group !== null && links.some((l) => l.shipbobId === id && handGroup(l.kind) === group);
}

/** What checked links say of this kind and subject; empty when none does. */
export function linkedLines(
  links: readonly ManualLink[],
  group: HandGroup,
  shipbobId: string,
): HeldLine[] {
  return links
    .filter((link) => link.shipbobId === shipbobId && handGroup(link.kind) === group)
    .flatMap((link) => link.held ?? []);
}

/** A link of before these were checked: nobody knows what it holds, so it closes its subject. */
export function isUnchecked(link: ManualLink): boolean {
  return link.held === null;
}

interface Pile {
  item: string;
  lot: string | null;
  quantity: Quantity;
}

/** Added up by item and lot, whatever the case of the lot. */
function piled(lines: readonly Omit<HeldLine, 'line'>[]): Pile[] {
  const piles = new Map<string, Pile>();
  for (const { item, lot, quantity } of lines) {
    const name = JSON.stringify([item, lot === null ? null : foldedLot(lot)]);
    const known = piles.get(name);
    if (known === undefined) piles.set(name, { item, lot, quantity });
    else known.quantity = addQuantities(known.quantity, quantity);
  }
  return [...piles.values()];
}

/** Takes from the piles of the item, those of the lot first; answers what was taken from which. */
function take(piles: Pile[], wanted: Pile, lots: 'own' | 'any'): Pile[] {
  const own = piles.filter((pile) => pile.item === wanted.item && sameLot(pile.lot, wanted.lot));
  const others = piles.filter((pile) => pile.item === wanted.item && !own.includes(pile));
  const taken: Pile[] = [];
  let left = wanted.quantity;
  for (const pile of lots === 'own' && wanted.lot !== null ? own : [...own, ...others]) {
    const quantity = minQuantity(pile.quantity, left);
    if (!isPositive(quantity)) continue;
    pile.quantity = subtractQuantities(pile.quantity, quantity);
    left = subtractQuantities(left, quantity);
    taken.push({ ...pile, quantity });
  }
  return taken;
}

function sameLot(left: string | null, right: string | null): boolean {
  if (left === null || right === null) return left === right;
  return foldedLot(left) === foldedLot(right);
}

/** One item, and lot where it counts, on both sides. */
export interface BookingRow {
  item: string;
  lot: string | null;
  /** What ShipBob says that is not booked yet, in basic units. */
  expected: Quantity;
  /** What Infor holds under the number. */
  held: Quantity;
  /** What of that stands for other records already. */
  claimed: Quantity;
  /** What of it stands for this record. */
  share: Quantity;
}

export interface BookingMatch {
  rows: BookingRow[];
  /** What of the document would stand for this record. */
  share: HeldLine[];
  /** Less is free than ShipBob says, of these rows. */
  missing: BookingRow[];
  /** More is free than ShipBob says, of these. */
  surplus: BookingRow[];
}

/**
 * Lays what ShipBob says beside what is free under the number. An expected line without a lot takes
 * any. Of a receipt, which grows, all that is free stands for the record: what it holds too much
 * would else be received again when ShipBob's count grows.
 */
export function matchBooking(sides: {
  expected: readonly HeldLine[];
  held: readonly HeldLine[];
  claimed: readonly HeldLine[];
  surplus: 'leave' | 'take';
}): BookingMatch {
  const held = piled(sides.held);
  const free = piled(sides.held);
  const claimed: Pile[] = [];
  for (const claim of piled(sides.claimed)) claimed.push(...take(free, claim, 'any'));
  const expected = piled(sides.expected);
  const share: Pile[] = [];
  for (const wanted of expected) {
    // What ShipBob gives no lot of is counted without one, whichever a person chose in Infor.
    share.push(...take(free, wanted, 'own').map((pile) => ({ ...pile, lot: wanted.lot })));
  }
  const rest = free.filter((pile) => isPositive(pile.quantity));
  const all = sides.surplus === 'take' ? [...share, ...rest] : share;
  const rows = rowsOf({ expected, held, claimed, share: all });
  return {
    rows,
    share: piled(all).map((pile) => ({ line: null, ...pile })),
    missing: rows.filter((row) => compareQuantities(row.share, row.expected) < 0),
    surplus: rows.filter(
      (row) => compareQuantities(subtractQuantities(row.held, row.claimed), row.expected) > 0,
    ),
  };
}

/** By item and lot where the expected lines name lots, else by item. */
function rowsOf(sides: {
  expected: Pile[];
  held: Pile[];
  claimed: Pile[];
  share: Pile[];
}): BookingRow[] {
  const byLot = new Set(sides.expected.filter(({ lot }) => lot !== null).map(({ item }) => item));
  const names = new Map<string, { item: string; lot: string | null }>();
  const nameOf = ({ item, lot }: Pile) => {
    const counted = byLot.has(item) ? lot : null;
    const name = JSON.stringify([item, counted === null ? null : foldedLot(counted)]);
    if (!names.has(name)) names.set(name, { item, lot: counted });
    return name;
  };
  for (const pile of [...sides.expected, ...sides.held]) nameOf(pile);
  const total = (piles: Pile[], name: string) =>
    sumQuantities(piles.filter((pile) => nameOf(pile) === name).map(({ quantity }) => quantity));
  return [...names].map(([name, { item, lot }]) => ({
    item,
    lot,
    expected: total(sides.expected, name),
    held: total(sides.held, name),
    claimed: total(sides.claimed, name),
    share: total(sides.share, name),
  }));
}

/** True when `share` is still free of `held` once `claimed` is taken off. */
export function isFree(
  share: readonly HeldLine[],
  held: readonly HeldLine[],
  claimed: readonly HeldLine[],
): boolean {
  const { missing } = matchBooking({ expected: share, held, claimed, surplus: 'leave' });
  return missing.length === 0;
}

export function totalOf(lines: readonly Pick<HeldLine, 'quantity'>[]): Quantity {
  return lines.reduce((sum, { quantity }) => addQuantities(sum, quantity), zero);
}
