/** What a bench found, as a table for people and as JSON for machines. */
import type { Machine } from './machine.ts';

/** A number below (or above) which the figure should not fall (or rise). */
export type Goal = ({ atLeast: number } | { atMost: number }) & {
  /** Bounds the ratio to the floor instead of the figure itself. */
  of?: 'floor' | undefined;
};

/** One figure, measured once or several times. */
export interface Figure {
  name: string;
  unit: string;
  /** One value per run. */
  values: number[];
  goal: Goal | null;
  /** The same figure of a bare stand-in in the same runs, so that a ratio can be told. */
  floor: number[] | null;
}

/** A figure that was measured once. */
export function figureOf(
  name: string,
  unit: string,
  value: number,
  more: { goal?: Goal; floor?: number } = {},
): Figure {
  const { goal = null, floor } = more;
  return { name, unit, values: [value], goal, floor: floor === undefined ? null : [floor] };
}

/** Something that must be true whatever the machine; one that is not fails the bench. */
export interface Claim {
  says: string;
  holds: boolean;
  /** The counts it rests on. */
  evidence: string;
}

export interface Report {
  bench: string;
  figures: Figure[];
  claims: Claim[];
  /** What a reader must know to judge the figures. */
  notes: string[];
}

/** 1 when a claim does not hold. A goal that was missed is no failure: machines are noisy. */
export function exitCodeOf(report: Report): 0 | 1 {
  return report.claims.every(({ holds }) => holds) ? 0 : 1;
}

export function reportText(report: Report, machine: Machine): string {
  const figures = report.figures.map((figure) => [
    figure.name,
    amount(median(figure.values), figure.unit),
    spreadText(figure.values),
    goalText(figure),
    figure.floor === null ? '' : amount(median(figure.floor), figure.unit),
    ratioText(figure),
  ]);
  const heading = ['figure', 'median', 'lowest to highest', 'goal', 'floor', 'of the floor'];
  const claims = report.claims.map(({ says, holds, evidence }) => [
    holds ? 'holds' : 'FAILS',
    says,
    evidence,
  ]);
  return [
    `bench ${report.bench}`,
    '',
    ...machineLines(machine),
    '',
    ...table([heading, ...figures]),
    '',
    ...table([['claim', '', 'evidence'], ...claims]),
    '',
    ...report.notes.map((note) => `- ${note}`),
    '',
  ].join('\n');
}

/** Every goal of all benches, one line each. */
export function goalsText(reports: Report[]): string {
  const rows = reports.flatMap(({ bench, figures }) =>
    figures
      .filter(({ goal }) => goal !== null)
      .map((figure) => [
        bench,
        figure.name,
        amount(median(figure.values), figure.unit),
        figure.floor === null ? '' : amount(median(figure.floor), figure.unit),
        ratioText(figure),
        wantedText(figure.goal),
        verdict(figure) ? 'met' : 'MISSED',
      ]),
  );
  const heading = ['bench', 'figure', 'value', 'floor', 'ratio', 'goal', ''];
  const failing = reports.flatMap(({ bench, claims }) =>
    claims.filter(({ holds }) => !holds).map(({ says }) => `FAILS: ${bench}: ${says}`),
  );
  const held = reports.reduce((sum, { claims }) => sum + claims.length, 0) - failing.length;
  return [...table([heading, ...rows]), '', ...failing, `${held} claims hold`, ''].join('\n');
}

export function reportJson(report: Report, machine: Machine, atMs: number): string {
  const figures = report.figures.map((figure) => ({
    ...figure,
    median: median(figure.values),
    ratio: ratioOf(figure),
    goalMet: verdict(figure),
  }));
  const at = new Date(atMs).toISOString();
  return `${JSON.stringify({ ...report, at, machine, figures }, null, 2)}\n`;
}

function machineLines(machine: Machine): string[] {
  return table([
    ['machine', `${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}`],
    ['node', machine.node],
    [
      'disk',
      `${machine.fileSystem}; fsync of 4 KiB: median ${machine.fsyncMs.median} ms, p99 ${machine.fsyncMs.p99} ms`,
    ],
    ['load before', machine.loadAverage.join(' ')],
  ]);
}

/** Null where there is no goal. */
export function verdict(figure: Figure): boolean | null {
  const { goal } = figure;
  if (goal === null) return null;
  const value = goal.of === 'floor' ? (ratioOf(figure) ?? Number.NaN) : median(figure.values);
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}

function goalText(figure: Figure): string {
  const wanted = wantedText(figure.goal);
  return wanted === '' ? '' : `${wanted} ${verdict(figure) ? 'met' : 'MISSED'}`;
}

/** A goal in words. */
export function wantedText(goal: Goal | null): string {
  if (goal === null) return '';
  const bound = 'atLeast' in goal ? `≥ ${digits(goal.atLeast)}` : `≤ ${digits(goal.atMost)}`;
  return goal.of === 'floor' ? `${bound} × floor` : bound;
}

/** The median of the ratios run by run; null without a floor. */
export function ratioOf({ values, floor }: Figure): number | null {
  if (floor === null) return null;
  return median(values.map((value, run) => value / (floor[run] ?? Number.NaN)));
}

function ratioText(figure: Figure): string {
  const ratio = ratioOf(figure);
  return ratio === null ? '' : `${ratio.toFixed(2)} ×`;
}

function spreadText(values: number[]): string {
  if (values.length < 2) return '';
  return `${digits(Math.min(...values))} to ${digits(Math.max(...values))}`;
}

function amount(value: number, unit: string): string {
  return unit === '' ? digits(value) : `${digits(value)} ${unit}`;
}

/** Three places below ten, none from a thousand: more would claim what was not measured. */
export function digits(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-GB');
  const places = Math.abs(value) < 10 ? 2 : Math.abs(value) < 1000 ? 1 : 0;
  return value.toLocaleString('en-GB', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
}

function table(rows: string[][]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The middle one; of an even number the lower of both, which was measured and not made up. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that at least that share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
