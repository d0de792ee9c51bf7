import { followHints } from '../../src/app/hints.ts';
import type { HeadFile, InforLedger } from '../../src/app/ports.ts';
import { replay } from '../../src/app/replay.ts';
import { sync } from '../../src/app/sync.ts';
import { Problem } from '../../src/core/problem.ts';
import { quietLog } from './recipe-target.ts';
import { dayMs, startAtMs, stormEndAtMs } from './simulation-calendar.ts';
import { chanceOf } from './simulation-chance.ts';
import { type Courier, createCourier } from './simulation-courier.ts';
import { createDesk, type Desk } from './simulation-desk.ts';
import {
  createHeadInMemory,
  createStoreRack,
  type Installation,
  install,
  openInstalled,
  type StoreRack,
  startProcess,
} from './simulation-engine.ts';
import { createExchanges, type Exchanges } from './simulation-exchanges.ts';
import { bringBackDatabase, keepDatabase, makeHome } from './simulation-home.ts';
import { judgeLedger, type LedgerVerdict } from './simulation-ledger.ts';
import { createMailRoom, type MailRoom } from './simulation-mail.ts';
import type { Ending, LifeOutcome, Violation } from './simulation-outcome.ts';
import { createPeople, type People } from './simulation-people.ts';
import { type Death, SimulatedProcess } from './simulation-process.ts';
import { type Habits, type PartOf, partsOf, type Story } from './simulation-story.ts';
import { createVirtualTime, type VirtualTime } from './simulation-time.ts';
import { createTrace, type SimulationTrace } from './simulation-trace.ts';
import {
  type CheckpointReader,
  createCheckpointReader,
  glanceAt,
  receivedBeyondStowed,
} from './simulation-watch.ts';
import { type Deliver, deliverInProcess } from './simulation-wire.ts';
import { createWorld, type SimulatedWorld } from './simulation-world.ts';

export interface LifeOptions {
  /** Told every event. */
  tell?: (line: string) => void;
  /** Another engine than the real one, to see whether it is caught. */
  twist?: (ledger: InforLedger) => InforLedger;
  /**
   * Spoils something, to see whether it is noticed: after the run of that name, and before the
   * judgement, which is called `judge`.
   */
  meddle?: (moment: string, end: SpoilableEnd) => void | Promise<void>;
  /** Another network than calls of functions. */
  network?: (
    world: SimulatedWorld,
    time: VirtualTime,
  ) => Promise<{
    deliver: Deliver;
    close(): Promise<void>;
  }>;
}

/** What can be spoilt, and judged again on this database or a copy of it. */
export interface SpoilableEnd {
  sandbox: SimulatedWorld['sandbox'];
  path: string;
  judgeAt(path: string): Promise<LedgerVerdict>;
}

/** All of one life. */
interface Life {
  story: Story;
  options: LifeOptions;
  time: VirtualTime;
  world: SimulatedWorld;
  place: Installation;
  exchanges: Exchanges;
  people: People;
  desk: Desk;
  courier: Courier;
  mailRoom: MailRoom;
  rack: StoreRack;
  headFile: HeadFile;
  trace: SimulationTrace;
  /** Processes that stood still, and may go on at any time. */
  zombies: Set<Promise<void>>;
  reader: CheckpointReader;
  checkpoints: Map<string, number>;
  runs: number;
  crashes: Ending[];
  violations: Violation[];
}

