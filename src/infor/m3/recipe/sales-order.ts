import type {
  DiscardAnswer,
  InspectAnswer,
  ReadBackAnswer,
  StageAnswer,
  Target,
} from '../../../app/ports.ts';
import { Problem } from '../../../core/problem.ts';
import type { MiCall } from '../mi.ts';
import { commitEach, found, listed, settle, stageFailure } from './answer.ts';
import { difference, lineNumber } from './compare.ts';
import { alreadyProcessed, discardEach, type HandleState } from './discard.ts';
import { deletedStatus, type OrderLineRow, orderAsPosted, readOrderLines } from './order-read.ts';
import { callsOf } from './record.ts';
import { addressProblem, bodyCalls, headCall } from './sales-order-entry.ts';
import { lookUpOrders } from './sales-order-lookup.ts';
import { documentOf, handleOf, inOrder, type Recipe, type Session } from './session.ts';

/**
 * A customer order through batch entry (reference: infor-api §4.1). The handle is the temporary
 * order number; nothing is real before Confirm. CUOR and YREF both carry the external key, because
 * YREF is the one that real orders are listed by.
 */
export const salesOrder: Recipe = {
  lookup: lookUpOrders,
  stage,
  inspect,
  commit: (targets, session) =>
    commitEach(targets, session, {
      program: 'OIS100MI',
      call: (target) => ({
        transaction: 'Confirm',
        record: { ORNO: handleOf(target) },
        columns: ['ORNO', 'STAT'],
      }),
      readBack: (refused) => readBack(refused, session),
    }),
  readBack,
  discard,
};

/** Statuses of OIS275: 15 error in head, 25 error in line, 30 credit stop, 55 abnormal end. */
const failedStatuses = ['15', '25', '30', '55'];
const createdStatus = '90';

async function stage(targets: Target[], session: Session): Promise<StageAnswer[]> {
  const answers = new Map<Target, StageAnswer>();
  const sendable: Target[] = [];
  for (const target of targets) {
    const problem = addressProblem(documentOf(target, 'salesOrder'), session.settings);
    if (problem === null) sendable.push(target);
    else answers.set(target, { state: 'rejected', handle: null, problem });
  }
  const heads = sendable.map((target) => headCall(target, session.settings));
  const results = await session.write(
    'stage',
    'OIS100MI',
    sendable.map((target, index) => ({ target, handle: null, calls: callsOf(heads[index]) })),
  );
  const begun: { target: Target; handle: string; calls: MiCall[] }[] = [];
  sendable.forEach((target, index) => {
    const settled = settle('OIS100MI', callsOf(heads[index]), results[index] ?? []);
    const handle = settled.state === 'ok' ? (settled.rows[0]?.ORNO ?? '') : '';
    if (settled.state !== 'ok') answers.set(target, stageFailure(settled, null));
    else if (handle === '') answers.set(target, nameless());
    else begun.push({ target, handle, calls: bodyCalls(target, handle, session.settings) });
  });
  const bodies = await session.write('stage', 'OIS100MI', begun);
  begun.forEach(({ target, handle, calls }, index) => {
    const settled = settle('OIS100MI', calls, bodies[index] ?? []);
    answers.set(
      target,
      settled.state === 'ok' ? { state: 'staged', handle } : stageFailure(settled, handle),
    );
  });
  return inOrder(targets, answers);
}

function nameless(): StageAnswer {
  return {
    state: 'doubtful',
    handle: null,
    problem: new Problem({
      code: 'INFOR_EMPTY_ANSWER',
      kind: 'unknown',
      message: 'M3 made a temporary order and did not say which',
      hint: 'It has no effect and stays behind in OIS275; a new one is made.',
    }),
  };
}

async function inspect(targets: Target[], session: Session): Promise<InspectAnswer[]> {
  const heads = await session.read('inspect', 'OIS100MI', targets.map(headReading));
  const lines = await session.read(
    'inspect',
    'OIS100MI',
    targets.map((target) => ({
      targets: [target],
      call: {
        transaction: 'LstBatchLine',
        record: { ORNO: handleOf(target) },
        columns: ['CUPO', 'ITNO', 'ORQT', 'PONR', 'POSX'],
      },
    })),
  );
  return targets.map((target, index) => {
    const head = found('OIS100MI/GetBatchHead', heads[index], ['ORNO']);
    if (head.state === 'missing') return { state: 'gone' };
    if (head.state === 'unclear') return head;
    if (head.row.STAT === createdStatus) return { state: 'gone' };
    const list = listed('OIS100MI/LstBatchLine', lines[index], ['ORNO']);
    if (list.state === 'unclear') return list;
    const wrong = difference(
      documentOf(target, 'salesOrder').lines.map((line) => ({ ...line, lot: null })),
      list.rows.map((row) => ({
        line: lineNumber(row.CUPO),
        item: row.ITNO ?? '',
        quantity: row.ORQT ?? '',
        lot: '',
      })),
    );
    return wrong === null ? { state: 'matches' } : { state: 'differs', difference: wrong };
  });
}

