import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AuditEntry } from '../../src/app/ports.ts';
import { noExtras } from '../../src/cli/report/extras.ts';
import { gatherTraces, traceOf } from '../../src/cli/report/traces.ts';
import { type ReportFormat, requirePlace, writeReport } from '../../src/cli/report/write-report.ts';
import { externalKey } from '../../src/core/schema.ts';
import { aFinding, aReport } from '../support/builders-report.ts';
import { openTestStore, takeLease } from '../support/store-open.ts';
import { anOrder } from '../support/store-record.ts';

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function written(format: ReportFormat, path: string | null, replace: 'yes' | 'no' = 'no') {
  const said: string[] = [];
  const write = (text: string) => said.push(text);
  const place = path === null ? null : { path, replace };
  const paths = await writeReport({ report: aReport(), extras: noExtras, format, place, write });
  return { said: said.join(''), paths };
}

describe('writing a report', () => {
  it('writes a page, a workbook and JSON to the file that was named', async () => {
    const folder = freshFolder();
    for (const format of ['html', 'xlsx', 'json'] as const) {
      const path = join(folder, `report.${format}`);

      expect(await written(format, path)).toEqual({ said: '', paths: [path] });
    }
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
    expect(readFileSync(join(folder, 'report.xlsx')).toString('latin1', 0, 2)).toBe('PK');
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toMatchObject({ id: 7 });
  });

  it('writes CSV as one file for each table', async () => {
    const folder = join(freshFolder(), 'tables');
    const { paths } = await written('csv', folder);

    expect(readdirSync(folder)).toContain('cut-off.csv');
    expect(paths).toHaveLength(readdirSync(folder).length);
  });

  it('gives text to standard output, and refuses what has no place there', async () => {
    expect((await written('html', null)).said).toMatch(/^<!doctype html>/);
    expect(JSON.parse((await written('json', null)).said)).toMatchObject({ verdict: 'differs' });
    for (const format of ['xlsx', 'csv'] as const) {
      await expect(written(format, null)).rejects.toMatchObject({ code: 'USAGE' });
    }
  });

  it('says which file cannot be written', async () => {
    const path = join(freshFolder(), 'missing', 'report.html');

    await expect(written('html', path)).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      evidence: { file: path },
    });
  });

  it('writes over nothing unless that is asked for', async () => {
    const folder = freshFolder();
    const path = join(folder, 'report.html');
    writeFileSync(path, 'signed');

    await expect(written('html', path)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    await expect(written('csv', folder)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(readdirSync(folder)).toEqual(['report.html']);
    expect(readFileSync(path, 'utf8')).toBe('signed');
    await written('html', path, 'yes');
    expect(readFileSync(path, 'utf8')).toMatch(/^<!doctype html>/);
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('takes the place of no folder and no device, and says so before anything is read', () => {
    const folder = freshFolder();
    const link = join(folder, 'link');
    symlinkSync('/dev/null', link);

    for (const path of [folder, link, join(folder, 'missing', 'x')]) {
      expect(() => requirePlace('xlsx', { path, replace: 'yes' })).toThrow('cannot be written');
    }
    expect(readdirSync(folder)).toEqual(['link']);
  });
});

describe('the trace of a finding', () => {
  const key = externalKey('S388185605-1');
  const nowMs = 1_760_000_000_000;

  function entry(seq: number, changes: Partial<AuditEntry> = {}): AuditEntry {
    return {
      seq,
      atMs: seq,
      runId: 1,
      actor: 'engine',
      action: 'moved',
      record: null,
      postingKey: key,
      detail: { from: 'pending', to: 'staged', because: `step ${seq}` },
      bodyHash: null,
      body: null,
      ...changes,
    };
  }

  it('leaves out single calls and other documents of the order, and says how much', () => {
    const entries = [
      entry(1, { action: 'observed', postingKey: null, detail: { change: 'added' } }),
      entry(2, { action: 'intended', detail: { call: 'x', step: 'stage' } }),
      entry(3),
      entry(4, { postingKey: 'SB309589638' }),
    ];

    expect(traceOf({ key, document: 'goodsIssue' }, entries)).toEqual({
      lines: [
        { atMs: 1, text: 'first seen in ShipBob' },
        { atMs: 3, text: 'step 3' },
      ],
      left: 1,
    });
  });

  it('leaves out the charges for an order, but where it is about charges', () => {
    const seen = { action: 'observed', postingKey: null, detail: { change: 'added' } };
    const entries = [
      entry(1, { ...seen, record: { kind: 'order', id: '1' } }),
      entry(2, { ...seen, record: { kind: 'charge', id: '2' } }),
    ];

    expect(traceOf({ key, document: 'goodsIssue' }, entries)).toMatchObject({
      lines: [{ atMs: 1 }],
      left: 0,
    });
    expect(traceOf({ key: null, document: 'journal' }, entries).lines).toHaveLength(2);
  });

  it('keeps the beginning and the end of a long story', () => {
    const entries = Array.from({ length: 40 }, (_, index) => entry(index + 1));
    const { lines, left } = traceOf({ key, document: 'goodsIssue' }, entries);

    expect(lines.map(({ atMs }) => atMs)).toEqual([
      1, 2, 3, 4, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    ]);
    expect(left).toBe(24);
  });

  it('is read from the audit trail, and is none where there is nothing to find', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs });
    const observations = [{ record: anOrder('309589638'), startedAtMs: nowMs }];
    const page = { stream: 'orders', nowMs, unreadable: [], checkpointMs: null };
    await store.saveObservations(fence, { ...page, observations });
    const found = aFinding({ key: null, record: { kind: 'order', id: '309589638' } });
    const nothing = aFinding({ key: null, record: null });
    const unknown = aFinding({ key: externalKey('S1-1'), record: null });
    const findings = [nothing, found, unknown];
    const traces = await gatherTraces(store, aReport({ findings }));

    expect([...traces.keys()]).toEqual([1]);
    expect(traces.get(1)).toEqual({
      lines: [{ atMs: nowMs, text: 'first seen in ShipBob' }],
      left: 0,
    });
  });
});
