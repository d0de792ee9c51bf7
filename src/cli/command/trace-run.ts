import type { TraceReport } from '../../app/ports.ts';
import { documentWord } from '../../app/posting-work.ts';
import type { JsonObject, Posting } from '../../core/glossary.ts';
import { Problem } from '../../core/problem.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import type { Output } from '../output.ts';
import { counted, durationText, momentText, moneyText } from '../words.ts';
import { contentOf, linesOf } from './planned-table.ts';
import { recordTitle } from './record-title.ts';
import { rawOf } from './trace-event.ts';
import { type Chapter, type Step, storyOf } from './trace-story.ts';

/** More things of one number than these are listed, and the story is told of one of them. */
const storiesMax = 5;

type Detail = 'raw' | 'short' | 'calls';

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const id = args[0] ?? '';
  const workspace = await openWorkspace(context);
  try {
    const report = await workspace.store.trace(id);
    if (report.found === null) throw notFound(id);
    if (context.output.format === 'json') context.output.json(traceJson(report));
    else {
      const detail = options.given('raw') ? 'raw' : options.given('short') ? 'short' : 'calls';
      printTrace(context.output, report, { id: id.trim(), detail });
    }
    if (report.brokenAt !== null) {
      workspace.log.warn(
        `row ${report.brokenAt} of the audit trail, which is part of this, is not as it was written: mlc audit verify`,
      );
    }
    return 0;
  } finally {
    await workspace.close();
  }
}

function notFound(id: string): Problem {
  return new Problem({
    code: 'TRACE_NOT_FOUND',
    kind: 'rejected',
    message: `nothing in the database is called ${id}`,
    hint: 'Try the ShipBob order, shipment or receiving id, a reference id, an external key such as SB309589638, or an Infor number. Something ShipBob shows but mlc has not read yet appears after the next sync.',
  });
}

function printTrace(
  output: Output,
  report: TraceReport,
  { id, detail }: { id: string; detail: Detail },
): void {
  printFound(output, report, id);
  const charges = report.records.filter(({ key }) => key.kind === 'charge');
  const asked = report.records.filter((stored) =>
    report.hits.some(
      ({ record }) => record.kind === stored.key.kind && record.id === stored.key.id,
    ),
  );
  for (const stored of asked) {
    for (const line of recordTitle(stored)) output.line(line);
    output.line();
  }
  const related = charges.filter((charge) => !asked.includes(charge));
  printPostings(output, report, related.length > 0 ? 'aside' : 'whole');
  printCharges(output, report, related);
  const open = report.flags.filter(({ clearedAtMs }) => clearedAtMs === null);
  for (const flag of open) {
    output.line();
    output.line(output.paint(`Open flag ${flag.id}: ${flag.sentence}`, 'warning'));
    output.line(`  What to do: ${flag.hint}`);
  }
  output.line();
  if (report.hits.length > storiesMax) {
    const [one] = report.hits;
    output.line(
      `These are ${report.hits.length} things. For the story of one: mlc trace ${one?.record.kind}:${one?.record.id}`,
    );
    return;
  }
  printStory(output, storyOf(report), detail);
}

/** As what the number was found, where it is not the record's own id, or several bear it. */
function printFound(output: Output, { hits }: TraceReport, id: string): void {
  const [first] = hits;
  if (hits.length === 1 && first && first.as !== first.record.kind) {
    output.line(
      `${id} is the ${words(first.as)} of ${recordWord(first.record.kind)} ${first.record.id}.`,
    );
    output.line();
  }
  if (hits.length < 2) return;
  output.line(`${counted(hits.length, 'thing')} bear the number ${id}:`);
  output.table(
    [{ title: 'found as' }, { title: 'of' }, { title: 'alone by', cut: 'under' }],
    hits.map(({ as, record }) => [
      words(as),
      `${recordWord(record.kind)} ${record.id}`,
      `mlc trace ${record.kind}:${record.id}`,
    ]),
  );
  output.line();
}

/** `shipment`, `order number`: the store's words for how it was found. */
function words(role: string): string {
  if (role === 'inforNumber') return 'Infor number';
  const plain = role.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return ['order', 'receiving', 'charge', 'shipment'].includes(plain) ? `${plain} id` : plain;
}

function recordWord(kind: string): string {
  return kind === 'receiving' ? 'receiving order' : kind;
}

function printPostings(output: Output, report: TraceReport, journals: 'whole' | 'aside'): void {
  // The charges' own table names their journals.
  const postings = report.postings.filter(({ kind }) => journals === 'whole' || kind !== 'journal');
  if (postings.length === 0) {
    output.line('Nothing is posted for it, and nothing is planned.');
    return;
  }
  output.table(
    [
      { title: 'document' },
      { title: 'key' },
      { title: 'state' },
      { title: 'Infor number' },
      { title: 'lines', cut: 'under' },
    ],
    postings.map((posting) => [
      documentWord(posting.kind),
      posting.key,
      {
        text: stateText(posting),
        tone: posting.state === 'posted' ? 'good' : posting.state === 'flagged' ? 'bad' : 'warning',
      },
      posting.reference?.number ?? '–',
      contentOf(posting.document),
    ]),
  );
}

