import { documentWord, postingOrder } from '../../app/posting-work.ts';
import type { RunResult } from '../../app/run.ts';
import type { JsonObject } from '../../core/glossary.ts';
import type { Output } from '../output.ts';
import { counted } from '../words.ts';

/** The numbers of a run, the same for people and for programs. */
export function runSummary(result: RunResult): JsonObject {
  const { counts } = result;
  return {
    exitCode: result.exitCode,
    outcome: result.outcome,
    seen: { ...counts.seen },
    hints: { ...counts.hints },
    planned: counts.planned,
    posted: { ...counts.posted },
    adopted: counts.adopted,
    flagsRaised: counts.flagsRaised,
    flagsCleared: counts.flagsCleared,
    waiting: counts.waiting,
    doubtful: counts.doubtful,
    calls: { shipbob: { ...counts.calls.shipbob }, infor: { ...counts.calls.infor } },
    restored: result.restored === 'restored',
    auditHead: { seq: result.auditHead.seq, mac: result.auditHead.mac },
    troubles: result.troubles.map((trouble) => ({
      ...trouble,
      evidence: { ...trouble.evidence },
    })),
  };
}

export function printRun(output: Output, result: RunResult): void {
  if (output.format === 'json') {
    output.json(runSummary(result));
    return;
  }
  const { counts } = result;
  const { seen } = counts;
  const posted = postingOrder.filter((kind) => (counts.posted[kind] ?? 0) > 0);
  output.block([
    [
      'read',
      `${counted(seen.orders, 'order')}, ${counted(seen.receivings, 'receiving order')}, ${counted(seen.charges, 'charge')}; ${seen.changed} new or changed`,
    ],
    ...hintsRow(counts.hints),
    [
      'posted',
      posted.length === 0
        ? 'nothing new'
        : posted.map((kind) => counted(counts.posted[kind] ?? 0, documentWord(kind))).join(', '),
    ],
    ...(counts.adopted > 0
      ? [['adopted', `${counts.adopted} found in Infor already`] as const]
      : []),
    ['flags', flagsText(counts)],
    ['still open', `${counts.waiting} waiting, ${counts.doubtful} doubtful`],
    ['calls', `${total(counts.calls.shipbob)} to ShipBob, ${total(counts.calls.infor)} to Infor`],
    ['audit head', `row ${result.auditHead.seq}, ${result.auditHead.mac.slice(0, 16)}…`],
  ]);
  if (result.restored === 'restored') {
    output.line(
      'This database was restored or replaced: everything unfinished is looked up in Infor first. What people linked, mapped or ignored since the backup is not in it: docs/runbook.md.',
    );
    output.line(
      'What people said since is not in it: numbers of hand bookings, what is ignored, mappings. Say it again.',
    );
  }
  printTroubles(output, result);
}

export function printTroubles(output: Output, result: RunResult): void {
  for (const trouble of result.troubles) {
    output.line(output.paint(`${trouble.stream}: ${trouble.message}`, 'bad'));
    for (const [name, value] of Object.entries(trouble.evidence))
      output.line(`  ${name}: ${value}`);
    output.line(`  What to do: ${trouble.hint}`);
  }
}

/** Nothing for those who have no webhooks. */
function hintsRow({ read, covered, kept }: RunResult['counts']['hints']) {
  if (read + covered + kept === 0) return [];
  const words = `${read} read, ${covered} covered by polling, ${kept} set aside`;
  return [['webhooks', kept === 0 ? words : `${words} (mlc webhooks deliveries)`] as const];
}

function flagsText(counts: RunResult['counts']): string {
  const { flagsCleared: cleared } = counts;
  const itself = cleared === 1 ? ' by itself' : cleared > 1 ? ' by themselves' : '';
  const words = `${counts.flagsRaised} raised, ${cleared} cleared${itself}`;
  return counts.flagsRaised === 0 ? words : `${words} (mlc flagged list)`;
}

function total(calls: Record<string, number>): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}
