import type { StageAnswer, Target } from '../../../app/ports.ts';
import { Problem } from '../../../core/problem.ts';
import type { MiCall } from '../mi.ts';
import { settle } from './answer.ts';
import { compareDecimals } from './compare.ts';
import { type OrderLineRow, readOrderLines } from './order-read.ts';
import { allocationCalls, deallocateCall } from './pick-allocate.ts';
import {
  lotProblem,
  matchOrderLines,
  orderLineKey,
  type Part,
  pickListed,
  spread,
  type Wanted,
  type WantedLine,
} from './pick-match.ts';
import { type Picture, readPicture } from './pick-picture.ts';
import { groupBy } from './record.ts';
import { documentOf, type Session } from './session.ts';

export type Prepared = { state: 'ready'; parts: Part[] } | StageAnswer;

/**
 * Brings allocation and pick lists to where the issue can be reported. These are writes with an
 * effect and no handle, so each is made only while its result is missing, and after an unclear
 * answer nothing is repeated before reading again in a later run (posting-protocol §5).
 */
export async function preparePicks(
  targets: Target[],
  session: Session,
): Promise<Map<Target, Prepared>> {
  const answers = new Map<Target, Prepared>();
  let open = await matchAll(targets, session, answers);
  open = await moveWarehouses(open, session, answers);
  let picture = await readPicture(open, session);
  let short = spreadAll(open, picture, answers);
  if (session.settings.picking.steps === 'drive') {
    short = await allocateMissing(short, picture, { session, answers });
    if (short.length > 0) {
      picture = await readPicture(short, session);
      short = spreadAll(short, picture, answers);
      const released = await releaseMissing(short, picture, { session, answers });
      if (released.length > 0) {
        picture = await readPicture(released, session);
        short = spreadAll(released, picture, answers);
      }
    }
  }
  for (const one of short) {
    if (!answers.has(one.target)) {
      const waitingFor = `stock and a pick list for order ${one.order} in Infor`;
      answers.set(one.target, { state: 'waiting', waitingFor });
    }
  }
  return answers;
}

/** Reads each order once and finds the counterpart of every line that left. */
async function matchAll(
  targets: Target[],
  session: Session,
  answers: Map<Target, Prepared>,
): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  const known: Target[] = [];
  for (const target of targets) {
    if (target.dependency === null) {
      answers.set(target, { state: 'rejected', handle: null, problem: orderUnknown(target) });
    } else known.push(target);
  }
  const orders = groupBy(known, (target) => target.dependency?.number ?? '');
  const reads = await readOrderLines(
    session,
    'prepare',
    orders.map(([number, of]) => ({ targets: of, number })),
  );
  for (const [index, [order, of]] of orders.entries()) {
    const read = reads[index];
    for (const target of of) {
      if (read?.state !== 'read') {
        if (read !== undefined) answers.set(target, { state: 'notSent', problem: read.problem });
        continue;
      }
      const issue = documentOf(target, 'goodsIssue');
      const lines = matchOrderLines(target, issue, read.lines);
      if (lines instanceof Problem) {
        answers.set(target, { state: 'rejected', handle: null, problem: lines });
      } else wanted.push({ target, issue, order, lines });
    }
  }
  return wanted;
}

/** Goods that left elsewhere: the order line follows, while nothing of it is allocated. */
async function moveWarehouses(
  open: Wanted[],
  session: Session,
  answers: Map<Target, Prepared>,
): Promise<Wanted[]> {
  const moving: { one: Wanted; rows: OrderLineRow[] }[] = [];
  const staying: Wanted[] = [];
  for (const one of open) {
    const elsewhere = one.lines.filter(({ row }) => row.warehouse !== one.issue.warehouse);
    const mayGiveBack = session.settings.picking.steps === 'drive';
    const held = elsewhere.find(
      ({ row }) => hasSome(row.delivered) || (hasSome(row.allocated) && !mayGiveBack),
    );
    const [first] = elsewhere;
    if (first === undefined) staying.push(one);
    else if (held !== undefined || session.settings.warehouseDiffers === 'flag') {
      const problem = warehouseDiffers(one, held ?? first);
      answers.set(one.target, { state: 'rejected', handle: null, problem });
    } else {
      const rows = [...new Set(elsewhere.map(({ row }) => row))];
      moving.push({ one, rows });
    }
  }
  const free = await giveBack(moving, session, answers);
  const changes = free.map(({ one, rows }) => ({
    one,
    calls: rows.map((row) => changeCall(one, row)),
  }));
  const results = await session.write(
    'prepare',
    'OIS100MI',
    changes.map(({ one, calls }) => ({ target: one.target, handle: null, calls })),
  );
  changes.forEach(({ one, calls }, index) => {
    const settled = settle('OIS100MI', calls, results[index] ?? []);
    if (settled.state === 'ok') staying.push(one);
    else answers.set(one.target, preparationFailed(session, settled, 'the change of warehouse'));
  });
  return staying;
}