/** Lives through a story, lets all come to rest without faults, and judges it. */
export async function liveThrough(story: Story, options: LifeOptions = {}): Promise<LifeOutcome> {
  const time = createVirtualTime(startAtMs, chanceOf(story.seed, 'order of waking'));
  const courier = createCourier(() => time.now());
  const world = createWorld(story, time, courier.carrier);
  const home = makeHome();
  const network = await (options.network ?? inProcess)(world, time);
  let rack: StoreRack | null = null;
  let reader: CheckpointReader | null = null;
  try {
    const place = await install({
      folder: home.folder,
      sandbox: world.sandbox,
      clock: time,
      environment: environmentOf(story.habits),
    });
    rack = createStoreRack(place, story.habits.ownConnections ? 'none' : 'one');
    reader = createCheckpointReader(place.config.database);
    const trace = createTrace(() => time.now(), options.tell);
    const { deliver } = network;
    const life: Life = {
      story,
      options,
      time,
      world,
      place,
      trace,
      exchanges: createExchanges({ story, world, time, deliver, trace }),
      people: createPeople(place, rack),
      courier,
      desk: createDesk(place, rack),
      mailRoom: createMailRoom({
        ...{ story, place, rack, time, courier },
        note: (event) => trace.note('mail', event),
      }),
      rack,
      headFile: createHeadInMemory(),
      zombies: new Set(),
      reader,
      checkpoints: new Map(),
      runs: 0,
      crashes: [],
      violations: [],
    };
    await life.mailRoom.open();
    await stormyDays(life).finally(() => life.mailRoom.close());
    const verdict = life.violations.length > 0 ? null : await restAndJudge(life);
    return outcomeOf(life, verdict);
  } finally {
    reader?.close();
    await rack?.close();
    await network.close();
    home.remove();
  }
}

function environmentOf({ tenant, shipbobPageSize = 250 }: Habits): Record<string, string> {
  return {
    MLC_SHIPBOB__PAGE_SIZE: String(shipbobPageSize),
    ...(tenant.glListMissing ? { MLC_INFOR__JOURNAL__VOUCHER_LIST: 'none' } : {}),
  };
}

async function inProcess(world: SimulatedWorld, time: VirtualTime) {
  return { deliver: deliverInProcess(world.hosts, () => time.now()), close: async () => undefined };
}

function outcomeOf(life: Life, verdict: LedgerVerdict | null): LifeOutcome {
  const { shipbobSandbox, inforSandbox } = life.world.sandbox;
  const faults: Record<string, number> = {};
  for (const { counts } of [shipbobSandbox.faults, inforSandbox.faults]) {
    for (const [kind, count] of counts) faults[kind] = (faults[kind] ?? 0) + count;
  }
  return {
    seed: life.story.seed,
    runs: life.runs,
    exchanges: life.exchanges.count(),
    crashes: life.crashes,
    fired: life.exchanges.fired,
    faults,
    acts: life.people.done,
    mail: { ...life.courier.mishaps, ...life.courier.outcomes, ...forgedBy(life.courier) },
    violations: life.violations,
    verdict,
    digest: life.trace.digest(),
  };
}

function forgedBy({ forged }: Courier): Record<string, number> {
  const count = Object.values(forged).reduce((sum, each) => sum + each, 0);
  return count === 0 ? {} : { forged: count };
}

async function stormyDays(life: Life): Promise<void> {
  const { story, time, people, trace } = life;
  const crashes = new Map(partsOf(story, 'crash').map(({ run, death }) => [run, death]));
  const aimed = partsOf(story, 'aimed');
  const timeline = [...partsOf(story, 'run'), ...partsOf(story, 'act')];
  timeline.sort((one, other) => one.atMs - other.atMs || (one.name < other.name ? -1 : 1));
  for (const part of timeline) {
    if (time.now() < part.atMs) await time.sleepUntil(part.atMs);
    if (part.kind === 'act') {
      await people.perform(part.act, chanceOf(story.seed, 'deed', part.name));
      trace.note('people', part.name);
      continue;
    }
    aimFaults(
      life,
      aimed.filter(({ run }) => run === part.name),
    );
    await oneRun(life, part, crashes.get(part.name) ?? null);
    if (life.violations.length > 0) return;
  }
  if (time.now() < stormEndAtMs && timeline.length > 0) await time.sleepUntil(stormEndAtMs);
  await Promise.all(life.zombies);
}

