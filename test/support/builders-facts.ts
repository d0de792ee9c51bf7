/** Infor's master data and ShipBob's catalogue for tests. */
import type {
  ItemFact,
  MasterFact,
  MasterNeed,
  PurchaseOrderFact,
} from '../../src/core/glossary.ts';
import { needKey } from '../../src/core/master.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { calendarDay } from '../../src/core/schema.ts';
import { inventoryOf } from './builders.ts';

export interface FactsBuilder {
  /** An item found by its number, in warehouse 100, with its inventory and a plain product. */
  item(sku: string, more?: Partial<ItemFact>): FactsBuilder;
  bundle(sku: string, components: Record<string, string>): FactsBuilder;
  purchaseOrder(
    number: string,
    lines: { item: string; remaining: string; line?: string; requestedOn?: string }[],
    more?: Partial<PurchaseOrderFact>,
  ): FactsBuilder;
  set(need: MasterNeed, fact: MasterFact): FactsBuilder;
  absent(need: MasterNeed): FactsBuilder;
  build(): Map<string, MasterFact>;
}

/**
 * Warehouses 100 and 200, customer WEB001, supplier SB0001, accounts, items COFFEE, MUG and TEA.
 */
export function someFacts(): FactsBuilder {
  const warehouse = {
    kind: 'warehouse',
    facility: 'A01',
    division: 'AAA',
    timeZone: null,
  } as const;
  let facts = factsBuilder(new Map())
    .set({ kind: 'warehouse', number: '100' }, { ...warehouse, name: 'West' })
    .set({ kind: 'warehouse', number: '200' }, { ...warehouse, name: 'East' })
    .set(
      { kind: 'customer', number: 'WEB001' },
      { kind: 'customer', name: 'Web shop', active: true, stopped: false, currency: 'USD' },
    )
    .set(
      { kind: 'supplier', number: 'SB0001' },
      { kind: 'supplier', name: 'Supplier', active: true, currency: 'USD' },
    )
    .item('COFFEE')
    .item('MUG')
    .item('TEA', { lotControlled: true });
  for (const [dimension, value] of [
    [1, '5000'],
    [1, '2400'],
    [2, 'CC10'],
  ] as const) {
    facts = facts.set(
      { kind: 'dimension', dimension, value, division: 'AAA' },
      { kind: 'dimension', name: value, blocked: false, validFrom: null, validTo: null },
    );
  }
  return facts;
}

function factsBuilder(facts: ReadonlyMap<string, MasterFact>): FactsBuilder {
  const set = (need: MasterNeed, fact: MasterFact) =>
    factsBuilder(new Map(facts).set(needKey(need), fact));
  return {
    item: (sku, more = {}) => {
      const fact: ItemFact = { ...anItemFact(sku), ...more };
      return set({ kind: 'item', sku }, fact)
        .set(
          { kind: 'itemWarehouse', item: fact.number, warehouse: '100' },
          { kind: 'itemWarehouse' },
        )
        .set(
          { kind: 'itemWarehouse', item: fact.number, warehouse: '200' },
          { kind: 'itemWarehouse' },
        )
        .set(
          { kind: 'inventory', inventoryId: inventoryOf(sku) },
          { kind: 'inventory', sku, name: `Item ${sku}` },
        )
        .set(
          { kind: 'product', sku },
          { kind: 'product', sku, name: `Item ${sku}`, components: [] },
        );
    },
    bundle: (sku, components) => {
      const parts = Object.entries(components).map(([part, quantity]) => ({
        sku: part,
        quantity: parseQuantity(quantity),
      }));
      const name = `Bundle ${sku}`;
      return set({ kind: 'product', sku }, { kind: 'product', sku, name, components: parts });
    },
    purchaseOrder: (number, lines, more = {}) =>
      set({ kind: 'purchaseOrder', number }, { ...aPurchaseOrderFact(lines), ...more }),
    set,
    absent: (need) => set(need, { kind: 'absent' }),
    build: () => new Map(facts),
  };
}

export function anItemFact(number: string): ItemFact {
  return {
    kind: 'item',
    number,
    name: `Item ${number}`,
    status: '20',
    unit: 'EA',
    decimals: 0,
    lotControlled: false,
    factor: parseQuantity('1'),
    via: 'number',
  };
}

function aPurchaseOrderFact(
  lines: { item: string; remaining: string; line?: string; requestedOn?: string }[],
): PurchaseOrderFact {
  return {
    kind: 'purchaseOrder',
    supplier: 'SB0001',
    warehouse: '100',
    open: true,
    statusText: 'printed',
    lines: lines.map((line, index) => ({
      line: line.line ?? String((index + 1) * 10),
      subline: '0',
      item: line.item,
      unit: 'EA',
      unitFactor: parseQuantity('1'),
      requestedOn: line.requestedOn === undefined ? null : calendarDay(line.requestedOn),
      ordered: parseQuantity(line.remaining),
      received: parseQuantity('0'),
      remaining: parseQuantity(line.remaining),
      open: true,
    })),
  };
}
