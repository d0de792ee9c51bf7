import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvTables } from '../../src/cli/report/csv.ts';
import { noExtras } from '../../src/cli/report/extras.ts';
import { reportJson } from '../../src/cli/report/json.ts';
import { isoText } from '../../src/cli/report/moment.ts';
import { htmlReport } from '../../src/cli/report/page.ts';
import { reportTables } from '../../src/cli/report/tables.ts';
import { plainText } from '../../src/cli/text-width.ts';
import { safeCell } from '../../src/core/csv-cell.ts';
import { parseAmount, sumAmounts } from '../../src/core/money.ts';
import { parseQuantity, sumQuantities } from '../../src/core/quantity.ts';
import type { ReconciliationReport } from '../../src/core/reconciliation.ts';
import { aFinding, aReport, sampleTraces } from '../support/builders-report.ts';

const extras = { version: '1.2.3', traces: sampleTraces() };

/** The rows of one CSV file, by column name. */
function csvRows(report: ReconciliationReport, name: string): Record<string, string>[] {
  const file = csvTables(report, extras).find((each) => each.name === name);
  return parse(file?.text ?? '', { bom: true, columns: true });
}

function quantities(rows: Record<string, string>[], column: string) {
  return sumQuantities(rows.flatMap((row) => (row[column] ? [parseQuantity(row[column])] : [])));
}

describe('the tables of a report', () => {
  it('hold every finding, once, with its sentence, numbers and evidence', () => {
    const report = aReport();
    const rows = csvRows(report, 'findings');

    expect(rows.map(({ sentence }) => sentence)).toEqual(
      report.findings.map(({ sentence }) => sentence),
    );
    expect(rows[0]).toMatchObject({ number: '1', shipbob: '12', ledger: '12', infor: '10' });
    expect(JSON.parse(rows[0]?.evidence ?? '')).toEqual(report.findings[0]?.evidence);
  });

  it('hold the trace of a finding under its number', () => {
    const rows = csvRows(aReport(), 'traces');

    expect(rows.filter(({ finding }) => finding === '1')).toHaveLength(5);
    expect(rows.at(-1)).toMatchObject({ finding: '2', key: 'SB309590117' });
  });

  it('say where the traces end, so that no finding looks as if it had no story', () => {
    const findings = Array.from({ length: 502 }, () => aFinding());
    const rows = csvRows(aReport({ findings }), 'traces');

    expect(rows.at(-1)?.text).toBe(
      '2 findings from number 501 on are not traced here: mlc trace KEY tells the story of each.',
    );
    expect(csvRows(aReport({ findings: findings.slice(2) }), 'traces').at(-1)?.text).not.toContain(
      'not traced here',
    );
  });

  it('sum to what the report says', () => {
    const report = aReport();
    const issued = csvRows(report, 'by-day').filter(({ kind }) => kind === 'Goods issues');
    const total = report.documents.find(({ kind }) => kind === 'goodsIssue')?.units;
    const unposted = csvRows(report, 'unposted');

    for (const book of ['shipbob', 'ledger', 'infor'] as const) {
      expect(quantities(issued, book)).toBe(total?.[book]);
    }
    expect(
      sumAmounts(unposted.flatMap(({ amount }) => (amount ? [parseAmount(amount)] : []))),
    ).toBe(sumAmounts(report.waiting.flatMap(({ amount }) => (amount === null ? [] : [amount]))));
  });

  it('sum to the totals also where goods have no item in Infor', () => {
    const report = aReport();
    const [first, ...others] = report.stock;
    const rows = csvRows({ ...report, stock: others }, 'stock');
    const of = (direction: string) => rows.filter((row) => row.direction === direction);
    const days = csvRows(report, 'by-day');

    for (const book of ['shipbob', 'ledger', 'infor'] as const) {
      const issued = days.filter(({ kind }) => kind !== 'Goods receipts');
      expect(quantities(of('out'), book)).toBe(quantities(issued, book));
    }
    expect(first?.direction).toBe('out');
    expect(rows.some(({ item, day }) => item === '(no item in Infor)' && day === '')).toBe(true);
  });

  it('give each item of the bridge parts that make up its difference', () => {
    const parts = ['opening', 'notYetPosted', 'flagged', 'shipbobAdjustment', 'inforForeign'];
    for (const row of csvRows(aReport(), 'on-hand')) {
      const cells = [...parts, 'inTransit', 'finding', 'unexplained'].map(
        (part) => row[part] ?? '',
      );

      expect(sumQuantities(cells.map(parseQuantity))).toBe(row.difference);
    }
  });

  it('say of a bridge that was not compared that it was not, and never a number', () => {
    const why = 'ShipBob keeps its history for 90 days.';
    const report = aReport({ onHand: { state: 'notCompared', why } });

    for (const name of ['on-hand', 'on-hand-parts']) {
      const [row, ...more] = csvRows(report, name);
      const { compared, why: told, ...rest } = row ?? {};

      expect(more).toEqual([]);
      expect({ compared, told }).toEqual({ compared: 'no', told: why });
      expect(Object.values(rest).join('')).toBe('');
    }
  });

  it('have names that fit files and sheets, each once', () => {
    const tables = reportTables(aReport(), noExtras);

    expect(new Set(tables.map(({ name }) => name)).size).toBe(tables.length);
    for (const { name, title } of tables) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(title.length).toBeLessThanOrEqual(31);
      expect(title).not.toMatch(/[[\]:*?/\\]/);
    }
  });
});

