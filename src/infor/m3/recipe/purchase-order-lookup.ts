import type { Exchange, LookupAnswer, Target } from '../../../app/ports.ts';
import type { DocumentReference, HeldLine } from '../../../core/glossary.ts';
import { Problem } from '../../../core/problem.ts';
import { found, listed } from './answer.ts';
import { heldLines, lineNumber } from './compare.ts';
import { ownOrderNumber, parseHandle } from './purchase-order-number.ts';
import { handleOf, inOrder, type Row, type Session } from './session.ts';

/** An entry in PPS370, by its order number. */
export type BatchState =
  | { state: 'found'; status: string; error: string }
  | { state: 'missing' }
  | { state: 'unclear'; problem: Problem };

export type PurchaseOrderRead =
  | { state: 'posted'; reference: DocumentReference; held: HeldLine[] }
  | { state: 'missing' }
  /** It exists with somebody else's reference. */
  | { state: 'foreign' }
  | { state: 'unclear'; problem: Problem };

/** 23 or 25, one being "validated": the text of an error tells them apart (infor-api §4.2). */
const refusedStatuses = ['23', '25'];
const enteredStatus = '10';
/** PUST of a deleted order. */
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
    if (read?.state === 'posted' || read?.state === 'unclear') answers.set(target, read);
    else if (read?.state === 'missing') answers.set(target, { state: 'absent' });
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
  const [result] = await session.read('lookup', 'PPS001MI', [
    {
      targets,
      call: {
        transaction: 'ListHeadBasic',
        record: { PURC: requester },
        columns: ['PURC', 'PUNO', 'YRE1', 'PUSL', 'PUST'],
      },
    },
  ]);
  const rows = result?.kind === 'ok' ? result.records : [];
  // The requester is only where the list starts; once another one's orders follow, ours are done.
  const passed = rows.some((row) => (row.PURC ?? '') > requester);
  const list = listed(
    'PPS001MI/ListHeadBasic',
    result?.kind === 'ok' && passed ? { ...result, complete: 'yes' } : result,
  );
  const ours = rows.filter((row) => row.PURC === requester);
  const live: { target: Target; number: string }[] = [];
  for (const target of targets) {
    const own = ours.filter((row) => row.YRE1 === target.key);
    const alive = own.filter((row) => !isDeleted(row));
    const [number] = alive.map((row) => row.PUNO ?? '').sort();
    const gone = own[0]?.PUNO;
    if (alive.length > 1) {
      session.log.error('M3 holds several purchase orders under one key', { key: target.key });
    }
    if (number !== undefined) live.push({ target, number });
    else if (gone !== undefined) {
      answers.set(target, { state: 'deleted', reference: { number: gone, detail: {} } });
    } else if (list.state === 'unclear') answers.set(target, list);
    else answers.set(target, { state: 'absent' });
  }
  const reads = await readPurchaseOrders(live, session, 'lookup');
  live.forEach(({ target }, index) => {
    const read = reads[index];
    if (read?.state === 'posted' || read?.state === 'unclear') answers.set(target, read);
    else answers.set(target, { state: 'unclear', problem: inTransfer(target) });
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
    (target) => target.handle !== null && answers.get(target)?.state === 'absent',
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
    const batch = found('PPS370MI/GetBatchHead', results[index]);
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
    'PPS200MI',
    orders.map(({ target, number }) => ({
      targets: [target],
      call: {
        transaction: 'GetHead',
        record: { PUNO: number },
        columns: ['PUNO', 'SUNO', 'YRE1'],
      },
    })),
  );
  const reads = heads.map((result) => found('PPS200MI/GetHead', result));
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
    const list = listed('PPS200MI/LstLine', lists[present.indexOf(order)]);
    if (list.state === 'unclear') return list;
    return { state: 'posted', ...postedAs(order.number, list.rows) };
  });
}

function postedAs(number: string, rows: Row[]): { reference: DocumentReference; held: HeldLine[] } {
  const live = rows.filter((row) => !isDeleted(row));
  return {
    reference: {
      number,
      detail: {
        lines: live.map((row) => ({ line: lineNumber(row.PNLI), orderLine: row.PNLI ?? '' })),
      },
    },
    held: heldLines(
      live.map((row) => ({
        line: lineNumber(row.PNLI),
        item: row.ITNO ?? '',
        quantity: row.ORQA ?? '',
        lot: '',
      })),
    ),
  };
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
