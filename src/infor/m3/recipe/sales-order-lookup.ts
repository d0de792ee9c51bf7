import type { LookupAnswer, Target } from '../../../app/ports.ts';
import { found, listed } from './answer.ts';
import { deletedStatus, heldOrderLines, orderReference, readOrderLines } from './order-read.ts';
import { groupBy } from './record.ts';
import { documentOf, inOrder, type Row, type Session } from './session.ts';

/**
 * Is there an order under this key? Real orders are keyed by customer and our key in YREF, so the
 * answer is exact and all targets travel in one request (posting-protocol §2.3).
 */
export async function lookUpOrders(targets: Target[], session: Session): Promise<LookupAnswer[]> {
  const answers = new Map<Target, LookupAnswer>();
  const results = await session.position(
    'lookup',
    'OIS175MI',
    targets.map((target) => ({
      targets: [target],
      call: {
        transaction: 'LstHeadByRef',
        record: { CUNO: documentOf(target, 'salesOrder').customer, YREF: target.key },
        columns: ['YREF', 'ORNO', 'ORSL', 'ORST'],
      },
      keyFields: ['YREF'],
      isWanted: (row) => row.YREF === target.key,
      isPast: (row) => (row.YREF ?? '') > target.key,
    })),
  );
  const live: { target: Target; number: string }[] = [];
  const absent: Target[] = [];
  targets.forEach((target, index) => {
    const list = listed('OIS175MI/LstHeadByRef', results[index]);
    if (list.state === 'unclear') {
      answers.set(target, list);
      return;
    }
    // A deleted order is not a posted one, and not ours to post again (posting-protocol §1.7).
    const alive = list.rows.filter((row) => row.ORSL !== deletedStatus);
    const [number] = alive.map((row) => row.ORNO ?? '').sort();
    const gone = list.rows[0]?.ORNO;
    if (alive.length > 1) {
      session.log.error('M3 holds several orders under one key', {
        key: target.key,
        orders: alive.map((row) => row.ORNO ?? ''),
      });
    }
    if (number !== undefined) live.push({ target, number });
    else if (gone === undefined) absent.push(target);
    else answers.set(target, { state: 'deleted', reference: { number: gone, detail: {} } });
  });
  await addPosted(live, session, answers);
  await addStaged(absent, session, answers);
  return inOrder(targets, answers);
}

async function addPosted(
  orders: { target: Target; number: string }[],
  session: Session,
  answers: Map<Target, LookupAnswer>,
): Promise<void> {
  const reads = await readOrderLines(
    session,
    'lookup',
    orders.map(({ target, number }) => ({ targets: [target], number })),
  );
  orders.forEach(({ target, number }, index) => {
    const read = reads[index];
    if (read?.state !== 'read') {
      if (read !== undefined) answers.set(target, read);
      return;
    }
    const reference = orderReference(number, read.lines);
    answers.set(target, { state: 'posted', reference, held: heldOrderLines(read.lines) });
  });
}

/**
 * Batch orders are listed by customer alone, and a web shop has hundreds of thousands: the list is
 * read only after a staging answer was lost, once for each customer. What it is for is tidying up:
 * an orphan has no effect until its own number is confirmed, and that number is nobody's handle. So
 * a list cut short leaves the proof of absence, which the list of real orders gave, as it is;
 * calling it unclear would block such a customer's orders for ever.
 */
async function addStaged(
  targets: Target[],
  session: Session,
  answers: Map<Target, LookupAnswer>,
): Promise<void> {
  for (const target of targets) answers.set(target, { state: 'absent' });
  const doubted = targets.filter((target) => target.attempt > 1);
  const customers = groupBy(doubted, (target) => documentOf(target, 'salesOrder').customer);
  const results = await session.read(
    'lookup',
    'OIS100MI',
    customers.map(([customer, of]) => ({
      targets: of,
      call: {
        transaction: 'LstBatchHead',
        record: { CUNO: customer },
        columns: ['ORNO', 'CUOR', 'YREF', 'STAT', 'ORNR'],
      },
    })),
  );
  const finals: { target: Target; number: string }[] = [];
  for (const [index, [customer, of]] of customers.entries()) {
    const result = results[index];
    const rows = result?.kind === 'ok' ? result.records : [];
    if (listed('OIS100MI/LstBatchHead', result).state === 'unclear') {
      session.log.warn('orphaned batch orders may remain: their list could not be read whole', {
        customer,
        rows: rows.length,
      });
    }
    for (const target of of) {
      const own = rows.filter((row) => row.YREF === target.key || row.CUOR === target.key);
      addOrphans(target, own, { answers, finals });
    }
  }
  await judgeFinals(finals, session, answers);
}

function addOrphans(
  target: Target,
  rows: Row[],
  into: { answers: Map<Target, LookupAnswer>; finals: { target: Target; number: string }[] },
): void {
  const final = rows.find((row) => row.STAT === '90' && (row.ORNR ?? '') !== '');
  if (final !== undefined) {
    into.finals.push({ target, number: final.ORNR ?? '' });
    return;
  }
  // Our own present handle is no orphan: what became of it is read from itself.
  const handles = rows.map((row) => row.ORNO ?? '').filter((number) => number !== target.handle);
  if (handles.length > 0) into.answers.set(target, { state: 'staged', handles });
}

/** A batch order that became a real one which no longer carries our key: somebody changed it. */
async function judgeFinals(
  finals: { target: Target; number: string }[],
  session: Session,
  answers: Map<Target, LookupAnswer>,
): Promise<void> {
  const heads = await session.read(
    'lookup',
    'OIS100MI',
    finals.map(({ target, number }) => ({
      targets: [target],
      call: { transaction: 'GetHead', record: { ORNO: number }, columns: ['ORNO', 'ORSL', 'ORST'] },
    })),
  );
  const live: { target: Target; number: string }[] = [];
  finals.forEach(({ target, number }, index) => {
    const head = found('OIS100MI/GetHead', heads[index]);
    if (head.state === 'unclear') answers.set(target, head);
    else if (head.state === 'missing' || head.row.ORSL === deletedStatus) {
      answers.set(target, { state: 'deleted', reference: { number, detail: {} } });
    } else live.push({ target, number });
  });
  await addPosted(live, session, answers);
}
