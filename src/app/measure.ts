import { isSolved, wasTold } from '../core/alert-message.ts';
import type { PostingState } from '../core/glossary.ts';
import type { MeasureReading } from '../core/measure.ts';
import { endedRuns, failedInRow, hasFailed, keepsBooks } from '../core/run-verdict.ts';
import { readAnnouncementGap } from './announcement.ts';
import type { Clock, RunRecord, Store } from './ports.ts';

/** Credentials of ours; others' names are theirs, and must not become labels. */
const credentialNames = ['shipbob.token', 'shipbob.login', 'infor.ionapi'];
const runsRead = 50;

/** Reads everything that is measured in the database; a few short queries. */
export async function readMeasures(
  store: Store,
  clock: Pick<Clock, 'now'>,
): Promise<MeasureReading> {
  const atMs = clock.now();
  const status = await store.status(atMs);
  const inbox = await store.inboxReport();
  const overdue = await store.overdue();
  const gap = await readAnnouncementGap(store);
  const runs = await store.runsPerCommand(runsRead);
  const ageMs = (sinceMs: number | null) => (sinceMs === null ? null : Math.max(0, atMs - sinceMs));
  return {
    atMs,
    lags: status.checkpoints.map(({ stream, sweptToMs }) => ({
      stream,
      lagMs: Math.max(0, atMs - sweptToMs),
    })),
    postings: status.postings,
    oldestWaitingMs: ageMs(await oldest(store, ['pending', 'staged'])),
    oldestDoubtfulMs: ageMs(await oldest(store, ['committing', 'unknown'])),
    openFlags: status.openFlags,
    recordsDue: status.recordsDue,
    inbox: {
      waiting: inbox.waiting,
      kept: inbox.kept.reduce((sum, { count }) => sum + count, 0),
      oldestWaitingMs: ageMs(inbox.oldestWaitingAtMs),
      lastReceivedAtMs: inbox.lastReceivedAtMs,
    },
    announcementsMissed: gap?.topics.reduce((sum, { missed }) => sum + missed, 0) ?? 0,
    subscriptionsDown: gap?.subscriptions.filter(({ state }) => state !== 'enabled').length ?? 0,
    overdue: {
      issue: overdue.filter(({ kind }) => kind === 'issue').length,
      receipt: overdue.filter(({ kind }) => kind === 'receipt').length,
    },
    alertsOpen: (await store.alertStates()).filter((state) => wasTold(state) && !isSolved(state))
      .length,
    ...runMeasures(runs),
    leaseHeld: status.lease !== null,
    auditRows: status.audit.rows,
    databaseBytes: status.databaseBytes,
    credentialAges: (await store.sealedNames())
      .filter(({ name }) => credentialNames.includes(name))
      .map(({ name, updatedAtMs }) => ({ name, ageMs: Math.max(0, atMs - updatedAtMs) })),
  };
}

/** When the oldest posting in one of the states came to be, or became doubtful. */
async function oldest(
  store: Pick<Store, 'postings'>,
  states: PostingState[],
): Promise<number | null> {
  const [posting] = await store.postings({ states, limit: 1 });
  return posting ? (posting.doubtfulSinceMs ?? posting.createdAtMs) : null;
}

function runMeasures(
  all: readonly RunRecord[],
): Pick<MeasureReading, 'run' | 'lastGoodRunAtMs' | 'failedRuns'> {
  const runs = all.filter(keepsBooks);
  const [last] = runs;
  const good = endedRuns(runs).find((run) => !hasFailed(run));
  return {
    run: last
      ? { startedAtMs: last.startedAtMs, endedAtMs: last.endedAtMs, exitCode: last.exitCode }
      : null,
    lastGoodRunAtMs: good?.endedAtMs ?? null,
    failedRuns: failedInRow(runs),
  };
}
