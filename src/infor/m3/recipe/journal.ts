import type {
  DiscardAnswer,
  InspectAnswer,
  LookupAnswer,
  ReadBackAnswer,
  StageAnswer,
  Target,
} from '../../../app/ports.ts';
import { compactDay } from '../../../core/day.ts';
import type { Journal } from '../../../core/glossary.ts';
import { Problem } from '../../../core/problem.ts';
import type { MiCall, MiResult } from '../mi.ts';
import type { M3Settings } from '../settings.ts';
import { commitEach, type Settled, settle } from './answer.ts';
import { isDuplicateCode } from './message-family.ts';
import { callsOf, cut, given } from './record.ts';
import { documentOf, inOrder, type Recipe, type Session } from './session.ts';
import { findVouchers, voucherText } from './voucher.ts';

/**
 * A journal through the finance interface (reference: infor-api §4.5). The handle is KEY1 itself,
 * so it is known beforehand; KEY1 and LINE are a primary key, and "already exists" means done. That
 * is believed, not proved (posting-protocol §1.3), so it only saves work: what was posted is known
 * from the vouchers alone.
 */
export const journal: Recipe = {
  lookup,
  stage,
  inspect,
  commit: (targets, session) =>
    commitEach(targets, session, {
      program: 'GLS840MI',
      call: (target) => ({
        transaction: 'UpdBatch',
        record: keyRecord(target, session.settings),
        columns: [],
      }),
      // A refused update left nothing to wait for.
      readBack: async (refused) => {
        const states = await readBack(refused, session);
        return states.map((one) => (one.state === 'processing' ? { state: 'staged' } : one));
      },
    }),
  readBack,
  discard,
};

async function lookup(targets: Target[], session: Session): Promise<LookupAnswer[]> {
  // Without the list nothing can be looked up; then only our own book and KEY1 stand guard.
  if (session.settings.journal.voucherList === 'none') {
    return targets.map(() => ({ state: 'absent' }));
  }
  const finds = await findVouchers(targets, session, 'lookup');
  return finds.map((find) =>
    find.state === 'unlisted' ? { state: 'unclear', problem: find.problem } : find,
  );
}

async function readBack(targets: Target[], session: Session): Promise<ReadBackAnswer[]> {
  if (session.settings.journal.voucherList === 'none') {
    return targets.map(() => ({ state: 'unreadable' }));
  }
  const finds = await findVouchers(targets, session, 'readBack');
  const waited = targets.filter(
    (target, index) => finds[index]?.state === 'absent' && target.quietPassed === 'yes',
  );
  const controls = await controlAgain(waited, session);
  return targets.map((target, index) => {
    const find = finds[index];
    if (find === undefined || find.state === 'unlisted') return { state: 'unreadable' };
    // Vouchers appear later than the update answers.
    return find.state === 'absent' ? (controls.get(target) ?? { state: 'processing' }) : find;
  });
}

const controlTriesMax = 3;

/**
 * A batch without a voucher is staged still when M3 finds it fit to be updated. No published
 * transaction reads the status of a batch; that CtrlBatch accepts it is what shows that it was not
 * updated. It is asked only when the quiet period is over, never while an update may be running
 * (protocol §1.5).
 */
async function controlAgain(
  targets: Target[],
  session: Session,
): Promise<Map<Target, ReadBackAnswer>> {
  const answers = new Map<Target, ReadBackAnswer>();
  let open = targets;
  // Validating changes nothing, so like a read it may be repeated after an unclear answer.
  for (let tries = 0; tries < controlTriesMax && open.length > 0; tries += 1) {
    const calls = open.map((target) => controlCall(target, session.settings));
    const results = await session.write(
      'stage',
      'GLS840MI',
      open.map((target, index) => ({ target, handle: target.key, calls: callsOf(calls[index]) })),
    );
    open = open.filter((target, index) => {
      const settled = settle('GLS840MI', callsOf(calls[index]), results[index] ?? []);
      if (settled.state === 'ok') answers.set(target, { state: 'staged' });
      else if (settled.state === 'rejected' && settled.problem.kind !== 'retryable') {
        answers.set(target, { state: 'processing' });
      } else answers.set(target, { state: 'unclear', problem: settled.problem });
      return answers.get(target)?.state === 'unclear';
    });
  }
  return answers;
}

function controlCall(target: Target, settings: M3Settings): MiCall {
  return { transaction: 'CtrlBatch', record: keyRecord(target, settings), columns: [] };
}

