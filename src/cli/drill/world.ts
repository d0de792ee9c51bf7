import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type AdjustableClock, createClock } from '../../runtime/clock.ts';
import { poorestTenant, richTenant, type TenantModes } from '../../sandbox/infor/tenant.ts';
import { type RunningSandbox, startSandbox } from '../../sandbox/server.ts';
import { type RehearsalFiles, writeWorkspace } from '../compose-sandbox.ts';
import { type ChildEnd, type RunningChild, startChild } from './child.ts';

const dayMs = 86_400_000;
/** The week lies this far back, so that all of it, late charges included, has happened. */
const weekAgoMs = 12 * dayMs;
/** Without a list of vouchers no journal can be proved, and none is posted. */
const poorestReadable: TenantModes = { ...poorestTenant, glListMissing: false };
/** Longer than a dead run's lease, than the quiet period, and than any delay of a tenant. */
export const longPauseMs = 400_000;

/** What a run answered with `--json`. */
const summary = z.object({
  exitCode: z.number(),
  posted: z.record(z.string(), z.number()),
  adopted: z.number(),
  restored: z.boolean(),
  waiting: z.number(),
  doubtful: z.number(),
  troubles: z.array(z.object({ stream: z.string(), code: z.string(), hint: z.string() })),
});
export type RunSummary = z.infer<typeof summary>;

/**
 * Both simulated systems in this process, and one workspace for children that run the real program.
 */
export interface DrillWorld {
  folder: string;
  files: RehearsalFiles;
  database: string;
  sandbox: RunningSandbox;
  clock: AdjustableClock;
  tenant: 'rich' | 'poorest';
  start(args: readonly string[], options?: ChildOptions): RunningChild;
  run(args: readonly string[], options?: ChildOptions): Promise<ChildEnd>;
  /** Lets time pass in both systems and in every later child. */
  pass(durationMs: number): void;
  close(): Promise<void>;
}

export interface ChildOptions {
  environment?: Record<string, string>;
  before?: readonly string[];
  /** Where the built program lies, if not in the world's own place. */
  root?: string;
}

export interface DrillWorldRequest {
  seed: number;
  orders: number;
  /** Where the built program lies. */
  root: string;
  /** Of the children; they get nothing else of their parent's environment. */
  path: string;
  tenant?: 'rich' | 'poorest';
  modes?: Partial<TenantModes>;
  batchSize?: number;
  /** How long ago the week began; long enough for all of it unless said otherwise. */
  beganAgoMs?: number;
  /** Starts the two systems in another way. */
  start?: typeof startSandbox;
}

/**
 * A merchant's week that is over, and a workspace set up by the program's own commands. Time is
 * real, but can be moved for everybody at once; that is how leases run out and quiet periods end.
 */
export async function openDrillWorld(request: DrillWorldRequest): Promise<DrillWorld> {
  const { seed, orders, tenant = 'rich', start = startSandbox } = request;
  const folder = mkdtempSync(join(tmpdir(), 'mlc-drill-'));
  const clock = createClock();
  const sandbox = await start({
    clock,
    seed,
    orders,
    startAtMs: clock.now() - (request.beganAgoMs ?? weekAgoMs),
    tenant: { ...(tenant === 'rich' ? richTenant : poorestReadable), ...request.modes },
  });
  const close = async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const files = writeWorkspace(folder, sandbox, tenant);
    shortenWaits(files.config, request.batchSize ?? 20);
    const world = worldOf({ folder, files, sandbox, clock, tenant, close }, request);
    await setUp(world);
    return world;
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** A database with its credentials, made by the program's own commands. */
export async function setUp(world: DrillWorld): Promise<void> {
  for (const args of [
    ['init'],
    ['credentials', 'set', 'shipbob', '--file', world.files.token],
    ['credentials', 'import', world.files.ionapi],
  ]) {
    const end = await world.run(args);
    if (end.code !== 0) throw new Error(`mlc ${args.join(' ')}: ${end.stderr}`);
  }
}

function worldOf(
  parts: Omit<DrillWorld, 'database' | 'start' | 'run' | 'pass'>,
  { root, path }: DrillWorldRequest,
): DrillWorld {
  const { folder, clock } = parts;
  let passedMs = 0;
  const start: DrillWorld['start'] = (args, options = {}) =>
    startChild({
      root: options.root ?? root,
      folder,
      args,
      environment: {
        PATH: path,
        // Where node has it (22 and later), every child after the first starts sooner.
        NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
        MLC_CLOCK_OFFSET: `${passedMs}ms`,
        ...options.environment,
      },
      ...(options.before ? { before: options.before } : {}),
    });
  return {
    ...parts,
    database: join(folder, 'mlc.db'),
    start,
    run: (args, options) => start(args, options).end,
    pass(durationMs) {
      passedMs += durationMs;
      clock.advance(durationMs);
    },
  };
}

/**
 * Only waits are changed: a run leaves what is doubtful to the next one at once, and retries of
 * calls pause for milliseconds. The periods that keep a document from being sent twice stay as they
 * are.
 */
function shortenWaits(path: string, batchSize: number): void {
  const text = readFileSync(path, 'utf8');
  const config = z.record(z.string(), z.looseObject({}).or(z.unknown())).parse(parse(text));
  const retry = { base: '20ms', cap: '100ms', deadline: '2s' };
  const section = (name: string) => z.looseObject({}).parse(config[name] ?? {});
  const changed = {
    ...config,
    shipbob: { ...section('shipbob'), retry },
    infor: { ...section('infor'), retry },
    posting: { batchSize, unknown: { waitInRun: '0s' } },
  };
  writeFileSync(path, stringify(changed));
}

/** Throws when the run answered nothing: no answer is no pass. */
export function summaryOf(end: ChildEnd): RunSummary {
  if (end.stdout.trim() === '') throw new Error(`no answer (exit ${end.code}): ${end.stderr}`);
  return summary.parse(JSON.parse(end.stdout));
}

export const syncArgs = ['sync', '--json', '--quiet'] as const;
