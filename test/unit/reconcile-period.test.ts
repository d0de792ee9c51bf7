import { describe, expect, it } from 'vitest';
import { safeCell } from '../../src/core/csv-cell.ts';
import { finding, findingCodes, inOrder } from '../../src/core/reconcile-finding.ts';
import { periodOf } from '../../src/core/reconcile-frame.ts';
import { type VerdictFacts, verdictOf } from '../../src/core/reconcile-verdict.ts';
import { calendarDay } from '../../src/core/schema.ts';

const period = (from: string, to: string, timeZone: string) =>
  periodOf({ from: calendarDay(from), to: calendarDay(to), timeZone });
const hoursOf = ({ fromMs, toMs }: ReturnType<typeof period>) => (toMs - fromMs) / 3_600_000;

describe('a period', () => {
  it.each([
    ['UTC', '2026-11-01', '2026-11-30', '2026-11-01T00:00:00Z', 720],
    ['America/Chicago', '2026-12-01', '2026-12-01', '2026-12-01T06:00:00Z', 24],
    ['America/Los_Angeles', '2026-11-01', '2026-11-30', '2026-11-01T07:00:00Z', 721],
    ['America/Chicago', '2026-03-08', '2026-03-08', '2026-03-08T06:00:00Z', 23],
    ['Asia/Kathmandu', '2026-11-01', '2026-11-01', '2026-10-31T18:15:00Z', 24],
    ['Pacific/Kiritimati', '2026-11-01', '2026-11-01', '2026-10-31T10:00:00Z', 24],
    ['Pacific/Pago_Pago', '2026-11-01', '2026-11-01', '2026-11-01T11:00:00Z', 24],
  ])('in %s has its own days, whatever the clocks do', (zone, from, to, begin, hours) => {
    const found = period(from, to, zone);

    expect(new Date(found.fromMs).toISOString()).toBe(begin.replace('Z', '.000Z'));
    expect(hoursOf(found)).toBe(hours);
  });
});

describe('the verdict', () => {
  const facts: VerdictFacts = {
    period: period('2026-11-01', '2026-11-30', 'UTC'),
    findings: [],
    notCompared: [],
    waiting: [],
    withoutOnHand: 'no',
    movements: 5,
  } as const;
  const gap = { what: 'vouchers', why: 'they cannot be read', hint: '' };
  const found = finding({ code: 'MISSING_IN_INFOR', sentence: 'It is gone.' });

  it('is agreement only where all was compared and nothing found', () => {
    expect(verdictOf(facts).verdict).toBe('agrees');
    expect(verdictOf({ ...facts, notCompared: [gap] }).verdict).toBe('incomplete');
    expect(verdictOf({ ...facts, findings: [found] }).verdict).toBe('differs');
    expect(verdictOf({ ...facts, findings: [found], notCompared: [gap] }).verdict).toBe('differs');
  });

  it('says so when the shelves were left out', () => {
    const { verdictSentence } = verdictOf({ ...facts, withoutOnHand: 'yes' });

    expect(verdictSentence).toContain('on hand was left out');
  });
});

describe('findings', () => {
  it('have a hint each, and stand with the gravest first, whatever order they came in', () => {
    const all = [...findingCodes].reverse().map((code) => finding({ code, sentence: code }));

    expect(inOrder(all).map(({ code }) => code)).toEqual(findingCodes);
    expect(all.every(({ hint }) => hint.length > 10)).toBe(true);
  });
});

describe('a cell of a CSV file', () => {
  it.each(['=1+1', '+1+2', '-1+cmd', '@SUM(A1)', '\tx', ' =1'])('%j is no formula', (text) => {
    expect(safeCell(text)).toBe(`'${text}`);
  });

  it.each(['-5', '3.25', 'S1-1', 'An issue', ''])('%j stays as it is', (text) => {
    expect(safeCell(text)).toBe(text);
  });
});
