import { describe, expect, it } from 'vitest';
import type { LookupAnswer, ShipbobSource, SourcePage } from '../../src/app/ports.ts';
import { rehearse } from '../../src/app/rehearsal.ts';
import { summaryOf } from '../../src/app/rehearsal-summary.ts';
import type {
  OrderRecord,
  PurchaseOrderFact,
  ReceivingRecord,
  SourceRecord,
} from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import type { HandBooking } from '../../src/core/rehearsal-line.ts';
import { anOrder, aReceiving, dayMs, hourMs, noonMs } from '../support/builders.ts';
import { type FactsBuilder, someFacts } from '../support/builders-facts.ts';
import { planningEngine } from '../support/planning-engine.ts';
import { unclear } from '../support/scripted-ledger.ts';
import { openTestStore } from '../support/store-open.ts';

const nowMs = noonMs + 2 * hourMs;

interface Given {
  orders?: OrderRecord[];
  receivings?: ReceivingRecord[];
  facts?: FactsBuilder;
  lookup?: LookupAnswer;
  byHand?: HandBooking[];
  days?: number;
  inforDown?: Problem;
  signal?: AbortSignal;
}

async function rehearsed(given: Given) {
  const { engine, clock } = await planningEngine({}, (given.facts ?? someFacts()).build());
  clock.pass(nowMs - clock.now());
  const page = <T extends SourceRecord>(records: T[]): SourcePage<T> => ({
    observations: records.map((record) => ({ record, startedAtMs: clock.now() })),
    unreadable: [],
    pagesLeft: 0,
  });
  const shipbob: ShipbobSource = {
    ...engine.shipbob,
    async *orders() {
      yield page(given.orders ?? []);
    },
    async *receivings({ select }) {
      if (select === 'open') yield page(given.receivings ?? []);
    },
  };
  const { inforDown, lookup } = given;
  const rehearsal = await rehearse(
    {
      ...engine,
      store: await openTestStore({ clock }),
      shipbob,
      infor: {
        ...engine.infor,
        ...(lookup === undefined
          ? {}
          : { lookup: async (_kind, targets) => targets.map(() => lookup) }),
        ...(inforDown === undefined
          ? {}
          : {
              probe: () => Promise.reject(inforDown),
              masterData: () => Promise.reject(inforDown),
            }),
      },
      signal: given.signal ?? engine.signal,
      owner: 'rehearsal',
      headFile: { read: async () => null, write: async () => undefined },
    },
    { days: given.days ?? 3, byHand: given.byHand ?? [] },
  );
  return { rehearsal, summary: summaryOf(rehearsal, engine.settings.limits) };
}

/** 4500012: a hundred MUG ordered, so many of them received by hand. */
function facts(received: string): FactsBuilder {
  const ordered = someFacts().purchaseOrder('4500012', [{ item: 'MUG', remaining: '100' }]);
  const fact = ordered.build().get('purchaseOrder:4500012');
  const [line] = (fact as PurchaseOrderFact).lines;
  if (line === undefined) throw new Error('the builder makes a line');
  const done = received === '100';
  const rest = parseQuantity(String(100 - Number(received)));
  return ordered.set(
    { kind: 'purchaseOrder', number: '4500012' },
    {
      ...(fact as PurchaseOrderFact),
      open: !done,
      lines: [{ ...line, received: parseQuantity(received), remaining: rest, open: !done }],
    },
  );
}

function arrived(quantity: string, createdAtMs: number, id = '443002'): ReceivingRecord {
  return aReceiving(id).stowed('MUG', quantity).having({ createdAtMs }).build();
}

const within = nowMs - dayMs;
const before = nowMs - 30 * dayMs;

function byHand(quantity: string): HandBooking {
  return {
    row: 2,
    kind: 'goodsReceipt',
    number: null,
    reference: '4500012',
    item: 'MUG',
    quantity: parseQuantity(quantity),
    warehouse: null,
    day: null,
    lot: null,
  };
}

