/** Whether a run counts as having failed, from what was written down about it. */
export interface EndedRun {
  /** `sync all`, `sync orders`, `webhooks` and so on. */
  command: string;
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

/** Reads everything that is on. */
export const fullCommand = 'sync all';

/** Runs for single deliveries, which may follow each other by the second. */
export const hintCommand = 'webhooks';

/** Where full syncs run, they say how it stands; where none has ended for so long, hints do. */
const fullSpeaksMs = 3_600_000;

/**
 * What a person starts by hand to look, to repeat or to settle a question (`doctor`, `replay`,
 * `flagged resolve`) says nothing about whether the books are kept.
 */
export function keepsBooks({ command }: Pick<EndedRun, 'command'>): boolean {
  return command.startsWith('sync') || command === hintCommand;
}

function isCovered(run: EndedRun, newestFull: EndedRun | undefined): boolean {
  if (run.command !== hintCommand || newestFull === undefined) return false;
  return (run.endedAtMs ?? 0) < (newestFull.endedAtMs ?? 0) + fullSpeaksMs;
}

/**
 * Runs by what they did, full syncs first, each newest first. A run for single deliveries or for
 * one stream says nothing about a full one, while a full one that ended says more than all those
 * before it.
 */
export function judgedRuns<Run extends EndedRun>(newestFirst: readonly Run[]): Run[][] {
  const ended = endedRuns(newestFirst);
  const full = ended.filter(({ command }) => command === fullCommand);
  const [newestFull] = full;
  const since = newestFull === undefined ? ended : ended.slice(0, ended.indexOf(newestFull));
  const others = new Map<string, Run[]>();
  for (const run of since) {
    if (!keepsBooks(run)) continue;
    if (isCovered(run, newestFull)) continue;
    others.set(run.command, [...(others.get(run.command) ?? []), run]);
  }
  return full.length === 0 ? [...others.values()] : [full, ...others.values()];
}

/** How many of the newest of one kind have failed in a row; of the kind that stands worst. */
export function failedInRow(newestFirst: readonly EndedRun[]): number {
  return Math.max(0, ...judgedRuns(newestFirst).map((runs) => failedAtFront(runs)));
}

/** How many of the newest have failed; of runs of one kind that have ended. */
export function failedAtFront(ended: readonly EndedRun[]): number {
  const good = ended.findIndex((run) => !hasFailed(run));
  return good < 0 ? ended.length : good;
}

/** One good run in the middle of an outage is luck: it is over after this many in a row. */
const goodRunsMin = 2;

/** Where runs stand: those that failed in a row, and how many good ones have followed since. */
export function lastFailures<Run extends EndedRun>(
  ended: readonly Run[],
): { failed: Run[]; goodSince: number } {
  const goodSince = ended.findIndex((run) => hasFailed(run));
  if (goodSince < 0 || goodSince >= goodRunsMin) return { failed: [], goodSince: goodRunsMin };
  const failing = ended.slice(goodSince);
  return { failed: failing.slice(0, failedAtFront(failing)), goodSince };
}
