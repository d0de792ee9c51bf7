import type { DocumentKind } from '../core/glossary.ts';
import type { Problem } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import type { Move } from './ports.ts';
import { landing, postpone, rejectedByInfor, targetOf, type Work, zip } from './posting-work.ts';
import { writeJournal } from './write-journal.ts';

export interface Refused {
  work: Work;
  handle: string | null;
  problem: Problem;
}

/** A document that Infor stops without naming a reason is staged anew so many times. */
const unexplainedMax = 5;

/**
 * Infor clearly said no: what is left of the staged document is deleted before the clerk is asked.
 * Once it is read back as gone, a later retry may stage a new one; otherwise it must be looked up.
 */
export async function flagRefused(
  engine: Engine,
  kind: DocumentKind,
  refused: Refused[],
): Promise<Move[]> {
  const withHandle = refused.filter(({ handle }) => handle !== null);
  const targets = withHandle.map(({ work, handle }) => ({ ...targetOf(work), handle }));
  const answers =
    targets.length === 0 ? [] : await engine.infor.discard(kind, targets, writeJournal(engine));
  const gone = new Set<number>();
  for (const [{ work }, answer] of zip(withHandle, answers)) {
    if (answer.state === 'gone') gone.add(work.posting.id);
  }
  return refused.map(({ work, handle, problem }) => {
    const { posting } = work;
    const clean = handle === null || gone.has(posting.id);
    const patch: Move['patch'] = clean
      ? { handle: null, handedToCommit: 'no', doubtfulSinceMs: null, negativeLookupsAtMs: [] }
      : { handle };
    const again = problem.kind === 'retryable' && posting.attempt < unexplainedMax;
    return clean && again
      ? landing(postpone(engine, posting, problem, patch), 'pending')
      : rejectedByInfor(posting, problem, patch);
  });
}
