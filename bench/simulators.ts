/** The process of both simulated systems; it also judges afterwards whether the books agree. */
import { join } from 'node:path';
import { z } from 'zod';
import { compareBooks } from '../src/cli/command/demo-books.ts';
import { writeWorkspace } from '../src/cli/compose-sandbox.ts';
import { createKeyFile, keyFileName } from '../src/cli/compose-workspace.ts';
import { seededRandom } from '../src/runtime/random.ts';
import { richTenant } from '../src/sandbox/infor/tenant.ts';
import { type RunningSandbox, startSandbox } from '../src/sandbox/server.ts';
import { articles } from '../src/sandbox/shipbob/week-catalogue.ts';
import { openBenchWorkspace } from './engine-context.ts';
import { createPace, type M3Pace } from './pace.ts';
import { type Answers, ownUse } from './peer.ts';
import { createRecorder, type Recorder } from './recording.ts';
import { clockOf } from './shared-clock.ts';
import { createTrafficCount } from './traffic.ts';
import { orderOf, volumeWorld } from './volume-world.ts';

const timeSchema = z.object({ realMs: z.number(), storyMs: z.number(), speed: z.number() });

export const openSchema = z.object({
  folder: z.string(),
  seed: z.number().int(),
  orders: z.number().int(),
  receivings: z.number().int(),
  days: z.number(),
  time: timeSchema,
  /** Calls a minute that ShipBob allows. */
  callsPerMinute: z.number(),
  /** Null for an M3 that answers at once. */
  pace: z.object({ transactionMs: z.number(), jobs: z.number().int() }).nullable(),
  record: z
    .object({ requests: z.string(), answers: z.string(), every: z.number().int() })
    .nullable(),
});
export type SimulatorsRequest = z.infer<typeof openSchema>;

const dayMs = 86_400_000;
const traffic = createTrafficCount();
let opened: { sandbox: RunningSandbox; request: SimulatorsRequest } | null = null;
let recorder: Recorder | null = null;
let pace: M3Pace | null = null;

export const answers: Answers = {
  async open(about) {
    const request = openSchema.parse(about);
    const clock = clockOf(request.time);
    const week = volumeWorld({
      ...request,
      startAtMs: Math.floor(clock.now() - (request.days + 1.1) * dayMs),
    });
    recorder = request.record ? createRecorder(request.record, request.record.every) : null;
    pace = request.pace ? createPace(request.pace) : null;
    const sandbox = await startSandbox({
      clock,
      seed: request.seed,
      week,
      tenant: richTenant,
      modes: { rateLimitPerMinute: request.callsPerMinute, lists: 'kept' },
      async watch(system, asked, answer) {
        if (system === 'shipbob') traffic.shipbob(asked);
        const transactions = system === 'infor' ? traffic.infor(asked) : 0;
        if (recorder && !asked.path.startsWith('/__')) recorder.keep(asked, answer);
        if (pace === null || transactions === 0) return;
        const nowMs = clock.now();
        await clock.sleep(pace.doneAt(transactions, nowMs) - nowMs);
      },
    });
    opened = { sandbox, request };
    sandbox.shipbobSandbox.world.settle();
    // What has happened is not needed any more, and of a large world there is much of it.
    week.shipbob.events = [];
    const { problems } = sandbox.shipbobSandbox.world;
    if (problems.length > 0) throw new Error(`impossible events: ${problems[0]?.message}`);
    const files = writeWorkspace(request.folder, sandbox, 'rich');
    createKeyFile(join(request.folder, keyFileName));
    return { ...files, ...ownUse() };
  },

  traffic: async () => traffic.read(),

  busyByTenth: async () => pace?.busyByTenth() ?? [],

  use: async () => ownUse(),

  async endRecording() {
    const counts = recorder?.end() ?? { seen: 0, kept: 0 };
    recorder = null;
    return counts;
  },

  /** The same comparison as the demonstration's, of the simulators' own books with the ledger's. */
  async agree() {
    const { sandbox, request } = need();
    const workspace = await openBenchWorkspace(request.folder, clockOf(request.time), 'no');
    try {
      const rows = await compareBooks(sandbox, workspace.store);
      const { brokenAt, rows: chained } = await workspace.store.verifyAudit();
      return {
        rows: rows.map((row) => ({ ...row, unexplained: row.unexplained.slice(0, 5) })),
        chain: { brokenAt, rows: chained },
      };
    } finally {
      await workspace.close();
    }
  },

  /** New orders, sold and shipped since; what changed in an otherwise quiet history. */
  async change(about) {
    const { from, count } = z
      .object({ from: z.number().int(), count: z.number().int() })
      .parse(about);
    const { world } = need().sandbox.shipbobSandbox;
    const random = seededRandom(from);
    const prices = new Map(articles().map(({ sku, priceCents }) => [sku, priceCents]));
    for (let index = from; index < from + count; index += 1) {
      const atMs = world.state.nowMs;
      const { order, shipments } = orderOf({ index, random, prices, atMs });
      world.placeOrder(order);
      for (const { id } of shipments) world.shipShipment({ shipmentId: id });
    }
    world.state.keptList = null;
    return {};
  },

  /** Lets time pass in the simulators; the tool is told by its own clock. */
  async advance(about) {
    const { durationMs } = z.object({ durationMs: z.number() }).parse(about);
    need().sandbox.inforSandbox.world.advance(durationMs);
    return {};
  },
};

function need(): NonNullable<typeof opened> {
  if (opened === null) throw new Error('the simulators are not open');
  return opened;
}
