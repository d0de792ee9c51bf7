import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../src/runtime/exact-json.ts';
import { readCharge } from '../../src/shipbob/charge-record.ts';
import { calendarDayOf, instantMs } from '../../src/shipbob/instant.ts';
import { readOrder } from '../../src/shipbob/order-record.ts';
import { readPage } from '../../src/shipbob/page-reader.ts';
import { readBox, readReceiving } from '../../src/shipbob/receiving-record.ts';
import { ianaTimeZone } from '../../src/shipbob/time-zone.ts';
import {
  boxJson,
  chargeJson,
  orderJson,
  receivingJson,
  shippedJson,
  waitingJson,
} from '../support/shipbob-json.ts';

/** What the adapter sees: numbers as their source text. */
function parsed(value: unknown): unknown {
  return parseExactJson(JSON.stringify(value))?.value;
}

function order(overrides: Record<string, unknown> = {}) {
  return readOrder(parsed(orderJson(overrides)));
}

describe('an order of ShipBob', () => {
  it('becomes a record with exact prices, lots, days and times', () => {
    const record = order();

    expect(record).toMatchObject({
      kind: 'order',
      id: '309589638',
      phase: 'accepted',
      status: 'PartiallyFulfilled',
      type: 'DTC',
      channel: { id: '432951', name: 'PAT Channel' },
      referenceId: 'SO-100045',
      orderNumber: '100045',
      createdAtMs: Date.parse('2026-11-02T14:06:43.780Z'),
      purchasedAtMs: Date.parse('2026-11-02T14:01:10Z'),
      tags: [{ name: 'New Customer', value: '0' }],
      buyerOrderNumber: null,
      totalPrice: '76.5',
      updatedAtMs: Date.parse('2026-11-03T23:10:00Z'),
    });
    expect(record.recipient).toEqual({
      name: 'Dana Reyes',
      company: null,
      street1: '100 N Racine Ave',
      street2: 'Suite 100',
      city: 'Chicago',
      state: 'IL',
      postCode: '60607',
      country: 'US',
      phone: '555-555-0142',
      email: 'dana@example.com',
    });
    expect(record.lines).toEqual([
      {
        productId: '40118822',
        referenceId: 'COFFEE-LIGHT',
        sku: 'COFFEE-LIGHT',
        quantity: '3',
        unit: null,
        unitPrice: '12.5',
        externalLineId: '10',
      },
      {
        productId: '40118830',
        referenceId: 'GIFT-SET-2',
        sku: 'GIFT-SET-2',
        quantity: '1',
        unit: null,
        unitPrice: '39',
        externalLineId: '20',
      },
    ]);
  });

  it('carries its shipments down to inventory item, lot and serial number', () => {
    const [left, waiting] = order().shipments;

    expect(left).toEqual({
      id: '388185605',
      phase: 'left',
      status: 'Completed',
      centre: { id: '8', name: 'Cicero (IL)' },
      createdAtMs: Date.parse('2026-11-02T14:06:44.103Z'),
      updatedAtMs: Date.parse('2026-11-03T23:10:00Z'),
      leftAtMs: Date.parse('2026-11-03T18:20:41.122Z'),
      deliveredAtMs: null,
      tracking: {
        carrier: 'USPS',
        number: '9400150106151256666749',
        url: 'https://tools.usps.com/go/TrackConfirmAction?tLabels=9400150106151256666749',
      },
      parts: [
        {
          productId: '40118822',
          productReferenceId: 'COFFEE-LIGHT',
          productSku: 'COFFEE-LIGHT',
          inventoryId: '8588331',
          name: 'Light Roast Coffee',
          quantity: '3',
          lot: 'LOT-2222',
          expiresOn: '2027-06-30',
          serialNumbers: [],
        },
      ],
    });
    expect(waiting).toMatchObject({ phase: 'preparing', leftAtMs: null, tracking: null });
    expect(waiting?.parts).toMatchObject([
      { inventoryId: '8588349', quantity: '1', serialNumbers: ['M-1', 'M-2'], expiresOn: null },
      { inventoryId: '8588348', quantity: '2', lot: null },
    ]);
  });

  it.each([
    ['ImportReview', 'review'],
    ['Processing', 'accepted'],
    ['Exception', 'accepted'],
    ['PartiallyFulfilled', 'accepted'],
    ['Fulfilled', 'accepted'],
    ['Cancelled', 'cancelled'],
    ['Teleported', 'unrecognised'],
    ['constructor', 'unrecognised'],
  ])('in status %s is in phase %s and keeps the word', (status, phase) => {
    const record = order({ status });

    expect(record).toMatchObject({ status, phase });
  });

  it.each([
    ['Completed', null, 'left'],
    ['Processing', '2026-11-03T18:20:41+00:00', 'left'],
    ['Processing', null, 'preparing'],
    ['OnHold', null, 'preparing'],
    ['Exception', null, 'preparing'],
    ['LabeledCreated', '2026-11-03T18:20:41+00:00', 'left'],
    ['LabeledCreated', null, 'preparing'],
    ['Cancelled', '2026-11-03T18:20:41+00:00', 'cancelled'],
    ['CleanSweeped', '2026-11-03T18:20:41+00:00', 'unrecognised'],
    ['None', null, 'unrecognised'],
    ['Beamed', '2026-11-03T18:20:41+00:00', 'unrecognised'],
  ])('with a shipment in %s, fulfilled %s, has it %s', (status, actual_fulfillment_date, phase) => {
    const record = order({ shipments: [shippedJson({ status, actual_fulfillment_date })] });

    expect(record.shipments[0]).toMatchObject({ status, phase });
  });

  it('is the same whether a null is written or left out', () => {
    const bare = waitingJson();
    for (const [key, value] of Object.entries(bare)) if (value === null) delete bare[key];
    const { retailer_program_data: _, ...rest } = orderJson({ shipments: [bare] });

    const record = readOrder(parsed(rest));

    expect(record).toEqual(order({ shipments: [waitingJson()] }));
  });

  it('takes numbers that come as text, and falls back to its reference as number', () => {
    const line = { id: '7', sku: 'A', quantity: '2.50', unit_price: '1e1' };

    const record = order({ products: [line], order_number: null });

    expect(record.orderNumber).toBe('SO-100045');
    expect(record.lines[0]).toMatchObject({ quantity: '2.5', unitPrice: '10', referenceId: '' });
  });

  it('has no centre before ShipBob assigned one', () => {
    const record = order({ shipments: [waitingJson({ location: null })] });

    expect(record.shipments[0]?.centre).toBeNull();
  });

  it('keeps all digits of ids above 2^53', () => {
    const text = JSON.stringify(orderJson()).replace('309589638,', '9007199254740993,');

    const record = readOrder(parseExactJson(text)?.value);

    expect(record.id).toBe('9007199254740993');
  });
});

