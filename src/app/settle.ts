import type { DocumentKind, Posting } from '../core/glossary.ts';
import type { Engine } from './engine.ts';
import type { InspectAnswer, LookupAnswer, Move, ReadBackAnswer, Target } from './ports.ts';
import { commitHandles, processingPollMs } from './post-commit.ts';
import { flagRefused, type Refused } from './post-refusal.ts';
import {
  apply,
  deletedInInfor,
  move,
  outcomeUnknown,
  partlyDone,
  requireInfor,
  settled,
  targetOf,
  type Work,
  zip,
} from './posting-work.ts';
import { writeJournal } from './write-journal.ts';

const doubtfulBatchMax = 100;
/** A handle that stays staged after so many commits is not helped by another one. */
const recommitMax = 5;
/** A doubt is looked at so often at the least, once it is old. */
const lookEveryMs = 3_600_000;
/**
 * A look without an answer says nothing of the document, only of Infor at that moment. Only where
 * it is the same for so many times the usual bound is a person asked.
 */
const silencePatience = 7;

/**
 * Finds out what became of every posting whose commit had no clear end: those a crashed run left in
 * `committing`, and the `unknown` ones whose next look-up is due. A positive answer is believed at
 * once; a negative one only under posting-protocol.md §1.5. Answers how many were looked at.
 */
export async function settle(engine: Engine): Promise<number> {
  let looked = 0;
  const seen = new Set<number>();
  while (!engine.signal.aborted) {
    const due = await engine.store.postingsDoubtful({
      fence: engine.fence,
      nowMs: engine.clock.now(),
      limit: doubtfulBatchMax,
    });
    const fresh = due.filter((work) => !seen.has(work.posting.id));
    if (fresh.length === 0) break;
    for (const work of fresh) seen.add(work.posting.id);
    engine.progress(`finding out about ${fresh.length} doubtful postings`);
    const doubtful = await takeOver(engine, fresh);
    for (const [kind, works] of byKind(doubtful)) await settleBatch(engine, kind, works);
    looked += fresh.length;
  }
  return looked;
}

/** What an earlier run left in `committing` becomes `unknown`: it may or may not have been sent. */
async function takeOver(engine: Engine, works: Work[]): Promise<Work[]> {
  const nowMs = engine.clock.now();
  const left = works.filter(({ posting }) => posting.state === 'committing');
  const applied = await apply(
    engine,
    left.map(({ posting }) =>
      move(posting, 'unknown', {
        because: 'a run ended between the write-ahead row and the answer',
        // The call may have left long after its row was written: the quiet period begins now.
        patch: { nextAttemptAtMs: nowMs, doubtfulSinceMs: nowMs },
      }),
    ),
    left,
  );
  const taken = new Set(
    left.filter((_, index) => applied[index] === true).map((work) => work.posting.id),
  );
  return works
    .filter(({ posting }) => posting.state === 'unknown' || taken.has(posting.id))
    .map((work) => ({
      ...work,
      posting: {
        ...work.posting,
        state: 'unknown' as const,
        doubtfulSinceMs: taken.has(work.posting.id)
          ? nowMs
          : (work.posting.doubtfulSinceMs ?? nowMs),
      },
    }));
}

function byKind(works: Work[]): Map<DocumentKind, Work[]> {
  const groups = new Map<DocumentKind, Work[]>();
  for (const work of works) {
    const group = groups.get(work.posting.kind);
    if (group) group.push(work);
    else groups.set(work.posting.kind, [work]);
  }
  return groups;
}

async function settleBatch(engine: Engine, kind: DocumentKind, works: Work[]): Promise<void> {
  const journal = writeJournal(engine);
  const targets = works.map((work) => doubtedTarget(engine, work));
  const handles = await readHandles(engine, kind, works);
  // The key is read after the handle: an effect that lands in between is then seen by the second.
  const keys = await engine.infor.lookup(kind, targets, journal);
  const moves: Move[] = [];
  const refused: Refused[] = [];
  const recommit: Work[] = [];
  works.forEach((work, index) => {
    const handle = handles[index] ?? { state: 'gone' };
    const key = keys[index];
    if (!key) return;
    const verdict = judge(engine, work.posting, handle, key);
    if (verdict.do === 'move') moves.push(verdict.move);
    else if (verdict.do === 'refuse') {
      refused.push({ work, handle: work.posting.handle, problem: verdict.problem });
    } else recommit.push(work);
  });
  moves.push(...(await flagRefused(engine, kind, refused)));
  await apply(engine, moves, works);
  await requireInfor(engine, keys);
  await commitAgain(engine, kind, recommit);
}

