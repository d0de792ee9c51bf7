import type { QueueEntry, QueueGroup, QueueGrouping } from '../../app/ports.ts';
import { csvText } from '../csv-text.ts';
import { plainText } from '../text-width.ts';

/** Without the last line end, which printing adds. */
export function entriesCsv(entries: readonly QueueEntry[]): string {
  const header = [
    'id',
    'reason',
    'record_kind',
    'record_id',
    'document',
    'cause',
    'units',
    'amount',
    'currency',
    'raised_at',
    'cleared_at',
    'blocks',
    'assignee',
    'tags',
    'ignored_until',
    'ignored_because',
    'sentence',
  ];
  return printable(
    header,
    entries.map(({ flag, care, blocks }) => [
      String(flag.id),
      flag.code,
      flag.record.kind,
      flag.record.id,
      flag.postingKey ?? '',
      flag.cause,
      flag.quantity ?? '',
      flag.amount ?? '',
      flag.currency ?? '',
      instant(flag.raisedAtMs),
      instant(flag.clearedAtMs),
      String(blocks),
      care.assignee ?? '',
      care.tags.join(' '),
      care.ignored === null ? '' : instant(care.ignored.untilMs) || 'ended by a person',
      care.ignored?.because ?? '',
      flag.sentence,
    ]),
  );
}

/** A row for each currency; counts are those of the whole group. */
export function groupsCsv(groups: readonly QueueGroup[], by: QueueGrouping): string {
  const header = [
    by === 'reason' ? 'group' : by,
    'reason',
    'records',
    'flags',
    'causes',
    'units',
    'amount',
    'currency',
    'oldest_at',
    'example',
  ];
  return printable(
    header,
    groups.flatMap((group) => {
      const values = group.values.length > 0 ? group.values : [{ amount: '', currency: null }];
      return values.map(({ amount, currency }) => [
        group.name,
        group.code,
        String(group.records),
        String(group.flags),
        String(group.causes),
        group.units,
        amount,
        currency ?? '',
        instant(group.oldestAtMs),
        group.sentence,
      ]);
    }),
  );
}

function printable(header: string[], rows: string[][]): string {
  const text = csvText(
    header,
    rows.map((row) => row.map(plainText)),
  );
  return text.replace(/\n$/, '');
}

function instant(atMs: number | null): string {
  return atMs === null ? '' : new Date(atMs).toISOString();
}
