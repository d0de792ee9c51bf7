/** Takes personal data out once it is older than it is to be kept. */
import { toProblem } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import type { PurgeCursor, PurgeRequest, PurgeStore } from './ports.ts';

export interface PurgeReport {
  records: number;
  bodies: number;
  flags: number;
  /** Words of people and the like that belong to no order. */
  loose: number;
  /** What could not be done now, in words. */
  notices: string[];
}

/**
 * In short transactions, so that a run beside it goes on; stopped or killed it carries on where it
 * was. `recordsMax` bounds it, null does not.
 */
export async function purge(work: {
  store: PurgeStore;
  request: PurgeRequest;
  recordsMax: number | null;
  /** `whole` rewrites the file as well. */
  tidy: 'whole' | 'log';
  signal: AbortSignal;
  progress(records: number): void;
}): Promise<PurgeReport> {
  const { store, request, recordsMax, signal } = work;
  const report: PurgeReport = { records: 0, bodies: 0, flags: 0, loose: 0, notices: [] };
  let after: PurgeCursor | null = null;
  do {
    signal.throwIfAborted();
    const batch = await store.purgeBatch(request, after);
    report.records += batch.records;
    report.bodies += batch.bodies;
    report.flags += batch.flags;
    after = batch.next;
    work.progress(report.records);
  } while (after !== null && (recordsMax === null || report.records < recordsMax));
  if (request.record === null) report.loose = await store.purgeLoose(request);
  if (report.bodies + report.records + report.loose > 0) {
    report.notices = await store.tidyFile(work.tidy);
  }
  return report;
}

const purgedName = 'personal-data-purged-at';
const purgeEveryMs = 86_400_000;

/** So many orders a day at most: a backlog of years goes over weeks, beside the daily work. */
const recordsMaxPerRun = 5_000;

/**
 * Once a day, when it is configured, as part of a full run. Trouble here never fails the run: what
 * stays is taken out the next day.
 */
export async function purgeDaily(engine: Engine): Promise<void> {
  const { store, clock, log } = engine;
  const keepMs = engine.settings.privacy.keepPersonalDataMs;
  if (keepMs === null || engine.signal.aborted) return;
  const nowMs = clock.now();
  const lastMs = Number((await store.meta(purgedName)) ?? Number.NaN);
  if (lastMs <= nowMs && nowMs - lastMs < purgeEveryMs) return;
  engine.progress('removing old personal data');
  try {
    const { records, notices } = await purge({
      store,
      request: {
        beforeMs: nowMs - keepMs,
        record: null,
        nowMs,
        actor: 'engine',
        fence: engine.fence,
      },
      recordsMax: recordsMaxPerRun,
      tidy: 'log',
      signal: engine.signal,
      progress: (done) => engine.progress(`personal data of ${done} records removed`),
    });
    await store.noteInRun(engine.fence, purgedName, String(nowMs));
    if (records > 0) log.info('personal data of old orders was removed', { records });
    for (const notice of notices) log.info(notice);
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.kind === 'defect' || problem.code === 'LEASE_LOST') throw problem;
    if (problem.code === 'STOPPED') return;
    log.warn(`old personal data could not be removed: ${problem.message}`, { code: problem.code });
  }
}
