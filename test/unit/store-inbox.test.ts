import { describe, expect, it } from 'vitest';
import type { Delivery, Expectation, HintSubject } from '../../src/app/ports.ts';
import { announcedQuery, deliveryQuery, hintQuery } from '../../src/store/inbox.ts';
import { planOf } from '../support/store-explain.ts';
import { freshPath, handClock, openTestStore, takeLease } from '../support/store-open.ts';
import { anOrder, aShipment } from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const order1: HintSubject = { kind: 'order', id: '1' };
const shipment5: HintSubject = { kind: 'shipment', id: '5' };
const everything = { states: null, topic: null, limit: 100 };
const ada = { actor: 'ada', nowMs: t0 };

function aDelivery(webhookId: string, change: Partial<Delivery> = {}): Delivery {
  return {
    webhookId,
    topic: 'order.shipped',
    body: `{"id":"${webhookId}"}`,
    receivedAtMs: t0,
    proof: 'signature',
    subject: order1,
    keptBecause: null,
    ...change,
  };
}

function unknown(webhookId: string, change: Partial<Delivery> = {}): Delivery {
  return aDelivery(webhookId, { subject: null, keptBecause: 'unknown topic', ...change });
}

function observe(store: Awaited<ReturnType<typeof openTestStore>>) {
  return async (startedAtMs: number, nowMs = startedAtMs) => {
    const fence = await takeLease(store, { nowMs: t0 });
    const record = anOrder('1', { shipments: [aShipment('5')] });
    await store.saveObservations(fence, {
      stream: 'orders',
      nowMs,
      observations: [{ record, startedAtMs }],
      unreadable: [],
      checkpointMs: null,
    });
    return fence;
  };
}

