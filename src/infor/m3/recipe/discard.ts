import type { DiscardAnswer, Target } from '../../../app/ports.ts';
import { Problem } from '../../../core/problem.ts';
import type { MiCall } from '../mi.ts';
import { isAbsentCode, isLockCode } from '../outcome.ts';
import { settle } from './answer.ts';
import { callsOf } from './record.ts';
import { handleOf, inOrder, type Session } from './session.ts';

/** What a handle is, as far as deleting it goes. */
export type HandleState =
  | { state: 'gone' }
  | { state: 'open' }
  /**
   * Not shown, which proves nothing here: only the answer to the deletion tells, or that it was
   * never given to a commit.
   */
  | { state: 'unseen' }
  /** It took effect, wholly or partly: deleting it would hide that. */
  | { state: 'processed'; problem: Problem }
  | { state: 'unclear'; problem: Problem };

/**
 * Deletes handles that have no effect and reads them back as gone. The state is read first, because
 * M3 may well delete the staging record of something that is real by now.
 */
export async function discardEach(
  targets: Target[],
  session: Session,
  parts: {
    program: string;
    call(target: Target): MiCall;
    states(targets: Target[]): Promise<HandleState[]>;
  },
): Promise<DiscardAnswer[]> {
  const answers = new Map<Target, DiscardAnswer>();
  const before = await parts.states(targets);
  const open: Target[] = [];
  targets.forEach((target, index) => {
    const state = before[index];
    if (state?.state === 'open' || state?.state === 'unseen') open.push(target);
    else if (state?.state === 'processed') {
      answers.set(target, { state: 'refused', problem: state.problem });
    } else if (state !== undefined) answers.set(target, state);
  });
  const calls = open.map((target) => parts.call(target));
  const results = await session.write(
    'discard',
    parts.program,
    open.map((target, index) => ({
      target,
      handle: target.handle,
      calls: callsOf(calls[index]),
    })),
  );
  const after = open.length === 0 ? [] : await parts.states(open);
  open.forEach((target, index) => {
    const state = after[index];
    const settled = settle(parts.program, callsOf(calls[index]), results[index] ?? []);
    const [result] = results[index] ?? [];
    const unfinished = target.neverCommitted === 'yes';
    const unknown =
      result?.kind === 'nok' &&
      (isAbsentCode(result.code) || (unfinished && !isLockCode(result.code)));
    if (state?.state === 'gone' || state?.state === 'unclear') answers.set(target, state);
    else if (state?.state === 'unseen' && (settled.state === 'ok' || unknown)) {
      answers.set(target, { state: 'gone' });
    } else if (state?.state === 'processed') {
      answers.set(target, { state: 'refused', problem: state.problem });
    } else if (settled.state === 'rejected') {
      answers.set(target, { state: 'refused', problem: settled.problem });
    } else {
      const problem = settled.state === 'ok' ? stillThere(handleOf(target)) : settled.problem;
      answers.set(target, { state: 'unclear', problem });
    }
  });
  return inOrder(targets, answers);
}

/** The handle took effect, so the key must be looked up. */
export function alreadyProcessed(handle: string): Problem {
  return new Problem({
    code: 'ALREADY_PROCESSED',
    kind: 'unknown',
    message: `M3 has already processed ${handle}, so it is not deleted`,
    hint: 'The document is looked up by its key.',
    evidence: { handle },
  });
}

function stillThere(handle: string): Problem {
  return new Problem({
    code: 'STILL_THERE',
    kind: 'unknown',
    message: `M3 agreed to delete ${handle} and still shows it`,
    hint: 'It is read again before a new one is made.',
    evidence: { handle },
  });
}
