import { noSuchFlag } from '../../app/flagged.ts';
import type { FlagCare, FlagFile } from '../../app/ports.ts';
import { documentWord } from '../../app/posting-work.ts';
import type { Flag, JsonObject } from '../../core/glossary.ts';
import { readyCode } from '../../core/ignored.ts';
import type { CommandContext } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import type { Output } from '../output.ts';
import { plainText } from '../text-width.ts';
import { ageText, counted, momentText, moneyText } from '../words.ts';
import { flagId } from './flagged-choice.ts';
import { entryJson } from './flagged-json.ts';

export async function run(context: CommandContext, args: readonly string[]): Promise<number> {
  const id = flagId(args[0] ?? '', 'mlc flagged show');
  const workspace = await openWorkspace(context);
  try {
    const nowMs = context.clock.now();
    const file = await workspace.store.flagFile(id, nowMs);
    if (file === null) throw noSuchFlag(id);
    if (context.output.format === 'json') context.output.json(fileJson(file));
    else print(context.output, file, nowMs);
    return 0;
  } finally {
    await workspace.close();
  }
}

function fileJson({ entry, notes, earlier, related, waiting }: FlagFile): JsonObject {
  const { notes: _, ...rest } = entryJson(entry);
  return {
    ...rest,
    holds: entry.flag.holds ?? null,
    notes: notes.map((note) => ({ ...note })),
    earlier: earlier.map((one) => ({ ...one })),
    related: { count: related.count, ids: related.flags.map(({ id }) => id) },
    waiting: waiting.map(({ key, kind, state, waitingFor }) => ({ key, kind, state, waitingFor })),
  };
}

type Row = readonly [label: string, value: string];

function print(output: Output, file: FlagFile, nowMs: number): void {
  const { flag, care } = file.entry;
  output.line(plainText(flag.sentence));
  output.line();
  output.block([
    ['reason', flag.code],
    ['record', `${flag.record.kind} ${flag.record.id}`],
    ...rowOf('document', flag.postingKey),
    ['cause', flag.cause],
    ['raised', `${momentText(flag.raisedAtMs)} (${ageText(flag.raisedAtMs, nowMs)})`],
    ...rowOf('cleared', flag.clearedAtMs === null ? null : momentText(flag.clearedAtMs)),
    ...rowOf('units held up', flag.quantity),
    ...rowOf('value held up', flag.amount && moneyText(flag.amount, flag.currency)),
    ...careRows(care),
    ['what to do', flag.hint.replaceAll(' ID', ` ${flag.id}`)],
    ['clears', clearsText(flag)],
  ]);
  printEvidence(output, flag.evidence);
  printWaiting(output, file);
  printSaid(output, file);
  output.line();
  output.line(`mlc trace ${flag.record.id} shows everything that happened to it.`);
}

function clearsText({ id, postingKey, code, clearedAtMs }: Flag): string {
  if (clearedAtMs !== null) return 'has cleared';
  if (code === readyCode) return `once a person lets it go: mlc flagged retry ${id}`;
  return postingKey === null
    ? 'by itself, once its cause is gone: every run looks again'
    : `once it is retried and goes through: mlc flagged retry ${id}`;
}

function rowOf(label: string, value: string | null): Row[] {
  return value === null ? [] : [[label, value]];
}

function careRows({ assignee, tags, ignored }: FlagCare): Row[] {
  const rows = [
    ...rowOf('assigned to', assignee),
    ...rowOf('tags', tags.length === 0 ? null : tags.join(' ')),
  ];
  if (ignored === null) return rows;
  const { by, because, untilMs, now } = ignored;
  const until = untilMs === null ? 'until a person ends it' : `until ${momentText(untilMs)}`;
  const words = `${now === 'runOut' ? 'was ignored' : 'ignored'} by ${by} ${until}`;
  return [...rows, [now === 'runOut' ? 'asked again' : 'not asked', `${words}: ${because}`]];
}

function printEvidence(output: Output, evidence: JsonObject): void {
  const facts = Object.entries(evidence);
  if (facts.length === 0) return;
  output.line();
  output.line('Evidence:');
  output.block(
    facts.map(([name, value]) => [
      `  ${name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function printWaiting(output: Output, { entry, waiting, related }: FlagFile): void {
  const { flag } = entry;
  if (waiting.length > 0) {
    output.line();
    output.line('Not in Infor yet:');
    output.block(
      waiting.map(({ key, kind, state, waitingFor, dependsOn }): Row => {
        const behind = dependsOn === null ? '' : `, after ${dependsOn}`;
        const why = waitingFor === null ? behind : `, waits for ${waitingFor}`;
        return [`  ${documentWord(kind)} ${key}`, `${state}${why}`];
      }),
    );
  }
  if (related.count === 0) return;
  output.line();
  output.line(
    `${counted(related.count, 'other open flag')} of the same cause (mlc flagged list --cause ${flag.cause}):`,
  );
  output.block(
    related.flags.map(
      (one): Row => [`  ${one.id}`, `${one.code}, ${one.record.kind} ${one.record.id}`],
    ),
  );
}

function printSaid(output: Output, { notes, earlier }: FlagFile): void {
  if (notes.length > 0) {
    output.line();
    output.line('Notes:');
    output.block(
      notes.map(({ atMs, actor, text }): Row => [`  ${momentText(atMs)} ${actor}`, text]),
    );
  }
  if (earlier.length === 0) return;
  output.line();
  output.line('Asked before:');
  output.block(
    earlier.map(
      (one): Row => [
        `  ${one.id}`,
        `${momentText(one.raisedAtMs)} to ${momentText(one.clearedAtMs)}`,
      ],
    ),
  );
}
