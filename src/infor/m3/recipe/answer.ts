import type { CommitAnswer, ReadBackAnswer, StageAnswer, Target } from '../../../app/ports.ts';
import type { DocumentReference, HeldLine } from '../../../core/glossary.ts';
import { Problem } from '../../../core/problem.ts';
import type { MiCall, MiResult } from '../mi.ts';
import { isAbsentCode, isLockCode } from '../outcome.ts';
import { inOrder, type Row, type Session } from './session.ts';

/** What reading one thing by its key came to. */
export type Found =
  | { state: 'found'; row: Row }
  | { state: 'missing' }
  | { state: 'unclear'; problem: Problem };

/** What reading a whole list came to; a list cut short is unclear. */
export type Listed = { state: 'rows'; rows: Row[] } | { state: 'unclear'; problem: Problem };

/** What the staging calls of one document came to, taken together. */
export type Settled =
  | { state: 'ok'; rows: Row[] }
  | { state: 'doubtful'; problem: Problem }
  | { state: 'rejected'; problem: Problem }
  | { state: 'notSent'; problem: Problem };

/**
 * Reads a `Get…` answer. Only "does not exist" proves absence, and only of what `keys` name: that a
 * partner or customer does not exist says nothing about a document. An empty yes proves nothing.
 */
export function found(program: string, result: MiResult | undefined, keys: string[]): Found {
  if (result?.kind === 'ok') {
    const row = result.records[0];
    return row === undefined
      ? { state: 'unclear', problem: emptyAnswer(program) }
      : { state: 'found', row };
  }
  if (result?.kind === 'nok' && saysAbsent(result, keys)) return { state: 'missing' };
  return { state: 'unclear', problem: problemOf(program, result) };
}

/** What was found, naming the other live documents that M3 holds under the same key. */
export function withDuplicates<Answer extends { state: string }>(
  answer: Answer | { state: 'posted'; reference: DocumentReference; held: HeldLine[] },
  duplicates: string[],
): Answer | { state: 'posted'; reference: DocumentReference; held: HeldLine[] } {
  if (!('reference' in answer) || duplicates.length === 0) return answer;
  const { reference } = answer;
  return { ...answer, reference: { ...reference, detail: { ...reference.detail, duplicates } } };
}

/** Reads a `Lst…` answer; "does not exist" is an empty list when it is said of one of `keys`. */
export function listed(program: string, result: MiResult | undefined, keys: string[]): Listed {
  if (result?.kind === 'ok') {
    return result.complete === 'yes'
      ? { state: 'rows', rows: result.records }
      : { state: 'unclear', problem: listCut(program, result.records.length) };
  }
  if (result?.kind === 'nok' && saysAbsent(result, keys)) return { state: 'rows', rows: [] };
  return { state: 'unclear', problem: problemOf(program, result) };
}

/**
 * "Record does not exist" (infor-api §7) is about the record asked for, whatever field it names.
 */
const recordAbsent = 'XRE0103';

function saysAbsent(no: { code: string; field: string }, keys: string[]): boolean {
  if (!isAbsentCode(no.code)) return false;
  const field = no.field.trim();
  return no.code === recordAbsent || field === '' || keys.includes(field);
}

/**
 * One unclear answer outweighs everything: a late copy of that call may still land, so the handle
 * is condemned (posting-protocol §1.3).
 */
export function settle(program: string, calls: MiCall[], results: MiResult[]): Settled {
  const unclear = results.find((result) => result.kind === 'unclear');
  if (unclear?.kind === 'unclear') return { state: 'doubtful', problem: unclear.problem };
  const no = results.findIndex((result) => result.kind === 'nok' || result.kind === 'invalid');
  if (no >= 0) {
    const call = `${program}/${calls[no]?.transaction ?? ''}`;
    return { state: 'rejected', problem: problemOf(call, results[no]) };
  }
  const left = results.find((result) => result.kind === 'notSent');
  if (left?.kind === 'notSent') return { state: 'notSent', problem: left.problem };
  return {
    state: 'ok',
    rows: results.map((result) => (result.kind === 'ok' ? (result.records[0] ?? {}) : {})),
  };
}

/** Settled staging calls as the answer for a document with this handle, unless all went well. */
export function stageFailure(
  settled: Exclude<Settled, { state: 'ok' }>,
  handle: string | null,
): StageAnswer {
  const { state, problem } = settled;
  // With a handle half a document was built, so it is not true that nothing was sent.
  if (state === 'notSent') {
    return handle === null ? { state, problem } : { state: 'doubtful', handle, problem };
  }
  return { state, handle, problem };
}