/** What is committed is compared first, also the second time (protocol §1.4). */
async function commitAgain(engine: Engine, kind: DocumentKind, works: Work[]): Promise<void> {
  if (works.length === 0) return;
  const answers = await engine.infor.inspect(kind, works.map(targetOf), writeJournal(engine));
  const moves: Move[] = [];
  const matching: Work[] = [];
  for (const [work, answer] of zip(works, answers)) {
    if (answer.state === 'matches') matching.push(work);
    else {
      const because = `not committed again: what is staged ${answer.state}`;
      // The negative looks led here and are used up: they do not speak for it any more.
      const posting = { ...work.posting, negativeLookupsAtMs: [] };
      moves.push(lookAgain(engine, posting, { because, heard: heardOf([answer]) }));
    }
  }
  await apply(engine, moves, works);
  await commitHandles(engine, kind, matching, 'again');
}

function doubtedTarget(engine: Engine, work: Work): Target {
  const target = targetOf(work);
  return quietPassed(engine, work.posting) ? { ...target, quietPassed: 'yes' } : target;
}

function quietPassed(engine: Engine, posting: Posting): boolean {
  const nowMs = engine.clock.now();
  const sinceMs = posting.doubtfulSinceMs ?? nowMs;
  return nowMs - sinceMs >= engine.settings.posting.unknown.quietMs;
}

async function readHandles(
  engine: Engine,
  kind: DocumentKind,
  works: Work[],
): Promise<ReadBackAnswer[]> {
  const named = works.filter(({ posting }) => posting.handle !== null);
  const answers =
    named.length === 0
      ? []
      : await engine.infor.readBack(
          kind,
          named.map((work) => doubtedTarget(engine, work)),
          writeJournal(engine),
        );
  const byId = new Map(zip(named, answers).map(([work, answer]) => [work.posting.id, answer]));
  return works.map((work) => byId.get(work.posting.id) ?? { state: 'gone' });
}

type Verdict =
  | { do: 'move'; move: Move }
  | { do: 'refuse'; problem: Refused['problem'] }
  | { do: 'commitAgain' };

function judge(
  engine: Engine,
  posting: Posting,
  handle: ReadBackAnswer,
  key: LookupAnswer,
): Verdict {
  if (key.state === 'posted')
    return { do: 'move', move: settled(posting, key, 'found in Infor under its key') };
  if (handle.state === 'posted')
    return { do: 'move', move: settled(posting, handle, 'its handle reads as done') };
  if (key.state === 'partly') return { do: 'move', move: partlyDone(posting, key) };
  if (handle.state === 'partly') return { do: 'move', move: partlyDone(posting, handle) };
  if (key.state === 'deleted') return { do: 'move', move: deletedInInfor(posting, key.reference) };
  if (handle.state === 'deleted')
    return { do: 'move', move: deletedInInfor(posting, handle.reference) };
  if (key.state === 'unclear' || handle.state === 'unclear') {
    const because = 'a look-up failed, which proves nothing';
    const look = { because, heard: heardOf([key, handle]) };
    return { do: 'move', move: lookAgain(engine, posting, look) };
  }
  if (handle.state === 'failed') {
    // A job that outlived its answer may still be at work on the next line.
    if (quietPassed(engine, posting)) return { do: 'refuse', problem: handle.problem };
    const look = { because: 'refused, but it may not have ended yet', heard: 'answer' } as const;
    return { do: 'move', move: lookAgain(engine, posting, look) };
  }
  if (handle.state === 'processing') return { do: 'move', move: stillProcessing(engine, posting) };
  if (!posting.handedToCommit && handle.state === 'gone') {
    return {
      do: 'move',
      move: move(posting, 'pending', {
        because: 'its handle is gone and was never handed to a commit',
        patch: {
          doubtfulSinceMs: null,
          negativeLookupsAtMs: [],
          nextAttemptAtMs: engine.clock.now(),
        },
      }),
    };
  }
  if (handle.state === 'staged') return whenStaged(engine, posting);
  const look = { because: `handle ${handle.state}, key absent`, heard: 'answer' } as const;
  return { do: 'move', move: lookAgain(engine, posting, look) };
}

