import type { Rehearsal } from '../../app/rehearsal.ts';
import { csvText } from '../csv-text.ts';

const columns = [
  'what',
  'document',
  'key',
  'record',
  'id',
  'reference',
  'party',
  'day',
  'warehouse',
  'number',
  'item',
  'quantity',
  'unit',
  'lot',
  'amount',
  'currency',
  'reason',
  'sentence',
  'what to do',
] as const;

type Row = Partial<Record<(typeof columns)[number], string | null>>;

const standings = {
  new: 'would post',
  there: 'already there',
  deleted: 'deleted in Infor',
  partly: 'partly booked',
  unclear: 'not looked up',
} as const;

/** A row for each line of each document, and one for each flag. */
export function rehearsalCsv({ documents, flags }: Rehearsal): string {
  const lines = documents.flatMap((document): Row[] => {
    const head: Row = {
      what: standings[document.standing],
      document: document.kind,
      key: document.key,
      record: document.record.kind,
      id: document.record.id,
      reference: document.title,
      party: document.party,
      day: document.day,
      warehouse: document.warehouse,
      number: document.number,
      currency: document.currency,
    };
    if (document.lines.length === 0) return [head];
    return document.lines.map((line) => ({
      ...head,
      ...line,
      quantity: document.kind === 'journal' ? null : line.quantity,
      warehouse: line.warehouse ?? document.warehouse,
    }));
  });
  const questions = flags.map(
    ({ flag, record }): Row => ({
      what: 'would flag',
      record: flag.record.kind,
      id: flag.record.id,
      reference: record?.kind === 'order' ? record.orderNumber : null,
      quantity: flag.quantity,
      amount: flag.amount,
      currency: flag.currency,
      reason: flag.code,
      sentence: flag.sentence,
      'what to do': flag.hint,
    }),
  );
  const cells = (row: Row) => columns.map((column) => row[column] ?? '');
  return csvText(columns, [...lines, ...questions].map(cells));
}
