import type { QueueEntry, QueueFilter, QueueGroup, QueueGrouping } from '../../app/ports.ts';
import type { Cell, Column, Output } from '../output.ts';
import { ageText, counted, momentText, moneyText } from '../words.ts';

type Shown = Pick<QueueFilter, 'state' | 'ignored'> & {
  total: number;
  nowMs: number;
  /** Whether more than state was asked for: then none that matches is not none at all. */
  filtered: 'yes' | 'no';
};

/** A column that is left out where no row has anything to say in it. */
interface Part {
  column: Column;
  cell(entry: QueueEntry): string;
}

export function printEntries(output: Output, entries: QueueEntry[], shown: Shown): void {
  const { total, nowMs } = shown;
  if (entries.length === 0) {
    output.line(emptyText(shown));
    return;
  }
  const parts = partsOf(nowMs).filter(
    ({ column, cell }) => always.has(column.title) || entries.some((entry) => cell(entry) !== ''),
  );
  output.table(
    parts.map(({ column }) => column),
    entries.map((entry): Cell[] => parts.map(({ cell }) => cell(entry))),
  );
  const some = entries.length < total ? `${entries.length} of ` : '';
  const more = entries.length < total ? ' --limit shows more.' : '';
  output.line();
  output.line(
    `${some}${counted(total, 'flag')}.${more} mlc flagged show ID tells what clears one; --by cause groups them.`,
  );
}

function emptyText({ state, ignored, filtered }: Shown): string {
  const which = ignored === 'only' ? 'ignored ' : state === 'open' ? 'open ' : '';
  return filtered === 'yes' ? `No ${which}flag matches.` : `No ${which}flags.`;
}

const always = new Set(['id', 'reason', 'record', 'units', 'since', 'what']);

function partsOf(nowMs: number): Part[] {
  return [
    { column: { title: 'id', align: 'right' }, cell: ({ flag }) => String(flag.id) },
    { column: { title: 'reason' }, cell: ({ flag }) => flag.code },
    {
      column: { title: 'record' },
      cell: ({ flag }) => `${flag.record.kind} ${flag.record.id}`,
    },
    { column: { title: 'units', align: 'right' }, cell: ({ flag }) => flag.quantity ?? '' },
    {
      column: { title: 'value', align: 'right' },
      cell: ({ flag }) => (flag.amount === null ? '' : moneyText(flag.amount, flag.currency)),
    },
    { column: { title: 'since' }, cell: ({ flag }) => ageText(flag.raisedAtMs, nowMs) },
    {
      column: { title: 'cleared' },
      cell: ({ flag }) => (flag.clearedAtMs === null ? '' : ageText(flag.clearedAtMs, nowMs)),
    },
    { column: { title: 'who' }, cell: ({ care }) => care.assignee ?? '' },
    { column: { title: 'tags', cut: 'yes' }, cell: ({ care }) => care.tags.join(' ') },
    { column: { title: 'ignored' }, cell: ignoredText },
    { column: { title: 'what', cut: 'under' }, cell: ({ flag }) => flag.sentence },
  ];
}

function ignoredText({ care: { ignored } }: QueueEntry): string {
  if (ignored === null) return '';
  if (ignored.now === 'runOut') return 'was ignored';
  return ignored.untilMs === null ? 'yes' : `until ${momentText(ignored.untilMs).slice(0, 10)}`;
}

const groupTitles: Record<QueueGrouping, string> = {
  cause: 'cause',
  reason: 'causes',
  sku: 'SKU',
  assignee: 'who',
  record: 'record',
};

export function printGroups(
  output: Output,
  groups: QueueGroup[],
  shown: Shown & { by: QueueGrouping },
): void {
  const { by, nowMs, total } = shown;
  if (groups.length === 0) {
    output.line(emptyText(shown));
    return;
  }
  const priced = groups.some(({ values }) => values.length > 0);
  const value: Column[] = priced ? [{ title: 'value', align: 'right' }] : [];
  output.table(
    [
      { title: 'records', align: 'right' },
      { title: 'units', align: 'right' },
      ...value,
      { title: 'reason' },
      by === 'reason'
        ? { title: groupTitles[by], align: 'right' }
        : { title: groupTitles[by], cut: by === 'cause' ? 'yes' : 'no' },
      { title: 'oldest' },
      { title: 'for example', cut: 'under' },
    ],
    groups.map((group) => [
      String(group.records),
      group.units === '0' ? '' : group.units,
      ...(priced ? [valuesText(group.values)] : []),
      group.reasons > 1 ? `${group.code} +${group.reasons - 1}` : group.code,
      by === 'reason' ? String(group.causes) : nameOf(group, by),
      ageText(group.oldestAtMs, nowMs),
      group.sentence,
    ]),
  );
  const some = groups.length < total ? `${groups.length} of ` : '';
  const more = groups.length < total ? ' --limit shows more.' : '';
  output.line();
  output.line(
    `${some}${counted(total, 'group')}.${more} mlc flagged show ${groups[0]?.firstId} tells what clears the first; mlc flagged work walks through all.`,
  );
}

function nameOf({ name }: QueueGroup, by: QueueGrouping): string {
  if (name !== '') return name;
  return by === 'assignee' ? 'nobody' : '–';
}

function valuesText(values: QueueGroup['values']): string {
  return values.map(({ amount, currency }) => moneyText(amount, currency)).join(' + ');
}
