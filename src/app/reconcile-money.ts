/** Charges and journals of the period, on all three sides. */
import { addDays, dayOf } from '../core/day.ts';
import type { ChargeRecord, Posting } from '../core/glossary.ts';
import { absoluteAmount } from '../core/money.ts';
import type { CaseFlag } from '../core/reconcile-case.ts';
import { count } from '../core/reconcile-case.ts';
import {
  type ChargeEntry,
  compareCharges,
  isBeforeStart,
  isCalledFor,
} from '../core/reconcile-charge.ts';
import { placeOfDay } from '../core/reconcile-frame.ts';
import { countDocument, countMoney } from '../core/reconcile-totals.ts';
import { debitOf, type VoucherLine, voucherFindings } from '../core/reconcile-voucher.ts';
import type { ChargeId, ExternalKey } from '../core/schema.ts';
import { externalKey } from '../core/schema.ts';
import type { BooksReading, LedgerPeriod } from './reconcile-books.ts';
import { readVouchers } from './reconcile-infor.ts';
import { chunksOf } from './reconcile-part.ts';

const marginDays = 7;
/** ShipBob shows a charge days after its own (shipbob-api §8.5): so long it is not late. */
const chargeLagDays = 3;

interface Money {
  charges: ChargeRecord[];
  entries: Map<string, ChargeEntry>;
  adopted: Map<string, ExternalKey>;
  journals: Map<ExternalKey, Posting>;
}

export async function compareMoney(
  reading: BooksReading,
  ledger: LedgerPeriod,
  charges: ChargeRecord[],
): Promise<void> {
  const { frame, view, results } = reading;
  const money = await readEntries(reading, ledger, charges);
  const flags = new Map<string, CaseFlag[]>();
  for (const { id } of charges) {
    const own = view.flags.get(`charge:${id}`);
    if (own !== undefined) flags.set(id, own);
  }
  const { costs } = view.checkpoints;
  const readTo = costs === null ? null : addDays(dayOf(costs, 'UTC'), -chargeLagDays);
  const ofOtherDays = await chargedElsewhere(reading, money);
  compareCharges(frame, charges, { ...money, flags, ofOtherDays, readTo }, results);
  countCharges(reading, money);
  await compareVouchers(reading, money);
}

async function readEntries(
  { parts, frame }: BooksReading,
  ledger: LedgerPeriod,
  charges: ChargeRecord[],
): Promise<Money> {
  const { store } = parts;
  const entries = new Map<string, ChargeEntry>();
  const fromDay = addDays(frame.period.from, -marginDays);
  const toDay = addDays(frame.period.to, marginDays);
  for await (const page of store.ledgerEntries({ fromDay, toDay })) {
    for (const entry of page) entries.set(entry.chargeId, entry);
  }
  const others = charges.map(({ id }) => id).filter((id) => !entries.has(id));
  for (const chunk of chunksOf<ChargeId>(others, 500)) {
    for (const entry of await store.entriesOf(chunk)) entries.set(entry.chargeId, entry);
  }
  const journals = new Map(ledger.journals);
  const keys = new Set([...entries.values()].flatMap(({ journalKey }) => journalKey ?? []));
  for (const chunk of chunksOf(
    [...keys].filter((key) => !journals.has(key)),
    500,
  )) {
    for (const posting of await store.postingsUnder(chunk)) journals.set(posting.key, posting);
  }
  const adopted = new Map<string, ExternalKey>();
  for (const chunk of chunksOf([...journals.keys()], 500)) {
    for (const { journalKey, chargeId } of await store.voucherCharges(chunk)) {
      adopted.set(chargeId, journalKey);
    }
  }
  return { charges, entries, adopted, journals };
}

/** Charges that ShipBob does not list in the period because their own day lies outside of it. */
async function chargedElsewhere(
  { parts, frame }: BooksReading,
  money: Money,
): Promise<Set<string>> {
  const shown = new Set(money.charges.map(({ id }) => id));
  const found = new Set<string>();
  for (const { chargeId, day, journalKey } of money.entries.values()) {
    if (shown.has(chargeId) || journalKey === null) continue;
    if (placeOfDay(day, frame.period) !== 'in') continue;
    const known = await parts.store.planningCase({ kind: 'charge', id: chargeId });
    const record = known?.stored.record ?? null;
    if (record?.kind !== 'charge') continue;
    if (placeOfDay(record.chargedOn, frame.period) !== 'in') found.add(chargeId);
  }
  return found;
}

