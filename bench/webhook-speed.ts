/** How many signed deliveries a second the receiver takes, against a server that does nothing. */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { measureFsync } from './machine.ts';
import { type InboxTruth, inboxTruth, missingFrom } from './webhook-inbox.ts';
import { type LoadShape, type PlannedDelivery, planLoad } from './webhook-plan.ts';
import {
  type ChildProgram,
  type ChildRole,
  compiledProgram,
  startChild,
  stopChild,
} from './webhook-process.ts';

export interface SpeedRequest {
  folder: string;
  connections: number;
  shape: LoadShape;
  /** Null sends as fast as answers come. */
  perSecond: number | null;
  profileFolder: string | null;
}

export interface SpeedRun {
  deliveriesPerSecond: number;
  latencyMs: { p50: number; p95: number; p99: number; max: number };
  /** Answers by the kind of delivery and their status, such as `first 204`. */
  answers: Map<string, number>;
  statuses: number[];
  generatorLoad: number;
  /** Processor time of the server over the time it took. */
  serverLoad: number;
  /** Of the server, in microseconds; hardly touched by what else the machine does. */
  processorUsEach: number;
  /** Load average of the machine over the last minute, when the run ended. */
  machineLoad: number;
  memoryMiB: number;
}

const readySchema = z.object({ port: z.number().int() });
const serverSchema = z.object({ cpuMs: z.number(), memoryMiB: z.number() });
const generatorSchema = z.object({
  elapsedMs: z.number(),
  statuses: z.array(z.number().int()),
  latencyMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() }),
  ownLoad: z.number(),
});

/** One server and one generator, each in its own process. */
async function measure(
  role: Extract<ChildRole, 'receiver' | 'floor'>,
  request: SpeedRequest & { databasePath: string; program: ChildProgram },
): Promise<SpeedRun> {
  const { program, connections, shape, perSecond, profileFolder, databasePath } = request;
  const about = { databasePath, port: 0, answers: 'afterCommit', flagPath: null };
  const server = startChild({ program, role, about, profileFolder });
  const { port } = readySchema.parse(await server.ready);
  const generator = startChild({
    program,
    role: 'generator',
    about: { port, path: '/shipbob', connections, shape, perSecond },
  });
  const load = generatorSchema.parse(await generator.result);
  const { cpuMs, memoryMiB } = serverSchema.parse(await stopChild(server));
  return {
    deliveriesPerSecond: shape.deliveries / (load.elapsedMs / 1000),
    latencyMs: load.latencyMs,
    answers: countAnswers(planLoad(shape), load.statuses),
    statuses: load.statuses,
    generatorLoad: load.ownLoad,
    serverLoad: cpuMs / load.elapsedMs,
    processorUsEach: (cpuMs * 1000) / shape.deliveries,
    machineLoad: loadavg()[0] ?? Number.NaN,
    memoryMiB,
  };
}

function countAnswers(plan: PlannedDelivery[], statuses: number[]): Map<string, number> {
  const counts = new Map<string, number>();
  plan.forEach(({ kind }, index) => {
    const name = `${kind} ${statuses[index] ?? 0}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  return new Map([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

export interface CheckedRun {
  receiver: SpeedRun;
  floor: SpeedRun;
  /** Median of an fsync of 4 KiB, right after the run. */
  fsyncMs: number;
  truth: InboxTruth;
  /** True messages of the plan. */
  firsts: number;
  /** Messages answered 2xx that are not in the database. */
  missing: number;
  /** True messages that were not answered 2xx, and forgeries that were. */
  misjudged: number;
}

/** The floor first, then the receiver on a new database, which is then looked into. */
export async function measureOnce(request: SpeedRequest, name: string): Promise<CheckedRun> {
  const databasePath = join(request.folder, `${name}.sqlite`);
  const details = { ...request, databasePath, program: compiledProgram };
  const floor = await measure('floor', { ...details, profileFolder: null });
  const receiver = await measure('receiver', details);
  const fsyncMs = measureFsync(request.folder).median;
  const plan = planLoad(request.shape);
  const accepted = (index: number) => isAccepted(receiver.statuses[index] ?? 0);
  const acknowledged = plan.filter(({ kind }, index) => kind !== 'forged' && accepted(index));
  const misjudged = plan.filter(({ kind }, index) => accepted(index) === (kind === 'forged'));
  return {
    receiver,
    floor,
    fsyncMs,
    truth: inboxTruth(databasePath),
    firsts: plan.filter(({ kind }) => kind === 'first').length,
    missing: missingFrom(databasePath, new Set(acknowledged.map(({ webhookId }) => webhookId)))
      .length,
    misjudged: misjudged.length,
  };
}

export function isAccepted(status: number): boolean {
  return status >= 200 && status < 300;
}
