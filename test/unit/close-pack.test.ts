import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { closeMonth } from '../../src/cli/close/close-month.ts';
import { sha256Of } from '../../src/cli/close/manifest-schema.ts';
import { monthDays, withMonthWarning } from '../../src/cli/close/month.ts';
import { packOf } from '../../src/cli/close/pack.ts';
import { verifyPack } from '../../src/cli/close/verify.ts';
import { readAnchorFile } from '../../src/core/audit-anchor.ts';
import type { ReconciliationReport } from '../../src/core/reconciliation.ts';
import { calendarDay } from '../../src/core/schema.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { anAgreeingReport, aReport } from '../support/builders-report.ts';
import { freshPath, openTestStore } from '../support/store-open.ts';

const nowMs = Date.UTC(2026, 11, 3, 15);

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-close-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store with a few acts, and a comparison that was made at its head. */
async function compared(changes: Partial<ReconciliationReport> = {}, path?: string) {
  const store = await openTestStore(path === undefined ? {} : { path });
  for (const action of ['first', 'second']) {
    await store.act({ actor: 'ann', action, detail: {}, record: null, nowMs: nowMs - 1000 });
  }
  const { seq, mac: head } = await store.auditHead();
  const report = aReport({ audit: { rows: seq, seq, head, brokenAt: null }, ...changes });
  return { store, report };
}

/** Behind the tool's back, past the trigger that guards the trail. */
function tamper(path: string, seq: number): void {
  const database = new Database(path);
  const triggers = database
    .prepare("select name from sqlite_master where type = 'trigger'")
    .pluck();
  for (const name of triggers.all()) database.exec(`drop trigger ${String(name)}`);
  database.prepare("update audit set actor = 'eve' where seq = ?").run(seq);
  database.close();
}

/** Takes the newest rows away, from this one on. */
function cutBefore(path: string, seq: number): void {
  tamper(path, 0);
  const database = new Database(path);
  database.prepare('delete from audit where seq >= ?').run(seq);
  database.close();
}

type Changes = Partial<Parameters<typeof closeMonth>[0]>;

function close(
  store: OpenedStore,
  report: ReconciliationReport,
  out: string,
  changes: Changes = {},
) {
  return closeMonth({
    report,
    store,
    out,
    version: '1.2.3',
    nowMs,
    crash: () => {},
    progress: () => {},
    ...changes,
  });
}

function verify(store: OpenedStore, folder: string) {
  return verifyPack({ folder, store, progress: () => {} });
}

async function faults(store: OpenedStore, folder: string): Promise<string[]> {
  return (await verify(store, folder)).faults.map(({ where, what }) => `${where} ${what}`);
}

