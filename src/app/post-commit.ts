import type { DocumentKind, Posting } from '../core/glossary.ts';
import { Problem, unreachable } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import type { CommitAnswer, InspectAnswer, Move, ReadBackAnswer } from './ports.ts';
import { flagRefused, type Refused } from './post-refusal.ts';
import {
  apply,
  deletedInInfor,
  landing,
  move,
  partlyDone,
  postingFlag,
  postpone,
  settled,
  targetOf,
  type Work,
  zip,
} from './posting-work.ts';
import { writeJournal } from './write-journal.ts';

/** A document that Infor finishes by itself is looked at again after this. */
export const processingPollMs = 5_000;
const stagedDifferentMax = 3;

/** Compares what is staged with the document, commits what matches, and reads every one back. */
export async function commitStaged(
  engine: Engine,
  kind: DocumentKind,
  works: Work[],
): Promise<void> {
  const matching = await inspectStaged(engine, kind, works);
  const stillAbsent = await lookUpLast(engine, kind, matching);
  await commitHandles(engine, kind, stillAbsent);
}

/**
 * Staging takes a while, and another installation may have booked the key meanwhile: it is asked
 * once more. What is there now is settled by the next pass, whose first step is the same question.
 */
async function lookUpLast(engine: Engine, kind: DocumentKind, works: Work[]): Promise<Work[]> {
  if (works.length === 0 || engine.signal.aborted) return [];
  const answers = await engine.infor.lookup(kind, works.map(targetOf), writeJournal(engine));
  const moves: Move[] = [];
  const absent: Work[] = [];
  for (const [work, answer] of zip(works, answers)) {
    const { handle } = work.posting;
    const onlyOurs = answer.state === 'staged' && answer.handles.every((one) => one === handle);
    if (answer.state === 'absent' || onlyOurs) absent.push(work);
    else if (answer.state === 'unclear') moves.push(postpone(engine, work.posting, answer.problem));
  }
  await apply(engine, moves, works);
  return absent;
}

async function inspectStaged(engine: Engine, kind: DocumentKind, works: Work[]): Promise<Work[]> {
  if (works.length === 0 || engine.signal.aborted) return [];
  const answers = await engine.infor.inspect(kind, works.map(targetOf), writeJournal(engine));
  const moves: Move[] = [];
  const matching: Work[] = [];
  for (const [work, answer] of zip(works, answers)) {
    if (answer.state === 'matches') matching.push(work);
    else moves.push(afterInspection(engine, work.posting, answer));
  }
  await apply(engine, moves, works);
  return matching;
}

function afterInspection(
  engine: Engine,
  posting: Posting,
  answer: Exclude<InspectAnswer, { state: 'matches' }>,
): Move {
  switch (answer.state) {
    case 'differs':
      if (posting.failures + 1 >= stagedDifferentMax) {
        return move(posting, 'flagged', {
          because: `staged lines differ from the document: ${answer.difference}`,
          flag: postingFlag(posting, {
            code: 'STAGED_DIFFERS',
            sentence: `Infor keeps other lines than were sent for ${posting.key}: ${answer.difference}`,
            hint: 'Look at the item, unit and lot settings of the named line in Infor, then retry the flag.',
            evidence: { difference: answer.difference, handle: posting.handle ?? '' },
          }),
        });
      }
      // Back to pending with the handle still named: it is deleted and read back as gone first.
      return landing(postpone(engine, posting, stagedDiffers(answer.difference)), 'pending');
    case 'gone':
      // Somebody processed or deleted it: the key decides, never the missing handle (protocol
      // §1.7).
      return move(posting, 'unknown', {
        because: `the staged ${posting.handle} is not there any more`,
        patch: { doubtfulSinceMs: engine.clock.now(), nextAttemptAtMs: engine.clock.now() },
      });
    case 'unclear':
      return postpone(engine, posting, answer.problem);
    default:
      return unreachable(answer);
  }
}

function stagedDiffers(difference: string): Problem {
  return new Problem({
    code: 'STAGED_DIFFERS',
    kind: 'retryable',
    message: `staged lines differ from the document: ${difference}`,
    hint: 'They are deleted and staged again.',
  });
}

/**
 * Commits each posting's own handle. The row is moved to `committing` by compare-and-set on state
 * and attempt first, under the fence: whoever loses that race does not commit (protocol §1.1).
 */
