import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mlcTopics, subjectOfDelivery } from '../../src/shipbob/webhook.ts';

const order = { subject: { kind: 'order', id: '309589638' }, keptBecause: null };
const shipment = { subject: { kind: 'shipment', id: '388185605' }, keptBecause: null };
const receiving = { subject: { kind: 'receiving', id: '443002' }, keptBecause: null };
const charge = { subject: { kind: 'charge', id: 'all' }, keptBecause: null };

const orderBody = '{"id":309589638,"reference_id":"SO-1","shipments":[{"id":388185605}]}';
const shipmentBody = '{"id":388185605,"order_id":309589638,"status":"Completed"}';
const loneShipment = '{"id":388185605,"status":"Completed"}';

/** As published, shipbob-api §9.5. */
const trackingReceived = `{ "event_time": "2026-10-23T15:55:09.3614767Z", "order_id": 100000001,
  "reference_id": "TEST101", "status": "LabelCreated", "tracking": { "carrier": "USPS" } }`;

const kept = (keptBecause: string) => ({ subject: null, keptBecause });

describe('what a delivery is about', () => {
  it.each(['order.shipped', 'order_shipped', 'order.delivered'])(
    'is the order for %s, in either shape',
    (topic) => {
      expect(subjectOfDelivery(topic, orderBody)).toEqual(order);
      expect(subjectOfDelivery(topic, shipmentBody)).toEqual(order);
      expect(subjectOfDelivery(topic, '{"id":309589638,"shipments":[]}')).toEqual(order);
      expect(subjectOfDelivery(topic, '{"id":309589638}')).toEqual(order);
      expect(subjectOfDelivery(topic, '{"shipment_id":388185605}')).toEqual(shipment);
    },
  );

  it.each([
    'order.shipment.delivered',
    'order.shipment.exception',
    'order.shipment.on_hold',
    'order.shipment.cancelled',
    'order.shipment.tracking.updated',
    'order.shipment.address.updated',
    'order.shipment.line_item.added',
    'order.shipment.line_item.removed',
    'order.shipment.line_item.updated',
    'order.shipment.shipping_service.updated',
    'shipment_delivered',
    'shipment_exception',
    'shipment_onhold',
    'shipment_cancelled',
  ])('is the order for %s where it is named, else the shipment', (topic) => {
    expect(subjectOfDelivery(topic, shipmentBody)).toEqual(order);
    expect(subjectOfDelivery(topic, loneShipment)).toEqual(shipment);
    expect(subjectOfDelivery(topic, '{"shipment_id":"388185605"}')).toEqual(shipment);
    expect(subjectOfDelivery(topic, '{"id":1,"shipment_id":388185605}')).toEqual(shipment);
    expect(subjectOfDelivery(topic, orderBody)).toEqual(order);
  });

  it('is the order for the published body of tracking_received', () => {
    expect(subjectOfDelivery('order.shipment.tracking_received', trackingReceived)).toEqual({
      subject: { kind: 'order', id: '100000001' },
      keptBecause: null,
    });
  });

  it.each([
    'wro.created',
    'wro.updated',
    'wro.completed',
    'wro.box.arrived',
    'wro.box.scanned',
    'wro.box.stowed',
  ])('is the receiving order for %s', (topic) => {
    expect(subjectOfDelivery(topic, '{"id":443002,"status":"Completed"}')).toEqual(receiving);
    expect(subjectOfDelivery(topic, '{"box_id":7}')).toEqual(kept('no id was found in its body'));
  });

  it.each(['billing.charge.created', 'billing.refund.created', 'billing.credit.created'])(
    'is all charges for %s',
    (topic) => {
      const body = '{"transaction_id":"01AN4Z07BY79KA1307SR9X4MV3","amount":7.77}';

      expect(subjectOfDelivery(topic, body)).toEqual(charge);
    },
  );

  it('keeps every digit of ids that no number of the language can hold', () => {
    const body = '{"id":9007199254740993,"order_id":9223372036854775807,"x":1.50}';

    expect(subjectOfDelivery('order.shipment.delivered', body).subject?.id).toBe(
      '9223372036854775807',
    );
  });
});

