import type { Exchange, LookupAnswer, Target } from '../../../app/ports.ts';
import type { DocumentReference, HeldLine } from '../../../core/glossary.ts';
import { Problem } from '../../../core/problem.ts';
import { found, listed, withDuplicates } from './answer.ts';
import { heldLines, lineNumber, linesUnreadable } from './compare.ts';
import { ownOrderNumber, parseHandle } from './purchase-order-number.ts';
import { handleOf, inOrder, type Row, type Session } from './session.ts';

/** An entry in PPS370, by its order number. */
export type BatchState =
  | { state: 'found'; status: string; error: string }
  | { state: 'missing' }
  | { state: 'unclear'; problem: Problem };

export type PurchaseOrderRead =
  | { state: 'posted'; reference: DocumentReference; held: HeldLine[] }
  | { state: 'deleted'; reference: DocumentReference }
  | { state: 'missing' }
  /** It exists with somebody else's reference. */
  | { state: 'foreign' }
  | { state: 'unclear'; problem: Problem };

/** 23 or 25, one being "validated": the text of an error tells them apart (infor-api §4.2). */
const refusedStatuses = ['23', '25'];
const enteredStatus = '10';
/** Rows that some grids show at most (reference: infor-api §2.4). */
const usualLimits = [1000, 10_000];
/** A requester is called nearly full from this part of such a limit on. */
const warnFrom = 0.7;
/** PUSL of a deleted order: with it every line is deleted. */
const deletedStatuses = ['90', '99'];

/**
 * Is there an order under this key? Orders cannot be listed by YRE1, so those of our own requester
 * are read, once for all targets; a number of our own makes it exact (posting-protocol §2.4). While
 * an entry is being transferred its order is in no list at all, so with a finished entry nothing
 * found is not an absence.
 */
export async function lookUpPurchaseOrders(
  targets: Target[],
  session: Session,
): Promise<LookupAnswer[]> {
  const answers = new Map<Target, LookupAnswer>();
  const numbered = targets.flatMap((target) => {
    const number = ownOrderNumber(target.key, session.settings);
    return number === null ? [] : [{ target, number }];
  });
  const exact = await readPurchaseOrders(numbered, session, 'lookup');
  numbered.forEach(({ target }, index) => {
    const read = exact[index];
    if (read?.state === 'missing') answers.set(target, { state: 'absent' });
    else if (read !== undefined && read.state !== 'foreign') answers.set(target, read);
  });
  const unnumbered = targets.filter((target) => !answers.has(target));
  await listByRequester(unnumbered, session, answers);
  await doubtTransfers(targets, session, answers);
  return inOrder(targets, answers);
}

async function listByRequester(
  targets: Target[],
  session: Session,
  answers: Map<Target, LookupAnswer>,
): Promise<void> {
  if (targets.length === 0) return;
  const { requester } = session.settings.purchase;
  const [result] = await session.whole('lookup', 'PPS001MI', [
    {
      targets,
      // The requester is only where the list starts; once another one's follow, ours are done.
      isPast: (row) => (row.PURC ?? '') > requester,
      call: {
        transaction: 'ListHeadBasic',
        record: { PURC: requester },
        columns: ['PURC', 'PUNO', 'YRE1', 'PUSL', 'PUST'],
      },
    },
  ]);
  const rows = result?.kind === 'ok' ? result.records : [];
  const list = listed('PPS001MI/ListHeadBasic', result, ['PURC']);
  const ours = rows.filter((row) => row.PURC === requester);
  warnBeforeFull(ours.length, session);
  const live: { target: Target; number: string; duplicates: string[] }[] = [];
  for (const target of targets) {
    const own = ours.filter((row) => row.YRE1 === target.key);
    const alive = own.filter((row) => !isDeleted(row));
    const [number, ...duplicates] = alive.map((row) => row.PUNO ?? '').sort();
    const gone = own[0]?.PUNO;
    if (number !== undefined) live.push({ target, number, duplicates });
    else if (gone !== undefined) {
      answers.set(target, { state: 'deleted', reference: { number: gone, detail: {} } });
    } else if (list.state === 'rows') answers.set(target, { state: 'absent' });
    else if (result?.kind !== 'ok') answers.set(target, list);
    else answers.set(target, { state: 'unclear', problem: requesterFull(requester, rows.length) });
  }
  const reads = await readPurchaseOrders(live, session, 'lookup');
  live.forEach(({ target, duplicates }, index) => {
    const read = reads[index];
    if (read?.state === 'unclear' || read?.state === 'deleted') answers.set(target, read);
    else if (read?.state === 'posted') answers.set(target, withDuplicates(read, duplicates));
    else answers.set(target, { state: 'unclear', problem: inTransfer(target) });
  });
}

/** The list of a requester only grows, and it has no position from which it could be continued. */
function warnBeforeFull(orders: number, session: Session): void {
  const limit = usualLimits.find((one) => orders < one);
  if (limit === undefined || orders < limit * warnFrom) return;
  session.log.warn(
    'the list of our purchase orders comes near the rows that some M3 show at most',
    {
      requester: session.settings.purchase.requester,
      orders,
      limit,
      hint: 'Name another infor.purchaseOrders.requester, or set reservedPrefix, before it is full.',
    },
  );
}

