import { describe, expect, it } from 'vitest';
import { recheckCauses } from '../../src/app/facts.ts';
import { freezeJournals, planDue } from '../../src/app/plan.ts';
import type { MasterFact, MasterNeed, SourceRecord } from '../../src/core/glossary.ts';
import { needKey } from '../../src/core/master.ts';
import { calendarDay, externalKey } from '../../src/core/schema.ts';
import { aCharge, anOrder, aReceiving, dayMs, hourMs, noonMs } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { flagOf, openFlagsOf, say, untilEnded } from '../support/flagged.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';
import type { TestEngine } from '../support/scripted-ledger.ts';
import { aMove } from '../support/store-record.ts';

const gone: MasterNeed = { kind: 'item', sku: 'COFFEE' };
const orderedCoffee = anOrder('1').build();
const key1 = externalKey('SB1');

/** An engine whose master data a test can change, and the records that it has seen. */
async function world(...records: SourceRecord[]) {
  const known = someFacts()
    .purchaseOrder('4500012', [
      { item: 'COFFEE', remaining: '100' },
      { item: 'MUG', remaining: '100' },
    ])
    .build();
  const facts = new Map(known);
  const made = await planningEngine({}, facts);
  const run = async () => {
    made.clock.pass(2 * hourMs);
    await recheckCauses(made.engine);
    await planDue(made.engine);
  };
  const forget = (need: MasterNeed) => facts.set(needKey(need), { kind: 'absent' });
  const restore = (need: MasterNeed) => {
    const fact: MasterFact | undefined = known.get(needKey(need));
    if (fact) facts.set(needKey(need), fact);
  };
  const keys = async (states: string[]) => {
    const some = (['pending', 'staged', 'cancelled', 'flagged', 'posted'] as const).filter((one) =>
      states.includes(one),
    );
    return (await made.store.postings({ states: some, limit: 99 })).map(({ key }) => key);
  };
  const codes = async () => (await openFlagsOf(made.store)).map(({ code }) => code);
  const see = async (...seen: SourceRecord[]) => {
    made.clock.pass(1000);
    await observe(made, ...seen);
  };
  await observe(made, ...records);
  return { ...made, run, forget, restore, keys, codes, see };
}

async function move(made: TestEngine, key: string, to: 'posted' | 'flagged' | 'staged') {
  const posting = await made.store.posting(externalKey(key));
  if (posting === null) throw new Error(`${key} is there`);
  const patch =
    to === 'posted'
      ? { reference: { number: '0010000001', detail: {} } }
      : { attempt: 1, handle: 'T1' };
  const flag = {
    code: 'REJECTED_BY_INFOR',
    cause: `posting:${key}`,
    sentence: 'Infor refused it.',
    hint: 'Mend it.',
    evidence: {},
    quantity: null,
    amount: null,
    currency: null,
  };
  const change = to === 'flagged' ? { flag } : { patch };
  await made.store.movePostings(made.engine.fence, [aMove(posting, to, change)], made.clock.now());
}

