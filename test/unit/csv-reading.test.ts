import { describe, expect, it } from 'vitest';
import { readCsv } from '../../src/app/csv-reading.ts';

function cellsOf(text: string): string[][] {
  const reading = readCsv(text);
  if (reading.state === 'wrong') throw new Error(reading.why);
  return reading.rows.map(({ cells }) => cells);
}

describe('a CSV file', () => {
  it.each([
    ['commas', 'kind,source\nsku,A;B'],
    ['semicolons, as Excel writes where the comma parts decimals', 'kind;source\r\nsku;A;B'],
    ['tabs', 'kind\tsource\nsku\tA;B'],
    ['a byte order mark', '\uFEFFkind;source\r\nsku;"A;B"\r\n'],
    ['a separator of another kind inside a title in quotes', '"kind;";"source,,,"\nsku;"A;B"'],
  ])('is read with %s', (_name, text) => {
    const [titles, row] = cellsOf(text);

    expect(titles).toHaveLength(2);
    expect(row?.slice(0, 2).join(';')).toMatch(/^sku;A/);
  });

  it('names the line that a row begins on, also after cells with line ends in them', () => {
    const reading = readCsv('kind,source\r\nsku,"A\r\nB"\r\n,\r\nsku,C\r\n');

    expect(reading).toMatchObject({ rows: [{ line: 1 }, { line: 2 }, { line: 5 }] });
  });

  it('has no rows where nothing is written', () => {
    expect(cellsOf('')).toEqual([]);
    expect(cellsOf('\uFEFF\r\n\r\n')).toEqual([]);
  });

  it('is refused with the line where its quotes go wrong', () => {
    expect(readCsv('kind,source\nsku,A\nsku,"B" x\n')).toMatchObject({ state: 'wrong', line: 3 });
  });
});
