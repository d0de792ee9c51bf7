import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutput, type TextSink, tableLines, usesColour } from '../../src/cli/output.ts';
import { createProgress } from '../../src/cli/progress.ts';
import { displayWidth, plainText, shortened } from '../../src/cli/text-width.ts';
import { ageText, durationText, momentText, moneyText } from '../../src/cli/words.ts';

const esc = '\u001b';
const unpainted = (text: string) => text;

function aSink(details: Partial<TextSink> = {}) {
  let written = '';
  const sink: TextSink = {
    ...details,
    write(text) {
      written += text;
    },
  };
  return { sink, text: () => written };
}

describe('a table', () => {
  it('lines up columns, numbers to the right', () => {
    const lines = tableLines({
      columns: [{ title: 'sku' }, { title: 'quantity', align: 'right' }],
      rows: [
        ['COFFEE-DARK', '5'],
        ['MUG', '120'],
      ],
      widthMax: null,
      paint: unpainted,
    });

    expect(lines).toEqual([
      'SKU          QUANTITY',
      'COFFEE-DARK         5',
      'MUG               120',
    ]);
  });

  it('gives way on a narrow terminal where it may, and never in an id', () => {
    const lines = tableLines({
      columns: [{ title: 'id' }, { title: 'reason', cut: 'yes' }],
      rows: [['309589638', 'the customer WEB001 is stopped in Infor']],
      widthMax: 30,
      paint: unpainted,
    });

    expect(lines[1]).toBe('309589638  the customer WEB00…');
    expect(displayWidth(lines[1] ?? '')).toBe(30);
  });

  it('counts East Asian letters and emoji as two columns', () => {
    const lines = tableLines({
      columns: [{ title: 'name' }, { title: 'n', align: 'right' }],
      rows: [
        ['東京', '1'],
        ['☕ 👩‍🔧', '2'],
        ['café', '3'],
      ],
      widthMax: null,
      paint: unpainted,
    });

    expect(new Set(lines.map(displayWidth)).size).toBe(1);
  });

  it('does not let a text from outside move the cursor or break the row', () => {
    const { sink, text } = aSink({ isTTY: true, columns: 80 });
    const output = createOutput({ sink, environment: { NO_COLOR: '1' }, format: 'text' });

    output.table([{ title: 'name' }], [[`a\n${esc}[2Jb\tc`]]);
    output.block([['label', `x${esc}]0;title\u0007y\r\nz`]]);

    expect(text()).toBe('NAME\na [2Jb c\nlabel  x ]0;title y z\n');
  });

  it('is never wider than the terminal while every column may be cut', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 28, max: 60 }),
        (rows, widthMax) => {
          const lines = tableLines({
            columns: ['a', 'b', 'c'].map((title) => ({ title, cut: 'yes' })),
            rows,
            widthMax,
            paint: unpainted,
          });

          expect(lines).toHaveLength(rows.length + 1);
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(widthMax);
        },
      ),
    );
  });
});

describe('output', () => {
  it('is coloured on a terminal and plain in a pipe', () => {
    const terminal = aSink({ isTTY: true });
    const pipe = aSink();
    for (const { sink } of [terminal, pipe]) {
      const output = createOutput({ sink, environment: {}, format: 'text' });
      output.table([{ title: 'state' }], [[{ text: 'posted', tone: 'good' }]]);
    }

    expect(terminal.text()).toContain(`${esc}[32mposted${esc}[0m`);
    expect(pipe.text()).toBe('STATE\nposted\n');
  });

  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [false, { FORCE_COLOR: '0' }, false],
  ])('terminal %s with %o is coloured: %s', (terminal, environment, coloured) => {
    expect(usesColour({ terminal, environment })).toBe(coloured);
  });

  it('is one document as JSON and one line an object as ndjson', () => {
    const { sink, text } = aSink({ isTTY: true });
    const output = createOutput({ sink, environment: {}, format: 'json' });

    output.json({ a: [1] });
    output.ndjson({ b: 'x\ny' });
    output.ndjson({ b: 2 });

    const lines = text().split('\n');
    expect(JSON.parse(lines.slice(0, 5).join('\n'))).toEqual({ a: [1] });
    expect(lines.slice(5)).toEqual(['{"b":"x\\ny"}', '{"b":2}', '']);
  });

  it('survives a reader that went away', () => {
    const sink: TextSink = {
      write() {
        throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
      },
    };
    const output = createOutput({ sink, environment: {}, format: 'text' });

    expect(() => output.line('x')).not.toThrow();
    expect(() => output.table([{ title: 'a' }], [['b']])).not.toThrow();
  });
});

