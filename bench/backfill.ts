/** A backlog of a hundred thousand orders, with both systems answering at once. */
import { join } from 'node:path';
import type { Bench, BenchRun } from './bench.ts';
import type { Synced } from './engine.ts';
import { compiledPeer, type PeerProgram } from './peer.ts';
import { type Claim, type Figure, figureOf, type Report } from './report.ts';
import type { Traffic } from './traffic.ts';
import {
  type Agreement,
  agreementSchema,
  type FloorRun,
  openVolume,
  recordedSchema,
  runFloor,
  unlimitedCalls,
} from './volume-run.ts';

export interface BackfillRun {
  orders: number;
  receivings: number;
  synced: Synced;
  again: Synced;
  traffic: Traffic;
  floor: FloorRun;
  agreement: Agreement;
  simulatorsCpuMs: number;
}

export async function runBackfill(request: {
  folder: string;
  program: PeerProgram;
  orders: number;
  receivings: number;
  profileFolder: string | null;
  progress: (line: string) => void;
}): Promise<BackfillRun> {
  const { orders, receivings, progress, program } = request;
  progress(`${orders} orders and ${receivings} receiving orders are being made`);
  const world = await openVolume({
    ...request,
    speed: 1,
    callsPerMinute: unlimitedCalls,
    pace: null,
    recordEvery: Math.max(1, Math.round(orders / 4000)),
    steps: 'no',
  });
  try {
    const before = await world.simulatorsUse();
    progress('the tool works them off');
    const synced = await world.sync();
    const traffic = await world.traffic();
    const counts = recordedSchema.parse(await world.simulators.ask('endRecording'));
    const after = await world.simulatorsUse();
    const again = await world.sync();
    await world.closeEngine();
    progress('the books are compared');
    const agreement = agreementSchema.parse(await world.simulators.ask('agree'));
    await world.close();
    progress('the bare loop makes the same exchanges');
    const floor = await runFloor({ folder: request.folder, program, counts });
    const simulatorsCpuMs = after.cpuMs - before.cpuMs;
    return { orders, receivings, synced, again, traffic, floor, agreement, simulatorsCpuMs };
  } finally {
    await world.close();
  }
}

export const backfillBench: Bench = {
  name: 'backfill',
  about: 'a backlog that is read, planned and posted, beside a bare loop of the same exchanges',
  options: [
    { name: 'orders', standard: 100_000, quick: 1_000, about: 'orders in the backlog' },
    { name: 'receivings', standard: 2_000, quick: 20, about: 'receiving orders in it' },
    {
      name: 'sizes',
      standard: [],
      quick: [],
      about: 'backlogs whose peak memory is compared, e.g. 10000,100000,1000000',
    },
  ],
  run: reportBackfill,
};

async function reportBackfill(request: BenchRun): Promise<Report> {
  const orders = request.numbers.get('orders') ?? 0;
  const receivings = request.numbers.get('receivings') ?? 0;
  const sizes = request.lists.get('sizes') ?? [];
  const measured = sizes.length === 0 ? [orders] : sizes;
  const runs: BackfillRun[] = [];
  for (const size of measured) {
    const share = Math.max(1, Math.round((receivings * size) / Math.max(1, orders)));
    const run = await runBackfill({
      ...request,
      folder: join(request.folder, String(size)),
      program: compiledPeer,
      orders: size,
      receivings: share,
    });
    request.progress(oneLine(run));
    runs.push(run);
  }
  const figures = runs.flatMap((run) => figuresOf(run, runs.length > 1 ? ` (${run.orders})` : ''));
  return {
    bench: 'backfill',
    figures: [...figures, ...flatness(runs)],
    claims: runs.flatMap(claimsOf),
    notes: [
      "ShipBob's limit is lifted in the simulator and in the tool's configuration; M3 answers at once",
      'processor time is of the sync alone, memory of the whole process from its start',
      'the floor makes every recorded exchange again over a bare node:http client, text to objects and back; where not all were recorded it is scaled up',
      `the simulators used ${seconds(runs.map(({ simulatorsCpuMs }) => simulatorsCpuMs))} s of processor time in their own process`,
    ],
  };
}

