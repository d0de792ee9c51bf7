/**
 * Which of the SKUs that were shipped lately stand for an item, and which would be flagged today.
 * It asks with the planner's own questions, so that it answers what a run would.
 */
import type { Flag, FlagDraft, MasterFact, OrderRecord, Shipment } from '../core/glossary.ts';
import { masterView, needKey } from '../core/master.ts';
import type { MasterNeed } from '../core/master-fact.ts';
import { type Asking, flagList } from '../core/plan-input.ts';
import { checkItem, findItem } from '../core/plan-item.ts';
import { addQuantities, zero } from '../core/quantity.ts';
import { firstOrderRule, lookedUp } from '../core/rules.ts';
import type { Quantity } from '../core/schema.ts';
import type { Settings } from '../core/settings.ts';
import { shippedUnits } from '../core/shipped-unit.ts';
import { type FactSources, readFacts } from './facts.ts';
import { nameOf } from './mapping-context.ts';
import type { Store } from './ports.ts';

const recordsPerPage = 500;
const needsPerCall = 500;
/** Facts lead to other facts (inventory → product → …); more rounds are never needed. */
const roundsMax = 6;

export interface CoverageRequest {
  settings: Settings;
  fromMs: number;
  toMs: number;
}

export type CoverageParts = FactSources & {
  store: Pick<Store, 'recordsUpdated'>;
  progress: (step: string) => void;
};

/** What would be flagged today because of one SKU, centre or inventory item. */
export interface WouldFlag extends Pick<Flag, 'code' | 'cause' | 'sentence' | 'hint'> {
  /** Null where not even the SKU is known. */
  sku: string | null;
  orders: number;
  units: Quantity;
}

export interface Coverage {
  orders: number;
  shipments: number;
  skus: number;
  resolved: number;
  /** Those that would hold up most orders first. */
  wouldFlag: WouldFlag[];
  /** Names of the mappings that something in the period was looked up by: see nameOf. */
  used: Set<string>;
}

interface Use {
  orders: number;
  units: Quantity;
  warehouses: Set<string>;
}

/** Throws Problem when Infor, or ShipBob's catalogue, cannot be read. */
export async function coverageOf(
  parts: CoverageParts,
  request: CoverageRequest,
): Promise<Coverage> {
  const tally = new Tally(request);
  await eachRecord(parts, 'order', request, async (orders) => {
    await tally.takeOrders(parts, orders);
  });
  await eachRecord(parts, 'receiving', request, async (receivings) => {
    for (const receiving of receivings) {
      tally.use({ kind: 'centre', list: '', source: receiving.centre.id });
      for (const { sku } of receiving.lines) tally.use({ kind: 'sku', list: '', source: sku });
    }
  });
  return tally.answer(parts);
}

async function eachRecord<Kind extends 'order' | 'receiving'>(
  parts: CoverageParts,
  kind: Kind,
  { fromMs, toMs }: CoverageRequest,
  take: (records: Extract<SourceOf, { kind: Kind }>[]) => Promise<void>,
): Promise<void> {
  let seen = 0;
  let after: { updatedAtMs: number; id: string } | null = null;
  for (;;) {
    const rows: Awaited<ReturnType<Store['recordsUpdated']>> = await parts.store.recordsUpdated({
      kind,
      fromMs,
      toMs,
      after,
      limit: recordsPerPage,
    });
    seen += rows.length;
    parts.progress(`looking at stored records (${seen})`);
    await take(rows.flatMap(({ record }) => (isKind(record, kind) ? [record] : [])));
    const last = rows.at(-1);
    if (last === undefined || rows.length < recordsPerPage) return;
    after = { updatedAtMs: last.updatedAtMs, id: last.record.id };
  }
}

type SourceOf = Awaited<ReturnType<Store['recordsUpdated']>>[number]['record'];

function isKind<Kind extends SourceOf['kind']>(
  record: SourceOf,
  kind: Kind,
): record is Extract<SourceOf, { kind: Kind }> {
  return record.kind === kind;
}