export async function commitHandles(
  engine: Engine,
  kind: DocumentKind,
  works: Work[],
  which: 'first' | 'again' = 'first',
): Promise<void> {
  if (works.length === 0 || engine.signal.aborted) return;
  const nowMs = engine.clock.now();
  const intents = works.map((work) =>
    move(work.posting, 'committing', {
      because: `${work.posting.handle} is handed to its commit`,
      patch: {
        handedToCommit: 'yes',
        doubtfulSinceMs: nowMs,
        negativeLookupsAtMs: [],
        failures: which === 'again' ? work.posting.failures + 1 : 0,
      },
    }),
  );
  engine.crash('before-committing');
  const applied = await apply(engine, intents, works);
  engine.crash('after-committing');
  const mine = works
    .filter((_, index) => applied[index] === true)
    .map((work) => ({
      ...work,
      posting: {
        ...work.posting,
        state: 'committing' as const,
        handedToCommit: true,
        failures: which === 'again' ? work.posting.failures + 1 : 0,
        doubtfulSinceMs: nowMs,
        negativeLookupsAtMs: [],
      },
    }));
  if (mine.length === 0) return;
  const answers = await engine.infor.commit(kind, mine.map(targetOf), writeJournal(engine));
  engine.crash('after-commit');
  const fresh = new Set(
    works.filter(({ posting }) => !posting.handedToCommit).map(({ posting }) => posting.id),
  );
  await believe(engine, { kind, works: mine, answers, which, fresh });
}

/**
 * An OK is believed only after read-back; a no is checked as well, because a repeat may be refused.
 */
async function believe(
  engine: Engine,
  made: {
    kind: DocumentKind;
    works: Work[];
    answers: CommitAnswer[];
    which: 'first' | 'again';
    /** Those whose handle no earlier commit was given. */
    fresh: ReadonlySet<number>;
  },
): Promise<void> {
  const { kind, works, answers, which } = made;
  const moves: Move[] = [];
  const toRead: { work: Work; refusal: Problem | null }[] = [];
  for (const [work, answer] of zip(works, answers)) {
    if (answer.state === 'accepted') toRead.push({ work, refusal: null });
    else if (answer.state === 'rejected') toRead.push({ work, refusal: answer.problem });
    else if (answer.state === 'unclear') moves.push(afterNoAnswer(engine, work.posting, answer));
    else {
      const given = made.fresh.has(work.posting.id) ? ({ handedToCommit: 'no' } as const) : {};
      moves.push(afterNotSent(engine, work.posting, answer.problem, given));
    }
  }
  const read = toRead.map(({ work }) => targetOf(work));
  const results =
    read.length === 0 ? [] : await engine.infor.readBack(kind, read, writeJournal(engine));
  const refused: Refused[] = [];
  for (const [{ work, refusal }, result] of zip(toRead, results)) {
    const problem = clearRefusal(refusal, result, which);
    if (problem) refused.push({ work, handle: work.posting.handle, problem });
    else moves.push(afterReadBack(engine, work.posting, refusal, result));
  }
  moves.push(...(await flagRefused(engine, kind, refused)));
  engine.crash('before-posted');
  await apply(engine, moves, works);
  engine.crash('after-posted');
}

function afterNotSent(
  engine: Engine,
  posting: Posting,
  problem: Problem,
  given: Pick<Move['patch'], 'handedToCommit'>,
): Move {
  const patch = { ...given, doubtfulSinceMs: null };
  return landing(postpone(engine, posting, problem, patch), 'staged');
}

function afterNoAnswer(
  engine: Engine,
  posting: Posting,
  answer: Extract<CommitAnswer, { state: 'unclear' }>,
): Move {
  return move(posting, 'unknown', {
    because: `no clear answer to the commit: ${answer.problem.message}`,
    patch: {
      // The call may have waited for its turn: the quiet period begins when it ended, not before.
      doubtfulSinceMs: engine.clock.now(),
      nextAttemptAtMs: engine.clock.now() + engine.settings.posting.unknown.firstLookupAfterMs,
    },
  });
}

/**
 * The problem when Infor refused and shows no effect; null when that is not certain, or only a
 * lock. What was processed before refuses to be processed again, so a repeat that is refused and
 * shows nothing yet proves nothing: it is looked up further.
 */
function clearRefusal(
  refusal: Problem | null,
  result: ReadBackAnswer,
  which: 'first' | 'again',
): Problem | null {
  const clear = refusal !== null && refusal.kind !== 'retryable' ? refusal : null;
  if (result.state === 'failed') return clear ?? result.problem;
  return result.state === 'staged' && which === 'first' ? clear : null;
}

function afterReadBack(
  engine: Engine,
  posting: Posting,
  refusal: Problem | null,
  result: ReadBackAnswer,
): Move {
  if (result.state === 'posted') return settled(posting, result, 'read back as done');
  if (result.state === 'partly') return partlyDone(posting, result);
  if (result.state === 'deleted') return deletedInInfor(posting, result.reference);
  // "Locked, try again" did nothing: the same handle may be committed again.
  if (result.state === 'staged' && refusal?.kind === 'retryable') {
    return landing(postpone(engine, posting, refusal, { doubtfulSinceMs: null }), 'staged');
  }
  return move(posting, 'unknown', {
    because: `read-back says ${result.state}${refusal ? ` after: ${refusal.message}` : ''}`,
    patch: {
      waitingFor: result.state === 'processing' ? 'Infor to finish the document' : null,
      doubtfulSinceMs: engine.clock.now(),
      nextAttemptAtMs: engine.clock.now() + processingPollMs,
    },
  });
}
