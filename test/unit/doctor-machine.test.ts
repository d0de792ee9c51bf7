import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClockWatch } from '../../src/runtime/clock-watch.ts';
import type { Http, HttpOutcome } from '../../src/runtime/http.ts';
import { createMachine } from '../../src/runtime/machine.ts';
import { supportEndsAtMs } from '../../src/shipbob/api-version.ts';
import { examineDatabase } from '../../src/store/examination.ts';
import { freshPath, openTestStore, testAuditKey } from '../support/store-open.ts';

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-machine-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('the machine', () => {
  const machine = createMachine();

  it('knows files with their permissions, and what is not there', () => {
    const path = join(freshFolder(), 'mlc.key');
    writeFileSync(path, 'secret', { mode: 0o600 });

    expect(machine.file(path)).toMatchObject({ kind: 'file', bytes: 6, mode: 0o600 });
    expect(machine.file(`${path}.next`)).toBeNull();
    expect([machine.access(path, 'read'), machine.access(`${path}.next`, 'read')]).toEqual([
      'yes',
      'no',
    ]);
  });

  it('tells free space, and nothing of a folder that is not there', () => {
    const folder = freshFolder();

    const disk = machine.disk(folder);

    expect(disk?.totalBytes).toBeGreaterThan(disk?.freeBytes ?? Number.POSITIVE_INFINITY);
    expect(machine.disk(join(folder, 'nowhere'))).toBeNull();
  });

  it('reads a certificate and tells whether a key belongs to it', () => {
    const folder = freshFolder();
    const make = (name: string) => {
      const files = { key: join(folder, `${name}.key`), cert: join(folder, `${name}.pem`) };
      const subject = ['-subj', `/CN=${name}.example.com`, '-days', '90'];
      const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
      const out = ['-keyout', files.key, '-out', files.cert];
      execFileSync('openssl', ['req', '-x509', ...kind, ...out, ...subject], { stdio: 'ignore' });
      return files;
    };
    const ours = make('ours');
    const other = make('other');

    const facts = machine.certificate(ours.cert);

    expect(facts?.subject).toBe('CN=ours.example.com');
    expect((facts?.validToMs ?? 0) - (facts?.validFromMs ?? 0)).toBe(90 * 86_400_000);
    expect(machine.keyFits(ours.cert, ours.key)).toBe('yes');
    expect(machine.keyFits(ours.cert, other.key)).toBe('no');
    expect(machine.keyFits(ours.cert, ours.cert)).toBe('unreadable');
    expect(machine.certificate(ours.key)).toBeNull();
  });
});

describe('the watch over clocks', () => {
  const answer = (headers: Record<string, string>): HttpOutcome => ({
    kind: 'answer',
    status: 200,
    headers,
    text: '',
    durationMs: 1,
  });
  const call = { method: 'GET', url: 'x', headers: {}, body: null, deadlineMs: 1 } as const;
  /** Each exchange takes that long. */
  function watched(outcome: HttpOutcome, roundMs: number) {
    let atMs = Date.UTC(2026, 10, 23, 12, 10);
    const watch = createClockWatch({ now: () => atMs });
    const http: Http = {
      async send() {
        atMs += roundMs;
        return outcome;
      },
      close() {},
    };
    return { watch, http: watch.over(http, 'ShipBob') };
  }

  it('sees ten minutes, give or take half the round trip and half a second', async () => {
    const { watch, http } = watched(answer({ date: 'Mon, 23 Nov 2026 12:00:00 GMT' }), 400);

    await http.send(call);

    expect(watch.readings()).toEqual([
      { system: 'ShipBob', aheadMs: 600_000 + 200 - 500, uncertaintyMs: 700 },
    ]);
  });

  it('learns nothing from answers without a date, from a cache, or that never came', async () => {
    const date = 'Mon, 23 Nov 2026 12:00:00 GMT';
    const outcomes = [
      answer({}),
      answer({ date: 'yesterday' }),
      answer({ date, age: '30' }),
      { kind: 'unclear', reason: 'reset', durationMs: 1 } as const,
    ];

    for (const outcome of outcomes) {
      const { watch, http } = watched(outcome, 10);
      await http.send(call);
      expect(watch.readings()).toEqual([]);
    }
  });
});

describe('the support of an API version', () => {
  it.each([
    ['2025-07', '2027-08-01'],
    ['2026-01', '2028-02-01'],
    ['2026-07', '2028-08-01'],
  ])('of %s is over on %s', (version, day) => {
    expect(supportEndsAtMs(version)).toBe(Date.parse(`${day}T00:00:00Z`));
  });

  it('is not known of another name', () => {
    expect(supportEndsAtMs('1.0')).toBeNull();
  });
});

describe('the examination of a database', () => {
  it('finds a new one sound, and changes nothing in it', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    await store.act({ actor: 'ann', action: 'acted', detail: {}, record: null, nowMs: 1 });
    const before = await store.auditHead();

    const facts = examineDatabase(path, testAuditKey);

    expect(facts.auditTail).toEqual({ rows: before.seq, brokenAt: null });
    expect(facts.migrations.applied).toBe(facts.migrations.known);
    expect(await store.auditHead()).toEqual(before);
  });

  it('names the row of the trail that somebody changed', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    for (const nowMs of [1, 2, 3]) {
      await store.act({ actor: 'ann', action: 'acted', detail: {}, record: null, nowMs });
    }
    const { seq } = await store.auditHead();
    await store.close();
    const file = new Database(path);
    file.exec('drop trigger if exists audit_no_update');
    for (const name of file
      .prepare(`select name from sqlite_schema where type = 'trigger' and tbl_name = 'audit'`)
      .pluck()
      .all()) {
      file.exec(`drop trigger "${String(name)}"`);
    }
    file.prepare(`update audit set actor = 'bob' where seq = ?`).run(seq - 1);
    file.close();

    const facts = examineDatabase(path, testAuditKey);

    expect(facts.auditTail).toEqual({ rows: seq, brokenAt: seq - 1 });
  });

  it('throws for a file that is not there', () => {
    expect(() => examineDatabase(freshPath(), null)).toThrow(/no database/);
  });
});
