import { describe, expect, it } from 'vitest';
import { hourMs, startAtMs } from '../support/simulation-calendar.ts';
import { openScene, type Scene } from '../support/simulation-scene.ts';

/** Comes in three steps on purchase order 4500011. */
const receiving = [443001];

/** What must hold after any story. */
async function expectOneEffect(scene: Scene) {
  await scene.rest();
  const verdict = await scene.verdict();
  const { doubles, losses, wrong, untrue, restless, auditBrokenAt } = verdict;
  expect({ doubles, losses, wrong, untrue, restless, auditBrokenAt }).toEqual({
    doubles: [],
    losses: [],
    wrong: [],
    untrue: [],
    restless: [],
    auditBrokenAt: null,
  });
  return verdict;
}

/** Codes of open flags about one record. */
async function codesOf(scene: Scene, kind: string, id: number): Promise<string[]> {
  const flags = await scene.flags();
  return flags
    .filter(({ record }) => record.kind === kind && record.id === String(id))
    .map(({ code }) => code);
}

const salesOrderOf = (scene: Scene, id: number) =>
  scene.sandbox.inforSandbox.world
    .books()
    .orders.filter(({ live, yourReference }) => live && yourReference === `SB${id}`);

const received = (scene: Scene, wro: number) =>
  scene.sandbox.inforSandbox.world
    .books()
    .stockHistory.filter(({ externalKey }) => externalKey.startsWith(`R${wro}-`))
    .reduce((sum, { quantity }) => sum + Number(quantity), 0);

describe('master data that changes under a running connector', () => {
  it('an item that is created late: its order waits with a flag, then is posted', async () => {
    const change = { kind: 'createItem', number: 'MUG-WHITE-350' } as const;
    const scene = await openScene({ receiving, changes: [change] });
    scene.hours(60);
    await scene.run();
    const before = (await scene.flags()).filter(({ code }) => code.startsWith('UNKNOWN'));
    scene.change(change);

    await expectOneEffect(scene);

    expect(JSON.stringify(before)).toContain('MUG-WHITE-350');
    expect(JSON.stringify(await scene.flags())).not.toContain('MUG-WHITE-350');
    expect(received(scene, 443001)).toBe(260);
  });

  it('an item that is blocked for a day', async () => {
    const scene = await openScene();
    const { order } = scene;
    scene.pass(order.placedAtMs);
    scene.change({ kind: 'item', number: order.sku, status: '90' });
    await scene.run();
    const blocked = await codesOf(scene, 'order', order.id);
    const meanwhile = salesOrderOf(scene, order.id);
    scene.hours(24);
    scene.change({ kind: 'item', number: order.sku, status: '20' });

    await expectOneEffect(scene);

    expect([blocked.length, meanwhile.length]).toEqual([1, 0]);
    expect(salesOrderOf(scene, order.id)).toHaveLength(1);
    expect(await codesOf(scene, 'order', order.id)).toEqual([]);
  });

  it('a customer who is stopped and released', async () => {
    const scene = await openScene();
    const { order } = scene;
    scene.pass(order.placedAtMs);
    scene.change({ kind: 'customer', number: 'WEB001', stopped: true });
    await scene.run();
    const meanwhile = salesOrderOf(scene, order.id);
    scene.hours(6);
    scene.change({ kind: 'customer', number: 'WEB001', stopped: false });

    await expectOneEffect(scene);

    expect(meanwhile).toEqual([]);
    expect(salesOrderOf(scene, order.id)).toHaveLength(1);
  });

  it('a ledger that is closed for a while: the charges are booked once it is open', async () => {
    const scene = await openScene();
    const { from, to } = scene.sandbox.week.infor.openPeriods;
    scene.hours(72);
    scene.change({ kind: 'periods', from: '20260601', to: '20260630' });
    await scene.run();
    const meanwhile = scene.sandbox.inforSandbox.world.books().vouchers;
    scene.hours(24);
    scene.change({ kind: 'periods', from, to });

    await expectOneEffect(scene);

    expect(meanwhile.filter(({ journal }) => journal !== '')).toEqual([]);
  });
});

describe('a purchase order that others work on', () => {
  it('goods that somebody else received on the line are not received again', async () => {
    const scene = await openScene({ receiving });
    const line = { order: '4500011', line: 10 };
    scene.hours(16);
    await scene.run();
    const ours = received(scene, 443001);
    scene.change({ kind: 'receive', ...line, quantity: '80', lot: '' });
    scene.hours(40);

    await expectOneEffect(scene);

    expect(ours).toBe(40);
    expect(received(scene, 443001)).toBe(40 + 80 + 60);
    expect(await codesOf(scene, 'receiving', 443001)).not.toEqual([]);
  });

  it('a line that the buyer has closed takes nothing, and somebody is asked', async () => {
    const scene = await openScene({ receiving });
    scene.hours(16);
    await scene.run();
    scene.change({ kind: 'purchaseLine', order: '4500011', line: 10, closed: true });
    scene.hours(40);

    await expectOneEffect(scene);

    expect(received(scene, 443001)).toBe(40 + 80 + 60);
    expect(await codesOf(scene, 'receiving', 443001)).not.toEqual([]);
  });
});

