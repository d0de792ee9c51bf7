import { performance } from 'node:perf_hooks';
import { postingOrder } from '../../app/posting-work.ts';
import type { CrashPointName } from '../../core/crash-point.ts';
import type { DocumentKind } from '../../core/glossary.ts';
import { seededRandom } from '../../runtime/random.ts';
import {
  documentPoints,
  type Kill,
  killKind,
  killRuns,
  lostStaging,
  wholeRunPoints,
} from './matrix.ts';
import { killAtInstant } from './moment.ts';
import { addOrders } from './orders.ts';
import { judgeRest, type RestVerdict, runToRest } from './rest.ts';
import { isHit } from './tally.ts';
import { type DrillWorld, longPauseMs } from './world.ts';

export interface DrillRequest {
  seed: number;
  kills: number;
  /** Told what is being done. */
  progress(step: string): void;
  /** Aborted by a person: the drill ends after the kill in hand, without a verdict. */
  stop: AbortSignal;
  /** Does a careless program's deed before the books are judged, to see it reported. */
  plant: 'double' | null;
}

export interface DrillResult {
  points: Kill[];
  random: { made: number; progressed: number };
  /** Runs that opened what a kill had left and carried on. */
  recoveries: number;
  verdict: RestVerdict;
  /** Documents that stand in Infor at the end, all judged. */
  documents: number;
  durationMs: number;
}

/** Of all kills, this share falls at named points, the rest at random instants. */
const pointShare = 0.7;
/** Orders of each sort per kind, beside the week's own: each kill after a commit uses one up. */
const copiesMin = 1;

/** How many orders the week of a drill has; small, so that the time goes into kills. */
export const drillOrders = 30;

/**
 * Kills runs of the real program, carries on after each, and judges both systems' books after every
 * kill and at rest. Null when it was stopped.
 */
export async function drill(world: DrillWorld, request: DrillRequest): Promise<DrillResult | null> {
  const startedAtMs = performance.now();
  const random = seededRandom(request.seed);
  const atPoints = Math.ceil(request.kills * pointShare);
  const chosen = choosePoints(random, atPoints);
  const copies = Math.max(copiesMin, ...[...chosen.values()].map((points) => points.length));
  const waiting = addOrders(world, copies);
  // What is too new is left to the next sweep.
  world.pass(longPauseMs);
  const points = await killAtPoints(world, { chosen, waiting, request });
  if (points === null) return null;
  const made = await killAtRandom(world, {
    ...{ count: request.kills - atPoints, random, copies, request },
  });
  if (made === null) return null;
  request.progress('no more kills: running to rest');
  await runToRest(world);
  if (request.plant === 'double') plantDouble(world);
  const verdict = await judgeRest(world);
  const early = [...points.flatMap(({ doubles }) => doubles), ...made.doubles];
  const { killed, progressed } = made;
  return {
    points,
    random: { made: killed, progressed },
    recoveries: points.filter(isHit).length + killed,
    verdict: { ...verdict, doubles: [...new Set([...early, ...verdict.doubles])] },
    documents: documentsIn(world),
    durationMs: Math.round(performance.now() - startedAtMs),
  };
}

type Aims = Map<DocumentKind | 'run', CrashPointName[]>;

/**
 * So many different points by the seed, fairly among kinds, and in the order in which a life passes
 * them; all of them, and again from the beginning, when more are asked for.
 */
export function choosePoints(random: { next(): number }, count: number): Aims {
  const queues = (['run', ...postingOrder] as const).map((kind) => {
    const all = kind === 'run' ? wholeRunPoints : documentPoints[kind];
    return {
      kind,
      all: [...all],
      left: shuffled(
        random,
        all.map((_, at) => at),
      ),
    };
  });
  const taken = new Map<DocumentKind | 'run', number[]>();
  for (let made = 0; made < count; made += 1) {
    const queue = queues[made % queues.length];
    if (queue === undefined) break;
    if (queue.left.length === 0)
      queue.left = shuffled(
        random,
        queue.all.map((_, at) => at),
      );
    const at = queue.left.pop() ?? 0;
    taken.set(queue.kind, [...(taken.get(queue.kind) ?? []), at]);
  }
  return new Map(
    queues.map(({ kind, all }) => [kind, withLostStaging(all, taken.get(kind) ?? [])]),
  );
}

