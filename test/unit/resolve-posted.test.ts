import { describe, expect, it } from 'vitest';
import { planDue } from '../../src/app/plan.ts';
import type {
  HandAnswer,
  HandBookingReader,
  InforLedger,
  ShipbobSource,
} from '../../src/app/ports.ts';
import { post } from '../../src/app/post.ts';
import { type PostedAsRequest, resolvePosted } from '../../src/app/resolve-posted.ts';
import { settle } from '../../src/app/settle.ts';
import type { HeldLine, MasterFact, MasterNeed, SourceRecord } from '../../src/core/glossary.ts';
import { needKey } from '../../src/core/master.ts';
import { externalKey } from '../../src/core/schema.ts';
import { anOrder, aReceiving } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { aHeld } from '../support/hand-link.ts';
import { observe } from '../support/planning-engine.ts';
import {
  refusal,
  type Script,
  scriptedLedger,
  type TestEngine,
  testEngine,
  unclear,
} from '../support/scripted-ledger.ts';

const sb = externalKey('SB309589638');
const order = anOrder().line('COFFEE', '3').build();
const absent = { state: 'absent' } as const;
const openFlags = { codes: null, kinds: null, ids: null, state: 'open', limit: 9 } as const;

interface World extends TestEngine {
  asked: string[];
  play(script: Script): void;
  /** What Infor holds by number; `… issued` is what left on it. */
  desk: Map<string, HandAnswer>;
  resolve(request: Partial<PostedAsRequest>): ReturnType<typeof resolvePosted>;
}

async function openWorld(
  record: SourceRecord = order,
  facts: ReadonlyMap<string, MasterFact> = someFacts().build(),
): Promise<World> {
  const scripted = scriptedLedger();
  const masterData = (needs: MasterNeed[]) =>
    Promise.resolve(needs.map((need) => facts.get(needKey(need)) ?? { kind: 'absent' as const }));
  const infor: InforLedger = { ...scripted.ledger, masterData };
  const made = await testEngine(infor);
  const shipbob: ShipbobSource = { ...made.engine.shipbob, catalogue: masterData };
  made.engine.shipbob = shipbob;
  await observe(made, record);
  await planDue(made.engine);
  const desk = new Map<string, HandAnswer>();
  const handBookings: HandBookingReader = {
    read: ({ kind, number }) =>
      Promise.resolve(desk.get(kind === 'goodsIssue' ? `${number} issued` : number) ?? absent),
  };
  return {
    ...made,
    ...scripted,
    desk,
    async resolve(request) {
      await made.store.releaseLease(made.engine.fence);
      const head = { read: () => Promise.resolve(null), write: () => Promise.resolve() };
      const parts = { ...made.engine, headFile: head, owner: 'clerk', handBookings };
      const whole: PostedAsRequest = {
        record: { kind: record.kind, id: record.id },
        subject:
          record.kind === 'receiving'
            ? { of: 'receiving', purchaseOrder: null, instead: null }
            : { of: 'order' },
        numbers: ['0010007'],
        delivery: null,
        because: 'entered at the desk',
        acceptDifference: 'no',
        actor: 'ada',
        ...request,
      };
      try {
        return await resolvePosted(parts, whole);
      } finally {
        await made.takeOver();
      }
    },
  };
}

function holding(lines: HeldLine[], more: Partial<{ party: string; number: string }> = {}) {
  const { party = 'WEB001', number = '0010007' } = more;
  const documents = [{ number, lines, ownKey: null }];
  return { state: 'found', party, documents, whole: null } as const satisfies HandAnswer;
}

/** Stages the order's posting and stops before its commit, as a run that was killed there. */
async function stage({ engine, play }: World): Promise<void> {
  play({ inspect: [{ state: 'unclear', problem: unclear() }] });
  await post(engine);
}

/** Commits the order's posting and loses the answer, until a person is asked. */
async function giveUp({ engine, play, clock, store }: World): Promise<void> {
  play({ commit: [{ state: 'unclear', problem: unclear() }], readBack: [{ state: 'gone' }] });
  await post(engine);
  for (let look = 0; look < 60; look += 1) {
    clock.pass(3_600_000);
    await settle(engine);
  }
  expect(await store.flags(openFlags)).toMatchObject([{ code: 'OUTCOME_UNKNOWN' }]);
}

