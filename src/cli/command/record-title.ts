import type { StoredRecord } from '../../app/ports.ts';
import type { OrderRecord, ReceivingRecord } from '../../core/glossary.ts';
import { momentText, moneyText } from '../words.ts';

/** A record in a few lines, readable by a person who knows neither API. */
export function recordTitle(stored: StoredRecord): string[] {
  const { record, key } = stored;
  const vanished = stored.vanishedAtMs === null ? [] : ['  no longer in ShipBob'];
  if (record === null) return [`${key.kind} ${key.id}: could not be understood`, ...vanished];
  switch (record.kind) {
    case 'order':
      return [...orderLines(record), ...vanished];
    case 'receiving':
      return [...receivingLines(record), ...vanished];
    case 'charge':
      return [
        `Charge ${record.id}: ${record.fee} ${moneyText(record.amount, record.currency)} of ${record.chargedOn}, for ${record.referenceType} ${record.referenceId}`,
        ...vanished,
      ];
  }
}

function orderLines(order: OrderRecord): string[] {
  const channel = order.channel ? `, channel ${order.channel.name}` : '';
  return [
    `Order ${order.id}: number ${order.orderNumber}, reference ${order.referenceId}, ${order.type}${channel}`,
    `  ShipBob says ${order.status}; placed ${momentText(order.createdAtMs)}`,
    `  ordered: ${order.lines.map((line) => `${line.quantity} ${line.sku}`).join(', ') || 'nothing'}`,
    ...order.shipments.map((shipment) => {
      const left = shipment.leftAtMs === null ? '' : `, left ${momentText(shipment.leftAtMs)}`;
      const delivered =
        shipment.deliveredAtMs === null ? '' : `, delivered ${momentText(shipment.deliveredAtMs)}`;
      const parts = shipment.parts
        .map(
          (part) => `${part.quantity} ${part.name}${part.lot === null ? '' : ` lot ${part.lot}`}`,
        )
        .join(', ');
      return `  shipment ${shipment.id}: ${shipment.status} at ${shipment.centre?.name ?? 'no centre yet'}${left}${delivered}: ${parts}`;
    }),
  ];
}

function receivingLines(receiving: ReceivingRecord): string[] {
  return [
    `Receiving order ${receiving.id}: purchase order ${receiving.purchaseOrderNumber ?? 'none'}, ${receiving.centre.name}`,
    `  ShipBob says ${receiving.status}; announced ${momentText(receiving.createdAtMs)}`,
    ...receiving.lines.map(
      (line) => `  ${line.sku}: ${line.stowed} on the shelf of ${line.expected} expected`,
    ),
  ];
}