/** There is something to delete only right after a staging whose answer was lost. */
function withLostStaging(all: CrashPointName[], places: number[]): CrashPointName[] {
  const lost = places
    .filter((at) => all[at]?.endsWith(':discard'))
    .map((at) => all.lastIndexOf(lostStaging, at));
  const wanted = [...new Set([...places, ...lost])].sort((one, other) => one - other);
  return wanted.flatMap((at) => all.slice(at, at + 1));
}

function shuffled(random: { next(): number }, list: number[]): number[] {
  return list
    .map((value) => ({ value, order: random.next() }))
    .sort((one, other) => one.order - other.order)
    .map(({ value }) => value);
}

async function killAtPoints(
  world: DrillWorld,
  parts: { chosen: Aims; waiting: number[]; request: DrillRequest },
): Promise<Kill[] | null> {
  const { chosen, waiting, request } = parts;
  const aimed = (kind: DocumentKind | 'run') => chosen.get(kind) ?? [];
  request.progress('killing runs wherever they are');
  const kills = await killRuns(world, aimed('run'), request.stop);
  // What comes after the last kind that is aimed at is posted on the way to rest.
  const last = postingOrder.findLastIndex((kind) => aimed(kind).length > 0);
  for (const kind of postingOrder.slice(0, last + 1)) {
    if (request.stop.aborted) return null;
    request.progress(`killing runs while they post: ${kind}`);
    if (kind === 'orderCancellation') {
      for (const orderId of waiting) world.sandbox.shipbobSandbox.world.cancelOrder(orderId);
    }
    kills.push(...(await killKind(world, kind, aimed(kind), request.stop)));
  }
  return request.stop.aborted ? null : kills;
}

/** An instant is some writes into Infor and some milliseconds more, so that it falls into work. */
const writesMax = 12;
const moreMsMax = 25;
/** Enough for every instant, with a run of one document in one call. */
const ordersPerInstant = 2;

async function killAtRandom(
  world: DrillWorld,
  parts: { count: number; random: { next(): number }; copies: number; request: DrillRequest },
): Promise<{ killed: number; progressed: number; doubles: string[] } | null> {
  const { count, random, request } = parts;
  const result = { killed: 0, progressed: 0, doubles: [] as string[] };
  for (let index = 0; index < count; index += 1) {
    if (request.stop.aborted) return null;
    request.progress(`killing runs at random: ${index + 1} of ${count}`);
    addOrders(world, ordersPerInstant);
    const kill = await killAtInstant(world, random, { writesMax, moreMsMax });
    if (kill.killed) result.killed += 1;
    if (kill.progressed) result.progressed += 1;
    result.doubles.push(...kill.doubles);
  }
  return result;
}

/** Enters an order of ours a second time, as a blind repeat would have. */
function plantDouble(world: DrillWorld): void {
  const inforWorld = world.sandbox.inforSandbox.world;
  const order = inforWorld.books().orders.find(({ live, yourReference }) => live && yourReference);
  if (order === undefined) throw new Error('no order stands that could be entered twice');
  inforWorld.plant({ kind: 'copyOrder', number: order.number });
}

function documentsIn(world: DrillWorld): number {
  const books = world.sandbox.inforSandbox.world.books();
  const movements = new Set(books.stockHistory.map(({ externalKey }) => externalKey));
  const vouchers = books.vouchers.filter(({ journal }) => journal !== '');
  return books.orders.length + books.purchaseOrders.length + movements.size + vouchers.length;
}
