import { readLedger } from './crash-ledger.ts';
import { findDoubles } from './crash-oracle.ts';
import { type CrashWorld, longPauseMs, syncArgs } from './crash-world.ts';

/** Points of a whole run, passed whatever is posted. */
const runPoints = [
  'after-page',
  'after-boxes',
  'after-checkpoint',
  'before-plans',
  'after-plans',
  'after-journal-frozen',
] as const;

/**
 * Every point that documents of a kind pass, in an order in which each kill leaves work for the next:
 * what a lost staging left behind is what the deletions after it are about, and each kill after a
 * commit uses one batch up.
 */
const documentPoints: Record<string, readonly string[]> = {
  salesOrder: staged(around('discard')),
  // An entry has no key before it is finished; what a crash leaves of one has no effect and no name.
  purchaseOrder: staged([]),
  // Nothing is staged: the order itself is what is taken back.
  orderCancellation: ['after-attempt', 'before-staged', 'after-staged', ...committed()],
  goodsIssue: ['after-attempt', ...around('prepare'), ...staged(around('discard')).slice(1)],
  stockIssue: staged(around('discard')),
  goodsReceipt: staged(around('discard')),
  // The key is the handle, and the same lines are added again: nothing is ever deleted.
  journal: staged([]),
};

function around(step: string): string[] {
  return ['before-intent', 'after-intent', 'before-answer', 'after-answer'].map(
    (at) => `${at}:${step}`,
  );
}

function staged(deletions: string[]): string[] {
  return [
    'after-attempt',
    'before-intent:stage',
    'after-intent:stage',
    'before-answer:stage',
    ...deletions,
    'after-answer:stage',
    'before-staged',
    'after-staged',
    ...committed(),
  ];
}

function committed(): string[] {
  const before = ['before-committing', 'after-committing'];
  return [...before, ...around('commit'), 'after-commit', 'after-posted'];
}

/** One attempt to kill a run at a point. */
export interface Kill {
  point: string;
  /** The kind of document that was aimed at, or `run` for points of the whole run. */
  aimedAt: string;
  /** The kind that was in hand when the run died; null when it did not die. */
  hit: string | null;
  /** Violations found right after, before anything could be mended. */
  doubles: string[];
}

/** Kills a fresh installation at every point of a whole run. */
export async function killRuns(world: CrashWorld): Promise<Kill[]> {
  const kills: Kill[] = [];
  for (const point of runPoints) kills.push(await killAt(world, { point, kind: 'run' }));
  return kills;
}

/**
 * Kills at every point of one kind's documents, then posts what is left of them. Nothing of the kinds
 * that come after it is taken up meanwhile.
 */
export async function killKind(world: CrashWorld, kind: string): Promise<Kill[]> {
  const points = documentPoints[kind];
  if (points === undefined) throw new Error(`no points are known for ${kind}`);
  const kills: Kill[] = [];
  for (const point of points) kills.push(await killAt(world, { point, kind }));
  await postKind(world, kind);
  return kills;
}

/** A run that misses its point takes up no more than this, and leaves work for the next points. */
const missedPostingsMax = 1;

async function killAt(world: CrashWorld, aim: { point: string; kind: string }): Promise<Kill> {
  world.pass(longPauseMs);
  const end = await world.run([...syncArgs, '--limit', String(missedPostingsMax)], {
    environment: { MLC_CRASH_AT: aim.point },
  });
  if (end.signal !== 'SIGKILL' && end.code !== 0 && end.code !== 4) {
    throw new Error(`a run that was to die at ${aim.point} ended with ${end.code}: ${end.stderr}`);
  }
  const died = end.signal === 'SIGKILL';
  const inHand = aim.kind === 'run' ? 'run' : (readLedger(world).lastKind ?? 'none');
  return {
    point: aim.point,
    aimedAt: aim.kind,
    hit: died ? inHand : null,
    doubles: findDoubles(world.sandbox),
  };
}

const waitingStates = ['pending', 'staged'];
const doubtfulStates = ['committing', 'unknown'];
/** Runs without progress after which what is left of a kind is not going to be posted. */
const idleRunsMax = 4;