/** Money counts without its sign: a refund is as much a booking as a charge. */
function countCharges({ frame, figures, results }: BooksReading, money: Money): void {
  for (const charge of money.charges) {
    const entry = money.entries.get(charge.id);
    if (entry === undefined && (isBeforeStart(frame, charge) || !isCalledFor(frame, charge))) {
      continue;
    }
    const { currency } = charge;
    countMoney(figures, { currency, book: 'shipbob', amount: absoluteAmount(charge.amount) });
  }
  const posted = new Set<ExternalKey>();
  for (const { day, journalKey, currency, amount } of money.entries.values()) {
    if (placeOfDay(day, frame.period) !== 'in' || journalKey === null) continue;
    const journal = money.journals.get(journalKey);
    if (journal === undefined || journal.state !== 'posted') continue;
    if (journal.postedAtMs !== null && journal.postedAtMs > frame.asOfMs) continue;
    posted.add(journalKey);
    countMoney(figures, { currency, book: 'ledger', amount });
  }
  const { size } = posted;
  countDocument(figures, 'journal', 'ledger', size);
  const open = [...money.journals.values()].filter(
    ({ key, state, document }) =>
      document.kind === 'journal' &&
      placeOfDay(document.day, frame.period) === 'in' &&
      state !== 'cancelled' &&
      !posted.has(key),
  ).length;
  count(results, 'journal', size + open);
}

type Journalled = ChargeEntry & { journalKey: ExternalKey };

/** Charges that a run has put into a journal since the ledger was read. */
async function enteredSince(
  { parts }: BooksReading,
  known: readonly Journalled[],
  lines: readonly VoucherLine[],
): Promise<Journalled[]> {
  const names = new Set(known.map(({ journalKey, chargeId }) => `${journalKey} ${chargeId}`));
  const fresh = lines.filter(({ journal, chargeId }) => !names.has(`${journal} ${chargeId}`));
  const ids = [...new Set(fresh.map(({ chargeId }) => chargeId))];
  const found: Journalled[] = [];
  for (const chunk of chunksOf(ids, 500)) {
    for (const entry of await parts.store.entriesOf(chunk)) {
      const { journalKey } = entry;
      if (journalKey !== null && !names.has(`${journalKey} ${entry.chargeId}`)) {
        found.push({ ...entry, journalKey });
      }
    }
  }
  return found;
}

async function compareVouchers(reading: BooksReading, money: Money): Promise<void> {
  const { frame, figures, results } = reading;
  const { from, to } = frame.period;
  const divisions = new Set([frame.settings.costs.division]);
  for (const { division } of money.entries.values()) divisions.add(division);
  const journalled = [...money.entries.values()].flatMap((entry) =>
    entry.journalKey === null ? [] : [{ ...entry, journalKey: entry.journalKey }],
  );
  if (!frame.settings.sync.streams.costs && journalled.length === 0) return;
  const lines = await readVouchers(reading, {
    divisions: [...divisions].sort(),
    fromDay: addDays(from, -marginDays),
    toDay: addDays(to, marginDays),
  });
  if (lines === null) return;
  const { journals, adopted } = money;
  const entries = [...journalled, ...(await enteredSince(reading, journalled, lines))];
  results.findings.push(...voucherFindings(frame, { entries, journals, adopted, lines }));
  const inPeriod = lines.filter(({ day }) => placeOfDay(day, frame.period) === 'in');
  const groups = new Map<string, typeof inPeriod>();
  for (const line of inPeriod) {
    const name = `${line.journal} ${line.chargeId}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [line]);
    else group.push(line);
  }
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const amount = debitOf(group);
    countMoney(figures, { currency: first.currency, book: 'infor', amount });
  }
  const booked = new Set(inPeriod.map(({ journal }) => externalKey(journal)));
  countDocument(figures, 'journal', 'infor', booked.size);
}
