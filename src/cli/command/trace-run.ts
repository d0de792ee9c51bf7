import type { AuditEntry, TraceReport } from '../../app/ports.ts';
import { documentWord } from '../../app/posting-work.ts';
import type { JsonObject, Posting } from '../../core/glossary.ts';
import { Problem } from '../../core/problem.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose.ts';
import type { Output, Tone } from '../output.ts';
import { momentText } from '../words.ts';
import { contentOf, linesOf } from './planned-table.ts';
import { recordTitle } from './record-title.ts';
import { eventOf, rawOf } from './trace-event.ts';

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const id = args[0] ?? '';
  const workspace = await openWorkspace(context);
  try {
    const report = await workspace.store.trace(id);
    if (report.found === null && report.records.length === 0 && report.postings.length === 0) {
      throw notFound(id);
    }
    if (context.output.format === 'json') context.output.json(traceJson(report));
    else {
      const detail = options.given('raw') ? 'raw' : options.given('short') ? 'short' : 'calls';
      printTrace(context.output, report, detail);
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

function printTrace(output: Output, report: TraceReport, detail: 'raw' | 'short' | 'calls'): void {
  const { found } = report;
  if (found && found.as !== found.record.kind) {
    output.line(`Found as ${words(found.as)} of ${found.record.kind} ${found.record.id}.`);
    output.line();
  }
  for (const stored of report.records) {
    for (const line of recordTitle(stored)) output.line(line);
    output.line();
  }
  printPostings(output, report.postings);
  const open = report.flags.filter(({ clearedAtMs }) => clearedAtMs === null);
  for (const flag of open) {
    output.line();
    output.line(output.paint(`Open flag ${flag.id}: ${flag.sentence}`, 'warning'));
    output.line(`  What to do: ${flag.hint}`);
  }
  output.line();
  printEntries(output, report, detail);
}

/** `shipment`, `order number`: the store's words for how it was found. */
function words(role: string): string {
  return role.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function printPostings(output: Output, postings: Posting[]): void {
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

function printEntries(
  output: Output,
  report: TraceReport,
  detail: 'raw' | 'short' | 'calls',
): void {
  let day = '';
  for (const { line, moment, times, tone, entry } of eventLines(report, detail)) {
    if (moment.slice(0, 10) !== day) {
      day = moment.slice(0, 10);
      output.line(output.paint(day, 'strong'));
    }
    const words = times > 1 ? `${line}  ×${times}` : line;
    output.line(`  ${moment.slice(11)}  ${tone ? output.paint(words, tone) : words}`);
    if (detail === 'raw') for (const raw of rawOf(entry)) output.line(`              ${raw}`);
  }
}

interface EventLine {
  line: string;
  moment: string;
  times: number;
  tone: Tone | null;
  entry: AuditEntry;
}

/**
 * The same words at the same moment become one line, but for `--raw`, where each has its own body.
 */
function eventLines(report: TraceReport, detail: 'raw' | 'short' | 'calls'): EventLine[] {
  const lines: EventLine[] = [];
  const several = report.records.length > 1;
  for (const entry of report.entries) {
    const event = eventOf(entry);
    if (event === null || (detail === 'short' && event.level === 'call')) continue;
    const record = entry.record && several ? `${entry.record.kind} ${entry.record.id}` : null;
    const about = entry.postingKey ?? record;
    const next = {
      line: about === null ? event.text : `${about}  ${event.text}`,
      moment: momentText(entry.atMs),
      times: 1,
      tone: event.tone,
      entry,
    };
    const last = lines.at(-1);
    const same = last?.line === next.line && last.moment === next.moment && detail !== 'raw';
    if (last && same) last.times += 1;
    else lines.push(next);
  }
  return lines;
}

function traceJson(report: TraceReport): JsonObject {
  return {
    found: report.found ? { as: report.found.as, record: { ...report.found.record } } : null,
    records: report.records.map(({ key, contentHash, observedAtMs, vanishedAtMs }) => ({
      kind: key.kind,
      id: key.id,
      contentHash,
      observedAtMs,
      vanishedAtMs,
    })),
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
    entries: report.entries.map((entry) => ({
      seq: entry.seq,
      atMs: entry.atMs,
      actor: entry.actor,
      action: entry.action,
      postingKey: entry.postingKey,
      detail: entry.detail,
      body: entry.body,
    })),
  };
}