/** Why a call was not a yes, for people and for the decision what to do next. */
export function problemOf(call: string, result: MiResult | undefined): Problem {
  switch (result?.kind) {
    case 'nok':
      return refusal(call, result);
    case 'invalid':
    case 'unclear':
    case 'notSent':
      return result.problem;
    case 'ok':
    case undefined:
      return emptyAnswer(call);
  }
}

function refusal(call: string, no: { code: string; field: string; message: string }): Problem {
  const evidence = { call, code: no.code, field: no.field, text: no.message };
  const message = `M3 refused ${call}: ${no.message || no.code}`;
  if (isLockCode(no.code)) {
    return new Problem({
      code: 'INFOR_BUSY',
      kind: 'retryable',
      message,
      hint: 'Somebody else holds the record in M3; it is tried again.',
      evidence,
    });
  }
  if (/^XAU/.test(no.code)) {
    return new Problem({
      code: 'INFOR_NOT_AUTHORISED',
      kind: 'configuration',
      message,
      hint: 'Give the service user the right to this program and transaction in M3.',
      evidence,
    });
  }
  return new Problem({
    code: 'INFOR_REJECTED',
    kind: 'rejected',
    message,
    hint: 'Correct what M3 names, in M3 or in the mapping, then retry the flag.',
    evidence,
  });
}

function emptyAnswer(call: string): Problem {
  return new Problem({
    code: 'INFOR_EMPTY_ANSWER',
    kind: 'unknown',
    message: `M3 answered ${call} with a yes that says nothing`,
    hint: 'It is looked up again before anything is repeated.',
    evidence: { call },
  });
}

function listCut(program: string, rows: number): Problem {
  return new Problem({
    code: 'LIST_INCOMPLETE',
    kind: 'unknown',
    message: `M3 cut a list of ${program} after ${rows} rows, so it cannot prove an absence`,
    hint: 'Raise the number of rows allowed in a list, or keep the key that is listed to ourselves.',
    evidence: { program, rows: String(rows) },
  });
}

/**
 * Sends one committing call per document and judges the answers. A refusal is not believed as it
 * stands: a handle that was processed before refuses too, so its status is read first.
 */
export async function commitEach(
  targets: Target[],
  session: Session,
  parts: {
    program: string;
    call(target: Target): MiCall;
    readBack(targets: Target[]): Promise<ReadBackAnswer[]>;
  },
): Promise<CommitAnswer[]> {
  const { program } = parts;
  const calls = targets.map((target) => parts.call(target));
  const results = await session.write(
    'commit',
    program,
    targets.map((target, index) => {
      const call = calls[index];
      return { target, handle: target.handle, calls: call === undefined ? [] : [call] };
    }),
  );
  const answers = new Map<Target, CommitAnswer>();
  const refused: { target: Target; problem: Problem }[] = [];
  targets.forEach((target, index) => {
    const result = results[index]?.[0];
    const problem = problemOf(`${program}/${calls[index]?.transaction ?? ''}`, result);
    if (result?.kind === 'ok') answers.set(target, { state: 'accepted' });
    else if (result?.kind === 'nok') refused.push({ target, problem });
    else if (result?.kind === 'invalid') answers.set(target, { state: 'rejected', problem });
    else if (result?.kind === 'notSent' && problem.code !== 'INFOR_NOT_PROCESSED') {
      answers.set(target, { state: 'notSent', problem });
    }
    // Here is also a run that broke off and says of this call that it was never tried: its other
    // commits may be under way, so for a commit that word alone is not taken (design §4).
    else answers.set(target, { state: 'unclear', problem });
  });
  if (refused.length > 0) {
    const states = await parts.readBack(refused.map(({ target }) => target));
    refused.forEach(({ target, problem }, index) => {
      answers.set(target, afterRefusal(states[index], problem));
    });
  }
  return inOrder(targets, answers);
}

function afterRefusal(state: ReadBackAnswer | undefined, problem: Problem): CommitAnswer {
  switch (state?.state) {
    case 'posted':
    case 'partly':
    case 'deleted':
    case 'processing':
      return { state: 'accepted' };
    case 'unclear':
      return { state: 'unclear', problem: state.problem };
    case 'failed':
      return { state: 'rejected', problem: problem.kind === 'rejected' ? state.problem : problem };
    case 'staged':
    case 'gone':
    case 'unreadable':
    case undefined:
      return { state: 'rejected', problem };
  }
}
