/** A person at the screens of the simulated M3, past the tool: through M3's own interface. */
import type { CliWorld } from './cli-world.ts';

type Fields = Record<string, string>;

export interface Desk {
  /** One transaction that must succeed; its records. */
  rows(name: string, record?: Fields): Promise<Fields[]>;
  row(name: string, record?: Fields): Promise<Fields>;
  /** A customer order of these lines; answers its number. */
  enterOrder(order: {
    customer: string;
    warehouse: string;
    lines: { item: string; quantity: string }[];
  }): Promise<string>;
  /** A purchase order of these lines, released; answers its number. */
  enterPurchaseOrder(order: {
    supplier: string;
    facility: string;
    warehouse: string;
    lines: { item: string; quantity: string }[];
  }): Promise<string>;
  /** Picks and delivers lines of an order, as many as given; answers the delivery. */
  issue(order: string, lines: { line: number; quantity: string }[]): Promise<string>;
  /** Receives on a line of a purchase order; answers the receiving number. */
  receive(receipt: {
    order: string;
    line: number;
    quantity: string;
    lot?: string;
    note?: string;
  }): Promise<string>;
}

export interface DeskBesideShipbob extends Desk {
  /** Orders and receives what is on the shelf of the receiving order's first line. */
  receiveAll(world: CliWorld, receiving: number): Promise<{ order: string; received: string }>;
}

export async function atTheDesk({ sandbox }: CliWorld): Promise<DeskBesideShipbob> {
  const { url, ionapi } = sandbox.infor;
  const token = await login(ionapi);
  const base = `${url}/${ionapi.ti}/M3/m3api-rest/v2/execute`;
  const rows: Desk['rows'] = async (name, record = {}) => {
    const [program = '', transaction = ''] = name.split('/');
    const body = {
      program,
      cono: sandbox.week.infor.company,
      divi: sandbox.week.infor.division,
      maxReturnedRecords: 0,
      transactions: [{ transaction, record }],
    };
    const response = await fetch(base, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer: { results?: { errorMessage?: string; records?: Fields[] }[] } = JSON.parse(
      await response.text(),
    );
    const [result] = answer.results ?? [];
    if (!result || result.errorMessage) throw new Error(`${name}: ${result?.errorMessage}`);
    return result.records ?? [];
  };
  const desk = deskOf(rows);
  return {
    ...desk,
    async receiveAll(world, receiving) {
      const wros = sandbox.shipbobSandbox.books().receiving;
      const wro = wros.find(({ id }) => id === receiving);
      const [goods] = wro?.stowed ?? [];
      if (goods === undefined) throw new Error(`nothing of ${receiving} is on the shelf`);
      const order = await desk.enterPurchaseOrder({
        supplier: 'SB0002',
        facility: sandbox.week.infor.facility,
        warehouse: wro?.centreId === 8 ? 'CIC' : 'MOV',
        lines: [{ item: goods.sku, quantity: '500' }],
      });
      world.advance(60_000);
      const lot = goods.lot ?? '';
      const quantity = String(goods.quantity);
      return { order, received: await desk.receive({ order, line: 1, quantity, lot }) };
    },
  };
}

/** The same over any way to run one transaction. */
export function deskOf(rows: Desk['rows']): Desk {
  const row: Desk['row'] = async (name, record) => {
    const [first] = await rows(name, record);
    if (!first) throw new Error(`${name}: no record`);
    return first;
  };
  return {
    rows,
    row,
    async enterOrder({ customer, warehouse, lines }) {
      const head = { CUNO: customer, ORTP: 'C01', WHLO: warehouse, CUOR: 'BY PHONE' };
      const { ORNO = '' } = await row('OIS100MI/AddBatchHead', head);
      for (const { item, quantity } of lines) {
        await row('OIS100MI/AddBatchLine', { ORNO, ITNO: item, ORQT: quantity, WHLO: warehouse });
      }
      const confirmed = await row('OIS100MI/Confirm', { ORNO });
      return confirmed.ORNO ?? '';
    },
    async enterPurchaseOrder({ supplier, facility, warehouse, lines }) {
      const { MSGN = '' } = await row('PPS370MI/StartEntry', { BAOR: 'MLC' });
      const place = { FACI: facility, WHLO: warehouse, SUNO: supplier, DWDT: '20261201' };
      const { PUNO = '' } = await row('PPS370MI/AddHead', { MSGN, ...place, PURC: 'BUYER' });
      for (const { item, quantity } of lines) {
        await row('PPS370MI/AddLine', { MSGN, PUNO, ITNO: item, ORQA: quantity });
      }
      await rows('PPS370MI/FinishEntry', { MSGN });
      return PUNO;
    },
    async issue(order, lines) {
      await rows('MMS120MI/AllocateOrder', { TTYP: '31', RIDN: order, MAAL: '1' });
      let delivery = '';
      const listed = await rows('OIS100MI/LstLine', { ORNO: order });
      const { CUNO = '' } = await row('OIS100MI/GetHead', { ORNO: order });
      for (const { line, quantity } of lines) {
        const own = listed.find((one) => Number(one.PONR) === line);
        const [planned] = await rows('OIS100MI/LstDelLineByCO', { ORNO: order, PONR: `${line}` });
        delivery = planned?.DLIX ?? '';
        await rows('MWS410MI/RelForPick', { DLIX: delivery, OLUP: '1' }).catch(() => []);
        const picks = await rows('MWS422MI/LstPickDetail', { DLIX: delivery });
        const pick = picks.find((one) => Number(one.RIDL) === line);
        const common = { WHLO: own?.WHLO ?? '', QLFR: '31' };
        const { MSGN = '' } = await row('MHS850MI/AddWhsHead', {
          ...common,
          E0PA: 'DESK',
          E0PB: 'DESK',
          E065: 'WMS',
        });
        const { PACN = '' } = await row('MHS850MI/AddWhsPack', { ...common, MSGN, PACN: 'P1' });
        await row('MHS850MI/AddWhsLine', {
          ...common,
          MSGN,
          PACN,
          ITNO: own?.ITNO ?? '',
          DLQT: quantity,
          RIDN: order,
          RIDL: `${line}`,
          RIDX: '0',
          CUNO,
          DLIX: delivery,
          PLRN: pick?.PLRN ?? '',
          WHSL: pick?.WHSL ?? '',
          BANO: pick?.BANO ?? '',
        });
        await rows('MHS850MI/PrcWhsTran', { MSGN, PRFL: '*EXE' });
        const { STAT } = await row('MHS850MI/GetWhsHead', { MSGN });
        if (STAT !== '90') throw new Error(`the issue by hand has status ${STAT}`);
      }
      return delivery;
    },
    async receive({ order, line, quantity, lot = '', note = '' }) {
      const received = await row('PPS001MI/Receipt', {
        TRDT: '20261101',
        RESP: 'DOCK',
        PUNO: order,
        PNLI: `${line}`,
        PNLS: '0',
        RVQA: quantity,
        BANO: lot,
        SUDO: note,
      });
      return received.REPN ?? '';
    },
  };
}

async function login(ionapi: Record<string, string>): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'password',
    username: ionapi.saak ?? '',
    password: ionapi.sask ?? '',
    client_id: ionapi.ci ?? '',
    client_secret: ionapi.cs ?? '',
  });
  const response = await fetch(`${ionapi.pu}${ionapi.ot}`, { method: 'POST', body: form });
  return /"access_token":"([^"]+)"/.exec(await response.text())?.[1] ?? '';
}