async function readBack(targets: Target[], session: Session): Promise<ReadBackAnswer[]> {
  const answers = new Map<Target, ReadBackAnswer>();
  const results = await session.read(
    'readBack',
    'OIS275MI',
    targets.map((target) => ({
      targets: [target],
      call: {
        transaction: 'GetTmpOrderStat',
        record: { ORNO: handleOf(target) },
        columns: ['ORNO', 'ORNR', 'STAT'],
      },
    })),
  );
  const created: { target: Target; number: string }[] = [];
  const failed: { target: Target; status: string }[] = [];
  targets.forEach((target, index) => {
    const head = found('OIS275MI/GetTmpOrderStat', results[index], ['ORNO']);
    if (head.state === 'missing') answers.set(target, { state: 'gone' });
    else if (head.state === 'unclear') answers.set(target, head);
    else {
      const status = head.row.STAT ?? '';
      const number = head.row.ORNR ?? '';
      // A credit stop may leave a created, stopped order behind: its number decides, not the
      // status.
      if (number !== '') created.push({ target, number });
      else if (failedStatuses.includes(status)) failed.push({ target, status });
      else answers.set(target, { state: status === createdStatus ? 'processing' : 'staged' });
    }
  });
  const reads = await readOrderLines(
    session,
    'readBack',
    created.map(({ target, number }) => ({ targets: [target], number })),
  );
  created.forEach(({ target, number }, index) => {
    const read = reads[index];
    if (read?.state === 'read') answers.set(target, createdOrder(number, read.lines));
    else if (read !== undefined) answers.set(target, read);
  });
  await addFailed(failed, session, answers);
  return inOrder(targets, answers);
}

/** With every line deleted the order is (protocol §1.7). */
function createdOrder(number: string, lines: OrderLineRow[]): ReadBackAnswer {
  const deleted = lines.length > 0 && lines.every((line) => line.status === deletedStatus);
  return deleted
    ? { state: 'deleted', reference: { number, detail: {} } }
    : orderAsPosted(number, lines);
}

/**
 * Collects M3's own words for what went wrong. After an abnormal end (55) the order may have been
 * created all the same, so the key is looked up before it is called a failure.
 */
async function addFailed(
  failed: { target: Target; status: string }[],
  session: Session,
  answers: Map<Target, ReadBackAnswer>,
): Promise<void> {
  const texts = await session.read(
    'readBack',
    'OIS100MI',
    failed.map(({ target }) => ({
      targets: [target],
      call: {
        transaction: 'LstErrMsgOrder',
        record: { ORNO: handleOf(target) },
        columns: ['LEVL', 'MSID', 'TX60'],
      },
    })),
  );
  failed.forEach(({ target, status }, index) => {
    const result = texts[index];
    const rows = result?.kind === 'ok' ? result.records : [];
    const words = rows.map((row) => `${row.TX60 ?? ''} ${row.MSID ?? ''}`.trim()).join('; ');
    answers.set(target, { state: 'failed', problem: orderFailed(status, words) });
  });
  const abnormal = failed.filter(({ status }) => status === '55').map(({ target }) => target);
  if (abnormal.length === 0) return;
  const lookups = await lookUpOrders(abnormal, session);
  abnormal.forEach((target, index) => {
    const lookup = lookups[index];
    if (lookup?.state === 'posted' || lookup?.state === 'unclear') answers.set(target, lookup);
  });
}

function orderFailed(status: string, words: string): Problem {
  const stopped = status === '30';
  return new Problem({
    code: stopped ? 'ORDER_STOPPED' : 'INFOR_REJECTED',
    kind: 'rejected',
    message: `M3 left the order in batch status ${status}${words === '' ? '' : `: ${words}`}`,
    hint: stopped
      ? 'Release the credit stop of the customer in M3, then retry the flag.'
      : 'Correct what M3 names, in M3 or in the mapping, then retry the flag.',
    evidence: { status, text: words },
  });
}

function discard(targets: Target[], session: Session): Promise<DiscardAnswer[]> {
  return discardEach(targets, session, {
    program: 'OIS100MI',
    call: (target) => ({
      transaction: 'DelBatchHead',
      record: { ORNO: handleOf(target) },
      columns: [],
    }),
    states: (wanted) => handleStates(wanted, session),
  });
}

async function handleStates(targets: Target[], session: Session): Promise<HandleState[]> {
  const results = await session.read('discard', 'OIS100MI', targets.map(headReading));
  return targets.map((target, index) => {
    const head = found('OIS100MI/GetBatchHead', results[index], ['ORNO']);
    if (head.state === 'missing') return { state: 'gone' };
    if (head.state === 'unclear') return head;
    return head.row.STAT === createdStatus
      ? { state: 'processed', problem: alreadyProcessed(handleOf(target)) }
      : { state: 'open' };
  });
}

function headReading(target: Target) {
  return {
    targets: [target],
    call: {
      transaction: 'GetBatchHead',
      record: { ORNO: handleOf(target) },
      columns: ['ORNO', 'STAT', 'YREF'],
    },
  };
}
