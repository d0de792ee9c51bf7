import type { LookupAnswer, Target } from '../../../app/ports.ts';
import type { M3Settings } from '../settings.ts';
import { found, listed, withDuplicates } from './answer.ts';
import { deletedStatus, orderAsPosted, readOrderLines } from './order-read.ts';
import { groupBy } from './record.ts';
import { documentOf, inOrder, type Row, type Session } from './session.ts';

/** With more customers than this one order would cost more calls than all that follows. */
const otherCustomersMax = 5;

/**
 * Is there an order under this key? Real orders are keyed by customer and our key in YREF, so the
 * answer is exact and all targets travel in one request (posting-protocol §2.3). An older version
 * of the configuration may have chosen another customer, and a restored database does not know:
 * before the first commit the order is looked for under the configuration's other customers too.
 * Without a customer the list starts at the first one and proves nothing.
 */
export async function lookUpOrders(targets: Target[], session: Session): Promise<LookupAnswer[]> {
  const answers = new Map<Target, LookupAnswer>();
  const asked = targets.flatMap((target) =>
    customersOf(target, session.settings).map((customer) => ({ target, customer })),
  );
  const results = await session.position(
    'lookup',
    'OIS175MI',
    asked.map(({ target, customer }) => ({
      targets: [target],
      call: {
        transaction: 'LstHeadByRef',
        record: { CUNO: customer, YREF: target.key },
        columns: ['YREF', 'ORNO', 'ORSL', 'ORST'],
      },
      keyFields: ['YREF'],
      rowsExpected: 1,
      isWanted: (row) => row.YREF === target.key,
      isPast: (row) => (row.YREF ?? '') > target.key,
    })),
  );
  const live: Live[] = [];
  const absent: Target[] = [];
  for (const target of targets) {
    const { customer } = documentOf(target, 'salesOrder');
    const lists = results.flatMap((result, index) => {
      const one = asked[index];
      if (one?.target !== target) return [];
      // Another customer of the configuration may well be none in M3; then it has no orders.
      const keys = one.customer === customer ? ['YREF'] : ['YREF', 'CUNO'];
      return [listed('OIS175MI/LstHeadByRef', result, keys)];
    });
    const rows = lists.flatMap((list) => (list.state === 'rows' ? list.rows : []));
    const unread = lists.find((list) => list.state === 'unclear');
    // A deleted order is not a posted one, and not ours to post again (posting-protocol §1.7).
    const alive = rows.filter((row) => row.ORSL !== deletedStatus);
    const [number, ...duplicates] = alive.map((row) => row.ORNO ?? '').sort();
    const gone = rows[0]?.ORNO;
    if (number !== undefined) live.push({ target, number, duplicates });
    else if (unread?.state === 'unclear') answers.set(target, unread);
    else if (gone === undefined) absent.push(target);
    else answers.set(target, { state: 'deleted', reference: { number: gone, detail: {} } });
  }
  await addPosted(live, session, answers);
  await addStaged(absent, session, answers);
  return inOrder(targets, answers);
}

interface Live {
  target: Target;
  number: string;
  /** Further live orders under the same key. */
  duplicates: string[];
}

function customersOf(target: Target, settings: M3Settings): string[] {
  const { customer } = documentOf(target, 'salesOrder');
  const others = settings.customers.filter((other) => other !== customer);
  const few = others.length <= otherCustomersMax && target.attempt === 1;
  return few ? [customer, ...others] : [customer];
}

async function addPosted(
  orders: Live[],
  session: Session,
  answers: Map<Target, LookupAnswer>,
): Promise<void> {
  const reads = await readOrderLines(
    session,
    'lookup',
    orders.map(({ target, number }) => ({ targets: [target], number })),
  );
  orders.forEach(({ target, number, duplicates }, index) => {
    const read = reads[index];
    if (read?.state !== 'read') {
      if (read !== undefined) answers.set(target, read);
      return;
    }
    answers.set(target, withDuplicates(orderAsPosted(number, read.lines), duplicates));
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
    if (listed('OIS100MI/LstBatchHead', result, ['CUNO']).state === 'unclear') {
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
  const live: Live[] = [];
  finals.forEach(({ target, number }, index) => {
    const head = found('OIS100MI/GetHead', heads[index], ['ORNO']);
    if (head.state === 'unclear') answers.set(target, head);
    else if (head.state === 'missing' || head.row.ORSL === deletedStatus) {
      answers.set(target, { state: 'deleted', reference: { number, detail: {} } });
    } else live.push({ target, number, duplicates: [] });
  });
  await addPosted(live, session, answers);
}
