import { describe, expect, it } from 'vitest';
import { readHints, reopenDeliveries } from '../../src/app/hint-reading.ts';
import { followHints } from '../../src/app/hints.ts';
import { ingest } from '../../src/app/ingest.ts';
import type { Delivery, HintSubject, ShipbobSource } from '../../src/app/ports.ts';
import type { OrderRecord, ReceivingRecord } from '../../src/core/glossary.ts';
import { Problem, type ProblemKind } from '../../src/core/problem.ts';
import { orderId, type ShipmentId } from '../../src/core/schema.ts';
import { anOrder, aReceiving } from '../support/builders.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';
import type { TestEngine } from '../support/scripted-ledger.ts';

const every: HintSubject['kind'][] = ['order', 'shipment', 'receiving', 'charge'];
const order = anOrder().line('COFFEE', '3').shipped({ id: '388185611' }).build();

function problem(kind: ProblemKind, code: string): Problem {
  return new Problem({ code, kind, message: `${code} it was`, hint: 'Wait.' });
}

/** What ShipBob was asked for, in order. */
interface Asked {
  asked: string[];
}

async function opened(answers: {
  order?: (id: string) => OrderRecord | Problem | null;
  shipment?: (id: ShipmentId) => string | Problem | null;
  receiving?: (ids: string[]) => ReceivingRecord[] | Problem;
}): Promise<TestEngine & Asked> {
  const made = await planningEngine();
  const asked: string[] = [];
  const shipbob: Partial<ShipbobSource> = {
    async order(id) {
      asked.push(`order ${id}`);
      const answer = answers.order ? answers.order(id) : order;
      if (answer instanceof Problem) throw answer;
      return answer && { record: answer, startedAtMs: made.clock.now() };
    },
    async orderOfShipment(id) {
      asked.push(`shipment ${id}`);
      const answer = answers.shipment?.(id) ?? null;
      if (answer instanceof Problem) throw answer;
      return answer === null ? null : orderId(answer);
    },
    async *receivings(select) {
      const ids = select.select === 'ids' ? select.ids : [];
      asked.push(`receivings ${ids.join(',')}`);
      const answer = answers.receiving?.(ids) ?? [];
      if (answer instanceof Problem) throw answer;
      const startedAtMs = made.clock.now();
      const observations = answer.map((record) => ({ record, startedAtMs }));
      yield { observations, unreadable: [], pagesLeft: 0 };
    },
    async boxes(id) {
      asked.push(`boxes ${id}`);
      return [];
    },
  };
  made.engine.shipbob = { ...made.engine.shipbob, ...shipbob };
  return { ...made, asked };
}

let count = 0;
async function deliver(
  made: TestEngine,
  ...subjects: [kind: HintSubject['kind'], id: string][]
): Promise<void> {
  const deliveries = subjects.map(([kind, id]): Delivery => {
    count += 1;
    return {
      webhookId: `msg_${count}`,
      topic: kind === 'order' ? 'order.shipped' : `${kind}.changed`,
      body: '{}',
      receivedAtMs: made.clock.now(),
      proof: 'signature',
      subject: { kind, id },
      keptBecause: null,
    };
  });
  await made.store.saveDeliveries(deliveries);
  made.clock.pass(1_000);
}

async function left(made: TestEngine) {
  const all = await made.store.deliveries({ states: null, topic: null, limit: 100 });
  return Object.fromEntries(
    all.map(({ subject, state, outcome }) => [
      `${subject?.kind} ${subject?.id}`,
      outcome === null ? state : `${state}: ${outcome}`,
    ]),
  );
}

