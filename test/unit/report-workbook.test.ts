import { describe, expect, it } from 'vitest';
import { noExtras } from '../../src/cli/report/extras.ts';
import { reportTables } from '../../src/cli/report/tables.ts';
import { numberCell, workbook } from '../../src/cli/report/workbook.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import type { ReconciliationReport } from '../../src/core/reconciliation.ts';
import { aFinding, aLargeReport, aReport } from '../support/builders-report.ts';
import { type ReadSheet, readWorkbook, zipEntries } from '../support/workbook-reading.ts';

async function sheets(report: ReconciliationReport): Promise<ReadSheet[]> {
  return readWorkbook(await workbook(report, noExtras));
}

async function sheet(report: ReconciliationReport, name: string): Promise<ReadSheet> {
  const found = (await sheets(report)).find((each) => each.name === name);
  if (!found) throw new Error(`there is no sheet ${name}`);
  return found;
}

/** The address of a column's cell in the row with that number; the heading is row 1. */
function at({ cells }: ReadSheet, title: string, row: number) {
  const heading = [...cells].find(
    ([address, { value }]) => /^[A-Z]+1$/.test(address) && value === title,
  );
  return cells.get((heading?.[0] ?? '').replace('1', String(row)));
}

describe('the workbook of a report', () => {
  it('has a sheet for each table, with all of its rows and a heading that stays', async () => {
    const report = aReport();
    const tables = reportTables(report, noExtras);
    const found = await sheets(report);

    expect(found.map(({ name }) => name)).toEqual(tables.map(({ title }) => title));
    tables.forEach(({ rows }, index) => {
      const xml = found[index]?.xml ?? '';

      expect([...xml.matchAll(/<row /g)]).toHaveLength(rows.length + 1);
      expect(xml).toContain('ySplit="1"');
      expect(xml).toMatch(/<autoFilter ref="A1:[A-Z]+\d+"\/>/);
    });
  });

  it('writes quantities, money and days as numbers, and codes that look like numbers as text', async () => {
    const findings = await sheet(aReport(), 'Findings');

    expect(at(findings, 'Infor', 2)).toEqual({ type: 'number', value: '10' });
    expect(at(findings, 'Amount', 7)).toEqual({ type: 'number', value: '118.4' });
    expect(at(findings, 'Infor number', 2)).toEqual({ type: 'text', value: '0010000042' });
    // Days since 1899-12-30; the 12th of November 2026.
    expect(at(findings, 'Day', 2)).toEqual({ type: 'number', value: '46338' });
  });

  it('shows moments on the clock of the period, and names its zone', async () => {
    const cutOff = await sheet(aReport(), 'Cut-off');
    const posted = Number(at(cutOff, 'Posted at (America/Chicago)', 2)?.value);

    expect(new Date(Math.round((posted - 25_569) * 86_400) * 1000).toISOString()).toBe(
      '2026-12-01T00:11:11.000Z',
    );
  });

  it('keeps every digit of a number that a spreadsheet would round', () => {
    expect(numberCell('999999999999999', 0)).toMatchObject({ value: 999_999_999_999_999 });
    expect(numberCell('9999999999999999', 0)).toMatchObject({
      value: '9999999999999999',
      type: String,
    });
    expect(numberCell('0.000000000000001', 0)).toMatchObject({ type: Number });
    expect(numberCell('-1234567890.123456', 0)).toMatchObject({ value: '-1234567890.123456' });
  });

  it('shows as many decimals as there are, and two of money', () => {
    expect(numberCell('12', 0).format).toBe('#,##0');
    expect(numberCell('12.125', 0).format).toBe('#,##0.000');
    expect(numberCell('12', 2).format).toBe('#,##0.00');
  });

  it('holds no formula, whatever the texts say', async () => {
    const sentence = '=HYPERLINK("http://example.com","x")';
    const report = aReport({
      findings: [aFinding({ sentence, item: '+1', evidence: { note: '@SUM(1)' } })],
      company: '=1+1',
      actor: '-2+3',
    });

    for (const { cells } of await sheets(report)) {
      expect([...cells.values()].filter(({ type }) => type === 'formula')).toEqual([]);
    }
    expect(at(await sheet(report, 'Findings'), 'What was found', 2)).toEqual({
      type: 'text',
      value: sentence,
    });
  });

  it('is not broken by letters that XML does not allow, nor by markup', async () => {
    const report = aReport({ findings: [aFinding({ sentence: 'a\u0000b\u0008<c> & "d"' })] });

    expect(at(await sheet(report, 'Findings'), 'What was found', 2)?.value).toBe('a b <c> & "d"');
  });

  it('cuts a text that no cell can hold, and never half a letter', async () => {
    const report = aReport({
      findings: [aFinding({ sentence: `x${'\u{1f600}'.repeat(20_000)}` })],
    });
    const value = at(await sheet(report, 'Findings'), 'What was found', 2)?.value ?? '';

    expect(value.length).toBeLessThan(32_767);
    expect(value).toMatch(/^x(\u{1f600})+…$/u);
  });

  it('says that on hand was not compared, and has no number there', async () => {
    const why = 'The history is too old.';
    const onHand = await sheet(aReport({ onHand: { state: 'notCompared', why } }), 'On hand');

    expect(
      [...onHand.cells].filter(([address]) => /[A-Z]2$/.test(address)).map(([, cell]) => cell),
    ).toEqual([
      { type: 'text', value: 'no' },
      { type: 'text', value: why },
    ]);
  });

  it('is the same bytes for the same report, whenever it is made', async () => {
    const first = await workbook(aReport(), noExtras);
    const second = await workbook(aReport(), noExtras);

    expect(second.equals(first)).toBe(true);
    for (const { time } of zipEntries(first).values()) expect(time).toBe(((1 << 5) | 1) << 16);
  });

  it('holds all rows of a large report', async () => {
    const flags = await sheet(aLargeReport(5000), 'Open flags');

    expect(at(flags, 'Flag', 5001)).toEqual({ type: 'text', value: '14999' });
  });

  it('keeps a quantity exactly as the report has it', async () => {
    const report = aReport({ findings: [aFinding({ infor: parseQuantity('0.1234567') })] });

    expect(at(await sheet(report, 'Findings'), 'Infor', 2)?.value).toBe('0.1234567');
  });
});
