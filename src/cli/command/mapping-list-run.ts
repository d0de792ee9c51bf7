import { nameOf } from '../../app/mapping-context.ts';
import type { StoredMapping } from '../../app/ports.ts';
import type { JsonObject } from '../../core/glossary.ts';
import { targetWords } from '../../core/mapping.ts';
import { type ConfiguredMapping, configuredMappings } from '../../core/mapping-source.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import type { Cell, Column } from '../output.ts';
import { counted, momentText } from '../words.ts';
import { kindsOf, targetJson } from './mapping-words.ts';

/** A mapping of a person, or of the configuration. */
type Line =
  | { origin: 'mapping'; mapping: StoredMapping }
  | { origin: 'configuration'; mapping: ConfiguredMapping; standing: 'inForce' | 'overridden' };

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const kinds = kindsOf(options.list('kind'), 'mlc mapping list');
  const workspace = await openWorkspace(context);
  try {
    const nowMs = context.clock.now();
    const all = options.given('all');
    const stored = await workspace.store.mappings({ kinds, state: 'all', nowMs });
    const set = new Set(
      stored.filter(({ standing }) => standing === 'inForce').map((one) => nameOf(one)),
    );
    const configured = configuredMappings(workspace.config.settings)
      .filter(({ kind }) => kinds === null || kinds.includes(kind))
      .map((mapping): Line => {
        const standing = set.has(nameOf(mapping)) ? 'overridden' : 'inForce';
        return { origin: 'configuration', mapping, standing };
      });
    const lines = [
      ...stored.map((mapping): Line => ({ origin: 'mapping', mapping })),
      ...configured,
    ].filter((line) => all || ['inForce', 'future'].includes(standingOf(line)));
    if (context.output.format === 'json') context.output.json({ mappings: lines.map(jsonOf) });
    else print(context, lines);
    return exitCode('done');
  } finally {
    await workspace.close();
  }
}

function standingOf(line: Line): 'inForce' | 'future' | 'ended' | 'overridden' {
  return line.origin === 'mapping' ? line.mapping.standing : line.standing;
}

function jsonOf(line: Line): JsonObject {
  const { kind, list, source, target } = line.mapping;
  const said = {
    kind,
    list,
    source,
    target: targetJson(target),
    origin: line.origin,
    standing: standingOf(line),
  };
  if (line.origin === 'configuration') {
    const nobody = { validFromMs: null, validToMs: null, setBy: null, setAtMs: null };
    return { ...said, id: null, at: line.mapping.at, broken: null, because: null, ...nobody };
  }
  const { id, broken, because, validFromMs, validToMs, setBy, setAtMs } = line.mapping;
  return { ...said, id, at: null, broken, because, validFromMs, validToMs, setBy, setAtMs };
}

const columns: readonly Column[] = [
  { title: 'KIND' },
  { title: 'LIST' },
  { title: 'SOURCE' },
  { title: 'STANDS FOR', cut: 'yes' },
  { title: 'STANDING' },
  { title: 'SAID BY', cut: 'under' },
];

function print({ output }: CommandContext, lines: readonly Line[]): void {
  if (lines.length === 0) {
    output.line('Nothing is mapped: SKUs are looked up as item numbers and aliases.');
    return;
  }
  output.table(columns, lines.map(rowOf));
  const own = lines.filter(({ origin }) => origin === 'mapping').length;
  output.line();
  output.line(
    `${counted(lines.length, 'mapping')}: ${own} set by command, ${lines.length - own} in the configuration.`,
  );
}

function rowOf(line: Line): Cell[] {
  const { kind, list, source } = line.mapping;
  const broken = line.origin === 'mapping' ? line.mapping.broken : null;
  const says: Cell =
    broken === null
      ? targetWords(line.mapping.target)
      : { text: `cannot be used: ${broken}`, tone: 'bad' };
  return [kind, list === '' ? '–' : list, source, says, standingCell(line), saidBy(line)];
}

function standingCell(line: Line): Cell {
  const standing = standingOf(line);
  if (line.origin === 'configuration') {
    return standing === 'overridden' ? { text: 'overridden', tone: 'muted' } : 'in force';
  }
  const { validFromMs, validToMs } = line.mapping;
  if (standing === 'future') return { text: `from ${momentText(validFromMs)}`, tone: 'warning' };
  if (standing === 'ended') return { text: `until ${momentText(validToMs)}`, tone: 'muted' };
  return validToMs === null ? 'in force' : `until ${momentText(validToMs)}`;
}

function saidBy(line: Line): string {
  if (line.origin === 'configuration') return `configuration: ${line.mapping.at}`;
  const { setBy, setAtMs, because } = line.mapping;
  const why = because === null ? '' : `: ${because}`;
  return `${setBy}, ${momentText(setAtMs)}${why}`;
}
