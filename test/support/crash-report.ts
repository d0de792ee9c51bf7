/**
 * What the crash tests did, for one table at the end of the run. Each test process appends lines to
 * one file; crash-report-setup.ts makes the file and prints it.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { postingOrder } from '../../src/app/posting-work.ts';
import type { Kill } from '../../src/cli/drill/matrix.ts';
import { isHit, type KillGrid, killGrid } from '../../src/cli/drill/tally.ts';

/** Named apart from the tool's own variables, which it would refuse if it did not know them. */
export const reportVariable = 'CRASH_REPORT_FILE';

/** In the order in which they are printed. */
const topics = [
  'random kills',
  'kills of people’s acts',
  'signals',
  'storage',
  'restores',
  'processes at once',
  'clock',
  'answers lost',
  'broken twins caught',
] as const;
type Topic = (typeof topics)[number];

const line = z.discriminatedUnion('line', [
  z.object({
    line: z.literal('kill'),
    point: z.string(),
    aimedAt: z.string(),
    hit: z.string().nullable(),
  }),
  z.object({
    line: z.literal('topic'),
    topic: z.enum(topics),
    made: z.number(),
    proved: z.number(),
  }),
  z.object({ line: z.literal('verdict'), doubles: z.number(), losses: z.number() }),
]);
type Line = z.infer<typeof line>;

export function tellKills(kills: readonly Kill[]): void {
  for (const { point, aimedAt, hit, doubles } of kills) {
    tell({ line: 'kill', point, aimedAt, hit });
    tellVerdict({ doubles: doubles.length, losses: 0 });
  }
}

/** `proved` of the `made` ones met work, or ended as they must. */
export function tellTopic(topic: Topic, made: number, proved: number): void {
  tell({ line: 'topic', topic, made, proved });
}

export function tellVerdict(verdict: { doubles: number; losses: number }): void {
  tell({ line: 'verdict', ...verdict });
}

function tell(told: Line): void {
  const file = process.env[reportVariable];
  if (file) appendFileSync(file, `${JSON.stringify(told)}\n`);
}

/** The table and the summary; empty when no crash test ran. */
export function crashReport(file: string): string {
  const lines = linesIn(file);
  if (lines.length === 0) return '';
  return [...gridLines(lines), ...summaryLines(crashSumsOf(file))].join('\n');
}

/** What all of them came to. */
export interface CrashSums {
  grid: KillGrid;
  kills: number;
  killsProved: number;
  topics: Record<string, { made: number; proved: number }>;
  judged: number;
  doubles: number;
  losses: number;
}

export function crashSumsOf(file: string): CrashSums {
  const lines = linesIn(file);
  const kills = killsIn(lines);
  const verdicts = lines.flatMap((one) => (one.line === 'verdict' ? [one] : []));
  const sum = (list: number[]) => list.reduce((total, one) => total + one, 0);
  const told = topics.flatMap((topic) => {
    const of = lines.flatMap((one) => (one.line === 'topic' && one.topic === topic ? [one] : []));
    const made = sum(of.map((one) => one.made));
    return made === 0 ? [] : [[topic, { made, proved: sum(of.map((one) => one.proved)) }] as const];
  });
  return {
    grid: killGrid(kills),
    kills: kills.length,
    killsProved: kills.filter(isHit).length,
    topics: Object.fromEntries(told),
    judged: verdicts.length,
    doubles: sum(verdicts.map(({ doubles }) => doubles)),
    losses: sum(verdicts.map(({ losses }) => losses)),
  };
}

function linesIn(file: string): Line[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => line.parse(JSON.parse(text)));
}

/** Runs first, and kinds in the order of life, whichever test file ended first. */
function killsIn(lines: Line[]) {
  const kills = lines.flatMap((one) => (one.line === 'kill' ? [one] : []));
  return kills.sort((a, b) => place(a) - place(b));
}

function gridLines(lines: Line[]): string[] {
  const kills = killsIn(lines);
  if (kills.length === 0) return [];
  const grid = killGrid(kills);
  const width = Math.max(...grid.rows.map(({ point }) => point.length));
  const row = (name: string, cells: string[]) =>
    [
      name.padEnd(width),
      ...cells.map((cell, at) => cell.padStart(grid.kinds[at]?.length ?? 0)),
    ].join('  ');
  return [
    '',
    'Killed (-9) at each point, by what was in hand; a number is kills that made progress:',
    row('', grid.kinds),
    ...grid.rows.map(({ point, cells }) => row(point, cells)),
    '',
  ];
}

const kindsInOrder: readonly string[] = ['run', ...postingOrder];

function place({ aimedAt }: { aimedAt: string }): number {
  return kindsInOrder.indexOf(aimedAt);
}

function summaryLines(sums: CrashSums): string[] {
  const counted = (name: string, made: number, proved: number) =>
    made === 0 ? [] : [`${name.padEnd(24)}${proved} of ${made}`];
  return [
    ...counted('kills at points', sums.kills, sums.killsProved),
    ...Object.entries(sums.topics).flatMap(([topic, { made, proved }]) =>
      counted(topic, made, proved),
    ),
    `${'books judged'.padEnd(24)}${sums.judged} times`,
    `${'doubles'.padEnd(24)}${sums.doubles}`,
    `${'losses'.padEnd(24)}${sums.losses}`,
  ];
}
