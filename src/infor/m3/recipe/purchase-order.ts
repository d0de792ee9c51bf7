import type {
  DiscardAnswer,
  InspectAnswer,
  ReadBackAnswer,
  StageAnswer,
  Target,
} from '../../../app/ports.ts';
import { Problem } from '../../../core/problem.ts';
import { commitEach, listed, settle, stageFailure } from './answer.ts';
import { difference, lineNumber } from './compare.ts';
import { alreadyProcessed, discardEach, type HandleState } from './discard.ts';
import { accountingCalls, entryCall, headCall, lineCalls } from './purchase-order-entry.ts';
import {
  type BatchState,
  lookUpPurchaseOrders,
  readBatches,
  readPurchaseOrders,
} from './purchase-order-lookup.ts';
import { ownOrderNumber, parseHandle, writeHandle } from './purchase-order-number.ts';
import { callsOf } from './record.ts';
import { documentOf, handleOf, inOrder, type Recipe, type Session } from './session.ts';

/**
 * A purchase order through batch entry (reference: infor-api §4.2; posting-protocol §2.4). The
 * handle is `MSGN/PUNO`: the entry is finished and deleted by its message number, and read by its
 * order number. The order itself appears only after M3 has transferred the entry.
 */
export const purchaseOrder: Recipe = {
  lookup: lookUpPurchaseOrders,
  stage,
  inspect,
  commit: (targets, session) =>
    commitEach(targets, session, {
      program: 'PPS370MI',
      call: (target) => ({
        transaction: 'FinishEntry',
        record: { MSGN: parseHandle(handleOf(target)).message },
        columns: [],
      }),
      readBack: (refused) => readBack(refused, session),
    }),
  readBack,
  discard,
};

async function stage(targets: Target[], session: Session): Promise<StageAnswer[]> {
  const answers = new Map<Target, StageAnswer>();
  const entries = await startEntries(targets, session, answers);
  const heads = await addHeads(entries, session, answers);
  const bodies = heads.map(({ target, handle }) => [
    ...lineCalls(target, handle),
    ...accountingCalls(target, handle),
  ]);
  const results = await session.write(
    'stage',
    'PPS370MI',
    heads.map(({ target, handle }, index) => ({ target, handle, calls: bodies[index] ?? [] })),
  );
  heads.forEach(({ target, handle }, index) => {
    const settled = settle('PPS370MI', bodies[index] ?? [], results[index] ?? []);
    answers.set(
      target,
      settled.state === 'ok' ? { state: 'staged', handle } : stageFailure(settled, handle),
    );
  });
  return inOrder(targets, answers);
}

/** A lost answer leaves an empty entry that nobody can look up; it stays behind unfinished. */
async function startEntries(
  targets: Target[],
  session: Session,
  answers: Map<Target, StageAnswer>,
): Promise<{ target: Target; message: string }[]> {
  const call = entryCall(session.settings);
  const results = await session.write(
    'stage',
    'PPS370MI',
    targets.map((target) => ({ target, handle: null, calls: [call] })),
  );
  return targets.flatMap((target, index) => {
    const settled = settle('PPS370MI', [call], results[index] ?? []);
    if (settled.state !== 'ok') {
      answers.set(target, stageFailure(settled, null));
      return [];
    }
    const message = settled.rows[0]?.MSGN ?? '';
    if (message === '') {
      answers.set(target, { state: 'doubtful', handle: null, problem: nameless('an entry') });
      return [];
    }
    return [{ target, message }];
  });
}

/**
 * Without the order number that AddHead answers the entry cannot be read, so it is abandoned; with
 * a number of our own it stays known whatever happens.
 */
async function addHeads(
  entries: { target: Target; message: string }[],
  session: Session,
  answers: Map<Target, StageAnswer>,
): Promise<{ target: Target; handle: string }[]> {
  const calls = entries.map(({ target, message }) =>
    headCall(target, { message, settings: session.settings }),
  );
  const results = await session.write(
    'stage',
    'PPS370MI',
    entries.map(({ target, message }, index) => ({
      target,
      handle: `${message}/`,
      calls: callsOf(calls[index]),
    })),
  );
  return entries.flatMap(({ target, message }, index) => {
    const own = ownOrderNumber(target.key, session.settings);
    const known = own === null ? null : writeHandle(message, own);
    const settled = settle('PPS370MI', callsOf(calls[index]), results[index] ?? []);
    if (settled.state === 'ok') {
      const number = settled.rows[0]?.PUNO || own;
      if (number !== null) return [{ target, handle: writeHandle(message, number) }];
      answers.set(target, { state: 'doubtful', handle: null, problem: nameless('an order') });
      return [];
    }
    answers.set(target, stageFailure(settled, settled.state === 'doubtful' ? known : null));
    return [];
  });
}

