import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  booked,
  type CliWorld,
  callCounts,
  callsSince,
  openCliWorld,
} from '../support/cli-world.ts';

const minuteMs = 60_000;
let world: CliWorld;

/** Twelve days: nothing of the week is still under way, so that two runs see the same. */
beforeAll(async () => {
  world = await openCliWorld({ orders: 40, daysPassed: 12 });
});

afterAll(() => world.close());

/** Every row, but for the count of calls that all runs share. */
function contentOf(path: string): Record<string, unknown[]> {
  const database = new Database(path, { readonly: true });
  const names = database
    .prepare("select name from sqlite_schema where type = 'table' order by name")
    .pluck()
    .all()
    .map(String)
    .filter((name) => !name.startsWith('upstream_'));
  const rows = names.map((name) => [name, database.prepare(`select * from "${name}"`).all()]);
  database.close();
  return Object.fromEntries(rows);
}

/** Nothing may have been posted yet: these come first, on purpose, on one world. */
describe('before the first run', () => {
  it('a wrong ShipBob token exits 5 and names ShipBob', async () => {
    const { code, stdout, stderr } = await world.mlc('sync', {
      environment: { MLC_SECRET_SHIPBOB_TOKEN: 'pat-wrong-0123456789' },
    });

    expect(code).toBe(5);
    expect(stdout).toContain('ShipBob refused the token');
    expect(stdout).toContain('mlc credentials set shipbob');
    expect(stdout + stderr).not.toContain('pat-wrong');
    expect(booked(world)).toEqual(nothing);
  });

  it('wrong Infor credentials exit 5 and name Infor; ShipBob is read all the same', async () => {
    const ionapi = { ...world.sandbox.infor.ionapi, sask: 'wrong-secret-0123456789' };

    world.advance(2 * minuteMs);
    const { code, stdout, stderr } = await world.mlc('sync --json', {
      environment: { MLC_SECRET_INFOR_IONAPI: JSON.stringify(ionapi) },
    });

    const summary = JSON.parse(stdout);
    expect(code).toBe(5);
    expect(summary.troubles[0].message).toContain('Infor refused the login');
    expect(summary.seen.orders).toBeGreaterThan(0);
    expect(stdout + stderr).not.toContain('wrong-secret');
    expect(booked(world)).toEqual(nothing);
  });

  it('credentials that are not there exit 5 and say how to put them in', async () => {
    const { code, stderr } = await world.mlc('sync', {
      environment: { MLC_DATABASE: await freshDatabase() },
    });

    expect(code).toBe(5);
    expect(stderr).toContain('mlc credentials');
  });

  it('a .ionapi of another tenant than the configured one is refused', async () => {
    const { code, stderr } = await world.mlc('sync', {
      environment: { MLC_INFOR__TENANT: 'ACME_PRD' },
    });

    expect(code).toBe(2);
    expect(stderr).toContain('ACME_PRD');
  });

  it('without startFrom nothing is written, exit 2, and the mend is told', async () => {
    const before = readFileSync(world.files.config, 'utf8');
    world.configure((config) => {
      delete config.sync.startFrom;
    });

    const { code, stdout } = await world.mlc('sync');
    writeFileSync(world.files.config, before);

    expect(code).toBe(2);
    expect(stdout).toContain('sync.startFrom is not set');
    expect(stdout).toContain('2026-12-01T00:00:00Z');
    expect(booked(world)).toEqual(nothing);
  });

  it('--dry-run shows what would be posted and flagged, and writes nowhere', async () => {
    const before = contentOf(world.database);
    const writesBefore = writesIn(callCounts(world).infor);

    world.advance(2 * minuteMs);
    const { code, stdout } = await world.mlc('sync --dry-run');

    expect(code).toBe(0);
    expect(stdout).toMatch(/Would post \d+ documents/);
    expect(stdout).toMatch(/sales order +SB\d+/);
    expect(stdout).toContain('Would flag');
    expect(stdout).toContain('UNKNOWN_ITEM');
    expect(stdout).toContain('Nothing was written anywhere.');
    expect(booked(world)).toEqual(nothing);
    expect(writesIn(callCounts(world).infor)).toBe(writesBefore);
    expect(contentOf(world.database)).toEqual(before);
  });

  it('--limit 5 takes up five documents and leaves the rest waiting', async () => {
    world.advance(2 * minuteMs);
    const { code, stdout } = await world.mlc('sync --limit 5 --json');

    const { posted, waiting } = JSON.parse(stdout);
    expect(code).toBe(4);
    expect(Object.values<number>(posted).reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(waiting).toBeGreaterThan(0);
    expect(booked(world).orders + booked(world).purchaseOrders).toBe(5);
  });

  it('--dry-run after a run does not take its own copy for a restored database', async () => {
    world.advance(2 * minuteMs);
    const { stdout, stderr } = await world.mlc('sync --dry-run');

    expect(stdout + stderr).not.toContain('restored');
  });
});

const nothing = {
  orders: 0,
  purchaseOrders: 0,
  drafts: 0,
  messages: 0,
  movements: 0,
  journals: 0,
};

async function freshDatabase(): Promise<string> {
  const path = join(world.folder, 'fresh.db');
  const { code } = await world.mlc('init', { environment: { MLC_DATABASE: path } });
  expect(code).toBe(0);
  return path;
}

/** M3 transactions that change something, by how they are named. */
function writesIn(counts: Map<string, number>): number {
  return Object.entries(callsSince(new Map(), counts))
    .filter(([name]) => isWrite(name))
    .reduce((sum, [, count]) => sum + count, 0);
}

function isWrite(name: string): boolean {
  return !/\/(Get|Lst|List|Sel|Search|Chk)/.test(name);
}

describe('a run', () => {
  it('posts what waits; with --fail-on-flagged and new flags it exits 3', async () => {
    const fresh = { MLC_DATABASE: await secondDatabase() };

    world.advance(2 * minuteMs);
    const { code, stdout } = await world.mlc('sync --fail-on-flagged --json', {
      environment: fresh,
    });

    const summary = JSON.parse(stdout);
    expect(summary.flagsRaised).toBeGreaterThan(0);
    expect(code).toBe(3);
    // The five of the run before are Infor's already: found, not entered again.
    expect(summary.adopted).toBe(5);
  });

  it('over what another database has posted enters nothing twice', async () => {
    const before = booked(world);

    world.advance(2 * minuteMs);
    const { code, stdout } = await world.mlc('sync --json');

    const summary = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(summary.adopted).toBeGreaterThan(50);
    expect(booked(world)).toEqual(before);
  });

  it('again, with nothing changed, posts nothing, reads no detail, and writes nothing', async () => {
    const before = callCounts(world);
    const books = booked(world);
    const openReceivings = world.sandbox.shipbobSandbox
      .books()
      .receiving.filter(({ status }) => !['Completed', 'Cancelled'].includes(status));

    world.advance(2 * minuteMs);
    const { code, stdout } = await world.mlc('sync --json');

    const after = callCounts(world);
    const shipbob = callsSince(before.shipbob, after.shipbob);
    const infor = callsSince(before.infor, after.infor);
    const summary = JSON.parse(stdout);
    const lists = Object.values(shipbob).reduce((sum, count) => sum + count, 0);
    expect(code).toBe(0);
    expect(summary.posted).toEqual({});
    expect(Object.keys(shipbob).filter((name) => name.includes('{'))).toEqual([]);
    expect(lists).toBeLessThanOrEqual(5 + Math.max(1, Math.ceil(openReceivings.length / 100)));
    expect(Object.keys(infor).filter(isWrite)).toEqual([]);
    expect(booked(world)).toEqual(books);
    // What it says of itself is what the other sides saw.
    expect(summary.calls.shipbob).toEqual(shipbob);
    expect(summary.calls.infor).toEqual(infor);
  });

  it('says the same to a person in a few lines', async () => {
    world.advance(2 * minuteMs);
    const { code, stdout, stderr } = await world.mlc('sync --quiet');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^read +\d+ orders?, \d+ receiving orders, \d+ charges/);
    expect(stdout).toContain('posted      nothing new');
    expect(stdout.split('\n').length).toBeLessThan(10);
  });

  it('reads one stream when it is told to', async () => {
    const before = callCounts(world);

    world.advance(2 * minuteMs);
    const { code } = await world.mlc('sync receiving');

    const shipbob = callsSince(before.shipbob, callCounts(world).shipbob);
    expect(code).toBe(0);
    expect(Object.keys(shipbob)).toEqual(['GET /receiving']);
  });

  it('carries on reading while Infor is down: exit 4, and the next run mends it', async () => {
    world.sandbox.inforSandbox.faults.setRates({ serverErrorBefore: 1 });

    world.advance(2 * minuteMs);
    const down = await world.mlc('sync --json', {
      environment: { MLC_INFOR__RETRY__DEADLINE: '1s', MLC_INFOR__RETRY__BASE: '100ms' },
    });
    world.sandbox.inforSandbox.faults.clear();
    const up = await world.mlc('sync --json');

    expect(down.code).toBe(4);
    expect(JSON.parse(down.stdout).seen.receivings).toBeGreaterThan(0);
    expect(up.code).toBe(0);
  });
});

/** The credentials of the first, and nothing else of it. */
async function secondDatabase(): Promise<string> {
  const path = join(world.folder, 'second.db');
  rmSync(path, { force: true });
  const environment = { MLC_DATABASE: path };
  await world.mlc('init', { environment });
  const input = readFileSync(world.files.token, 'utf8');
  await world.mlc('credentials set shipbob', { environment, input });
  await world.mlc(`credentials import ${world.files.ionapi}`, { environment });
  return path;
}