describe('webhook hints', () => {
  it('about one order cost one read, however many and of whatever kind', async () => {
    const made = await opened({ shipment: () => order.id });
    await deliver(made, ['order', order.id], ['order', order.id], ['shipment', '388185611']);
    await deliver(made, ['order', order.id]);

    const troubles = await readHints(made.engine, every);

    expect(troubles).toEqual([]);
    expect(made.asked).toEqual(['shipment 388185611', `order ${order.id}`]);
    expect(made.engine.counts.hints).toEqual({ read: 2, covered: 0, kept: 0 });
    expect(made.engine.counts.seen).toMatchObject({ orders: 1, changed: 1 });
    expect((await made.store.inboxReport()).waiting).toBe(0);
    expect((await made.store.record({ kind: 'order', id: order.id }))?.record).toEqual(order);
  });

  it('know the order of a shipment that was seen before without asking', async () => {
    const made = await opened({});
    await observe(made, order);
    made.clock.pass(1_000);
    await deliver(made, ['shipment', '388185611']);

    await readHints(made.engine, every);

    expect(made.asked).toEqual([`order ${order.id}`]);
  });

  it('cost nothing where polling read the record well after they came', async () => {
    const made = await opened({});
    await deliver(made, ['order', order.id]);
    made.clock.pass(made.engine.settings.sync.lagMs + 1);
    await observe(made, order);
    made.clock.pass(1);

    await readHints(made.engine, every);

    expect(made.asked).toEqual([]);
    expect(await left(made)).toEqual({
      [`order ${order.id}`]: 'done: covered by polling, which read it later',
    });
    expect(made.engine.counts.hints).toEqual({ read: 0, covered: 1, kept: 0 });
  });

  it('are read again when a person asks for it, whatever was read before', async () => {
    const made = await opened({});
    await deliver(made, ['order', order.id]);
    const fromMs = made.clock.now() - 60_000;
    made.clock.pass(made.engine.settings.sync.lagMs + 1);
    await observe(made, order);
    made.clock.pass(60_000);
    await readHints(made.engine, every);
    expect(made.asked).toEqual([]);

    const nowMs = made.clock.now();
    const by = { actor: 'ann', nowMs };
    expect(await reopenDeliveries(made.store, { fromMs, toMs: nowMs }, by)).toBe(1);
    await readHints(made.engine, every);

    expect(made.asked).toEqual([`order ${order.id}`]);
    expect((await made.store.inboxReport()).waiting).toBe(0);
  });

  it('are read where polling looked so soon after that its list may have been stale', async () => {
    const made = await opened({});
    await deliver(made, ['order', order.id]);
    await observe(made, order);
    made.clock.pass(1);

    await readHints(made.engine, every);

    expect(made.asked).toEqual([`order ${order.id}`]);
  });

  it('about an order that ShipBob does not have mark it as vanished, and end', async () => {
    const made = await opened({ order: () => null });
    await observe(made, order);
    made.clock.pass(1_000);
    await deliver(made, ['order', order.id], ['order', '42']);

    const troubles = await readHints(made.engine, every);

    expect(troubles).toEqual([]);
    const key = { kind: 'order', id: order.id } as const;
    expect((await made.store.record(key))?.vanishedAtMs).not.toBeNull();
    expect(await made.store.record({ kind: 'order', id: '42' })).toBeNull();
    expect((await made.store.inboxReport()).waiting).toBe(0);
  });

  it('whose read fails wait on, are a trouble, and do not stop the others', async () => {
    const down = problem('retryable', 'SHIPBOB_UNAVAILABLE');
    const made = await opened({ order: (id) => (id === '41' ? down : order) });
    await deliver(made, ['order', '41'], ['order', order.id]);

    const troubles = await readHints(made.engine, every);

    expect(troubles).toMatchObject([{ stream: 'webhooks', problem: down }]);
    expect(await left(made)).toEqual({
      'order 41': 'waiting',
      [`order ${order.id}`]: `done: order ${order.id} was read`,
    });
  });

  it('whose read failed are left in peace for a while, and then read', async () => {
    const down = problem('retryable', 'SHIPBOB_UNAVAILABLE');
    let isDown = true;
    const made = await opened({ order: () => (isDown ? down : order) });
    await deliver(made, ['order', order.id]);
    await readHints(made.engine, every);
    isDown = false;

    made.clock.pass(60_000);
    expect(await readHints(made.engine, every)).toEqual([]);
    expect(made.asked).toHaveLength(1);

    made.clock.pass(5 * 60_000);
    await readHints(made.engine, every);
    expect(made.asked).toHaveLength(2);
    expect((await made.store.inboxReport()).waiting).toBe(0);
  });

  it('are not tried one by one while ShipBob is down', async () => {
    const down = problem('retryable', 'SHIPBOB_UNAVAILABLE');
    const made = await opened({ order: () => down });
    for (let id = 1; id <= 20; id += 1) await deliver(made, ['order', String(id)]);

    const troubles = await readHints(made.engine, every);

    expect(troubles).toHaveLength(1);
    expect(made.asked).toHaveLength(3);
    expect((await made.store.inboxReport()).waiting).toBe(20);
  });

  it('that ShipBob refuses are set aside with its words', async () => {
    const no = problem('configuration', 'SHIPBOB_BAD_REQUEST');
    const made = await opened({ order: (id) => (id === '41' ? no : order) });
    await deliver(made, ['order', '41'], ['order', order.id]);

    const troubles = await readHints(made.engine, every);

    expect(troubles).toEqual([]);
    expect(await left(made)).toMatchObject({ 'order 41': 'kept: SHIPBOB_BAD_REQUEST it was' });
    expect(made.engine.counts.hints).toEqual({ read: 1, covered: 0, kept: 1 });
  });

  it('that fail for a whole day are set aside', async () => {
    const down = problem('retryable', 'SHIPBOB_UNAVAILABLE');
    const made = await opened({ order: () => down });
    await deliver(made, ['order', '41']);

    await readHints(made.engine, every);
    made.clock.pass(86_300_000);
    await readHints(made.engine, every);
    const almost = (await left(made))['order 41'];
    made.clock.pass(600_000);
    await readHints(made.engine, every);

    expect(almost).toBe('waiting');
    expect((await left(made))['order 41']).toMatch(/^kept: it could not be read for a day/);
  });

  it('that are days old when they are first read are not set aside by one failure', async () => {
    const down = problem('retryable', 'SHIPBOB_UNAVAILABLE');
    const made = await opened({ receiving: () => down });
    for (let id = 1; id <= 60; id += 1) await deliver(made, ['receiving', String(id)]);
    made.clock.pass(3 * 86_400_000);

    await readHints(made.engine, every);

    expect((await made.store.inboxReport()).waiting).toBe(60);
  });

  it('about receiving orders are not asked for batch by batch without their scope', async () => {
    const scope = problem('credentials', 'SHIPBOB_SCOPE_MISSING');
    const made = await opened({ receiving: () => scope });
    for (let id = 1; id <= 250; id += 1) await deliver(made, ['receiving', String(id)]);

    await readHints(made.engine, every);

    expect(made.asked).toHaveLength(1);
  });

  it('about very many orders are swept, and only what no sweep met is read singly', async () => {
    const made = await opened({});
    const swept: string[] = [];
    made.engine.settings.sync.startFromMs = 0;
    made.engine.shipbob.orders = async function* (by) {
      swept.push(by);
      yield { observations: [], unreadable: [], pagesLeft: 0 };
    };
    for (let id = 1; id <= 61; id += 1) await deliver(made, ['order', String(id)]);
    const headFile = { read: async () => null, write: async () => undefined };
    await made.store.releaseLease(made.engine.fence);

    const few = made.asked.length;
    await followHints({ ...made.engine, headFile, owner: 'receiver' });

    expect(few).toBe(0);
    expect(swept).toEqual(expect.arrayContaining(['updated', 'tracking']));
  });

  it('about shipments do not stop those about orders when the token lacks their scope', async () => {
    const scope = problem('credentials', 'SHIPBOB_SCOPE_MISSING');
    const made = await opened({ shipment: () => scope });
    await deliver(made, ['shipment', '1'], ['shipment', '2'], ['order', order.id]);

    const troubles = await readHints(made.engine, every);

    expect(troubles).toMatchObject([{ problem: scope }]);
    expect(made.asked).toEqual(['shipment 1', `order ${order.id}`]);
    expect((await made.store.inboxReport()).waiting).toBe(2);
  });

  it('end at once when the token is refused', async () => {
    const refused = problem('credentials', 'SHIPBOB_CREDENTIALS_REFUSED');
    const made = await opened({ order: () => refused });
    await deliver(made, ['order', '1'], ['order', '2']);

    await readHints(made.engine, every);

    expect(made.asked).toEqual(['order 1']);
    expect((await made.store.inboxReport()).waiting).toBe(2);
  });

  it('about receiving orders are read together, and their boxes after them', async () => {
    const receiving = aReceiving().build();
    const made = await opened({ receiving: () => [receiving] });
    await deliver(made, ['receiving', receiving.id], ['receiving', '77'], ['receiving', '78']);

    await readHints(made.engine, every);

    expect(made.asked[0]).toBe(`receivings ${receiving.id},77,78`);
    expect(await left(made)).toEqual({
      [`receiving ${receiving.id}`]: `done: receiving order ${receiving.id} was read`,
      'receiving 77': 'done: ShipBob lists no receiving order 77',
      'receiving 78': 'done: ShipBob lists no receiving order 78',
    });
  });

  it('about a receiving order that spoils the call of others do not spoil them', async () => {
    const receiving = aReceiving().build();
    const no = problem('rejected', 'SHIPBOB_REJECTED');
    const made = await opened({
      receiving: (ids) => (ids.includes('77') ? no : ids.includes(receiving.id) ? [receiving] : []),
    });
    await deliver(made, ['receiving', receiving.id], ['receiving', '77'], ['receiving', '78']);

    await readHints(made.engine, every);

    expect(await left(made)).toMatchObject({
      [`receiving ${receiving.id}`]: expect.stringContaining('was read'),
      'receiving 77': 'kept: SHIPBOB_REJECTED it was',
      'receiving 78': expect.stringContaining('lists no'),
    });
  });

  it('of streams that are off, and of what has no readable id, are set aside', async () => {
    const made = await opened({});
    made.engine.settings.sync.streams = {
      orders: true,
      tracking: true,
      receiving: true,
      costs: false,
    };
    await deliver(made, ['charge', 'all'], ['order', 'abc']);

    await readHints(made.engine, every);

    expect(await left(made)).toEqual({
      'charge all': 'kept: sync.streams.costs is off: it is not read',
      'order abc': 'kept: abc is no id that can be read',
    });
    expect(made.asked).toEqual([]);
  });

  it('of kinds that this run does not read wait on, and hold up nobody', async () => {
    const made = await opened({});
    for (let id = 1; id <= 120; id += 1) await deliver(made, ['order', String(id)]);
    await deliver(made, ['receiving', '77']);

    await readHints(made.engine, ['receiving']);

    expect(made.asked).toEqual(['receivings 77']);
    expect((await made.store.inboxReport()).waiting).toBe(120);
  });

  it('read a second time what went backwards before it is believed', async () => {
    const back = anOrder()
      .line('COFFEE', '3')
      .preparing({ id: '388185611' })
      .having({ updatedAtMs: (order.updatedAtMs ?? 0) + 1 })
      .build();
    const made = await opened({ order: () => back });
    await observe(made, order);
    made.clock.pass(1_000);
    await deliver(made, ['order', order.id]);

    await readHints(made.engine, every);

    expect(made.asked).toEqual([`order ${order.id}`, `order ${order.id}`]);
    const stored = await made.store.record({ kind: 'order', id: order.id });
    expect(stored?.regression).toContain('had left');
  });

  it('about something that cannot be understood store it so, and end', async () => {
    const made = await opened({});
    made.engine.shipbob.order = async (id) => ({
      kind: 'order',
      id,
      raw: '{}',
      problem: 'Field shipments is not a list.',
      startedAtMs: made.clock.now(),
    });
    await deliver(made, ['order', '43']);

    await readHints(made.engine, every);

    const stored = await made.store.record({ kind: 'order', id: '43' });
    expect(stored?.unreadable?.problem).toContain('shipments');
    expect((await left(made))['order 43']).toBe(
      'done: order 43 was read, and could not be understood',
    );
  });
});

