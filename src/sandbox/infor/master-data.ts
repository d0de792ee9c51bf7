import { absent, type Call, type Program, Refusal, type Row, required } from './call.ts';
import { formatDecimal, total } from './decimal.ts';
import type { Account, Alias, Customer, Item, Warehouse } from './master-state.ts';
import { sortKey } from './sorted-index.ts';
import type { State } from './state.ts';
import { balancesOf } from './stock.ts';

/** MNS150MI: who the service user is and where it works. */
export const users: Program = {
  GetUserData: {
    kind: 'read',
    run: ({ state }) => [
      {
        CONO: String(state.seed.company),
        DIVI: state.seed.division,
        FACI: state.seed.facility,
        WHLO: state.seed.warehouses[0]?.number ?? '',
        LANC: 'GB',
        DTFM: 'YMD',
        DCFM: '.',
        TIZO: 'UTC',
        USID: 'MLCUSER',
        NAME: 'Connector service user',
        USTA: '20',
        CSYS: 'SANDBOX',
      },
    ],
  },
};

/** OIS010MI: the list starts at the type asked for. */
export const orderTypes: Program = {
  LstOrderTypes: {
    kind: 'read',
    run: ({ state, input }) =>
      [...state.seed.orderTypes]
        .sort()
        .filter((type) => type >= input.text('ORTP'))
        .map((type) => ({ ORTP: type, TX40: `Order type ${type}` })),
  },
};

/** MMS200MI. */
export const items: Program = {
  Get: { kind: 'read', run: (call) => [itemRow(wantedItem(call))] },
  GetItmBasic: { kind: 'read', run: (call) => [itemRow(wantedItem(call))] },
  GetItmWhsBasic: {
    kind: 'read',
    run(call) {
      const { item, warehouse } = wantedPlace(call);
      return [
        {
          ...place(call.state, item, warehouse),
          ITDS: item.name,
          WHNM: warehouse.name,
          STAT: item.status,
          WHSL: warehouse.location,
          PUIT: '2',
        },
      ];
    },
  },
  GetItmWhsBal: {
    kind: 'read',
    run(call) {
      const { item, warehouse } = wantedPlace(call);
      const balances = balancesOf(call.state, warehouse.number, item.number);
      const onHand = total(balances.map((balance) => balance.onHand));
      const allocated = total(balances.map((balance) => balance.allocated));
      return [
        {
          ...place(call.state, item, warehouse),
          STQT: formatDecimal(onHand),
          ALQT: formatDecimal(allocated),
          AVAL: formatDecimal(onHand - allocated),
          AV01: formatDecimal(onHand - allocated),
          QUQT: '0',
          RJQT: '0',
          NUS7: String(balances.length),
        },
      ];
    },
  },
};

/** MMS025MI. */
export const aliases: Program = {
  GetItem: {
    kind: 'read',
    run({ state, input }) {
      const prefix = sortKey(input.text('POPN'), input.whole('ALWT'));
      const [found] = state.master.aliases.within(prefix);
      return [aliasRow(state, required(found, 'POPN'))];
    },
  },
  LstItem: {
    kind: 'read',
    *run({ state, input }) {
      const start = sortKey(input.text('POPN'), input.whole('ALWT'));
      for (const alias of state.master.aliases.from(start)) yield aliasRow(state, alias);
    },
  },
};

/** CRS610MI. */
export const customers: Program = {
  GetBasicData: {
    kind: 'read',
    run: (call) => [{ ...customerRow(call), MCOS: '0', CUTP: '0', CSCD: 'US' }],
  },
  GetOrderInfo: {
    kind: 'read',
    run: (call) => [
      {
        ...customerRow(call),
        ORTP: call.state.seed.orderTypes[0] ?? '',
        FACI: call.state.seed.facility,
        WHLO: call.state.seed.warehouses[0]?.number ?? '',
        PYNO: call.input.text('CUNO'),
        MCOS: '0',
      },
    ],
  },
  GetFinancial: {
    kind: 'read',
    run: (call) => [{ ...customerRow(call), BLCD: wantedCustomer(call).stopped ? '1' : '0' }],
  },
};

/** CRS620MI. */
export const suppliers: Program = {
  GetBasicData: {
    kind: 'read',
    run({ state, input }) {
      const supplier = required(state.master.suppliers.get(input.text('SUNO')), 'SUNO');
      return [
        {
          CONO: String(state.seed.company),
          SUNO: supplier.number,
          SUNM: supplier.name,
          SUTY: '0',
          STAT: supplier.status,
          CUCD: supplier.currency,
          LNCD: 'GB',
        },
      ];
    },
  },
};

/** MMS005MI. */
export const warehouses: Program = {
  GetWarehouse: {
    kind: 'read',
    run: ({ state, input }) => {
      const found = required(state.master.warehouses.get(input.text('WHLO')), 'WHLO');
      return [warehouseRow(state, found)];
    },
  },
  LstWarehouses: {
    kind: 'read',
    *run({ state, input }) {
      for (const warehouse of state.master.warehouses.from(input.text('FWHL'))) {
        if (input.has('TWHL') && warehouse.number > input.text('TWHL')) return;
        yield warehouseRow(state, warehouse);
      }
    },
  },
};

