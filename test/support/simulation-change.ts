import { schedule } from '../../src/sandbox/infor/state.ts';
import type { RunningSandbox } from '../../src/sandbox/server.ts';

type InforWorld = RunningSandbox['inforSandbox']['world'];

/**
 * What people do in Infor while the connector runs. A story must not stop a customer again whom it
 * has released, nor take away what it has created: the end of the world says what shall stand in it.
 */
export type InforChange =
  /** The world begins without this item of the seed; somebody creates it only now. */
  | { kind: 'createItem'; number: string }
  | { kind: 'item'; number: string; status: '20' | '90' }
  | { kind: 'customer'; number: string; stopped: boolean }
  | { kind: 'periods'; from: string; to: string }
  | { kind: 'purchaseLine'; order: string; line: number; closed: boolean }
  /** Somebody at the dock books goods on a line, past the connector. */
  | { kind: 'receive'; order: string; line: number; quantity: string; lot: string };

/** Before anything happens: what is created later is not there yet. */
export function withhold(sandbox: RunningSandbox, changes: readonly InforChange[]): void {
  const { items } = sandbox.inforSandbox.world.state.master;
  for (const change of changes) if (change.kind === 'createItem') items.delete(change.number);
}

export function makeChange(sandbox: RunningSandbox, change: InforChange): void {
  const { world } = sandbox.inforSandbox;
  switch (change.kind) {
    case 'createItem':
      createItem(sandbox, world, change.number);
      return;
    case 'customer':
      world.setCustomer(change);
      return;
    case 'receive': {
      const { order: purchaseOrder, line, quantity, lot } = change;
      world.plant({ kind: 'unlinkedReceipt', purchaseOrder, line, quantity, lot });
      return;
    }
    default:
      world.change(change);
  }
}

/** Has all of them happen in their time; what is impossible by then does not happen. */
export function planChanges(
  sandbox: RunningSandbox,
  changes: readonly { atMs: number; change: InforChange }[],
): void {
  withhold(
    sandbox,
    changes.map(({ change }) => change),
  );
  const { state } = sandbox.inforSandbox.world;
  for (const { atMs, change } of changes) {
    schedule(state, atMs, () => {
      try {
        makeChange(sandbox, change);
      } catch {
        // Say, a blocked item that is only created later.
      }
    });
  }
}

/** Its stock was there all the time; only nobody could name it. */
function createItem(sandbox: RunningSandbox, world: InforWorld, number: string): void {
  const seed = sandbox.week.infor.items.find((item) => item.number === number);
  if (seed === undefined) throw new Error(`the week has no item ${number}`);
  const warehouses = seed.warehouses.map((place) => ({ ...place, onHand: '0' }));
  world.addItem({ ...seed, warehouses });
}
