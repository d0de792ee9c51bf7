import type {
  Exchange,
  InspectAnswer,
  LookupAnswer,
  ReadBackAnswer,
  StageAnswer,
  Target,
} from '../../../app/ports.ts';
import type { DocumentReference } from '../../../core/glossary.ts';
import { Problem } from '../../../core/problem.ts';
import { commitEach, found } from './answer.ts';
import { compareDecimals } from './compare.ts';
import { deletedStatus, type OrderLineRow, readOrderLines } from './order-read.ts';
import { handleOf, inOrder, type Recipe, type Session } from './session.ts';

/**
 * Takes a posted sales order back while nothing of it has moved (reference: infor-api §4.1, §7.15).
 * The handle is the order's own number. Deleting twice is the same as deleting once, so the order's
 * own state answers every question.
 */
export const orderCancellation: Recipe = {
  lookup,
  stage,
  inspect,
  commit: (targets, session) =>
    commitEach(targets, session, {
      program: 'OIS100MI',
      call: (target) => ({
        transaction: 'DelHead',
        record: { ORNO: handleOf(target) },
        columns: [],
      }),
      readBack: (refused) => readBack(refused, session),
    }),
  readBack,
  // Nothing was staged, so nothing is left behind.
  discard: async (targets) => targets.map(() => ({ state: 'gone' })),
};

type OrderState = 'live' | 'deleted';
type OrderFound = { state: OrderState } | { state: 'unclear'; problem: Problem };

async function readOrders(
  targets: Target[],
  session: Session,
  step: Exchange['step'],
): Promise<OrderFound[]> {
  const results = await session.read(
    step,
    'OIS100MI',
    targets.map((target) => ({
      targets: [target],
      call: {
        transaction: 'GetHead',
        record: { ORNO: orderOf(target) },
        columns: ['ORNO', 'ORSL', 'ORST'],
      },
    })),
  );
  return results.map((result) => {
    const head = found('OIS100MI/GetHead', result, ['ORNO']);
    if (head.state === 'unclear') return head;
    const deleted = head.state === 'missing' || head.row.ORSL === deletedStatus;
    return { state: deleted ? 'deleted' : 'live' };
  });
}

async function lookup(targets: Target[], session: Session): Promise<LookupAnswer[]> {
  const known = targets.filter((target) => orderOf(target) !== '');
  const states = await readOrders(known, session, 'lookup');
  return targets.map((target) => {
    const state = states[known.indexOf(target)];
    if (state === undefined) return { state: 'unclear', problem: orderUnknown(target) };
    if (state.state === 'unclear') return state;
    if (state.state === 'live') return { state: 'absent' };
    return { state: 'posted', reference: referenceTo(target), held: [] };
  });
}

/** Nothing is written: the order itself is what is taken back, if it has not begun to move. */
async function stage(targets: Target[], session: Session): Promise<StageAnswer[]> {
  const answers = new Map<Target, StageAnswer>();
  const known: Target[] = [];
  for (const target of targets) {
    if (orderOf(target) !== '') known.push(target);
    else answers.set(target, { state: 'rejected', handle: null, problem: orderUnknown(target) });
  }
  const reads = await readOrderLines(
    session,
    'stage',
    known.map((target) => ({ targets: [target], number: orderOf(target) })),
  );
  known.forEach((target, index) => {
    const read = reads[index];
    if (read?.state !== 'read') {
      if (read !== undefined) answers.set(target, { state: 'notSent', problem: read.problem });
      return;
    }
    const moving = read.lines.find(isMoving);
    const handle = orderOf(target);
    answers.set(
      target,
      moving === undefined
        ? { state: 'staged', handle }
        : { state: 'rejected', handle: null, problem: underWay(handle, moving) },
    );
  });
  return inOrder(targets, answers);
}

async function inspect(targets: Target[], session: Session): Promise<InspectAnswer[]> {
  const reads = await readOrderLines(
    session,
    'inspect',
    targets.map((target) => ({ targets: [target], number: handleOf(target) })),
  );
  return targets.map((target, index) => {
    const read = reads[index];
    if (read === undefined) return { state: 'gone' };
    if (read.state === 'unclear') return read;
    const live = read.lines.filter((line) => line.status !== deletedStatus);
    if (live.length === 0) return { state: 'gone' };
    const moving = live.find(isMoving);
    if (moving === undefined) return { state: 'matches' };
    return { state: 'differs', difference: underWay(handleOf(target), moving).message };
  });
}

async function readBack(targets: Target[], session: Session): Promise<ReadBackAnswer[]> {
  const states = await readOrders(targets, session, 'readBack');
  return targets.map((target, index) => {
    const state = states[index];
    if (state?.state === 'deleted') {
      return { state: 'posted', reference: referenceTo(target), held: [] };
    }
    return state?.state === 'unclear' ? state : { state: 'staged' };
  });
}

function orderOf(target: Target): string {
  return target.dependency?.number ?? target.handle ?? '';
}

function referenceTo(target: Target): DocumentReference {
  return { number: orderOf(target), detail: { deleted: 'yes' } };
}

function isMoving(line: OrderLineRow): boolean {
  if (line.status === deletedStatus) return false;
  return compareDecimals(line.allocated, '0') > 0 || compareDecimals(line.delivered, '0') > 0;
}

function underWay(order: string, line: OrderLineRow): Problem {
  return new Problem({
    code: 'ORDER_IN_PROGRESS',
    kind: 'rejected',
    message: `Order ${order} cannot be taken back: ${line.item} is allocated or delivered in M3.`,
    hint: 'Deallocate the order in M3 and retry the flag, or return the goods there by hand.',
    evidence: {
      order,
      item: line.item,
      allocated: line.allocated,
      delivered: line.delivered,
    },
  });
}

function orderUnknown(target: Target): Problem {
  return new Problem({
    code: 'ORDER_UNKNOWN',
    kind: 'rejected',
    message: `The sales order that ${target.key} takes back is not known.`,
    hint: 'Close the order in M3 by hand, if there is one.',
    evidence: { key: target.key },
  });
}
