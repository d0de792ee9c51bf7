import type { RunDetail } from '../../app/ports.ts';
import type { JsonObject } from '../../core/glossary.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openReadOnly } from '../compose-audit.ts';
import type { Output } from '../output.ts';
import { durationText, momentText } from '../words.ts';

const limitDefault = 20;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const limit = options.whole('limit', 1) ?? limitDefault;
  const { store, close } = await openReadOnly(context);
  try {
    // One more than asked for tells whether there are more.
    const found = await store.runList({ command: options.text('command'), limit: limit + 1 });
    const runs = found.slice(0, limit);
    if (context.output.format === 'json') {
      context.output.json({ runs: runs.map(runRow), more: found.length > limit });
    } else printRuns(context.output, runs, found.length > limit);
    return 0;
  } finally {
    await close();
  }
}

export function runRow(run: RunDetail): JsonObject {
  return {
    id: run.id,
    command: run.command,
    owner: run.owner,
    startedAtMs: run.startedAtMs,
    endedAtMs: run.endedAtMs,
    exitCode: run.exitCode,
    outcome: run.outcome,
    posted: postedOf(run),
    flagsRaised: run.counts?.flagsRaised ?? 0,
    flagsCleared: run.counts?.flagsCleared ?? 0,
    head: run.head === null ? null : { ...run.head },
  };
}

export function postedOf({ counts }: RunDetail): number {
  return Object.values(counts?.posted ?? {}).reduce((sum, each) => sum + each, 0);
}

/** How it went in a few words, also for one that is on or was killed. */
export function outcomeText({ outcome, endedAtMs }: RunDetail): string {
  return outcome ?? (endedAtMs === null ? 'not ended: it is on, or was killed' : '');
}

export function tookText({ startedAtMs, endedAtMs }: RunDetail): string {
  return endedAtMs === null ? '–' : durationText(endedAtMs - startedAtMs);
}

function printRuns(output: Output, runs: readonly RunDetail[], more: boolean): void {
  if (runs.length === 0) {
    output.line('There is no such run.');
    return;
  }
  output.table(
    [
      { title: 'id', align: 'right' },
      { title: 'command' },
      { title: 'started' },
      { title: 'took', align: 'right' },
      { title: 'exit', align: 'right' },
      { title: 'posted', align: 'right' },
      { title: 'flags', align: 'right' },
      { title: 'outcome', cut: 'under' },
    ],
    runs.map((run) => [
      String(run.id),
      run.command,
      momentText(run.startedAtMs),
      tookText(run),
      run.exitCode === null
        ? '–'
        : { text: String(run.exitCode), tone: run.exitCode === 0 ? 'good' : 'warning' },
      String(postedOf(run)),
      flagsText(run),
      outcomeText(run),
    ]),
  );
  if (more) output.line('There are more: --limit shows them.');
}

function flagsText({ counts }: RunDetail): string {
  const { flagsRaised = 0, flagsCleared = 0 } = counts ?? {};
  if (flagsRaised + flagsCleared === 0) return '–';
  return `+${flagsRaised} −${flagsCleared}`;
}
