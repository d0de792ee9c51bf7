import { createOrder } from './customer-order.ts';
import { parseDecimal } from './decimal.ts';
import type { BatchOrder } from './sales-state.ts';
import type { Plant } from './schema.ts';
import type { State } from './state.ts';

type Wanted = Extract<Plant, { kind: 'copyOrder' | 'enterOrder' }>;

/** A sales order that a person typed in; answers its number. */
export function enterOrder(state: State, what: Wanted): string {
  const batch = what.kind === 'copyOrder' ? copyOf(state, what) : typedIn(state, what);
  return createOrder(state, { batch, stopped: false, nowMs: state.clock.now() }).number;
}

/** The same order once more, under the same reference. */
function copyOf(state: State, what: Extract<Plant, { kind: 'copyOrder' }>): BatchOrder {
  const order = state.orders.get(what.number);
  if (!order) throw new Error(`order ${what.number} is not there`);
  return {
    number: '',
    customer: what.customer ?? order.customer,
    orderType: order.orderType,
    facility: order.facility,
    warehouse: order.warehouse,
    orderDay: order.orderDay,
    requestedDay: order.requestedDay,
    customerReference: order.customerReference,
    yourReference: order.yourReference,
    status: '90',
    finalNumber: '',
    fields: { ...order.fields },
    lines: order.lines.map(({ line, suffix, item, quantity, warehouse, fields }) => ({
      line,
      suffix,
      item,
      quantity,
      warehouse,
      fields: { ...fields },
    })),
    addresses: [],
    texts: [],
    charges: [],
    messages: [],
    live: true,
  };
}

function typedIn(state: State, what: Extract<Plant, { kind: 'enterOrder' }>): BatchOrder {
  const { customer, warehouse, yourReference, day } = what;
  if (!state.master.customers.has(customer)) throw new Error(`customer ${customer} is not there`);
  const lines = [what, ...(what.further ?? [])].map(({ item, quantity }, index) => {
    const ordered = parseDecimal(quantity);
    if (ordered === undefined) throw new Error(`"${quantity}" is no quantity`);
    return { line: index + 1, suffix: 0, item, quantity: ordered, warehouse, fields: {} };
  });
  return {
    number: '',
    customer,
    orderType: state.seed.orderTypes[0] ?? '',
    facility: state.seed.facility,
    warehouse,
    orderDay: day,
    requestedDay: day,
    customerReference: yourReference,
    yourReference,
    status: '90',
    finalNumber: '',
    fields: {},
    lines,
    addresses: [],
    texts: [],
    charges: [],
    messages: [],
    live: true,
  };
}