/** CRS630MI: values are kept under the company's division, none at a blank one. */
export const accounts: Program = {
  GetAccountID: {
    kind: 'read',
    run({ state, input }) {
      const division = input.text('DIVI') || state.seed.division;
      if (division !== state.seed.division) throw absent('AITM');
      const key = sortKey(input.whole('AITP'), input.text('AITM'));
      return [accountRow(state, required(state.master.accounts.get(key), 'AITM'))];
    },
  },
  LstAccountID: {
    kind: 'read',
    *run({ state, input }) {
      const start = sortKey(input.whole('AITP'), input.text('AITM'));
      for (const account of state.master.accounts.from(start)) yield accountRow(state, account);
    },
  },
};

/** MMS060MI. */
export const balances: Program = {
  LstBalID: {
    kind: 'read',
    *run({ state, input }) {
      const warehouse = input.text('WHLO');
      const rest = [input.text('ITNO'), input.text('WHSL'), input.text('BANO')];
      while (rest.at(-1) === '') rest.pop();
      const start = sortKey(warehouse, ...rest);
      for (const balance of state.balances.within(warehouse, start)) {
        const item = state.master.items.get(balance.item);
        yield {
          CONO: String(state.seed.company),
          WHLO: balance.warehouse,
          ITNO: balance.item,
          ITDS: item?.name ?? '',
          UNMS: item?.unit ?? '',
          WHSL: balance.location,
          BANO: balance.lot,
          REPN: '0',
          STAS: '2',
          STQT: formatDecimal(balance.onHand),
          ALQT: formatDecimal(balance.allocated),
          INDI: item?.lotControlled ? '3' : '0',
        };
      }
    },
  },
};

function wantedItem({ state, input }: Call): Item {
  return required(state.master.items.get(input.text('ITNO')), 'ITNO');
}

function wantedPlace(call: Call): { item: Item; warehouse: Warehouse } {
  const number = call.input.text('WHLO');
  const warehouse = call.state.master.warehouses.get(number);
  if (!warehouse) throw new Refusal('WWH0103', 'WHLO', `Warehouse ${number} does not exist`);
  const item = wantedItem(call);
  if (!item.warehouses.has(number)) throw absent('ITNO');
  return { item, warehouse };
}

function wantedCustomer({ state, input }: Call): Customer {
  return required(state.master.customers.get(input.text('CUNO')), 'CUNO');
}

function itemRow(item: Item): Row {
  return {
    STAT: item.status,
    ITNO: item.number,
    ITDS: item.name,
    FUDS: item.name,
    UNMS: item.unit,
    PUUN: item.unit,
    SPUN: item.unit,
    STCD: '1',
    BACD: '0',
    INDI: item.lotControlled ? '3' : '0',
    SALE: '1',
    ACTI: '0',
    DCCD: String(item.decimals),
    ITTY: '001',
    CHCD: '0',
    CHNO: '1',
  };
}

function place(state: State, item: Item, warehouse: Warehouse): Row {
  return {
    CONO: String(state.seed.company),
    WHLO: warehouse.number,
    ITNO: item.number,
    FACI: warehouse.facility,
  };
}

function aliasRow(state: State, alias: Alias): Row {
  return {
    CONO: String(state.seed.company),
    ALWT: String(alias.category),
    ITNO: alias.item,
    POPN: alias.alias,
    CNQT: alias.quantity,
    ALUN: state.master.items.get(alias.item)?.unit ?? '',
    VFDT: '0',
    LVDT: '0',
  };
}

function customerRow(call: Call): Row {
  const customer = wantedCustomer(call);
  return {
    CONO: String(call.state.seed.company),
    DIVI: call.state.seed.division,
    LNCD: 'GB',
    CUNO: customer.number,
    CUNM: customer.name,
    STAT: customer.status,
    CUCD: customer.currency,
  };
}

function warehouseRow(state: State, warehouse: Warehouse): Row {
  return {
    CONO: String(state.seed.company),
    DIVI: state.seed.division,
    FACI: warehouse.facility,
    WHLO: warehouse.number,
    WHNM: warehouse.name,
    STOF: '1',
    TIZO: 'UTC',
    RDIL: warehouse.location,
    WHTY: '10',
  };
}

function accountRow(state: State, account: Account): Row {
  return {
    CONO: String(state.seed.company),
    DIVI: state.seed.division,
    AITP: String(account.dimension),
    AITM: account.value,
    TX40: account.name,
    TX15: account.name.slice(0, 15),
    LCCD: account.blocked ? '1' : '0',
    VFDT: account.validFrom,
    VTDT: account.validTo,
    AT13: '0',
    RECE: '0',
    ACRV: '0',
    MQCD: '0',
    MTCD: '0',
  };
}
