/**
 * Which transactions a power cut may take back. The store writes with `synchronous=FULL`: every
 * transaction that resolved is on disk, so in truth none is lost. The simulation is stricter, as if
 * only write-ahead rows were synced, and takes the newest transaction away when the process dies
 * before the next one: nothing outside may have been done on the strength of it.
 *
 * Write-ahead are the rows that an outside write waits for: `recordIntents` before every writing
 * call, `movePostings` where something goes to `committing` (the handle that may be committed), and
 * `acquireLease`, whose fence number must not be given out twice. A write-ahead row also makes
 * durable all that was written before it, since the log is one sequence; so only the last
 * transaction is ever at stake.
 */
export function isWriteAhead(method: string, args: unknown[]): boolean {
  if (method === 'recordIntents' || method === 'acquireLease') return true;
  return method === 'movePostings' && JSON.stringify(args[1]).includes('"to":"committing"');
}

/** Methods of a run that write. */
export const losable: ReadonlySet<string> = new Set([
  'acquireLease',
  'act',
  'distrustUnfinished',
  'finishHints',
  'finishRun',
  'forgetFacts',
  'freezeJournal',
  'markVanished',
  'movePostings',
  'noteOverdue',
  'noteRemaining',
  'purgeBatch',
  'purgeLoose',
  'putFacts',
  'putMeta',
  'recordExchanges',
  'recordIntents',
  'releaseLease',
  'renewLease',
  'saveBoxes',
  'saveObservations',
  'savePlans',
  'takeCall',
  'touchCauses',
  'touchExpiredIgnores',
  'touchForPlanning',
  'touchReplaceable',
]);
