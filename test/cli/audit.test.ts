import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';

let world: CliWorld;
const path = (name: string) => join(world.folder, name);

beforeAll(async () => {
  world = await openCliWorld({ orders: 15 });
  const { code, stderr } = await world.mlc('sync');
  if (code !== 0) throw new Error(`the first sync ended with ${code}: ${stderr}`);
}, 60_000);

afterAll(() => world.close());

/** A copy of the database whose trail somebody has changed. */
async function tampered(name: string, sql: string): Promise<string> {
  const { code, stderr } = await world.mlc(`backup ${name} --force`);
  if (code !== 0) throw new Error(stderr);
  const database = new Database(path(name));
  database.pragma('foreign_keys = off');
  database.exec(`drop trigger audit_no_update; drop trigger audit_no_delete; ${sql}`);
  database.close();
  return name;
}

const headOf = (stdout: string) => /head=(\S+)/.exec(stdout)?.[1] ?? '';

describe('mlc audit verify', () => {
  it('proves a trail and ends with 0', async () => {
    const { code, stdout } = await world.mlc('audit verify');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^The audit trail is as it was written\.\n/);
    expect(stdout).toMatch(/proved +\d+ rows from the first one on\n/);
  });

  it('changes nothing in the file', async () => {
    await world.mlc('audit verify');
    const before = readFileSync(world.database);

    await world.mlc('audit verify');

    expect(readFileSync(world.database).equals(before)).toBe(true);
  });

  it('names a row of which one byte was changed, and ends with 1', async () => {
    const file = await tampered(
      'changed.db',
      `update audit set actor = replace(actor, 'e', 'f') where seq = 40`,
    );

    const { code, stdout } = await world.mlc(`audit verify --database ${file}`);

    expect(code).toBe(1);
    expect(stdout).toContain('The audit trail is broken at row 40.');
    expect(stdout).toMatch(/it says now +\d{4}-.*by fnginf/);
    expect(stdout).toMatch(/proved +39 rows from the first one on, up to \d{4}-/);
    expect(stdout).toContain('What to do:');
  });

  it('says the same to a program', async () => {
    const file = await tampered('gone.db', 'delete from audit where seq = 40');

    const { code, stdout } = await world.mlc(`audit verify --json --database ${file}`);

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      code: 'AUDIT_BROKEN',
      rows: 39,
      broken: { seq: 40, what: 'missing', row: null, lastGood: { seq: 39 } },
    });
  });

  it('finds by an expected head that the end was cut, runs and all', async () => {
    const { stdout: anchor } = await world.mlc('audit anchor');
    const head = headOf(anchor);
    const file = await tampered(
      'cut.db',
      'update run set audit_seq = null, audit_head = null; delete from audit where seq > 100',
    );

    const without = await world.mlc(`audit verify --database ${file}`);
    const withHead = await world.mlc(`audit verify --database ${file} --expect-head ${head}`);

    expect(without.code).toBe(0);
    expect(withHead.code).toBe(1);
    expect(withHead.stdout).toContain('The trail ends at row 100, but --expect-head noted');
    expect((await world.mlc(`audit verify --expect-head ${head}`)).code).toBe(0);
  });

  it('checks each line of a file of anchors', async () => {
    const first = await world.mlc('audit anchor --append anchors.txt');
    world.advance(120_000);
    await world.mlc('sync');
    const second = await world.mlc('audit anchor --append anchors.txt');
    const good = await world.mlc('audit verify --from-anchor anchors.txt --json');
    const wrong = second.stdout.replace(/.{4}\n$/, '0000\n');
    writeFileSync(path('wrong.txt'), first.stdout + wrong);

    const bad = await world.mlc('audit verify --from-anchor wrong.txt');

    expect(readFileSync(path('anchors.txt'), 'utf8')).toBe(first.stdout + second.stdout);
    expect(statSync(path('anchors.txt')).mode & 0o777).toBe(0o600);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, anchors: { given: 2 } });
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain('has another MAC than line 2 of wrong.txt noted');
  });

  it('does not call a database proved by anchors of another one', async () => {
    const { stdout } = await world.mlc('audit anchor');
    writeFileSync(path('other.txt'), stdout.replace(/database=.{8}/, 'database=00000000'));

    const { code, stderr } = await world.mlc('audit verify --from-anchor other.txt');

    expect(code).toBe(1);
    expect(stderr).toContain('other.txt holds no anchor of this database');
  });

  it.each([
    ['--expect-head 12:abc', 'not the head of an audit trail'],
    ['--from-anchor nowhere.txt', 'the file cannot be read: nowhere.txt'],
  ])('refuses %s', async (words, message) => {
    const { code, stderr } = await world.mlc(`audit verify ${words}`);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('mlc audit anchor', () => {
  it('begins a line of its own after one that was torn', async () => {
    appendFileSync(path('torn.txt'), 'mlc-audit-anchor at=2026');

    const { stdout } = await world.mlc('audit anchor --append torn.txt');

    expect(readFileSync(path('torn.txt'), 'utf8')).toBe(`mlc-audit-anchor at=2026\n${stdout}`);
  });

  it('says when the machine has no program to reach the system log with', async () => {
    const { code, stdout, stderr } = await world.mlc('audit anchor --syslog', {
      environment: { PATH: path('nowhere') },
    });

    expect(code).toBe(2);
    expect(stdout).toContain('mlc-audit-anchor ');
    expect(stderr).toContain('there is no program `logger` here');
  });

  it('says when the file cannot be written', async () => {
    const { code, stderr } = await world.mlc('audit anchor --append nowhere/anchors.txt');

    expect(code).toBe(2);
    expect(stderr).toContain('the file cannot be written');
  });
});

interface Line {
  type: string;
  [name: string]: unknown;
}

const linesOf = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The recipe of docs/threat-model.md, with node:crypto alone. */
function firstWrongRow(lines: Line[], masterKey: Buffer): unknown {
  const key = Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), 'mlc/audit/v1', 32));
  const [header] = lines;
  let previous = Object(header?.before).mac;
  for (const row of lines.filter(({ type }) => type === 'row')) {
    if (header?.contiguous === true && row.previous !== previous) return row.seq;
    const bound = [row.seq, row.atMs, row.runId, row.actor, row.action, row.recordKind];
    const rest = [row.recordId, row.postingKey, row.detail, row.bodyHash];
    const mac = createHmac('sha256', key)
      .update(String(row.previous) + JSON.stringify([...bound, ...rest]), 'utf8')
      .digest('hex');
    if (mac !== row.mac) return row.seq;
    const hash = createHash('sha256').update(String(row.body), 'utf8').digest('hex');
    if (row.body !== null && hash !== row.bodyHash) return row.seq;
    previous = row.mac;
  }
  const trailer = lines.at(-1);
  return trailer?.complete === true && Object(trailer.after).mac === previous ? null : 'the end';
}

