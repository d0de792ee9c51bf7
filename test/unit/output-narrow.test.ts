import { describe, expect, it } from 'vitest';
import { createOutput, tableLines } from '../../src/cli/output.ts';

const paint = (text: string) => text;
const columns = [{ title: 'id' }, { title: 'reason' }, { title: 'what', cut: 'under' as const }];
const rows = [['7', 'OVER_RECEIPT', '4 more of item MUG were stowed than the order can take.']];

describe('a sentence in the last column', () => {
  it('is cut while enough of it is left to be read', () => {
    const lines = tableLines({ columns, rows, widthMax: 60, paint });

    expect(lines).toEqual([
      'ID  REASON        WHAT',
      '7   OVER_RECEIPT  4 more of item MUG were stowed than the o…',
    ]);
  });

  it('moves under its row, whole, when the terminal is too narrow for that', () => {
    const lines = tableLines({ columns, rows, widthMax: 38, paint });

    expect(lines).toEqual([
      'ID  REASON',
      '7   OVER_RECEIPT',
      '    4 more of item MUG were stowed',
      '    than the order can take.',
    ]);
  });
});

describe('a value beside its label', () => {
  function blockOn(terminal: boolean): string {
    let written = '';
    const output = createOutput({
      sink: {
        write: (text) => {
          written += text;
        },
        isTTY: terminal,
        columns: 24,
      },
      environment: { NO_COLOR: '1' },
      format: 'text',
    });
    output.block([['what to do', 'Mend the rule and run again']]);
    return written;
  }

  it('is broken at spaces on a terminal, under itself', () => {
    expect(blockOn(true)).toBe(
      'what to do  Mend the\n            rule and run\n            again\n',
    );
  });

  it('stays on one line in a pipe, for grep', () => {
    expect(blockOn(false)).toBe('what to do  Mend the rule and run again\n');
  });
});
