/** One shipment that has left against its issue in the ledger. */
import { sourceDifference } from './document-difference.ts';
import type { Posting, Shipment } from './glossary.ts';
import { negateQuantity } from './quantity.ts';
import type { CaseLink, CaseResults, LedgerCase, Standing } from './reconcile-case.ts';
import { count, standingOf } from './reconcile-case.ts';
import type { ExpectedIssue } from './reconcile-expected.ts';
import { finding } from './reconcile-finding.ts';
import type { ReconcileFrame } from './reconcile-frame.ts';
import { placeOfDay } from './reconcile-frame.ts';
import type { GoodsDifference, GoodsLine } from './reconcile-goods.ts';
import { gatheredGoods, goodsDifferences, unitsIn } from './reconcile-goods.ts';
import type { LedgerMovement } from './reconcile-ledger.ts';
import type { ReconciliationFinding } from './reconciliation.ts';
import { shipmentSource, sourceOf } from './source-line.ts';

export type BookableIssue = ExpectedIssue & { kind: 'goodsIssue' | 'stockIssue' };

interface Issue {
  issue: BookableIssue;
  ledger: LedgerCase;
  /** The same shipment by the mappings that were in force when it was planned. */
  byEarlier: (posting: Posting, shipment: Shipment) => ExpectedIssue[];
}

export function compareIssue(
  frame: ReconcileFrame,
  one: Issue,
  results: CaseResults,
  found: ReconciliationFinding[],
): void {
  const { issue, ledger } = one;
  const links = linksOf(ledger, issue);
  const standing = standingOf(frame, ledger, { key: issue.key, links });
  const inPeriod = placeOfDay(issue.day, frame.period) === 'in';
  if (inPeriod) count(results, issue.kind);
  if (standing.state === 'posted') {
    const movement = ledger.movements.find(({ key }) => key === issue.key);
    const posting = ledger.postings.find(({ key }) => key === issue.key);
    if (movement === undefined || posting === undefined) return;
    moved(results, one, comparePosted({ ...one, movement, posting, inPeriod }, results, found));
    return;
  }
  if (standing.state === 'linked') {
    const lines = inPeriod ? compareLinked(one, links, found) : linkedLines(issue, links);
    moved(results, one, { lines, warehouse: issue.warehouse });
    return;
  }
  const lines = issue.goods.state === 'known' ? issue.goods.lines : [];
  moved(results, one, { lines, warehouse: issue.warehouse });
  tellOpen(frame, { ...one, standing, lines, inPeriod }, results, found);
}

interface Shown {
  lines: GoodsLine[];
  warehouse: string | null;
}

function moved(results: CaseResults, { issue }: Issue, { lines, warehouse }: Shown): void {
  const { kind, key, record, day, atMs } = issue;
  const units =
    issue.goods.state === 'unclear' && lines.length === 0 ? issue.pieces : unitsIn(lines);
  results.moved.push({ kind, key, record, warehouse, day, atMs, lines, units });
}

function tellOpen(
  frame: ReconcileFrame,
  one: Issue & {
    standing: Exclude<Standing, { state: 'posted' | 'linked' }>;
    lines: GoodsLine[];
    inPeriod: boolean;
  },
  results: CaseResults,
  found: ReconciliationFinding[],
): void {
  const { issue, standing, lines, inPeriod } = one;
  const units = issue.goods.state === 'known' ? unitsIn(lines) : issue.pieces;
  if (standing.state !== 'notPosted') {
    const { warehouse, day, atMs } = issue;
    const { state, why } = standing;
    const { key } = issue;
    results.open.push({ state, key, warehouse, day, atMs, direction: 'out', lines, why });
  }
  if (!inPeriod) return;
  if (standing.state === 'notPosted') {
    found.push(
      finding({
        code: 'NOT_POSTED',
        sentence: `${upper(issue.name)} left on ${issue.day} with ${units} units; it is not posted, not waiting and not flagged.`,
        ...aboutIssue(issue),
        shipbob: units,
      }),
    );
    return;
  }
  results.waiting.push({
    document: issue.kind,
    key: issue.key,
    record: issue.record,
    day: issue.day,
    units,
    amount: issue.amount,
    currency: issue.amount === null ? null : frame.settings.orders.currency,
    state: standing.state,
    why: standing.why,
  });
}