describe('mlc audit export', () => {
  const masterKey = () => Buffer.from(readFileSync(path('mlc.key'), 'utf8').trim(), 'base64');

  it('holds all that is needed to compute the chain without mlc', async () => {
    const { code } = await world.mlc('audit export whole.jsonl');
    const lines = linesOf(readFileSync(path('whole.jsonl'), 'utf8'));

    expect(code).toBe(0);
    expect(statSync(path('whole.jsonl')).mode & 0o777).toBe(0o600);
    expect(lines.length).toBeGreaterThan(500);
    expect(firstWrongRow(lines, masterKey())).toBeNull();
    const changed = lines.map((line) => (line.seq === 99 ? { ...line, actor: 'bob' } : line));
    expect(firstWrongRow(changed, masterKey())).toBe(99);
    const shorter = lines.filter(({ seq }) => seq !== 99);
    expect(firstWrongRow(shorter, masterKey())).toBe(100);
  });

  it('hands over a stretch of time, which follows the row before it', async () => {
    const whole = linesOf((await world.mlc('audit export')).stdout);
    const rows = whole.filter(({ type }) => type === 'row');
    const from = Number(rows[200]?.atMs);
    const to = Number(rows.at(-1)?.atMs);
    const iso = (atMs: number) => new Date(atMs).toISOString();

    const part = linesOf(
      (await world.mlc(`audit export --from ${iso(from)} --to ${iso(to)}`)).stdout,
    );

    const wanted = rows.filter(({ atMs }) => Number(atMs) >= from && Number(atMs) < to);
    expect(wanted.length).toBeGreaterThan(10);
    expect(part.filter(({ type }) => type === 'row')).toEqual(wanted);
    expect(part.at(-1)).toMatchObject({ rows: wanted.length, complete: true });
    expect(firstWrongRow(part, masterKey())).toBeNull();
  });

  it('hands over one record with its documents, each row with the MAC before it', async () => {
    const order = world.sandbox.inforSandbox.world.books().orders[0]?.yourReference ?? '';
    const id = order.replace('SB', '');

    const lines = linesOf((await world.mlc(`audit export --record order:${id}`)).stdout);

    const rows = lines.filter(({ type }) => type === 'row');
    expect(lines[0]).toMatchObject({ contiguous: false, record: { kind: 'order', id } });
    expect(rows.some(({ postingKey }) => postingKey === order)).toBe(true);
    expect(rows.some(({ recordId, action }) => recordId === id && action === 'observed')).toBe(
      true,
    );
    expect(rows.every(({ recordId }) => recordId === id)).toBe(true);
    expect(firstWrongRow(lines, masterKey())).toBeNull();
    const seq = rows[1]?.seq;
    const changed = lines.map((line) => (line.seq === seq ? { ...line, atMs: 1 } : line));
    expect(firstWrongRow(changed, masterKey())).toBe(seq);
  });

  it('replaces a file only when told to, and leaves no part of one', async () => {
    writeFileSync(path('mine.jsonl'), 'mine');

    const refused = await world.mlc('audit export mine.jsonl');

    expect(refused.code).toBe(2);
    expect(readFileSync(path('mine.jsonl'), 'utf8')).toBe('mine');
    expect((await world.mlc('audit export mine.jsonl --force')).code).toBe(0);
    expect(linesOf(readFileSync(path('mine.jsonl'), 'utf8')).at(-1)?.type).toBe('trailer');
    expect((await world.mlc('audit export nowhere/x.jsonl')).code).toBe(2);
    expect(existsSync(path('nowhere'))).toBe(false);
  });

  it('refuses to call a trail with a hole whole', async () => {
    const file = await tampered('end.db', `delete from audit where seq between 90 and 2000000`);

    const { code, stdout } = await world.mlc(`audit export --database ${file} end.jsonl --json`);

    // Nothing follows the hole, so this is a shorter trail; a head or a run tells (verify).
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 89 });
    expect((await world.mlc(`audit verify --database ${file}`)).code).toBe(1);
  });

  it.each([
    ['--record 309589638', 'needs a kind and an id'],
    ['--record box:1', 'kinds are order, receiving, charge'],
    ['--from yesterday', '--from needs a time'],
    ['--from 2026-12-01 --to 2026-11-01', '--to must be later'],
  ])('refuses %s', async (words, message) => {
    const { code, stderr } = await world.mlc(`audit export ${words}`);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
