/** What stands in the way of work beside the loop itself: the database, its disk, a stop. */
import { toProblem } from '../core/problem.ts';
import type { Store } from './ports.ts';

/** Below this share of free disk, writes are about to fail. */
const diskShareMin = 0.01;

/** Reasons why no work gets done just now, in words; none when nothing is in the way. */
export async function obstacles(parts: {
  store: Pick<Store, 'meta'>;
  stopping: 'yes' | 'no';
  /** Share of the disk that is free, 0 to 1; null when it is not known. */
  diskFreeShare: number | null;
}): Promise<string[]> {
  const reasons = parts.stopping === 'yes' ? ['the process is stopping'] : [];
  if (parts.diskFreeShare !== null && parts.diskFreeShare < diskShareMin) {
    reasons.push('the disk of the database is full');
  }
  try {
    // One row is enough to know, and this is asked every few seconds.
    await parts.store.meta('databaseId');
  } catch (thrown) {
    reasons.push(`the database does not answer: ${toProblem(thrown).message}`);
  }
  return reasons;
}