describe('words for numbers and times', () => {
  it.each([
    ['12.5', 'USD', '12.50 USD'],
    ['-3', 'USD', '-3.00 USD'],
    ['0.12345', null, '0.12345'],
    ['1234567.1', 'EUR', '1234567.10 EUR'],
  ])('%s %s is %s', (amount, currency, text) => {
    expect(moneyText(amount, currency)).toBe(text);
  });

  it.each([
    [80, '80 ms'],
    [2500, '2.5 s'],
    [59_999, '1 min'],
    [60_000, '1 min'],
    [90_000, '1 min 30 s'],
    [3_600_000, '1 h'],
    [100_800_000, '1 d 4 h'],
    [86_400_000 + 60_000, '1 d'],
    [-1500, '-1.5 s'],
  ])('%i ms is %s', (durationMs, text) => {
    expect(durationText(durationMs)).toBe(text);
  });

  it.each([
    [1_000_000, 1_000_400, 'now'],
    [0, 10_860_000, '3 h ago'],
    [300_000, 0, 'in 5 min'],
  ])('%i seen from %i is %s', (atMs, nowMs, text) => {
    expect(ageText(atMs, nowMs)).toBe(text);
  });

  it('gives moments in UTC and a dash for none', () => {
    expect(momentText(Date.parse('2026-11-03T08:15:00Z'))).toBe('2026-11-03 08:15:00Z');
    expect(momentText(null)).toBe('–');
  });
});

describe('text', () => {
  it('is cut between letters, not inside one', () => {
    expect(shortened('東京都', 4)).toBe('東…');
    expect(shortened('👩‍🔧👩‍🔧👩‍🔧', 5)).toBe('👩‍🔧👩‍🔧…');
    expect(shortened('abc', 3)).toBe('abc');
  });

  it('loses its control characters only', () => {
    expect(plainText('a\u0000\u001b\u009bb é 東')).toBe('a b é 東');
  });
});

describe('progress', () => {
  function aProgress(sink: TextSink, quiet: 'yes' | 'no' = 'no') {
    let nowMs = 0;
    const progress = createProgress({ sink, environment: {}, quiet, clock: { now: () => nowMs } });
    return { progress, pass: (durationMs: number) => (nowMs += durationMs) };
  }

  it('is one line that is written over, on a terminal', () => {
    const { sink, text } = aSink({ isTTY: true, columns: 20 });
    const { progress, pass } = aProgress(sink);

    progress.update('orders: page 3 of 12 and more');
    progress.update('too soon to be shown');
    pass(200);
    progress.update('posting');
    progress.clear();

    const erase = `\r${esc}[2K`;
    expect(text()).toBe(`${erase}orders: page 3 of …${erase}posting${erase}`);
  });

  it('makes way for a log line and comes back', () => {
    const { sink, text } = aSink({ isTTY: true });
    const { progress } = aProgress(sink);

    progress.update('posting');
    progress.interrupt(() => sink.write('a log line\n'));

    expect(text().endsWith(`\r${esc}[2Ka log line\nposting`)).toBe(true);
  });

  it('is silent in a pipe and when asked to be', () => {
    const pipe = aSink();
    const quiet = aSink({ isTTY: true });

    aProgress(pipe.sink).progress.update('posting');
    aProgress(quiet.sink, 'yes').progress.update('posting');

    expect(pipe.text() + quiet.text()).toBe('');
  });
});
