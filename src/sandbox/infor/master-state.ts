import { type Decimal, parseDecimal } from './decimal.ts';
import type { InforSeed, SeedItem } from './seed.ts';
import { SortedIndex, sortKey } from './sorted-index.ts';

export interface Item {
  number: string;
  name: string;
  status: string;
  unit: string;
  decimals: number;
  lotControlled: boolean;
  /** Cost of one basic unit, which values receipts and issues. */
  cost: Decimal;
  warehouses: Set<string>;
}

export interface Customer {
  number: string;
  name: string;
  status: string;
  stopped: boolean;
  currency: string;
}

export interface Warehouse {
  number: string;
  name: string;
  facility: string;
  location: string;
}

export type Alias = InforSeed['aliases'][number];
export type Account = InforSeed['accounts'][number];
export type Supplier = InforSeed['suppliers'][number];

export interface MasterState {
  items: Map<string, Item>;
  aliases: SortedIndex<Alias>;
  customers: Map<string, Customer>;
  suppliers: Map<string, Supplier>;
  warehouses: SortedIndex<Warehouse>;
  accounts: SortedIndex<Account>;
  /** First and last day on which the ledger may be posted to. */
  openPeriods: { from: string; to: string };
}

export function createMasterState(seed: InforSeed): MasterState {
  const aliases = new SortedIndex<Alias>();
  for (const alias of seed.aliases) {
    aliases.put(sortKey(alias.alias, alias.category, alias.item), alias);
  }
  const warehouses = new SortedIndex<Warehouse>();
  for (const warehouse of seed.warehouses) warehouses.put(warehouse.number, { ...warehouse });
  const accounts = new SortedIndex<Account>();
  for (const account of seed.accounts) {
    accounts.put(sortKey(account.dimension, account.value), { ...account });
  }
  return {
    items: new Map(),
    aliases,
    customers: new Map(seed.customers.map((customer) => [customer.number, { ...customer }])),
    suppliers: new Map(seed.suppliers.map((supplier) => [supplier.number, { ...supplier }])),
    warehouses,
    accounts,
    openPeriods: { ...seed.openPeriods },
  };
}

/** Adds the item; one of the same number is replaced, its warehouses are kept. */
export function putItem(master: MasterState, seed: SeedItem): Item {
  const cost = parseDecimal(seed.cost ?? '1');
  if (cost === undefined) throw new Error(`item ${seed.number}: cost ${seed.cost} is no decimal`);
  const warehouses = new Set(master.items.get(seed.number)?.warehouses);
  for (const place of seed.warehouses) warehouses.add(place.warehouse);
  const { number, name, status, unit, decimals, lotControlled } = seed;
  const item = { number, name, status, unit, decimals, lotControlled, cost, warehouses };
  master.items.set(number, item);
  return item;
}