/**
 * What ShipBob counted is compared with what it counted when the document was made: that holds
 * whatever became of the mapping. Where today's mapping says otherwise, that of its planning counts;
 * what neither says was posted wrongly. A configuration has no past: where ShipBob counted the
 * same, other quantities by it are a finding, for a factor was mended, and other items are not.
 */
function comparePosted(
  one: Issue & { movement: LedgerMovement; posting: Posting; inPeriod: boolean },
  results: CaseResults,
  found: ReconciliationFinding[],
): Shown {
  const { issue, movement, posting, inPeriod, byEarlier } = one;
  const { warehouse } = issue;
  const own = gatheredGoods(movement.lines);
  const frozen = sourceOf(posting.document);
  const changed =
    frozen === null ? [] : sourceDifference(posting.document, shipmentSource(issue.shipment));
  const same = frozen !== null && changed.length === 0;
  if (isElsewhere(issue, movement) || !isGoods(issue, own)) {
    const then = byEarlier(posting, issue.shipment).find(
      (earlier) => isGoods(earlier, own) && !isElsewhere(earlier, movement),
    );
    if (then !== undefined) {
      if (inPeriod) results.byEarlierMapping += 1;
      tellRemapped(results, issue, movement);
      return { lines: own, warehouse: movement.warehouse };
    }
  }
  if (issue.goods.state === 'unclear') {
    if (!same && inPeriod) tellUnclear(one, { frozen, changed }, results, found);
    return { lines: own, warehouse };
  }
  const differences = goodsDifferences(issue.goods.lines, own).filter(
    ({ as }) => !same || as === 'quantity',
  );
  if (inPeriod) {
    const tale = same ? `by today's mapping; what ShipBob counted is the same as then` : null;
    found.push(...differences.map((each) => differs(issue, movement, each, tale)));
    if (isElsewhere(issue, movement)) {
      found.push(elsewhere(issue, movement));
    }
  }
  if (!same || differences.length > 0) return { lines: issue.goods.lines, warehouse };
  if (!isElsewhere(issue, movement)) tellRemapped(results, issue, movement);
  return { lines: own, warehouse };
}

function isGoods(issue: ExpectedIssue, own: readonly GoodsLine[]): boolean {
  return issue.goods.state === 'known' && goodsDifferences(issue.goods.lines, own).length === 0;
}

function isElsewhere(issue: ExpectedIssue, movement: LedgerMovement): boolean {
  return issue.warehouse !== null && issue.warehouse !== movement.warehouse;
}

/** The shelf counts by today's mapping, Infor's balance by that of then: the bridge needs both. */
function tellRemapped(results: CaseResults, issue: ExpectedIssue, movement: LedgerMovement): void {
  const { day, atMs, goods, key } = issue;
  if (goods.state === 'unclear') return;
  const own = gatheredGoods(movement.lines);
  if (!isElsewhere(issue, movement) && isGoods(issue, own)) return;
  const common = { key: null, day, atMs, direction: 'out', why: key } as const;
  const less = own.map((line) => ({ ...line, quantity: negateQuantity(line.quantity) }));
  for (const [warehouse, lines] of [
    [issue.warehouse, goods.lines],
    [movement.warehouse, less],
  ] as const) {
    results.open.push({ state: 'earlierMapping', warehouse, lines, ...common });
  }
}

