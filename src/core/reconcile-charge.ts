/** ShipBob's charges against the ledger's entries: late, vanished and changed ones are findings. */
import { dayOf } from './day.ts';
import type { ChargeRecord, Posting } from './glossary.ts';
import { absoluteAmount, isZeroAmount } from './money.ts';
import type { CaseFlag, CaseResults } from './reconcile-case.ts';
import { standingOfNone } from './reconcile-case.ts';
import { finding } from './reconcile-finding.ts';
import type { ReconcileFrame } from './reconcile-frame.ts';
import { placeOfDay } from './reconcile-frame.ts';
import { firstCostRule } from './rules.ts';
import type { Amount, ChargeId, Day, ExternalKey } from './schema.ts';
import type { Settings } from './settings.ts';

/** A charge as the ledger has it. */
export interface ChargeEntry {
  chargeId: ChargeId;
  day: Day;
  division: string;
  currency: string;
  /** Without sign. */
  amount: Amount;
  debit: string[];
  credit: string[];
  /** The journal it is in; null while it waits for one. */
  journalKey: ExternalKey | null;
}

export interface ChargeBooks {
  /** By charge, whatever its day. */
  entries: ReadonlyMap<string, ChargeEntry>;
  /** Charges that adopted journals hold, of which the ledger has no entry. */
  adopted: ReadonlyMap<string, ExternalKey>;
  journals: ReadonlyMap<ExternalKey, Posting>;
  flags: ReadonlyMap<string, CaseFlag[]>;
  /** Charged on days of no part in this period, and booked in it: on the first open day of then. */
  ofOtherDays: ReadonlySet<string>;
  /** Charges of this day and later may not have been read by a run yet. */
  readTo: Day | null;
}

/** Money of one currency that ShipBob charged, and that the ledger has. */
export interface ChargeMoney {
  currency: string;
  shipbob: Amount[];
  ledger: Amount[];
}

export function compareCharges(
  frame: ReconcileFrame,
  charges: readonly ChargeRecord[],
  books: ChargeBooks,
  results: CaseResults,
): void {
  const shown = new Set<string>(charges.map(({ id }) => id));
  for (const charge of charges) compareCharge(frame, charge, books, results);
  for (const entry of books.entries.values()) {
    if (shown.has(entry.chargeId) || entry.journalKey === null) continue;
    if (placeOfDay(entry.day, frame.period) !== 'in') continue;
    if (books.ofOtherDays.has(entry.chargeId)) continue;
    results.findings.push(
      finding({
        code: 'CHARGE_CHANGED',
        sentence: `Charge ${entry.chargeId} of ${entry.day} is in journal ${entry.journalKey} with ${entry.amount} ${entry.currency}, and ShipBob does not show it any more.`,
        ...aboutEntry(entry),
      }),
    );
  }
}

/** Whether a charge is one that a journal is wanted for. */
export function isCalledFor(frame: ReconcileFrame, charge: ChargeRecord): boolean {
  return !isZeroAmount(charge.amount) && !isSkipped(charge, frame.settings);
}

function isSkipped(charge: ChargeRecord, { costs }: Settings): boolean {
  const rule = firstCostRule(charge, costs)?.rule;
  return rule !== undefined && 'skip' in rule.as;
}

/** Charges are planned within days of their own, and what a rule skips then stays skipped. */
const plannedWithinMs = 10 * 86_400_000;

function wasSkipped(frame: ReconcileFrame, charge: ChargeRecord): boolean {
  const fromMs = Date.parse(charge.chargedOn);
  return frame
    .earlierSettings({ fromMs, toMs: fromMs + plannedWithinMs })
    .some((settings) => isSkipped(charge, settings));
}

export function isBeforeStart(frame: ReconcileFrame, charge: ChargeRecord): boolean {
  const { startFromMs } = frame.settings.sync;
  return startFromMs !== null && charge.chargedOn < dayOf(startFromMs, 'UTC');
}