describe('a CSV file of a report', () => {
  it('begins with the mark by which Excel knows UTF-8, and ends its lines as RFC 4180 says', () => {
    for (const { text } of csvTables(aReport(), extras)) {
      expect(text.startsWith('\ufeff')).toBe(true);
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    }
  });

  it.each(['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\ufeff=1', '＝1', '\n=1'])(
    'lets no spreadsheet calculate %j',
    (text) => {
      expect(safeCell(text)).toBe(`'${text}`);
      const report = aReport({ findings: [aFinding({ sentence: text, item: text })] });

      expect(csvRows(report, 'findings')[0]).toMatchObject({
        sentence: `'${plainText(text)}`,
        item: `'${plainText(text)}`,
      });
    },
  );

  it('lets no text turn the numbers behind it round, or end a line', () => {
    const sentence = 'Item X\u202e21\u202c\u2066:\u2028 \u001b[2J\u0000ShipBob has 15';
    const report = aReport({ findings: [aFinding({ sentence })] });

    expect(csvRows(report, 'findings')[0]?.sentence).toBe('Item X 21 :   [2J ShipBob has 15');
    const page = htmlReport(report, extras);
    for (const sign of '\u202e\u202c\u2066\u2028\u001b\u0000') expect(page).not.toContain(sign);
  });

  it.each(['-12', '-0.5', '0', '12.75', 'COF-DARK', 'a=b', ''])('leaves %j as it is', (text) => {
    expect(safeCell(text)).toBe(text);
  });

  it('writes a moment on the clock of the period with its offset', () => {
    const [row] = csvRows(aReport(), 'cut-off');

    expect(row?.postedAt).toBe('2026-12-01T00:11:11-06:00');
  });
});

describe('a moment', () => {
  it.each([
    ['America/Chicago', Date.UTC(2026, 10, 1, 6, 30), '2026-11-01T01:30:00-05:00'],
    ['America/Chicago', Date.UTC(2026, 10, 1, 7, 30), '2026-11-01T01:30:00-06:00'],
    ['Asia/Kolkata', Date.UTC(2026, 10, 30, 20, 0, 0, 999), '2026-12-01T01:30:00+05:30'],
    ['UTC', Date.UTC(2026, 0, 1), '2026-01-01T00:00:00+00:00'],
  ])('in %s keeps its hour apart from the one the clock shows twice', (zone, atMs, told) => {
    expect(isoText(atMs, zone)).toBe(told);
    expect(Date.parse(told)).toBe(Math.floor(atMs / 1000) * 1000);
  });
});

describe('the report as JSON', () => {
  it('is the report, and the trace of each finding', () => {
    const report = aReport();
    const told = JSON.parse(JSON.stringify(reportJson(report, extras)));
    const { findings, ...rest } = told;

    expect({ ...rest, findings: report.findings }).toEqual(report);
    expect(findings[0].trace).toHaveLength(5);
    expect(findings[2].trace).toEqual([]);
  });
});
