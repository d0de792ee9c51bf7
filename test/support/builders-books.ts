/** The three books for tests of their comparison: each movement stands in all of them unless changed. */
import type { OrderRecord, Posting, RecordKey } from '../../src/core/glossary.ts';
import { masterView } from '../../src/core/master.ts';
import { planCase } from '../../src/core/plan.ts';
import { planWork } from '../../src/core/plan-input.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import type { CaseResults, LedgerCase } from '../../src/core/reconcile-case.ts';
import { noResults } from '../../src/core/reconcile-case.ts';
import { periodOf, type ReconcileFrame } from '../../src/core/reconcile-frame.ts';
import type { LedgerLine, LedgerMovement } from '../../src/core/reconcile-ledger.ts';
import { directionOf, movementOf } from '../../src/core/reconcile-ledger.ts';
import { compareOrder } from '../../src/core/reconcile-order.ts';
import type { HistoryRow } from '../../src/core/reconcile-settle.ts';
import { calendarDay, externalKey, shipmentId } from '../../src/core/schema.ts';
import type { Settings } from '../../src/core/settings.ts';
import { dayMs, noonMs } from './builders.ts';
import { someFacts } from './builders-facts.ts';
import { anInput, aPosted } from './builders-planning.ts';
import { someSettings } from './builders-settings.ts';

/** November 2026, as of its end. */
export function aFrame(
  more: Partial<ReconcileFrame> & { settings?: Settings } = {},
): ReconcileFrame {
  const zone = 'America/Los_Angeles';
  const [from, to] = [calendarDay('2026-11-01'), calendarDay('2026-11-30')];
  return {
    period: periodOf({ from, to, timeZone: zone }),
    asOfMs: noonMs + 40 * dayMs,
    settings: someSettings(),
    reasonDefault: 'STD',
    earlierSettings: () => [],
    ...more,
  };
}

export interface MovementOptions {
  kind?: LedgerMovement['kind'];
  key?: string;
  day?: string;
  warehouse?: string;
  order?: string | null;
  mark?: string | null;
  lines?: { item: string; quantity: string; lot?: string; order?: string }[];
  stands?: LedgerMovement['stands'];
  postedAtMs?: number;
}

/** A goods issue of three COFFEE on order 0010000001 unless said otherwise. */
export function aMovement(options: MovementOptions = {}): LedgerMovement {
  const kind = options.kind ?? 'goodsIssue';
  const order = options.order === undefined ? '0010000001' : options.order;
  const mark = options.mark ?? null;
  const lines = options.lines ?? [{ item: 'COFFEE', quantity: '3' }];
  return {
    kind,
    key: externalKey(options.key ?? 'S388185605-1'),
    record: { kind: kind === 'goodsReceipt' ? 'receiving' : 'order', id: '309589638' },
    shipmentId: kind === 'goodsReceipt' ? null : shipmentId('388185605'),
    number: '30001',
    warehouse: options.warehouse ?? '100',
    day: calendarDay(options.day ?? '2026-11-03'),
    postedAtMs: options.postedAtMs ?? noonMs,
    stands: options.stands ?? 'posted',
    byHand: 'no',
    lines: lines.map(
      (line): LedgerLine => ({
        item: line.item,
        lot: line.lot ?? null,
        quantity: parseQuantity(line.quantity),
        order: line.order ?? order,
        mark,
      }),
    ),
    unclear: [],
  };
}

const historyKinds = {
  goodsIssue: ['orderIssue', '31'],
  stockIssue: ['adjustment', '90'],
  goodsReceipt: ['purchaseReceipt', '25'],
} as const;

let rowNumber = 0;

/** Infor's rows of a movement, as it would book them. */
export function rowsOf(movement: LedgerMovement, more: Partial<HistoryRow> = {}): HistoryRow[] {
  const [kind, type] = historyKinds[movement.kind];
  return movement.lines.map((line) => {
    rowNumber += 1;
    const sign = directionOf(movement.kind) === 'in' ? '' : '-';
    const [reason = '', ...remark] = (line.mark ?? '').split(' ');
    const stock = movement.kind === 'stockIssue';
    return {
      id: `row-${rowNumber}`,
      kind,
      type,
      warehouse: movement.warehouse,
      item: line.item,
      lot: line.lot,
      quantity: parseQuantity(`${sign}${line.quantity}`),
      day: movement.day,
      order: line.order,
      delivery: null,
      receivingNumber: null,
      deliveryNote: movement.kind === 'goodsReceipt' ? line.mark : null,
      reasonCode: stock ? reason : null,
      reference: stock ? remark.join(' ') : null,
      responsible: null,
      ...more,
    };
  });
}

/** A correction that somebody entered: no order, no remark. */
export function aCorrection(fields: Partial<HistoryRow> = {}): HistoryRow {
  const [row] = rowsOf(aMovement({ kind: 'stockIssue', order: null, mark: null }), fields);
  if (row === undefined) throw new Error('a movement has lines');
  return row;
}

/** The order compared with a ledger that has planned and posted all of it. */
export function comparedOrder(
  posted: OrderRecord,
  change: {
    /** What ShipBob shows now; what was posted unless said otherwise. */
    now?: OrderRecord;
    postings?: (all: Posting[]) => Posting[];
    ledger?: Partial<LedgerCase>;
    frame?: ReconcileFrame;
    facts?: ReturnType<typeof someFacts>;
    /** Those of the frame unless said otherwise. */
    plannedBy?: Settings;
  } = {},
): CaseResults {
  const frame = change.frame ?? aFrame();
  const { settings } = frame;
  const facts = (change.facts ?? someFacts()).build();
  const record: RecordKey = { kind: 'order', id: posted.id };
  const all = postedAll(posted, change.plannedBy ?? settings);
  const postings = change.postings?.(all) ?? all;
  const means = {
    references: new Map(),
    unitFactor: () => null,
    reasonDefault: frame.reasonDefault,
  };
  const movements = postings.flatMap((posting) => movementOf(posting, means) ?? []);
  const ledger: LedgerCase = {
    ...{ record, postings, movements, flags: [], links: [] },
    ...{ due: 'no', read: 'upToDate' },
    ...change.ledger,
  };
  const order = change.now ?? posted;
  const links = ledger.links.map(({ linkedAtMs: _, ...link }) => link);
  const work = planWork({
    ...anInput(order, { postings, settings, links }),
    master: masterView(facts),
  });
  const results = noResults();
  compareOrder(frame, { work, order, ledger }, results);
  return results;
}

/** What planning makes of it, everything posted. */
function postedAll(order: OrderRecord, settings: Settings): Posting[] {
  const record: RecordKey = { kind: 'order', id: order.id };
  const plan = planCase(anInput(order, { settings }));
  return plan.documents.map((planned, index) =>
    aPosted(planned, record, {
      id: index + 1,
      reference: { number: `001000000${index + 1}`, detail: {} },
    }),
  );
}
