import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { everyOpenQuestion, retryChosen } from '../../src/app/flagged.ts';
import type { HandBookingReader, Random } from '../../src/app/ports.ts';
import { resolvePosted } from '../../src/app/resolve-posted.ts';
import type { RunParts } from '../../src/app/run.ts';
import { toProblem } from '../../src/core/problem.ts';
import type { RunningSandbox } from '../../src/sandbox/server.ts';
import type { Installation, StoreRack } from './simulation-engine.ts';
import { type ExpectedOrder, expectedOf } from './simulation-expected.ts';
import { atTheDesk } from './simulation-strangers.ts';

/** A clerk who enters orders in Infor by hand that wait with a question, and says which they are. */
export interface Desk {
  /** Enters one, or comes back to one that could not be linked the last time. */
  link(
    parts: RunParts & { handBookings: HandBookingReader },
    luck: Random,
  ): Promise<{ exitCode: number; outcome: string }>;
  /** Deletes again what was never linked, and has what Infor refused meanwhile tried once more. */
  goHome(): Promise<void>;
}

/** Sales orders that stand for an order of ShipBob because a person said so, as the ledger holds it. */
export function linkedOrders(path: string): Map<number, string[]> {
  // A story of which every run was left out has made no database yet.
  if (!existsSync(path)) return new Map();
  const database = new Database(path, { readonly: true });
  try {
    const rows = database
      .prepare<[], { shipbob_id: string; number: string }>(
        "select shipbob_id, number from hand_booking where kind = 'salesOrder'",
      )
      .all();
    const linked = new Map<number, string[]>();
    for (const { shipbob_id, number } of rows) {
      linked.set(Number(shipbob_id), [...(linked.get(Number(shipbob_id)) ?? []), number]);
    }
    return linked;
  } finally {
    database.close();
  }
}

export function createDesk(place: Installation, rack: StoreRack): Desk {
  const { sandbox, config } = place;
  /** Numbers by order of ShipBob. */
  const entered = new Map<number, string>();

  return {
    async link(parts, luck) {
      const flags = await parts.store.flags({
        ...{ codes: null, kinds: ['order'], ids: null, state: 'open', limit: 1_000 },
      });
      const asked = new Set(flags.map(({ record }) => Number(record.id)));
      const orders = expectedOf(sandbox).orders.filter(
        (order) => asked.has(order.id) && isForTheDesk(sandbox, order),
      );
      const order = orders[Math.floor(luck.next() * orders.length)];
      if (order === undefined) return { exitCode: 0, outcome: 'nothing to enter' };
      const number = entered.get(order.id) ?? enter(sandbox, order);
      entered.set(order.id, number);
      try {
        const { state } = await resolvePosted(parts, {
          record: { kind: 'order', id: String(order.id) },
          subject: { of: 'order' },
          numbers: [number],
          delivery: null,
          because: 'entered at the desk',
          acceptDifference: 'no',
          actor: 'ada',
        });
        return { exitCode: 0, outcome: `${order.id} is ${number}: ${state}` };
      } catch (thrown) {
        const problem = toProblem(thrown);
        if (problem.code === 'LEASE_HELD' || problem.kind === 'defect') throw thrown;
        return { exitCode: 4, outcome: `${order.id} is not ${number}: ${problem.code}` };
      }
    },
    async goHome() {
      const linked = linkedOrders(config.database);
      for (const [id, number] of entered) {
        if (linked.get(id)?.includes(number)) continue;
        const order = sandbox.inforSandbox.world.state.orders.get(number);
        if (order !== undefined && !order.deleted) {
          sandbox.inforSandbox.world.deleteDocument({ kind: 'order', number });
        }
      }
      entered.clear();
      const store = await rack.take();
      const refused = { filter: { ...everyOpenQuestion, codes: ['REJECTED_BY_INFOR'] } };
      const by = { actor: 'ada', nowMs: place.clock.now() };
      await retryChosen(store, refused, by).finally(() => rack.give(store));
    },
  };
}

/** Not in Infor yet, and such that a person could enter it. */
function isForTheDesk(sandbox: RunningSandbox, order: ExpectedOrder): boolean {
  const { orders } = sandbox.inforSandbox.world.books();
  const stands = orders.some(
    ({ live, yourReference }) => live && yourReference === `SB${order.id}`,
  );
  const { becomes, customer, items } = order;
  return becomes === 'salesOrder' && customer !== null && items.size > 0 && !stands;
}

function enter(sandbox: RunningSandbox, order: ExpectedOrder): string {
  const { world } = sandbox.inforSandbox;
  const [first, ...further] = [...order.items].map(([item, units]) => ({
    item,
    quantity: String(units),
  }));
  if (first === undefined || order.customer === null) throw new Error('nothing to enter');
  const [number = ''] = world.plant({
    kind: 'enterOrder',
    yourReference: atTheDesk,
    customer: order.customer,
    warehouse: 'CIC',
    day: '20260302',
    ...first,
    further,
  }).numbers;
  return number;
}
