import { describe, expect, it } from 'vitest';
import { anchorLine, readAnchorFile, readExpectedHead } from '../../src/core/audit-anchor.ts';

const mac = 'ab'.repeat(32);
const anchor = {
  atMs: Date.UTC(2026, 10, 30, 18),
  databaseId: '0b6f4c1e-8a35-4f6f-9d52-6a7c1d2e3f40',
  seq: 4711,
  mac,
};

describe('an anchor of the audit trail', () => {
  it('is one line that can be read back', () => {
    const line = anchorLine(anchor);

    expect(line).toBe(
      `mlc-audit-anchor at=2026-11-30T18:00:00.000Z database=${anchor.databaseId} head=4711:${mac}`,
    );
    expect(readExpectedHead(line)).toEqual({ databaseId: anchor.databaseId, seq: 4711, mac });
  });

  it('is found in a system log, behind the words of that', () => {
    const log = [
      'Nov 30 18:00:00 host cron[1]: (mlc) CMD (mlc audit anchor --syslog)',
      `Nov 30 18:00:01 host mlc: ${anchorLine(anchor)}`,
      '',
    ].join('\n');

    expect(readAnchorFile(log)).toEqual({
      anchors: [{ line: 2, databaseId: anchor.databaseId, seq: 4711, mac }],
      otherLines: 1,
    });
  });

  it('may be the bare head, which says nothing of the database', () => {
    expect(readExpectedHead(` 12:${mac}\n`)).toEqual({ databaseId: null, seq: 12, mac });
    expect(readAnchorFile(`# kept by hand\r\n12:${mac}\r\n`).anchors).toHaveLength(1);
  });

  it.each([
    ['', 'nothing'],
    [`12:${mac.slice(1)}`, 'a MAC of 63 digits'],
    [`12:${mac.toUpperCase()}`, 'upper-case digits'],
    [`-1:${mac}`, 'a negative row'],
    [`${mac}`, 'no row'],
    [`mlc-audit-anchor at=yesterday database=x head=1:${mac}`, 'no moment'],
  ])('refuses %j (%s)', (text) => {
    expect(() => readExpectedHead(text)).toThrow('not the head of an audit trail');
  });

  it('does not pass over a line that was torn', () => {
    const torn = anchorLine(anchor).slice(0, -10);

    expect(() => readAnchorFile(`${anchorLine(anchor)}\n${torn}`)).toThrow(
      'line 2 is no whole anchor',
    );
  });
});