describe('storing deliveries', () => {
  it('answers in order which ones are new, also within one batch', async () => {
    const store = await openTestStore();
    await store.saveDeliveries([aDelivery('a')]);

    const answer = await store.saveDeliveries([
      aDelivery('b'),
      aDelivery('a'),
      aDelivery('c'),
      aDelivery('b', { body: 'another' }),
    ]);

    expect(answer).toEqual(['stored', 'repeated', 'stored', 'differing']);
    const stored = await store.deliveries(everything);
    expect(stored.map(({ webhookId, body }) => [webhookId, body])).toEqual([
      [expect.stringMatching(/^b#[0-9a-f]{16}$/), 'another'],
      ['c', '{"id":"c"}'],
      ['b', '{"id":"b"}'],
      ['a', '{"id":"a"}'],
    ]);
  });

  it.each([0, 1, 3, 127, 128, 300])('takes a batch of %i', async (size) => {
    const store = await openTestStore();
    const batch = Array.from({ length: size }, (_, index) => aDelivery(`m${index}`));

    const answer = await store.saveDeliveries(batch);

    expect(answer).toEqual(batch.map(() => 'stored'));
    expect(await store.saveDeliveries(batch)).toEqual(batch.map(() => 'repeated'));
    expect((await store.inboxReport()).waiting).toBe(size);
  });

  it('gives back what it was given', async () => {
    const store = await openTestStore();
    const odd = unknown('odd', { body: 'ÅÄÖ 😀 \u0000 "', topic: '', proof: 'pathToken' });

    await store.saveDeliveries([odd]);

    expect(await store.deliveries(everything)).toEqual([
      { ...odd, id: 1, state: 'kept', doneAtMs: null, outcome: null },
    ]);
  });

  it('lets the first copy wait when its repetition is known to be about something', async () => {
    const store = await openTestStore();
    await store.saveDeliveries([unknown('a')]);

    const answers = [];
    for (let count = 0; count < 2; count += 1) {
      answers.push(await store.saveDeliveries([aDelivery('a')]));
    }

    expect(answers).toEqual([['stored'], ['repeated']]);
    expect(await store.deliveries(everything)).toMatchObject([
      { webhookId: 'a', state: 'waiting', subject: order1, keptBecause: null },
    ]);
  });

  it('keeps another topic or body of the same message beside the first, once', async () => {
    const store = await openTestStore();
    await store.saveDeliveries([unknown('a', { topic: 'mangled' })]);

    const first = await store.saveDeliveries([aDelivery('a')]);
    const again = await store.saveDeliveries([aDelivery('a')]);
    const many = Array.from({ length: 20 }, (_, index) => aDelivery('a', { topic: `t${index}` }));
    const flood = await store.saveDeliveries(many);

    expect([first, again]).toEqual([['differing'], ['repeated']]);
    expect(await store.hintsWaiting(10)).toMatchObject([{ subject: order1 }]);
    expect(flood.filter((outcome) => outcome === 'differing')).toHaveLength(7);
  });

  it('does not take our own samples for a sign of ShipBob', async () => {
    const store = await openTestStore();
    await store.saveDeliveries([
      aDelivery('a'),
      unknown('b', { proof: 'sample', receivedAtMs: t0 + 5 }),
    ]);

    expect((await store.inboxReport()).lastReceivedAtMs).toBe(t0);
  });

  it('needs no lease and writes nothing in the audit trail', async () => {
    const store = await openTestStore();
    const before = await store.auditHead();

    await store.saveDeliveries([aDelivery('a')]);

    expect(await store.auditHead()).toEqual(before);
  });

  it('is seen by another process at once', async () => {
    const path = freshPath();
    const receiver = await openTestStore({ path });
    const worker = await openTestStore({ path });

    await receiver.saveDeliveries([aDelivery('a')]);

    expect(await worker.hintsWaiting(10)).toHaveLength(1);
    expect(await worker.saveDeliveries([aDelivery('a')])).toEqual(['repeated']);
  });

  it('refuses a delivery that is neither to be read nor kept for a reason', async () => {
    const store = await openTestStore();

    const work = store.saveDeliveries([aDelivery('a'), aDelivery('b', { subject: null })]);

    await expect(work).rejects.toMatchObject({ code: 'DEFECT' });
    expect(await store.deliveries(everything)).toEqual([]);
  });
});

describe('what waits to be read', () => {
  it('is one hint per subject, the longest waiting first', async () => {
    const store = await openTestStore();
    const receiving: HintSubject = { kind: 'receiving', id: '9' };
    await store.saveDeliveries([
      aDelivery('a', { receivedAtMs: t0 }),
      aDelivery('b', { receivedAtMs: t0 + 1, subject: receiving, topic: 'wro.completed' }),
      aDelivery('c', { receivedAtMs: t0 + 2, topic: 'order.delivered' }),
      aDelivery('d', { receivedAtMs: t0 + 3 }),
      unknown('e'),
    ]);

    const hints = await store.hintsWaiting(10);

    expect(hints).toEqual([
      {
        subject: order1,
        topics: ['order.delivered', 'order.shipped'],
        count: 3,
        lastId: 4,
        oldestAtMs: t0,
        newestAtMs: t0 + 3,
        observedAtMs: null,
        record: order1,
      },
      {
        subject: receiving,
        topics: ['wro.completed'],
        count: 1,
        lastId: 2,
        oldestAtMs: t0 + 1,
        newestAtMs: t0 + 1,
        observedAtMs: null,
        record: receiving,
      },
    ]);
  });

  it('is given out up to a limit of subjects, not of deliveries', async () => {
    const store = await openTestStore();
    const busy = Array.from({ length: 500 }, (_, index) => aDelivery(`a${index}`));
    const others = [2, 3, 4].map((id) =>
      aDelivery(`b${id}`, { subject: { kind: 'order', id: String(id) } }),
    );
    await store.saveDeliveries([...busy, ...others]);

    const hints = await store.hintsWaiting(3);

    expect(hints.map(({ subject, count }) => [subject.id, count])).toEqual([
      ['1', 500],
      ['2', 1],
      ['3', 1],
    ]);
  });

  it('says when the record was read last, for a shipment that of its order', async () => {
    const store = await openTestStore();
    await observe(store)(t0 - 500);
    await store.saveDeliveries([
      aDelivery('a'),
      aDelivery('b', { subject: shipment5 }),
      aDelivery('c', { subject: { kind: 'shipment', id: '6' } }),
      aDelivery('d', { subject: { kind: 'charge', id: 'all' } }),
    ]);

    const hints = await store.hintsWaiting(10);

    expect(hints.map(({ record, observedAtMs }) => [record, observedAtMs])).toEqual([
      [order1, t0 - 500],
      [order1, t0 - 500],
      [null, null],
      [null, null],
    ]);
  });

  it('does not believe a read that a clock running ahead has dated', async () => {
    const clock = handClock(t0);
    const store = await openTestStore({ clock });
    await observe(store)(t0);
    await store.saveDeliveries([aDelivery('a')]);

    clock.set(t0 - 1);

    expect(await store.hintsWaiting(1)).toMatchObject([{ observedAtMs: null }]);
  });
});

describe('finishing hints', () => {
  it('leaves what came after they were given out', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });
    await store.saveDeliveries([aDelivery('a'), aDelivery('b', { subject: shipment5 })]);
    const hints = await store.hintsWaiting(10);
    await store.saveDeliveries([aDelivery('c'), aDelivery('d', { subject: shipment5 })]);

    const finished = hints.map(({ subject, lastId }) => ({
      subject,
      lastId,
      state: subject.kind === 'order' ? ('done' as const) : ('kept' as const),
      outcome: subject.kind === 'order' ? 'read' : 'no order of that shipment',
    }));
    await store.finishHints(fence, finished, t0 + 5);

    expect(await store.deliveries(everything)).toMatchObject([
      { webhookId: 'd', state: 'waiting' },
      { webhookId: 'c', state: 'waiting' },
      { webhookId: 'b', state: 'kept', outcome: 'no order of that shipment', doneAtMs: t0 + 5 },
      { webhookId: 'a', state: 'done', outcome: 'read', doneAtMs: t0 + 5 },
    ]);
  });

  it('is refused to a run that lost its lease', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0, ttlMs: 10 });
    await store.saveDeliveries([aDelivery('a')]);
    await takeLease(store, { owner: 'next', nowMs: t0 + 11 });

    const done = { subject: order1, lastId: 1, state: 'done' as const, outcome: 'read' };
    const work = store.finishHints(fence, [done], t0 + 12);

    await expect(work).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect((await store.inboxReport()).waiting).toBe(1);
  });

  it('is told in one audit row of bounded length', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    const fence = await takeLease(store, { nowMs: t0 });
    const subjects = Array.from({ length: 70 }, (_, id) => ({
      kind: 'order' as const,
      id: String(id).padEnd(400, 'x'),
    }));
    await store.saveDeliveries(subjects.map((subject) => aDelivery(subject.id, { subject })));
    const before = await store.auditHead();

    const done = { lastId: 1000, state: 'done' as const, outcome: 'read' };
    await store.finishHints(
      fence,
      subjects.map((subject) => ({ subject, ...done })),
      t0,
    );

    const head = await store.auditHead();
    expect(head.seq).toBe(before.seq + 1);
    const rows = planOf(path).all('select action, detail from audit order by seq desc limit 1');
    const detail = JSON.parse(String(rows[0]?.detail));
    expect(rows[0]).toMatchObject({ action: 'hints-finished' });
    expect(detail).toMatchObject({ deliveries: 70, done: 70, kept: 0, subjectsNotNamed: 20 });
    expect(detail.subjects).toHaveLength(50);
    expect(String(rows[0]?.detail).length).toBeLessThan(5000);
  });
});

