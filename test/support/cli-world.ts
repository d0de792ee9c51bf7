/** A workspace beside both simulated systems, and the built binary working in it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type RehearsalFiles, writeWorkspace } from '../../src/cli/compose-sandbox.ts';
import { type AdjustableClock, createClock } from '../../src/runtime/clock.ts';
import { poorestTenant, richTenant } from '../../src/sandbox/infor/tenant.ts';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { type CliRequest, type CliResult, runCli } from './cli-process.ts';

export const dayMs = 86_400_000;

export interface CliWorld {
  folder: string;
  files: RehearsalFiles;
  database: string;
  sandbox: RunningSandbox;
  /** Runs the binary in the workspace, at the sandbox's time. */
  mlc(args: string, request?: Partial<CliRequest>): Promise<CliResult>;
  /** The environment that `mlc` is run with. */
  environment(): Record<string, string>;
  /** Moves the time of both systems and of every later run. */
  advance(durationMs: number): void;
  /** Changes the configuration file, parsed and written again. */
  configure(change: (config: ConfigDocument) => void): void;
  close(): Promise<void>;
}

/** The parts of the written configuration that tests change. */
export interface ConfigDocument {
  sync: Record<string, unknown>;
  infor: Record<string, unknown>;
  orders: { rules: unknown[] };
  [section: string]: unknown;
}

export interface WorldRequest {
  orders?: number;
  seed?: number;
  tenant?: 'rich' | 'poorest';
  /** How long the merchant's week is; 7 unless said otherwise. */
  days?: number;
  /** How much of it is over; the whole of it unless said otherwise. */
  daysPassed?: number;
  /** When it is now; the real time unless said otherwise. */
  nowMs?: number;
  /** `bare` stops before `mlc init`. */
  stage?: 'bare' | 'ready';
}

/** A calendar month, e.g. `2026-10`, that is over since two days, with so many orders. */
export function aMonth(month: string, orders: number): WorldRequest {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const startAtMs = Date.UTC(year, number - 1, 1);
  const endAtMs = Date.UTC(year, number, 1);
  const days = (endAtMs - startAtMs) / dayMs;
  return { orders, days, daysPassed: days + 2, nowMs: endAtMs + 2 * dayMs };
}

/** ShipBob's own limit is off; the tool keeps to its budget still, so let a minute pass between runs. */
export async function openCliWorld(request: WorldRequest = {}): Promise<CliWorld> {
  const realMs = Date.now();
  const clock: AdjustableClock = createClock({ startAtMs: request.nowMs ?? realMs });
  const days = request.days ?? 7;
  const tenant = request.tenant ?? 'rich';
  const sandbox = await startSandbox({
    clock,
    seed: request.seed ?? 1,
    orders: request.orders ?? 40,
    ...(request.days === undefined ? {} : { days }),
    startAtMs: clock.now() - (request.daysPassed ?? days) * dayMs,
    tenant: tenant === 'rich' ? richTenant : poorestTenant,
    modes: { rateLimitPerMinute: 1_000_000 },
  });
  const folder = mkdtempSync(join(tmpdir(), 'mlc-cli-'));
  const files = writeWorkspace(folder, sandbox, tenant);
  let offsetMs = (request.nowMs ?? realMs) - realMs;
  const environment = () => ({
    MLC_CLOCK_OFFSET: `${Math.round(offsetMs / 1000)}s`,
    MLC_SHIPBOB__CALLS_PER_MINUTE: '150',
    MLC_SYNC__WINDOW_MAX: '48h',
  });
  const world: CliWorld = {
    folder,
    files,
    database: join(folder, 'mlc.db'),
    sandbox,
    environment,
    mlc: (args, own = {}) =>
      runCli(args.split(' ').filter(Boolean), {
        cwd: folder,
        ...own,
        environment: { ...environment(), ...own.environment },
      }),
    advance(durationMs) {
      clock.advance(durationMs);
      offsetMs += durationMs;
    },
    configure(change) {
      const config: ConfigDocument = parse(readFileSync(files.config, 'utf8'));
      change(config);
      writeFileSync(files.config, stringify(config));
    },
    async close() {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (request.stage !== 'bare') await makeReady(world);
  return world;
}

async function makeReady(world: CliWorld): Promise<void> {
  const token = readFileSync(world.files.token, 'utf8');
  for (const [args, input] of [
    ['init', ''],
    ['credentials set shipbob', token],
    [`credentials import ${world.files.ionapi}`, ''],
  ] as const) {
    const { code, stderr } = await world.mlc(args, { input });
    if (code !== 0) throw new Error(`mlc ${args} ended with ${code}: ${stderr}`);
  }
}

export interface CallCounts {
  shipbob: Map<string, number>;
  infor: Map<string, number>;
}

/** What both simulators say they were asked, whatever the tool says it asked. */
export function callCounts({ sandbox }: CliWorld): CallCounts {
  return {
    shipbob: new Map(Object.entries(sandbox.shipbobSandbox.books().calls)),
    infor: new Map(Object.entries(sandbox.inforSandbox.world.books().callCounts)),
  };
}

/** Calls made since `before`, by name. */
export function callsSince(before: Map<string, number>, now: Map<string, number>) {
  return Object.fromEntries(
    [...now].flatMap(([name, count]) => {
      const made = count - (before.get(name) ?? 0);
      return made === 0 ? [] : [[name, made] as const];
    }),
  );
}

/** What stands in Infor: how many documents of each kind. */
export function booked({ sandbox }: CliWorld) {
  const books = sandbox.inforSandbox.world.books();
  return {
    orders: books.orders.filter(({ live }) => live).length,
    purchaseOrders: books.purchaseOrders.filter(
      ({ live, yourReference }) => live && yourReference.startsWith('SB'),
    ).length,
    drafts: books.temporaryOrders.length,
    messages: books.warehouseMessages.length + books.stockMessages.length,
    movements: books.stockHistory.filter(({ externalKey }) => externalKey !== '').length,
    journals: books.journals.length,
  };
}