describe('an order that a person entered', () => {
  it('is posted under the number, and nothing is sent for it', async () => {
    const world = await openWorld();
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));

    const outcome = await world.resolve({});

    expect(outcome).toMatchObject({ state: 'linked', kind: 'salesOrder', shipbobId: order.id });
    expect(await world.store.posting(sb)).toMatchObject({
      state: 'posted',
      adopted: true,
      reference: { number: '0010007' },
      held: [aHeld('COFFEE', '3')],
    });
    await planDue(world.engine);
    await post(world.engine);
    expect(world.asked).toEqual(['lookup']);
  });

  it('has its staged copy deleted before the link is stored', async () => {
    const world = await openWorld();
    await stage(world);
    expect(await world.store.posting(sb)).toMatchObject({ state: 'staged', handle: 'T1' });
    world.play({ lookup: [{ state: 'staged', handles: ['T1', 'T0'] }] });
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));

    await world.resolve({});

    expect(world.asked).toEqual(['lookup T1', 'discard T1', 'discard T0']);
    expect(await world.store.posting(sb)).toMatchObject({ state: 'posted', handle: null });
  });

  it('is not linked while a staged copy may still be there', async () => {
    const world = await openWorld();
    await stage(world);
    world.play({ discard: [{ state: 'unclear', problem: unclear() }] });
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));

    await expect(world.resolve({})).rejects.toMatchObject({ code: 'HAND_BOOKING_STAGED_COPY' });

    expect(await world.store.posting(sb)).toMatchObject({ state: 'staged', handle: 'T1' });
    const one = await world.store.planningCase({ kind: 'order', id: order.id });
    expect(one?.links).toEqual([]);
  });

  it('is refused after a lost answer, until it is known what became of ours', async () => {
    const world = await openWorld();
    world.play({ commit: [{ state: 'unclear', problem: unclear() }] });
    await post(world.engine);
    expect(await world.store.posting(sb)).toMatchObject({ state: 'unknown' });
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));

    await expect(world.resolve({})).rejects.toMatchObject({ code: 'HAND_BOOKING_UNSETTLED' });
    expect(await world.store.posting(sb)).toMatchObject({ state: 'unknown' });
  });

  it('ends the doubt about ours once its handle is deleted and its key is not there', async () => {
    const world = await openWorld();
    await giveUp(world);
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));
    world.play({ discard: [{ state: 'refused', problem: unclear('M3 has processed T1') }] });
    await expect(world.resolve({})).rejects.toMatchObject({ code: 'HAND_BOOKING_STAGED_COPY' });
    world.play({ lookup: [{ state: 'unclear', problem: unclear() }] });
    await expect(world.resolve({})).rejects.toMatchObject({ code: 'INFOR_NO_CLEAR_ANSWER' });
    expect(await world.store.posting(sb)).toMatchObject({ state: 'flagged', handedToCommit: true });
    world.play({});

    const outcome = await world.resolve({});

    expect(outcome).toMatchObject({ state: 'linked', cleared: 1, open: [] });
    expect(world.asked).toEqual(['lookup T1', 'discard T1']);
    expect(await world.store.posting(sb)).toMatchObject({
      state: 'posted',
      handle: null,
      reference: { number: '0010007' },
    });
  });

  it('answers the question why Infor refused ours', async () => {
    const world = await openWorld();
    world.play({ stage: [() => ({ state: 'rejected', handle: null, problem: refusal() })] });
    await post(world.engine);
    expect(await world.store.flags(openFlags)).toMatchObject([{ code: 'REJECTED_BY_INFOR' }]);
    world.play({});
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));

    const outcome = await world.resolve({});

    expect(outcome).toMatchObject({ cleared: 1, open: [] });
    expect(await world.store.posting(sb)).toMatchObject({ state: 'posted' });
  });

  it('takes the place of one that was deleted in Infor', async () => {
    const world = await openWorld();
    const gone = { state: 'deleted', reference: { number: '0010001', detail: {} } } as const;
    world.play({ lookup: [gone] });
    await post(world.engine);
    expect(await world.store.flags(openFlags)).toMatchObject([{ code: 'DELETED_IN_INFOR' }]);
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));

    const outcome = await world.resolve({});

    expect(outcome).toMatchObject({ state: 'linked', cleared: 1, open: [] });
    expect(await world.store.posting(sb)).toMatchObject({
      state: 'posted',
      reference: { number: '0010007' },
    });
  });

  it('is ours when Infor holds it under our key with that number', async () => {
    const world = await openWorld();
    const reference = { number: '0010007', detail: {} };
    world.play({ lookup: [{ state: 'posted', reference, held: [aHeld('COFFEE', '3')] }] });

    const outcome = await world.resolve({});

    expect(outcome.state).toBe('already');
    expect(await world.store.posting(sb)).toMatchObject({ state: 'posted', adopted: true });
  });

  it('stands twice when ours is there under another number: flagged, and not linked', async () => {
    const world = await openWorld();
    const reference = { number: '0010001', detail: {} };
    world.play({ lookup: [{ state: 'posted', reference, held: [aHeld('COFFEE', '3')] }] });
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));

    await expect(world.resolve({})).rejects.toMatchObject({ code: 'HAND_BOOKING_DUPLICATE' });

    expect(await world.store.flags(openFlags)).toMatchObject([
      { code: 'DUPLICATE_IN_INFOR', evidence: { numbers: '0010001, 0010007' } },
    ]);
  });

  it('stands twice when mlc has posted it already', async () => {
    const world = await openWorld();
    await post(world.engine);
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));

    await expect(world.resolve({})).rejects.toMatchObject({ code: 'HAND_BOOKING_DUPLICATE' });
    expect(await world.store.flags(openFlags)).toMatchObject([{ code: 'DUPLICATE_IN_INFOR' }]);
    const same = await world.resolve({ numbers: ['0010001'] });
    expect(same.state).toBe('already');
  });

  it('may hold less when a person says so, and stays flagged for it', async () => {
    const world = await openWorld();
    world.desk.set('0010007', holding([aHeld('COFFEE', '2')]));

    await expect(world.resolve({})).rejects.toMatchObject({
      code: 'HAND_BOOKING_DIFFERS',
      evidence: { COFFEE: 'ShipBob 3, Infor 2' },
    });
    const outcome = await world.resolve({ acceptDifference: 'yes' });

    expect(outcome).toMatchObject({
      accepted: ['COFFEE: ShipBob 3, Infor 2'],
      open: [{ code: 'ADOPTED_DIFFERENT' }],
    });
  });

  it('is not accepted when it holds nothing of it at all', async () => {
    const world = await openWorld();
    world.desk.set('0010007', holding([aHeld('MUG', '3')]));

    const late = world.resolve({ acceptDifference: 'yes' });

    await expect(late).rejects.toMatchObject({ code: 'HAND_BOOKING_DIFFERS' });
  });

  it('may stand for as many orders as it holds the goods of', async () => {
    const world = await openWorld();
    const others = [anOrder('77').line('COFFEE', '4'), anOrder('78').line('COFFEE', '3')];
    await observe(world, ...others.map((one) => one.build()));
    await planDue(world.engine);
    world.desk.set('0010007', holding([aHeld('COFFEE', '10')]));

    for (const id of [order.id, '77', '78']) {
      const record = { kind: 'order', id } as const;
      expect((await world.resolve({ record, acceptDifference: 'yes' })).state).toBe('linked');
    }
    const more = anOrder('79').line('COFFEE', '1').build();
    await observe(world, more);
    const late = world.resolve({ record: { kind: 'order', id: '79' } });
    await expect(late).rejects.toMatchObject({ code: 'HAND_BOOKING_CLAIMED' });
  });

  it('is the same link when a kill came right after it: the next run finishes it', async () => {
    const world = await openWorld();
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));
    world.engine.crash = (point) => {
      if (point === 'after-link') throw new Error('killed');
    };

    await expect(world.resolve({})).rejects.toThrow('killed');
    world.engine.crash = () => undefined;
    expect(await world.store.posting(sb)).toMatchObject({ state: 'pending' });
    await planDue(world.engine);
    await post(world.engine);

    expect(await world.store.posting(sb)).toMatchObject({
      state: 'posted',
      reference: { number: '0010007' },
    });
    expect(world.asked.filter((step) => step.startsWith('commit'))).toEqual([]);
  });
});

