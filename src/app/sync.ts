import { Problem, toProblem } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import { reachUnsent, recheckCauses } from './facts.ts';
import { tidyHistory } from './history.ts';
import { ingest, type StreamChoice } from './ingest.ts';
import { freezeJournals, planDue } from './plan.ts';
import { post } from './post.ts';
import { purgeDaily } from './purge.ts';
import { type RunParts, type RunResult, type RunTrouble, underLease } from './run.ts';
import { settle } from './settle.ts';
import { workMeanwhile } from './work-meanwhile.ts';

export interface SyncRequest {
  streams: StreamChoice;
  /**
   * `plan` stops before anything is staged; the store it works on is a copy that is thrown away.
   */
  mode: 'post' | 'plan';
  /** Read ShipBob again from here; null for the checkpoint. */
  sinceMs: number | null;
  /** Take up at most so many postings; null for all. */
  postingsMax: number | null;
}

/** Rounds of plan, settle and post after which a run leaves the rest to the next one. */
const roundsMax = 50;

/** One run: poll, plan, post, until nothing moves any more. */
export function sync(parts: RunParts, request: SyncRequest): Promise<RunResult> {
  return underLease(parts, `sync ${request.streams}`, async (engine) => {
    if (request.mode === 'post') requireStart(engine);
    engine.sinceMs = request.sinceMs;
    engine.postingsLeft = request.postingsMax;
    const troubles: RunTrouble[] = [];
    const inforUp = await attempt(troubles, 'infor', () => engine.infor.probe());
    if (inforUp) await attempt(troubles, 'infor', () => recheckCauses(engine));
    const read = (reader: Engine) => ingest(reader, request.streams);
    const both = inforUp && request.mode === 'post';
    troubles.push(...(await (both ? workMeanwhile(engine, read) : read(engine))));
    if (inforUp)
      await attempt(troubles, 'infor', async () => {
        troubles.push(...(await workOff(engine, request.mode)));
      });
    if (request.mode === 'post' && request.streams === 'all') {
      await purgeDaily(engine);
      await tidyHistory(engine);
    }
    return troubles;
  });
}

/** Nothing is written into Infor before somebody has said where its books end and ours begin. */
export function requireStart(engine: Engine): void {
  if (engine.settings.sync.startFromMs !== null) return;
  throw new Problem({
    code: 'START_FROM_MISSING',
    kind: 'configuration',
    message: 'sync.startFrom is not set, so nothing may be written into Infor',
    hint: 'Set sync.startFrom to the moment from which mlc books movements, e.g. 2026-12-01T00:00:00Z. Everything before it stays as you have booked it by hand.',
  });
}

/** Infor being down never stops ingest: a trouble there is kept and reported at the end. */
export async function attempt(
  troubles: RunTrouble[],
  stream: string,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.kind === 'defect' || problem.code === 'LEASE_LOST') throw problem;
    troubles.push({ stream, problem });
    return false;
  }
}

/** Plans and posts until nothing is due, then waits a while for what is still doubtful. */
export async function workOff(engine: Engine, mode: SyncRequest['mode']): Promise<RunTrouble[]> {
  const waitUntilMs = engine.clock.now() + engine.settings.posting.unknown.waitInRunMs;
  let troubles: RunTrouble[] = [];
  await reachUnsent(engine);
  for (let round = 0; round < roundsMax && !engine.signal.aborted; round += 1) {
    troubles = (await planDue(engine)).troubles;
    await freezeJournals(engine);
    if (mode === 'plan') return troubles;
    const settled = await settle(engine);
    const posted = await post(engine, { meanwhile: settle });
    if (settled + posted > 0) continue;
    if (!(await waitForDue(engine, waitUntilMs))) break;
  }
  await countOpen(engine);
  return troubles;
}

/** Sleeps until the next posting is due, if that is soon enough; false when it is not. */
async function waitForDue(engine: Engine, untilMs: number): Promise<boolean> {
  const dueAtMs = await engine.store.nextPostingAtMs();
  const nowMs = engine.clock.now();
  if (dueAtMs === null || dueAtMs > untilMs || nowMs >= untilMs) return false;
  engine.progress('waiting for Infor');
  try {
    await engine.clock.sleep(Math.max(dueAtMs - nowMs, 50), engine.signal);
  } catch {
    return false; // Stopped while waiting: nothing was in flight.
  }
  return true;
}

async function countOpen(engine: Engine): Promise<void> {
  const { postings } = await engine.store.status(engine.clock.now());
  const countOf = (states: string[]) =>
    postings
      .filter(({ state }) => states.includes(state))
      .reduce((sum, { count }) => sum + count, 0);
  engine.counts.doubtful = countOf(['unknown', 'committing']);
  engine.counts.waiting = countOf(['pending', 'staged']);
  engine.counts.cancelled = countOf(['cancelled']);
}
