/** What is stowed of one receiving order against what of it stands in Infor. */

import type { ReceivingRecord } from './glossary.ts';
import { type PlanWork, planWork } from './plan-input.ts';
import { addQuantities, compareQuantities, subtractQuantities, zero } from './quantity.ts';
import { type LedgerCase, planningSettings } from './reconcile-case.ts';
import type { ExpectedReceipt } from './reconcile-expected.ts';
import { baselineGoods, expectedReceipt } from './reconcile-expected.ts';
import { finding } from './reconcile-finding.ts';
import type { ReconcileFrame } from './reconcile-frame.ts';
import type { GoodsLine } from './reconcile-goods.ts';
import { foldedOf, gatheredGoods, unitsIn } from './reconcile-goods.ts';
import { upper } from './reconcile-issue.ts';
import type { LedgerMovement } from './reconcile-ledger.ts';
import type { ReconciliationFinding } from './reconciliation.ts';
import type { Quantity } from './schema.ts';

export interface ReceivingCase {
  work: PlanWork;
  record: ReceivingRecord;
  ledger: LedgerCase;
}

export type Stowed = ReceivingCase & { booked: LedgerMovement[] };

/** What stands in Infor for it, or stood there before the tool began. */
export function doneOf({ ledger, record, booked }: Stowed, work: PlanWork): GoodsLine[] {
  const links = ledger.links.filter(({ kind }) => kind === 'goodsReceipt');
  const certain = booked.filter(({ stands }) => stands === 'posted').flatMap(({ lines }) => lines);
  return gatheredGoods([
    ...certain,
    ...(baselineGoods(work, record) ?? []),
    ...links.flatMap((link) => link.held ?? []),
  ]);
}

/**
 * Whether all that is stowed was booked by the mapping of the last receipt's planning, which counted
 * the whole shelf: then nothing is open, whatever today's mapping makes of it.
 */
export function isByEarlier(frame: ReconcileFrame, one: Stowed): boolean {
  const { ledger, booked, record, work } = one;
  const keys = new Set(booked.map(({ key }) => key));
  const last = ledger.postings.filter(({ key }) => keys.has(key)).at(-1);
  if (last === undefined) return false;
  return planningSettings(frame, last).some((settings) => {
    const then = planWork({ ...work.input, settings });
    const expected = expectedReceipt(then, record);
    if (expected.unclear !== null || baselineGoods(then, record) === null) return false;
    const done = doneOf(one, then);
    const rest = restOf(expected.stowed, done);
    if (rest.open.length > 0 || rest.surplus.length > 0) return false;
    return lotFindings(expected, { stowed: expected.stowed, done, booked }).length === 0;
  });
}

export interface Rest {
  open: GoodsLine[];
  surplus: { item: string; stowed: Quantity; booked: Quantity }[];
}

/** By item: lots are told apart only once all is booked. */
export function restOf(stowed: readonly GoodsLine[], done: readonly GoodsLine[]): Rest {
  const rest: Rest = { open: [], surplus: [] };
  for (const item of new Set([...stowed, ...done].map((line) => line.item))) {
    const shelf = unitsIn(stowed.filter((line) => line.item === item));
    const booked = unitsIn(done.filter((line) => line.item === item));
    const order = compareQuantities(shelf, booked);
    if (order > 0) rest.open.push({ item, lot: null, quantity: subtractQuantities(shelf, booked) });
    if (order < 0) rest.surplus.push({ item, stowed: shelf, booked });
  }
  return rest;
}

/** A lot that is booked with more than is stowed of it, although the item's sums agree. */
export function lotFindings(
  expected: ExpectedReceipt,
  found: { stowed: GoodsLine[]; done: GoodsLine[]; booked: LedgerMovement[] },
): ReconciliationFinding[] {
  const { stowed, done, booked } = found;
  const lotted = new Set(stowed.filter(({ lot }) => lot !== null).map(({ item }) => item));
  const shelf = new Map<string, Quantity>();
  const nameOf = ({ item, lot }: GoodsLine) => `${item}\n${foldedOf(lot)}`;
  for (const line of stowed) {
    shelf.set(nameOf(line), addQuantities(shelf.get(nameOf(line)) ?? zero, line.quantity));
  }
  return done.flatMap((line) => {
    const there = shelf.get(nameOf(line)) ?? zero;
    const whole = unitsIn(stowed.filter(({ item }) => item === line.item));
    const all = unitsIn(done.filter(({ item }) => item === line.item));
    if (!lotted.has(line.item) || compareQuantities(line.quantity, there) <= 0) return [];
    // More of the item than is stowed is told as a quantity.
    if (compareQuantities(all, whole) > 0) return [];
    return finding({
      code: 'LOT_DIFFERS',
      sentence: `${upper(expected.name)}: ${there} of item ${line.item}, lot ${line.lot ?? 'none'} are stowed, and ${line.quantity} are booked.`,
      document: 'goodsReceipt',
      record: expected.record,
      key: booked.at(-1)?.key ?? null,
      warehouse: expected.warehouse,
      item: line.item,
      lot: line.lot,
      shipbob: there,
      ledger: line.quantity,
    });
  });
}
