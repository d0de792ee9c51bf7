import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { ExportedRow, Store } from '../../src/app/ports.ts';
import { packBodies, unpackBodies } from '../../src/store/audit-body.ts';
import { planOf, writeInto } from '../support/store-explain.ts';
import { aMove, anIntent } from '../support/store-record.ts';
import { secret, worked } from '../support/worked-store.ts';

const t0 = 1_760_000_000_000;
const later = t0 + 3_600_000;

async function packed() {
  const made = await worked();
  const done = await made.store.packHistory(made.fence, later);
  return { ...made, done };
}

const count = (path: string, table: string): unknown =>
  planOf(path).all(`select count(*) as count from ${table}`)[0]?.count;

async function exported(store: Store): Promise<ExportedRow[]> {
  const request = { fromMs: null, toMs: null, record: null };
  const header = await store.exportHeader(request);
  const rows: ExportedRow[] = [];
  for await (const page of store.exportPages(request, header)) rows.push(...page);
  return rows;
}

const noted = { noted: [], progress: () => {} };

describe('packed history', () => {
  it('gives back every text to the letter', () => {
    const bodies = [
      { seq: 3, body: '{"a":"line\\nfeed, \\u2028 and \u{1F4E6}"}' },
      { seq: 9, body: '{}' },
    ];

    expect([...unpackBodies(packBodies(bodies))]).toEqual(
      bodies.map(({ seq, body }) => [seq, body]),
    );
    expect(() => packBodies([{ seq: 1, body: 'two\nlines' }])).toThrow('one line');
  });

  it('is told, proved and handed over as before', async () => {
    const { store, path, fence } = await worked();
    const told = async () => ({
      trace: await store.trace('1'),
      proof: await store.proveAudit(noted),
      verified: await store.verifyAudit(),
      rows: await exported(store),
    });
    const before = await told();

    const done = await store.packHistory(fence, later);

    expect(done).toEqual({ documents: 1, bodies: 2, more: 'no' });
    expect(count(path, 'audit_body')).toBe(0);
    expect(await told()).toEqual(before);
    expect(before.proof.bodies).toEqual({ kept: 2, purged: 0 });
    expect(JSON.stringify(before.trace)).toContain(secret);
  });

  it('is made once, of what is finished and rests, and again of what came later', async () => {
    const { store, fence, path } = await worked();
    const key = (await store.postings({ states: ['posted'], limit: 1 }))[0]?.key;
    const posting = key === undefined ? null : await store.posting(key);
    if (posting === null) throw new Error('there is a posting');

    expect((await store.packHistory(fence, t0)).documents).toBe(0);
    expect((await store.packHistory(fence, later)).documents).toBe(1);
    expect((await store.packHistory(fence, later)).documents).toBe(0);
    const { postingId, call, request } = anIntent(posting, 'stage');
    await store.recordExchanges(
      fence,
      [
        {
          ...{ postingId, key: posting.key, call, request, answer: { found: 'yes' } },
          ...{ step: 'lookup', outcome: 'ok', durationMs: 1 },
        },
      ],
      later,
    );
    await store.movePostings(fence, [aMove(posting, 'posted', { patch: {} })], later);
    const again = await store.packHistory(fence, later + 1);

    expect(again).toMatchObject({ documents: 1, bodies: 1 });
    expect(count(path, 'audit_pack')).toBe(2);
    expect((await store.proveAudit(noted)).broken).toBeNull();
    expect((await store.trace('1')).entries.filter(({ body }) => body !== null)).toHaveLength(3);
  });

  it('drops write-ahead rows that were answered, and none that may have happened', async () => {
    const { store, fence, path } = await worked();
    writeInto(
      path,
      `insert into write_intent (posting_id, key, attempt, step, call, request_hash, audit_seq,
        intended_at_ms, outcome)
      select posting_id, key, attempt, 'stage', call, request_hash, audit_seq, intended_at_ms, 'unclear'
      from write_intent`,
    );

    await store.packHistory(fence, later);

    expect(planOf(path).all('select outcome from write_intent')).toEqual([{ outcome: 'unclear' }]);
    const id = Number(planOf(path).all('select id from posting')[0]?.id);
    expect((await store.openIntents(id)).map(({ request }) => request)).toEqual([{ name: secret }]);
  });

  it.each([
    ['changed', "update audit_pack set packed = x'0102'"],
    ['cut', 'update audit_pack set packed = substr(packed, 1, length(packed) - 9)'],
  ])('shows that it was %s, and does not stop who reads on', async (_, change) => {
    const { store, path } = await packed();
    await store.trace('1');

    writeInto(path, change);

    const proof = await store.proveAudit(noted);
    expect(proof.broken).toMatchObject({ what: 'body' });
    expect((await store.trace('1')).brokenAt).toBe(proof.broken?.seq);
  });

  it('shows that a body was exchanged for another one', async () => {
    const { store, path } = await packed();
    const row = planOf(path).all('select packed from audit_pack')[0]?.packed;
    if (!Buffer.isBuffer(row)) throw new Error('there is a pack');
    const bodies = [...unpackBodies(row)].map(([seq]) => ({ seq, body: '{"request":{}}' }));
    const handle = new Database(path);
    handle.prepare('update audit_pack set packed = ?').run(packBodies(bodies));
    handle.close();

    expect((await store.verifyAudit()).brokenAt).toBe(bodies[0]?.seq);
  });

  it.each([
    ['two lines', "'{' || char(10) || '}'"],
    ['another text', "'{}'"],
  ])('leaves a body that somebody made %s where it is, and shows it still', async (_, body) => {
    const { store, fence, path } = await worked();
    const [row] = planOf(path).all('select min(seq) as seq from audit_body');
    writeInto(path, `update audit_body set body = ${body} where seq = ${row?.seq}`);

    const done = await store.packHistory(fence, later);

    expect(done).toMatchObject({ documents: 1, bodies: 1 });
    expect((await store.verifyAudit()).brokenAt).toBe(row?.seq);
    expect((await store.packHistory(fence, later)).documents).toBe(0);
  });

  it('goes with the personal data of its order', async () => {
    const { store, path } = await packed();
    const request = { record: { kind: 'order', id: '1' }, beforeMs: 0, nowMs: later } as const;

    const batch = await store.purgeBatch({ ...request, actor: 'ann', fence: null }, null);

    expect(batch).toMatchObject({ records: 1, bodies: 2 });
    expect(count(path, 'audit_pack')).toBe(0);
    expect(JSON.stringify(await store.trace('1'))).not.toContain(secret);
    expect(await store.proveAudit(noted)).toMatchObject({ bodies: { kept: 0, purged: 2 } });
  });

  it('may be dropped by age, which the trail tells and bears', async () => {
    const { store, fence, path } = await packed();

    const kept = await store.dropHistory(fence, { beforeMs: t0, nowMs: later });
    const gone = await store.dropHistory(fence, { beforeMs: later, nowMs: later });

    expect(kept.documents).toBe(0);
    expect(gone).toEqual({ documents: 1, bodies: 2, more: 'no' });
    expect(count(path, 'audit_pack')).toBe(0);
    const proof = await store.proveAudit(noted);
    expect(proof).toMatchObject({ broken: null, bodies: { kept: 0, purged: 2 } });
    expect((await exported(store)).at(-1)).toMatchObject({ action: 'history-dropped' });
  });

  it('is left alone by a run that was taken over', async () => {
    const { store, fence, path } = await worked();
    await store.releaseLease(fence);

    await expect(store.packHistory(fence, later)).rejects.toMatchObject({ code: 'LEASE_LOST' });

    expect(count(path, 'audit_body')).toBe(2);
  });
});

describe('the write-ahead file', () => {
  it('is folded back whole at the end of a run, although somebody read all the while', async () => {
    const { store, path } = await worked();
    const reader = new Database(path, { readonly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from audit').get();
    const text = 'x'.repeat(100_000);
    for (let turn = 0; turn < 200; turn += 1) await store.putMeta(`filler-${turn}`, text);
    const held = await store.tidyFile('log');
    const grown = statSync(`${path}-wal`).size;
    reader.exec('commit');
    reader.close();

    expect(await store.tidyFile('log')).toEqual([]);

    expect(held).toHaveLength(1);
    expect(grown).toBeGreaterThan(8_000_000);
    expect(statSync(`${path}-wal`).size).toBe(0);
  });
});
