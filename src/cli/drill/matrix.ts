import type { CrashPointName } from '../../core/crash-point.ts';
import type { DocumentKind } from '../../core/glossary.ts';
import { findDoubles } from '../../sandbox/judge.ts';
import { readLedger } from './ledger.ts';
import { type DrillWorld, longPauseMs, syncArgs } from './world.ts';

/** Points of a whole run that begins with an empty database; what is posted does not matter. */
export const wholeRunPoints = [
  'after-lease',
  'before-page',
  'after-page',
  'before-boxes',
  'after-boxes',
  'before-checkpoint',
  'after-checkpoint',
  'before-plans',
  'after-plans',
  'before-journal-frozen',
  'after-journal-frozen',
  // Nothing is written of a posting before it, so that nobody could tell whose look-up it is.
  'before-answer:lookup',
  'before-run-finished',
  'after-run-finished',
  'after-lease-released',
  'after-head',
] as const satisfies CrashPointName[];

/** Something is staged, and nobody has read as what. */
export const lostStaging: CrashPointName = 'before-answer:stage';

/**
 * Every point that documents of a kind pass, in an order in which each kill leaves work for the
 * next: what a lost staging left behind is what the deletions after it are about, and each kill
 * after a commit uses one batch up.
 */
export const documentPoints: Record<DocumentKind, readonly CrashPointName[]> = {
  salesOrder: [...attempted(), ...staged(deletions()), ...committed()],
  // An entry has no key before it is finished; what a crash leaves of one has no effect and no
  // name.
  purchaseOrder: [...attempted(), ...staged([]), ...committed()],
  // Nothing is staged: the order itself is what is taken back.
  orderCancellation: [...attempted(), 'before-staged', 'after-staged', ...committed()],
  goodsIssue: [...attempted(), ...around('prepare'), ...staged(deletions()), ...committed()],
  stockIssue: [...attempted(), ...staged(deletions()), ...committed()],
  goodsReceipt: [...attempted(), ...staged(deletions()), ...committed()],
  // The key is the handle, and the same lines are added again: nothing is ever deleted. What is
  // staged has no list to be compared by.
  journal: [
    ...attempted(),
    ...staged([]),
    ...committed().filter((point) => !point.endsWith(':inspect')),
  ],
};

type Step = 'prepare' | 'stage' | 'commit';

function around(step: Step): CrashPointName[] {
  return [
    `before-intent:${step}`,
    `after-intent:${step}`,
    `sent:${step}`,
    `before-answer:${step}`,
    `after-answer:${step}`,
  ];
}

/**
 * What a deletion is about is gone with the call: each needs a staging of its own that was lost.
 */
function deletions(): CrashPointName[] {
  return [
    'before-intent:discard',
    'after-intent:discard',
    'sent:discard',
    lostStaging,
    'before-answer:discard',
    lostStaging,
    'after-answer:discard',
  ];
}

function reading(step: 'inspect' | 'readBack'): CrashPointName[] {
  return [`before-answer:${step}`, `after-answer:${step}`];
}

function attempted(): CrashPointName[] {
  return ['after-answer:lookup', 'after-attempt'];
}

function staged(afterLost: CrashPointName[]): CrashPointName[] {
  const [last = 'after-answer:stage', ...before] = around('stage').reverse();
  return [...before.reverse(), ...afterLost, last, 'before-staged', 'after-staged'];
}

function committed(): CrashPointName[] {
  return [
    ...reading('inspect'),
    'before-committing',
    'after-committing',
    ...around('commit'),
    'after-commit',
    ...reading('readBack'),
    'before-posted',
    'after-posted',
  ];
}

/** Points at which nothing here kills, with the test that does. */
export const killedElsewhere: Partial<Record<CrashPointName, string>> = {
  'before-second-read': 'test/crash/acts.test.ts',
  'before-migration': 'test/crash/acts.test.ts',
  'after-migration': 'test/crash/acts.test.ts',
  'before-link': 'test/crash/acts.test.ts',
  'after-link': 'test/crash/acts.test.ts',
  'before-deliveries': 'test/crash/acts.test.ts',
  'after-deliveries': 'test/crash/acts.test.ts',
  'after-hint-read': 'test/crash/acts.test.ts',
  'after-hints-finished': 'test/crash/acts.test.ts',
  'before-token-write': 'test/unit/shipbob-token.test.ts',
  'after-token-write': 'test/unit/shipbob-token.test.ts',
  'after-reconciliation-part': 'test/cli/close.test.ts',
  'close-written': 'test/unit/close-pack.test.ts',
  'close-bound': 'test/cli/close.test.ts',
  'rotate-key-written': 'test/crash/rotate-key.test.ts',
  'rotate-key-committed': 'test/crash/rotate-key.test.ts',
  'rotate-key-renamed': 'test/crash/rotate-key.test.ts',
};

/** One attempt to kill a run at a point. */
export interface Kill {
  point: CrashPointName;
  /** The kind of document that was aimed at, or `run` for points of the whole run. */
  aimedAt: string;
  /** The kind that was in hand when the run died; null when it did not die. */
  hit: string | null;
  /** Violations found right after, before anything could be mended. */
  doubles: string[];
}

/** Kills a fresh installation at the points of a whole run. */
export async function killRuns(
  world: DrillWorld,
  points: readonly CrashPointName[] = wholeRunPoints,
  stop?: AbortSignal,
): Promise<Kill[]> {
  const kills: Kill[] = [];
  for (const point of points) {
    if (stop?.aborted) break;
    kills.push(await killAt(world, { point, kind: 'run' }));
  }
  return kills;
}

/**
 * Kills at points of one kind's documents, then posts what is left of them. Nothing of the kinds
 * that come after it is taken up meanwhile.
 */
export async function killKind(
  world: DrillWorld,
  kind: DocumentKind,
  points: readonly CrashPointName[] = documentPoints[kind],
  stop?: AbortSignal,
): Promise<Kill[]> {
  const kills: Kill[] = [];
  for (const point of points) {
    if (stop?.aborted) return kills;
    kills.push(await killAt(world, { point, kind }));
  }
  await postKind(world, kind);
  return kills;
}

/** A run that misses its point takes up no more than this, and leaves work for the next points. */
const missedPostingsMax = 1;

async function killAt(
  world: DrillWorld,
  aim: { point: CrashPointName; kind: string },
): Promise<Kill> {
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

function countOf(world: DrillWorld, kind: string, states: string[]): number {
  return readLedger(world).postings.filter(
    (posting) => posting.kind === kind && states.includes(posting.state),
  ).length;
}

/** Posts what is left of one kind, and at most one of the kinds after it a run. */
export async function postKind(world: DrillWorld, kind: string): Promise<void> {
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
