/** Whether a run counts as having failed, from what was written down about it. */
export interface EndedRun {
  endedAtMs: number | null;
  exitCode: number | null;
  outcome: string | null;
}

/**
 * Exit 3 only says that there are new flags, and exit 4 with nothing in trouble that work was left
 * to the next run. A run without an end was killed.
 */
export function hasFailed({ exitCode, outcome }: EndedRun): boolean {
  if (exitCode === 0 || exitCode === 3) return false;
  return !(exitCode === 4 && (outcome ?? '').startsWith('done'));
}

/** Without the newest when it may be going on; an older one without an end was killed. */
export function endedRuns<Run extends EndedRun>(newestFirst: readonly Run[]): Run[] {
  return newestFirst.filter(({ endedAtMs }, index) => endedAtMs !== null || index > 0);
}

/** How many of the newest have failed in a row. */
export function failedInRow(newestFirst: readonly EndedRun[]): number {
  const ended = endedRuns(newestFirst);
  const good = ended.findIndex((run) => !hasFailed(run));
  return good < 0 ? ended.length : good;
}
