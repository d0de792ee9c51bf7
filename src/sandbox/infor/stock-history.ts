import { dayOf, timeOf } from './calendar.ts';
import type { Program, Row } from './call.ts';
import { formatDecimal } from './decimal.ts';
import { sortKey } from './sorted-index.ts';
import { nextNumber, type State } from './state.ts';
import { onHandOf, openBalance } from './stock.ts';
import type { StockMovement } from './stock-state.ts';

type Given = Pick<StockMovement, 'type' | 'warehouse' | 'item' | 'location' | 'lot' | 'quantity'>;
type Optional = Omit<
  StockMovement,
  keyof Given | 'sequence' | 'balanceAfter' | 'atMs' | 'time' | 'day'
>;

export const blankMovement: Optional = {
  order: '',
  line: 0,
  suffix: 0,
  delivery: 0,
  pickList: 0,
  receivingNumber: '',
  deliveryNote: '',
  reasonCode: '',
  reference: '',
  lotReference: '',
  lotReference2: '',
  responsible: '',
  message: '',
  externalKey: '',
};

/** Changes the balance and writes the history row that explains it. */
export function moveStock(
  state: State,
  movement: Given & Partial<Optional> & { atMs: number; day?: string },
): StockMovement {
  const balance = openBalance(state, movement);
  balance.onHand += movement.quantity;
  const sequence = nextNumber(state, 'movement', 1);
  const row: StockMovement = {
    ...blankMovement,
    ...movement,
    day: movement.day || dayOf(movement.atMs),
    time: timeOf(movement.atMs),
    sequence,
    balanceAfter: onHandOf(state, movement.warehouse, movement.item),
  };
  state.movements.push(row);
  const { type, order, line, suffix, delivery } = row;
  state.movementsByOrder.put(sortKey(order, line, suffix, delivery, sequence), row);
  state.movementsByType.put(sortKey(type, order, line, suffix, delivery, sequence), row);
  state.movementsByTypeAndDay.put(sortKey(type, row.day, row.time, sequence), row);
  const entered = sortKey(row.warehouse, dayOf(row.atMs), row.time, row.item, sequence);
  state.movementsByEntry.put(entered, row);
  return row;
}

/** MWS070MI. */
export const stockHistory: Program = {
  ListTransByRef: {
    kind: 'read',
    *run({ state, input }) {
      const prefix = sortKey(input.text('RIDN'), input.whole('RIDL'));
      const start = sortKey(prefix, input.whole('RIDX'), input.whole('RIDI'));
      for (const row of state.movementsByOrder.within(prefix, start)) yield history(state, row);
    },
  },
  // The day is where the list starts; it goes on to the end of the warehouse.
  ListTransByDate: {
    kind: 'read',
    *run({ state, input }) {
      const warehouse = input.text('WHLO');
      const time = input.has('RGTM') ? input.text('RGTM').padStart(6, '0') : '';
      const start = sortKey(warehouse, input.text('RGDT'), time, input.text('ITNO'));
      for (const row of state.movementsByEntry.within(warehouse, start)) yield history(state, row);
    },
  },
  LstTransByOrder: {
    kind: 'read',
    *run({ state, input }) {
      const type = String(input.whole('TTYP'));
      const place = sortKey(input.text('RIDN'), input.whole('RIDL'), input.whole('RIDX'));
      const start = sortKey(type, place, input.whole('RIDI'));
      for (const row of state.movementsByType.within(type, start)) yield history(state, row);
    },
  },
  SelStockTran: {
    kind: 'read',
    *run({ state, input }) {
      const type = String(input.whole('TTYP'));
      const firstTime = input.has('FTTM') ? input.text('FTTM').padStart(6, '0') : '';
      const start = sortKey(type, input.text('FTRD'), firstTime);
      const last = input.text('TRDT');
      for (const row of state.movementsByTypeAndDay.within(type, start)) {
        if (row.day > last) return;
        if (input.has('WHLO') && row.warehouse !== input.text('WHLO')) continue;
        if (input.has('ITNO') && row.item !== input.text('ITNO')) continue;
        yield history(state, row);
      }
    },
  },
};

function history(state: State, row: StockMovement): Row {
  const item = state.master.items.get(row.item);
  return {
    WHLO: row.warehouse,
    ITNO: row.item,
    ITDS: item?.name ?? '',
    UNMS: item?.unit ?? '',
    INDI: item?.lotControlled ? '3' : '0',
    RGDT: dayOf(row.atMs),
    RGTM: row.time,
    TMSX: String(row.sequence % 1000),
    TRDT: row.day,
    TRTM: row.time,
    RESP: row.responsible,
    TTYP: row.type,
    WHSL: row.location,
    BANO: row.lot,
    BREF: row.lotReference,
    BRE2: row.lotReference2,
    RIDN: row.order,
    RIDL: String(row.line),
    RIDX: String(row.suffix),
    RIDI: String(row.delivery),
    PLSX: String(row.pickList),
    RFTX: row.reference,
    STAS: '2',
    TRQT: formatDecimal(row.quantity),
    TRQA: formatDecimal(row.quantity),
    NSTQ: formatDecimal(row.balanceAfter),
    NSTT: formatDecimal(row.balanceAfter),
    REPN: row.receivingNumber,
    ANBR: '0',
    RSCD: row.reasonCode,
    STCD: '1',
    SUDO: row.deliveryNote,
    STNO: String(row.sequence),
  };
}
