/**
 * Facts about master data, read only: what planning asks for, and what Infor or ShipBob answered.
 */
import type { Day, InventoryId, Quantity } from './schema.ts';

export type MasterNeed =
  /** An Infor item for a SKU: by number, then alias, then mapping. */
  | { kind: 'item'; sku: string }
  | { kind: 'itemWarehouse'; item: string; warehouse: string }
  | { kind: 'customer'; number: string }
  | { kind: 'supplier'; number: string }
  | { kind: 'warehouse'; number: string }
  | { kind: 'dimension'; dimension: number; value: string; division: string }
  /** Header and open lines, read fresh in every run. */
  | { kind: 'purchaseOrder'; number: string }
  /** ShipBob's catalogue: which SKU an inventory id is. */
  | { kind: 'inventory'; inventoryId: InventoryId }
  /** ShipBob's catalogue: what a product SKU consists of. */
  | { kind: 'product'; sku: string };

export type MasterFact =
  | { kind: 'absent' }
  | { kind: 'ambiguous'; candidates: string[] }
  | ItemFact
  | { kind: 'itemWarehouse' }
  | { kind: 'customer'; name: string; active: boolean; stopped: boolean; currency: string }
  | { kind: 'supplier'; name: string; active: boolean; currency: string }
  | { kind: 'warehouse'; name: string; facility: string; division: string; timeZone: string | null }
  | DimensionFact
  | PurchaseOrderFact
  | { kind: 'inventory'; sku: string; name: string }
  | ProductFact;

export interface ItemFact {
  kind: 'item';
  number: string;
  name: string;
  /** The status code as Infor gives it; which ones are accepted is configuration. */
  status: string;
  unit: string;
  decimals: number;
  lotControlled: boolean;
  /** Basic units for one ShipBob unit (an alias may stand for a pack). */
  factor: Quantity;
  via: 'number' | 'alias';
}

export interface DimensionFact {
  kind: 'dimension';
  name: string;
  blocked: boolean;
  validFrom: Day | null;
  validTo: Day | null;
}

export interface PurchaseOrderFact {
  kind: 'purchaseOrder';
  supplier: string;
  warehouse: string;
  /** False when deleted, closed or not yet released. */
  open: boolean;
  statusText: string;
  lines: {
    line: string;
    subline: string;
    item: string;
    unit: string;
    /** Basic units per purchase unit. */
    unitFactor: Quantity;
    requestedOn: Day | null;
    ordered: Quantity;
    received: Quantity;
    /** What may still come, in the purchase unit. */
    remaining: Quantity;
    open: boolean;
  }[];
}

export interface ProductFact {
  kind: 'product';
  sku: string;
  name: string;
  /** Empty when it is not a bundle. Quantities are per one bundle. */
  components: { sku: string; quantity: Quantity }[];
}
