/** What a simulated M3 company holds before the connector first calls; codes as M3 holds them. */
export interface InforSeed {
  company: number;
  division: string;
  facility: string;
  items: SeedItem[];
  /** Aliases (MMS025): another number under which an item is known; `quantity` for packs. */
  aliases: { alias: string; item: string; category: number; quantity: string }[];
  customers: {
    number: string;
    name: string;
    status: '20' | '90';
    stopped: boolean;
    currency: string;
  }[];
  suppliers: { number: string; name: string; status: '20' | '90'; currency: string }[];
  warehouses: { number: string; name: string; facility: string; location: string }[];
  /** Accounting dimensions: dimension 1 is the account, 2 the cost centre. Days as yyyymmdd. */
  accounts: {
    dimension: number;
    value: string;
    name: string;
    blocked: boolean;
    validFrom: string;
    validTo: string;
  }[];
  orderTypes: string[];
  reasonCodes: string[];
  /** Purchase orders that buyers entered in M3 by hand, which receiving orders refer to. */
  purchaseOrders: {
    number: string;
    supplier: string;
    warehouse: string;
    requestedDay: string;
    lines: { line: number; item: string; quantity: string; unit: string }[];
  }[];
  openPeriods: { from: string; to: string };
}

export interface SeedItem {
  number: string;
  name: string;
  status: '10' | '20' | '90';
  unit: string;
  decimals: number;
  lotControlled: boolean;
  /** Cost of one basic unit, which values vouchers of stock movements; 1 when left out. */
  cost?: string;
  /** Warehouses where the item is set up, with the on-hand quantity at the start. */
  warehouses: { warehouse: string; onHand: string; lot?: string }[];
}
