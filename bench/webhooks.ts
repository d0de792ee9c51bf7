/** The bench of the webhook receiver: speed, kills, and what the worker then finds. */
import type { Bench, BenchRun } from './bench.ts';
import { type Claim, digits, type Figure, type Report } from './report.ts';
import { type Processing, processInbox } from './webhook-inbox.ts';
import { type KillResult, runKills } from './webhook-kills.ts';
import { statedShape } from './webhook-plan.ts';
import { compiledProgram } from './webhook-process.ts';
import { type RepeatResult, repeatAfterProcessing } from './webhook-repeat.ts';
import { type CheckedRun, measureOnce } from './webhook-speed.ts';

export const webhooksBench: Bench = {
  name: 'webhooks',
  about: 'signed deliveries per second and their latency, then kill -9 under load',
  options: [
    { name: 'runs', standard: 5, quick: 1, about: 'speed runs, each beside a bare server' },
    { name: 'deliveries', standard: 60_000, quick: 10_000, about: 'deliveries of one speed run' },
    { name: 'connections', standard: 16, about: 'connections kept alive' },
    { name: 'pace', standard: 1000, about: 'deliveries a second of the paced runs, of 5 s each' },
    { name: 'kills', standard: 50, quick: 3, about: 'times the receiver is killed' },
    { name: 'seed', standard: 1, about: 'of the plan of deliveries and of the moments of death' },
  ],
  run,
};

async function run(request: BenchRun): Promise<Report> {
  const number = (name: string) => request.numbers.get(name) ?? 0;
  const { folder, profileFolder, progress } = request;
  const connections = number('connections');
  const seed = number('seed');
  const shape = { ...statedShape, seed, deliveries: number('deliveries') };
  const full: CheckedRun[] = [];
  const paced: CheckedRun[] = [];
  const pace = number('pace');
  for (let index = 0; index < number('runs'); index += 1) {
    const common = { folder, connections, profileFolder };
    const atFull = await measureOnce({ ...common, shape, perSecond: null }, `full-${index}`);
    full.push(atFull);
    if (pace > 0) {
      const pacedShape = { ...shape, deliveries: pace * pacedSeconds };
      const details = { ...common, shape: pacedShape, perSecond: pace };
      paced.push(await measureOnce(details, `paced-${index}`));
    }
    const { deliveriesPerSecond, latencyMs } = atFull.receiver;
    progress(`run ${index + 1}: ${digits(deliveriesPerSecond)}/s, p99 ${digits(latencyMs.p99)} ms`);
  }
  const kills = { folder, program: compiledProgram, connections, kills: number('kills') };
  const outcome =
    kills.kills === 0 ? null : await killPart({ ...kills, seed: seed + 1000 }, progress);
  return {
    bench: 'webhooks',
    figures: [
      ...speedFigures(full),
      ...pacedFigures(paced, pace),
      ...(outcome === null ? [] : killFigures(outcome)),
    ],
    claims: [...speedClaims([...full, ...paced]), ...(outcome === null ? [] : killClaims(outcome))],
    notes: notesOf(full, connections),
  };
}

const pacedSeconds = 5;
/** Enough to catch a twin that seldom loses, however few kills the receiver itself is given. */
const twinKills = 10;

interface KillPart {
  honest: KillResult;
  processing: Processing;
  repeat: RepeatResult;
  twin: KillResult;
}

async function killPart(
  details: Pick<BenchRun, 'folder'> & {
    program: typeof compiledProgram;
    connections: number;
    kills: number;
    seed: number;
  },
  progress: BenchRun['progress'],
): Promise<KillPart> {
  const honest = await runKills({ ...details, answers: 'afterCommit', until: 'allKills' });
  progress(`${honest.kills} kills: ${honest.missing.length} of ${honest.acknowledged} lost`);
  const processing = await processInbox(honest.databasePath);
  const repeat = await repeatAfterProcessing({
    ...details,
    databasePath: honest.databasePath,
    deliveries: honest.sample,
  });
  const twin = await runKills({
    ...details,
    kills: twinKills,
    answers: 'beforeCommit',
    until: 'allKills',
  });
  progress(`the twin: ${twin.missing.length} of ${twin.acknowledged} lost`);
  return { honest, processing, repeat, twin };
}

function speedFigures(runs: CheckedRun[]): Figure[] {
  if (runs.length === 0) return [];
  return [
    {
      name: 'deliveries answered',
      unit: '/s',
      values: runs.map(({ receiver }) => receiver.deliveriesPerSecond),
      goal: { atLeast: 5000 },
      floor: runs.map(({ floor }) => floor.deliveriesPerSecond),
    },
    latency(runs, { name: 'latency p50', which: 'p50' }),
    latency(runs, { name: 'latency p95', which: 'p95' }),
    latency(runs, { name: 'latency p99', which: 'p99', goal: { atMost: 25 } }),
    latency(runs, { name: 'latency max', which: 'max' }),
    {
      name: 'processor time of each',
      unit: 'µs',
      values: runs.map(({ receiver }) => receiver.processorUsEach),
      goal: null,
      floor: runs.map(({ floor }) => floor.processorUsEach),
    },
    {
      name: 'memory of the server',
      unit: 'MiB',
      values: runs.map(({ receiver }) => receiver.memoryMiB),
      goal: null,
      floor: runs.map(({ floor }) => floor.memoryMiB),
    },
  ];
}