/** What a look came to that did not show what became of the document. */
interface Look {
  because: string;
  heard: 'answer' | 'silence';
}

/** Silence where any part of a look got no answer: with it the look might have shown the rest. */
function heardOf(answers: (LookupAnswer | ReadBackAnswer | InspectAnswer)[]): Look['heard'] {
  const isSilent = answers.some(
    (answer) => answer.state === 'unclear' && answer.problem.kind === 'retryable',
  );
  return isSilent ? 'silence' : 'answer';
}

/**
 * The handle reads as staged and the key is absent. That alone proves nothing, since the commit may
 * still be running behind a gateway that gave up: committing the same handle again needs the quiet
 * period and two such look-ups a minute apart (protocol §1.5).
 */
function whenStaged(engine: Engine, posting: Posting): Verdict {
  const nowMs = engine.clock.now();
  const { quietMs, lookupGapMs } = engine.settings.posting.unknown;
  const since = posting.doubtfulSinceMs ?? nowMs;
  const negatives = [...posting.negativeLookupsAtMs, nowMs];
  const first = negatives[0] ?? nowMs;
  if (quietPassed(engine, posting) && nowMs - first >= lookupGapMs) {
    return posting.failures >= recommitMax
      ? { do: 'move', move: outcomeUnknown(posting, { state: 'staged after every commit' }) }
      : { do: 'commitAgain' };
  }
  const nextAttemptAtMs = Math.max(
    Math.min(since + quietMs, nowMs + lookupGapMs),
    first + lookupGapMs,
  );
  return {
    do: 'move',
    move: move(posting, 'unknown', {
      because: 'staged and not found under its key: not yet proof that it was not done',
      patch: {
        negativeLookupsAtMs: negatives,
        nextAttemptAtMs: Math.max(nextAttemptAtMs, nowMs + 1),
        waitingFor: 'the quiet period after an unclear answer',
      },
    }),
  };
}

function stillProcessing(engine: Engine, posting: Posting): Move {
  const nowMs = engine.clock.now();
  const since = posting.doubtfulSinceMs ?? nowMs;
  if (isLastLook(engine, posting, engine.settings.posting.processingMsMax)) {
    return outcomeUnknown(posting, { state: 'Infor has not finished the document' });
  }
  return move(posting, 'unknown', {
    because: 'Infor is still working on it',
    patch: {
      // Ever more slowly: what is not done after a minute is seldom done five seconds later.
      nextAttemptAtMs: nowMs + slower(processingPollMs, (nowMs - since) / 4),
      negativeLookupsAtMs: [],
      waitingFor: 'Infor to finish the document',
    },
  });
}

/** Another look later, ever more slowly, until the bound after which a person is asked. */
function lookAgain(engine: Engine, posting: Posting, { because, heard }: Look): Move {
  const nowMs = engine.clock.now();
  const since = posting.doubtfulSinceMs ?? nowMs;
  const { lookupGapMs, giveUpAfterMs } = engine.settings.posting.unknown;
  const boundMs = heard === 'silence' ? silencePatience * giveUpAfterMs : giveUpAfterMs;
  if (isLastLook(engine, posting, boundMs)) return outcomeUnknown(posting, { lastLook: because });
  return move(posting, 'unknown', {
    because,
    patch: {
      // Not counted as a failure: those count the commits.
      nextAttemptAtMs: nowMs + slower(lookupGapMs, (nowMs - since) / 2),
      // A failed look-up breaks the row of negative ones: both must stand unbroken.
      negativeLookupsAtMs: [],
      doubtfulSinceMs: since,
    },
  });
}

function slower(leastMs: number, waitMs: number): number {
  return Math.floor(Math.min(Math.max(leastMs, waitMs), Math.max(leastMs, lookEveryMs)));
}

/**
 * The bound has passed, and had when this look was arranged: by a look that came after it, or
 * shortly before, and showed nothing either. Where runs are a day apart, the first look of all
 * comes as late, and says more of our runs than of Infor.
 */
function isLastLook(engine: Engine, posting: Posting, boundMs: number): boolean {
  const nowMs = engine.clock.now();
  const since = posting.doubtfulSinceMs ?? nowMs;
  const arrangedMs = Math.min(posting.nextAttemptAtMs, nowMs) - since;
  return arrangedMs > boundMs && posting.negativeLookupsAtMs.length === 0;
}