class Tally {
  readonly #request: CoverageRequest;
  readonly #uses = new Map<string, Use>();
  /** What the shipments themselves would be flagged for: unknown inventory, unknown centres. */
  readonly #flags = new Map<string, WouldFlag>();
  readonly #used = new Set<string>();
  /** ShipBob's catalogue as asked so far. */
  readonly #catalogue = new Map<string, MasterFact>();
  #orders = 0;
  #shipments = 0;

  constructor(request: CoverageRequest) {
    this.#request = request;
  }

  use(key: Parameters<typeof nameOf>[0]): void {
    this.#used.add(nameOf(key));
  }

  async takeOrders(parts: CoverageParts, orders: OrderRecord[]): Promise<void> {
    const moved = orders.map((order) => ({ order, shipments: this.#left(order) }));
    for (let round = 0; round < roundsMax; round += 1) {
      const { master, settings } = this.#asking();
      const needs = moved.flatMap(({ shipments }) =>
        shipments.flatMap((shipment) => {
          const work = { settings, master: master.fresh() };
          shippedUnits(work, shipment, flagList());
          return work.master
            .needs()
            .filter(({ kind }) => kind === 'inventory' || kind === 'product');
        }),
      );
      const missing = new Map(needs.map((need) => [needKey(need), need]));
      if (missing.size === 0) break;
      for (const page of paged([...missing.values()])) {
        for (const [key, fact] of await readFacts(parts, page)) this.#catalogue.set(key, fact);
      }
    }
    for (const one of moved) this.#count(one.order, one.shipments);
  }

  #asking(): Asking {
    return { settings: this.#request.settings, master: masterView(this.#catalogue) };
  }

  #left(order: OrderRecord): Shipment[] {
    const { fromMs, toMs } = this.#request;
    return order.shipments.filter((shipment) => {
      const atMs = shipment.leftAtMs ?? shipment.updatedAtMs ?? order.updatedAtMs ?? 0;
      return shipment.phase === 'left' && atMs >= fromMs && atMs <= toMs;
    });
  }

  #count(order: OrderRecord, shipments: Shipment[]): void {
    this.#useOf(order);
    if (shipments.length === 0) return;
    this.#orders += 1;
    this.#shipments += shipments.length;
    const { settings } = this.#request;
    const inOrder = new Map<string, Use>();
    const flags = flagList();
    for (const shipment of shipments) {
      const centre = settings.centres.find(({ id }) => id === shipment.centre?.id);
      for (const { sku, quantity } of shippedUnits(this.#asking(), shipment, flags)) {
        const use = inOrder.get(sku) ?? { orders: 1, units: zero, warehouses: new Set() };
        if (centre !== undefined) use.warehouses.add(centre.warehouse);
        inOrder.set(sku, { ...use, units: addQuantities(use.units, quantity) });
      }
      if (shipment.centre !== null && centre === undefined) this.#unknownCentre(shipment);
    }
    for (const { sku, quantity } of inOtherUnits(order)) {
      const use = inOrder.get(sku) ?? { orders: 1, units: zero, warehouses: new Set() };
      inOrder.set(sku, { ...use, units: addQuantities(use.units, quantity) });
    }
    for (const draft of flags.all()) this.#flag(draft, null, { orders: 1, units: draft.quantity });
    for (const [sku, use] of inOrder) {
      const known = this.#uses.get(sku);
      this.use({ kind: 'sku', list: '', source: sku });
      if (known === undefined) this.#uses.set(sku, use);
      else {
        known.orders += 1;
        known.units = addQuantities(known.units, use.units);
        for (const warehouse of use.warehouses) known.warehouses.add(warehouse);
      }
    }
  }

  /** The customer or supplier that the order's rule looks up, and what it orders. */
  #useOf(order: OrderRecord): void {
    const route = firstOrderRule(order, this.#request.settings.orders)?.rule.route;
    const asked =
      route?.as === 'salesOrder'
        ? ({ kind: 'customer', code: route.customer } as const)
        : route?.as === 'purchaseOrder'
          ? ({ kind: 'supplier', code: route.supplier } as const)
          : null;
    if (asked !== null && 'lookup' in asked.code) {
      const source = lookedUp(order, asked.code.by);
      if (source !== null) this.use({ kind: asked.kind, list: asked.code.lookup, source });
    }
    for (const { sku } of order.lines) this.use({ kind: 'sku', list: '', source: sku });
    for (const { centre } of order.shipments) {
      if (centre !== null) this.use({ kind: 'centre', list: '', source: centre.id });
    }
  }

  #unknownCentre({ centre }: Shipment): void {
    const flags = flagList();
    const said = `fulfilment centre ${centre?.id} (${centre?.name})`;
    const evidence = { centre: said, centreId: centre?.id ?? null };
    flags.raise('UNKNOWN_WAREHOUSE', { cause: `centre:${centre?.id}`, evidence });
    for (const draft of flags.all()) this.#flag(draft, null, { orders: 1, units: null });
  }

  #flag(
    draft: FlagDraft,
    sku: string | null,
    by: { orders: number; units: Quantity | null },
  ): void {
    const { code, cause, sentence, hint } = draft;
    const name = JSON.stringify([code, cause, sku]);
    const known = this.#flags.get(name);
    const units = addQuantities(known?.units ?? zero, by.units ?? zero);
    const orders = (known?.orders ?? 0) + by.orders;
    this.#flags.set(name, { sku, code, cause, sentence, hint, orders, units });
  }