describe('processing deliveries again', () => {
  it('makes those of the window wait, but for those with no subject', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });
    await store.saveDeliveries([
      aDelivery('early', { receivedAtMs: t0 - 1 }),
      aDelivery('done', { receivedAtMs: t0 }),
      aDelivery('kept', { receivedAtMs: t0 + 5, subject: shipment5 }),
      unknown('unknown', { receivedAtMs: t0 + 5 }),
      aDelivery('late', { receivedAtMs: t0 + 11 }),
    ]);
    const about = { lastId: 5, outcome: 'seen' };
    await store.finishHints(
      fence,
      [
        { ...about, subject: order1, state: 'done' },
        { ...about, subject: shipment5, state: 'kept' },
      ],
      t0,
    );

    const count = await store.reopenDeliveries({ fromMs: t0, toMs: t0 + 10 }, ada);

    expect(count).toBe(2);
    const states = await store.deliveries(everything);
    expect(
      states.map(({ webhookId, state, doneAtMs, outcome }) => [
        webhookId,
        state,
        doneAtMs,
        outcome,
      ]),
    ).toEqual([
      ['late', 'done', t0, 'seen'],
      ['unknown', 'kept', null, null],
      ['kept', 'waiting', null, null],
      ['done', 'waiting', null, null],
      ['early', 'done', t0, 'seen'],
    ]);
  });

  it('is told with the name of who asked for it', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });

    await store.reopenDeliveries({ fromMs: t0, toMs: t0 + 10 }, ada);

    const rows = planOf(path).all('select actor, action, detail from audit');
    expect(rows).toEqual([
      {
        actor: 'ada',
        action: 'acted',
        detail: `{"act":"deliveries-reopened","deliveries":0,"fromMs":${t0},"toMs":${t0 + 10}}`,
      },
    ]);
  });

  it('does not reopen again what a run finishes meanwhile', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });
    const many = Array.from({ length: 4100 }, (_, index) => aDelivery(`m${index}`));
    await store.saveDeliveries(many);
    const done = { subject: order1, lastId: 4100, state: 'done' as const, outcome: 'read' };
    await store.finishHints(fence, [done], t0);

    const reopening = store.reopenDeliveries({ fromMs: t0, toMs: t0 }, ada);
    // Each waits in line for the connection, so they fall between its transactions.
    const finishing = [1, 2, 3].map(() => store.finishHints(fence, [done], t0));
    const count = await reopening;
    await Promise.all(finishing);

    expect(count).toBe(4100);
  });

  it('covers a window of any size', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });
    const many = Array.from({ length: 4100 }, (_, index) => aDelivery(`m${index}`));
    await store.saveDeliveries(many);
    const done = { subject: order1, lastId: 4100, state: 'done' as const, outcome: 'read' };
    await store.finishHints(fence, [done], t0);

    expect(await store.reopenDeliveries({ fromMs: t0, toMs: t0 }, ada)).toBe(4100);
    expect(await store.hintsWaiting(1)).toMatchObject([{ count: 4100 }]);
  });
});

