import type { SimulatedWorld } from './simulation-world.ts';

type State = SimulatedWorld['sandbox']['inforSandbox']['world']['state'];
type Movement = State['movements'][number];

/** Everything somebody can spoil at one moment of the quiet life. */
interface Hands {
  sandbox: SimulatedWorld['sandbox'];
  state: State;
  /** Of the connector's own database. */
  write(sql: string): void;
}

export interface Planted {
  error: string;
  /** After the run of that name; otherwise before the judgement. */
  after?: string;
  spoil(hands: Hands): void;
  /** The kind of the violation, and words of it. */
  seen: [string, RegExp];
}

const million = 1_000_000n;

function order(state: State) {
  const found = [...state.orders.values()].find((one) => /^SB\d+$/.test(one.yourReference));
  if (found === undefined) throw new Error('the quiet life has a sales order');
  return found;
}

function purchase(state: State) {
  const found = [...state.purchaseOrders.values()].find((one) => /^SB\d+$/.test(one.yourReference));
  if (found === undefined) throw new Error('the quiet life has a purchase order of ours');
  return found;
}

function movement(state: State, type: string): Movement {
  const found = state.movements.find((row) => row.type === type && row.externalKey !== '');
  if (found === undefined) throw new Error(`the quiet life has a movement ${type}`);
  return found;
}

function voucher(state: State) {
  const found = state.vouchers.find(({ journal }) => journal !== '');
  if (found === undefined) throw new Error('the quiet life has a voucher');
  return found;
}

function firstOf<Value>(values: readonly Value[]): Value {
  const [first] = values;
  if (first === undefined) throw new Error('nothing to spoil');
  return first;
}

function again(type: string, change: Partial<Movement> = {}) {
  return ({ state }: Hands) => {
    state.movements.push({ ...movement(state, type), message: 'AGAIN', ...change });
  };
}

/** Of both places at which the simulator keeps it, the judge reads this one. */
function change(type: string, with_: (row: Movement) => void) {
  return ({ state }: Hands) => with_(movement(state, type));
}

function take(type: string) {
  return ({ state }: Hands) => {
    const row = movement(state, type);
    const { externalKey } = row;
    const rest = state.movements.filter((one) => one.externalKey !== externalKey);
    state.movements.splice(0, state.movements.length, ...rest);
  };
}

export const salesErrors: Planted[] = [
  {
    error: 'a doubled sales order',
    spoil: ({ sandbox, state }) => {
      sandbox.inforSandbox.world.plant({ kind: 'copyOrder', number: order(state).number });
    },
    seen: ['double', /^SB\d+: /],
  },
  {
    error: 'a doubled purchase order',
    spoil: ({ state }) => {
      state.purchaseOrders.set('9999999', { ...purchase(state), number: '9999999' });
    },
    seen: ['double', /^SB\d+: /],
  },
  {
    error: 'an order of a wrong quantity',
    spoil: ({ state }) => {
      firstOf(order(state).lines).quantity += million;
    },
    seen: ['wrong', /^SB\d+: \d+ of .+ instead of/],
  },
  {
    error: 'an order of a wrong item',
    spoil: ({ state }) => {
      firstOf(order(state).lines).item = 'ANOTHER';
    },
    seen: ['wrong', /of .+ instead of/],
  },
  {
    error: 'a purchase order of a wrong quantity',
    spoil: ({ state }) => {
      firstOf(purchase(state).lines).ordered += million;
    },
    seen: ['wrong', /^SB\d+: \d+ of .+ instead of/],
  },
  {
    error: 'an order of a wrong customer',
    spoil: ({ state }) => {
      order(state).customer = 'ANOTHER';
    },
    seen: ['wrong', /customer ANOTHER/],
  },
  {
    error: 'an order line in a wrong warehouse',
    spoil: ({ state }) => {
      firstOf(order(state).lines).warehouse = 'XXX';
    },
    seen: ['wrong', /line in XXX/],
  },
  {
    error: 'a missing order',
    spoil: ({ state }) => {
      order(state).deleted = true;
    },
    seen: ['loss', /^SB\d+ is not in Infor/],
  },
  {
    error: 'a missing purchase order',
    spoil: ({ state }) => {
      purchase(state).deleted = true;
    },
    seen: ['loss', /^SB\d+ is not in Infor/],
  },
  {
    error: 'an order of a SKU that Infor does not have',
    spoil: ({ sandbox, state }) => {
      const { unknownSkus } = sandbox.week.story;
      const strange = sandbox.shipbobSandbox
        .books()
        .orders.find(({ lines }) => lines.some(({ sku }) => unknownSkus.includes(sku)));
      state.orders.set('X', {
        ...order(state),
        number: 'X',
        yourReference: `SB${strange?.id}`,
      });
    },
    seen: ['wrong', /stands in Infor and must not/],
  },
  {
    error: 'an order of no order of ShipBob',
    spoil: ({ state }) => {
      state.orders.set('X', { ...order(state), number: 'X', yourReference: 'SB999' });
    },
    seen: ['wrong', /SB999, which is no order/],
  },
  {
    error: 'an order that ShipBob has cancelled, and of which nobody is asked',
    spoil: ({ sandbox, state }) => {
      const orderId = Number(order(state).yourReference.slice(2));
      const { world: shipbob } = sandbox.shipbobSandbox;
      shipbob.plant({ kind: 'cancelOrder', orderId, quiet: true });
    },
    seen: ['wrong', /is cancelled, stands in Infor/],
  },
];

