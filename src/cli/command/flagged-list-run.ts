import type { Flag, JsonObject, RecordKind } from '../../core/glossary.ts';
import { sumQuantities } from '../../core/quantity.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose.ts';
import type { Output } from '../output.ts';
import { ageText } from '../words.ts';

const limitDefault = 200;
const groupedMax = 1_000_000;
const kinds: RecordKind[] = ['order', 'receiving', 'charge'];

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const by = options.text('by');
  if (by !== null && by !== 'cause' && by !== 'reason') {
    throw usageProblem(`--by takes cause or reason, not ${by}`, 'mlc flagged list');
  }
  const reasons = options.list('reason');
  const workspace = await openWorkspace(context);
  try {
    const flags = await workspace.store.flags({
      codes: reasons.length > 0 ? reasons : null,
      kinds: kindsOf(options.list('stream')),
      ids: null,
      state: options.given('all') ? 'all' : 'open',
      limit: by === null ? (options.whole('limit') ?? limitDefault) : groupedMax,
    });
    const nowMs = context.clock.now();
    if (by !== null) printGroups(context.output, groupFlags(flags, by), nowMs);
    else if (context.output.format === 'json') context.output.json({ flags: flags.map(flagJson) });
    else printFlags(context.output, flags, nowMs);
    return 0;
  } finally {
    await workspace.close();
  }
}

function kindsOf(names: string[]): RecordKind[] | null {
  if (names.length === 0) return null;
  return names.map((name) => {
    const kind = kinds.find((known) => known === name);
    if (!kind)
      throw usageProblem(`--stream takes ${kinds.join(', ')}, not ${name}`, 'mlc flagged list');
    return kind;
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

function printFlags(output: Output, flags: Flag[], nowMs: number): void {
  if (flags.length === 0) {
    output.line('No open flags.');
    return;
  }
  output.table(
    [
      { title: 'id', align: 'right' },
      { title: 'reason' },
      { title: 'record' },
      { title: 'units', align: 'right' },
      { title: 'since' },
      { title: 'what', cut: 'yes' },
    ],
    flags.map((flag) => [
      String(flag.id),
      flag.code,
      `${flag.record.kind} ${flag.record.id}`,
      flag.quantity ?? '',
      ageText(flag.raisedAtMs, nowMs),
      flag.sentence,
    ]),
  );
  output.line(
    `${flags.length} flags. mlc flagged show ID tells what clears one; --by cause groups them.`,
  );
}

interface FlagGroup {
  name: string;
  reason: string;
  flags: Flag[];
  oldestAtMs: number;
}

function groupFlags(flags: Flag[], by: 'cause' | 'reason'): FlagGroup[] {
  const groups = new Map<string, FlagGroup>();
  for (const flag of flags) {
    const name = by === 'cause' ? flag.cause : flag.code;
    const group = groups.get(name);
    if (group) {
      group.flags.push(flag);
      group.oldestAtMs = Math.min(group.oldestAtMs, flag.raisedAtMs);
    } else
      groups.set(name, { name, reason: flag.code, flags: [flag], oldestAtMs: flag.raisedAtMs });
  }
  return [...groups.values()].sort((a, b) => b.flags.length - a.flags.length);
}

function printGroups(output: Output, groups: FlagGroup[], nowMs: number): void {
  const rows = groups.map(({ name, reason, flags, oldestAtMs }) => ({
    group: name,
    reason,
    records: new Set(flags.map(({ record }) => `${record.kind}:${record.id}`)).size,
    units: sumQuantities(flags.flatMap(({ quantity }) => (quantity === null ? [] : [quantity]))),
    oldestAtMs,
    example: flags[0]?.sentence ?? '',
  }));
  if (output.format === 'json') {
    output.json({ groups: rows });
    return;
  }
  output.table(
    [
      { title: 'cause' },
      { title: 'reason' },
      { title: 'records', align: 'right' },
      { title: 'units', align: 'right' },
      { title: 'oldest' },
      { title: 'what', cut: 'yes' },
    ],
    rows.map((row) => [
      row.group,
      row.reason,
      String(row.records),
      row.units,
      ageText(row.oldestAtMs, nowMs),
      row.example,
    ]),
  );
}
