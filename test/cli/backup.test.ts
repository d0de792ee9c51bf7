import { existsSync, linkSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';

let world: CliWorld;
const path = (name: string) => join(world.folder, name);

beforeAll(async () => {
  world = await openCliWorld({ orders: 10, daysPassed: 3 });
  await world.mlc('sync');
}, 60_000);

afterAll(() => world.close());

describe('mlc backup', () => {
  it('writes a database that can be used as it is, and says what is not in it', async () => {
    const { code, stdout } = await world.mlc('backup copy.db');

    expect(code).toBe(0);
    expect(stdout).toContain('the copy is whole');
    expect(stdout).toContain(`The key is not in it (${path('mlc.key')})`);
    const verified = await world.mlc('audit verify --database copy.db');
    expect(verified.code).toBe(0);
  });

  it('is restored by putting it in place; the next run looks before it posts', async () => {
    await world.mlc('backup before.db');
    const backedUp = new Date().toISOString();
    await world.mlc('mapping set sku OLD-MUG MUG-WHITE-350 --because renamed');
    world.advance(3 * 86_400_000);
    await world.mlc('sync');
    const orders = () =>
      world.sandbox.inforSandbox.world.books().orders.filter(({ live }) => live).length;
    const posted = orders();

    world.advance(120_000);
    const again = await world.mlc('sync --json --database before.db');
    // The head beside a database of another name is not there: that tells of the restore.
    const { restored } = JSON.parse(again.stdout);

    expect(restored).toBe(true);
    expect(orders()).toBe(posted);
    // What people did since is not in it; the old file tells what to do again.
    expect((await world.mlc('mapping list --database before.db')).stdout).not.toContain('OLD-MUG');
    await world.mlc(`audit export lost.jsonl --from ${backedUp}`);
    const acts = readFileSync(path('lost.jsonl'), 'utf8').match(/^.*"action":"mapped".*$/gm);
    expect(acts).toHaveLength(1);
    expect(acts?.[0]).toContain('OLD-MUG');
    expect(acts?.[0]).toContain('renamed');
  }, 60_000);

  it('replaces nothing unless told to', async () => {
    writeFileSync(path('mine.db'), 'mine');

    const refused = await world.mlc('backup mine.db');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('there is a file already');
    expect(readFileSync(path('mine.db'), 'utf8')).toBe('mine');

    expect((await world.mlc('backup mine.db --force')).code).toBe(0);
    expect(readFileSync(path('mine.db')).subarray(0, 6).toString()).toBe('SQLite');
  });

  it('never writes over the database, under whatever name', async () => {
    linkSync(world.database, path('alias.db'));

    for (const name of ['mlc.db', 'alias.db']) {
      const { code, stderr } = await world.mlc(`backup ${name} --force`);
      expect(code).toBe(2);
      expect(stderr).toContain('this is the database itself');
    }
  });

  it('leaves a place alone where another database has its files', async () => {
    writeFileSync(path('used.db-wal'), 'pages');

    const { code, stderr } = await world.mlc('backup used.db --force');

    expect(code).toBe(2);
    expect(stderr).toContain('used.db-wal');
  });

  it('keeps no copy of a trail that is broken', async () => {
    await world.mlc('backup broken.db');
    const database = new Database(path('broken.db'));
    database.exec(`drop trigger audit_no_update; update audit set actor = 'bob' where seq = 5`);
    database.close();

    const { code, stderr } = await world.mlc('backup of-broken.db --database broken.db');

    expect(code).toBe(1);
    expect(stderr).toContain('row 5 of the audit trail');
    expect(existsSync(path('of-broken.db'))).toBe(false);
    expect(readdirSync(world.folder).filter((name) => name.includes('.partial'))).toEqual([]);
  });

  it('answers programs in JSON', async () => {
    const { stdout } = await world.mlc('backup json.db --json');

    expect(JSON.parse(stdout)).toMatchObject({
      file: path('json.db'),
      database: world.database,
      keySource: path('mlc.key'),
    });
  });
});
