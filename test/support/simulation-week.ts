import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log, Random, Store } from '../../src/app/ports.ts';
import { sync } from '../../src/app/sync.ts';
import { Problem } from '../../src/core/problem.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import type { FaultKind } from '../../src/sandbox/faults.ts';
import { poorestTenant, type TenantModes } from '../../src/sandbox/infor/tenant.ts';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { createSimulationClock } from './simulation-clock.ts';
import { type CrashPlan, MortalProcess, SimulatedCrash } from './simulation-crash.ts';
import { type Installation, install, openInstalled, startProcess } from './simulation-engine.ts';
import { createPeople, type People } from './simulation-people.ts';

/** All that a simulated week is made of; equal ones give equal weeks. */
export interface WeekParameters {
  seed: number;
  orders: number;
  tenant: TenantModes;
  faults: Partial<Record<FaultKind, number>>;
  /** Chance that a run dies somewhere. */
  crashChance: number;
  /** Chance that people do something before a run. */
  peopleChance: number;
  stepHoursMax: number;
}

export interface WeekOutcome {
  parameters: WeekParameters;
  runs: number;
  crashes: string[];
  /** Faults injected by kind, both sides together. */
  faults: Record<string, number>;
  /** What people did, and how often. */
  acts: Record<string, number>;
  /** Runs that ended as a defect, with their words; there must be none. */
  defects: string[];
  /** How the newest run ended. */
  lastRun: string;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A Monday noon; the week holds the day on which American clocks change. */
const startAtMs = Date.UTC(2026, 2, 2, 12);
const restRunsMax = 80;
/** Runs ten minutes apart, then half a day apart until the last charge has come. */
const shortRests = 8;
const longRests = 8;

const faultKinds: readonly FaultKind[] = [
  'unauthorized',
  'rateLimited',
  'rateLimitedBare',
  'serverErrorBefore',
  'serverErrorAfter',
  'gatewayTimeoutBefore',
  'gatewayTimeoutAfter',
  'gatewayTimeoutLate',
  'resetBefore',
  'resetAfter',
  'slow',
  'truncated',
  'html',
  'terminatedBulk',
  'partialBulk',
  'lockedOnce',
  'okWithoutEffect',
];

/** Boundaries at which a crash leaves most behind. */
const deadlyPoints = [
  'after-attempt',
  'after-intent:stage',
  'before-answer:stage',
  'after-answer:stage',
  'before-staged',
  'after-staged',
  'before-committing',
  'after-committing',
  'after-intent:commit',
  'before-answer:commit',
  'after-answer:commit',
  'after-commit',
  'after-posted',
  'before-intent:discard',
  'before-answer:discard',
  'before-answer:prepare',
  'after-page',
  'after-boxes',
  'before-plans',
  'after-plans',
  'after-journal-frozen',
  'before send',
  'after send',
  'after movePostings',
  'before recordExchanges',
];

/** Calls by which documents come to be, or are taken back. */
const aims = [
  'OIS100MI/AddBatchHead',
  'OIS100MI/AddBatchLine',
  'OIS100MI/Confirm',
  'OIS100MI/DelBatchHead',
  'OIS100MI/ChgWarehouse',
  'PPS370MI/',
  'PPS370MI/FinishEntry',
  'MHS850MI/AddWhsHead',
  'MHS850MI/AddWhsLine',
  'MHS850MI/PrcWhsTran',
  'MHS850MI/PrcWhsTran',
  'MHS850MI/DeleteWhsTran',
  'MMS850MI/',
  'MMS120MI/',
  'MWS410MI/RelForPick',
  'GLS840MI/',
  'GLS840MI/UpdBatch',
];
const aimed: readonly FaultKind[] = [
  'gatewayTimeoutAfter',
  'gatewayTimeoutLate',
  'gatewayTimeoutLate',
  'resetAfter',
  'resetBefore',
  'partialBulk',
  'terminatedBulk',
  'lockedOnce',
  'okWithoutEffect',
  'truncated',
  'rateLimited',
];

/** The poorest tenant in one of its variants, and fault rates for every kind. */
export function parametersOf(seed: number): WeekParameters {
  const random = seededRandom(seed * 7919 + 13);
  const between = (low: number, high: number) => low + Math.floor(random.next() * (high - low + 1));
  const rate = () => Math.round(random.next() ** 2 * 600) / 10_000;
  return {
    seed,
    orders: between(30, 60),
    tenant: {
      ...poorestTenant,
      glListMissing: seed % 3 === 0,
      confirmDelayMs: pick(random, [0, 20_000, 75_000, 200_000]),
      processDelayMs: pick(random, [0, 0, 15_000, 90_000]),
      purchaseOrderTransferMs: pick(random, [90_000, 600_000]),
      silentProcessErrors: random.next() < 0.5,
      slowMs: 2,
    },
    faults: Object.fromEntries(faultKinds.map((kind) => [kind, rate()])),
    crashChance: 0.3 + random.next() * 0.5,
    stepHoursMax: between(4, 14),
    peopleChance: 0.2 + random.next() * 0.5,
  };
}

function pick<Value>(random: Random, values: [Value, ...Value[]]): Value {
  return values[Math.floor(random.next() * values.length)] ?? values[0];
}

interface Week {
  place: Installation;
  /** Runs that stood still, and may go on at any time. */
  zombies: Promise<void>[];
  random: Random;
  people: People;
  outcome: WeekOutcome;
  log: Log;
}

/**
 * Lives through one merchant's week with the real engine, then lets everything come to rest without
 * faults, and hands both systems and the store to `judge`.
 */
export async function liveThroughWeek<Verdict>(
  parameters: WeekParameters,
  judge: (end: { sandbox: RunningSandbox; store: Store; path: string }) => Promise<Verdict>,
): Promise<{ outcome: WeekOutcome; verdict: Verdict }> {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-week-'));
  const clock = createSimulationClock(startAtMs);
  const { seed, orders, tenant, faults } = parameters;
  const sandbox = await startSandbox({
    clock,
    seed,
    orders,
    startAtMs,
    tenant,
    modes: { slowMs: 2 },
  });
  try {
    const environment: Record<string, string> = tenant.glListMissing
      ? { MLC_INFOR__JOURNAL__VOUCHER_LIST: 'none' }
      : {};
    const place = await install({ folder, sandbox, clock, environment });
    const outcome: WeekOutcome = {
      parameters,
      runs: 0,
      crashes: [],
      acts: {},
      faults: {},
      defects: [],
      lastRun: '',
    };
    const week: Week = {
      place,
      zombies: [],
      random: seededRandom(seed * 31 + 7),
      people: createPeople(place, seededRandom(seed * 53 + 11), parameters.peopleChance),
      outcome,
      log: silentLog(),
    };
    sandbox.shipbobSandbox.faults.setRates(faults);
    sandbox.inforSandbox.faults.setRates(faults);
    await stormyDays(week);
    await week.people.goHome();
    outcome.acts = week.people.done;
    outcome.faults = faultsOf(sandbox);
    sandbox.shipbobSandbox.faults.clear();
    sandbox.inforSandbox.faults.clear();
    await comeToRest(week);
    const store = await openInstalled(place);
    try {
      const verdict = await judge({ sandbox, store, path: place.config.database });
      return { outcome, verdict };
    } finally {
      await store.close();
    }
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function stormyDays(week: Week): Promise<void> {
  const { place, random, outcome } = week;
  const { clock } = place;
  const endAtMs = startAtMs + 8 * dayMs;
  while (clock.now() < endAtMs) {
    aimFaults(week);
    const stepMs = Math.round(
      (0.5 + random.next()) * outcome.parameters.stepHoursMax * hourMs * 0.6,
    );
    clock.advance(stepMs);
    await week.people.act();
    // After a crash the next run comes as soon as the lease lets it, or some minutes later.
    for (let tries = 0; tries < 4; tries += 1) {
      const died = await oneRun(week, crashPlan(week));
      if (!died) break;
      const soonMs = random.next() < 0.5 ? 20_000 : 10 * 60_000;
      clock.advance(121_000 + Math.floor(random.next() * soonMs));
      await week.people.act();
    }
  }
  await Promise.all(week.zombies);
}

/** Besides the chance of each call: answers lost where most hangs on them. */
function aimFaults({ place, random }: Week): void {
  const { faults } = place.sandbox.inforSandbox;
  for (let count = 0; count < 3; count += 1) {
    const match = aims[Math.floor(random.next() * aims.length)] ?? '';
    const kind = aimed[Math.floor(random.next() * aimed.length)] ?? 'resetAfter';
    faults.script({ match, kind, times: 1 + Math.floor(random.next() * 2) });
  }
}

function crashPlan({ random, outcome }: Week): CrashPlan | null {
  if (random.next() >= outcome.parameters.crashChance) return null;
  const frozenMs = random.next() < 0.25 ? 100_000 + Math.floor(random.next() * 900_000) : null;
  if (random.next() < 0.35) {
    return { named: null, pass: 1 + Math.floor(random.next() ** 2 * 900), frozenMs };
  }
  const named = deadlyPoints[Math.floor(random.next() * deadlyPoints.length)] ?? null;
  return { named, pass: 1 + Math.floor(random.next() * 3), frozenMs };
}

/** One run in a process of its own; true when it died, or stands still for now. */
async function oneRun(week: Week, plan: CrashPlan | null): Promise<boolean> {
  const { outcome } = week;
  const process = new MortalProcess(plan, week.place.clock);
  outcome.runs += 1;
  const ended = runToEnd(week, process);
  await Promise.race([ended, process.standstill]);
  if (process.frozenAt !== null) {
    week.zombies.push(ended);
    outcome.crashes.push(`frozen ${process.frozenAt}`);
    return true;
  }
  if (process.diedAt !== null) outcome.crashes.push(process.diedAt);
  return process.diedAt !== null;
}

/** On a connection of its own, which ends with it. */
async function runToEnd(week: Week, process: MortalProcess): Promise<void> {
  const { place, random, log, outcome } = week;
  const store = await openInstalled(place);
  const owner = `run ${outcome.runs}`;
  const { parts, close } = startProcess(place, { process, store, random, log, owner });
  try {
    const result = await sync(parts, {
      streams: 'all',
      mode: 'post',
      sinceMs: null,
      postingsMax: null,
    });
    outcome.lastRun = `${result.exitCode} ${result.outcome}`;
    if (result.exitCode === 1 && process.diedAt === null) outcome.defects.push(result.outcome);
  } catch (thrown) {
    const held = thrown instanceof Problem && thrown.code === 'LEASE_HELD';
    // The one that stood still has come to before its lease ran out: it carries on.
    if (held && process.frozenAt === null) await Promise.all(week.zombies);
    else if (!held && !(thrown instanceof SimulatedCrash) && process.diedAt === null) throw thrown;
  } finally {
    await process.ended();
    close();
    await store.close();
  }
}

/** Late charges arrive days after their day, and doubts take up to a day to end. */
async function comeToRest(week: Week): Promise<void> {
  const { clock } = week.place;
  for (let run = 0; run < restRunsMax; run += 1) {
    clock.advance(run < shortRests ? 10 * 60_000 : 12 * hourMs);
    await oneRun(week, null);
    if (run >= shortRests + longRests && (await isAtRest(week))) return;
  }
}

async function isAtRest(week: Week): Promise<boolean> {
  const store = await openInstalled(week.place);
  try {
    const states = ['pending', 'staged', 'committing', 'unknown'] as const;
    return (await store.postings({ states: [...states], limit: 1 })).length === 0;
  } finally {
    await store.close();
  }
}

function faultsOf(sandbox: RunningSandbox): Record<string, number> {
  const sums = new Map<string, number>();
  for (const plan of [sandbox.shipbobSandbox.faults, sandbox.inforSandbox.faults]) {
    for (const [kind, count] of plan.counts) sums.set(kind, (sums.get(kind) ?? 0) + count);
  }
  return Object.fromEntries(sums);
}

function silentLog(): Log {
  const nothing = () => undefined;
  return { debug: nothing, info: nothing, warn: nothing, error: nothing };
}
