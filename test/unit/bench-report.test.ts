import { describe, expect, it } from 'vitest';
import {
  exitCodeOf,
  type Figure,
  figureOf,
  goalsText,
  median,
  quantile,
  type Report,
  ratioOf,
  verdict,
} from '../../bench/report.ts';

function aReport(change: Partial<Report> = {}): Report {
  return { bench: 'backfill', figures: [], claims: [], notes: [], ...change };
}

describe('the middle of several runs', () => {
  it('is one that was measured', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5);
    expect(quantile([1, 2, 3, 4], 0.99)).toBe(4);
  });
});

describe('a ratio to the floor', () => {
  it('is taken run by run, since each run had its own neighbours', () => {
    const figure: Figure = { name: 'f', unit: '', goal: null, values: [10, 100], floor: [5, 10] };

    expect(ratioOf(figure)).toBe(2);
  });

  it('meets a goal of its own, whatever the figure is', () => {
    const goal = { atMost: 2, of: 'floor' } as const;

    expect(verdict(figureOf('f', 's', 300, { goal, floor: 150 }))).toBe(true);
    expect(verdict(figureOf('f', 's', 301, { goal, floor: 150 }))).toBe(false);
  });

  it('misses its goal where there is no floor to compare with', () => {
    expect(verdict(figureOf('f', 's', 1, { goal: { atMost: 2, of: 'floor' } }))).toBe(false);
  });
});

describe('the goals of all benches', () => {
  const met = figureOf('calls', '', 0.2, { goal: { atMost: 0.25 }, floor: 26 });
  const missed = figureOf('peak memory', 'MiB', 233, { goal: { atMost: 200 } });
  const claim = { says: 'the books agree', evidence: '' };

  it('stand in one table, each beside what was found', () => {
    const lines = goalsText([aReport({ figures: [met, missed, figureOf('other', '', 1)] })]).split(
      '\n',
    );

    expect(lines.find((line) => line.includes('calls'))).toMatch(/0\.20 .* ≤ 0\.25 +met$/);
    expect(lines.find((line) => line.includes('peak memory'))).toMatch(/233 MiB .* ≤ 200 +MISSED$/);
    expect(lines.some((line) => line.includes('other'))).toBe(false);
  });

  it('name every claim that fails, and only those make the bench fail', () => {
    const reports = [
      aReport({ figures: [missed], claims: [{ ...claim, holds: true }] }),
      aReport({ bench: 'store', claims: [{ ...claim, holds: false }] }),
    ];

    expect(goalsText(reports)).toContain('FAILS: store: the books agree');
    expect(goalsText(reports)).toContain('1 claims hold');
    expect(reports.map(exitCodeOf)).toEqual([0, 1]);
  });
});
