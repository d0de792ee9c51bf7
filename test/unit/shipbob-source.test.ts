import { describe, expect, it } from 'vitest';
import { orderId, receivingId } from '../../src/core/schema.ts';
import { boxJson, orderJson } from '../support/shipbob-json.ts';
import {
  answeringHttp,
  collect,
  json,
  shipbobSource,
  thrownBy,
} from '../support/shipbob-source.ts';

const WINDOW = { fromMs: 0, toMs: 1 };

function orderOf(id: number, channel: number | null) {
  return orderJson({ id, shipments: [], channel: channel && { id: channel, name: 'C' } });
}

function onePage(...rows: unknown[]) {
  return answeringHttp(() => json(rows, { 'total-pages': '1', 'total-count': '1' }));
}

describe('channels', () => {
  it('are all read, without a header, when none is selected', async () => {
    const http = onePage(orderOf(1, 11), orderOf(2, null));
    const { source } = shipbobSource(http);

    const [page] = await collect(source.orders('updated', WINDOW));

    expect(page?.observations).toHaveLength(2);
    expect(http.calls[0]?.headers).not.toHaveProperty('shipbob_channel_id');
  });

  it('are left to ShipBob when one is selected', async () => {
    const http = onePage(orderOf(1, 11), orderOf(2, null), orderOf(3, 99));
    const { source } = shipbobSource(http, { settings: { channels: ['11'] } });

    const [page] = await collect(source.orders('updated', WINDOW));

    expect(http.calls[0]?.headers).toMatchObject({ shipbob_channel_id: '11' });
    expect(page?.observations.map((each) => each.record.id)).toEqual(['1', '2']);
  });

  it('are picked out of one sweep when several are selected', async () => {
    const http = onePage(orderOf(1, 11), orderOf(2, null), orderOf(3, 99), orderOf(4, 12));
    const { source } = shipbobSource(http, { settings: { channels: ['11', '12'] } });

    const [page] = await collect(source.orders('updated', WINDOW));

    expect(http.calls).toHaveLength(1);
    expect(http.calls[0]?.headers).not.toHaveProperty('shipbob_channel_id');
    expect(page?.observations.map((each) => each.record.id)).toEqual(['1', '4']);
    expect(page?.unreadable).toMatchObject([
      { id: '2', problem: 'Field channel is missing, and only some channels are read.' },
    ]);
  });

  it('that are not selected hide a single order too', async () => {
    const http = answeringHttp(() => json(orderOf(3, 99)));
    const { source } = shipbobSource(http, { settings: { channels: ['11', '12'] } });

    expect(await source.order(orderId('3'))).toBeNull();
  });

  it('are told with their scopes', async () => {
    const http = answeringHttp((call) =>
      call.query.cursor === undefined
        ? json({
            items: [
              { id: 432951, name: 'PAT', application_name: 'SMA', scopes: ['orders_read'] },
              null,
            ],
            next: '/2026-07/channel?cursor=eyJ0',
          })
        : json({ items: [{ id: 128943, name: 'Default', application_name: 'ShipBob' }] }),
    );
    const { source } = shipbobSource(http);

    expect(await source.probe()).toEqual({
      channels: [
        { id: '432951', name: 'PAT', application: 'SMA', scopes: ['orders_read'] },
        { id: '128943', name: 'Default', application: 'ShipBob', scopes: [] },
      ],
    });
  });
});

describe('a single order', () => {
  it('that cannot be understood keeps the id it was asked for by', async () => {
    const http = answeringHttp(() => json({ status: 'Processing' }));
    const { source } = shipbobSource(http);

    expect(await source.order(orderId('7'))).toMatchObject({
      kind: 'order',
      id: '7',
      raw: '{"status":"Processing"}',
    });
  });
});

describe('the boxes of a receiving order', () => {
  it('come with their lots', async () => {
    const http = answeringHttp(() => json([boxJson(), boxJson({ box_id: 2, box_items: [] })]));
    const { source } = shipbobSource(http);

    const boxes = await source.boxes(receivingId('443002'));

    expect(http.calls[0]?.path).toBe('/2026-07/receiving/443002/boxes');
    expect(boxes.map((box) => [box.boxId, box.contents.length])).toEqual([
      ['1571189', 2],
      ['2', 0],
    ]);
    expect(boxes[0]?.contents[0]).toMatchObject({ lot: 'LOT-2222', expiresOn: '2027-06-30' });
  });

  it('are a Problem when they cannot be understood: guessed lots would be booked', async () => {
    const broken = boxJson({ box_items: [{ inventory_id: 1, stowed_quantity: 'some' }] });
    const http = answeringHttp(() => json([broken]));
    const { source } = shipbobSource(http);

    const problem = await thrownBy(source.boxes(receivingId('443002')));

    expect(problem).toMatchObject({
      code: 'SHIPBOB_BOXES_UNREADABLE',
      kind: 'rejected',
      message: expect.stringContaining('box_items[0].stowed_quantity'),
    });
  });

  it('are a Problem when the receiving order is gone', async () => {
    const http = answeringHttp(() => ({ status: 404 }));
    const { source } = shipbobSource(http);

    const problem = await thrownBy(source.boxes(receivingId('443002')));

    expect(problem).toMatchObject({ code: 'SHIPBOB_NOT_FOUND', kind: 'rejected' });
  });
});
