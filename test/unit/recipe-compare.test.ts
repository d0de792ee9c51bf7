import { describe, expect, it } from 'vitest';
import { difference, heldLines, lineNumber, negated } from '../../src/infor/m3/recipe/compare.ts';

const planned = [
  { line: 1, item: 'MUG', quantity: '3', lot: null },
  { line: 2, item: 'TEA', quantity: '0.5', lot: 'L1' },
];
const mug = { line: 1, item: 'MUG', quantity: '3', lot: '' };
const tea = { line: 2, item: 'TEA', quantity: '0.5', lot: 'L1' };

describe('comparing staged lines with the plan', () => {
  it.each([
    ['as planned', [mug, tea], null],
    [
      'in another notation',
      [
        { ...mug, quantity: '3.000' },
        { ...tea, quantity: '.50' },
      ],
      null,
    ],
    ['with a lot where any would do', [{ ...mug, lot: 'L9' }, tea], null],
    ['in two parts', [{ ...mug, quantity: '1' }, { ...mug, quantity: '2' }, tea], null],
    ['without a line', [mug], 'line 2 (TEA) is missing'],
    ['with another item', [{ ...mug, item: 'CUP' }, tea], 'line 1 has item CUP instead of MUG'],
    ['with another lot', [mug, { ...tea, lot: 'L2' }], 'line 2 has lot L2 instead of L1'],
    ['without its lot', [mug, { ...tea, lot: '' }], 'line 2 has lot none instead of L1'],
    ['twice', [mug, mug, tea], 'line 1 has quantity 3 + 3 instead of 3'],
    ['with nonsense', [{ ...mug, quantity: 'x' }, tea], 'line 1 has quantity x instead of 3'],
    [
      'with a foreign line',
      [mug, tea, { ...mug, line: 9 }],
      'there is a line of MUG that was not planned',
    ],
    [
      'with a nameless line',
      [mug, tea, { ...mug, line: null }],
      'there is a line of MUG that was not planned',
    ],
  ])('%s', (_, staged, expected) => {
    expect(difference(planned, staged)).toBe(expected);
  });
});

describe('held lines', () => {
  it('adds up the parts of one line and lot, and keeps lots apart', () => {
    expect(
      heldLines([
        { line: 1, item: 'TEA', quantity: '1.50', lot: 'L1' },
        { line: 1, item: 'TEA', quantity: '2', lot: 'L1' },
        { line: 1, item: 'TEA', quantity: '4', lot: 'L2' },
      ]),
    ).toEqual([
      { line: 1, item: 'TEA', quantity: '3.5', lot: 'L1' },
      { line: 1, item: 'TEA', quantity: '4', lot: 'L2' },
    ]);
  });
});

describe('held lines whose quantity does not say', () => {
  it.each(['', '  ', '*****', '1,5'])('"%s" are not held at nought', (quantity) => {
    const line = { line: 1, item: 'TEA', quantity: '2', lot: '' };

    expect(heldLines([line, { ...line, quantity }])).toBeNull();
  });
});

describe('texts of M3', () => {
  it('reads line numbers and nothing else', () => {
    expect([
      lineNumber(' 12 '),
      lineNumber('007'),
      lineNumber('A1'),
      lineNumber(undefined),
    ]).toEqual([12, 7, null, null]);
  });

  it('turns quantities round, also with the minus behind', () => {
    expect([negated('2'), negated('2.50-'), negated(''), negated('0')]).toEqual([
      '-2',
      '2.5',
      '0',
      '0',
    ]);
  });
});