/** Changes ShipBob's books too, which are not mended: the last one. */
export const lastError = salesErrors.at(-1) ?? firstOf(salesErrors);

export const goodsErrors: Planted[] = [
  { error: 'a doubled goods issue', spoil: again('31'), seen: ['double', /^shipment/] },
  { error: 'a doubled stock issue', spoil: again('90'), seen: ['double', /^shipment/] },
  { error: 'a doubled receipt', spoil: again('25'), seen: ['double', /receipt R/] },
  {
    error: 'a receipt under one key more',
    spoil: (hands) => {
      const [receiving] = movement(hands.state, '25').externalKey.split('-');
      again('25', { externalKey: `${receiving}-99` })(hands);
    },
    seen: ['double', /stowed/],
  },
  {
    error: 'an issue of a wrong quantity',
    spoil: change('31', (row) => {
      row.quantity -= million;
    }),
    seen: ['wrong', /^shipment \d+: .+ instead of/],
  },
  {
    error: 'a receipt of too little',
    spoil: change('25', (row) => {
      row.quantity -= million;
    }),
    seen: ['loss', /^receiving/],
  },
  ...['31', '90', '25'].map((type): Planted => {
    const spoil = change(type, (row) => {
      row.item = 'NOWHERE';
    });
    return { error: `a movement ${type} of a wrong item`, spoil, seen: ['wrong', /NOWHERE/] };
  }),
  {
    error: 'an issue of a wrong lot',
    spoil: change('31', (row) => {
      row.lot = 'LX';
    }),
    seen: ['wrong', /of .+ instead of/],
  },
  {
    error: 'a receipt of a wrong lot',
    spoil: change('25', (row) => {
      row.lot = 'LX';
    }),
    seen: ['double', /LX, stowed 0/],
  },
  ...['31', '90', '25'].map((type): Planted => {
    const spoil = change(type, (row) => {
      row.warehouse = 'XXX';
    });
    return { error: `a movement ${type} in a wrong warehouse`, spoil, seen: ['wrong', /XXX/] };
  }),
  ...['31', '25'].map((type): Planted => {
    const spoil = change(type, (row) => {
      row.order = '1';
    });
    return { error: `a movement ${type} for a wrong order`, spoil, seen: ['wrong', /order 1$/] };
  }),
  { error: 'a missing goods issue', spoil: take('31'), seen: ['loss', /^shipment/] },
  { error: 'a missing stock issue', spoil: take('90'), seen: ['loss', /^shipment/] },
  { error: 'a missing receipt', spoil: take('25'), seen: ['loss', /^receiving/] },
  ...['31', '25'].map((type): Planted => {
    const key = type === '31' ? 'S999-1' : 'R999-1';
    const spoil = again(type, { externalKey: key });
    return { error: `a movement of ${key}`, spoil, seen: ['wrong', new RegExp(key)] };
  }),
];