  async answer(parts: CoverageParts): Promise<Coverage> {
    const { settings } = this.#request;
    const facts = new Map<string, MasterFact>();
    let found: { sku: string; flags: FlagDraft[] }[] = [];
    for (let round = 0; round < roundsMax; round += 1) {
      const work: Asking = { settings, master: masterView(facts) };
      found = [...this.#uses].map(([sku, use]) => ({ sku, flags: flagsOf(work, sku, use) }));
      const needs = work.master.needs();
      if (needs.length === 0) break;
      for (const page of paged(needs)) {
        parts.progress(`asking Infor about ${needs.length} items`);
        const answers = await parts.infor.masterData(page);
        page.forEach((need, index) => {
          facts.set(needKey(need), answers[index] ?? { kind: 'absent' });
        });
      }
    }
    for (const { sku, flags } of found) {
      const use = this.#uses.get(sku);
      if (use === undefined) continue;
      for (const draft of flags) this.#flag(draft, sku, use);
    }
    const most = [...this.#flags.values()].sort((left, right) => right.orders - left.orders);
    return {
      orders: this.#orders,
      shipments: this.#shipments,
      skus: this.#uses.size,
      resolved: found.filter(({ flags }) => flags.length === 0).length,
      wouldFlag: most,
      used: this.#used,
    };
  }
}

/** Packs and cases are asked for as `SKU@UNIT`. */
function inOtherUnits(order: OrderRecord): { sku: string; quantity: Quantity }[] {
  return order.lines.flatMap(({ sku, unit, quantity }) =>
    unit === null || unit.toUpperCase() === 'EA'
      ? []
      : [{ sku: `${sku}@${unit.toUpperCase()}`, quantity }],
  );
}

function flagsOf(work: Asking, sku: string, use: Use): FlagDraft[] {
  const flags = flagList();
  const mapped = Object.hasOwn(work.settings.items.mapping, sku);
  const [, unit] = /@([A-Z]{1,3})$/.exec(sku) ?? [];
  if (!mapped && unit !== undefined && use.warehouses.size === 0) {
    const plain = sku.slice(0, -unit.length - 1);
    const evidence = { sku: plain, unit, quantity: use.units };
    flags.raise('UNKNOWN_UNIT', { cause: `unit:${sku}`, evidence, quantity: use.units });
    return flags.all();
  }
  const item = findItem(work, { sku, quantity: use.units }, flags);
  if (item === null) return flags.all();
  checkItem(work, { item, warehouse: null, quantity: use.units }, flags);
  for (const warehouse of use.warehouses) {
    const inWarehouse = flagList();
    checkItem(work, { item, warehouse, quantity: use.units }, inWarehouse);
    flags.take(inWarehouse.all().filter(({ code }) => code === 'ITEM_NOT_IN_WAREHOUSE'));
  }
  return flags.all();
}

function paged(needs: MasterNeed[]): MasterNeed[][] {
  const pages: MasterNeed[][] = [];
  for (let start = 0; start < needs.length; start += needsPerCall) {
    pages.push(needs.slice(start, start + needsPerCall));
  }
  return pages;
}
