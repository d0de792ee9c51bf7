import { type FileMistake, readMappings } from '../../app/mapping-file.ts';
import { type DiffLine, diffOf, fitMistakes } from '../../app/mapping-import.ts';
import { effectiveSettings } from '../../core/effective-settings.ts';
import { type MappingDraft, targetWords } from '../../core/mapping.ts';
import { Problem } from '../../core/problem.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import type { Cell, Column, Tone } from '../output.ts';
import { readTextFile } from '../text-file.ts';
import { counted } from '../words.ts';
import { momentOf } from './mapping-set-run.ts';
import { diffJson } from './mapping-words.ts';

/** More than any merchant has; a larger file is another file. */
const bytesMax = 10_000_000;
const mistakesShown = 50;

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const file = args[0] ?? '';
  const text = readTextFile(context.cwd, file, bytesMax);
  const workspace = await openWorkspace(context);
  try {
    const nowMs = context.clock.now();
    const validFromMs = momentOf(options.text('from'), 'from', nowMs);
    const reading = readMappings(text);
    if (reading.state === 'wrong') throw fileInvalid(file, reading.mistakes);
    const { settings } = workspace.config;
    const mappings = await workspace.store.currentMappings(validFromMs ?? nowMs);
    const mistakes = fitMistakes(reading.lines, effectiveSettings(settings, mappings));
    if (mistakes.length > 0) throw fileInvalid(file, mistakes);
    const prune = options.given('prune') ? 'yes' : 'no';
    const diff = diffOf(reading.lines, { settings, mappings }, prune);
    const drafts = reading.lines.map(({ draft }) => ({ ...draft, validFromMs }));
    const applied = options.given('apply');
    if (applied) {
      await apply(workspace, { diff, drafts }, { context, because: options.text('because') });
    }
    print(context, { file, diff, applied });
    return exitCode('done');
  } finally {
    await workspace.close();
  }
}

function fileInvalid(file: string, mistakes: readonly FileMistake[]): Problem {
  const shown = mistakes.slice(0, mistakesShown);
  const rest = mistakes.length - shown.length;
  return new Problem({
    code: 'MAPPING_FILE_INVALID',
    kind: 'configuration',
    message: `${counted(mistakes.length, 'mistake')} in ${file}: nothing was applied`,
    hint: `Correct what is named${rest > 0 ? ` (and ${rest} more)` : ''}, then import it again.`,
    evidence: Object.fromEntries(
      shown.map(({ line, column, found, allowed }) => [
        `line ${line}${column === '' ? '' : `, ${column}`}`,
        `${found === '' ? 'nothing' : JSON.stringify(found)}; allowed is ${allowed}`,
      ]),
    ),
  });
}

async function apply(
  { store }: Workspace,
  wanted: { diff: readonly DiffLine[]; drafts: readonly MappingDraft[] },
  by: { context: CommandContext; because: string | null },
): Promise<void> {
  const { diff, drafts } = wanted;
  const changed = diff.flatMap(({ change }, index) => {
    const draft = drafts[index];
    return draft !== undefined && (change === 'added' || change === 'changed') ? [draft] : [];
  });
  const remove = diff.filter(({ change }) => change === 'removed');
  const { clock, global } = by.context;
  const act = { actor: global.actor, because: by.because, nowMs: clock.now() };
  await store.importMappings({ set: changed, remove: [...remove] }, act);
}

const columns: readonly Column[] = [
  { title: 'CHANGE' },
  { title: 'KIND' },
  { title: 'LIST' },
  { title: 'SOURCE' },
  { title: 'NOW', cut: 'yes' },
  { title: 'THEN', cut: 'yes' },
];

const tones: Record<DiffLine['change'], Tone> = {
  added: 'good',
  changed: 'warning',
  removed: 'bad',
  same: 'muted',
};

function print(
  { output }: CommandContext,
  done: { file: string; diff: readonly DiffLine[]; applied: boolean },
): void {
  const { file, diff, applied } = done;
  const count = (change: DiffLine['change']) =>
    diff.filter((line) => line.change === change).length;
  const counts = {
    added: count('added'),
    changed: count('changed'),
    removed: count('removed'),
    same: count('same'),
  };
  const changes = diff.filter(({ change }) => change !== 'same');
  if (output.format === 'json') {
    output.json({ file, applied, ...counts, changes: changes.map(diffJson) });
    return;
  }
  if (changes.length > 0) {
    output.table(columns, changes.map(rowOf));
    output.line();
  }
  const { added, changed, removed, same } = counts;
  output.line(`${added} added, ${changed} changed, ${removed} removed, ${same} the same.`);
  if (changes.length === 0) output.line('There is nothing to change.');
  else if (applied) output.line('Applied. Check them against Infor: mlc mapping check');
  else output.line('Nothing was applied; add --apply to do it.');
}

function rowOf(line: DiffLine): Cell[] {
  const { change, list, before, from, after } = line;
  const { kind, source } = line;
  const now =
    from === 'configuration' ? `${targetWords(before)} (configuration)` : targetWords(before);
  return [
    { text: change, tone: tones[change] },
    kind,
    list === '' ? '–' : list,
    source,
    now,
    targetWords(after),
  ];
}
