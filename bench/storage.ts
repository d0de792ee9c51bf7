/** The process of those benches that need the database alone: no HTTP is spoken in it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Fence, Observation } from '../src/app/ports.ts';
import { writeWorkspace } from '../src/cli/compose-sandbox.ts';
import { createKeyFile, keyFileName } from '../src/cli/compose-workspace.ts';
import type { SourceRecord } from '../src/core/glossary.ts';
import { createClock } from '../src/runtime/clock.ts';
import { parseExactJson } from '../src/runtime/exact-json.ts';
import { startSandbox } from '../src/sandbox/server.ts';
import { readOrder } from '../src/shipbob/order-record.ts';
import { readPage } from '../src/shipbob/page-reader.ts';
import type { OpenedStore } from '../src/store/open.ts';
import { deliverAll, planAll } from './delivery.ts';
import { openBenchWorkspace } from './engine-context.ts';
import { multiplyHistory } from './history.ts';
import { type Answers, ownUse } from './peer.ts';
import { volumeWorld } from './volume-world.ts';
import { prepareCopy, type WrittenRows, writtenRows } from './written-rows.ts';

const pageSize = 250;
const dayMs = 86_400_000;

export const answers: Answers = {
  /** A workspace whose queue has so many open flags. */
  async flags(about) {
    const { folder, count } = z.object({ folder: z.string(), count: z.number() }).parse(about);
    const world = await openStoreOf(folder, count);
    const { store, fence, pages } = world;
    for (const observations of pages) {
      const nowMs = Date.now();
      const page = { stream: 'orders', nowMs, observations, unreadable: [], checkpointMs: null };
      await store.saveObservations(fence, page);
    }
    for (;;) {
      const cases = await store.casesDue(pageSize, []);
      if (cases.length === 0) break;
      const outcomes = cases.map(({ stored }, index) => ({
        key: stored.key,
        contentHash: stored.contentHash,
        ...{ put: [], adopt: [], withdraw: [], entry: null, ignores: [], decisions: [] },
        flags: [aFlag(`ITEM-${index % 40}`)],
      }));
      await store.savePlans(fence, outcomes, Date.now());
    }
    await store.releaseLease(fence);
    await world.close();
    return {};
  },

  /** Pages into the store and documents out of it, and the same rows again by bare statements. */
  async speed(about) {
    const { folder, orders, batch } = z
      .object({ folder: z.string(), orders: z.number(), batch: z.number() })
      .parse(about);
    const world = await openStoreOf(folder, orders);
    const { store, fence, pages, path } = world;
    const empty = writtenRows(path);
    const ingest = await timed(async () => {
      for (const observations of pages) {
        const nowMs = Date.now();
        const page = { stream: 'orders', nowMs, observations, unreadable: [], checkpointMs: nowMs };
        await store.saveObservations(fence, page);
      }
    });
    const ingested = writtenRows(path);
    const planned = await planAll(store, fence, pageSize);
    const before = writtenRows(path);
    const deliver = await timed(() => deliverAll(store, fence, batch));
    const delivered = writtenRows(path);
    await store.releaseLease(fence);
    await world.close();
    const bare = { from: path, to: join(folder, 'bare.db') };
    const ingestAgain = prepareCopy({
      ...bare,
      rows: since(empty, ingested),
      batches: pages.length,
      updates: 'none',
    });
    const bareIngest = await timed(async () => ingestAgain());
    // What planning wrote lies between the two.
    prepareCopy({ ...bare, rows: since(ingested, before), batches: 1, updates: 'none' })();
    const deliverAgain = prepareCopy({
      ...bare,
      rows: since(before, delivered),
      batches: Math.ceil(planned / batch),
      updates: 'posting',
    });
    const bareDeliver = await timed(async () => deliverAgain());
    return {
      ...{ orders, planned, ingest, deliver, bareIngest, bareDeliver },
      databaseBytes: statSync(path).size,
      ...ownUse(),
    };
  },

  /** The same history again and again, under other ids and in earlier years. */
  async multiply(about) {
    const { path, copies } = z.object({ path: z.string(), copies: z.number() }).parse(about);
    return multiplyHistory(path, copies);
  },
};

interface Timed {
  wallMs: number;
  cpuMs: number;
}

async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const before = ownUse().cpuMs;
  const began = performance.now();
  await work();
  return { wallMs: performance.now() - began, cpuMs: ownUse().cpuMs - before };
}

function since(before: WrittenRows, after: WrittenRows): { table: string; fromRow: number }[] {
  return [...after]
    .filter(([table, rows]) => rows > (before.get(table) ?? 0))
    .map(([table]) => ({ table, fromRow: before.get(table) ?? 0 }));
}

function aFlag(item: string) {
  return {
    code: 'UNKNOWN_ITEM',
    cause: `item:${item}`,
    sentence: `Item ${item} is not in Infor.`,
    hint: 'Create it, or map the SKU.',
    evidence: { sku: item },
    ...{ quantity: null, amount: null, currency: null },
  };
}

interface StoreWorld {
  store: OpenedStore;
  fence: Fence;
  path: string;
  pages: Observation<SourceRecord>[][];
  close(): Promise<void>;
}

/** A new database, the lease on it, and pages of orders as ShipBob would send them. */
async function openStoreOf(folder: string, orders: number): Promise<StoreWorld> {
  const clock = createClock();
  const startAtMs = Math.floor(clock.now() - 31 * dayMs);
  const week = volumeWorld({ seed: 1, orders, receivings: 1, startAtMs, days: 30 });
  const modes = { rateLimitPerMinute: 1_000_000_000, lists: 'kept' } as const;
  const sandbox = await startSandbox({ clock, seed: 1, week, modes });
  writeWorkspace(folder, sandbox, 'rich');
  createKeyFile(join(folder, keyFileName));
  const { token } = sandbox.shipbob;
  const pages: Observation<SourceRecord>[][] = [];
  const reader = { kind: 'order', idField: 'id', read: readOrder } as const;
  for (let page = 1; page <= Math.ceil(orders / pageSize); page += 1) {
    const answer = await sandbox.shipbobSandbox.handle({
      method: 'GET',
      path: '/2026-01/order',
      query: `Page=${page}&Limit=${pageSize}`,
      headers: { authorization: `Bearer ${token}` },
      body: '',
    });
    const rows = parseExactJson(answer.body ?? '')?.value;
    const list = Array.isArray(rows) ? rows : [];
    pages.push(
      readPage(reader, { rows: list, startedAtMs: Date.now(), pagesLeft: 0 }).observations,
    );
  }
  await sandbox.close();
  const workspace = await openBenchWorkspace(folder, clock, 'yes');
  const { store } = workspace;
  const lease = { owner: 'bench', nowMs: Date.now(), ttlMs: 3_600_000, command: 'bench' };
  const answer = await store.acquireLease(lease);
  if (answer.held === 'no') throw new Error('the lease of a new database is held');
  return {
    store,
    fence: answer.fence,
    path: workspace.databasePath,
    pages,
    close: () => workspace.close(),
  };
}