describe('looking at deliveries', () => {
  it('goes by state, by topic, newest first, and reports what is kept', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });
    await store.saveDeliveries([
      aDelivery('a', { receivedAtMs: t0 + 1 }),
      aDelivery('b', { receivedAtMs: t0 + 2, subject: shipment5 }),
      unknown('c', { receivedAtMs: t0 + 3, topic: 'odd' }),
      unknown('d', { receivedAtMs: t0 + 4, topic: 'odd' }),
      aDelivery('e', { receivedAtMs: t0 + 5, topic: 'odd' }),
    ]);
    const kept = { subject: shipment5, lastId: 2, state: 'kept' as const, outcome: 'no order' };
    await store.finishHints(fence, [kept], t0);
    const ids = async (filter: Partial<Parameters<typeof store.deliveries>[0]>) =>
      (await store.deliveries({ ...everything, ...filter })).map(({ webhookId }) => webhookId);

    expect(await ids({ limit: 2 })).toEqual(['e', 'd']);
    expect(await ids({ states: ['kept'] })).toEqual(['d', 'c', 'b']);
    expect(await ids({ states: ['kept', 'waiting'], topic: 'odd' })).toEqual(['e', 'd', 'c']);
    expect(await ids({ states: [] })).toEqual([]);
    expect(await store.inboxReport()).toEqual({
      waiting: 2,
      oldestWaitingAtMs: t0 + 1,
      lastReceivedAtMs: t0 + 5,
      kept: [
        { topic: 'odd', because: 'unknown topic', count: 2, newestAtMs: t0 + 4 },
        { topic: 'order.shipped', because: 'no order', count: 1, newestAtMs: t0 + 2 },
      ],
    });
    expect((await store.status(t0)).inbox).toEqual(await store.inboxReport());
  });

  it('reports an empty inbox', async () => {
    const store = await openTestStore();

    expect(await store.inboxReport()).toEqual({
      waiting: 0,
      oldestWaitingAtMs: null,
      lastReceivedAtMs: null,
      kept: [],
    });
  });
});

