import { describe, expect, it } from 'vitest';
import { csvText } from '../../src/cli/csv-text.ts';

describe('CSV for a spreadsheet', () => {
  it.each(['=1+1', '+SUM(A1)', '-2+3', '@cmd', '\t=1', '\r=1', '-', '+'])(
    'makes %j text, since it would be run as a formula',
    (cell) => {
      expect(csvText(['a'], [[cell]])).toContain(`'${cell}`);
    },
  );

  it.each(['-12', '+3.5', '0', '2026-11-30', 'COF-DARK', 'a=b'])('leaves %s alone', (cell) => {
    expect(csvText(['a'], [[cell]])).toBe(`a\r\n${cell}\r\n`);
  });

  it('quotes what holds a separator, a quote or a line end', () => {
    expect(csvText(['a', 'b'], [['1,2', 'say "x"\ny']])).toBe('a,b\r\n"1,2","say ""x""\ny"\r\n');
  });
});