function tellUnclear(
  { issue, movement }: { issue: BookableIssue; movement: LedgerMovement },
  { frozen, changed }: { frozen: unknown; changed: string[] },
  results: CaseResults,
  found: ReconciliationFinding[],
): void {
  if (frozen !== null) {
    found.push(
      finding({
        code: 'QUANTITY_DIFFERS',
        sentence: `${upper(issue.name)} is not what was posted as ${movement.key}: ${changed.join('; ')}.`,
        ...aboutIssue(issue),
        inforNumber: movement.number,
        shipbob: issue.pieces,
        ledger: unitsIn(movement.lines),
        evidence: { differences: changed },
      }),
    );
    return;
  }
  const why = issue.goods.state === 'unclear' ? issue.goods.why.join(', ') : '';
  results.notCompared.push({
    what: `what ${issue.name} holds`,
    why: `ShipBob's goods cannot be translated today: ${why}`,
    hint: 'Mend the mapping or the master data, and compare again.',
  });
}

/** A document entered by hand is compared with what Infor held of it when it was linked. */
function compareLinked(
  { issue }: Issue,
  links: CaseLink[],
  found: ReconciliationFinding[],
): GoodsLine[] {
  const lines = linkedLines(issue, links);
  if (issue.goods.state === 'unclear' || links.some(({ held }) => held === null)) return lines;
  for (const each of goodsDifferences(issue.goods.lines, lines)) {
    const numbers = links.map(({ number }) => number).join(', ');
    found.push(
      finding({
        ...differenceFinding(each, `${upper(issue.name)}, entered by hand as ${numbers}`),
        ...aboutIssue(issue),
        inforNumber: numbers,
      }),
    );
  }
  return issue.goods.lines;
}

function linkedLines(issue: ExpectedIssue, links: CaseLink[]): GoodsLine[] {
  const held = links.flatMap((link) => link.held ?? []);
  if (held.length > 0) return gatheredGoods(held);
  return issue.goods.state === 'known' ? issue.goods.lines : [];
}

function differs(
  issue: BookableIssue,
  movement: LedgerMovement,
  difference: GoodsDifference,
  tale: string | null,
): ReconciliationFinding {
  const subject = `${upper(issue.name)}, posted as ${movement.key}`;
  const told = differenceFinding(difference, tale === null ? subject : `${subject} (${tale})`);
  return finding({ ...told, ...aboutIssue(issue), inforNumber: movement.number });
}

function elsewhere(issue: BookableIssue, movement: LedgerMovement): ReconciliationFinding {
  return finding({
    code: 'WAREHOUSE_DIFFERS_IN_BOOKS',
    sentence: `${upper(issue.name)} left from warehouse ${issue.warehouse}, and is posted at ${movement.warehouse} as ${movement.key}.`,
    ...aboutIssue(issue),
    warehouse: movement.warehouse,
    inforNumber: movement.number,
  });
}

/** ShipBob's side is left, the ledger's is right. */
export function differenceFinding(
  difference: GoodsDifference,
  subject: string,
): ReconciliationFinding {
  switch (difference.as) {
    case 'item': {
      const { left, right, quantity } = difference;
      return finding({
        code: 'ITEM_DIFFERS',
        sentence: `${subject}: ${quantity} of item ${left} moved, and item ${right} is booked.`,
        item: left,
        shipbob: quantity,
        evidence: { booked: right },
      });
    }
    case 'lot': {
      const { item, left, right, quantity } = difference;
      return finding({
        code: 'LOT_DIFFERS',
        sentence: `${subject}: of item ${item} moved ${left}, and booked is ${right}.`,
        item,
        shipbob: quantity,
        evidence: { moved: left, booked: right },
      });
    }
    default: {
      const { item, left, right } = difference;
      return finding({
        code: 'QUANTITY_DIFFERS',
        sentence: `${subject}: ${left} of item ${item} moved, and ${right} are booked.`,
        item,
        shipbob: left,
        ledger: right,
      });
    }
  }
}

function linksOf(ledger: LedgerCase, issue: ExpectedIssue): CaseLink[] {
  return ledger.links.filter(
    ({ kind, shipbobId }) =>
      shipbobId === issue.shipment.id && (kind === 'goodsIssue' || kind === 'stockIssue'),
  );
}

function aboutIssue(issue: BookableIssue) {
  const { kind, record, key, warehouse, day } = issue;
  return { document: kind, record, key, warehouse, day };
}

export function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
