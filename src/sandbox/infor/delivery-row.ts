import type { Row } from './call.ts';
import { customerOrderCategory, pickListedOf } from './customer-order.ts';
import { formatDecimal } from './decimal.ts';
import type { Delivery } from './sales-state.ts';
import type { State } from './state.ts';

/** A delivery line as the several lists show it; none when its order is gone. */
export function* deliveryLineRow(
  state: State,
  entry: { delivery: Delivery; line: number },
): Generator<Row> {
  const order = state.orders.get(entry.delivery.order);
  const line = order?.lines.find((other) => other.line === entry.line);
  if (!order || !line) return;
  yield {
    DLIX: String(entry.delivery.number),
    RORC: String(customerOrderCategory),
    RIDN: order.number,
    RIDL: String(line.line),
    RIDX: String(line.suffix),
    ITNO: line.item,
    FACI: order.facility,
    TRQT: formatDecimal(line.quantity),
    TRQA: formatDecimal(line.quantity),
    PLQT: formatDecimal(pickListedOf(line)),
    PLQA: formatDecimal(pickListedOf(line)),
    ALUN: state.master.items.get(line.item)?.unit ?? '',
    PHLD: '0',
    BLOP: '0',
    STCD: '1',
  };
}
