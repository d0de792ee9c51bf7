import { inflateRawSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { booked, type CliWorld, dayMs, openCliWorld } from '../support/cli-world.ts';

let world: CliWorld;

beforeAll(async () => {
  world = await openCliWorld({ orders: 60, daysPassed: 14 });
  const { code, stderr } = await world.mlc('sync');
  if (code !== 0) throw new Error(stderr);
}, 60_000);

afterAll(() => world.close());

/** How many orders still name whom they are for, and how many requests and answers are kept. */
function kept(): { named: number; orders: number; bodies: number } {
  const database = new Database(world.database, { readonly: true });
  const rows = database
    .prepare<[], { body: Buffer }>(`select body from source_record where kind = 'order'`)
    .all();
  const bodies = Number(
    database
      .prepare(`select count(*) from audit_body join audit using (seq) where record_kind = 'order'`)
      .pluck()
      .get(),
  );
  database.close();
  const named = rows.filter(({ body }) => {
    const { recipient } = JSON.parse(inflateRawSync(body).toString('utf8'));
    return recipient.name !== '' || recipient.email !== null;
  });
  return { named: named.length, orders: rows.length, bodies };
}

async function flaggedOrders(): Promise<string[]> {
  const { stdout } = await world.mlc('flagged list --stream orders --json');
  const flags: { record: { kind: string; id: string } }[] = JSON.parse(stdout).flags;
  return [...new Set(flags.map(({ record }) => record.id))];
}

describe('mlc purge', () => {
  it('wants to know what is old', async () => {
    const { code, stderr } = await world.mlc('purge');

    expect(code).toBe(2);
    expect(stderr).toContain('privacy.keepPersonalData is not set');
  });

  it.each([
    ['--older-than soon', '--older-than needs'],
    ['--older-than 2d --record order:1', 'exclude each other'],
    ['--record receiving:443001', 'a receiving names no person'],
    ['--record order', 'needs a kind and an id'],
  ])('refuses %s', async (words, message) => {
    const { code, stderr } = await world.mlc(`purge ${words}`);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('leaves alone what is not finished, and says why', async () => {
    const [flagged] = await flaggedOrders();

    const { code, stderr } = await world.mlc(`purge --record order:${flagged}`);

    expect(code).toBe(1);
    expect(stderr).toContain('is not finished: it has an open flag');
    expect((await world.mlc('purge --record order:4711')).stderr).toContain(
      'there is no order 4711',
    );
  });

  it('with --dry-run changes nothing', async () => {
    const before = kept();

    const { stdout } = await world.mlc('purge --older-than 1m --dry-run');

    expect(stdout).toMatch(/^Would remove the personal data of \d+ orders?, the oldest of \d{4}/m);
    expect(kept()).toEqual(before);
  });

  it('takes out one order that a person asks for, and its trace still tells the story', async () => {
    const [order] = world.sandbox.inforSandbox.world.books().orders;
    const id = order?.yourReference.replace('SB', '');
    const before = kept();

    const { code, stdout } = await world.mlc(`purge --record order:${id} --as dora`);
    const trace = await world.mlc(`trace ${id}`);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Removed the personal data of 1 order: \d+ requests/);
    expect(kept().named).toBe(before.named - 1);
    expect(trace.stdout).toContain(`sales order SB${id}: posted as `);
    expect(trace.stdout).toMatch(/dora: removed its personal data/);
    const again = await world.mlc(`purge --record order:${id}`);
    expect(again.stdout).toContain('There is nothing to remove');
  });
});

describe('privacy.keepPersonalData', () => {
  it('lets a full run remove what is old, and nothing is posted or asked anew', async () => {
    const books = booked(world);
    const before = kept();
    world.configure((config) => {
      config.privacy = { keepPersonalData: '30d' };
    });
    world.advance(45 * dayMs);

    const { code, stdout, stderr } = await world.mlc('sync --json');
    const after = kept();
    world.advance(120_000);
    const replay = await world.mlc('replay --since 80d --json');
    world.advance(dayMs + 120_000);
    const later = await world.mlc('sync --json');
    const verified = await world.mlc('audit verify');

    expect(code).toBe(0);
    expect(stderr).toContain('personal data of old orders was removed');
    expect(before.named).toBeGreaterThan(10);
    // What is flagged is not finished.
    expect(after.named).toBe((await flaggedOrders()).length);
    expect(after.bodies).toBeLessThan(before.bodies / 2);
    expect(JSON.parse(stdout).flagsRaised).toBe(0);
    for (const each of [replay, later]) {
      expect(JSON.parse(each.stdout)).toMatchObject({ exitCode: 0, flagsRaised: 0, posted: {} });
    }
    expect(booked(world)).toEqual(books);
    expect(kept().named).toBe(after.named);
    expect(verified.code).toBe(0);
    expect(verified.stdout).toMatch(/requests and answers +\d+ kept as they were, \d+ purged/);
  }, 120_000);
});