function seconds(times: number[]): string {
  return times.map((ms) => (ms / 1000).toFixed(1)).join(', ');
}

function oneLine({ orders, synced, floor }: BackfillRun): string {
  const cpu = (synced.cpuMs / 1000).toFixed(1);
  return `${orders} orders: ${cpu} s of processor time, floor ${(floor.cpuMs / 1000).toFixed(1)} s, ${Math.round(synced.peakMiB)} MiB`;
}

export function documentsOf({ synced }: Pick<BackfillRun, 'synced'>): number {
  return Object.values(synced.posted).reduce((sum, count) => sum + count, 0);
}

function figuresOf(run: BackfillRun, suffix: string): Figure[] {
  const { orders, synced, again, floor, traffic } = run;
  const documents = documentsOf(run);
  const perThousand = (ms: number) => ms / 1000 / (orders / 1000);
  const figure = (name: string, unit: string, value: number, more = {}) =>
    figureOf(`${name}${suffix}`, unit, value, more);
  return [
    figure('documents a second', '/s', documents / (synced.wallMs / 1000)),
    figure('processor time per 1,000 orders', 's', perThousand(synced.cpuMs), {
      goal: { atMost: 2, of: 'floor' },
      floor: perThousand(floor.cpuMs),
    }),
    figure('peak memory', 'MiB', synced.peakMiB, {
      goal: { atMost: 200 },
      floor: floor.peakMiB,
    }),
    figure('ShipBob calls per document', '', traffic.shipbob.calls / documents),
    figure('Infor calls per document', '', traffic.infor.calls / documents),
    figure('Infor transactions per document', '', traffic.infor.transactions / documents),
    figure('database bytes per order', '', synced.databaseBytes / orders),
    figure('processor time of a second sync', 'ms', again.cpuMs),
  ];
}

/** The peaks of all sizes against the smallest: the same within 15 %. */
function flatness(runs: BackfillRun[]): Figure[] {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  return others.map(({ orders, synced }) =>
    figureOf(
      `peak memory, ${orders} to ${first.orders} orders`,
      '',
      synced.peakMiB / first.synced.peakMiB,
      {
        goal: { atMost: 1.15 },
      },
    ),
  );
}

export function claimsOf(
  run: Pick<BackfillRun, 'orders' | 'receivings' | 'synced' | 'again' | 'agreement'>,
): Claim[] {
  const { orders, synced, again, agreement, receivings } = run;
  const differing = agreement.rows.filter(({ agrees }) => agrees === 'no');
  const rows = agreement.rows.map(
    ({ what, shipbob, ledger, infor, waiting }) =>
      `${what} ${shipbob} = ${waiting} + ${ledger}, ${infor}`,
  );
  const orderCount = synced.posted.salesOrder ?? 0;
  const receipts = synced.posted.goodsReceipt ?? 0;
  return [
    {
      says: `three books, one truth (${orders} orders)`,
      holds: differing.length === 0,
      evidence: differing.length === 0 ? rows.join('; ') : JSON.stringify(differing),
    },
    {
      says: 'every order and receiving order was posted',
      holds: orderCount === orders && receipts === receivings && synced.flagsRaised === 0,
      evidence: `${JSON.stringify(synced.posted)}, ${synced.flagsRaised} flags, ${synced.troubles.join('; ')}`,
    },
    {
      says: 'a second sync posts nothing',
      holds: documentsOf({ synced: again }) === 0,
      evidence: JSON.stringify(again.posted),
    },
    {
      says: 'the audit chain is unbroken',
      holds: agreement.chain.brokenAt === null && agreement.chain.rows > 0,
      evidence: `${agreement.chain.rows} rows`,
    },
  ];
}