describe('an ignored question', () => {
  it('is asked no more, and stays open', async () => {
    const { run, forget, store, clock } = await world(orderedCoffee);
    forget(gone);
    await run();

    await say(store, 'UNKNOWN_ITEM', untilEnded, clock.now());

    expect(await openFlagsOf(store, { ignored: 'hidden' })).toEqual([]);
    expect(await openFlagsOf(store, { ignored: 'only' })).toMatchObject([{ code: 'UNKNOWN_ITEM' }]);
    const status = await store.status(clock.now());
    expect(status).toMatchObject({ openFlags: [], ignoredFlags: 1 });
    expect(await store.openFlagGroups({ codes: ['UNKNOWN_ITEM'], causesMax: 4 })).toEqual([]);
  });

  it('whose cause goes posts nothing, but asks whether to', async () => {
    const { run, forget, restore, store, clock, keys } = await world(orderedCoffee);
    forget(gone);
    await run();
    await say(store, 'UNKNOWN_ITEM', untilEnded, clock.now());

    restore(gone);
    await run();
    await run();

    expect(await keys(['pending'])).toEqual([]);
    expect(await openFlagsOf(store)).toMatchObject([
      {
        code: 'IGNORED_READY',
        sentence: 'Order N1 was ignored (entered by hand); nothing holds up SB1 any more.',
        quantity: '3',
      },
    ]);
  });

  it('lets go once a person retries what is ready', async () => {
    const { run, forget, restore, store, clock, keys, codes } = await world(orderedCoffee);
    forget(gone);
    await run();
    await say(store, 'UNKNOWN_ITEM', untilEnded, clock.now());
    restore(gone);
    await run();

    const { id } = await flagOf(store, 'IGNORED_READY');
    expect(await store.retryFlags([id], 'ada', clock.now())).toBe(1);
    await run();

    expect(await keys(['pending'])).toEqual(['SB1']);
    expect(await codes()).toEqual([]);
  });

  it('lets go once a person ends the ignoring, and is asked again until then', async () => {
    const { run, forget, restore, store, clock, keys } = await world(orderedCoffee);
    forget(gone);
    await run();
    await say(store, 'UNKNOWN_ITEM', untilEnded, clock.now());

    await say(store, 'UNKNOWN_ITEM', { do: 'unignore' }, clock.now());
    await run();
    expect(await openFlagsOf(store, { ignored: 'hidden' })).toHaveLength(1);
    restore(gone);
    await run();

    expect(await keys(['pending'])).toEqual(['SB1']);
  });

  it('is not forgotten while another question takes its place', async () => {
    const { run, forget, restore, store, clock, keys, codes } = await world(orderedCoffee);
    const customer: MasterNeed = { kind: 'customer', number: 'WEB001' };
    forget(gone);
    await run();
    await say(store, 'UNKNOWN_ITEM', untilEnded, clock.now());
    forget(customer);
    restore(gone);
    await run();
    expect(await codes()).toEqual(['UNKNOWN_CUSTOMER']);

    restore(customer);
    await run();

    expect(await keys(['pending'])).toEqual([]);
    expect(await codes()).toEqual(['IGNORED_READY']);
  });

  it('is not forgotten when a part of what it holds becomes free before the rest', async () => {
    const both = { leftAtMs: noonMs + hourMs, parts: [{ sku: 'TEA', quantity: '1' }] };
    const order = anOrder('1').line('TEA', '2').shipped(both).shipped(both).build();
    const { run, store, clock, keys, codes, see, ...made } = await world(order);
    await run();
    await move({ ...made, store, clock }, 'SB1', 'posted');
    await run();
    expect(await codes()).toEqual(['LOT_MISSING', 'LOT_MISSING']);
    await say(store, 'LOT_MISSING', untilEnded, clock.now());

    const [first, second] = order.shipments;
    if (first === undefined || second === undefined) throw new Error('there are two shipments');
    const lotted = (shipment: typeof first) => ({
      ...shipment,
      parts: shipment.parts.map((part) => ({ ...part, lot: 'L1' })),
    });
    await see({ ...order, shipments: [lotted(first), second] });
    await run();
    expect(await codes()).toEqual(['LOT_MISSING', 'IGNORED_READY']);
    await see({ ...order, shipments: [lotted(first), lotted(second)] });
    await run();

    expect(await keys(['pending'])).toEqual([]);
    expect(await codes()).toEqual(['IGNORED_READY', 'IGNORED_READY']);
  });

  it('of one shipment holds up no other one', async () => {
    const tea = { leftAtMs: noonMs + hourMs, parts: [{ sku: 'TEA', quantity: '1' }] };
    const mug = { leftAtMs: noonMs + hourMs, parts: [{ sku: 'MUG', quantity: '1' }] };
    const before = anOrder('1').line('TEA', '1').line('MUG', '1').shipped(tea);
    const { run, store, clock, keys, see, codes, ...made } = await world(before.build());
    await run();
    await move({ ...made, store, clock }, 'SB1', 'posted');
    await run();
    await say(store, 'LOT_MISSING', untilEnded, clock.now());

    await see(before.shipped(mug).build());
    await run();

    expect(await keys(['pending'])).toEqual(['S388185606-1']);
    expect(await codes()).toEqual(['LOT_MISSING']);
  });

  it('leaves alone what is on its way already', async () => {
    const shelf = aReceiving().stowed('COFFEE', '5');
    const { run, store, clock, keys, see, forget } = await world(shelf.build());
    await run();
    expect(await keys(['pending'])).toEqual(['R443002-1']);
    const place: MasterNeed = { kind: 'itemWarehouse', item: 'MUG', warehouse: '100' };
    forget(place);
    await see(shelf.stowed('MUG', '2').build());
    await run();

    await say(store, 'ITEM_NOT_IN_WAREHOUSE', untilEnded, clock.now());
    await see(
      shelf
        .stowed('MUG', '2')
        .having({ updatedAtMs: noonMs + 1 })
        .build(),
    );
    await run();

    expect(await keys(['pending'])).toEqual(['R443002-1']);
  });

  it('holds back a receipt that would grow by what it has held up', async () => {
    const shelf = aReceiving().stowed('COFFEE', '5').stowed('MUG', '2');
    const place: MasterNeed = { kind: 'itemWarehouse', item: 'MUG', warehouse: '100' };
    const { run, store, clock, keys, forget, restore, codes } = await world(shelf.build());
    forget(place);
    await run();
    await say(store, 'ITEM_NOT_IN_WAREHOUSE', untilEnded, clock.now());

    restore(place);
    await run();

    expect(await keys(['cancelled'])).toEqual(['R443002-1']);
    expect(await keys(['pending'])).toEqual([]);
    expect(await codes()).toEqual(['IGNORED_READY']);
  });

  it('holds back what was staged before it was asked, once that is deleted in Infor', async () => {
    const made = await world(orderedCoffee);
    const { run, store, clock, engine, keys, see, forget, restore, codes } = made;
    await run();
    await move(made, 'SB1', 'staged');
    forget(gone);
    await see({ ...orderedCoffee, updatedAtMs: noonMs + 1 });
    await run();
    expect(await store.posting(key1)).toMatchObject({ state: 'pending', handle: 'T1' });
    await say(store, 'UNKNOWN_ITEM', untilEnded, clock.now());

    restore(gone);
    await run();
    const posting = await store.posting(key1);
    if (posting === null) throw new Error('it is there');
    const deleted = { patch: { handle: null, waitingFor: null }, replan: 'yes' as const };
    await store.movePostings(engine.fence, [aMove(posting, 'pending', deleted)], clock.now());
    await run();

    expect(await keys(['pending', 'staged'])).toEqual([]);
    expect(await codes()).toEqual(['IGNORED_READY']);
  });

  it('about a charge keeps it out of every journal', async () => {
    const account: MasterNeed = { kind: 'dimension', dimension: 1, value: '5000', division: 'AAA' };
    const charge = aCharge({ chargedOn: calendarDay('2025-10-05') });
    const { run, store, clock, engine, keys, forget, restore } = await world(charge);
    forget(account);
    await run();
    await say(store, 'UNKNOWN_ACCOUNT', untilEnded, clock.now());

    restore(account);
    await run();
    await freezeJournals(engine);

    expect(await keys(['pending'])).toEqual([]);
    expect(await openFlagsOf(store)).toMatchObject([
      { code: 'IGNORED_READY', amount: '7.77', currency: 'USD' },
    ]);
  });

  it('whose asking is ignored too is neither asked nor posted', async () => {
    const { run, forget, restore, store, clock, keys } = await world(orderedCoffee);
    forget(gone);
    await run();
    await say(store, 'UNKNOWN_ITEM', untilEnded, clock.now());
    restore(gone);
    await run();

    await say(store, 'IGNORED_READY', untilEnded, clock.now());
    await store.touchForPlanning([{ kind: 'order', id: '1' }]);
    await run();

    expect(await openFlagsOf(store, { ignored: 'hidden' })).toEqual([]);
    expect(await keys(['pending'])).toEqual([]);
  });
});