describe('hints within a run', () => {
  it('come after the sweeps, which cover what they have read', async () => {
    const made = await opened({});
    await deliver(made, ['order', order.id]);
    made.clock.pass(made.engine.settings.sync.lagMs + 1_000);
    made.engine.shipbob.orders = async function* (by) {
      const startedAtMs = made.clock.now();
      const observations = by === 'updated' ? [{ record: order, startedAtMs }] : [];
      made.clock.pass(1);
      yield { observations, unreadable: [], pagesLeft: 0 };
    };

    await ingest(made.engine, 'all');

    expect(made.engine.counts.hints).toMatchObject({ read: 0, covered: 1 });
  });

  it('bring the sweep of charges forward, to an hour after the last', async () => {
    const made = await opened({});
    let sweeps = 0;
    made.engine.shipbob.charges = async function* () {
      sweeps += 1;
      yield { observations: [], unreadable: [], pagesLeft: 0 };
    };
    await ingest(made.engine, 'all');
    made.clock.pass(30 * 60_000);
    await deliver(made, ['charge', 'all']);

    await ingest(made.engine, 'all');
    await ingest(made.engine, 'all');
    expect(sweeps).toBe(1);

    made.clock.pass(31 * 60_000);
    await ingest(made.engine, 'all');
    made.clock.pass(2 * 3_600_000);
    await ingest(made.engine, 'all');
    expect(sweeps).toBe(2);
  });

  it('let old deliveries be forgotten once a day', async () => {
    const made = await opened({});
    await deliver(made, ['order', order.id]);
    await ingest(made.engine, 'all');
    made.clock.pass(made.engine.settings.webhooks.keepMs);
    await deliver(made, ['order', order.id]);

    await ingest(made.engine, 'all');

    const all = await made.store.deliveries({ states: null, topic: null, limit: 10 });
    expect(all).toHaveLength(1);
  });
});