function requesterFull(requester: string, rows: number): Problem {
  return new Problem({
    code: 'REQUESTER_FULL',
    kind: 'configuration',
    message:
      `M3 shows only the first ${rows} purchase orders of requester ${requester}, so it cannot be ` +
      'told any more whether an order is there already.',
    hint:
      'When every purchase order so far is settled, name a new requester in ' +
      'infor.purchaseOrders.requester; or set infor.purchaseOrders.reservedPrefix, with which ' +
      'orders are found by number.',
    evidence: { requester, rows: String(rows) },
  });
}

function isDeleted(row: Row): boolean {
  return deletedStatuses.includes(row.PUSL ?? '');
}

/** An absence counts only while the present entry is provably unfinished or refused. */
async function doubtTransfers(
  targets: Target[],
  session: Session,
  answers: Map<Target, LookupAnswer>,
): Promise<void> {
  const doubted = targets.filter(
    (target) =>
      target.handle !== null &&
      // An entry that was never finished is not under way, wherever it went (protocol §2.4).
      target.neverCommitted !== 'yes' &&
      answers.get(target)?.state === 'absent',
  );
  const batches = await readBatches(doubted, session, 'lookup');
  doubted.forEach((target, index) => {
    const batch = batches[index];
    if (batch?.state === 'unclear') answers.set(target, batch);
    else if (batch?.state !== 'found' || (batch.status !== enteredStatus && batch.error === '')) {
      answers.set(target, { state: 'unclear', problem: inTransfer(target) });
    }
  });
}

/** The entries of these targets' handles. */
export async function readBatches(
  targets: Target[],
  session: Session,
  step: Exchange['step'],
): Promise<BatchState[]> {
  const results = await session.read(
    step,
    'PPS370MI',
    targets.map((target) => ({
      targets: [target],
      call: {
        transaction: 'GetBatchHead',
        record: { PUNO: parseHandle(handleOf(target)).order },
        columns: ['PUNO', 'MSGN', 'STAT', 'MSID', 'MSGD', 'YRE1'],
      },
    })),
  );
  return targets.map((target, index) => {
    const batch = found('PPS370MI/GetBatchHead', results[index], ['PUNO']);
    if (batch.state !== 'found') return batch;
    // Another entry under this number is not ours; ours is gone then.
    const { message } = parseHandle(handleOf(target));
    if ((batch.row.MSGN ?? message) !== message) return { state: 'missing' };
    const status = batch.row.STAT ?? '';
    const words = `${batch.row.MSGD ?? ''} ${batch.row.MSID ?? ''}`.trim();
    const refused = refusedStatuses.includes(status) && words !== '';
    return { state: 'found', status, error: refused ? words : '' };
  });
}

/** Real orders by their number, with their lines. */
export async function readPurchaseOrders(
  orders: { target: Target; number: string }[],
  session: Session,
  step: Exchange['step'],
): Promise<PurchaseOrderRead[]> {
  const heads = await session.read(
    step,
    // PPS200MI/GetHead does not show the status, and a deleted order is not a posted one (§1.7).
    'PPS001MI',
    orders.map(({ target, number }) => ({
      targets: [target],
      call: {
        transaction: 'GetHeadBasic',
        record: { PUNO: number },
        columns: ['PUNO', 'SUNO', 'YRE1', 'PUSL', 'PUST'],
      },
    })),
  );
  const reads = heads.map((result) => found('PPS001MI/GetHeadBasic', result, ['PUNO']));
  const present = orders.filter((_, index) => reads[index]?.state === 'found');
  const lists = await session.read(
    step,
    'PPS200MI',
    present.map(({ target, number }) => ({
      targets: [target],
      call: {
        transaction: 'LstLine',
        record: { PUNO: number },
        columns: ['PNLI', 'PNLS', 'ITNO', 'ORQA', 'PUUN', 'PUSL'],
      },
    })),
  );
  return orders.map((order, index) => {
    const head = reads[index];
    if (head === undefined || head.state === 'missing') return { state: 'missing' };
    if (head.state === 'unclear') return head;
    if (head.row.YRE1 !== order.target.key) return { state: 'foreign' };
    if (isDeleted(head.row)) {
      return { state: 'deleted', reference: { number: order.number, detail: {} } };
    }
    const list = listed('PPS200MI/LstLine', lists[present.indexOf(order)], ['PUNO']);
    if (list.state === 'unclear') return list;
    return postedAs(order.number, list.rows);
  });
}

function postedAs(number: string, rows: Row[]): PurchaseOrderRead {
  const live = rows.filter((row) => !isDeleted(row));
  const held = heldLines(
    live.map((row) => ({
      line: lineNumber(row.PNLI),
      item: row.ITNO ?? '',
      quantity: row.ORQA ?? '',
      lot: '',
    })),
  );
  if (held === null) {
    return { state: 'unclear', problem: linesUnreadable('purchase order', number) };
  }
  const lines = live.map((row) => ({ line: lineNumber(row.PNLI), orderLine: row.PNLI ?? '' }));
  return { state: 'posted', reference: { number, detail: { lines } }, held };
}

function inTransfer(target: Target): Problem {
  return new Problem({
    code: 'ORDER_IN_TRANSFER',
    kind: 'unknown',
    message: `M3 may still be transferring the purchase order of ${target.key}`,
    hint: 'It is read again until the order appears or PPS370 says why it does not.',
    evidence: { key: target.key, handle: target.handle ?? '' },
  });
}
