import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../src/core/glossary.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { aHandLink, aHeld } from '../support/hand-link.ts';
import { freshPath, openTestStore, takeLease } from '../support/store-open.ts';
import {
  aCharge,
  aFlag,
  anOrder,
  anOutcome,
  aReceiving,
  aShipment,
} from '../support/store-record.ts';

const t0 = 1_760_000_000_000;

async function storeWith(records: SourceRecord[], path = freshPath()): Promise<OpenedStore> {
  const store = await openTestStore({ path });
  const fence = await takeLease(store, { nowMs: t0 });
  const page = { stream: 'orders', nowMs: t0, unreadable: [], checkpointMs: null };
  const observations = records.map((record) => ({ record, startedAtMs: t0 }));
  await store.saveObservations(fence, { ...page, observations });
  return store;
}

describe('a number that several things bear', () => {
  const both = [
    anOrder('4711', { shipments: [aShipment('88')] }),
    aReceiving('4711', { '5': '1' }),
    anOrder('9', { orderNumber: '4711' }),
  ];

  it('finds all of them, the records’ own ids first', async () => {
    const store = await storeWith(both);

    const { hits, found } = await store.trace('4711');

    expect(hits).toEqual([
      { as: 'order', record: { kind: 'order', id: '4711' } },
      { as: 'receiving', record: { kind: 'receiving', id: '4711' } },
      { as: 'orderNumber', record: { kind: 'order', id: '9' } },
    ]);
    expect(found).toEqual(hits[0]);
  });

  it.each([
    ['order:4711', 'order', '4711'],
    ['receiving:4711', 'receiving', '4711'],
    ['orderNumber:4711', 'order', '9'],
    ['ordernumber:4711', 'order', '9'],
    ['shipment:88', 'order', '4711'],
  ])('is one thing as %s', async (text, kind, id) => {
    const store = await storeWith(both);

    expect((await store.trace(text)).hits.map(({ record }) => record)).toEqual([{ kind, id }]);
  });

  it('is not searched for by its prefix when a reference is written so', async () => {
    const store = await storeWith([anOrder('1', { referenceId: 'order:9' }), anOrder('9')]);

    expect((await store.trace('order:9')).found).toEqual({
      as: 'referenceId',
      record: { kind: 'order', id: '1' },
    });
  });
});

describe('a document that a person entered and linked', () => {
  it.each([
    ['0012345', 'salesOrder', '1', { kind: 'order', id: '1' }, '0012345'],
    ['0012345', 'goodsIssue', '88', { kind: 'order', id: '1' }, '0012345/7'],
    ['0012345/7', 'goodsIssue', '88', { kind: 'order', id: '1' }, '0012345/7'],
    ['corr-9', 'stockIssue', '88', { kind: 'order', id: '1' }, 'CORR-9'],
    ['600018', 'goodsReceipt', '5', { kind: 'receiving', id: '5' }, '600018'],
    ['7000003', 'purchaseOrder', '5', { kind: 'receiving', id: '5' }, '7000003'],
  ] as const)(
    '%s, a %s, leads to what it stands for',
    async (asked, kind, shipbobId, record, number) => {
      const store = await storeWith([
        anOrder('1', { shipments: [aShipment('88')] }),
        anOrder('88'),
        aReceiving('5', { '5': '1' }),
      ]);
      const fence = { owner: 'test', number: 1, runId: 1 };
      const share = [aHeld('A100', '1')];
      await store.linkByHand(fence, aHandLink(record, { kind, shipbobId, number, share }));

      const { hits, entries } = await store.trace(asked);

      expect(hits).toEqual([{ as: 'handBooking', record }]);
      expect(entries.at(-1)).toMatchObject({ action: 'linked', detail: { kind, number } });
    },
  );

  it('is not found by the beginning of its number', async () => {
    const store = await storeWith([aReceiving('5', { '5': '1' })]);
    const record = { kind: 'receiving', id: '5' } as const;
    const link = { kind: 'goodsReceipt', shipbobId: '5', number: '600018', share: [] } as const;
    await store.linkByHand(
      { owner: 'test', number: 1, runId: 1 },
      aHandLink(record, { ...link, share: [] }),
    );

    expect((await store.trace('60001')).hits).toEqual([]);
  });
});

