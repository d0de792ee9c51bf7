import type { Company, Fields } from './sandbox-infor-client.ts';

/** A temporary order with one line; returns its number. */
export async function stageOrder(
  company: Company,
  given: { reference: string; item?: string; quantity?: string; customer?: string },
): Promise<string> {
  const { reference, item = 'MUG', quantity = '3', customer = 'WEB001' } = given;
  const head = { CUNO: customer, ORTP: 'C01', WHLO: '001', CUOR: reference, YREF: reference };
  const { ORNO = '' } = await company.row('OIS100MI/AddBatchHead', head);
  const line = { ORNO, ITNO: item, ORQT: quantity, WHLO: '001', CUPO: '1' };
  await company.row('OIS100MI/AddBatchLine', line);
  return ORNO;
}

/** A confirmed order; returns its final number. */
export async function placeOrder(
  company: Company,
  given: Parameters<typeof stageOrder>[1],
): Promise<string> {
  const ORNO = await stageOrder(company, given);
  const confirmed = await company.row('OIS100MI/Confirm', { ORNO });
  return confirmed.ORNO ?? '';
}

/** Allocates and releases the order; returns its pick lines. */
export async function releaseOrder(company: Company, order: string): Promise<Fields[]> {
  await company.rows('MMS120MI/AllocateOrder', { TTYP: '31', RIDN: order, MAAL: '1' });
  const [line] = await company.rows('OIS100MI/LstDelLineByCO', { ORNO: order, PONR: '1' });
  const DLIX = line?.DLIX ?? '';
  await company.rows('MWS410MI/RelForPick', { DLIX, OLUP: '1' });
  return company.rows('MWS422MI/LstPickDetail', { DLIX });
}

export interface MessageLine {
  qualifier: '20' | '31';
  external: string;
  line: Fields;
  number?: string;
}

/** A staged warehouse message of one line; returns its number. */
export async function stageMessage(company: Company, given: MessageLine): Promise<string> {
  const { qualifier, external, line, number } = given;
  const common = { WHLO: '001', QLFR: qualifier };
  const { MSGN = '' } = await company.row('MHS850MI/AddWhsHead', {
    ...common,
    E0PA: 'WS',
    E0PB: 'WS',
    E065: 'PPS300',
    PMSN: external,
    ...(number !== undefined && { MSGN: number }),
  });
  const { PACN = '' } = await company.row('MHS850MI/AddWhsPack', { ...common, MSGN, PACN: 'P1' });
  await company.row('MHS850MI/AddWhsLine', { ...common, MSGN, PACN, ...line });
  return MSGN;
}

/** Stages and processes; returns the message's number and its status afterwards. */
export async function postMessage(
  company: Company,
  given: MessageLine,
): Promise<{ message: string; status: string }> {
  const MSGN = await stageMessage(company, given);
  await company.rows('MHS850MI/PrcWhsTran', { MSGN, PRFL: '*EXE' });
  const head = await company.row('MHS850MI/GetWhsHead', { MSGN });
  return { message: MSGN, status: head.STAT ?? '' };
}

export function receiptLine(quantity: string, more: Fields = {}): Fields {
  return {
    ITNO: 'MUG',
    RVQA: quantity,
    PUUN: 'PCS',
    RIDN: '4500012',
    RIDL: '1',
    RIDX: '0',
    SUDO: 'WRO443002',
    ...more,
  };
}
