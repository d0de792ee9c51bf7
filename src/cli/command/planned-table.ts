import type { Store } from '../../app/ports.ts';
import { documentWord } from '../../app/posting-work.ts';
import type { RunResult } from '../../app/run.ts';
import type { InforDocument, JsonObject, Posting } from '../../core/glossary.ts';
import type { Output } from '../output.ts';
import { runSummary } from './run-summary.ts';

const shownMax = 200;

/** What a run would post: every planned document that Infor does not hold yet. */
export async function printPlanned(output: Output, store: Store, result: RunResult): Promise<void> {
  const planned = await store.postings({
    states: ['pending', 'staged', 'unknown'],
    limit: 100_000,
  });
  if (output.format === 'json') {
    output.json({ ...runSummary(result), wouldPost: planned.map(plannedJson) });
    return;
  }
  output.line(
    planned.length === 0
      ? 'Nothing would be posted.'
      : `Would post ${planned.length} documents (each is looked up in Infor first):`,
  );
  output.table(
    [
      { title: 'document' },
      { title: 'key' },
      { title: 'warehouse' },
      { title: 'lines', align: 'right' },
      { title: 'what', cut: 'yes' },
    ],
    planned
      .slice(0, shownMax)
      .map((posting) => [
        documentWord(posting.kind),
        posting.key,
        warehouseOf(posting.document),
        String(linesOf(posting.document).length),
        linesOf(posting.document).join(', '),
      ]),
  );
  if (planned.length > shownMax)
    output.line(`… and ${planned.length - shownMax} more (--json lists all).`);
  output.line(
    `${result.counts.flagsRaised} records would be newly flagged; nothing was written anywhere.`,
  );
  for (const trouble of result.troubles) {
    output.line(`${trouble.stream}: ${trouble.message}`);
    output.line(`  What to do: ${trouble.hint}`);
  }
}

function plannedJson(posting: Posting): JsonObject {
  return {
    key: posting.key,
    document: posting.kind,
    record: { ...posting.record },
    dependsOn: posting.dependsOn,
    lines: linesOf(posting.document),
  };
}

export function warehouseOf(document: InforDocument): string {
  return 'warehouse' in document ? document.warehouse : '';
}

/** Each line in a few words: `3 COFFEE-LIGHT`, or the amount of a journal line. */
export function linesOf(document: InforDocument): string[] {
  if (document.kind === 'orderCancellation') return [`takes back ${document.salesOrderKey}`];
  if (document.kind === 'journal') {
    return document.lines.map(
      (line) => `${line.amount} ${document.currency} ${line.dimensions[0] ?? ''}`,
    );
  }
  return document.lines.map((line) => {
    const lot = 'lot' in line && line.lot !== null ? ` lot ${line.lot}` : '';
    return `${line.quantity} ${line.item}${lot}`;
  });
}
