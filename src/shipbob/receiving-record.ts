import type {
  ReceivingBox,
  ReceivingLine,
  ReceivingPhase,
  ReceivingRecord,
} from '../core/glossary.ts';
import { canonicalQuantity, receivingId } from '../core/schema.ts';
import { newest } from './order-record.ts';
import { Row } from './schema.ts';
import { ianaTimeZone } from './time-zone.ts';

/** Reference: shipbob-api §7.2. A status that is not here is `unrecognised`. */
const phaseByStatus: Readonly<Record<string, ReceivingPhase>> = {
  Awaiting: 'expected',
  Incomplete: 'expected',
  Arrived: 'receiving',
  PartiallyArrived: 'receiving',
  PartiallyArrivedAtHub: 'receiving',
  ArrivedAtHub: 'receiving',
  Processing: 'receiving',
  ProcessingAtHub: 'receiving',
  Completed: 'completed',
  Cancelled: 'cancelled',
  InternalTransfer: 'transfer',
};

/** Every status but the two final ones. */
export const openStatuses: readonly string[] = Object.keys(phaseByStatus).filter(
  (status) => status !== 'Completed' && status !== 'Cancelled',
);

/** Translates one receiving order; its boxes are a call of their own. Throws UnreadableField. */
export function readReceiving(value: unknown): ReceivingRecord {
  const row = new Row(value);
  const status = row.text('status');
  const phase = Object.hasOwn(phaseByStatus, status)
    ? (phaseByStatus[status] ?? 'unrecognised')
    : 'unrecognised';
  const centre = row.requiredRow('fulfillment_center');
  const history = row.rows('status_history');
  const timeZone = centre.textOrNull('timezone');
  return {
    kind: 'receiving',
    id: receivingId(row.id('id')),
    phase,
    status,
    purchaseOrderNumber: row.textOrNull('purchase_order_number'),
    centre: {
      id: centre.id('id'),
      name: centre.text('name'),
      timeZone: timeZone === null ? null : ianaTimeZone(timeZone),
    },
    createdAtMs: row.instant('insert_date'),
    completedAtMs: newest(
      history
        .filter((entry) => entry.text('status') === 'Completed')
        .map((entry) => entry.instantOrNull('timestamp')),
    ),
    expectedAtMs: row.looseInstant('expected_arrival_date'),
    lines: readLines(row, phase),
    boxes: null,
    updatedAtMs: newest([
      row.looseInstant('last_updated_date'),
      ...history.map((entry) => entry.looseInstant('timestamp')),
    ]),
  };
}

/** The list may be missing only while there is nothing to book from it. */
function readLines(row: Row, phase: ReceivingPhase): ReceivingLine[] {
  const nothingToBook = phase === 'expected' || phase === 'cancelled';
  const lines = nothingToBook
    ? row.rows('inventory_quantities')
    : row.requiredRows('inventory_quantities');
  return lines.map((line) => ({
    inventoryId: line.inventoryId('inventory_id'),
    sku: line.text('sku'),
    expected: line.quantityOrNull('expected_quantity') ?? canonicalQuantity('0'),
    received: line.quantityOrNull('received_quantity') ?? canonicalQuantity('0'),
    stowed: line.quantity('stowed_quantity'),
  }));
}

/** Translates one box of a receiving order: the only place with lots. Throws UnreadableField. */
export function readBox(value: unknown): ReceivingBox {
  const row = new Row(value);
  return {
    boxId: row.id('box_id'),
    status: row.text('box_status'),
    contents: row.rows('box_items').map((item) => ({
      inventoryId: item.inventoryId('inventory_id'),
      stowed: item.quantity('stowed_quantity'),
      lot: item.textOrNull('lot_number'),
      expiresOn: item.dayOrNull('lot_date'),
    })),
  };
}