export const moneyErrors: Planted[] = [
  {
    error: 'an unbalanced journal',
    spoil: ({ state }) => {
      firstOf(voucher(state).lines).amount += million;
    },
    seen: ['wrong', /out of balance/],
  },
  {
    error: 'a charge on a wrong account',
    spoil: ({ state }) => {
      firstOf(voucher(state).lines).dimensions = ['1'];
    },
    seen: ['wrong', /^charge .+ on 1/],
  },
  {
    error: 'debit and credit changed about',
    spoil: ({ state }) => {
      for (const line of voucher(state).lines) line.amount = -line.amount;
    },
    seen: ['wrong', /^charge .+ on 2480/],
  },
  {
    error: 'a doubled charge',
    spoil: ({ state }) => {
      state.vouchers.push({ ...voucher(state), number: 999, journal: 'J999' });
    },
    seen: ['double', /^charge/],
  },
  {
    error: 'a missing voucher',
    spoil: ({ state }) => {
      voucher(state).journal = '';
    },
    seen: ['loss', /^charge/],
  },
  {
    error: 'a charge that ShipBob never made',
    spoil: ({ state }) => {
      for (const line of voucher(state).lines) line.text = 'NEVER';
    },
    seen: ['wrong', /a charge NEVER/],
  },
];

const claims = [
  'salesOrder',
  'purchaseOrder',
  'goodsIssue',
  'stockIssue',
  'goodsReceipt',
  'journal',
] as const;

export const ledgerErrors: Planted[] = [
  ...claims.map((kind): Planted => {
    const sql = `update crosswalk set infor_number = '0' where document_kind = '${kind}'`;
    return {
      error: `a false number of a ${kind}`,
      spoil: ({ write }) => write(sql),
      seen: ['untrue', new RegExp(`^${kind} .+ is not 0`)],
    };
  }),
  {
    error: 'a posted document without a number',
    spoil: ({ write }) => write("delete from crosswalk where document_kind = 'salesOrder'"),
    seen: ['untrue', /has no number/],
  },
  {
    error: 'a checkpoint that goes back',
    after: 'rest-2',
    spoil: ({ write }) => write('update checkpoint set swept_to_ms = swept_to_ms - 3600000'),
    seen: ['checkpoint', /went back/],
  },
  {
    error: 'a changed row of the audit trail',
    spoil: ({ write }) => {
      write('drop trigger audit_no_update');
      write("update audit set detail = '{}' where seq = (select max(seq) / 2 from audit)");
    },
    seen: ['audit', /broken at row/],
  },
  {
    error: 'an audit trail without a row',
    spoil: ({ write }) => {
      write('drop trigger audit_no_delete');
      write('delete from audit where seq = (select max(seq) / 2 from audit)');
    },
    seen: ['audit', /broken at row/],
  },
  {
    error: 'a posting that is still on its way',
    spoil: ({ write }) =>
      write(
        "update posting set state = 'unknown', commit_fence = 1 where key like 'SB%' and state = 'posted'",
      ),
    seen: ['restless', /^SB\d+ unknown/],
  },
  {
    error: 'a document that was posted though people had put it aside',
    spoil: ({ state, write }) =>
      write(`insert into flag_care (record_kind, record_id, posting_key, code, cause, tags_json,
        ignored_at_ms, ignored_by, ignored_because, updated_at_ms) values ('order',
        '${order(state).yourReference.slice(2)}', '', 'UNKNOWN_SKU', '', '[]', 1, 'ada', 'why', 1)`),
    seen: ['unasked', /^SB\d+/],
  },
  {
    error: 'a forged delivery that was stored',
    after: 'run-15',
    spoil: ({ write }) =>
      write(`insert into inbox (webhook_id, topic, body, received_at_ms, proof, state)
        values ('forged_1', 'order.shipped', '{}', 1, 'signature', 'done')`),
    seen: ['delivery', /forged_1 was taken in/],
  },
  {
    error: 'an acknowledged delivery that is lost',
    after: 'run-15',
    spoil: ({ write }) => write('delete from inbox'),
    seen: ['delivery', /answered 2xx and is gone/],
  },
];
