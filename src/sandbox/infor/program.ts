import { batchOrderEntry } from './batch-order.ts';
import { batchOrderInquiry, batchOrderStatus } from './batch-order-inquiry.ts';
import { dayOf, timeOf } from './calendar.ts';
import type { Program, Transaction } from './call.ts';
import { allocation, deliveryLines, deliveryToolbox, pickDetails, pickLists } from './delivery.ts';
import { dataExport } from './export.ts';
import { journals, periods, vouchers } from './ledger.ts';
import {
  accounts,
  aliases,
  balances,
  customers,
  items,
  orderTypes,
  suppliers,
  users,
  warehouses,
} from './master-data.ts';
import { customerOrders, orderInquiry } from './order-inquiry.ts';
import { purchaseEntries } from './purchase-entry.ts';
import { purchaseOrders, purchaseOrderWork } from './purchase-inquiry.ts';
import { stockMessages } from './stock-call.ts';
import { stockHistory } from './stock-history.ts';
import type { TenantModes } from './tenant.ts';
import { warehouseMessages } from './warehouse-call.ts';

const programs: Record<string, Program> = {
  CRS610MI: customers,
  CRS620MI: suppliers,
  CRS630MI: accounts,
  CRS910MI: periods,
  EXPORTMI: dataExport,
  GLS200MI: vouchers,
  GLS840MI: journals,
  MHS850MI: warehouseMessages,
  MMS005MI: warehouses,
  MMS025MI: aliases,
  MMS060MI: balances,
  MMS120MI: allocation,
  MMS200MI: items,
  MMS850MI: stockMessages,
  MNS150MI: users,
  MWS070MI: stockHistory,
  MWS410MI: deliveryToolbox,
  MWS411MI: deliveryLines,
  MWS420MI: pickLists,
  MWS422MI: pickDetails,
  OIS010MI: orderTypes,
  OIS100MI: { ...batchOrderEntry, ...batchOrderInquiry, ...customerOrders },
  OIS175MI: orderInquiry,
  OIS275MI: batchOrderStatus,
  PPS001MI: purchaseOrderWork,
  PPS200MI: purchaseOrders,
  PPS370MI: purchaseEntries,
};

/** Every program answers this one. */
const serverTime: Transaction = {
  kind: 'read',
  run: ({ nowMs }) => [{ DATE: dayOf(nowMs), TIME: timeOf(nowMs), LMTS: String(nowMs) }],
};

/** What the tenant runs under that name; undefined where it has no such transaction. */
export function transactionOf(
  program: string,
  name: string,
  tenant: TenantModes,
): Transaction | undefined {
  if (!Object.hasOwn(programs, program)) return undefined;
  if (name === 'GetServerTime') return serverTime;
  if (tenant.glListMissing && program === 'GLS200MI' && name === 'LstVouchersByDt') {
    return undefined;
  }
  const transactions = programs[program] ?? {};
  return Object.hasOwn(transactions, name) ? transactions[name] : undefined;
}

export function isProgram(name: string): boolean {
  return Object.hasOwn(programs, name);
}

/** Every `PROGRAM/Transaction` that is simulated, without the generic ones. */
export function simulatedTransactions(): string[] {
  return Object.entries(programs).flatMap(([program, transactions]) =>
    Object.keys(transactions).map((name) => `${program}/${name}`),
  );
}