/** A line that holds stock in the old warehouse gives it back before it moves. */
async function giveBack(
  moving: { one: Wanted; rows: OrderLineRow[] }[],
  session: Session,
  answers: Map<Target, Prepared>,
): Promise<{ one: Wanted; rows: OrderLineRow[] }[]> {
  const { allocationOrigin } = session.settings.picking;
  const holding = moving
    .map(({ one, rows }) => ({
      one,
      rows,
      calls: rows
        .filter((row) => hasSome(row.allocated))
        .map((row) => deallocateCall(one, row, { allocationOrigin, quantity: row.allocated })),
    }))
    .filter(({ calls }) => calls.length > 0);
  const results = await session.write(
    'prepare',
    'MMS120MI',
    holding.map(({ one, calls }) => ({ target: one.target, handle: null, calls })),
  );
  holding.forEach(({ one, rows, calls }, index) => {
    const settled = settle('MMS120MI', calls, results[index] ?? []);
    if (settled.state !== 'ok') {
      answers.set(one.target, preparationFailed(session, settled, 'giving stock back'));
    }
    for (const row of rows) row.allocated = '0';
  });
  return moving.filter(({ one }) => !answers.has(one.target));
}

function changeCall(one: Wanted, row: OrderLineRow): MiCall {
  return {
    transaction: 'ChgWarehouse',
    record: { ORNO: one.order, WHLO: one.issue.warehouse, PONR: row.orderLine },
    columns: [],
  };
}

/**
 * Answers the issues whose lines are all on pick lists, or on those of other lots; gives the rest.
 */
function spreadAll(open: Wanted[], picture: Picture, answers: Map<Target, Prepared>): Wanted[] {
  const left = new Map<string, string>();
  const still: Wanted[] = [];
  for (const one of open) {
    if (answers.has(one.target)) continue;
    const { parts, short } = spread(one, picture.picks, left);
    const problem = lotProblem(short, picture.picks);
    if (short.length === 0) answers.set(one.target, { state: 'ready', parts });
    else if (problem !== null) {
      answers.set(one.target, { state: 'rejected', handle: null, problem });
    } else still.push(one);
  }
  return still;
}

/** Allocates what left and is not on a pick list in its lot yet. */
async function allocateMissing(
  short: Wanted[],
  picture: Picture,
  to: { session: Session; answers: Map<Target, Prepared> },
): Promise<Wanted[]> {
  const { session, answers } = to;
  const { allocationOrigin } = session.settings.picking;
  const lacking = short
    .map((one) => ({ one, calls: allocationCalls(one, picture.picks, allocationOrigin) }))
    .filter(({ calls }) => calls.length > 0);
  const results = await session.write(
    'prepare',
    'MMS120MI',
    lacking.map(({ one, calls }) => ({ target: one.target, handle: null, calls })),
  );
  lacking.forEach(({ one, calls }, index) => {
    const settled = settle('MMS120MI', calls, results[index] ?? []);
    if (settled.state === 'ok') return;
    answers.set(
      one.target,
      preparationFailed(session, settled, `allocation of order ${one.order}`),
    );
  });
  return short.filter((one) => !answers.has(one.target));
}

