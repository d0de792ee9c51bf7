/** How fast the database takes records in and lets documents out, with nobody at either end. */
import { join } from 'node:path';
import { z } from 'zod';
import type { Bench, BenchRun } from './bench.ts';
import { compiledPeer, startPeer } from './peer.ts';
import { type Figure, figureOf, type Report } from './report.ts';

export const storeBench: Bench = {
  name: 'store',
  about: 'pages into the real store and documents out of it, durable, without HTTP',
  options: [
    { name: 'orders', standard: 20_000, quick: 5_000, about: 'records, one document each' },
    { name: 'batch', standard: 100, about: 'documents that go together' },
    { name: 'runs', standard: 3, quick: 1, about: 'runs, of which the median counts' },
  ],
  run,
};

const timedSchema = z.object({ wallMs: z.number(), cpuMs: z.number() });
const speedSchema = z.object({
  orders: z.number(),
  planned: z.number(),
  ingest: timedSchema,
  deliver: timedSchema,
  bareIngest: timedSchema,
  bareDeliver: timedSchema,
  databaseBytes: z.number(),
});
type Speed = z.infer<typeof speedSchema>;

async function run(request: BenchRun): Promise<Report> {
  const number = (name: string) => request.numbers.get(name) ?? 0;
  const orders = number('orders');
  const runs: Speed[] = [];
  for (let round = 1; round <= number('runs'); round += 1) {
    request.progress(`run ${round} of ${number('runs')}`);
    const { profileFolder } = request;
    const storage = startPeer({ program: compiledPeer, module: 'storage', profileFolder });
    const folder = join(request.folder, `run-${round}`);
    runs.push(
      speedSchema.parse(await storage.ask('speed', { folder, orders, batch: number('batch') })),
    );
    await storage.end();
  }
  const rate = (name: string, goal: number, of: 'ingest' | 'deliver'): Figure => {
    const floorOf = { ingest: 'bareIngest', deliver: 'bareDeliver' } as const;
    return {
      name,
      unit: '/s',
      values: runs.map((each) => orders / (each[of].wallMs / 1000)),
      goal: { atLeast: goal },
      floor: runs.map((each) => orders / (each[floorOf[of]].wallMs / 1000)),
    };
  };
  const cpu = (name: string, of: 'ingest' | 'deliver'): Figure => {
    const floorOf = { ingest: 'bareIngest', deliver: 'bareDeliver' } as const;
    return {
      name,
      unit: 'µs',
      values: runs.map((each) => (each[of].cpuMs * 1000) / orders),
      goal: null,
      floor: runs.map((each) => (each[floorOf[of]].cpuMs * 1000) / orders),
    };
  };
  return {
    bench: 'store',
    figures: [
      rate('records taken in', 10_000, 'ingest'),
      cpu('processor time of each', 'ingest'),
      rate('documents delivered', 8_000, 'deliver'),
      cpu('processor time of each document', 'deliver'),
      figureOf('database bytes per order', '', (runs[0]?.databaseBytes ?? 0) / orders),
    ],
    claims: [
      {
        says: 'every record became a document, and every document was delivered',
        holds: runs.every(({ planned }) => planned === orders),
        evidence: runs.map(({ planned }) => planned).join(', '),
      },
    ],
    notes: [
      'the floor inserts the very rows that the store wrote, by prepared statements into the same tables with the same indexes, in as many transactions, synchronous=FULL',
      'a document here has one exchange for each step of the protocol: look-up, staging, commit; a true one has several',
    ],
  };
}