describe('asking what was announced', () => {
  it('takes deliveries about the record or the shipment, of that topic, that are real', async () => {
    const store = await openTestStore();
    await store.saveDeliveries([
      aDelivery('a'),
      aDelivery('b', { subject: shipment5, topic: 'order.delivered' }),
      aDelivery('c', { subject: { kind: 'order', id: '2' }, proof: 'sample' }),
    ]);
    const expected = (topic: string, id: string, shipmentId: string | null): Expectation => ({
      topic,
      record: { kind: 'order', id },
      shipmentId,
      atMs: t0,
    });

    const answer = await store.announced([
      expected('order.shipped', '1', null),
      expected('order.shipped', '1', '5'),
      expected('order.delivered', '1', '5'),
      expected('order.delivered', '1', null),
      expected('order.delivered', '1', '6'),
      expected('order.shipped', '2', null),
    ]);

    expect(answer).toEqual([true, true, true, false, false, false]);
    expect(await store.announced([])).toEqual([]);
  });
});

describe('forgetting deliveries', () => {
  it('drops old ones that are done or kept, and never what waits', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });
    const old = Array.from({ length: 2100 }, (_, index) =>
      aDelivery(`old${index}`, { receivedAtMs: t0 - 1 }),
    );
    await store.saveDeliveries([
      ...old,
      unknown('kept', { receivedAtMs: t0 - 1 }),
      aDelivery('waiting', { receivedAtMs: t0 - 1, subject: shipment5 }),
      aDelivery('new', { receivedAtMs: t0 }),
    ]);
    const done = { subject: order1, lastId: 3000, state: 'done' as const, outcome: 'read' };
    await store.finishHints(fence, [done], t0);

    expect(await store.forgetDeliveries(t0)).toBe(2101);
    const left = await store.deliveries(everything);
    expect(left.map(({ webhookId }) => webhookId)).toEqual(['new', 'waiting']);
  });

  it('never gives a number twice', async () => {
    const store = await openTestStore();
    await store.saveDeliveries([unknown('a')]);
    await store.forgetDeliveries(t0 + 1);

    await store.saveDeliveries([unknown('b')]);

    expect(await store.deliveries(everything)).toMatchObject([{ id: 2 }]);
  });
});

describe('the questions asked all the time', () => {
  it('walk indexes', async () => {
    const path = freshPath();
    await openTestStore({ path });
    const explain = planOf(path).explain;

    const hints = explain(hintQuery(10, t0));
    expect(hints).toContain('inbox_queue');
    expect(hints).toContain('SEARCH waiting USING INDEX inbox_waiting');
    expect(hints).toContain('SEARCH earlier USING COVERING INDEX inbox_waiting');
    expect(hints).not.toMatch(/SCAN (waiting|earlier|record|alias|source_record|source_alias)/);

    const asked = [
      { topic: 't', record: { kind: 'order' as const, id: '1' }, shipmentId: '5', atMs: t0 },
    ];
    expect(explain(announcedQuery(asked))).toContain('SEARCH inbox USING INDEX inbox_subject');

    const byState = { states: ['kept' as const], topic: null, limit: 10 };
    expect(explain(deliveryQuery(byState))).toContain('USING INDEX inbox_kept');
    expect(explain(deliveryQuery({ ...byState, states: ['waiting'] }))).toContain('inbox_queue');
    expect(explain(deliveryQuery({ ...byState, topic: 't' }))).not.toContain('TEMP B-TREE');
    expect(explain(deliveryQuery({ ...byState, states: null, topic: 't' }))).toContain(
      'SEARCH inbox USING INDEX inbox_topic',
    );
    expect(explain(deliveryQuery({ ...byState, states: null }))).not.toContain('TEMP B-TREE');
  });
});
