import { toProblem } from '../core/problem.ts';
import { type Finding, failed, problem, unchecked } from './doctor-finding.ts';
import type { Clock } from './ports.ts';

/** One thing to look at. */
export interface Check {
  /** Heading that it stands under. */
  area: string;
  name: string;
  /** Names of checks that must not have failed; otherwise this one is left out. */
  after?: readonly string[];
  /** How long it may take; 30 s unless said otherwise. */
  deadlineMs?: number;
  run(): Finding[] | Promise<Finding[]>;
}

export interface CheckLine extends Finding {
  area: string;
  name: string;
}

const deadlineMsStandard = 30_000;

/**
 * Does all checks, one after another, and never throws: a check that fails or hangs is itself a
 * finding, and the others go on. Those that build on it are marked as not checked.
 */
export async function diagnose(
  checks: readonly Check[],
  parts: { clock: Clock; signal: AbortSignal; progress: (step: string) => void },
): Promise<CheckLine[]> {
  const lines: CheckLine[] = [];
  const out = new Set<string>();
  for (const check of checks) {
    const broken = (check.after ?? []).find((name) => out.has(name));
    const findings = parts.signal.aborted
      ? [unchecked('stopped before it was looked at')]
      : broken !== undefined
        ? [unchecked(`not checked, because of: ${broken}`)]
        : await attempt(check, parts);
    const isOut = findings.some(({ state }) => state === 'problem') || broken !== undefined;
    if (isOut) out.add(check.name);
    lines.push(...findings.map((finding) => ({ area: check.area, name: check.name, ...finding })));
  }
  return lines;
}

async function attempt(
  check: Check,
  parts: { clock: Clock; signal: AbortSignal; progress: (step: string) => void },
): Promise<Finding[]> {
  const deadlineMs = check.deadlineMs ?? deadlineMsStandard;
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, parts.signal]);
  parts.progress(`checking ${check.area}: ${check.name}`);
  const late = parts.clock.sleep(deadlineMs, signal).then(
    () => [overdue(deadlineMs)],
    () => [unchecked('stopped before it was done')],
  );
  try {
    return await Promise.race([Promise.resolve().then(() => check.run()), late]);
  } catch (thrown) {
    return [failed(toProblem(thrown))];
  } finally {
    done.abort();
  }
}

function overdue(deadlineMs: number): Finding {
  return problem(
    {
      what: `no answer within ${Math.round(deadlineMs / 1000)} s`,
      means: 'it hangs, or is too slow to work with',
      mend: 'Run mlc doctor again. If it stays, look at the network between here and there.',
    },
    'retryable',
  );
}

export interface Tally {
  problems: number;
  warnings: number;
  /** Of which nothing is known: no reason to feel safe. */
  unchecked: number;
}

/** How many lines are of each kind that somebody should look at. */
export function tally(lines: readonly CheckLine[]): Tally {
  const count = (state: string) => lines.filter((line) => line.state === state).length;
  return {
    problems: count('problem'),
    warnings: count('warning'),
    unchecked: count('unchecked'),
  };
}