describe('a close pack', () => {
  it('is one folder with the report in every form, the lists, the anchor and the hashes', async () => {
    const { store, report } = await compared();
    const { folder } = await close(store, report, freshFolder());

    expect(folder).toMatch(/close-2026-11$/);
    expect(readdirSync(folder).sort()).toEqual(
      [
        'README.txt',
        'SHA256SUMS',
        'audit-anchor.txt',
        'audit.csv',
        'by-day.csv',
        'cut-off.csv',
        'findings.csv',
        'left-out.csv',
        'manifest.json',
        'mapping-changes.csv',
        'not-compared.csv',
        'on-hand-parts.csv',
        'on-hand.csv',
        'open-flags.csv',
        'report.html',
        'report.json',
        'report.xlsx',
        'stock.csv',
        'summary.csv',
        'totals.csv',
        'traces.csv',
        'unposted.csv',
      ].sort(),
    );
  });

  it('names no person by address, since nothing can be purged from it later', async () => {
    const { store, report } = await compared();
    const who = 'ann.o-hale+x@popuppantry.example';
    const sentence = `No customer in Infor for ${who}.`;
    const { folder } = await close(
      store,
      {
        ...report,
        flags: report.flags.map((row) => ({ ...row, sentence })),
        mappingChanges: report.mappingChanges.map((row) => ({ ...row, source: who })),
      },
      freshFolder(),
    );

    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name)).includes('hale+x@')).toBe(false);
    }
    const flags = readFileSync(join(folder, 'open-flags.csv'), 'utf8');
    expect(flags).toContain('No customer in Infor for a…@popuppantry.example.');
  });

  it('explains each of its files', async () => {
    const { store, report } = await compared();
    const { folder } = await close(store, report, freshFolder());
    const readme = readFileSync(join(folder, 'README.txt'), 'utf8');

    for (const name of readdirSync(folder))
      if (name !== 'README.txt') expect(readme).toContain(name);
    expect(readme).toContain(`${report.audit.seq}:${report.audit.head}`);
  });

  it('lists the hash of every file, and a row after its head binds the list', async () => {
    const { store, report } = await compared();
    const { folder, pack, act } = await close(store, report, freshFolder());
    const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n');

    expect(sums).toHaveLength(readdirSync(folder).length - 1);
    for (const line of sums) {
      const [sum, name = ''] = line.split('  ');
      expect(sha256Of(readFileSync(join(folder, name)))).toBe(sum);
    }
    expect(sha256Of(readFileSync(join(folder, 'manifest.json')))).toBe(pack.manifestSha256);
    expect(act.seq).toBe(report.audit.seq + 1);
    expect(act.detail).toEqual({
      period: '2026-11',
      verdict: 'differs',
      comparison: 7,
      manifestSha256: pack.manifestSha256,
    });
    expect(await store.verifyAudit()).toEqual({ rows: act.seq, brokenAt: null });
  });

  it('carries an anchor that the audit commands read', async () => {
    const { store, report } = await compared();
    const { folder } = await close(store, report, freshFolder());
    const text = readFileSync(join(folder, 'audit-anchor.txt'), 'utf8');

    expect(readAnchorFile(text).anchors).toEqual([
      {
        line: 1,
        databaseId: await store.meta('databaseId'),
        seq: report.audit.seq,
        mac: report.audit.head,
      },
    ]);
  });

  it('changes its verdict, and gives no anchor, when the trail does not verify', async () => {
    const path = freshPath();
    const { store, report } = await compared({ verdict: 'agrees', findings: [] }, path);
    tamper(path, 2);
    const { folder, report: told } = await close(store, report, freshFolder());
    const text = readFileSync(join(folder, 'audit-anchor.txt'), 'utf8');

    expect(told).toMatchObject({ verdict: 'differs', audit: { brokenAt: 2 } });
    expect(told.findings.map(({ code }) => code)).toEqual(['AUDIT_BROKEN']);
    expect(told.verdictSentence).toMatch(/^The audit trail does not verify from row 2 on/);
    expect(text).toContain('does not verify from row 2 on');
    expect(readAnchorFile(text).anchors).toEqual([]);
  });

  it('changes its verdict when the trail was cut or written anew after the comparison', async () => {
    const { store, report } = await compared({ verdict: 'agrees', findings: [] });
    const other = { ...report, audit: { ...report.audit, head: 'f'.repeat(64) } };
    const { report: told } = await close(store, other, freshFolder());

    expect(told).toMatchObject({ verdict: 'differs', audit: { brokenAt: report.audit.seq } });
  });

  it('takes its head from the proof, with all that came after the comparison', async () => {
    const { store, report } = await compared();
    await store.act({ actor: 'ann', action: 'later', detail: {}, record: null, nowMs });
    const head = await store.auditHead();
    const { report: told, act } = await close(store, report, freshFolder());

    expect(told.audit).toEqual({ rows: head.seq, seq: head.seq, head: head.mac, brokenAt: null });
    expect(act.seq).toBe(head.seq + 1);
  });

  it('says in its first sentence that a month is not over', async () => {
    const { store, report } = await compared();
    const early = { ...report, asOfMs: report.period.toMs - 1 };
    const { folder } = await close(store, early, freshFolder());

    for (const name of ['report.html', 'summary.csv', 'report.json', 'README.txt']) {
      expect(readFileSync(join(folder, name), 'utf8')).toContain('The month is not over');
    }
    expect(withMonthWarning({ ...report, asOfMs: report.period.toMs }).verdictSentence).toBe(
      report.verdictSentence,
    );
  });
});

