/** What the codes of a comparison are called on paper. */
import type { DocumentKind } from '../../core/glossary.ts';
import type {
  BridgeCategory,
  CutOffRow,
  FindingCode,
  ReconciliationReport,
  ReconciliationVerdict,
  WaitingRow,
} from '../../core/reconciliation.ts';

export const kindWords: Record<DocumentKind, { one: string; many: string }> = {
  salesOrder: { one: 'Sales order', many: 'Sales orders' },
  purchaseOrder: { one: 'Purchase order', many: 'Purchase orders' },
  goodsIssue: { one: 'Goods issue', many: 'Goods issues' },
  stockIssue: { one: 'Stock issue', many: 'Stock issues' },
  goodsReceipt: { one: 'Goods receipt', many: 'Goods receipts' },
  journal: { one: 'Journal', many: 'Journals' },
  orderCancellation: { one: 'Order cancellation', many: 'Order cancellations' },
};

export const verdictWords: Record<ReconciliationVerdict, string> = {
  agrees: 'The books agree',
  differs: 'The books differ',
  incomplete: 'Not everything was compared',
};

export const findingWords: Record<FindingCode, string> = {
  MISSING_IN_INFOR: 'Posted, and not in Infor',
  DELETED_IN_INFOR: 'Deleted in Infor',
  MISSING_IN_LEDGER: 'In Infor, and not in the ledger',
  DOUBLED_IN_INFOR: 'More often in Infor than it happened',
  NOT_POSTED: 'Happened, and nowhere to be found',
  QUANTITY_DIFFERS: 'Another quantity',
  ITEM_DIFFERS: 'Another item',
  LOT_DIFFERS: 'Another lot',
  PARTY_DIFFERS: 'Another customer or supplier',
  WAREHOUSE_DIFFERS_IN_BOOKS: 'Another warehouse',
  AMOUNT_DIFFERS: 'Another amount',
  ACCOUNTING_DIFFERS: 'Another account or cost centre',
  WRONG_PERIOD: 'Booked in another period',
  POSTED_THOUGH_CANCELLED: 'Posted though cancelled',
  FOREIGN_MOVEMENT: 'Moved in Infor by somebody else',
  CHARGE_LATE: 'Charge in no journal',
  CHARGE_CHANGED: 'Charge changed after its journal',
  ON_HAND_UNEXPLAINED: 'On hand, unexplained',
  AUDIT_BROKEN: 'Audit trail does not verify',
};

/** In the order in which a difference is explained. */
export const bridgeCategories = [
  'opening',
  'notYetPosted',
  'flagged',
  'shipbobAdjustment',
  'inforForeign',
  'inTransit',
  'finding',
  'unexplained',
] as const satisfies readonly BridgeCategory[];

export const bridgeWords: Record<BridgeCategory, string> = {
  opening: 'Different before the period',
  notYetPosted: 'Not in Infor yet',
  flagged: 'Held by a flag',
  shipbobAdjustment: 'ShipBob adjustments',
  inforForeign: 'Infor moves of others',
  inTransit: 'Picked and not gone',
  finding: 'Named as a finding',
  unexplained: 'Unexplained',
};

export const waitingWords: Record<WaitingRow['state'], string> = {
  waiting: 'waiting',
  flagged: 'flagged',
  ignored: 'ignored',
  unknown: 'outcome unknown',
};

export const cutOffWords: Record<CutOffRow['direction'], string> = {
  movedInPeriodPostedAfter: 'moved in the period, posted after it',
  movedBeforePostedInPeriod: 'moved before the period, posted in it',
};

export const recordWords: Record<'order' | 'receiving' | 'charge', string> = {
  order: 'order',
  receiving: 'receiving order',
  charge: 'charge',
};

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `November 2026` for a whole calendar month, else `2026-11-03 to 2026-11-09`. */
export function periodWords({ period }: Pick<ReconciliationReport, 'period'>): string {
  const { from, to } = period;
  const [year = 0, number = 0] = from.split('-').map(Number);
  const last = new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
  const whole = from.endsWith('-01') && to === last;
  return whole ? `${months[number - 1]} ${year}` : `${from} to ${to}`;
}
