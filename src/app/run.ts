import { effectiveSettings } from '../core/effective-settings.ts';
import { Problem, toProblem } from '../core/problem.ts';
import { type Engine, emptyCounts } from './engine.ts';
import type { Fence, HeadFile, RunCounts } from './ports.ts';
import { keepHead, noticeRestore } from './restore.ts';
import { RunProgress } from './run-progress.ts';

/** What a run is given from outside; the lease, the fence and the counts are added here. */
export type RunParts = Omit<
  Engine,
  'fence' | 'counts' | 'postingsLeft' | 'sinceMs' | 'stored' | 'measured'
> & {
  headFile: HeadFile;
  /** Names this process among others, for `status` and for whoever finds the lease held. */
  owner: string;
};

/** How the run ended, as the exit codes of docs/cli.md; the worst of its parts. */
export interface RunResult {
  exitCode: number;
  outcome: string;
  counts: RunCounts;
  auditHead: { seq: number; mac: string };
  restored: 'restored' | 'asExpected';
  troubles: RunTroubleReport[];
}

export interface RunTroubleReport {
  stream: string;
  code: string;
  message: string;
  hint: string;
  evidence: Record<string, string>;
}

export const leaseTtlMs = 120_000;
const leaseRenewMs = 30_000;

/**
 * Does `work` as the only engine on this database: takes the lease, keeps it alive, reads the
 * mappings that people set, notices a restored database, and writes down how it went. Throws Problem `LEASE_HELD` (exit 75) when
 * another run is on.
 */
export async function underLease(
  parts: RunParts,
  command: string,
  work: (engine: Engine) => Promise<RunTrouble[]>,
): Promise<RunResult> {
  const fence = await takeLease(parts, command);
  parts.crash('after-lease');
  const lost = new AbortController();
  const signal = AbortSignal.any([parts.signal, lost.signal]);
  const engine: Engine = {
    ...parts,
    signal,
    fence,
    counts: emptyCounts(),
    measured: new RunProgress(),
    postingsLeft: null,
    sinceMs: null,
  };
  const heartbeat = beat(engine, lost);
  let troubles: RunTrouble[] = [];
  let restored: Awaited<ReturnType<typeof noticeRestore>> | null = null;
  try {
    // Here and nowhere else, so that no maker of runs can forget it, and a process that stays up
    // plans by what people set since its last run.
    engine.settings = effectiveSettings(
      parts.settings,
      await parts.store.currentMappings(parts.clock.now()),
    );
    restored = await noticeRestore({ ...parts, fence });
    troubles = await work(engine);
  } catch (thrown) {
    troubles = [{ stream: 'run', problem: toProblem(thrown) }];
  } finally {
    heartbeat.stop();
  }
  await heartbeat.ended;
  return finish(parts, engine, { troubles, restored });
}

export interface RunTrouble {
  stream: string;
  problem: Problem;
}

async function takeLease(parts: RunParts, command: string): Promise<Fence> {
  const answer = await parts.store.acquireLease({
    owner: parts.owner,
    nowMs: parts.clock.now(),
    ttlMs: leaseTtlMs,
    command,
  });
  if (answer.held === 'yes') return answer.fence;
  const seconds = Math.max(1, Math.ceil((answer.expiresAtMs - parts.clock.now()) / 1000));
  throw new Problem({
    code: 'LEASE_HELD',
    kind: 'retryable',
    message: `another run is on: ${answer.by}`,
    hint: `Wait for it to end. If it died, its lease runs out in about ${seconds} s and the next run takes over.`,
    evidence: { holder: answer.by },
  });
}

/** Renews the lease until told to stop; when it is lost, the run's signal is aborted. */
function beat(engine: Engine, lost: AbortController): { stop(): void; ended: Promise<void> } {
  const stopped = new AbortController();
  const ended = (async () => {
    while (!stopped.signal.aborted) {
      await engine.clock.sleep(leaseRenewMs, stopped.signal).catch(() => undefined);
      if (stopped.signal.aborted) return;
      const kept = await engine.store
        .renewLease(engine.fence, engine.clock.now(), leaseTtlMs)
        .catch(() => true); // A busy database is no loss; the fence check in each write decides.
      if (!kept) lost.abort(leaseLost());
    }
  })();
  return { stop: () => stopped.abort(), ended };
}

function leaseLost(): Problem {
  return new Problem({
    code: 'LEASE_LOST',
    kind: 'retryable',
    message: 'another run took the lease over',
    hint: 'This run stopped before its next write. The other one carries on; nothing is lost.',
  });
}

async function finish(
  parts: RunParts,
  engine: Engine,
  end: { troubles: RunTrouble[]; restored: 'restored' | 'asExpected' | null },
): Promise<RunResult> {
  const { counts } = engine;
  counts.calls = { shipbob: parts.shipbob.callCounts(), infor: parts.infor.callCounts() };
  const exitCode = worstExit(end.troubles, await unfinished(parts, engine));
  const outcome = outcomeWords(exitCode, end.troubles);
  const troubles = end.troubles.map(reported);
  try {
    parts.crash('before-run-finished');
    await parts.store.finishRun(engine.fence, {
      nowMs: parts.clock.now(),
      exitCode,
      outcome,
      counts,
      troubles: troubles.map(({ evidence: _evidence, ...trouble }) => trouble),
    });
    parts.crash('after-run-finished');
    await parts.store.releaseLease(engine.fence);
    parts.crash('after-lease-released');
    // Overwritten before it was looked at, it could tell no run any more that this is a backup.
    if (end.restored !== null) await keepHead(parts);
    parts.crash('after-head');
  } catch (thrown) {
    parts.log.warn(`the run's end could not be written down: ${toProblem(thrown).message}`);
  }
  return {
    exitCode,
    outcome,
    counts,
    auditHead: await parts.store.auditHead(),
    restored: end.restored ?? 'asExpected',
    troubles,
  };
}

function reported({ stream, problem }: RunTrouble): RunTroubleReport {
  const { code, message, hint, evidence } = problem;
  return { stream, code, message, hint, evidence: { ...evidence } };
}

/** The last line of each run: its head, kept with the log, shows a trail that was cut since. */
export function headOf({ auditHead }: RunResult): string {
  return `${auditHead.seq}:${auditHead.mac}`;
}

/** Doubtful postings, or some that wait for their next try: the next run has work to do. */
async function unfinished(parts: RunParts, engine: Engine): Promise<'yes' | 'no'> {
  if (engine.counts.doubtful > 0) return 'yes';
  return (await parts.store.nextPostingAtMs()) === null ? 'no' : 'yes';
}

/**
 * Worst first: defect 1, credentials 5, configuration 2, upstream or unfinished work 4, then done
 * 0.
 */
function worstExit(troubles: RunTrouble[], workRemains: 'yes' | 'no'): number {
  const kinds = new Set(troubles.map(({ problem }) => problem.kind));
  if (kinds.has('defect')) return 1;
  if (kinds.has('credentials')) return 5;
  if (kinds.has('configuration') || kinds.has('rejected')) return 2;
  return kinds.size > 0 || workRemains === 'yes' ? 4 : 0;
}

function outcomeWords(exitCode: number, troubles: RunTrouble[]): string {
  const first = troubles.find(({ problem }) => problem.code !== 'STOPPED');
  if (!first && troubles.length > 0) return 'done until it was stopped; the next run carries on';
  if (first) return `${first.stream}: ${first.problem.message}`;
  return exitCode === 0 ? 'done' : 'done; some outcomes are still to be found out by the next run';
}
