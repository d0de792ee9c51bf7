/** What the ledger says stands in Infor: postings as documents with goods in basic units. */
import type {
  DocumentKind,
  DocumentReference,
  GoodsReceipt,
  HeldLine,
  Posting,
  RecordKey,
} from './glossary.ts';
import { isNegative, multiplyQuantities, negateQuantity } from './quantity.ts';
import type { GoodsLine } from './reconcile-goods.ts';
import type { Day, ExternalKey, Quantity, ShipmentId } from './schema.ts';

/** A movement of goods as the ledger has it. */
export interface LedgerMovement {
  kind: 'goodsIssue' | 'stockIssue' | 'goodsReceipt';
  key: ExternalKey;
  record: RecordKey;
  shipmentId: ShipmentId | null;
  /** Infor's number of it. */
  number: string | null;
  warehouse: string;
  /** The day it was sent to Infor with. */
  day: Day;
  postedAtMs: number | null;
  /** `maybe`: its outcome is in doubt, or only a part of it took effect. */
  stands: 'posted' | 'maybe';
  /** A person entered it, and the tool was told. */
  byHand: 'yes' | 'no';
  lines: LedgerLine[];
  /** Items whose quantity in basic units is not known, with the unit that is unknown. */
  unclear: { item: string; unit: string }[];
}

export interface LedgerLine extends GoodsLine {
  /** Number of the sales or purchase order; null for stock issues, and where it is not known. */
  order: string | null;
  /** What else tells it apart in Infor's history: delivery note, or reason and remark. */
  mark: string | null;
}

/** Basic units per unit of a purchase order's line; null when it is not known. */
export type UnitFactor = (line: GoodsReceipt['lines'][number], order: string) => Quantity | null;

export interface MovementMeans {
  /** References of the documents that others depend on, by key. */
  references: ReadonlyMap<ExternalKey, DocumentReference>;
  unitFactor: UnitFactor;
  reasonDefault: string;
}

/** Null for a posting that moves nothing, or of which nothing can stand in Infor. */
export function movementOf(posting: Posting, means: MovementMeans): LedgerMovement | null {
  const { document, state, reference } = posting;
  const posted = state === 'posted';
  const maybe = !posted && posting.handedToCommit && state !== 'cancelled';
  if (!posted && !maybe) return null;
  if (
    document.kind !== 'goodsIssue' &&
    document.kind !== 'stockIssue' &&
    document.kind !== 'goodsReceipt'
  ) {
    return null;
  }
  const { lines, unclear } = linesOf(posting, means);
  return {
    kind: document.kind,
    key: posting.key,
    record: posting.record,
    shipmentId: posting.shipmentId,
    number: reference?.number ?? null,
    warehouse: document.warehouse,
    day: document.movedOn,
    postedAtMs: posting.postedAtMs,
    stands: posted ? 'posted' : 'maybe',
    byHand: 'no',
    lines,
    unclear,
  };
}

/** A remark travels in a field of twenty characters, and codes in capital letters. */
export function stockMark(reason: string, remark: string): string {
  return `${reason.trim().toUpperCase()} ${remark.slice(0, 20).trim().toUpperCase()}`;
}

export function deliveryMark(note: string): string {
  return note.trim().toUpperCase();
}

function linesOf(
  posting: Posting,
  means: MovementMeans,
): Pick<LedgerMovement, 'lines' | 'unclear'> {
  const { document } = posting;
  switch (document.kind) {
    case 'goodsIssue': {
      const order = orderOf(posting, means);
      const lines = heldOr(posting, document.lines).map(({ item, lot, quantity }) => {
        return { item, lot, quantity, order, mark: null };
      });
      return { lines, unclear: [] };
    }
    case 'stockIssue': {
      const reason = document.lines[0]?.reasonCode ?? '';
      const mark = stockMark(reason || means.reasonDefault, document.remark);
      const lines = heldOr(posting, document.lines).map(({ item, lot, quantity }) => {
        return { item, lot, quantity: withoutSign(quantity), order: null, mark };
      });
      return { lines, unclear: [] };
    }
    case 'goodsReceipt':
      return receiptLines(posting, document, means);
    default:
      return { lines: [], unclear: [] };
  }
}

function receiptLines(
  posting: Posting,
  document: GoodsReceipt,
  means: MovementMeans,
): Pick<LedgerMovement, 'lines' | 'unclear'> {
  const lines: LedgerLine[] = [];
  const unclear: LedgerMovement['unclear'] = [];
  for (const held of heldOr(posting, document.lines)) {
    const line =
      document.lines.find((own) => own.line === held.line && own.item === held.item) ??
      document.lines.find((own) => own.item === held.item);
    const factor = line === undefined ? null : means.unitFactor(line, document.purchaseOrder);
    if (factor === null) {
      unclear.push({ item: held.item, unit: line?.unit ?? 'unknown' });
      continue;
    }
    lines.push({
      item: held.item,
      lot: held.lot,
      quantity: multiplyQuantities(held.quantity, factor),
      order: document.purchaseOrder,
      mark: deliveryMark(document.deliveryNote),
    });
  }
  return { lines, unclear };
}

/** What Infor held counts where it was found there; else what was sent. */
function heldOr(posting: Posting, lines: readonly HeldLine[]): readonly HeldLine[] {
  const { held, adopted, state } = posting;
  if (held === null || held.length === 0) return lines;
  return adopted || state !== 'posted' ? held : lines;
}

function orderOf(posting: Posting, means: MovementMeans): string | null {
  const named = posting.reference?.detail.salesOrder;
  if (typeof named === 'string' && named !== '') return named;
  return posting.dependsOn === null
    ? null
    : (means.references.get(posting.dependsOn)?.number ?? null);
}

function withoutSign(quantity: Quantity): Quantity {
  return isNegative(quantity) ? negateQuantity(quantity) : quantity;
}

/** Which way goods of a kind of document go. */
export function directionOf(kind: LedgerMovement['kind']): 'in' | 'out' {
  return kind === 'goodsReceipt' ? 'in' : 'out';
}

export function isMovementKind(kind: DocumentKind): kind is LedgerMovement['kind'] {
  return kind === 'goodsIssue' || kind === 'stockIssue' || kind === 'goodsReceipt';
}
