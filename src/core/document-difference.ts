/**
 * What differs between a document that is booked and what would be planned today, in words.
 *
 * Only what the source says counts: dates, locations and the codes that rules choose do not, and a
 * SKU that means another item since then did not change in ShipBob. Otherwise one edited mapping
 * would flag every order of the past.
 */
import { flagDraft } from './flag-reason.ts';
import type {
  FlagDraft,
  GoodsIssue,
  GoodsReceipt,
  HeldLine,
  InforDocument,
  Posting,
  SalesOrder,
  SourceLine,
  StockIssue,
} from './glossary.ts';
import { limits } from './limits.ts';
import { unreachable } from './problem.ts';
import { addQuantities, canonicalDecimal, isZero, readDecimal, zero } from './quantity.ts';
import type { Quantity } from './schema.ts';
import { canonicalQuantity } from './schema.ts';
import { foldedLot, sourceOf } from './source-line.ts';

/** True when Infor holds exactly the document's items, quantities and lots. */
export function sameLines(document: InforDocument, held: readonly HeldLine[]): boolean {
  return heldDifference(document, held).length === 0;
}

/**
 * How Infor's lines differ from the document's. Line by line where Infor told our line numbers,
 * else summed by item and lot. A journal or cancellation of which nothing was read differs in
 * nothing.
 */
export function heldDifference(document: InforDocument, held: readonly HeldLine[]): string[] {
  if (document.kind === 'orderCancellation') return [];
  if (document.kind === 'journal') {
    return held.length === 0 ? [] : compare(amounts(documentLines(document)), amounts(held));
  }
  const known = held.length > 0 && held.every((line) => line.line !== null);
  const by = known ? 'line' : 'item';
  return compare(sums(documentLines(document), by), sums(held, by));
}

/**
 * How the plan of today differs from a booked posting; what Infor holds counts if it was adopted.
 */
export function documentDifference(planned: InforDocument, posting: Posting): string[] {
  const booked = posting.document;
  const now = sourceOf(planned);
  const source = now === null || sourceOf(booked) === null ? null : sourceDifference(booked, now);
  // The same source planned otherwise is an edited mapping: what was planned then counts.
  const same = source?.length === 0;
  if (posting.adopted && posting.held !== null) {
    const wanted = same ? booked : planned;
    return compare(sums(posting.held, 'item'), sums(documentLines(wanted), 'item'));
  }
  switch (booked.kind) {
    case 'salesOrder':
      return planned.kind === 'salesOrder'
        ? [
            ...changed('customer', booked.customer, planned.customer),
            ...(source ?? salesOrderDifference(booked, planned)),
          ]
        : [otherKind(booked, planned)];
    case 'purchaseOrder':
      return planned.kind === 'purchaseOrder'
        ? [
            ...changed('supplier', booked.supplier, planned.supplier),
            ...(source ?? lineDifference(booked, planned)),
          ]
        : [otherKind(booked, planned)];
    case 'goodsIssue':
    case 'stockIssue':
      if (planned.kind !== booked.kind) return [otherKind(booked, planned)];
      return same ? [] : lineDifference(booked, planned);
    // A receipt is a difference by itself, and a journal is frozen with its members.
    case 'goodsReceipt':
    case 'journal':
    case 'orderCancellation':
      return [];
    default:
      return unreachable(booked);
  }
}

/**
 * How ShipBob's goods differ from those a document was planned from; none when they were not kept.
 */
export function sourceDifference(document: InforDocument, now: readonly SourceLine[]): string[] {
  const before = sourceOf(document);
  return before === null ? [] : compare(sourceSums(before), sourceSums(now));
}

/** The flag for a booked posting that differs from today's source; null when nothing does. */
export function differenceFlag(
  posting: Posting,
  code: 'SOURCE_CHANGED' | 'ADOPTED_DIFFERENT',
  differences: readonly string[],
): FlagDraft | null {
  if (differences.length === 0) return null;
  const shown = differences.slice(0, limits.differencesShownMax);
  const more = differences.length - shown.length;
  const difference = shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
  const record = `${posting.record.kind} ${posting.record.id}`;
  return flagDraft(code, {
    cause: `posting:${posting.key}`,
    evidence: { record, key: posting.key, kind: posting.kind, difference },
    // What is received next depends on what a receipt is believed to hold.
    ...(posting.kind === 'goodsReceipt' ? {} : { holds: [posting.key] }),
  });
}