describe('a row that cannot be understood', () => {
  it.each([
    [{ products: undefined }, 'Field products is missing.'],
    [
      { products: [{ quantity: '3 pieces' }] },
      'Field products[0].quantity is not a number: "3 pieces".',
    ],
    [{ products: [{ quantity: -1 }] }, 'Field products[0].quantity is below zero: "-1".'],
    [{ created_date: 'soon' }, 'Field created_date is not a time: "soon".'],
    [{ recipient: null }, 'Field recipient is missing.'],
    [{ shipments: [{ id: 'x' }] }, 'Field shipments[0].id is not an id: "x".'],
    [{ shipments: {} }, 'Field shipments is not a list.'],
    [{ status: { toString: 1 } }, 'Field status is not text.'],
    [{ financials: 7 }, 'Field financials is not an object.'],
  ])('is kept whole and says %j → %s', (overrides, problem) => {
    const row = parsed(orderJson(overrides));
    const good = parsed(orderJson({ id: 5 }));

    const page = readPage(
      { kind: 'order', idField: 'id', read: readOrder },
      { rows: [row, good], startedAtMs: 7, pagesLeft: 3 },
    );

    expect(page.observations.map((each) => each.record.id)).toEqual(['5']);
    expect(page.unreadable).toEqual([
      { kind: 'order', id: '309589638', raw: JSON.stringify(row), problem, startedAtMs: 7 },
    ]);
    expect(page.pagesLeft).toBe(3);
  });

  it('may be nested as deeply as the parser can follow', () => {
    const nested = (depth: number) => `[{"id":5,"x":${'['.repeat(depth)}${']'.repeat(depth)}}]`;
    const depths = [1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 8_000, 100_000];

    for (const depth of depths) {
      const value = parseExactJson(nested(depth))?.value;
      const rows = Array.isArray(value) ? value : [];
      const reader = { kind: 'order', idField: 'id', read: readOrder } as const;
      const page = readPage(reader, { rows, startedAtMs: 7, pagesLeft: 0 });
      expect(page.unreadable.map((each) => each.id)).toEqual(rows.length > 0 ? ['5'] : []);
    }
  });

  it('has no id when none could be read', () => {
    const page = readPage(
      { kind: 'order', idField: 'id', read: readOrder },
      { rows: [null, 'text', { id: 'abc' }, {}], startedAtMs: 7, pagesLeft: 0 },
    );

    expect(page.unreadable.map((each) => [each.id, each.raw])).toEqual([
      [null, 'null'],
      [null, '"text"'],
      [null, '{"id":"abc"}'],
      [null, '{}'],
    ]);
  });

  it.each(['007', '00', '-7', '7.0', '7e3', '1'.repeat(20)])(
    'is one whose id is %s: no key could be made of it, and planning would stop over it',
    (id) => {
      const shipped = shippedJson({ id });
      const rows = [orderJson({ id }), orderJson({ shipments: [shipped] })].map(parsed);

      const page = readPage(
        { kind: 'order', idField: 'id', read: readOrder },
        { rows, startedAtMs: 7, pagesLeft: 0 },
      );

      expect(page.observations).toEqual([]);
      expect(page.unreadable).toHaveLength(2);
    },
  );

  it('never stops the others, whatever JSON comes', () => {
    const reader = { kind: 'order', idField: 'id', read: readOrder } as const;
    const damaged = fc
      .record({ field: fc.constantFrom(...Object.keys(orderJson())), value: fc.jsonValue() })
      .map(({ field, value }) => orderJson({ [field]: value }));
    const rows = fc.array(fc.oneof(fc.jsonValue(), damaged, fc.constant(orderJson())));

    fc.assert(
      fc.property(rows, (raw) => {
        const page = readPage(reader, {
          rows: raw.map(parsed),
          startedAtMs: 1,
          pagesLeft: 0,
        });
        for (const { record } of page.observations) expect(record.id).toMatch(/^\d+$/);
        for (const each of page.unreadable) expect(each.problem).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('is never more than unreadable for receiving orders, boxes and charges', () => {
    const shapes = [
      { sample: receivingJson, read: readReceiving, kind: 'receiving', idField: 'id' },
      { sample: chargeJson, read: readCharge, kind: 'charge', idField: 'transaction_id' },
    ] as const;
    for (const { sample, read, kind, idField } of shapes) {
      const damaged = fc
        .record({ field: fc.constantFrom(...Object.keys(sample())), value: fc.jsonValue() })
        .map(({ field, value }) => sample({ [field]: value }));
      fc.assert(
        fc.property(fc.oneof(damaged, fc.jsonValue()), (raw) => {
          const page = readPage(
            { kind, idField, read: (row: unknown) => read(row) },
            { rows: [parsed(raw)], startedAtMs: 1, pagesLeft: 0 },
          );
          expect(page.observations.length + page.unreadable.length).toBe(1);
        }),
        { numRuns: 300 },
      );
    }
  });
});

describe('a receiving order of ShipBob', () => {
  it('is read as it was seen in a sandbox', () => {
    const record = readReceiving(parsed(receivingJson()));

    expect(record).toEqual({
      kind: 'receiving',
      id: '443002',
      phase: 'receiving',
      status: 'Processing',
      purchaseOrderNumber: 'POTEST2',
      centre: { id: '10', name: 'Moreno Valley (CA)', timeZone: 'America/Los_Angeles' },
      createdAtMs: Date.parse('2025-02-19T03:19:37.348Z'),
      completedAtMs: null,
      expectedAtMs: Date.parse('2025-03-11T14:15:22Z'),
      lines: [{ inventoryId: '8588331', sku: '100', expected: '100', received: '0', stowed: '50' }],
      boxes: null,
      updatedAtMs: Date.parse('2025-02-19T03:19:39.432Z'),
    });
  });

  it('was completed when its history last says so', () => {
    const status_history = [
      { id: 1, status: 'Awaiting', timestamp: '2026-11-01T03:19:37.3484349+00:00' },
      { id: 2, status: 'Completed', timestamp: '2026-11-12T09:00:00+00:00' },
      { id: 3, status: 'Completed', timestamp: '2026-11-12T10:00:00+00:00' },
    ];

    const record = readReceiving(parsed(receivingJson({ status: 'Completed', status_history })));

    expect(record.completedAtMs).toBe(Date.parse('2026-11-12T10:00:00Z'));
    expect(record.updatedAtMs).toBe(Date.parse('2026-11-12T10:00:00Z'));
  });

  it.each([
    ['Awaiting', 'expected'],
    ['Incomplete', 'expected'],
    ['Arrived', 'receiving'],
    ['PartiallyArrived', 'receiving'],
    ['PartiallyArrivedAtHub', 'receiving'],
    ['ArrivedAtHub', 'receiving'],
    ['Processing', 'receiving'],
    ['ProcessingAtHub', 'receiving'],
    ['Completed', 'completed'],
    ['Cancelled', 'cancelled'],
    ['InternalTransfer', 'transfer'],
    ['Misplaced', 'unrecognised'],
  ])('in status %s is %s', (status, phase) => {
    expect(readReceiving(parsed(receivingJson({ status }))).phase).toBe(phase);
  });

  it('may come without lines only while there is nothing to book', () => {
    const bare = { inventory_quantities: null };

    const expected = readReceiving(parsed(receivingJson({ ...bare, status: 'Awaiting' })));
    const counted = () => readReceiving(parsed(receivingJson({ ...bare, status: 'Completed' })));

    expect(expected.lines).toEqual([]);
    expect(counted).toThrow('Field inventory_quantities is missing.');
  });

  it('has its lots in its boxes', () => {
    const box = readBox(parsed(boxJson()));

    expect(box).toEqual({
      boxId: '1571189',
      status: 'Stowing',
      contents: [
        { inventoryId: '8588331', stowed: '50', lot: 'LOT-2222', expiresOn: '2027-06-30' },
        { inventoryId: '8588349', stowed: '0', lot: null, expiresOn: null },
      ],
    });
  });
});

describe('a charge of ShipBob', () => {
  it('keeps fee, day and exact amount', () => {
    expect(readCharge(parsed(chargeJson()))).toEqual({
      kind: 'charge',
      id: '01AN4Z07BY79KA1307SR9X4MV3',
      type: 'charge',
      fee: 'Shipping',
      amount: '7.77',
      currency: 'USD',
      chargedOn: '2026-11-03',
      referenceType: 'Shipment',
      referenceId: '388185605',
      centreName: 'Cicero (IL)',
    });
  });

  it.each([
    ['Refund', '-7.70', 'refund', '-7.7'],
    ['Credit', '1E-2', 'credit', '0.01'],
    ['Gift', '0.00', 'unrecognised', '0'],
  ])('of type %s and amount %s keeps its sign', (transaction_type, amount, type, exact) => {
    const record = readCharge(parsed(chargeJson({ transaction_type, amount })));

    expect(record).toMatchObject({ type, amount: exact });
  });
});

describe('numbers, times and zones', () => {
  it.each([
    ['12.50', '12.5'],
    ['0.1', '0.1'],
    ['0.0', '0'],
    ['1e3', '1000'],
    ['1.5E-3', '0.0015'],
    ['9007199254740993.10', '9007199254740993.1'],
  ])('takes the number %s for exactly %s', (written, exact) => {
    const text = JSON.stringify(orderJson()).replace('"quantity":3,', `"quantity":${written},`);

    const record = readOrder(parseExactJson(text)?.value);

    expect(record.lines[0]?.quantity).toBe(exact);
  });

  it.each(['abc', '1,5', '0x10', 'NaN', 'Infinity', '1e999999999', '--1'])(
    'does not take %s for a number',
    (amount) => {
      expect(() => readCharge(parsed(chargeJson({ amount })))).toThrow('Field amount is not');
    },
  );

  it('cuts seven digits of fraction to milliseconds and reads every zone', () => {
    const times = [
      '2025-11-19T00:06:43.7807166+00:00',
      '2025-11-18T19:06:43.78-05:00',
      '2025-11-19T00:06:43.7809Z',
      '2025-11-19T00:06:43.780',
    ];

    expect(new Set(times.map(instantMs))).toEqual(new Set([Date.UTC(2025, 10, 19, 0, 6, 43, 780)]));
    expect(instantMs('2025-11-19')).toBe(Date.UTC(2025, 10, 19));
  });

  it('refuses times that are none', () => {
    const written = [
      '2026-02-30T00:00:00Z',
      '2026-13-01',
      '0001-01-01T00:00:00',
      'x',
      '1765432100',
    ];

    expect(written.map(instantMs)).toEqual(written.map(() => null));
  });

  it('takes the day of a midnight as written', () => {
    const dates = ['2027-06-30T00:00:00+00:00', '2027-06-30T00:00:00-05:00', '2027-06-30'];
    const moved = '2027-06-29T19:00:00-05:00';

    expect([...dates, moved].map(calendarDayOf)).toEqual(Array(4).fill('2027-06-30'));
  });

  it('knows the zones of fulfilment centres', () => {
    const names = [
      'Central Standard Time',
      'US Eastern Standard Time',
      'Europe/Berlin',
      'Moon',
      '',
    ];

    expect(names.map(ianaTimeZone)).toEqual([
      'America/Chicago',
      'America/Indiana/Indianapolis',
      'Europe/Berlin',
      null,
      null,
    ]);
  });
});