function stateText(posting: Posting): string {
  if (posting.waitingFor !== null) return `${posting.state}: waits for ${posting.waitingFor}`;
  if (posting.state === 'pending' && posting.dependsOn !== null && posting.attempt === 0) {
    return `pending: after ${posting.dependsOn}`;
  }
  return posting.adopted ? `${posting.state} (taken over from Infor)` : posting.state;
}

function printCharges(output: Output, report: TraceReport, charges: TraceReport['records']): void {
  if (charges.length === 0) return;
  output.line();
  output.table(
    [
      { title: 'charge' },
      { title: 'fee' },
      { title: 'amount', align: 'right' },
      { title: 'day' },
      { title: 'journal' },
      { title: 'voucher' },
    ],
    charges.map(({ key, record }) => {
      const journal = report.charges.find(({ chargeId }) => chargeId === key.id)?.journalKey;
      const posting = report.postings.find((each) => each.key === journal);
      const charge = record?.kind === 'charge' ? record : null;
      return [
        key.id,
        charge?.fee ?? '–',
        charge === null ? '–' : moneyText(charge.amount, charge.currency),
        charge?.chargedOn ?? '–',
        journal ?? 'in none yet',
        posting?.reference?.number ?? '–',
      ];
    }),
  );
}

function printStory(output: Output, story: readonly Chapter[], detail: Detail): void {
  let day = '';
  for (const chapter of story) {
    const moment = momentText(chapter.atMs);
    if (moment.slice(0, 10) !== day) {
      day = moment.slice(0, 10);
      output.line(output.paint(day, 'strong'));
    }
    const times = chapter.times > 1 ? `  ×${chapter.times}` : '';
    const line = `${chapter.text}${times}`;
    output.line(`  ${moment.slice(11)}  ${chapter.tone ? output.paint(line, chapter.tone) : line}`);
    if (detail === 'short') continue;
    printSteps(output, chapter.steps, detail);
    if (detail === 'raw' && chapter.steps.length === 0 && chapter.entry !== null) {
      for (const raw of rawOf(chapter.entry)) output.line(`${' '.repeat(14)}${raw}`);
    }
  }
}

const questionWidth = 17;

function printSteps(output: Output, steps: readonly Step[], detail: Detail): void {
  let question = '';
  for (const step of steps) {
    const shown = step.question === question ? '' : step.question;
    question = step.question;
    const times = step.times > 1 ? `  ×${step.times}` : '';
    const took = step.durationMs === null ? '' : `, ${durationText(step.durationMs)}`;
    const line = `${step.text}${took}${times}`;
    const label = output.paint(shown.padEnd(questionWidth), 'muted');
    output.line(`${' '.repeat(14)}${label}${step.tone ? output.paint(line, step.tone) : line}`);
    if (detail !== 'raw') continue;
    for (const raw of step.entries.flatMap(rawOf)) {
      output.line(`${' '.repeat(14 + questionWidth)}${raw}`);
    }
  }
}

function traceJson(report: TraceReport): JsonObject {
  const hit = ({ as, record }: TraceReport['hits'][number]) => ({ as, record: { ...record } });
  return {
    found: report.found ? hit(report.found) : null,
    hits: report.hits.map(hit),
    records: report.records.map(({ key, contentHash, observedAtMs, vanishedAtMs }) => ({
      kind: key.kind,
      id: key.id,
      contentHash,
      observedAtMs,
      vanishedAtMs,
    })),
    charges: report.charges.map((charge) => ({ ...charge })),
    postings: report.postings.map((posting) => ({
      key: posting.key,
      document: posting.kind,
      state: posting.state,
      number: posting.reference?.number ?? null,
      adopted: posting.adopted,
      attempt: posting.attempt,
      handle: posting.handle,
      postedAtMs: posting.postedAtMs,
      lines: linesOf(posting.document),
    })),
    flags: report.flags.map(({ id, code, sentence, raisedAtMs, clearedAtMs }) => ({
      id,
      code,
      sentence,
      raisedAtMs,
      clearedAtMs,
    })),
    crosswalk: report.crosswalk.map((row) => ({ ...row })),
    mappings: report.mappings.map((mapping) => ({ ...mapping, target: { ...mapping.target } })),
    entries: report.entries.map((entry) => ({
      seq: entry.seq,
      atMs: entry.atMs,
      actor: entry.actor,
      action: entry.action,
      postingKey: entry.postingKey,
      detail: entry.detail,
      body: entry.body,
    })),
    brokenAt: report.brokenAt,
  };
}