describe('an ignored question whose time runs out', () => {
  async function expiring() {
    const made = await world(orderedCoffee);
    made.forget(gone);
    await made.run();
    const untilMs = made.clock.now() + dayMs;
    await say(
      made.store,
      'UNKNOWN_ITEM',
      { do: 'ignore', because: 'till Friday', untilMs },
      made.clock.now(),
    );
    return made;
  }
  const asked = async ({ store, clock }: Awaited<ReturnType<typeof expiring>>) =>
    (await openFlagsOf(store, { ignored: 'hidden' }, clock.now())).map(({ code }) => code);

  const planAgain = async ({ store, run }: Awaited<ReturnType<typeof expiring>>) => {
    await store.touchForPlanning([{ kind: 'order', id: '1' }]);
    await run();
  };

  it('is asked again, and posts by itself as any other once its cause goes', async () => {
    const made = await expiring();
    made.clock.pass(2 * dayMs);
    await made.run();
    expect(await asked(made)).toEqual(['UNKNOWN_ITEM']);

    made.restore(gone);
    await made.run();

    expect(await made.keys(['pending'])).toEqual(['SB1']);
    expect(await asked(made)).toEqual([]);
  });

  it('and whose cause went before that asks whether to post', async () => {
    const made = await expiring();
    made.restore(gone);
    await made.run();

    made.clock.pass(2 * dayMs);
    await planAgain(made);

    expect(await made.keys(['pending'])).toEqual([]);
    expect(await asked(made)).toEqual(['IGNORED_READY']);
  });

  it('between two runs, together with its cause, asks whether to post', async () => {
    const made = await expiring();

    made.restore(gone);
    made.clock.pass(2 * dayMs);
    await made.run();
    await planAgain(made);

    expect(await made.keys(['pending'])).toEqual([]);
    expect(await asked(made)).toEqual(['IGNORED_READY']);
  });
});