describe('orders that change', () => {
  it('before they were posted: only the last word stands in Infor', async () => {
    const scene = await openScene();
    const { order } = scene;
    scene.pass(order.placedAtMs);
    scene.sandbox.shipbobSandbox.world.apply({
      kind: 'changeOrder',
      orderId: order.id,
      line: 0,
      quantity: order.quantity + 3,
    });

    await expectOneEffect(scene);

    expect(salesOrderOf(scene, order.id)[0]?.lines[0]?.quantity).toBe(String(order.quantity + 3));
  });

  it('after they were posted: somebody is asked, and nothing is posted twice', async () => {
    const scene = await openScene();
    const { order } = scene;
    scene.pass(order.placedAtMs);
    await scene.run();
    const posted = salesOrderOf(scene, order.id);
    scene.sandbox.shipbobSandbox.world.apply({
      kind: 'changeOrder',
      orderId: order.id,
      line: 0,
      quantity: order.quantity + 3,
    });

    await expectOneEffect(scene);

    expect(posted).toHaveLength(1);
    expect(await codesOf(scene, 'order', order.id)).toContain('SOURCE_CHANGED');
    expect(salesOrderOf(scene, order.id)[0]?.number).toBe(posted[0]?.number);
  });

  it('and vanish from the API, then come back: posted once, and shipped', async () => {
    const scene = await openScene();
    const { world } = scene.sandbox.shipbobSandbox;
    const { order } = scene;
    scene.pass(order.placedAtMs);
    world.vanishOrder(order.id);
    await scene.run();
    scene.hours(30);
    await scene.run();
    const meanwhile = salesOrderOf(scene, order.id);
    world.apply({ kind: 'restoreOrder', orderId: order.id });

    await expectOneEffect(scene);

    expect(meanwhile).toEqual([]);
    expect(salesOrderOf(scene, order.id)).toHaveLength(1);
  });

  it('and are cancelled after they were posted, before anything shipped', async () => {
    const scene = await openScene();
    const { world } = scene.sandbox.shipbobSandbox;
    const { order } = scene;
    scene.pass(order.placedAtMs);
    await scene.run();
    const posted = salesOrderOf(scene, order.id);
    world.cancelOrder(order.id);

    await expectOneEffect(scene);

    expect(posted).toHaveLength(1);
    expect(salesOrderOf(scene, order.id)).toEqual([]);
  });

  it('and are cancelled after they have shipped: the books stay, and somebody is asked', async () => {
    const scene = await openScene();
    const { world } = scene.sandbox.shipbobSandbox;
    const { order } = scene;
    scene.pass(order.placedAtMs);
    await scene.run();
    scene.pass(order.shippedAtMs);
    await scene.run();
    world.plant({ kind: 'cancelOrder', orderId: order.id, quiet: false });

    await expectOneEffect(scene);

    expect(salesOrderOf(scene, order.id)).toHaveLength(1);
    expect(await codesOf(scene, 'order', order.id)).not.toEqual([]);
  });
});

describe('a receiving order that is counted again', () => {
  const place = { wroId: 443001, boxNumber: 1, inventoryId: 0 };

  async function partlyStowed() {
    const scene = await openScene({ receiving });
    const { world } = scene.sandbox.shipbobSandbox;
    place.inventoryId = world.state.product('MUG-WHITE-350').inventoryId;
    scene.hours(19);
    await scene.run();
    return { scene, world };
  }

  it('up: the rest follows in a receipt of its own', async () => {
    const { scene, world } = await partlyStowed();
    const before = received(scene, 443001);
    world.recount(place, 90);

    await expectOneEffect(scene);

    expect(before).toBe(80);
    // 90, then 40 more are stowed than the line has room for.
    expect(received(scene, 443001)).toBe(120 + 80 + 60);
  });

  it('down: nothing is taken back by itself, and somebody is asked', async () => {
    const { scene, world } = await partlyStowed();
    world.recount(place, 70);
    scene.clock.advance(60_000);
    await scene.run();
    scene.clock.advance(hourMs);
    await scene.run();
    const codes = await codesOf(scene, 'receiving', 443001);

    await expectOneEffect(scene);

    expect(codes).toContain('SOURCE_REGRESSED');
    expect(received(scene, 443001)).toBeLessThanOrEqual(120 + 80 + 60);
  });
});

describe('charges', () => {
  it('that ShipBob shows days late are booked once', async () => {
    const scene = await openScene();
    scene.hours(72);
    await scene.run();
    const shipment = scene.sandbox.shipbobSandbox.books().shipments.find(({ left }) => left);
    scene.sandbox.shipbobSandbox.world.plant({
      kind: 'lateCharge',
      fee: 'Per Pick Fee',
      shipmentId: shipment?.id ?? 0,
      amountCents: 123,
      chargedAtMs: startAtMs + 30 * hourMs,
    });

    const verdict = await expectOneEffect(scene);

    expect(verdict.posted).toBe(verdict.eligible);
  });
});
