import type { RunCounts, RunDetail } from '../../app/ports.ts';
import { documentWord, postingOrder } from '../../app/posting-work.ts';
import { Problem } from '../../core/problem.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext } from '../command-spec.ts';
import { openReadOnly } from '../compose-audit.ts';
import type { Output } from '../output.ts';
import { counted, momentText } from '../words.ts';
import { outcomeText, runRow, tookText } from './runs-list-run.ts';

export async function run(context: CommandContext, args: readonly string[]): Promise<number> {
  const text = args[0] ?? '';
  if (!/^\d{1,15}$/.test(text)) {
    throw usageProblem(`a run has a whole number, not ${text}`, 'mlc runs show');
  }
  const { store, close } = await openReadOnly(context);
  try {
    const found = await store.runById(Number(text));
    if (found === null) throw notFound(text);
    if (context.output.format === 'json') {
      context.output.json({
        ...runRow(found),
        counts: found.counts === null ? null : { ...found.counts },
        troubles: found.troubles === null ? null : found.troubles.map((each) => ({ ...each })),
      });
    } else printRun(context.output, found);
    return 0;
  } finally {
    await close();
  }
}

function notFound(id: string): Problem {
  return new Problem({
    code: 'RUN_NOT_FOUND',
    kind: 'rejected',
    message: `there is no run ${id}`,
    hint: 'mlc runs list shows those there are.',
  });
}

function printRun(output: Output, one: RunDetail): void {
  const { counts, head } = one;
  output.block([
    ['run', `${one.id}: ${one.command}, by ${one.owner}`],
    ['started', momentText(one.startedAtMs)],
    ['ended', one.endedAtMs === null ? '–' : `${momentText(one.endedAtMs)} (${tookText(one)})`],
    ['outcome', one.exitCode === null ? outcomeText(one) : `${one.exitCode}: ${outcomeText(one)}`],
    ...(counts === null ? [] : countRows(counts)),
    ['audit head', head === null ? '–' : `${head.seq}:${head.mac}`],
  ]);
  for (const { stream, code, message, hint } of one.troubles ?? []) {
    output.line();
    output.line(output.paint(`${stream}: ${message} (${code})`, 'bad'));
    output.line(`  What to do: ${hint}`);
  }
  if (counts === null) return;
  const calls = [
    ...callRows('ShipBob', counts.calls.shipbob),
    ...callRows('Infor', counts.calls.infor),
  ];
  if (calls.length === 0) return;
  output.line();
  output.table([{ title: 'called' }, { title: 'call' }, { title: 'times', align: 'right' }], calls);
}

function countRows(counts: RunCounts): [string, string][] {
  const { seen, hints } = counts;
  const words = postingOrder.flatMap((kind) => {
    const count = counts.posted[kind] ?? 0;
    return count === 0 ? [] : [counted(count, documentWord(kind))];
  });
  const webhooks = hints.read + hints.covered + hints.kept;
  return [
    [
      'read',
      `${counted(seen.orders, 'order')}, ${counted(seen.receivings, 'receiving order')}, ${counted(seen.charges, 'charge')}; ${seen.changed} new or changed, ${seen.unreadable} not understood`,
    ],
    ...(webhooks === 0
      ? []
      : [
          [
            'webhooks',
            `${hints.read} read, ${hints.covered} covered by polling, ${hints.kept} set aside`,
          ] satisfies [string, string],
        ]),
    ['planned', counted(counts.planned, 'record')],
    ['posted', words.length === 0 ? 'nothing new' : words.join(', ')],
    ['adopted', `${counts.adopted} found in Infor already`],
    ['flags', `${counts.flagsRaised} raised, ${counts.flagsCleared} cleared`],
    ['left open', `${counts.waiting} waiting, ${counts.doubtful} doubtful`],
  ];
}

function callRows(side: string, calls: Record<string, number>): string[][] {
  return Object.entries(calls)
    .sort(([, left], [, right]) => right - left)
    .map(([call, count]) => [side, call, String(count)]);
}
