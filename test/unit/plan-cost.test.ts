import { describe, expect, it } from 'vitest';
import type { FlagDraft, JournalEntry } from '../../src/core/glossary.ts';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { parseAmount, sumAmounts } from '../../src/core/money.ts';
import { planCase } from '../../src/core/plan.ts';
import { planJournal } from '../../src/core/plan-journal.ts';
import { calendarDay, chargeId, externalKey } from '../../src/core/schema.ts';
import { aCharge, noonMs } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anInput, aPosting, keyOf } from '../support/builders-planning.ts';
import { someSettings } from '../support/builders-settings.ts';

const codes = (flags: FlagDraft[]) => flags.map((flag) => `${flag.code} ${flag.cause}`);
const entryOf = (fields: Parameters<typeof aCharge>[0]) => planCase(anInput(aCharge(fields))).entry;

describe('charge', () => {
  it('becomes an entry with its accounts', () => {
    expect(entryOf({})).toEqual({
      chargeId: '01AN4Z07BY79KA1307SR9X4MV3',
      day: '2026-11-03',
      division: 'AAA',
      currency: 'USD',
      amount: '7.77',
      debit: ['5000', 'CC10'],
      credit: ['2400'],
      text: 'Shipping 01AN4Z07BY79KA1307SR9X4MV3',
    });
  });

  it('that comes back changes sides, however ShipBob signs it', () => {
    const back = { amount: '7.77', debit: ['2400'], credit: ['5000', 'CC10'] };

    expect(entryOf({ type: 'refund' })).toMatchObject(back);
    expect(entryOf({ type: 'credit', amount: parseAmount('-7.77') })).toMatchObject(back);
    expect(entryOf({ amount: parseAmount('-7.77') })).toMatchObject(back);
  });

  it('of nothing is nothing', () => {
    const plan = planCase(anInput(aCharge({ amount: parseAmount('0.00') })));

    expect(plan).toMatchObject({ entry: null, flags: [] });
  });

  it('is held up by missing rules and by accounts that cannot be used', () => {
    const rules = [{ when: { fee: ['Storage'], type: null, centre: null }, as: { skip: 'x' } }];
    const need = { kind: 'dimension', dimension: 2, value: 'CC10', division: 'AAA' } as const;
    const old = {
      kind: 'dimension',
      name: 'West',
      blocked: false,
      validFrom: null,
      validTo: calendarDay('2025-12-31'),
    } as const;

    const none = planCase(anInput(aCharge(), { settings: someSettings({ costs: { rules } }) }));
    const gone = planCase(anInput(aCharge(), { facts: someFacts().absent(need).build() }));
    const expired = planCase(anInput(aCharge(), { facts: someFacts().set(need, old).build() }));

    expect(codes(none.flags)).toEqual(['NO_COST_RULE rule:cost:Shipping:charge']);
    expect(codes(gone.flags)).toEqual(['UNKNOWN_ACCOUNT dimension:2:AAA:CC10']);
    expect(codes(expired.flags)).toEqual(['ACCOUNT_BLOCKED dimension:2:AAA:CC10']);
    for (const plan of [none, gone, expired]) {
      expect(plan.entry).toBeNull();
      expect(plan.flags[0]).toMatchObject({ amount: '7.77', currency: 'USD' });
    }
  });

  it('from before the cut-over is recorded only', () => {
    const settings = someSettings({ sync: { startFromMs: noonMs } });
    const early = aCharge({ chargedOn: calendarDay('2026-11-02') });

    expect(planCase(anInput(early, { settings })).decisions).toEqual(['before-cutover']);
    expect(planCase(anInput(aCharge(), { settings })).entry).not.toBeNull();
  });

  it('never takes back the journal it is in', () => {
    const charge = aCharge();
    const entry = entryOf({});
    const planned = entry === null ? null : journalOf([entry]);
    const postings = planned === null ? [] : [aPosting(planned, keyOf(charge))];
    const journalKey = externalKey('J20261103AAA-01');

    const merged = mergePlan(planCase(anInput(charge, { postings, journalKey })), postings);

    expect(postings).toHaveLength(1);
    expect(merged).toMatchObject({ put: [], withdraw: [], flags: [] });
  });

  it('in a journal is flagged when its amount changes', () => {
    const charge = aCharge();
    const journalled = entryOf({});
    const journalKey = externalKey('J20261103AAA-01');
    const dearer = aCharge({ amount: parseAmount('8') });

    const same = planCase(anInput(charge, { journalled, journalKey }));
    const changed = planCase(anInput(dearer, { journalled, journalKey }));

    expect(same).toMatchObject({ entry: null, flags: [] });
    expect(codes(changed.flags)).toEqual(['SOURCE_CHANGED charge:01AN4Z07BY79KA1307SR9X4MV3']);
    expect(changed.entry).toBeNull();
  });
});

function journalOf(entries: JournalEntry[], sequence = 1) {
  const day = calendarDay('2026-11-03');
  const settings = someSettings();
  return planJournal({ day, division: 'AAA', currency: 'USD', entries, sequence, settings });
}

describe('journal', () => {
  it('has a debit and a credit line for every charge and sums to zero', () => {
    const one = entryOf({});
    const two = entryOf({ id: chargeId('02'), type: 'refund', amount: parseAmount('0.1') });

    const planned = journalOf([one, two].flatMap((entry) => entry ?? []));

    const lines = planned.document.kind === 'journal' ? planned.document.lines : [];
    expect(planned.key).toBe('J20261103AAA-01');
    expect(lines.map(({ line, amount, dimensions }) => [line, amount, dimensions[0]])).toEqual([
      [1, '7.77', '5000'],
      [2, '-7.77', '2400'],
      [3, '0.1', '2400'],
      [4, '-0.1', '5000'],
    ]);
    expect(sumAmounts(lines.map((line) => line.amount))).toBe('0');
  });

  it('refuses entries of another day and too many of them', () => {
    const entry = entryOf({});
    const entries = entry === null ? [] : [entry];
    const other = entries.map((one) => ({ ...one, day: calendarDay('2026-11-04') }));
    const many = Array.from({ length: 500 }, () => entries).flat();

    expect(() => journalOf(other)).toThrow(/one day/);
    expect(() => journalOf(many)).toThrow(/bounded/);
    expect(() => journalOf([])).toThrow(/has entries/);
  });
});