describe('a shipment that a person issued', () => {
  const shipped = anOrder()
    .line('COFFEE', '3')
    .shipped({ id: '1', parts: [{ sku: 'COFFEE', quantity: '2' }] })
    .shipped({ id: '2', parts: [{ sku: 'COFFEE', quantity: '1' }] })
    .build();
  const first = { of: 'shipment', shipmentId: '1' } as const;

  /** The order is posted as 0010001; its issues are not yet. */
  async function openShipped(): Promise<World> {
    const world = await openWorld(shipped);
    world.engine.postingsLeft = 1;
    await post(world.engine);
    world.engine.postingsLeft = null;
    return world;
  }

  it('is never issued again; the other shipment is', async () => {
    const world = await openShipped();
    world.desk.set('0010001 issued', holding([aHeld('COFFEE', '2')], { number: '0010001' }));

    const outcome = await world.resolve({ subject: first, numbers: ['0010001'] });
    await planDue(world.engine);
    await post(world.engine);

    expect(outcome).toMatchObject({ kind: 'goodsIssue', shipbobId: '1', key: 'S1-1' });
    expect(await world.store.posting(externalKey('S1-1'))).toMatchObject({ state: 'cancelled' });
    expect(await world.store.posting(externalKey('S2-1'))).toMatchObject({
      state: 'posted',
      document: { lines: [{ quantity: '1' }] },
    });
  });

  it('takes the place of an issue that was deleted in Infor', async () => {
    const world = await openShipped();
    const gone = { state: 'deleted', reference: { number: '30001', detail: {} } } as const;
    world.play({ lookup: [gone, absent] });
    await planDue(world.engine);
    await post(world.engine);
    // Beside what mlc issued for the second shipment.
    world.desk.set('0010001 issued', holding([aHeld('COFFEE', '3')], { number: '0010001' }));
    const [asked] = await world.store.flags({ ...openFlags, codes: ['DELETED_IN_INFOR'] });
    expect(asked?.postingKey).toBe('S1-1');

    const outcome = await world.resolve({ subject: first, numbers: ['0010001'] });

    expect(outcome).toMatchObject({ state: 'linked', cleared: 1 });
    expect(outcome.open.filter(({ code }) => code === 'DELETED_IN_INFOR')).toEqual([]);
    expect(await world.store.posting(externalKey('S1-1'))).toMatchObject({ state: 'cancelled' });
    await planDue(world.engine);
    world.play({});
    await post(world.engine);
    expect(await world.store.posting(externalKey('S1-1'))).toMatchObject({ state: 'cancelled' });
  });

  it('takes the place of what mlc did not issue on that order, and of nothing else', async () => {
    const world = await openShipped();
    await planDue(world.engine);
    await post(world.engine);
    const other = anOrder('77').line('COFFEE', '2').shipped({ id: '3' }).build();
    await observe(world, other);
    await planDue(world.engine);
    world.desk.set('0010001 issued', holding([aHeld('COFFEE', '3')], { number: '0010001' }));
    const request = {
      record: { kind: 'order', id: '77' },
      subject: { of: 'shipment', shipmentId: '3' },
      numbers: ['0010001'],
    } as const;

    // All that left on that order was issued by mlc, for the two shipments of the first one.
    await expect(
      world.resolve({ ...request, numbers: [...request.numbers] }),
    ).rejects.toMatchObject({ code: 'HAND_BOOKING_CLAIMED' });
  });

  it('on another sales order is a difference that a person has to accept', async () => {
    const world = await openShipped();
    world.desk.set('0010007 issued', holding([aHeld('COFFEE', '2')]));

    const late = world.resolve({ subject: first });

    await expect(late).rejects.toMatchObject({
      evidence: { 'note 1': 'its sales order in Infor is 0010001' },
    });
    const accepted = await world.resolve({ subject: first, acceptDifference: 'yes' });
    expect(accepted.accepted).toEqual(['its sales order in Infor is 0010001']);
  });

  it('is linked before its order, or it would be issued on it once more', async () => {
    const world = await openWorld(shipped);
    world.desk.set('0010007', holding([aHeld('COFFEE', '3')]));
    world.desk.set('0010007 issued', holding([aHeld('COFFEE', '2')]));

    const early = world.resolve({});

    await expect(early).rejects.toMatchObject({
      evidence: {
        'note 1': '2 of COFFEE left on it by hand: link their shipments first (--shipment ID)',
      },
    });
    await world.resolve({ subject: first });
    expect((await world.resolve({})).state).toBe('linked');
    await planDue(world.engine);
    await post(world.engine);
    expect(await world.store.posting(externalKey('S1-1'))).toMatchObject({ state: 'cancelled' });
    expect(await world.store.posting(externalKey('S2-1'))).toMatchObject({ state: 'posted' });
  });
});