describe('an ignored question of which a part is ready', () => {
  it('holds that part back also when its time has run out', async () => {
    const mug = { leftAtMs: noonMs + hourMs, parts: [{ sku: 'MUG', quantity: '1' }] };
    const order = anOrder('1').line('COFFEE', '3').line('MUG', '3').shipped(mug).shipped(mug);
    const made = await world(anOrder('1').line('COFFEE', '3').line('MUG', '3').build());
    const { store, clock, run, see, codes, keys } = made;
    await run();
    await move(made, 'SB1', 'posted');
    made.forget({ kind: 'item', sku: 'MUG' });
    await see(order.build());
    await run();
    const untilMs = clock.now() + dayMs;
    await say(store, 'UNKNOWN_ITEM', { do: 'ignore', because: 'x', untilMs }, clock.now());

    const [first, second] = order.build().shipments;
    const coffee = anOrder('1').shipped({ parts: [{ sku: 'COFFEE', quantity: '1' }] });
    const parts = coffee.build().shipments[0]?.parts ?? [];
    if (first === undefined || second === undefined) throw new Error('there are two shipments');
    await see({ ...order.build(), shipments: [{ ...first, parts }, second] });
    clock.pass(2 * dayMs);
    await run();
    await store.touchForPlanning([{ kind: 'order', id: '1' }]);
    await run();

    expect(await keys(['pending'])).toEqual([]);
    expect(await codes()).toEqual(['UNKNOWN_ITEM', 'IGNORED_READY']);
  });
});

describe('what people say while a run plans', () => {
  it('counts for the plan that was made without it', async () => {
    const { run, forget, restore, store, clock, engine, keys, codes } = await world(orderedCoffee);
    forget(gone);
    await run();
    restore(gone);
    clock.pass(2 * hourMs);
    await recheckCauses(engine);
    const save = store.savePlans.bind(store);
    let spoken = 'not yet';
    engine.store = {
      ...store,
      savePlans: async (...given) => {
        if (spoken === 'not yet') {
          spoken = 'now';
          await say(store, 'UNKNOWN_ITEM', untilEnded, clock.now());
        }
        return save(...given);
      },
    };

    await planDue(engine);

    expect(spoken).toBe('now');
    expect(await keys(['pending'])).toEqual([]);
    expect(await codes()).toEqual(['IGNORED_READY']);
  });
});

describe('an ignored question about a document', () => {
  async function refused() {
    const made = await world(orderedCoffee);
    await made.run();
    await move(made, 'SB1', 'flagged');
    await say(made.store, 'REJECTED_BY_INFOR', untilEnded, made.clock.now());
    return made;
  }

  it('leaves the document flagged, however often its record is planned', async () => {
    const made = await refused();

    await made.see(anOrder('1').line('MUG', '4').build());
    await made.run();

    expect(await made.keys(['flagged'])).toEqual(['SB1']);
    expect(await openFlagsOf(made.store, { ignored: 'hidden' })).toEqual([]);
  });

  it('is let go by its number', async () => {
    const made = await refused();
    const { id } = await flagOf(made.store, 'REJECTED_BY_INFOR');

    expect(await made.store.retryFlags([id], 'ada', made.clock.now())).toBe(1);

    expect((await made.store.posting(key1))?.state).toBe('pending');
    expect(await made.codes()).toEqual([]);
  });
});
