import { flagReason } from '../../core/flag-reason.ts';
import type { Flag, JsonObject, RecordKind } from '../../core/glossary.ts';
import { compareQuantities, sumQuantities } from '../../core/quantity.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose.ts';
import type { Cell, Column, Output } from '../output.ts';
import { ageText, counted } from '../words.ts';

const command = 'mlc flagged list';
const limitDefault = 200;
/** All are read: what holds up most may be the newest. */
const readMax = 1_000_000;

/** What people call the records of a stream, and what the store calls them. */
const streams: Record<string, RecordKind> = {
  orders: 'order',
  order: 'order',
  receiving: 'receiving',
  costs: 'charge',
  charge: 'charge',
};

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const by = options.text('by');
  if (by !== null && by !== 'cause' && by !== 'reason') {
    throw usageProblem(`--by takes cause or reason, not ${by}`, command);
  }
  const limit = options.whole('limit', 1) ?? limitDefault;
  const codes = reasonsOf(options.list('reason'), command);
  const kinds = kindsOf(options.list('stream'));
  const state = options.given('all') ? 'all' : 'open';
  const workspace = await openWorkspace(context);
  try {
    const flags = await workspace.store.flags({ codes, kinds, ids: null, state, limit: readMax });
    const nowMs = context.clock.now();
    const { output } = context;
    if (by !== null) {
      printGroups(output, groupFlags(flags, by), { by, nowMs });
      return 0;
    }
    const shown = mostHeldUpFirst(flags).slice(0, limit);
    if (output.format === 'json') {
      output.json({ total: flags.length, flags: shown.map(flagJson) });
    } else printFlags(output, shown, { total: flags.length, state, nowMs });
    return 0;
  } finally {
    await workspace.close();
  }
}

/** Null when none is named; a code that does not exist would silently find nothing. */
export function reasonsOf(names: string[], command: string): string[] | null {
  if (names.length === 0) return null;
  return names.map((name) => {
    const code = name.toUpperCase();
    if (flagReason(code) !== null) return code;
    throw usageProblem(`there is no reason ${name}; docs/errors.md lists them`, command);
  });
}

function kindsOf(names: string[]): RecordKind[] | null {
  if (names.length === 0) return null;
  return names.map((name) => {
    const kind = Object.hasOwn(streams, name) ? streams[name] : undefined;
    if (kind) return kind;
    throw usageProblem(`--stream takes orders, receiving or costs, not ${name}`, command);
  });
}

export function flagJson(flag: Flag): JsonObject {
  return {
    id: flag.id,
    reason: flag.code,
    record: { kind: flag.record.kind, id: flag.record.id },
    postingKey: flag.postingKey,
    cause: flag.cause,
    sentence: flag.sentence,
    hint: flag.hint,
    evidence: flag.evidence,
    quantity: flag.quantity,
    amount: flag.amount,
    currency: flag.currency,
    raisedAtMs: flag.raisedAtMs,
    clearedAtMs: flag.clearedAtMs,
  };
}

function printFlags(
  output: Output,
  flags: Flag[],
  facts: { total: number; state: 'open' | 'all'; nowMs: number },
): void {
  const { total, state, nowMs } = facts;
  if (flags.length === 0) {
    output.line(state === 'open' ? 'No open flags.' : 'No flags.');
    return;
  }
  const cleared: Column[] = state === 'all' ? [{ title: 'cleared' }] : [];
  output.table(
    [
      { title: 'id', align: 'right' },
      { title: 'reason' },
      { title: 'record' },
      { title: 'units', align: 'right' },
      { title: 'since' },
      ...cleared,
      { title: 'what', cut: 'under' },
    ],
    flags.map((flag): Cell[] => [
      String(flag.id),
      flag.code,
      `${flag.record.kind} ${flag.record.id}`,
      flag.quantity ?? '',
      ageText(flag.raisedAtMs, nowMs),
      ...(state === 'open'
        ? []
        : [flag.clearedAtMs === null ? '' : ageText(flag.clearedAtMs, nowMs)]),
      flag.sentence,
    ]),
  );
  const some = flags.length < total ? `${flags.length} of ` : '';
  const more = flags.length < total ? ' --limit shows more.' : '';
  output.line();
  output.line(
    `${some}${counted(total, 'flag')}.${more} mlc flagged show ID tells what clears one; --by cause groups them.`,
  );
}

interface FlagGroup {
  name: string;
  reason: string;
  causes: number;
  records: number;
  units: ReturnType<typeof sumQuantities>;
  oldestAtMs: number;
  example: string;
}

/** Most records first, then most units, then the oldest. */
function groupFlags(flags: Flag[], by: 'cause' | 'reason'): FlagGroup[] {
  return [...groupsOf(flags, (flag) => (by === 'cause' ? flag.cause : flag.code))]
    .map(([name, members]) => groupOf(name, members))
    .sort(heavierFirst);
}

function groupsOf(flags: Flag[], nameOf: (flag: Flag) => string): Map<string, Flag[]> {
  const groups = new Map<string, Flag[]>();
  for (const flag of flags) {
    const group = groups.get(nameOf(flag));
    if (group) group.push(flag);
    else groups.set(nameOf(flag), [flag]);
  }
  return groups;
}

function groupOf(name: string, flags: Flag[]): FlagGroup {
  return {
    name,
    reason: flags[0]?.code ?? '',
    causes: new Set(flags.map(({ cause }) => cause)).size,
    records: new Set(flags.map(({ record }) => `${record.kind}:${record.id}`)).size,
    units: sumQuantities(flags.flatMap(({ quantity }) => (quantity === null ? [] : [quantity]))),
    oldestAtMs: Math.min(...flags.map(({ raisedAtMs }) => raisedAtMs)),
    example: flags[0]?.sentence ?? '',
  };
}

function heavierFirst(a: FlagGroup, b: FlagGroup): number {
  return (
    b.records - a.records || compareQuantities(b.units, a.units) || a.oldestAtMs - b.oldestAtMs
  );
}

/** Flags of the cause that holds up most records stand first, together. */
function mostHeldUpFirst(flags: Flag[]): Flag[] {
  const groups = groupsOf(flags, ({ cause }) => cause);
  return groupFlags(flags, 'cause').flatMap(({ name }) => groups.get(name) ?? []);
}

function printGroups(
  output: Output,
  groups: FlagGroup[],
  facts: { by: 'cause' | 'reason'; nowMs: number },
): void {
  if (output.format === 'json') {
    output.json({
      groups: groups.map(({ name, reason, causes, records, units, oldestAtMs, example }) => ({
        group: name,
        reason,
        causes,
        records,
        units,
        oldestAtMs,
        example,
      })),
    });
    return;
  }
  if (groups.length === 0) {
    output.line('No open flags.');
    return;
  }
  const byCause = facts.by === 'cause';
  output.table(
    [
      { title: 'records', align: 'right' },
      { title: 'units', align: 'right' },
      { title: 'reason' },
      byCause ? { title: 'cause' } : { title: 'causes', align: 'right' },
      { title: 'oldest' },
      { title: 'for example', cut: 'under' },
    ],
    groups.map((group) => [
      String(group.records),
      Number(group.units) === 0 ? '' : group.units,
      group.reason,
      byCause ? group.name : String(group.causes),
      ageText(group.oldestAtMs, facts.nowMs),
      group.example,
    ]),
  );
}