describe('a receiving order that a person received', () => {
  const facts = someFacts()
    .purchaseOrder('4500012', [{ item: 'COFFEE', remaining: '100' }])
    .build();
  const ten = aReceiving().stowed('COFFEE', '10').build();

  it('counts every receiving number, and receives what grows beyond them', async () => {
    const world = await openWorld(ten, facts);
    for (const [number, quantity] of [
      ['600001', '4'],
      ['600002', '6'],
    ] as const) {
      world.desk.set(number, holding([aHeld('COFFEE', quantity)], { number, party: 'SB0001' }));
    }

    const outcome = await world.resolve({ numbers: ['600001', '600002'] });

    expect(outcome.documents.map(({ number, share }) => [number, share[0]?.quantity])).toEqual([
      ['600001', '4'],
      ['600002', '6'],
    ]);
    expect(await world.store.posting(externalKey('R443002-1'))).toMatchObject({
      state: 'cancelled',
    });
    world.clock.pass(60_000);
    await observe(world, aReceiving().stowed('COFFEE', '12').build());
    await planDue(world.engine);
    world.play({});
    await post(world.engine);
    const next = await world.store.posting(externalKey('R443002-2'));
    expect(next).toMatchObject({ state: 'posted', document: { lines: [{ quantity: '2' }] } });
  });

  it('takes the place of a receipt that was deleted in Infor, and of that alone', async () => {
    const world = await openWorld(ten, facts);
    const held = [{ ...aHeld('COFFEE', '10'), line: 1 }];
    world.play({
      readBack: [{ state: 'posted', reference: { number: '600000', detail: {} }, held }],
    });
    await post(world.engine);
    expect(await world.store.posting(externalKey('R443002-1'))).toMatchObject({ state: 'posted' });
    world.clock.pass(60_000);
    await observe(world, aReceiving().stowed('COFFEE', '13').build());
    await planDue(world.engine);
    const gone = { state: 'deleted', reference: { number: '600009', detail: {} } } as const;
    world.play({ lookup: [gone] });
    await post(world.engine);
    await planDue(world.engine);
    expect(await world.store.flags(openFlags)).toMatchObject([{ code: 'DELETED_IN_INFOR' }]);
    const found = { number: '600001', party: 'SB0001' };
    world.desk.set('600001', holding([aHeld('COFFEE', '3')], found));

    const subject = { of: 'receiving', purchaseOrder: null, instead: 'R443002-2' } as const;

    const outcome = await world.resolve({ subject, numbers: ['600001'] });

    expect(outcome).toMatchObject({ state: 'linked', cleared: 1, open: [] });
    expect(outcome.documents).toMatchObject([{ share: [{ quantity: '3' }] }]);
    await planDue(world.engine);
    expect(await world.store.postings({ states: ['pending', 'flagged'], limit: 9 })).toEqual([]);
    world.clock.pass(60_000);
    await observe(world, aReceiving().stowed('COFFEE', '15').build());
    await planDue(world.engine);
    const [next] = await world.store.postings({ states: ['pending'], limit: 9 });
    expect(next).toMatchObject({ key: 'R443002-3', document: { lines: [{ quantity: '2' }] } });
  });

  it('must be received whole, or the rest would be received once more', async () => {
    const world = await openWorld(ten, facts);
    const party = 'SB0001';
    world.desk.set('600001', holding([aHeld('COFFEE', '4')], { number: '600001', party }));

    const part = world.resolve({ numbers: ['600001'] });

    await expect(part).rejects.toMatchObject({ evidence: { COFFEE: 'ShipBob 10, Infor 4' } });
    const accepted = await world.resolve({ numbers: ['600001'], acceptDifference: 'yes' });
    expect(accepted.state).toBe('linked');
    const rest = await world.store.posting(externalKey('R443002-1'));
    expect(rest).toMatchObject({ state: 'pending', document: { lines: [{ quantity: '6' }] } });
  });

  it('is not one of ours that carries our key as delivery note', async () => {
    const world = await openWorld(ten, facts);
    const documents = [
      { number: '600001', lines: [aHeld('COFFEE', '10')], ownKey: externalKey('R443002-1') },
    ];
    world.desk.set('600001', { state: 'found', party: null, documents, whole: null });

    const late = world.resolve({ numbers: ['600001'] });

    await expect(late).rejects.toMatchObject({ code: 'HAND_BOOKING_CLAIMED' });
  });
});
