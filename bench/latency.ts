/** How near a run comes to the least time that the limits of both systems allow. */
import { join } from 'node:path';
import { z } from 'zod';
import { claimsOf, documentsOf } from './backfill.ts';
import type { Bench, BenchRun } from './bench.ts';
import { compiledPeer } from './peer.ts';
import { figureOf, type Report } from './report.ts';
import type { Traffic } from './traffic.ts';
import { agreementSchema, openVolume } from './volume-run.ts';

export const latencyBench: Bench = {
  name: 'latency',
  about: 'a backlog against an M3 that takes its time and a ShipBob at its limit',
  options: [
    { name: 'orders', standard: 5_000, quick: 400, about: 'orders in the backlog' },
    { name: 'receivings', standard: 100, quick: 8, about: 'receiving orders in it' },
    { name: 'transaction-ms', standard: 120, about: 'of one M3 transaction' },
    { name: 'jobs', standard: 4, about: 'transactions that M3 works on at the same time' },
    { name: 'speed', standard: 8, quick: 10, about: 'how much faster than the real time it runs' },
  ],
  run,
};

/** Of ShipBob, and what the tool is configured to use of them. */
const callsPerMinute = 150;

export interface Limits {
  callsPerMinute: number;
  transactionMs: number;
  jobs: number;
}

/** In ms: the slower of both sides, each at its limit and never idle. */
export function leastTime(asked: { shipbobCalls: number; transactions: number }, limits: Limits) {
  const shipbobMs = shipbobTime(asked.shipbobCalls, limits.callsPerMinute);
  const inforMs = (asked.transactions * limits.transactionMs) / limits.jobs;
  return { shipbobMs, inforMs, leastMs: Math.max(shipbobMs, inforMs) };
}

/** A sliding minute lets a full allowance through at once: only what is beyond it has to wait. */
function shipbobTime(calls: number, perMinute: number): number {
  return (Math.ceil(calls / perMinute) - 1) * 60_000;
}

/**
 * What the recipes cannot do without, for one document each: the look-up of its key, head, lines
 * and what else is staged, the lines read back and compared, the commit, and its result read back.
 */
export function leastTransactions(documents: {
  salesOrders: number;
  goodsIssues: number;
  goodsReceipts: number;
  orderLines: number;
  shippedLines: number;
  receivedLines: number;
}): number {
  const { salesOrders, goodsIssues, goodsReceipts } = documents;
  // LstHeadByRef; AddBatchHead, AddBatchAddress; LstBatchLine; Confirm; GetTmpOrderStat, GetHead.
  const orders = 7 * salesOrders + documents.orderLines;
  // LstMvxMsg; AddWhsHead, AddWhsPack; LstWhsLine; PrcWhsTran; GetWhsHead, LstWhsLine.
  const messages = 7 * (goodsIssues + goodsReceipts);
  // And for an issue what its delivery line needs: allocation, release, and the pick list.
  return orders + messages + documents.shippedLines + documents.receivedLines + 3 * goodsIssues;
}

async function run(request: BenchRun): Promise<Report> {
  const number = (name: string) => request.numbers.get(name) ?? 0;
  const speed = number('speed');
  const limits = {
    callsPerMinute,
    transactionMs: number('transaction-ms'),
    jobs: number('jobs'),
  };
  request.progress('a backlog is posted against limits');
  const world = await openVolume({
    folder: join(request.folder, 'world'),
    program: compiledPeer,
    orders: number('orders'),
    receivings: number('receivings'),
    speed,
    callsPerMinute,
    pace: { transactionMs: limits.transactionMs, jobs: limits.jobs },
    recordEvery: null,
    steps: 'no',
    profileFolder: request.profileFolder,
  });
  try {
    const before = await world.simulatorsUse();
    const synced = await world.sync();
    const simulatorsWaitedMs = (await world.simulatorsUse()).waitedMs - before.waitedMs;
    const traffic = await world.traffic();
    const busyByTenth = z.array(z.number()).parse(await world.simulators.ask('busyByTenth'));
    await world.closeEngine();
    const agreement = agreementSchema.parse(await world.simulators.ask('agree'));
    const storyMs = synced.wallMs * speed;
    const counted = leastTime(
      { shipbobCalls: traffic.shipbob.calls, transactions: traffic.infor.transactions },
      limits,
    );
    const recipes = leastTime(
      { shipbobCalls: traffic.shipbob.calls, transactions: leastOf(traffic, synced.posted) },
      limits,
    );
    const busy = (synced.cpuMs / synced.wallMs) * 100;
    return {
      bench: 'latency',
      figures: [
        figureOf('time, to the least for what was asked', 's', storyMs / 1000, {
          goal: { atMost: 1.1, of: 'floor' },
          floor: counted.leastMs / 1000,
        }),
        figureOf('time, to the least of the recipes', 's', storyMs / 1000, {
          floor: recipes.leastMs / 1000,
        }),
        figureOf('transactions, to those of the recipes', '', traffic.infor.transactions, {
          floor: leastOf(traffic, synced.posted),
        }),
        figureOf('M3 busy', '%', (counted.inforMs / storyMs) * 100),
        figureOf('M3 busy in the middle eight tenths', '%', mean(busyByTenth.slice(1, -1)) * 100),
        figureOf("ShipBob's part of the least time", 's', counted.shipbobMs / 1000),
        figureOf('documents a minute', '/min', documentsOf({ synced }) / (storyMs / 60_000)),
        figureOf('processor busy with the tool', '%', busy),
        figureOf('tool waiting for a processor', '%', (synced.waitedMs / synced.wallMs) * 100),
        figureOf('M3 waiting for a processor', '%', (simulatorsWaitedMs / synced.wallMs) * 100),
      ],
      claims: claimsOf({
        orders: number('orders'),
        receivings: number('receivings'),
        ...{ synced, agreement },
        again: { ...synced, posted: {} },
      }).slice(0, 2),
      notes: [
        `M3 busy in each tenth of the time, in %: ${busyByTenth.map((part) => Math.round(part * 100)).join(', ')}; in the first ShipBob is read until there is a batch, in the last few documents are left and their steps follow one another`,
        'what waits for a processor, while other programs have them all, is neither the tool nor M3: where that is more than a few %, the time says nothing',
        `time runs ${speed} times as fast for both systems and the tool; what the tool computes does not, so its processor time counts ${speed}-fold here: see how busy it was`,
        'the least time is the larger of ShipBob pages ÷ allowance and transactions × time ÷ jobs; once with the transactions that the simulator counted, once with those that the recipes cannot do without',
      ],
    };
  } finally {
    await world.close();
  }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Lines are what was staged: each takes a transaction whatever else does. */
function leastOf({ infor }: Traffic, posted: Record<string, number>): number {
  const count = (name: string) => infor.byTransaction[name]?.transactions ?? 0;
  return leastTransactions({
    salesOrders: posted.salesOrder ?? 0,
    goodsIssues: posted.goodsIssue ?? 0,
    goodsReceipts: posted.goodsReceipt ?? 0,
    orderLines: count('OIS100MI/AddBatchLine'),
    shippedLines: count('MHS850MI/AddWhsLine'),
    receivedLines: 0,
  });
}