function countOf(world: CrashWorld, kind: string, states: string[]): number {
  return readLedger(world).postings.filter(
    (posting) => posting.kind === kind && states.includes(posting.state),
  ).length;
}

/** Posts what is left of one kind, and at most one of the kinds after it a run. */
export async function postKind(world: CrashWorld, kind: string): Promise<void> {
  const open = () => countOf(world, kind, [...waitingStates, ...doubtfulStates]);
  let left = open();
  for (let idle = 0; left > 0 && idle < idleRunsMax; ) {
    world.pass(longPauseMs);
    const limit = Math.max(1, countOf(world, kind, waitingStates));
    const end = await world.run([...syncArgs, '--limit', String(limit)]);
    if (end.code !== 0 && end.code !== 4) throw new Error(`exit ${end.code}: ${end.stderr}`);
    const before = left;
    left = open();
    idle = left < before ? 0 : idle + 1;
  }
}

/**
 * More samples and consumers' orders that leave at once, replenishments, and orders that wait to be
 * shipped; so many of each. Answers the ids of the waiting ones.
 */
export function addOrders(world: CrashWorld, count: number): number[] {
  const { week, shipbobSandbox } = world.sandbox;
  const special = new Set(Object.values(week.story).flat().map(String));
  const plain = shipbobSandbox
    .books()
    .orders.find(
      ({ id, type, tags }) => type === 'DTC' && tags.length === 0 && !special.has(`${id}`),
    );
  const [sample] = week.story.sample;
  const [replenishment] = week.story.replenish;
  if (!plain || !sample || !replenishment) throw new Error('the week is too small');
  for (const like of [sample, plain.id]) {
    for (const { shipmentId } of copiesOf(world, like, { count, name: `OUT-${like}` })) {
      shipbobSandbox.world.apply({ kind: 'pickShipment', shipmentId });
      shipbobSandbox.world.apply({ kind: 'shipShipment', shipmentId });
    }
  }
  copiesOf(world, replenishment, { count, name: 'IN' });
  return copiesOf(world, plain.id, { count, name: 'WAIT' }).map(({ orderId }) => orderId);
}

function copiesOf(
  world: CrashWorld,
  like: number,
  request: { count: number; name: string },
): { orderId: number; shipmentId: number }[] {
  const { week, shipbobSandbox } = world.sandbox;
  const template = week.shipbob.events.flatMap(({ action }) =>
    action.kind === 'placeOrder' && action.order.id === like ? [action.order] : [],
  )[0];
  if (template === undefined) throw new Error(`the week has no order ${like}`);
  const { type, channelId, recipient, lines, tags = [] } = template;
  return Array.from({ length: request.count }, (_, index) => {
    const number = `${request.name}-${index + 1}-${shipbobSandbox.world.state.ordersByCreation.length}`;
    const placed = shipbobSandbox.world.placeOrder({
      referenceId: number,
      orderNumber: number,
      type,
      channelId,
      recipient,
      lines,
      tags,
    });
    const shipment = placed.shipments[0];
    if (shipment === undefined) throw new Error(`order ${number} has no shipment`);
    return { orderId: placed.id, shipmentId: shipment.id };
  });
}

/** Kills by point and kind, for whoever reads the test's output. */
export function killTable(kills: readonly Kill[]): string {
  const kinds = [...new Set(kills.map(({ aimedAt }) => aimedAt))];
  const points = [...new Set(kills.map(({ point }) => point))];
  const width = Math.max(...points.map((point) => point.length));
  const cell = (point: string, kind: string) => {
    const aimed = kills.filter((kill) => kill.point === point && kill.aimedAt === kind);
    if (aimed.length === 0) return '·';
    return String(aimed.filter(({ hit }) => hit === kind).length);
  };
  const line = (name: string, cells: string[]) => [name.padEnd(width), ...cells].join('  ');
  const rows = points.map((point) =>
    line(
      point,
      kinds.map((kind) => cell(point, kind).padStart(kind.length)),
    ),
  );
  return [line('killed at', kinds), ...rows].join('\n');
}