function pacedFigures(runs: CheckedRun[], pace: number): Figure[] {
  if (runs.length === 0) return [];
  const when = `at ${digits(pace)}/s`;
  return [
    latency(runs, { name: `latency p50 ${when}`, which: 'p50' }),
    latency(runs, { name: `latency p99 ${when}`, which: 'p99' }),
    latency(runs, { name: `latency max ${when}`, which: 'max' }),
  ];
}

function latency(
  runs: CheckedRun[],
  figure: { name: string; which: 'p50' | 'p95' | 'p99' | 'max'; goal?: Figure['goal'] },
): Figure {
  const { name, which, goal = null } = figure;
  return {
    name,
    unit: 'ms',
    values: runs.map(({ receiver }) => receiver.latencyMs[which]),
    goal,
    floor: runs.map(({ floor }) => floor.latencyMs[which]),
  };
}

function speedClaims(runs: CheckedRun[]): Claim[] {
  if (runs.length === 0) return [];
  const sum = (part: (run: CheckedRun) => number) =>
    runs.reduce((total, each) => total + part(each), 0);
  const firsts = sum((each) => each.firsts);
  const rows = sum(({ truth }) => truth.rows);
  const missing = sum((each) => each.missing);
  const twice = sum(({ truth }) => truth.twice);
  const forged = sum(({ truth }) => truth.forged);
  const misjudged = sum((each) => each.misjudged);
  return [
    {
      says: 'every true delivery is answered 2xx, no forged one is',
      holds: misjudged === 0,
      evidence: [...(runs[0]?.receiver.answers ?? [])]
        .map(([name, n]) => `${name}: ${n}`)
        .join(', '),
    },
    {
      says: 'every delivery answered 2xx is stored, once',
      holds: missing === 0 && twice === 0 && rows === firsts,
      evidence: `${firsts} messages, ${rows} rows, ${missing} missing, ${twice} twice`,
    },
    {
      says: 'nothing forged is stored',
      holds: forged === 0,
      evidence: `${forged} rows with a forged body`,
    },
  ];
}

function killFigures({ honest }: KillPart): Figure[] {
  return [
    {
      name: 'restart after kill -9',
      unit: 'ms',
      values: honest.restartsMs,
      goal: { atMost: 1000 },
      floor: null,
    },
  ];
}

function killClaims({ honest, processing, repeat, twin }: KillPart): Claim[] {
  const { truth } = honest;
  return [
    {
      says: 'the kills fell under load, while writing',
      holds: honest.whileWriting > 0 && honest.withUnanswered > 0,
      evidence:
        `${honest.kills} kills, ${honest.whileWriting} within a write, ` +
        `${honest.withUnanswered} with ${honest.unanswered} requests unanswered, ` +
        `of which ${honest.unansweredStored} were stored`,
    },
    {
      says: 'every delivery answered 2xx is in the inbox after the kill',
      holds: honest.missing.length === 0 && honest.acknowledged > 0,
      evidence: `${honest.acknowledged} acknowledged, ${honest.missing.length} missing`,
    },
    {
      says: 'sent again until answered, each message is there once',
      holds: truth.rows === honest.sent && truth.twice === 0 && honest.misjudged === 0,
      evidence: `${honest.sent} messages, ${truth.rows} rows, ${truth.twice} twice`,
    },
    {
      says: 'nothing forged is stored, and the file is whole',
      holds: truth.forged === 0 && truth.integrity === 'ok',
      evidence: `${truth.forged} forged, integrity check: ${truth.integrity}`,
    },
    {
      says: 'each record is read once for all its deliveries',
      holds:
        processing.deliveries === truth.waiting &&
        processing.readTwice === 0 &&
        processing.left === 0,
      evidence:
        `${truth.waiting} waiting, ${processing.reads} reads for ${processing.deliveries}, ` +
        `${processing.readTwice} twice, ${processing.left} left`,
    },
    {
      says: 'what was processed is not processed again when it is repeated',
      holds: repeat.accepted === repeat.sent && repeat.newRows === 0 && repeat.waiting === 0,
      evidence: `${repeat.sent} sent again, ${repeat.accepted} answered 2xx, ${repeat.waiting} waiting`,
    },
    {
      says: 'a twin that answers before the commit is caught',
      holds: twin.missing.length > 0,
      evidence: `after ${twin.kills} kills: ${twin.missing.length} of ${twin.acknowledged} lost`,
    },
  ];
}

function notesOf(runs: CheckedRun[], connections: number): string[] {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const loads = runs.map(
    ({ receiver, fsyncMs }) =>
      `${percent(receiver.serverLoad)} / ${percent(receiver.generatorLoad)}` +
      ` / ${receiver.machineLoad.toFixed(1)} / ${fsyncMs} ms`,
  );
  return [
    `${connections} connections, each sends its next delivery when the last one was answered: these ` +
      'latencies are of a receiver at its limit.',
    'The paced latencies count from when each delivery was due, without the first second.',
    'The floor is a bare node:http server in the same processes that reads the body and answers ' +
      '204, without verifying or storing.',
    ...(loads.length === 0
      ? []
      : [
          `By run: processor use of receiver / generator / load average / fsync: ${loads.join(', ')}.`,
        ]),
    'A kill keeps what the operating system has in memory; power loss is another matter, and rests ' +
      'on fsync at every commit (test/unit/store-process.test.ts).',
  ];
}
