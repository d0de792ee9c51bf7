import type { AdjustableClock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { AnswerMemory } from './answer-memory.ts';
import type { Journal, Voucher } from './ledger-state.ts';
import { createMasterState, type MasterState } from './master-state.ts';
import type { StockMessage, WarehouseMessage } from './message-state.ts';
import type { PurchaseEntry, PurchaseOrder, PurchaseReceipt } from './purchase-state.ts';
import type { BatchOrder, CustomerOrder, Delivery, PickLine } from './sales-state.ts';
import type { InforSeed } from './seed.ts';
import { SortedIndex, sortKey } from './sorted-index.ts';
import type { Balance, StockMovement } from './stock-state.ts';
import type { TenantModes } from './tenant.ts';

/** Everything the simulated company knows. Transactions change it; books and tests read it. */
export interface State {
  seed: InforSeed;
  tenant: TenantModes;
  clock: AdjustableClock;
  random: Random;
  master: MasterState;
  /** Balance identities by warehouse, item, location, lot. */
  balances: SortedIndex<Balance>;
  batchOrders: Map<string, BatchOrder>;
  batchOrdersByCustomer: SortedIndex<BatchOrder>;
  orders: Map<string, CustomerOrder>;
  /** Taken out behind the connector's back; kept for the books alone. */
  removedOrders: CustomerOrder[];
  ordersByCustomer: SortedIndex<CustomerOrder>;
  /** By customer, "your reference" and order; and the same with a blank customer first. */
  ordersByReference: SortedIndex<CustomerOrder>;
  ordersByDay: SortedIndex<CustomerOrder>;
  deliveries: Map<number, Delivery>;
  /** By order category, order, line, suffix and delivery. */
  deliveryLines: SortedIndex<{ delivery: Delivery; line: number }>;
  pickLines: Map<number, PickLine>;
  purchaseEntries: Map<string, PurchaseEntry>;
  entryByPurchaseOrder: Map<string, PurchaseEntry>;
  purchaseOrders: Map<string, PurchaseOrder>;
  purchaseOrdersByRequester: SortedIndex<PurchaseOrder>;
  purchaseReceipts: SortedIndex<PurchaseReceipt>;
  warehouseMessages: Map<string, WarehouseMessage>;
  warehouseMessagesByPartner: SortedIndex<WarehouseMessage>;
  stockMessages: Map<string, StockMessage>;
  stockMessagesByPartner: SortedIndex<StockMessage>;
  movements: StockMovement[];
  movementsByOrder: SortedIndex<StockMovement>;
  movementsByType: SortedIndex<StockMovement>;
  movementsByTypeAndDay: SortedIndex<StockMovement>;
  /** By warehouse, day and time of entry, and item. */
  movementsByEntry: SortedIndex<StockMovement>;
  journals: Map<string, Journal>;
  vouchers: Voucher[];
  vouchersByDay: SortedIndex<Voucher>;
  vouchersByEntry: SortedIndex<Voucher>;
  vouchersByNumber: SortedIndex<Voucher>;
  counters: Map<string, number>;
  jobs: SortedIndex<{ atMs: number; run(nowMs: number): void }>;
  /** Filled only where the tenant has stale reads. */
  answers: AnswerMemory;
  /** Times each `PROGRAM/Transaction` was asked for, whatever became of it. */
  callCounts: Map<string, number>;
  httpRequests: number;
}

export function createState(settings: {
  seed: InforSeed;
  tenant: TenantModes;
  clock: AdjustableClock;
  random: Random;
}): State {
  return {
    ...settings,
    master: createMasterState(settings.seed),
    balances: new SortedIndex(),
    batchOrders: new Map(),
    batchOrdersByCustomer: new SortedIndex(),
    orders: new Map(),
    removedOrders: [],
    ordersByCustomer: new SortedIndex(),
    ordersByReference: new SortedIndex(),
    ordersByDay: new SortedIndex(),
    deliveries: new Map(),
    deliveryLines: new SortedIndex(),
    pickLines: new Map(),
    purchaseEntries: new Map(),
    entryByPurchaseOrder: new Map(),
    purchaseOrders: new Map(),
    purchaseOrdersByRequester: new SortedIndex(),
    purchaseReceipts: new SortedIndex(),
    warehouseMessages: new Map(),
    warehouseMessagesByPartner: new SortedIndex(),
    stockMessages: new Map(),
    stockMessagesByPartner: new SortedIndex(),
    movements: [],
    movementsByOrder: new SortedIndex(),
    movementsByType: new SortedIndex(),
    movementsByTypeAndDay: new SortedIndex(),
    movementsByEntry: new SortedIndex(),
    journals: new Map(),
    vouchers: [],
    vouchersByDay: new SortedIndex(),
    vouchersByEntry: new SortedIndex(),
    vouchersByNumber: new SortedIndex(),
    counters: new Map(),
    jobs: new SortedIndex(),
    answers: new AnswerMemory(),
    callCounts: new Map(),
    httpRequests: 0,
  };
}

/** The next number of a series; every series starts at its own place, as in M3. */
export function nextNumber(state: State, series: string, start: number): number {
  const number = (state.counters.get(series) ?? start - 1) + 1;
  state.counters.set(series, number);
  return number;
}

/** Has `run` happen when virtual time has reached `atMs`, in the order of these times. */
export function schedule(state: State, atMs: number, run: (nowMs: number) => void): void {
  const order = nextNumber(state, 'job', 1);
  state.jobs.put(sortKey(Math.max(0, Math.ceil(atMs)), order), { atMs, run });
}

/** Runs everything that is due; a job that fails has had its chance, as in M3's job queue. */
export function runDueJobs(state: State): void {
  const nowMs = state.clock.now();
  for (let next = state.jobs.first(); next && next.value.atMs <= nowMs; next = state.jobs.first()) {
    state.jobs.remove(next.key);
    next.value.run(next.value.atMs);
  }
}