function aimFaults({ world }: Life, aimed: readonly PartOf<'aimed'>[]): void {
  const { faults } = world.sandbox.inforSandbox;
  for (const { match, fault, times } of aimed) faults.script({ match, kind: fault, times });
}

type Run = Pick<PartOf<'run'>, 'name' | 'work'>;

/** What a process of that name is started for. */
function workOf(life: Life, { name, work }: Run, parts: ReturnType<typeof startProcess>) {
  switch (work) {
    case 'all':
      return sync(parts, { streams: 'all', mode: 'post', sinceMs: null, postingsMax: null });
    case 'hints':
      return followHints(parts);
    case 'replay': {
      const window = { fromMs: life.time.now() - 3 * dayMs, toMs: life.time.now() };
      return replay(parts, { window, ids: [], kind: 'all', mode: 'post' });
    }
    case 'link':
      return life.desk.link(parts, chanceOf(life.story.seed, 'desk', name));
  }
}

/** One run in a process of its own; a process that stands still is left to itself. */
async function oneRun(life: Life, run: Run, death: Death | null): Promise<void> {
  const { time, trace, place, mailRoom } = life;
  const { name } = run;
  life.runs += 1;
  let kept = false;
  let ridesThen = 0;
  const process = new SimulatedProcess({
    death,
    time,
    mingled: life.story.habits.mingled,
    note: (event) => trace.note(name, event),
    keep() {
      // With another process on the file there is no going back for it.
      if (life.zombies.size > 0) return;
      keepDatabase(place.config.database);
      kept = true;
      ridesThen = mailRoom.rides();
    },
  });
  const ended = runToEnd(life, run, process);
  await Promise.race([ended, process.standstill]);
  const at = process.stoodAt ?? process.diedAt;
  if (at !== null) {
    const how = process.stoodAt !== null ? 'stands' : process.forgot ? 'forgets' : 'dies';
    life.crashes.push({ run: name, at, how, atMs: time.now() });
  }
  if (process.stoodAt !== null && process.diedAt === null) {
    const zombie = ended.finally(() => life.zombies.delete(zombie));
    life.zombies.add(zombie);
  }
  // Nor after deliveries were stored since: what is durable makes all before it durable.
  if (process.forgot && kept && mailRoom.rides() === ridesThen) {
    await life.rack.close();
    life.reader.close();
    bringBackDatabase(place.config.database);
  }
  await life.options.meddle?.(name, spoilableEnd(life));
  watch(life);
}

function spoilableEnd({ place, world }: Life): SpoilableEnd {
  const { sandbox } = world;
  return {
    sandbox,
    path: place.config.database,
    async judgeAt(path) {
      const store = await openInstalled({ ...place, config: { ...place.config, database: path } });
      return judgeLedger({ sandbox, store, path }).finally(() => store.close());
    },
  };
}

/** On a connection of its own, which ends with it. */
async function runToEnd(life: Life, run: Run, process: SimulatedProcess): Promise<void> {
  const { name } = run;
  const { place, rack, exchanges, headFile, options, story } = life;
  const store = await rack.take();
  try {
    const parts = startProcess(place, {
      http: process.http(exchanges.wireOf(name)),
      clock: process.clock(),
      store: process.store(store),
      crash: process.crash,
      headFile,
      random: chanceOf(story.seed, 'jitter', name),
      log: quietLog,
      owner: name,
    });
    if (options.twist) parts.infor = options.twist(parts.infor);
    const work = workOf(life, run, parts);
    work.catch(() => undefined);
    const result = await Promise.race([work, process.death]);
    if (result) life.trace.note(name, `${result.exitCode} ${result.outcome}`);
    if (result?.exitCode === 1) violate(life, 'defect', `${name}: ${result.outcome}`);
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === 'LEASE_HELD') {
      life.trace.note(name, 'finds the lease held');
    } else if (process.diedAt === null) {
      violate(life, 'defect', `${name} threw ${thrown instanceof Error ? thrown.stack : thrown}`);
    }
  } finally {
    await process.ended();
    if (process.diedAt === null) await rack.give(store);
    else await store.close();
  }
}

