/**
 * The life of a posting, as data. Whatever is not listed is illegal, and an illegal move is a
 * defect of the program, never something to be tolerated.
 */
import type { PostingState } from './glossary.ts';
import { defect } from './problem.ts';

/** Moves to the same state change only the details: a backoff, a look-up, a better reference. */
export const postingMoves = {
  // `posted` and `unknown` from here: a look-up found the key, or could not tell.
  pending: ['pending', 'staged', 'posted', 'unknown', 'flagged', 'cancelled'],
  // Back to `pending` only after the handle was discarded; the engine sees to that.
  staged: ['staged', 'pending', 'committing', 'posted', 'unknown', 'flagged', 'cancelled'],
  // `staged`: the commit call was refused before it was sent. `pending`: rejected and discarded.
  committing: ['committing', 'posted', 'unknown', 'staged', 'pending', 'flagged'],
  // Left by look-up alone. `committing`: the same handle once more, under the quiet-period rules.
  unknown: ['unknown', 'posted', 'staged', 'pending', 'committing', 'flagged'],
  // `unknown`: what was once handed to a commit is looked up before anything is sent again.
  flagged: ['flagged', 'pending', 'unknown', 'posted', 'cancelled'],
  // Terminal. Its details may still be completed.
  posted: ['posted'],
  // Withdrawn before anything was sent, and wanted again.
  cancelled: ['pending'],
} as const satisfies Record<PostingState, readonly PostingState[]>;

/** The engine is at rest when no posting is in one of these (posting-protocol §11). */
export const unfinishedStates = ['pending', 'staged', 'committing', 'unknown'] as const;

/** True when Infor may still change because of it. */
export function isUnfinished(state: PostingState): boolean {
  return unfinishedStates.some((unfinished) => unfinished === state);
}

export function mayMove(from: PostingState, to: PostingState): boolean {
  const targets: readonly PostingState[] = postingMoves[from];
  return targets.includes(to);
}

/** Throws DEFECT when the move is not in the table. */
export function assertMove(from: PostingState, to: PostingState): void {
  if (!mayMove(from, to)) throw defect(`a posting may not move from ${from} to ${to}`);
}