describe('following hints without a sweep', () => {
  async function follow(made: TestEngine) {
    await made.store.releaseLease(made.engine.fence);
    const headFile = { read: () => Promise.resolve(null), write: () => Promise.resolve() };
    made.engine.settings.sync.startFromMs = 0;
    return followHints({ ...made.engine, headFile, owner: 'the receiver' });
  }

  it('posts what a webhook told of, and reads nothing else', async () => {
    const made = await opened({});
    made.engine.shipbob.orders = () => {
      throw new Error('nobody sweeps');
    };
    await deliver(made, ['order', order.id]);

    const result = await follow(made);

    expect(result.troubles).toEqual([]);
    expect(made.asked).toEqual([`order ${order.id}`]);
    expect(result.counts).toMatchObject({ hints: { read: 1 }, posted: { salesOrder: 1 } });
    expect((await made.store.runs(1))[0]).toMatchObject({ command: 'webhooks', exitCode: 0 });
  });

  it('reads them while Infor is down, and leaves the posting to the next run', async () => {
    const made = await opened({});
    const down = problem('retryable', 'INFOR_UNREACHABLE');
    made.engine.infor = { ...made.engine.infor, probe: () => Promise.reject(down) };
    await deliver(made, ['order', order.id]);

    const result = await follow(made);

    expect(result).toMatchObject({ exitCode: 4, counts: { hints: { read: 1 }, posted: {} } });
    expect((await made.store.inboxReport()).waiting).toBe(0);
  });
});