describe('checking a close pack', () => {
  it('finds nothing in one that is as it was written, also when the trail has grown', async () => {
    const { store, report } = await compared();
    const { folder, act } = await close(store, report, freshFolder());
    await store.act({ actor: 'ann', action: 'later', detail: {}, record: null, nowMs });
    const verified = await verify(store, folder);

    expect(verified.faults).toEqual([]);
    expect(verified.act).toEqual(act);
    expect(verified.files).toBe(readdirSync(folder).length);
  });

  it.each(['report.html', 'report.xlsx', 'findings.csv', 'README.txt'])(
    'finds one byte of %s that was changed',
    async (name) => {
      const { store, report } = await compared();
      const { folder } = await close(store, report, freshFolder());
      const bytes = readFileSync(join(folder, name));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      writeFileSync(join(folder, name), bytes);

      expect(await faults(store, folder)).toEqual([`${name} was changed`]);
    },
  );

  it('finds files that are missing, longer, or no part of it', async () => {
    const { store, report } = await compared();
    const { folder } = await close(store, report, freshFolder());
    rmSync(join(folder, 'stock.csv'));
    appendFileSync(join(folder, 'totals.csv'), 'x');
    writeFileSync(join(folder, 'notes.txt'), 'x');

    expect(await faults(store, folder)).toEqual([
      expect.stringMatching(/^totals.csv was changed: it had \d+ bytes and has \d+$/),
      'stock.csv is missing',
      'notes.txt is no part of the pack',
    ]);
  });

  it('finds a pack whose manifest was made to fit a changed file', async () => {
    const { store, report } = await compared();
    const { folder } = await close(store, report, freshFolder());
    const path = join(folder, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    const forged = 'nothing was found\n';
    writeFileSync(join(folder, 'findings.csv'), forged);
    const entry = manifest.files.find(({ name }: { name: string }) => name === 'findings.csv');
    Object.assign(entry, { bytes: forged.length, sha256: sha256Of(forged) });
    writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);

    expect(await faults(store, folder)).toEqual([
      'SHA256SUMS does not list the files as they are',
      'audit trail holds no row for this manifest',
    ]);
  });

  it('finds that another database does not know it', async () => {
    const { store, report } = await compared();
    const { folder } = await close(store, report, freshFolder());
    const other = await openTestStore();

    expect(await faults(other, folder)).toEqual([
      'audit trail is that of another database than the one the pack was made with',
      'audit trail holds no row for this manifest',
    ]);
  });

  it('finds a trail that was cut since, though nothing in the folder was touched', async () => {
    const path = freshPath();
    const { store, report } = await compared({}, path);
    const { folder, act } = await close(store, report, freshFolder());
    cutBefore(path, report.audit.seq);

    expect(act.seq).toBe(report.audit.seq + 1);
    expect(await faults(store, folder)).toEqual([
      'audit trail holds no row for this manifest',
      expect.stringMatching(/^audit trail does not verify from row \d+ on \(cut/),
    ]);
  });

  it('names the packs of the same month that were made after it', async () => {
    const out = freshFolder();
    const { store, report } = await compared();
    const first = await close(store, report, out);
    const [from, to] = [calendarDay('2026-12-01'), calendarDay('2026-12-31')];
    const december = { ...report.period, from, to };
    await close(store, { ...report, period: december }, out);
    expect((await verify(store, first.folder)).later).toEqual([]);
    const second = await close(store, { ...report, id: 8 }, out);
    const old = await verify(store, join(out, 'close-2026-11.1'));

    expect(old.faults).toEqual([]);
    expect(old.later).toEqual([second.act]);
    expect((await verify(store, second.folder)).later).toEqual([]);
  });

  it('tells a file that it may not read from one that is missing', async () => {
    const { store, report } = await compared();
    const { folder } = await close(store, report, freshFolder());
    rmSync(join(folder, 'stock.csv'));
    mkdirSync(join(folder, 'stock.csv'));

    expect(await faults(store, folder)).toEqual(['stock.csv cannot be read (EISDIR)']);
  });

  it.each(['../manifest.json', '/etc/hostname', 'a/b', '..\\x'])(
    'reads nothing outside of the folder for a file named %s',
    async (name) => {
      const { store, report } = await compared();
      const { folder } = await close(store, report, freshFolder());
      const path = join(folder, 'manifest.json');
      const manifest = JSON.parse(readFileSync(path, 'utf8'));
      manifest.files.push({ name, bytes: 1, sha256: '0'.repeat(64) });
      writeFileSync(path, JSON.stringify(manifest));

      expect(await faults(store, folder)).toContain(`${name} is missing`);
    },
  );

  it.each(['', '{', '[]', '{"format":"mlc-close-pack","version":2}'])(
    'refuses a folder whose manifest is %j',
    async (text) => {
      const folder = freshFolder();
      writeFileSync(join(folder, 'manifest.json'), text);

      await expect(verify(await openTestStore(), folder)).rejects.toMatchObject({
        code: 'CLOSE_PACK_UNREADABLE',
      });
    },
  );
});

describe('closing a month again', () => {
  it('moves the pack of before aside, whole, and puts the new one in its place', async () => {
    const out = freshFolder();
    const { store, report } = await compared();
    const first = await close(store, report, out);
    const second = await close(store, { ...report, id: 8 }, out);
    const third = await close(store, { ...report, id: 9 }, out);

    expect(first.movedTo).toBeNull();
    expect(second.movedTo).toBe(join(out, 'close-2026-11.1'));
    expect(third.movedTo).toBe(join(out, 'close-2026-11.2'));
    expect(readdirSync(out).sort()).toEqual([
      'close-2026-11',
      'close-2026-11.1',
      'close-2026-11.2',
    ]);
    for (const name of readdirSync(out)) expect(await faults(store, join(out, name))).toEqual([]);
  });

  it('keeps a file or an empty folder that stands at the place of the pack', async () => {
    const out = freshFolder();
    const { store, report } = await compared();
    writeFileSync(join(out, 'close-2026-11'), 'notes of a person');
    const { movedTo } = await close(store, report, out);

    expect(readFileSync(movedTo ?? '', 'utf8')).toBe('notes of a person');
  });

  it('leaves the old pack in its place, and the new one whole, when the new one cannot be placed', async () => {
    const out = freshFolder();
    const { store, report } = await compared();
    await close(store, report, out);
    const target = join(out, 'close-2026-11');
    const rename = (from: string, to: string) => {
      if (to === target && from.endsWith('.partial')) throw new Error('no');
      renameSync(from, to);
    };
    const failed = await close(store, { ...report, id: 8 }, out, { rename }).catch(
      (problem: unknown) => problem,
    );

    expect(failed).toMatchObject({ code: 'CLOSE_NOT_PLACED', evidence: { target } });
    expect(await faults(store, target)).toEqual([]);
    const [draft = ''] = readdirSync(out).filter((name) => name.endsWith('.partial'));
    expect(readdirSync(out).sort()).toEqual([draft, 'close-2026-11'].sort());
    expect(await faults(store, join(out, draft))).toEqual([]);
  });

  it('loses no pack when not even the old one can be put back', async () => {
    const out = freshFolder();
    const { store, report } = await compared();
    await close(store, report, out);
    const target = join(out, 'close-2026-11');
    const rename = (from: string, to: string) => {
      if (to === target) throw new Error('no');
      renameSync(from, to);
    };

    await expect(close(store, report, out, { rename })).rejects.toMatchObject({
      code: 'CLOSE_NOT_PLACED',
    });
    expect(await faults(store, `${target}.1`)).toEqual([]);
  });

  it.each(['close-written', 'close-bound'])(
    'leaves the old pack when it is stopped at %s, and tells of the draft next time',
    async (moment) => {
      const out = freshFolder();
      const { store, report } = await compared();
      await close(store, report, out);
      const crash = (name: string) => {
        if (name === moment) throw new Error('stopped');
      };
      await expect(close(store, { ...report, id: 8 }, out, { crash })).rejects.toThrow('stopped');

      expect(await faults(store, join(out, 'close-2026-11'))).toEqual([]);
      const { left } = await close(store, { ...report, id: 9 }, out);
      expect(left).toHaveLength(1);
      expect(existsSync(left[0] ?? '')).toBe(true);
    },
  );

  it('writes nothing at all where it cannot write, and binds nothing', async () => {
    const out = freshFolder();
    const { store, report } = await compared();
    writeFileSync(join(out, 'file'), '');

    await expect(close(store, report, join(out, 'file'))).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
    });
    expect((await store.auditHead()).seq).toBe(report.audit.seq);
    expect(readdirSync(out)).toEqual(['file']);
  });

  it('makes the same files of the same report, byte by byte', async () => {
    const extras = { version: '1.2.3', traces: new Map() };
    const [first, second] = await Promise.all(
      [1, 2].map(() => packOf(aReport(), extras, { databaseId: 'd' })),
    );

    expect(second?.manifestSha256).toBe(first?.manifestSha256);
  });

  it('closes a month in which all agrees', async () => {
    const store = await openTestStore();
    await store.act({ actor: 'ann', action: 'first', detail: {}, record: null, nowMs });
    const { seq, mac: head } = await store.auditHead();
    const report = anAgreeingReport({ audit: { rows: seq, seq, head, brokenAt: null } });
    const { folder } = await close(store, report, freshFolder());

    expect(await faults(store, folder)).toEqual([]);
  });
});

describe('a month', () => {
  it.each([
    ['2026-11', '2026-11-01', '2026-11-30'],
    ['2026-12', '2026-12-01', '2026-12-31'],
    ['2028-02', '2028-02-01', '2028-02-29'],
    ['2026-02', '2026-02-01', '2026-02-28'],
  ])('%s goes from %s to %s', (text, from, to) => {
    expect(monthDays(text)).toEqual({ from, to });
  });

  it.each(['2026', '2026-13', '2026-00', '2026-1', '11-2026', '2026-11-01', ' 2026-11', ''])(
    'is not %j',
    (text) => {
      expect(monthDays(text)).toBeNull();
    },
  );
});
