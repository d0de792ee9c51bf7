/** Findings with their words: what is shown, and what a person does about it. */
import type { FindingCode, ReconciliationFinding } from './reconciliation.ts';

/** None of them would post, or take back, something a second time. */
const hints: Record<FindingCode, string> = {
  MISSING_IN_INFOR:
    'Find out who took it back in Infor. It is not posted again by itself; mlc trace tells how it was posted.',
  DELETED_IN_INFOR:
    'Ask who deleted it. If it was a mistake, enter it again by hand and tell the tool the number; it is not posted again by itself.',
  MISSING_IN_LEDGER:
    'Find out whether another installation or an older database posted it; mlc replay over its time takes it over where it is ours.',
  DOUBLED_IN_INFOR: 'Look at both in Infor, and take the surplus one back there by hand.',
  NOT_POSTED: 'Run mlc sync, then mlc replay over its time; if it stays, report it.',
  QUANTITY_DIFFERS: 'Compare the document with ShipBob, and correct by hand the one that is wrong.',
  ITEM_DIFFERS: 'Correct the item in Infor by hand, or the mapping if that is what was wrong.',
  LOT_DIFFERS: 'Correct the lot in Infor by hand.',
  PARTY_DIFFERS: 'Correct the order in Infor by hand, or confirm that the change was meant.',
  WAREHOUSE_DIFFERS_IN_BOOKS: 'Correct the warehouse in Infor by hand.',
  AMOUNT_DIFFERS: 'Correct the voucher in Infor by hand.',
  ACCOUNTING_DIFFERS: 'Correct the voucher in Infor by hand.',
  WRONG_PERIOD: 'Rebook it in Infor, or accept it as a cut-off difference.',
  POSTED_THOUGH_CANCELLED: 'Take it back in Infor by hand once it is sure that nothing left.',
  FOREIGN_MOVEMENT:
    'Ask who booked it in Infor, and whether it stands for something that is flagged or waiting here.',
  CHARGE_LATE: 'The next run collects it; accrue it by hand if the period is closed.',
  CHARGE_CHANGED: 'Compare it with the invoice, and correct the voucher in Infor by hand.',
  ON_HAND_UNEXPLAINED: 'Count the item, and look through its history on both sides.',
  AUDIT_BROKEN: 'Find out who changed the database: docs/runbook.md tells how.',
};

type Given = Pick<ReconciliationFinding, 'code' | 'sentence'> & Partial<ReconciliationFinding>;

/** What is not given is null. */
export function finding(given: Given): ReconciliationFinding {
  return {
    hint: hints[given.code],
    document: null,
    record: null,
    key: null,
    inforNumber: null,
    warehouse: null,
    item: null,
    lot: null,
    day: null,
    shipbob: null,
    ledger: null,
    infor: null,
    amount: null,
    currency: null,
    evidence: {},
    ...given,
  };
}

/** Gravest kinds first, then by document, so that equal books give equal reports. */
export function inOrder(findings: readonly ReconciliationFinding[]): ReconciliationFinding[] {
  const rank = new Map(findingCodes.map((code, index) => [code, index]));
  const nameOf = ({ key, inforNumber, item, lot, sentence }: ReconciliationFinding) =>
    [key ?? '', inforNumber ?? '', item ?? '', lot ?? '', sentence].join(' ');
  return findings
    .map((one) => ({ one, rank: rank.get(one.code) ?? 0, name: nameOf(one) }))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ one }) => one);
}

export const findingCodes: readonly FindingCode[] = [
  'AUDIT_BROKEN',
  'DELETED_IN_INFOR',
  'MISSING_IN_INFOR',
  'DOUBLED_IN_INFOR',
  'MISSING_IN_LEDGER',
  'NOT_POSTED',
  'POSTED_THOUGH_CANCELLED',
  'QUANTITY_DIFFERS',
  'ITEM_DIFFERS',
  'LOT_DIFFERS',
  'PARTY_DIFFERS',
  'WAREHOUSE_DIFFERS_IN_BOOKS',
  'AMOUNT_DIFFERS',
  'ACCOUNTING_DIFFERS',
  'WRONG_PERIOD',
  'FOREIGN_MOVEMENT',
  'CHARGE_CHANGED',
  'CHARGE_LATE',
  'ON_HAND_UNEXPLAINED',
];