function violate(life: Life, kind: string, words: string): void {
  life.violations.push({ kind, words, atMs: life.time.now() });
}

function watch(life: Life): void {
  const { sandbox } = life.world;
  for (const words of glanceAt(sandbox)) violate(life, 'double', words);
  for (const words of receivedBeyondStowed(sandbox)) violate(life, 'double', words);
  for (const [stream, atMs] of life.reader.read()) {
    if (atMs < (life.checkpoints.get(stream) ?? 0)) {
      violate(life, 'checkpoint', `the checkpoint of ${stream} went back`);
    }
    life.checkpoints.set(stream, atMs);
  }
}

const restRunsMax = 80;
/** Ten minutes apart, then half a day apart until all that was to come has come. */
const shortRests = 4;
const shortRestMs = 600_000;
const longRestMs = 43_200_000;

async function restAndJudge(life: Life): Promise<LedgerVerdict | null> {
  const { sandbox } = life.world;
  await life.people.goHome();
  await life.desk.goHome();
  sandbox.shipbobSandbox.faults.clear();
  sandbox.inforSandbox.faults.clear();
  const quietAtMs = lastNewsAtMs(life.story) + 2 * longRestMs;
  for (let run = 0; run < restRunsMax && life.violations.length === 0; run += 1) {
    await life.time.sleep(run < shortRests ? shortRestMs : longRestMs);
    await oneRun(life, { name: `rest-${run + 1}`, work: 'all' }, null);
    if (run >= shortRests && life.time.now() > quietAtMs && (await isAtRest(life.rack))) break;
  }
  if (life.violations.length > 0) return null;
  const store = await life.rack.take();
  try {
    const path = life.place.config.database;
    await life.options.meddle?.('judge', spoilableEnd(life));
    const ledgerWasClosed = partsOf(life.story, 'infor').some(
      ({ change }) => change.kind === 'periods',
    );
    const verdict = await judgeLedger({ sandbox, store, path, ledgerWasClosed });
    life.trace.note('judge', (await store.auditHead()).mac);
    accuse(life, verdict);
    return verdict;
  } finally {
    await life.rack.give(store);
  }
}

function lastNewsAtMs(story: Story): number {
  const instants = partsOf(story, 'event').map(({ atMs, action }) =>
    action.kind === 'charge' ? action.visibleAtMs : atMs,
  );
  const changes = partsOf(story, 'infor').map(({ atMs }) => atMs);
  return Math.max(stormEndAtMs, ...instants, ...changes);
}

async function isAtRest(rack: StoreRack): Promise<boolean> {
  const store = await rack.take();
  try {
    const states = ['staged', 'committing', 'unknown'] as const;
    if ((await store.postings({ states: [...states], limit: 1 })).length > 0) return false;
    // What waits for somebody's answer may wait for ever.
    const all = { codes: null, kinds: null, ids: null, state: 'open', limit: 1_000 } as const;
    const asked = new Set((await store.flags(all)).map(({ record }) => JSON.stringify(record)));
    const pending = await store.postings({ states: ['pending'], limit: 1_000 });
    return pending.every(({ record }) => asked.has(JSON.stringify(record)));
  } finally {
    await rack.give(store);
  }
}

function accuse(life: Life, verdict: LedgerVerdict): void {
  const { doubles, wrong, losses, auditBrokenAt, unasked, restless, untrue, doubted } = verdict;
  const kinds = { double: doubles, wrong, loss: losses, unasked, restless, untrue, doubted };
  for (const [kind, words] of Object.entries(kinds)) {
    for (const each of words) violate(life, kind, each);
  }
  for (const words of life.mailRoom.complaints()) violate(life, 'delivery', words);
  if (auditBrokenAt !== null) violate(life, 'audit', `broken at row ${auditBrokenAt}`);
}
