import { describe, expect, it } from 'vitest';
import type { ChargeRecord, Journal, Posting } from '../../src/core/glossary.ts';
import { negateAmount, parseAmount } from '../../src/core/money.ts';
import { noResults } from '../../src/core/reconcile-case.ts';
import { type ChargeEntry, compareCharges } from '../../src/core/reconcile-charge.ts';
import { type VoucherLine, voucherFindings } from '../../src/core/reconcile-voucher.ts';
import { calendarDay, chargeId, externalKey } from '../../src/core/schema.ts';
import { aCharge } from '../support/builders.ts';
import { aFrame } from '../support/builders-books.ts';
import { aPosted } from '../support/builders-planning.ts';
import { someSettings } from '../support/builders-settings.ts';

const key = externalKey('J20261103AAA-01');

function entryOf(charge: ChargeRecord, more: Partial<ChargeEntry> = {}): ChargeEntry {
  return {
    chargeId: charge.id,
    day: charge.chargedOn,
    division: 'AAA',
    currency: charge.currency,
    amount: charge.amount,
    debit: ['5000', 'CC10'],
    credit: ['2400'],
    journalKey: key,
    ...more,
  };
}

function aJournal(fields: Partial<Posting> = {}): Posting {
  const document: Journal = {
    ...{ kind: 'journal', division: 'AAA', day: calendarDay('2026-11-03'), voucherGroup: 'SB' },
    ...{ currency: 'USD', description: '', lines: [] },
  };
  const planned = { key, document, dependsOn: null, shipmentId: null };
  return aPosted(planned, { kind: 'charge', id: 'x' }, fields);
}

function compared(
  charges: ChargeRecord[],
  books: {
    entries?: ChargeEntry[];
    journal?: Posting;
    readTo?: string;
    ofOtherDays?: string[];
  } = {},
  frame = aFrame(),
) {
  const results = noResults();
  compareCharges(
    frame,
    charges,
    {
      entries: new Map((books.entries ?? []).map((entry) => [entry.chargeId, entry])),
      adopted: new Map(),
      journals: new Map([[key, books.journal ?? aJournal()]]),
      flags: new Map(),
      ofOtherDays: new Set(books.ofOtherDays),
      readTo: calendarDay(books.readTo ?? '2026-11-30'),
    },
    results,
  );
  return results;
}

const codes = (found: { findings: { code: string }[] }) => found.findings.map(({ code }) => code);

describe('a charge', () => {
  it('that is journalled as ShipBob shows it has nothing to find', () => {
    const charge = aCharge();

    const found = compared([charge], { entries: [entryOf(charge)] });

    expect(codes(found)).toEqual([]);
    expect(found.waiting).toEqual([]);
  });

  it('that a mapping of its days skipped stays skipped, and is counted', () => {
    const settings = someSettings();
    const when = { fee: null, type: null, centre: null };
    const rules = [{ when, as: { skip: 'free' } }];
    const then = { ...settings, costs: { ...settings.costs, rules } };

    const found = compared([aCharge()], {}, aFrame({ earlierSettings: () => [then] }));

    expect(codes(found)).toEqual([]);
    expect(found.skippedEarlier).toBe(1);
  });

  it('that is in no journal came late', () => {
    expect(codes(compared([aCharge()]))).toEqual(['CHARGE_LATE']);
  });

  it('of a day that no run has read to its end waits', () => {
    const found = compared([aCharge()], { readTo: '2026-11-03' });

    expect(codes(found)).toEqual([]);
    expect(found.waiting).toMatchObject([{ state: 'waiting', amount: '7.77' }]);
  });

  it('that waits for its journal is no finding', () => {
    const charge = aCharge();

    const loose = compared([charge], { entries: [entryOf(charge, { journalKey: null })] });
    const doubtful = compared([charge], {
      entries: [entryOf(charge)],
      journal: aJournal({ state: 'unknown' }),
    });

    expect(loose.waiting.map(({ state }) => state)).toEqual(['waiting']);
    expect(doubtful.waiting.map(({ state }) => state)).toEqual(['unknown']);
  });

  it.each([
    ['amount', { amount: parseAmount('9.99') }],
    ['currency', { currency: 'CAD' }],
  ])('whose %s changed since is a finding', (_, now) => {
    expect(codes(compared([aCharge(now)], { entries: [entryOf(aCharge())] }))).toEqual([
      'CHARGE_CHANGED',
    ]);
  });

  it('of days before that was booked on the first open day of then has not vanished', () => {
    const entry = entryOf(aCharge());

    expect(codes(compared([], { entries: [entry], ofOtherDays: [entry.chargeId] }))).toEqual([]);
  });

  it('that vanished from ShipBob is a finding', () => {
    expect(codes(compared([], { entries: [entryOf(aCharge())] }))).toEqual(['CHARGE_CHANGED']);
  });
});

function linesOf(entry: ChargeEntry, more: Partial<VoucherLine> = {}): VoucherLine[] {
  const { amount, currency, day, debit, credit } = entry;
  const common = { voucher: '2026-800-1', day, division: 'AAA', currency, journal: key };
  const id = { chargeId: entry.chargeId };
  return [
    { ...common, ...id, dimensions: debit, amount, ...more },
    { ...common, ...id, dimensions: credit, amount: negateAmount(amount), ...more },
  ];
}

describe('a journalled charge in Infor', () => {
  const entry = entryOf(aCharge());
  const found = (lines: VoucherLine[], journal = aJournal()) =>
    voucherFindings(aFrame(), {
      entries: [{ ...entry, journalKey: key }],
      journals: new Map([[key, journal]]),
      adopted: new Map(),
      lines,
    }).map(({ code }) => code);
  const [debit, credit] = linesOf(entry);
  if (debit === undefined || credit === undefined) throw new Error('a charge has two lines');

  it('that stands as it was posted has nothing to find', () => {
    expect(found(linesOf(entry))).toEqual([]);
  });

  it('may have more dimensions filled by Infor', () => {
    const filled = { ...credit, dimensions: ['2400', '', 'PRODUCT'] };

    expect(found([debit, filled])).toEqual([]);
  });

  it.each([
    ['MISSING_IN_INFOR', 'is not there', []],
    [
      'MISSING_IN_INFOR',
      'was taken back',
      linesOf(entry).flatMap((line) => [line, { ...line, amount: negateAmount(line.amount) }]),
    ],
    [
      'DOUBLED_IN_INFOR',
      'is there twice',
      [...linesOf(entry), ...linesOf(entry).map((line) => ({ ...line, voucher: '2026-800-2' }))],
    ],
    ['AMOUNT_DIFFERS', 'has another amount', linesOf({ ...entry, amount: parseAmount('8') })],
    ['AMOUNT_DIFFERS', 'has another currency', linesOf(entry, { currency: 'CAD' })],
    ['ACCOUNTING_DIFFERS', 'is on another account', linesOf({ ...entry, debit: ['5001', 'CC10'] })],
    ['WRONG_PERIOD', 'is in another month', linesOf(entry, { day: calendarDay('2026-12-01') })],
    [
      'MISSING_IN_LEDGER',
      'has a charge beside it that nobody knows',
      [
        ...linesOf(entry),
        ...linesOf(entryOf(aCharge({ id: chargeId('01AN4Z07BY79KA1307SR9X4MV4') }))),
      ],
    ],
  ])('is called %s where it %s', (code, _, lines) => {
    expect(found(lines)).toEqual([code]);
  });

  it('in doubt is no finding', () => {
    expect(found([], aJournal({ state: 'unknown' }))).toEqual([]);
  });
});