function sourceSums(source: readonly SourceLine[]): Sums {
  return new Map(source.map(({ id, what, quantity }) => [id, { label: what, quantity }]));
}

function lineDifference(booked: InforDocument, planned: InforDocument): string[] {
  return compare(sums(documentLines(booked), 'item'), sums(documentLines(planned), 'item'));
}

function salesOrderDifference(booked: SalesOrder, planned: SalesOrder): string[] {
  const before = byProduct(booked.lines);
  const now = byProduct(planned.lines);
  for (const [name, was] of before) {
    const is = now.get(name);
    // The same SKU under another item is an edited mapping, not an edited order.
    if (is !== undefined && is.items !== was.items) now.set(name, was);
  }
  return compare(quantities(before), quantities(now));
}

interface ProductSum {
  label: string;
  items: string;
  quantity: Quantity;
}

function byProduct(lines: SalesOrder['lines']): Map<string, ProductSum> {
  const products = new Map<string, ProductSum>();
  for (const line of lines) {
    const name = JSON.stringify([line.productId, line.productReferenceId, line.sku]);
    const known = products.get(name);
    const quantity = addQuantities(known?.quantity ?? zero, line.quantity);
    products.set(name, { label: `SKU ${line.sku}`, items: known?.items ?? line.item, quantity });
  }
  return products;
}

function quantities(products: Map<string, ProductSum>): Sums {
  const sum: Sums = new Map();
  for (const [name, product] of products) {
    sum.set(name, { label: product.label, quantity: product.quantity });
  }
  return sum;
}

/** The document's lines in the form in which Infor's are read. */
export function documentLines(document: InforDocument): HeldLine[] {
  switch (document.kind) {
    case 'salesOrder':
    case 'purchaseOrder':
      return document.lines.map(({ line, item, quantity }) => ({
        line,
        item,
        quantity,
        lot: null,
      }));
    case 'goodsIssue':
    case 'stockIssue':
    case 'goodsReceipt':
      return lotLines(document);
    case 'journal':
      return document.lines.map(({ line, dimensions, amount }) => ({
        line,
        item: dimensions[0] ?? '',
        quantity: canonicalQuantity(amount),
        lot: null,
      }));
    case 'orderCancellation':
      return [];
    default:
      return unreachable(document);
  }
}

function lotLines(document: GoodsIssue | StockIssue | GoodsReceipt): HeldLine[] {
  return document.lines.map(({ line, item, quantity, lot }) => ({ line, item, quantity, lot }));
}

type Sums = Map<string, { label: string; quantity: Quantity }>;

function sums(lines: readonly HeldLine[], by: 'line' | 'item'): Sums {
  const numbered = by === 'line';
  const sum: Sums = new Map();
  for (const { line, item, quantity, lot } of lines) {
    const folded = lot === null ? null : foldedLot(lot);
    const name = JSON.stringify(numbered ? [line, item, folded] : [item, folded]);
    const place = numbered ? `line ${line}, ` : '';
    const label = `${place}item ${item}${lot === null ? '' : `, lot ${lot}`}`;
    const known = sum.get(name)?.quantity ?? zero;
    sum.set(name, { label, quantity: addQuantities(known, quantity) });
  }
  return sum;
}

/**
 * A journal's amounts, each as often as it occurs: accounts may come back with Infor's own fill.
 */
function amounts(lines: readonly HeldLine[]): Sums {
  const sum: Sums = new Map();
  for (const { quantity } of lines) {
    const value = readDecimal(quantity);
    const text = value === null ? quantity : canonicalDecimal(value);
    const known = sum.get(text)?.quantity ?? zero;
    const counted = addQuantities(known, canonicalQuantity('1'));
    sum.set(text, { label: `lines of ${text}`, quantity: counted });
  }
  return sum;
}

function compare(before: Sums, now: Sums): string[] {
  const differences: string[] = [];
  for (const name of new Set([...before.keys(), ...now.keys()])) {
    const was = before.get(name)?.quantity ?? zero;
    const is = now.get(name)?.quantity ?? zero;
    if (was === is || (isZero(was) && isZero(is))) continue;
    const label = before.get(name)?.label ?? now.get(name)?.label ?? name;
    differences.push(`${label}: ${was} → ${is}`);
  }
  return differences;
}

function changed(name: string, was: string, is: string): string[] {
  return was === is ? [] : [`${name}: ${was} → ${is}`];
}

function otherKind(booked: InforDocument, planned: InforDocument): string {
  return `document: ${booked.kind} → ${planned.kind}`;
}
