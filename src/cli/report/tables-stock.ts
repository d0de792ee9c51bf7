/** On hand, per item and per part of its difference. */
import { isZero } from '../../core/quantity.ts';
import type { OnHandRow, ReconciliationReport } from '../../core/reconciliation.ts';
import { categorySum } from './bridge.ts';
import { signed } from './number.ts';
import { type ReportCell, type ReportColumnOf, type ReportTable, table } from './table.ts';
import { bridgeCategories, bridgeWords } from './words.ts';

/**
 * A bridge that was not compared is one row that says so. An empty table would read as "nothing
 * differs", and a zero as "nothing is unexplained".
 */
type Line<Row> = { compared: 'yes'; row: Row } | { compared: 'no'; why: string };

function linesOf<Row>(
  report: ReconciliationReport,
  rowsOf: (row: OnHandRow) => Row[],
): Line<Row>[] {
  const { onHand } = report;
  if (onHand.state === 'notCompared') return [{ compared: 'no', why: onHand.why }];
  return onHand.rows.flatMap(rowsOf).map((row): Line<Row> => ({ compared: 'yes', row }));
}

function field<Row>(of: (row: Row) => ReportCell): (line: Line<Row>) => ReportCell {
  return (line) => (line.compared === 'yes' ? of(line.row) : null);
}

function why<Row>(line: Line<Row>): string | null {
  return line.compared === 'no' ? line.why : null;
}

export function onHandTable(report: ReconciliationReport): ReportTable {
  return table<Line<OnHandRow>>(
    'on-hand',
    'On hand',
    [
      ['compared', 'Compared', 'text', ({ compared }) => compared],
      ['item', 'Item', 'code', field(({ item }) => item)],
      ['warehouse', 'Warehouse', 'code', field(({ warehouse }) => warehouse)],
      ['sku', 'SKU', 'code', field(({ sku }) => sku)],
      ['infor', 'Infor', 'quantity', field(({ infor }) => infor)],
      ...bridgeCategories.map(
        (category): ReportColumnOf<Line<OnHandRow>> => [
          category,
          bridgeWords[category],
          'quantity',
          field((row) => categorySum(row, category)),
        ],
      ),
      ['shipbob', 'ShipBob', 'quantity', field(({ shipbob }) => shipbob)],
      ['difference', 'Difference', 'quantity', field(({ difference }) => difference)],
      ['why', 'Why not compared', 'text', why],
    ],
    linesOf(report, (row) => [row]),
  );
}

export function onHandPartsTable(report: ReconciliationReport): ReportTable {
  type Part = { row: OnHandRow; part: OnHandRow['parts'][number] };
  return table<Line<Part>>(
    'on-hand-parts',
    'On hand, explained',
    [
      ['compared', 'Compared', 'text', ({ compared }) => compared],
      ['item', 'Item', 'code', field(({ row }) => row.item)],
      ['warehouse', 'Warehouse', 'code', field(({ row }) => row.warehouse)],
      ['sku', 'SKU', 'code', field(({ row }) => row.sku)],
      ['category', 'Part', 'text', field(({ part }) => bridgeWords[part.category])],
      ['quantity', 'Units', 'quantity', field(({ part }) => part.quantity)],
      ['ageDays', 'Age in days', 'count', field(({ part }) => part.ageDays)],
      ['detail', 'Detail', 'text', field(({ part }) => part.detail)],
      ['why', 'Why not compared', 'text', why],
    ],
    linesOf(report, (row) => row.parts.map((part) => ({ row, part }))),
  );
}

/** A page is not wide enough for a column for each part: they share one. */
export function onHandOnPage(rows: readonly OnHandRow[]): ReportTable {
  return table<OnHandRow>(
    'on-hand',
    'On hand',
    [
      ['item', 'Item', 'code', ({ item }) => item],
      ['warehouse', 'Warehouse', 'code', ({ warehouse }) => warehouse],
      ['sku', 'SKU', 'code', ({ sku }) => sku],
      ['infor', 'Infor', 'quantity', ({ infor }) => infor],
      ['shipbob', 'ShipBob', 'quantity', ({ shipbob }) => shipbob],
      ['difference', 'Difference', 'quantity', ({ difference }) => difference],
      ['parts', 'Made up of', 'text', partsText],
    ],
    rows,
  );
}

function partsText(row: OnHandRow): string {
  return bridgeCategories
    .map((category) => [bridgeWords[category], categorySum(row, category)] as const)
    .filter(([, sum]) => !isZero(sum))
    .map(([words, sum]) => `${words} ${signed(sum)}`)
    .join('; ');
}