describe('charges', () => {
  it('for an order’s shipments belong to it, and those of an equal receiving number do not', async () => {
    const store = await storeWith([
      anOrder('1', { shipments: [aShipment('88')] }),
      aReceiving('88', { '5': '1' }),
      aCharge('C1', { referenceType: 'Shipment', referenceId: '88' }),
      aCharge('C2', { referenceType: 'WRO', referenceId: '88' }),
      aCharge('C3', { referenceType: 'Shipment', referenceId: '89' }),
    ]);

    const order = await store.trace('1');
    const wro = await store.trace('receiving:88');

    expect(order.charges.map((charge) => charge.chargeId)).toEqual(['C1']);
    expect(wro.charges.map((charge) => charge.chargeId)).toEqual(['C2']);
    expect(order.hits).toHaveLength(1);
  });

  it('are what is found where nothing else bears the number', async () => {
    const store = await storeWith([
      aCharge('C1', { referenceType: 'FC', referenceId: '10-5-Bin' }),
    ]);

    expect((await store.trace('10-5-bin')).hits).toEqual([
      { as: 'chargeReference', record: { kind: 'charge', id: 'C1' } },
    ]);
  });
});

describe('mappings in a trace', () => {
  it.each([
    ['item:COFFEE', { kind: 'sku', list: '', source: 'coffee' }],
    ['unit:COFFEE', { kind: 'sku', list: '', source: 'COFFEE@CS' }],
    [
      'lookup:shops:Ada@Example.com',
      { kind: 'customer', list: 'shops', source: 'ada@example.com' },
    ],
    ['centre:10', { kind: 'centre', list: '', source: '10' }],
    ['rule:cost:Pick: fast:refund', { kind: 'account', list: 'refund', source: 'Pick: fast' }],
  ])('are those that answer %s', async (cause, row) => {
    const path = freshPath();
    const store = await storeWith([anOrder('1')], path);
    const fence = { owner: 'test', number: 1, runId: 1 };
    const flags = [aFlag('UNKNOWN_ITEM', cause)];
    await store.savePlans(fence, [anOutcome({ kind: 'order', id: '1' }, 'any', { flags })], t0);
    map(path, row);
    map(path, { ...row, source: `X${row.source}` });
    map(path, { ...row, list: 'another' });

    const { mappings } = await store.trace('1');

    expect(mappings).toEqual([
      {
        kind: row.kind,
        source: row.source,
        target: { item: 'A100' },
        because: 'new packaging',
        validFromMs: t0,
        validToMs: null,
        setBy: 'ann',
        setAtMs: t0,
        endedBy: null,
        endedAtMs: null,
        endedBecause: null,
      },
    ]);
  });
});

function map(path: string, row: { kind: string; list: string; source: string }): void {
  const database = new Database(path);
  database
    .prepare(`insert into mapping (kind, list, source, compared_as, target_json, because,
      valid_from_ms, set_by, set_at_ms)
      values (?, ?, ?, lower(?), '{"item":"A100"}', 'new packaging', ?, 'ann', ?)`)
    .run(row.kind, row.list, row.source, row.source, t0, t0);
  database.close();
}

describe('the rows of a trace', () => {
  it('are looked at one by one: a changed one is named', async () => {
    const path = freshPath();
    const store = await storeWith([anOrder('1'), anOrder('2')], path);
    const before = await store.trace('1');
    const seq = before.entries[0]?.seq ?? 0;
    const database = new Database(path);
    database.exec(`drop trigger audit_no_update; update audit set at_ms = 1 where seq = ${seq}`);
    database.close();

    expect(before.brokenAt).toBeNull();
    expect((await store.trace('1')).brokenAt).toBe(seq);
  });
});
