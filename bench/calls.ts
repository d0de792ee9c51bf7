/** How many HTTP calls a document takes, beside the way of one call per transaction. */
import { join } from 'node:path';
import { documentsOf } from './backfill.ts';
import type { Bench, BenchRun } from './bench.ts';
import type { Synced } from './engine.ts';
import { compiledPeer } from './peer.ts';
import { type Figure, figureOf, type Report } from './report.ts';
import type { Traffic } from './traffic.ts';
import { openVolume, unlimitedCalls } from './volume-run.ts';

export const callsBench: Bench = {
  name: 'calls',
  about: 'HTTP calls for each document, by step and by transaction',
  options: [
    {
      name: 'orders',
      standard: 2_000,
      quick: 800,
      about: 'orders, of which each makes 2.3 documents',
    },
    { name: 'receivings', standard: 40, quick: 20, about: 'receiving orders beside them' },
  ],
  run,
};

/** Allocation, release and pick lists of the order types that need them; they have no handle. */
export const pickSteps = /\/(ChgWarehouse|AllocateOrder|RelForPick|Lst(Del|Pick)\w*|\w*Alloc\w*)$/;

async function run(request: BenchRun): Promise<Report> {
  const { progress } = request;
  progress('a backlog is posted, each call under the name of its step');
  const world = await openVolume({
    folder: join(request.folder, 'world'),
    program: compiledPeer,
    orders: request.numbers.get('orders') ?? 0,
    receivings: request.numbers.get('receivings') ?? 0,
    speed: 1,
    callsPerMinute: unlimitedCalls,
    pace: null,
    recordEvery: null,
    steps: 'yes',
    profileFolder: request.profileFolder,
  });
  try {
    const synced = await world.sync();
    return reportCalls(synced, await world.traffic());
  } finally {
    await world.close();
  }
}

const kinds = ['salesOrder', 'goodsIssue', 'goodsReceipt'];

export function reportCalls(synced: Synced, traffic: Traffic): Report {
  const documents = documentsOf({ synced });
  const { infor } = traffic;
  const picks = pickShare(traffic);
  const stepsOf = (kind: string) =>
    Object.entries(synced.steps).filter(([name]) => name.endsWith(` ${kind}`));
  const sum = (steps: [string, number][]) => steps.reduce((total, [, count]) => total + count, 0);
  const figures: Figure[] = kinds.map((kind) => {
    const made = synced.posted[kind] ?? 0;
    const calls = sum(stepsOf(kind)) - (kind === 'goodsIssue' ? picks.calls : 0);
    return figureOf(`calls per ${kind}`, '', calls / made);
  });
  const counted = infor.calls - picks.calls;
  const transactions = infor.transactions - picks.transactions;
  figures.push(
    figureOf('Infor calls per document', '', counted / documents, {
      goal: { atMost: 0.25 },
      floor: transactions / documents,
    }),
    figureOf('the same with pick sub-steps', '', infor.calls / documents, {
      floor: infor.transactions / documents,
    }),
    figureOf('transactions in a call', '', infor.transactions / infor.calls),
  );
  for (const kind of kinds) {
    const made = synced.posted[kind] ?? 0;
    for (const [name, count] of stepsOf(kind)) {
      figures.push(figureOf(`  ${name}`, '', count / made));
    }
  }
  for (const [name, row] of Object.entries(infor.byTransaction)) {
    figures.push(
      figureOf(`  ${name}`, '', row.calls / documents, { floor: row.transactions / documents }),
    );
  }
  return {
    bench: 'calls',
    figures,
    claims: [
      {
        says: 'at least 1,000 documents, none in trouble',
        holds: documents >= 1000 && synced.troubles.length === 0 && synced.flagsRaised === 0,
        evidence: `${documents} documents; ${synced.troubles.join('; ')}`,
      },
      {
        says: 'every call belongs to a step',
        // The login and what the bench cannot see are on neither side.
        holds: sum(Object.entries(synced.steps)) === infor.calls,
        evidence: `${sum(Object.entries(synced.steps))} by step, ${infor.calls} at the simulator`,
      },
    ],
    notes: [
      'the floor is the way of one call per transaction: the same transactions, each in a call of its own',
      'a call that holds many transactions is shared among them; logins are left out',
      'by kind: calls of each step over documents of that kind; by transaction: over all documents',
    ],
  };
}

/** What of the calls is for allocation and pick lists. */
function pickShare({ infor }: Traffic): { calls: number; transactions: number } {
  const share = { calls: 0, transactions: 0 };
  for (const [name, row] of Object.entries(infor.byTransaction)) {
    if (!pickSteps.test(name)) continue;
    share.calls += row.calls;
    share.transactions += row.transactions;
  }
  return share;
}