async function inspect(targets: Target[], session: Session): Promise<InspectAnswer[]> {
  const batches = await readBatches(targets, session, 'inspect');
  const lines = await session.read(
    'inspect',
    'PPS370MI',
    targets.map((target) => ({
      targets: [target],
      call: {
        transaction: 'LstBatchLine',
        record: { PUNO: parseHandle(handleOf(target)).order },
        columns: ['PNLI', 'ITNO', 'ORQA', 'STAT'],
      },
    })),
  );
  return targets.map((target, index) => {
    const batch = batches[index];
    if (batch?.state === 'unclear') return batch;
    if (batch?.state !== 'found' || batch.status !== entered) return { state: 'gone' };
    const list = listed('PPS370MI/LstBatchLine', lines[index], ['PUNO']);
    if (list.state === 'unclear') return list;
    const wrong = difference(
      documentOf(target, 'purchaseOrder').lines.map((line) => ({ ...line, lot: null })),
      list.rows.map((row) => ({
        line: lineNumber(row.PNLI),
        item: row.ITNO ?? '',
        quantity: row.ORQA ?? '',
        lot: '',
      })),
    );
    return wrong === null ? { state: 'matches' } : { state: 'differs', difference: wrong };
  });
}

/** Status of an entry in progress. */
const entered = '10';

async function readBack(targets: Target[], session: Session): Promise<ReadBackAnswer[]> {
  const orders = await readPurchaseOrders(
    targets.map((target) => ({ target, number: parseHandle(handleOf(target)).order })),
    session,
    'readBack',
  );
  const batches = await readBatches(targets, session, 'readBack');
  return targets.map((target, index) => {
    const order = orders[index];
    if (order?.state === 'foreign') {
      return { state: 'failed', problem: numberTaken(handleOf(target)) };
    }
    if (order !== undefined && order.state !== 'missing') return order;
    const batch = batches[index];
    // An entry that was never finished is not in the middle of a transfer, wherever it went.
    const unfinished = target.neverCommitted === 'yes';
    return batch?.state === 'missing' && unfinished ? { state: 'gone' } : stateOf(batch);
  });
}

/**
 * What the entry says of an order that is not there yet. In the middle of its transfer it is in
 * neither list, so nothing found means that M3 is at work, never that it is gone (protocol §2.4).
 */
function stateOf(batch: BatchState | undefined): ReadBackAnswer {
  if (batch === undefined || batch.state === 'missing') return { state: 'processing' };
  if (batch.state === 'unclear') return batch;
  if (batch.error !== '') return { state: 'failed', problem: entryFailed(batch) };
  return { state: batch.status === entered ? 'staged' : 'processing' };
}

function discard(targets: Target[], session: Session): Promise<DiscardAnswer[]> {
  return discardEach(targets, session, {
    program: 'PPS370MI',
    call: (target) => ({
      transaction: 'DeleteEntry',
      record: { MSGN: parseHandle(handleOf(target)).message },
      columns: [],
    }),
    states: (wanted) => handleStates(wanted, session),
  });
}

async function handleStates(targets: Target[], session: Session): Promise<HandleState[]> {
  const batches = await readBatches(targets, session, 'discard');
  const orders = await readPurchaseOrders(
    targets.map((target) => ({ target, number: parseHandle(handleOf(target)).order })),
    session,
    'discard',
  );
  return targets.map((target, index) => {
    const batch = batches[index];
    const order = orders[index];
    if (batch?.state === 'unclear') return batch;
    if (order?.state === 'unclear') return order;
    if (order?.state === 'posted' || order?.state === 'deleted') {
      return { state: 'processed', problem: alreadyProcessed(handleOf(target)) };
    }
    // Deleted, or in the middle of its transfer: M3 refuses to delete the latter (protocol §2.4).
    if (batch?.state !== 'found') return { state: 'unseen' };
    if (batch.status === entered || batch.error !== '') return { state: 'open' };
    return { state: 'processed', problem: alreadyProcessed(handleOf(target)) };
  });
}

function entryFailed(batch: { status: string; error: string }): Problem {
  return new Problem({
    code: 'INFOR_REJECTED',
    kind: 'rejected',
    message: `M3 left the purchase order entry in status ${batch.status}: ${batch.error}`,
    hint: 'Correct the entry in PPS370 and let M3 transfer it, or delete it there and retry.',
    evidence: { status: batch.status, text: batch.error },
  });
}

function numberTaken(handle: string): Problem {
  return new Problem({
    code: 'ORDER_NUMBER_TAKEN',
    kind: 'rejected',
    message: `Purchase order ${parseHandle(handle).order} exists in M3 and is not ours.`,
    hint: 'Keep the reserved number series free for mlc, or take M3’s own series.',
    evidence: { handle },
  });
}

function nameless(what: string): Problem {
  return new Problem({
    code: 'INFOR_EMPTY_ANSWER',
    kind: 'unknown',
    message: `M3 made ${what} in PPS370 and did not say which`,
    hint: 'It stays behind unfinished and has no effect; a new one is made.',
  });
}
