import { documentWord } from '../../app/posting-work.ts';
import type { RehearsalComparison } from '../../app/rehearsal-comparison.ts';
import { type Difference, differencesIn } from '../../core/rehearsal-compare.ts';
import type { HandLine, WouldLine } from '../../core/rehearsal-line.ts';
import type { Cell, Column, Output } from '../output.ts';
import { counted } from '../words.ts';
import { printRest } from './rehearse-table.ts';

export function printComparison(
  output: Output,
  comparison: RehearsalComparison,
  shown: number,
): void {
  const { file, rows, lines } = comparison;
  output.line(`Compared with ${file} (${counted(rows, 'row')}), in lines of one item and lot:`);
  printSums(output, comparison);
  printDiffering(output, comparison, shown);
  printOnlyMlc(output, comparison, shown);
  printOnlyByHand(output, comparison, shown);
  output.line();
  const outside = lines.outside.length;
  if (outside > 0) {
    output.line(`${counted(outside, 'line')} by hand of other days found no match: left out.`);
  }
  const differences = differencesIn(lines);
  output.line(
    differences === 0
      ? 'mlc and people say the same.'
      : `${counted(differences, 'line')} ${differences === 1 ? 'is' : 'are'} not the same.`,
  );
}

function printSums(output: Output, { lines }: RehearsalComparison): void {
  const right = (title: string): Column => ({ title, align: 'right' });
  output.table(
    [
      { title: 'document' },
      right('mlc'),
      right('units'),
      right('by hand'),
      right('units'),
      right('same'),
      right('differ'),
      right('only mlc'),
      right('only by hand'),
    ],
    lines.sums.map(({ kind, mlc, byHand, same, differs, onlyMlc, onlyByHand }) => [
      documentWord(kind),
      String(mlc.lines),
      mlc.units,
      String(byHand.lines),
      byHand.units,
      String(same),
      differs === 0 ? '' : String(differs),
      onlyMlc.lines === 0 ? '' : String(onlyMlc.lines),
      onlyByHand.lines === 0 ? '' : String(onlyByHand.lines),
    ]),
  );
}

function printDiffering(
  output: Output,
  { lines, titleOf }: RehearsalComparison,
  shown: number,
): void {
  const rows = lines.pairs
    .filter(({ differences }) => differences.length > 0)
    .map(({ mlc, byHand, differences }): Cell[] => [
      documentWord(mlc.kind),
      mlc.key,
      titleOf(mlc.key),
      byHand.number ?? '',
      byHand.rows.join(', '),
      mlc.item,
      differences.map((one) => differenceText(one, mlc)).join('; '),
    ]);
  section(output, 'Differ:', shown, rows, [
    { title: 'document' },
    { title: 'key' },
    { title: 'for' },
    { title: 'by hand as' },
    { title: 'row' },
    { title: 'item' },
    { title: 'difference', cut: 'under' },
  ]);
}

/** A receipt is counted in the purchase order's unit; people may have counted in another. */
function differenceText({ field, mlc, byHand }: Difference, { unit }: WouldLine): string {
  const counted = field === 'quantity' && unit !== null ? ` ${unit}` : '';
  return `${field} ${mlc || 'none'}${counted}, by hand ${byHand || 'none'}`;
}

function printOnlyMlc(
  output: Output,
  { lines, titleOf }: RehearsalComparison,
  shown: number,
): void {
  const rows = lines.onlyMlc.map(({ kind, key, item, quantity, lot, warehouse, day }): Cell[] => [
    documentWord(kind),
    key,
    titleOf(key),
    item,
    quantity,
    lot ?? '',
    warehouse ?? '',
    day ?? '',
  ]);
  section(output, 'Only mlc would book:', shown, rows, [
    { title: 'document' },
    { title: 'key' },
    { title: 'for' },
    { title: 'item' },
    { title: 'quantity', align: 'right' },
    { title: 'lot' },
    { title: 'warehouse' },
    { title: 'day' },
  ]);
}

function printOnlyByHand(
  output: Output,
  { lines, flaggedAs }: RehearsalComparison,
  shown: number,
): void {
  const rows = lines.onlyByHand.map((line): Cell[] => [
    documentWord(line.kind),
    line.number ?? '',
    line.reference,
    line.rows.join(', '),
    line.item,
    line.quantity,
    line.lot ?? '',
    line.warehouse ?? '',
    line.day ?? '',
    whyNot(line, flaggedAs),
  ]);
  section(output, 'Only booked by hand:', shown, rows, [
    { title: 'document' },
    { title: 'number' },
    { title: 'reference' },
    { title: 'row' },
    { title: 'item' },
    { title: 'quantity', align: 'right' },
    { title: 'lot' },
    { title: 'warehouse' },
    { title: 'day' },
    { title: 'mlc', cut: 'under' },
  ]);
}

function whyNot({ reference }: HandLine, flaggedAs: (reference: string) => string[]): string {
  const codes = flaggedAs(reference);
  return codes.length === 0 ? '' : `would flag it: ${codes.join(', ')}`;
}

function section(
  output: Output,
  title: string,
  shown: number,
  rows: Cell[][],
  columns: Column[],
): void {
  if (rows.length === 0) return;
  output.line();
  output.line(title);
  output.table(columns, rows.slice(0, shown));
  printRest(output, rows.length, shown);
}