/** Releases deliveries of which something is allocated that is on no pick list. */
async function releaseMissing(
  short: Wanted[],
  picture: Picture,
  to: { session: Session; answers: Map<Target, Prepared> },
): Promise<Wanted[]> {
  const { session, answers } = to;
  const reads = await readOrderLines(
    session,
    'prepare',
    short.map((one) => ({ targets: [one.target], number: one.order })),
  );
  const waiting = short.flatMap((one, index) => {
    const read = reads[index];
    const rows = read?.state === 'read' ? read.lines : [];
    return one.lines
      .filter((line) => isUnreleased(line, rows, picture))
      .flatMap((line) => picture.deliveries.get(orderLineKey(line)) ?? [])
      .map((delivery) => ({ one, delivery }));
  });
  const deliveries = groupBy(waiting, ({ delivery }) => delivery);
  const orders = deliveries.map(([delivery, of]): [string, Wanted[]] => [
    delivery,
    [...new Set(of.map(({ one }) => one))],
  ]);
  const calls = orders.map(([delivery]) => ({
    transaction: 'RelForPick',
    record: { DLIX: delivery, OLUP: session.settings.picking.onlineUpdate },
    columns: [],
  }));
  return writeForEach({ orders, calls }, { session, answers, short, program: 'MWS410MI' });
}

function isUnreleased(wanted: WantedLine, rows: OrderLineRow[], picture: Picture): boolean {
  const now = rows.find(
    (row) => row.orderLine === wanted.row.orderLine && row.suffix === wanted.row.suffix,
  );
  const listedSoFar = pickListed(wanted, picture.picks);
  if (now === undefined || compareDecimals(listedSoFar, wanted.line.quantity) >= 0) return false;
  return compareDecimals(now.allocated, listedSoFar) > 0;
}

/** One call for each order or delivery; what fails answers every issue that wanted it. */
async function writeForEach(
  sent: { orders: [string, Wanted[]][]; calls: MiCall[] },
  to: {
    session: Session;
    answers: Map<Target, Prepared>;
    short: Wanted[];
    program: string;
  },
): Promise<Wanted[]> {
  const sendings = sent.orders.flatMap(([, of], index) => {
    const [first] = of;
    const call = sent.calls[index];
    if (first === undefined || call === undefined) return [];
    return [{ target: first.target, handle: null, calls: [call] }];
  });
  const results = await to.session.write('prepare', to.program, sendings);
  sent.orders.forEach(([name, of], index) => {
    const settled = settle(to.program, sendings[index]?.calls ?? [], results[index] ?? []);
    if (settled.state === 'ok') return;
    for (const one of of) {
      const call = `${sent.calls[index]?.transaction ?? ''} of ${name}`;
      to.answers.set(one.target, preparationFailed(to.session, settled, call));
    }
  });
  return to.short.filter((one) => !to.answers.has(one.target));
}

function preparationFailed(
  session: Session,
  settled: { state: 'doubtful' | 'rejected' | 'notSent'; problem: Problem },
  what: string,
): StageAnswer {
  const { state, problem } = settled;
  switch (state) {
    case 'doubtful':
      // No message of ours exists yet, so nothing is condemned. But M3 may still be at it, and what
      // is missing now would be made twice: it is read again when the quiet period is over (§5).
      return {
        state: 'waiting',
        waitingFor: `a clear state after ${what} in Infor`,
        retryAfterMs: session.settings.quietMs,
      };
    case 'rejected':
      return { state: 'rejected', handle: null, problem };
    case 'notSent':
      return { state: 'notSent', problem };
  }
}

function hasSome(quantity: string): boolean {
  return compareDecimals(quantity, '0') > 0;
}

function orderUnknown(target: Target): Problem {
  return new Problem({
    code: 'ORDER_UNKNOWN',
    kind: 'rejected',
    message: `The sales order of ${target.key} is not known.`,
    hint: 'Mend what holds its order up (mlc trace names it), then retry this flag.',
    evidence: { key: target.key },
  });
}

function warehouseDiffers(one: Wanted, wanted: WantedLine): Problem {
  const { warehouse } = one.issue;
  return new Problem({
    code: 'WAREHOUSE_DIFFERS',
    kind: 'rejected',
    message:
      `${wanted.line.item} left from warehouse ${warehouse}, ` +
      `but the line of order ${one.order} stands on ${wanted.row.warehouse}.`,
    hint: 'Change the warehouse of the order line in M3 (deallocate it first), then retry the flag.',
    evidence: { order: one.order, left: warehouse, ordered: wanted.row.warehouse },
  });
}
