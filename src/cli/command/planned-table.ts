import type { Store } from '../../app/ports.ts';
import { documentWord } from '../../app/posting-work.ts';
import type { RunResult } from '../../app/run.ts';
import type { Flag, InforDocument, JsonObject, Posting } from '../../core/glossary.ts';
import type { Output } from '../output.ts';
import { counted, moneyText } from '../words.ts';
import { flagJson } from './flagged-list-run.ts';
import { printTroubles, runSummary } from './run-summary.ts';

const shownMax = 200;
const readMax = 1_000_000;

/** What a run would post and flag: every planned document that Infor does not hold yet. */
export async function printPlanned(
  output: Output,
  store: Store,
  facts: { result: RunResult; startedAtMs: number },
): Promise<void> {
  const { result, startedAtMs } = facts;
  const planned = await store.postings({
    states: ['pending', 'staged', 'unknown'],
    limit: readMax,
  });
  const open = await store.flags({
    codes: null,
    kinds: null,
    ids: null,
    state: 'open',
    limit: readMax,
  });
  const flags = open.filter(({ raisedAtMs }) => raisedAtMs >= startedAtMs);
  if (output.format === 'json') {
    output.json({
      ...runSummary(result),
      wouldPost: planned.map(plannedJson),
      wouldFlag: flags.map(flagJson),
    });
    return;
  }
  printPostings(output, planned);
  printFlags(output, flags);
  output.line('Nothing was written anywhere.');
  printTroubles(output, result);
}

function printPostings(output: Output, planned: Posting[]): void {
  if (planned.length === 0) {
    output.line('Nothing would be posted.');
    return;
  }
  output.line(
    `Would post ${counted(planned.length, 'document')} (each is looked up in Infor first):`,
  );
  output.table(
    [
      { title: 'document' },
      { title: 'key' },
      { title: 'warehouse' },
      { title: 'lines', align: 'right' },
      { title: 'what', cut: 'under' },
    ],
    planned
      .slice(0, shownMax)
      .map((posting) => [
        documentWord(posting.kind),
        posting.key,
        warehouseOf(posting.document),
        String(linesOf(posting.document).length),
        contentOf(posting.document),
      ]),
  );
  if (planned.length > shownMax)
    output.line(`… and ${planned.length - shownMax} more (--json lists all).`);
}

/** The copy that was planned on is thrown away, so no other command could show them afterwards. */
function printFlags(output: Output, flags: Flag[]): void {
  output.line();
  if (flags.length === 0) {
    output.line('Nothing new would be flagged.');
    return;
  }
  output.line(`Would flag ${counted(flags.length, 'record')} for a person:`);
  output.table(
    [{ title: 'reason' }, { title: 'record' }, { title: 'what', cut: 'under' }],
    flags
      .slice(0, shownMax)
      .map((flag) => [flag.code, `${flag.record.kind} ${flag.record.id}`, flag.sentence]),
  );
  if (flags.length > shownMax)
    output.line(`… and ${flags.length - shownMax} more (--json lists all).`);
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

/** Each line in a few words: `3 COFFEE-LIGHT`, or the amount and account of a journal line. */
export function linesOf(document: InforDocument): string[] {
  if (document.kind === 'orderCancellation') return [`takes back ${document.salesOrderKey}`];
  if (document.kind === 'journal') {
    return document.lines.map(
      (line) => `${moneyText(line.amount, document.currency)} on ${line.dimensions[0] ?? '–'}`,
    );
  }
  return document.lines.map((line) => {
    const lot = 'lot' in line && line.lot !== null ? ` lot ${line.lot}` : '';
    return `${line.quantity} ${line.item}${lot}`;
  });
}

const linesNamed = 8;

/** The lines in one cell; a long document is cut to its first ones. */
export function contentOf(document: InforDocument): string {
  const lines = linesOf(document);
  const more = lines.length - linesNamed;
  return more <= 0 ? lines.join(', ') : `${lines.slice(0, linesNamed).join(', ')} and ${more} more`;
}
