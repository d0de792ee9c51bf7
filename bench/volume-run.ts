/** One backlog of a given size, worked off by the real engine beside both simulators. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Synced, syncedSchema } from './engine.ts';
import { type Peer, type PeerProgram, startPeer, type Use } from './peer.ts';
import { sharedTime } from './shared-clock.ts';
import type { SimulatorsRequest } from './simulators.ts';
import type { Traffic } from './traffic.ts';

/** Far above what any run makes: no call is held back. */
export const unlimitedCalls = 1_000_000_000;

export interface VolumeRequest {
  folder: string;
  program: PeerProgram;
  orders: number;
  receivings: number;
  speed: number;
  callsPerMinute: number;
  pace: SimulatorsRequest['pace'];
  /** Every so manieth exchange is recorded for the bare loop; null records none. */
  recordEvery: number | null;
  steps: 'yes' | 'no';
  profileFolder: string | null;
}

const paths = (folder: string) => ({
  requests: join(folder, 'requests.jsonl'),
  answers: join(folder, 'answers.jsonl'),
});

const useSchema = z.object({ cpuMs: z.number(), peakMiB: z.number(), waitedMs: z.number() });
const trafficSchema = z.object({
  shipbob: z.object({ calls: z.number(), byRoute: z.record(z.string(), z.number()) }),
  infor: z.object({
    calls: z.number(),
    transactions: z.number(),
    byTransaction: z.record(z.string(), z.object({ transactions: z.number(), calls: z.number() })),
  }),
});

/** Both processes, opened and ready to sync. */
export interface VolumeWorld {
  simulators: Peer;
  folder: string;
  sync(): Promise<Synced>;
  /** Ends the tool's process well; nothing has the database open then. */
  closeEngine(): Promise<void>;
  /** A new process on the same database. */
  restartEngine(): Promise<void>;
  /** Lets time pass for both systems and for the tool's present process. */
  advance(durationMs: number): Promise<void>;
  traffic(): Promise<Traffic>;
  simulatorsUse(): Promise<Use>;
  close(): Promise<void>;
}

export async function openVolume(request: VolumeRequest): Promise<VolumeWorld> {
  const { folder, program, orders, receivings, callsPerMinute, pace, recordEvery } = request;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const time = sharedTime(request.speed);
  const simulators = startPeer({
    program,
    module: 'simulators',
    // The simulators hold the whole world; the tool keeps to node's own idea of memory.
    nodeOptions: ['--max-old-space-size=12000'],
  });
  const about: SimulatorsRequest = {
    ...{ folder, seed: 1, orders, receivings, days: 30, time, callsPerMinute, pace },
    record: recordEvery === null ? null : { ...paths(folder), every: recordEvery },
  };
  await simulators.ask('open', about);
  const startEngine = async (create: 'yes' | 'no') => {
    const { steps, profileFolder } = request;
    const started = startPeer({ program, module: 'engine', profileFolder });
    await started.ask('open', { folder, create, time, callsPerMinute, steps, costs: 'no' });
    return started;
  };
  let engine = await startEngine('yes');
  return {
    simulators,
    folder,
    sync: async () => syncedSchema.parse(await engine.ask('sync')),
    async closeEngine() {
      await engine.ask('close');
      await engine.end();
    },
    async restartEngine() {
      engine = await startEngine('no');
    },
    async advance(durationMs) {
      await simulators.ask('advance', { durationMs });
      await engine.ask('advance', { durationMs });
    },
    traffic: async () => trafficSchema.parse(await simulators.ask('traffic')),
    simulatorsUse: async () => useSchema.parse(await simulators.ask('use')),
    async close() {
      await Promise.all([engine.end(), simulators.end()]);
    },
  };
}

export const agreementSchema = z.object({
  rows: z.array(
    z.object({
      what: z.string(),
      shipbob: z.string(),
      ledger: z.string(),
      infor: z.string(),
      waiting: z.string(),
      unexplained: z.array(z.string()),
      agrees: z.enum(['yes', 'no']),
    }),
  ),
  chain: z.object({ brokenAt: z.number().nullable(), rows: z.number() }),
});
export type Agreement = z.infer<typeof agreementSchema>;

export interface FloorRun {
  /** Of all exchanges, scaled up from those that were recorded. */
  cpuMs: number;
  peakMiB: number;
  exchanges: number;
  kept: number;
}

/** The same exchanges by the bare loop, against a process that repeats the recorded answers. */
export async function runFloor(request: {
  folder: string;
  program: PeerProgram;
  counts: { seen: number; kept: number };
}): Promise<FloorRun> {
  const { folder, program, counts } = request;
  const { requests, answers } = paths(folder);
  const replay = startPeer({
    program,
    module: 'replay',
    nodeOptions: ['--max-old-space-size=4000'],
  });
  const { port } = z
    .object({ port: z.number() })
    .parse(await replay.ask('open', { path: answers }));
  const floor = startPeer({ program, module: 'floor' });
  const run = z
    .object({ cpuMs: z.number(), peakMiB: z.number(), exchanges: z.number() })
    .parse(await floor.ask('run', { path: requests, port, connections: 4 }));
  await Promise.all([floor.end(), replay.end()]);
  if (run.exchanges !== counts.kept) throw new Error(`the floor made ${run.exchanges} exchanges`);
  const scale = counts.kept === 0 ? 0 : counts.seen / counts.kept;
  return {
    cpuMs: run.cpuMs * scale,
    peakMiB: run.peakMiB,
    exchanges: counts.seen,
    kept: counts.kept,
  };
}

export const recordedSchema = z.object({ seen: z.number(), kept: z.number() });
