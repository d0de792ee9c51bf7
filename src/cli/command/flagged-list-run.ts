import type { QueueFilter, QueueGrouping, QueueSort } from '../../app/ports.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { filterOf, isFiltered } from './flagged-choice.ts';
import { entriesCsv, groupsCsv } from './flagged-csv.ts';
import { entryJson, groupJson } from './flagged-json.ts';
import { printEntries, printGroups } from './flagged-table.ts';

export { flagJson } from './flagged-json.ts';

const command = 'mlc flagged list';
const limitDefault = 200;
/** A file is for a program or a spreadsheet: what is left out there would be missed. */
const csvLimitDefault = 1_000_000;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const by = groupingOf(options.text('by'));
  const sort = sortOf(options.text('sort') ?? 'blocks');
  const csv = options.given('csv');
  const limit = options.whole('limit', 1) ?? (csv ? csvLimitDefault : limitDefault);
  const filter = listFilter(context, options);
  const { output } = context;
  if (csv && output.format === 'json') {
    throw usageProblem('--csv and --json exclude each other', command);
  }
  const workspace = await openWorkspace(context);
  try {
    const nowMs = context.clock.now();
    const filtered = isFiltered(options) ? 'yes' : 'no';
    if (by !== null) {
      const asked = { filter, by, sort, limit, nowMs };
      const { total, groups } = await workspace.store.queueGroups(asked);
      if (csv) output.line(groupsCsv(groups, by));
      else if (output.format === 'json') output.json({ total, groups: groups.map(groupJson) });
      else printGroups(output, groups, { total, by, nowMs, filtered, ...filter });
      return 0;
    }
    const { total, entries } = await workspace.store.queue({ filter, sort, limit, nowMs });
    if (csv) output.line(entriesCsv(entries));
    else if (output.format === 'json') output.json({ total, flags: entries.map(entryJson) });
    else printEntries(output, entries, { total, nowMs, filtered, ...filter });
    return 0;
  } finally {
    await workspace.close();
  }
}

function listFilter(context: CommandContext, options: CommandOptions): QueueFilter {
  const filter = filterOf(context, options, command);
  if (options.given('all')) {
    return { ...filter, state: 'all', ignored: options.given('ignored') ? 'only' : 'shown' };
  }
  return options.given('ignored') ? { ...filter, ignored: 'only' } : filter;
}

const groupings: readonly QueueGrouping[] = ['cause', 'reason', 'sku', 'assignee', 'record'];
const sorts: readonly QueueSort[] = ['blocks', 'age', 'units', 'value'];

function groupingOf(name: string | null): QueueGrouping | null {
  if (name === null) return null;
  const found = groupings.find((grouping) => grouping === name);
  if (found) return found;
  throw usageProblem(`--by takes ${groupings.join(', ')}, not ${name}`, command);
}

function sortOf(name: string): QueueSort {
  const found = sorts.find((sort) => sort === name);
  if (found) return found;
  throw usageProblem(`--sort takes ${sorts.join(', ')}, not ${name}`, command);
}
