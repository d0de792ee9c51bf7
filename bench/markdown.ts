/** Rows for docs/performance.md from the files that benches wrote, so that nobody copies figures. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { digits, wantedText } from './report.ts';

const goal = z
  .union([z.object({ atLeast: z.number() }), z.object({ atMost: z.number() })])
  .and(z.object({ of: z.literal('floor').optional() }));

const fileSchema = z.object({
  bench: z.string(),
  figures: z.array(
    z.object({
      name: z.string(),
      unit: z.string(),
      median: z.number().nullable(),
      values: z.array(z.number().nullable()),
      floor: z.array(z.number().nullable()).nullable(),
      ratio: z.number().nullable(),
      goal: goal.nullable(),
      goalMet: z.boolean().nullable(),
    }),
  ),
  claims: z.array(z.object({ says: z.string(), holds: z.boolean(), evidence: z.string() })),
  machine: z.object({
    cpu: z.string(),
    cores: z.number(),
    node: z.string(),
    loadAverage: z.array(z.number()),
    fsyncMs: z.object({ median: z.number(), p99: z.number() }),
  }),
});

/** Everything of one file: the machine, the figures and the claims. */
export function markdownOf(path: string): string {
  const { bench, figures, claims, machine } = fileSchema.parse(
    JSON.parse(readFileSync(path, 'utf8')),
  );
  const { cores, cpu, node, fsyncMs, loadAverage } = machine;
  const rows = figures.map((figure) => {
    const floor = figure.floor?.[0] ?? null;
    return row([
      figure.name.trim(),
      amount(figure.median, figure.unit),
      floor === null ? '' : amount(floor, figure.unit),
      figure.ratio === null ? '' : `${figure.ratio.toFixed(2)} ×`,
      figure.goal === null ? '' : wantedText(figure.goal),
      figure.goalMet === null ? '' : figure.goalMet ? 'met' : 'MISSED',
    ]);
  });
  return [
    `### ${bench}`,
    '',
    `${cores} × ${cpu}, Node ${node}; fsync of 4 KiB: median ${fsyncMs.median} ms; load average ${loadAverage.join(' ')}.`,
    '',
    row(['figure', 'value', 'floor', 'ratio', 'goal', '']),
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    row(['claim', '', 'evidence']),
    '|---|---|---|',
    ...claims.map(({ says, holds, evidence }) => row([says, holds ? 'holds' : 'FAILS', evidence])),
    '',
  ].join('\n');
}

function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function amount(value: number | null, unit: string): string {
  if (value === null) return '–';
  return unit === '' ? digits(value) : `${digits(value)} ${unit}`;
}