async function stage(targets: Target[], session: Session): Promise<StageAnswer[]> {
  const { settings } = session;
  const answers = new Map<Target, StageAnswer>();
  const heads = targets.map((target) => headCall(target, settings));
  const added = await session.write(
    'stage',
    'GLS840MI',
    targets.map((target, index) => ({
      target,
      handle: target.key,
      calls: callsOf(heads[index]),
    })),
  );
  const begun = targets.filter((target, index) => {
    const settled = settleKeyed(callsOf(heads[index]), added[index] ?? []);
    if (settled.state !== 'ok') answers.set(target, failure(target, settled));
    return settled.state === 'ok';
  });
  // Each line travels as a group of its own: one that exists already must not stop the others.
  const lines = begun.flatMap((target) =>
    lineCalls(target, settings).map((call) => ({ target, handle: target.key, calls: [call] })),
  );
  const written = await session.write('stage', 'GLS840MI', lines);
  const checked = begun.filter((target) => {
    const own = lines
      .map((line, index) => ({ line, result: written[index]?.[0] }))
      .filter(({ line }) => line.target === target);
    const settled = settleKeyed(
      own.flatMap(({ line }) => line.calls),
      own.flatMap(({ result }) => (result === undefined ? [] : [result])),
    );
    if (settled.state !== 'ok') answers.set(target, failure(target, settled));
    return settled.state === 'ok';
  });
  await control(checked, session, answers);
  return inOrder(targets, answers);
}

/** Has M3 validate the batch: the only validation of an accounting string there is. */
async function control(
  targets: Target[],
  session: Session,
  answers: Map<Target, StageAnswer>,
): Promise<void> {
  const calls = targets.map((target) => controlCall(target, session.settings));
  const results = await session.write(
    'stage',
    'GLS840MI',
    targets.map((target, index) => ({
      target,
      handle: target.key,
      calls: callsOf(calls[index]),
    })),
  );
  targets.forEach((target, index) => {
    const settled = settle('GLS840MI', callsOf(calls[index]), results[index] ?? []);
    answers.set(
      target,
      settled.state === 'ok' ? { state: 'staged', handle: target.key } : failure(target, settled),
    );
  });
}

/** "Already exists" counts as done. */
function settleKeyed(calls: MiCall[], results: MiResult[]): Settled {
  return settle(
    'GLS840MI',
    calls,
    results.map((result) =>
      result.kind === 'nok' && isDuplicateCode(result.code)
        ? { kind: 'ok', records: [], complete: 'yes' }
        : result,
    ),
  );
}

/**
 * An unclear line condemns no journal: the same KEY1 and LINE are simply added again later, so the
 * whole staging is repeated rather than given up (posting-protocol §1.3).
 */
function failure(target: Target, settled: Exclude<Settled, { state: 'ok' }>): StageAnswer {
  const { state, problem } = settled;
  if (state === 'rejected') return { state, handle: target.key, problem };
  return {
    state: 'notSent',
    problem: new Problem({
      code: 'JOURNAL_INCOMPLETE',
      kind: 'retryable',
      message: `Journal ${target.key} is not whole yet: ${problem.message}`,
      hint: 'Its lines are added again; one that is there already is not added twice.',
      evidence: { key: target.key },
      cause: problem,
    }),
  };
}

function headCall(target: Target, settings: M3Settings): MiCall {
  const document = documentOf(target, 'journal');
  return {
    transaction: 'AddBatchHead',
    record: given({
      ...keyRecord(target, settings),
      INTN: settings.journal.interfaceName,
      DESC: cut(document.description, 40) || target.key,
    }),
    columns: [],
  };
}

function lineCalls(target: Target, settings: M3Settings): MiCall[] {
  const document = documentOf(target, 'journal');
  return document.lines.map((line) => ({
    transaction: 'AddBatchLineFld',
    record: given({
      KEY1: target.key,
      LINE: String(line.line),
      INRI: settings.journal.recordType,
      DIVI: divisionOf(document, settings),
      GRNR: document.voucherGroup,
      ...dimensions(line.dimensions),
      CUCD: document.currency,
      // Signed: credits are below zero.
      CUAM: line.amount,
      ACDT: compactDay(document.day),
      VTXT: voucherText(line.chargeId, target.key),
    }),
    columns: [],
  }));
}

function dimensions(values: string[]): Record<string, string> {
  return Object.fromEntries(values.slice(0, 7).map((value, index) => [`AIT${index + 1}`, value]));
}

/** GLS840MI wants the company in the record itself, besides the context. */
function keyRecord(target: Target, settings: M3Settings): Record<string, string> {
  const division = divisionOf(documentOf(target, 'journal'), settings);
  return given({ CONO: settings.company, KEY1: target.key, DIVI: division });
}

function divisionOf(document: Journal, settings: M3Settings): string {
  return document.division || settings.division;
}

/**
 * No published transaction reads a batch back, so its content cannot be compared. What stands in
 * for it: every line was accepted under a primary key, and CtrlBatch found the batch in balance.
 */
async function inspect(targets: Target[]): Promise<InspectAnswer[]> {
  return targets.map(() => ({ state: 'matches' }));
}

/**
 * There is nothing to delete: DelBatch is published without fields, and a batch that was not
 * updated has no effect. The next attempt uses the same KEY1 and finds what is there already, so no
 * second handle can come to stand beside this one; that is what deleting is for (posting-protocol
 * §1.6).
 */
async function discard(targets: Target[]): Promise<DiscardAnswer[]> {
  return targets.map(() => ({ state: 'gone' }));
}