describe('a delivery is kept', () => {
  it.each(['return.created', 'return.updated', 'return.completed'])('for %s', (topic) => {
    expect(subjectOfDelivery(topic, '{"id":1}')).toEqual(kept('not used by mlc'));
  });

  it('when its topic is not known, and says whether its body has an id', () => {
    const because = 'its topic is not known';

    expect(subjectOfDelivery('inventory.updated', '{"sku":"A"}')).toEqual(kept(because));
    expect(subjectOfDelivery('order.vanished', shipmentBody)).toEqual(
      kept(`${because}, though its body has an id`),
    );
    expect(subjectOfDelivery('constructor', '{}')).toEqual(kept(because));
  });

  it('when it names no topic', () => {
    expect(subjectOfDelivery('', orderBody)).toEqual(
      kept('it names no topic, though its body has an id'),
    );
  });

  it.each(['', 'not json', '{"id":1', '{"id":01}'])('when its body is not JSON: %s', (body) => {
    expect(subjectOfDelivery('order.shipped', body)).toEqual(kept('its body is not JSON'));
    expect(subjectOfDelivery('billing.charge.created', body).subject).toBeNull();
  });

  it.each(['null', '7', '"text"', '[{"id":1}]'])('when its body is no object: %s', (body) => {
    expect(subjectOfDelivery('order.shipped', body)).toEqual(kept('its body is not a JSON object'));
  });

  it.each(['0', '-5', '1.5', '1e400', 'null', 'true', '"abc"', '""', '" 7"', '"007"', '{}', '[7]'])(
    'when its id is %s',
    (id) => {
      expect(subjectOfDelivery('wro.created', `{"id":${id}}`).subject).toBeNull();
    },
  );

  it('when its id has more than 19 digits', () => {
    expect(subjectOfDelivery('wro.created', `{"id":${'9'.repeat(20)}}`).subject).toBeNull();
  });
});

describe('any body', () => {
  const topics = [...mlcTopics.map(({ topic }) => topic), 'return.created', 'other', ''];
  const id = fc.oneof(fc.bigInt(), fc.double(), fc.jsonValue());
  const shaped = fc
    .record({ id, order_id: id, shipment_id: id, shipments: fc.jsonValue() }, { requiredKeys: [] })
    .map((fields) => {
      const parts = Object.entries(fields).map(([name, value]) => {
        const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
        return `${JSON.stringify(name)}:${text ?? 'null'}`;
      });
      return `{${parts.join(',')}}`;
    });

  it('is either about something with a plain id, or kept for a reason', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...topics),
        fc.oneof(shaped, fc.json(), fc.string({ unit: 'binary' })),
        (topic, body) => {
          const { subject, keptBecause } = subjectOfDelivery(topic, body);

          expect((subject === null) !== (keptBecause === null)).toBe(true);
          if (subject !== null) expect(subject.id).toMatch(/^([1-9]\d{0,18}|all)$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the topics worth subscribing to', () => {
  it('all lead to something that is read', () => {
    const unread = mlcTopics.filter(({ topic }) => {
      return subjectOfDelivery(topic, shipmentBody).subject === null;
    });

    expect(unread).toEqual([]);
  });

  it('are those of every version, and those that came with 2026-07', () => {
    const early = mlcTopics.filter(({ since }) => since === null).map(({ topic }) => topic);

    expect(early).toEqual([
      'order.shipped',
      'order.shipment.delivered',
      'order.shipment.exception',
      'order.shipment.on_hold',
      'order.shipment.cancelled',
    ]);
    expect(
      mlcTopics.every(({ topic, since }) => !topic.startsWith('wro.') || since === '2026-07'),
    ).toBe(true);
  });
});