describe('a rehearsal of receipts', () => {
  it('plans what arrived within the days, although people have received all of it', async () => {
    const { rehearsal } = await rehearsed({
      facts: facts('100'),
      receivings: [arrived('40', within)],
    });

    expect(rehearsal.flags).toEqual([]);
    expect(rehearsal.documents).toMatchObject([{ key: 'R443002-1', units: '40', standing: 'new' }]);
    expect(rehearsal.receivedBefore).toEqual([]);
  });

  it('leaves out of an older receiving order what Infor has received', async () => {
    const { rehearsal } = await rehearsed({
      facts: facts('30'),
      receivings: [arrived('50', before)],
    });

    expect(rehearsal.documents).toMatchObject([{ units: '20' }]);
    expect(rehearsal.receivedBefore).toEqual([
      { receivingId: '443002', purchaseOrder: '4500012', units: '30' },
    ]);
  });

  it('does not leave out what was booked by hand within the days', async () => {
    const { rehearsal } = await rehearsed({
      facts: facts('50'),
      receivings: [arrived('50', before)],
      byHand: [byHand('20')],
    });

    expect(rehearsal.documents).toMatchObject([{ units: '20' }]);
    expect(rehearsal.receivedBefore).toMatchObject([{ units: '30' }]);
  });

  it('takes what was received before off the oldest deliveries of a purchase order', async () => {
    const { rehearsal } = await rehearsed({
      facts: facts('55'),
      receivings: [
        arrived('40', within, '443004'),
        arrived('10', before + dayMs, '443003'),
        arrived('50', before, '443002'),
      ],
    });

    expect(rehearsal.receivedBefore).toMatchObject([
      { receivingId: '443002', units: '50' },
      { receivingId: '443003', units: '5' },
    ]);
    const planned = rehearsal.documents.map(({ key, units }) => [key, units]);
    expect(planned.sort()).toEqual([
      ['R443003-1', '5'],
      ['R443004-1', '40'],
    ]);
  });

  it('still flags more than was ordered', async () => {
    const { summary } = await rehearsed({
      facts: facts('100'),
      receivings: [arrived('130', within)],
    });

    expect(summary.causes).toMatchObject([{ code: 'OVER_RECEIPT', units: '30' }]);
  });
});

describe('a rehearsal of orders', () => {
  const order = anOrder().line('MUG', '2').shipped({ leftAtMs: noonMs }).build();
  const early = { createdAtMs: before, purchasedAtMs: before };

  it('takes what moved before the days as booked before the cut-over', async () => {
    const old = anOrder('1').line('MUG', '1').shipped({ leftAtMs: before }).build();

    const { rehearsal } = await rehearsed({ orders: [{ ...old, ...early }] });

    expect(rehearsal.documents).toEqual([]);
    expect(rehearsal.flags).toEqual([]);
    expect(rehearsal.read.orders).toBe(1);
  });

  it('begins with the first moment of the first day', async () => {
    const { rehearsal } = await rehearsed({ days: 3 });

    const { window } = rehearsal;
    expect(window.fromMs).toBeLessThanOrEqual(nowMs - 3 * dayMs);
    expect(window.fromMs).toBeGreaterThan(nowMs - 4 * dayMs);
    expect(window.from < window.to).toBe(true);
  });

  it.each([
    [{ state: 'posted', reference: { number: '77', detail: {} }, held: [] }, 'there', 1],
    [{ state: 'deleted', reference: { number: '77', detail: {} } }, 'deleted', 0],
    [{ state: 'staged', handles: ['X'] }, 'new', 1],
    [{ state: 'absent' }, 'new', 1],
    [{ state: 'unclear', problem: unclear() }, 'unclear', 0],
  ] as [LookupAnswer, string, number][])(
    'tells of a document that is %j in Infor that it is %s',
    async (lookup, standing, clean) => {
      const { rehearsal, summary } = await rehearsed({ orders: [order], lookup });

      expect(rehearsal.documents.map((document) => document.standing)).toEqual([
        standing,
        standing,
      ]);
      expect(summary).toMatchObject({ records: 1, clean });
    },
  );

  it('says that a run would stop before it raised so many flags, and shows them all', async () => {
    const orders = Array.from({ length: 60 }, (_, index) =>
      anOrder(String(1000 + index))
        .line('GHOST', '1')
        .build(),
    );

    const { summary } = await rehearsed({ orders });

    expect(summary.causes).toMatchObject([{ code: 'UNKNOWN_ITEM', records: 60, units: '60' }]);
    expect(summary.stops[0]).toContain('60 of 60 records');
  });

  it('ends with the problem without which nothing could be planned', async () => {
    const inforDown = new Problem({
      code: 'INFOR_UNREACHABLE',
      kind: 'retryable',
      message: 'Infor does not answer',
      hint: 'wait',
    });

    await expect(rehearsed({ orders: [order], inforDown })).rejects.toBe(inforDown);
  });

  it('shows nothing of a rehearsal that was stopped', async () => {
    const stop = new AbortController();
    const stopped = new Problem({
      code: 'STOPPED',
      kind: 'retryable',
      message: 'stopped',
      hint: 'none',
    });
    stop.abort(stopped);

    await expect(rehearsed({ orders: [order], signal: stop.signal })).rejects.toBe(stopped);
  });
});
