import { describe, expect, it } from 'vitest';
import { volumeWorld } from '../../bench/volume-world.ts';
import { DEFAULT_MODES } from '../../src/sandbox/shipbob/model.ts';
import { ShipbobWorld } from '../../src/sandbox/shipbob/world.ts';

const startAtMs = Date.UTC(2026, 9, 1);
const volume = { seed: 1, orders: 3_000, receivings: 20, startAtMs, days: 30 };

describe('a backlog of any size', () => {
  it('has 1.3 shipments and 2.2 lines an order', () => {
    const orders = volumeWorld(volume).shipbob.events.flatMap(({ action }) =>
      action.kind === 'placeOrder' ? [action.order] : [],
    );
    const average = (count: (order: (typeof orders)[number]) => number) =>
      orders.reduce((sum, order) => sum + count(order), 0) / orders.length;

    expect(orders).toHaveLength(3_000);
    expect(average(({ shipments }) => shipments?.length ?? 0)).toBeCloseTo(1.3, 2);
    expect(average(({ lines }) => lines.length)).toBeCloseTo(2.2, 1);
  });

  it('is the same for the same seed, and another for another', () => {
    const small = { ...volume, orders: 50, receivings: 2 };

    expect(volumeWorld(small)).toEqual(volumeWorld(small));
    expect(volumeWorld({ ...small, seed: 2 })).not.toEqual(volumeWorld(small));
  });

  it('is shipped and stowed to the last unit when it is read', () => {
    const week = volumeWorld(volume);
    const world = new ShipbobWorld({
      seed: week.shipbob,
      modes: DEFAULT_MODES,
      now: () => week.endAtMs,
    });

    world.settle();

    expect(world.problems).toEqual([]);
    expect(world.pendingEvents()).toBe(0);
    const { shipments, receiving } = world.state;
    expect([...shipments.values()].filter(({ status }) => status !== 'Completed')).toEqual([]);
    expect([...receiving.values()].filter(({ status }) => status !== 'Completed')).toEqual([]);
  });
});
