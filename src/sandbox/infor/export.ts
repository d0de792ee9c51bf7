import { type Program, Refusal, type Row } from './call.ts';
import { orderStatus } from './customer-order.ts';
import { formatDecimal } from './decimal.ts';
import type { State } from './state.ts';

/** The tables that can be exported, each as rows with prefixed columns (reference §5). */
const tables: Record<string, (state: State) => Iterable<Row>> = {
  *OXHEAD(state) {
    for (const order of state.batchOrders.values()) {
      if (!order.live) continue;
      yield {
        OAORNO: order.number,
        OACUNO: order.customer,
        OACUOR: order.customerReference,
        OAYREF: order.yourReference,
        OASTAT: order.status,
        OAORNR: order.finalNumber,
      };
    }
  },
  *OOHEAD(state) {
    for (const order of state.orders.values()) {
      const { lowest, highest } = orderStatus(order);
      yield {
        OAORNO: order.number,
        OACUNO: order.customer,
        OACUOR: order.customerReference,
        OAYREF: order.yourReference,
        OAORDT: order.orderDay,
        OAORSL: lowest,
        OAORST: highest,
      };
    }
  },
  *MPHEAD(state) {
    for (const order of state.purchaseOrders.values()) {
      if (!order.live) continue;
      yield {
        IAPUNO: order.number,
        IASUNO: order.supplier,
        IAYRE1: order.yourReference,
        IAPURC: order.requester,
      };
    }
  },
  *MITTRA(state) {
    for (const row of state.movements) {
      yield {
        MTTTYP: row.type,
        MTRIDN: row.order,
        MTRIDL: String(row.line),
        MTITNO: row.item,
        MTWHLO: row.warehouse,
        MTBANO: row.lot,
        MTTRQT: formatDecimal(row.quantity),
        MTTRDT: row.day,
        MTREPN: row.receivingNumber,
        MTSUDO: row.deliveryNote,
      };
    }
  },
};

/** EXPORTMI: `A,B from TABLE where C = 'x' and D >= 'y'`; one table, no functions. */
export const dataExport: Program = {
  Select: {
    kind: 'read',
    *run({ state, input }) {
      if (!state.tenant.exportEnabled) {
        throw new Refusal('XAU0008', 'QERY', 'No authority for the company');
      }
      const query = parse(input.text('QERY'));
      const separator = input.text('SEPC') || ';';
      if (input.text('HDRS') === '1') yield { REPL: query.columns.join(separator) };
      for (const row of query.table(state)) {
        if (!query.conditions.every((condition) => holds(row, condition))) continue;
        yield { REPL: query.columns.map((column) => row[column] ?? '').join(separator) };
      }
    },
  },
};

interface Condition {
  column: string;
  operator: string;
  value: string;
}

function parse(text: string): {
  columns: string[];
  table: (state: State) => Iterable<Row>;
  conditions: Condition[];
} {
  const match = /^(.+?) from (\w+)(?: where (.+))?$/.exec(text.trim());
  const [, columns = '', name = '', where = ''] = match ?? [];
  const table = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (!table) throw new Refusal('XQE0101', 'QERY', 'Query is not valid');
  const conditions = where === '' ? [] : where.split(' and ').map(parseCondition);
  return { columns: columns.split(',').map((column) => column.trim()), table, conditions };
}

function parseCondition(text: string): Condition {
  const match = /^\s*(\w+)\s*(=|>=|<=|>|<)\s*(?:'([^']*)'|(\S+))\s*$/.exec(text);
  if (!match) throw new Refusal('XQE0101', 'QERY', 'Query is not valid');
  const [, column = '', operator = '', quoted, bare = ''] = match;
  return { column, operator, value: quoted ?? bare };
}

function holds(row: Row, { column, operator, value }: Condition): boolean {
  const actual = row[column];
  if (actual === undefined) throw new Refusal('XQE0103', 'QERY', `Column ${column} does not exist`);
  if (operator === '=') return actual === value;
  if (operator === '>=') return actual >= value;
  if (operator === '<=') return actual <= value;
  return operator === '>' ? actual > value : actual < value;
}