function compareCharge(
  frame: ReconcileFrame,
  charge: ChargeRecord,
  books: ChargeBooks,
  results: CaseResults,
): void {
  const entry = books.entries.get(charge.id);
  if (entry === undefined && !books.adopted.has(charge.id)) {
    if (isBeforeStart(frame, charge)) results.beforeStart += 1;
    else if (isCalledFor(frame, charge)) compareMissing(frame, charge, books, results);
    return;
  }
  if (entry === undefined) return;
  const journal = entry.journalKey === null ? undefined : books.journals.get(entry.journalKey);
  if (journal === undefined || journal.state !== 'posted') {
    const why = entry.journalKey === null ? 'to be collected into a journal' : openWords(journal);
    wait(charge, { state: openState(journal), why, key: entry.journalKey }, results);
    return;
  }
  if (journal.postedAtMs !== null && journal.postedAtMs > frame.asOfMs) {
    wait(charge, { state: 'waiting', why: 'posted after the moment', key: journal.key }, results);
    return;
  }
  const same = absoluteAmount(charge.amount) === entry.amount && charge.currency === entry.currency;
  if (same) return;
  results.findings.push(
    finding({
      code: 'CHARGE_CHANGED',
      sentence: `Charge ${charge.id} of ${charge.chargedOn} is ${charge.amount} ${charge.currency} in ShipBob, and ${entry.amount} ${entry.currency} in journal ${journal.key}.`,
      ...aboutEntry(entry),
      amount: charge.amount,
      currency: charge.currency,
      evidence: { journalled: `${entry.amount} ${entry.currency}` },
    }),
  );
}

function compareMissing(
  frame: ReconcileFrame,
  charge: ChargeRecord,
  books: ChargeBooks,
  results: CaseResults,
): void {
  const unread = books.readTo === null || charge.chargedOn >= books.readTo;
  const standing = standingOfNone(
    {
      record: { kind: 'charge', id: charge.id },
      postings: [],
      movements: [],
      flags: books.flags.get(charge.id) ?? [],
      links: [],
      due: 'no',
      read: unread ? 'notYet' : 'upToDate',
    },
    () => true,
  );
  if (
    standing.state !== 'notPosted' &&
    standing.state !== 'posted' &&
    standing.state !== 'linked'
  ) {
    wait(charge, { ...standing, key: null }, results);
    return;
  }
  if (wasSkipped(frame, charge)) {
    results.skippedEarlier += 1;
    return;
  }
  results.findings.push(
    finding({
      code: 'CHARGE_LATE',
      sentence: `Charge ${charge.id} of ${charge.chargedOn} (${charge.fee}, ${charge.amount} ${charge.currency}) is in no journal.`,
      document: 'journal',
      record: { kind: 'charge', id: charge.id },
      day: charge.chargedOn,
      amount: charge.amount,
      currency: charge.currency,
      evidence: { runsHaveReadTo: books.readTo, period: frame.period.to },
    }),
  );
}

function wait(
  charge: ChargeRecord,
  standing: {
    state: 'waiting' | 'flagged' | 'ignored' | 'unknown';
    why: string;
    key: ExternalKey | null;
  },
  results: CaseResults,
): void {
  results.waiting.push({
    document: 'journal',
    key: standing.key,
    record: { kind: 'charge', id: charge.id },
    day: charge.chargedOn,
    units: null,
    amount: charge.amount,
    currency: charge.currency,
    state: standing.state,
    why: standing.why,
  });
}

function openState(journal: Posting | undefined): 'waiting' | 'flagged' | 'unknown' {
  if (journal?.state === 'flagged') return 'flagged';
  return journal?.state === 'unknown' || journal?.state === 'committing' ? 'unknown' : 'waiting';
}

function openWords(journal: Posting | undefined): string {
  if (journal === undefined) return 'its journal is to be posted';
  const { key, state, waitingFor } = journal;
  if (state === 'unknown' || state === 'committing')
    return `it is not clear yet whether Infor took ${key}`;
  return (
    waitingFor ??
    (state === 'flagged' ? `journal ${key} is flagged` : `journal ${key} is to be posted`)
  );
}

function aboutEntry({ chargeId, day, journalKey, amount, currency }: ChargeEntry) {
  const record = { kind: 'charge', id: chargeId } as const;
  return { document: 'journal', record, key: journalKey, day, amount, currency } as const;
}
