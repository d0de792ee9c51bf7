import { describe, expect, it } from 'vitest';
import { coverageChecks } from '../../src/app/doctor-coverage.ts';
import type { ShipbobSource, SourcePage, TimeWindow } from '../../src/app/ports.ts';
import type { Flag, OrderRecord, ReceivingRecord, SourceRecord } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import { anOrder, anOrderLine, aReceiving } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { planningEngine } from '../support/planning-engine.ts';
import { openTestStore } from '../support/store-open.ts';

const dayMs = 86_400_000;

const overReceipt: Flag = {
  id: 1,
  record: { kind: 'receiving', id: '443002' },
  postingKey: null,
  raisedAtMs: 0,
  clearedAtMs: null,
  code: 'OVER_RECEIPT',
  cause: 'purchaseOrder:4500012',
  sentence: 'too much arrived',
  hint: 'raise the line',
  evidence: {},
  quantity: null,
  amount: null,
  currency: null,
};

function pageOf<T extends SourceRecord>(records: T[], atMs: number): SourcePage<T> {
  const observations = records.map((record) => ({ record, startedAtMs: atMs }));
  return { observations, unreadable: [], pagesLeft: 0 };
}

/** An order with one line; the usual master data know `MUG` and not `GHOST`. */
function order(id: string, sku: string): OrderRecord {
  return { ...anOrder(id).build(), lines: [anOrderLine(sku, '1')] };
}

async function coverage(
  given: {
    orders?: (window: TimeWindow) => OrderRecord[];
    receivings?: () => ReceivingRecord[];
    masterData?: () => never;
    stored?: SourceRecord[];
    /** Ids of known flags that people ignore. */
    ignored?: number[];
    /** Flags that the database holds. */
    known?: Flag[];
    days?: number;
  } = {},
) {
  const { engine, clock } = await planningEngine({}, someFacts().build());
  const asked: TimeWindow[] = [];
  const shipbob: ShipbobSource = {
    ...engine.shipbob,
    async *orders(_by, window) {
      asked.push(window);
      yield pageOf(given.orders?.(window) ?? [], clock.now());
    },
    async *receivings() {
      yield pageOf(given.receivings?.() ?? [], clock.now());
    },
  };
  const scratch = await openTestStore({ clock });
  const { stored } = given;
  const check = coverageChecks({
    mappings: async () => [],
    scratch: async () => ({
      parts: {
        ...engine,
        store: scratch,
        shipbob,
        infor: given.masterData
          ? { ...engine.infor, masterData: async () => given.masterData?.() ?? [] }
          : engine.infor,
        owner: 'doctor',
        headFile: { read: async () => null, write: async () => undefined },
      },
      close: async () => undefined,
    }),
    stored: async () =>
      stored === undefined
        ? null
        : {
            checkpoint: async () => clock.now() - 60_000,
            flags: async () =>
              (given.known ?? []).map((flag) => ({ ...flag, raisedAtMs: clock.now() })),
            queueIds: async () => given.ignored ?? [],
            recordsUpdated: async ({ kind }) =>
              stored
                .filter((record) => record.kind === kind)
                .map((record) => ({ record, updatedAtMs: clock.now() })),
          },
    days: given.days ?? 3,
    settings: engine.settings,
  }).find(({ name }) => name === 'coverage');
  const findings = (await check?.run()) ?? [];
  return { findings, asked };
}

describe('the coverage of the mapping', () => {
  it('names the SKU that would be flagged, with how many records it holds up', async () => {
    const orders = [order('1', 'GHOST'), order('2', 'GHOST'), order('3', 'MUG')];
    let left = [orders];

    const { findings } = await coverage({
      orders() {
        const page = left[0] ?? [];
        left = [];
        return page;
      },
    });

    expect(findings[0]).toMatchObject({ state: 'warning' });
    expect(findings[0]?.what).toMatch(/^2 of 3 orders, 0 receiving orders and 0 charges of 3 days/);
    expect(findings[1]?.what).toMatch(/^2 records: SKU GHOST is neither .*\(UNKNOWN_ITEM\)$/);
    expect(findings[1]?.mend).toContain('items.mapping');
  });

  it('reads day by day from now back, over the days that were asked for', async () => {
    const { asked } = await coverage({ days: 2 });

    const toMs = asked[0]?.toMs ?? 0;
    expect(asked).toEqual([
      { fromMs: toMs - dayMs, toMs },
      { fromMs: toMs - 2 * dayMs, toMs: toMs - dayMs },
    ]);
  });

  it('stops at its share of calls and says how far it came', async () => {
    const { findings, asked } = await coverage({
      days: 90,
      orders: ({ toMs }) => [order(String(toMs), 'MUG')],
    });

    expect(asked.length).toBeLessThan(25);
    expect(findings[0]?.what).toContain('of 90 asked for');
  });

  it('takes what the database holds when it is fresh, and asks ShipBob nothing', async () => {
    const { findings, asked } = await coverage({ stored: [order('1', 'GHOST')] });

    expect(asked).toEqual([]);
    expect(findings[0]?.what).toContain('from the database');
    expect(findings[1]?.what).toContain('GHOST');
  });

  it('judges receiving orders by the flags of runs once there were runs', async () => {
    const { findings } = await coverage({
      stored: [aReceiving('443002').build()],
      known: [overReceipt],
    });

    expect(findings[0]?.what).toMatch(/^1 of 0 orders, 1 receiving orders/);
    expect(findings[1]?.what).toContain('(OVER_RECEIPT)');
    expect(findings).toHaveLength(2);
  });

  it('leaves out what people ignore', async () => {
    const { findings } = await coverage({
      stored: [aReceiving('443002').build()],
      known: [overReceipt],
      ignored: [overReceipt.id],
    });

    expect(JSON.stringify(findings)).not.toContain('OVER_RECEIPT');
  });

  it('calls planning that cannot be done a problem: no run could do it either', async () => {
    const { findings } = await coverage({
      orders: () => [order('1', 'MUG')],
      masterData() {
        throw new Problem({
          code: 'INFOR_NO_CLEAR_ANSWER',
          kind: 'retryable',
          message: 'no clear answer from Infor: HTTP 503',
          hint: 'wait',
        });
      },
    });

    expect(findings).toMatchObject([
      { state: 'problem', kind: 'retryable', what: 'no clear answer from Infor: HTTP 503' },
    ]);
  });

  it('tells an order that could not be understood by the flag of the run that met it', async () => {
    const { findings } = await coverage({
      stored: [order('1', 'MUG')],
      known: [
        {
          ...overReceipt,
          code: 'SOURCE_UNREADABLE',
          record: { kind: 'order', id: '2' },
        } satisfies Flag,
      ],
    });

    expect(findings[0]?.what).toMatch(/^1 of 1 orders/);
  });

  it('plans the orders also where receiving orders may not be read', async () => {
    const { findings } = await coverage({
      orders: ({ toMs }) => [order(String(toMs), 'MUG')],
      receivings() {
        throw new Problem({
          code: 'SHIPBOB_SCOPE_MISSING',
          kind: 'credentials',
          message: 'The ShipBob token may not use GET /receiving.',
          hint: 'a new token',
        });
      },
    });

    expect(findings[0]?.what).toMatch(/^3 orders/);
    expect(findings.at(-1)).toMatchObject({
      state: 'unchecked',
      what: 'receiving orders could not be read: The ShipBob token may not use GET /receiving.',
    });
  });
});
