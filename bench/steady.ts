/** What a day costs when much has gone before: with a short history and with a long one. */
import { join } from 'node:path';
import type { Bench, BenchRun } from './bench.ts';
import type { Synced } from './engine.ts';
import { compiledPeer, startPeer } from './peer.ts';
import { type Figure, figureOf, type Report } from './report.ts';
import { openVolume, unlimitedCalls } from './volume-run.ts';

export const steadyBench: Bench = {
  name: 'steady',
  about: 'a hundred changed orders after a short history and after a long one',
  options: [
    { name: 'base', standard: 1_000, quick: 100, about: 'orders truly posted before' },
    { name: 'history', standard: 1_000_000, quick: 50_000, about: 'orders of the long history' },
    { name: 'changed', standard: 100, about: 'orders that are new' },
  ],
  run,
};

export interface SteadyRun {
  orders: number;
  idle: Synced;
  changed: Synced;
  calls: { shipbob: number; infor: number };
}

async function run(request: BenchRun): Promise<Report> {
  const number = (name: string) => request.numbers.get(name) ?? 0;
  const base = number('base');
  const copies = Math.max(1, Math.round(number('history') / base) - 1);
  const short = await measure(request, { name: 'short', base, copies: 0 });
  const long = await measure(request, { name: 'long', base, copies });
  return { bench: 'steady', ...compared(short, long, number('changed')) };
}

async function measure(
  request: BenchRun,
  history: { name: string; base: number; copies: number },
): Promise<SteadyRun> {
  const { progress, profileFolder } = request;
  const { name, base, copies } = history;
  progress(`the ${name} history is being made`);
  const world = await openVolume({
    folder: join(request.folder, name),
    program: compiledPeer,
    orders: base,
    receivings: 20,
    speed: 1,
    callsPerMinute: unlimitedCalls,
    pace: null,
    recordEvery: null,
    steps: 'no',
    profileFolder: null,
  });
  try {
    await world.sync();
    await world.closeEngine();
    let orders = base;
    if (copies > 0) {
      const storage = startPeer({ program: compiledPeer, module: 'storage', profileFolder });
      const path = join(world.folder, 'mlc.db');
      const made = await storage.ask('multiply', { path, copies });
      orders = Number(Object(made).orders);
      await storage.end();
    }
    progress(`a sync of nothing and one of a change, after ${orders} orders`);
    await world.restartEngine();
    // The first sync of a process pays for compiling what it runs; that is not the history's.
    await world.sync();
    const idle = await world.sync();
    const changed = request.numbers.get('changed') ?? 0;
    await world.simulators.ask('change', { from: base, count: changed });
    // ShipBob shows an order a while after it was made, and the tool leaves it that while.
    await world.advance(600_000);
    const before = await world.traffic();
    const synced = await world.sync();
    const after = await world.traffic();
    await world.closeEngine();
    const calls = {
      shipbob: after.shipbob.calls - before.shipbob.calls,
      infor: after.infor.calls - before.infor.calls,
    };
    return { orders, idle, changed: synced, calls };
  } finally {
    await world.close();
  }
}

/** Each figure of the long history with that of the short one as its floor. */
export function compared(
  short: SteadyRun,
  long: SteadyRun,
  changed: number,
): Pick<Report, 'figures' | 'claims' | 'notes'> {
  const same = (
    name: string,
    unit: string,
    read: (run: SteadyRun) => number,
    bound: 'same' | null = 'same',
  ): Figure =>
    figureOf(name, unit, read(long), {
      floor: read(short),
      ...(bound === null ? {} : { goal: { atMost: 1.1, of: 'floor' as const } }),
    });
  const expected = (run: SteadyRun) => run.changed.posted.salesOrder ?? 0;
  return {
    figures: [
      same('ShipBob calls', '', ({ calls }) => calls.shipbob),
      same('Infor calls', '', ({ calls }) => calls.infor),
      same('rows given by the database', '', (run) => run.changed.rows),
      same('processor time', 'ms', (run) => run.changed.cpuMs),
      same('read from the database file', 'KiB', (run) => run.changed.fileBytesRead / 1024, null),
      figureOf('processor time of a sync without a change', 'ms', long.idle.cpuMs, {
        goal: { atMost: 300 },
        floor: short.idle.cpuMs,
      }),
      same('rows given without a change', '', (run) => run.idle.rows),
      same('peak memory', 'MiB', (run) => run.changed.peakMiB, null),
    ],
    claims: [
      {
        says: 'both syncs posted what changed, and the ones before it nothing',
        holds:
          [short, long].every((run) => expected(run) === changed) &&
          [short, long].every(({ idle }) => Object.keys(idle.posted).length === 0),
        evidence: `${expected(short)} and ${expected(long)} sales orders after ${short.orders} and ${long.orders} orders`,
      },
    ],
    notes: [
      `the value is after ${long.orders} orders of history, the floor after ${short.orders}`,
      'most of the long history is a copy of rows that were truly posted, under other ids and years earlier, without the exchanges of the audit trail',
      'SQLite does not tell how many rows it looks at: counted are those it gave, and the bytes read show the rest',
    ],
  };
}
