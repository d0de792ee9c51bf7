/** The shelves of ShipBob beside the balances of Infor, and why they differ. */

import type { MasterView } from '../core/master.ts';
import { flagList, planWork } from '../core/plan-input.ts';
import { findItem } from '../core/plan-item.ts';
import { Problem, toProblem } from '../core/problem.ts';
import {
  addQuantities,
  isPositive,
  isZero,
  multiplyQuantities,
  subtractQuantities,
  zero,
} from '../core/quantity.ts';
import type { PairLevel } from '../core/reconcile-bridge.ts';
import { onHandRows } from '../core/reconcile-bridge.ts';
import type { CaseResults } from '../core/reconcile-case.ts';
import { bridgeFlows, type ShelfEvent } from '../core/reconcile-flow.ts';
import type { ReconcileFrame } from '../core/reconcile-frame.ts';
import { dayIn } from '../core/reconcile-frame.ts';
import type { Settled } from '../core/reconcile-settle.ts';
import type { NotCompared, OnHandBridge, OnHandRow } from '../core/reconciliation.ts';
import type { Quantity } from '../core/schema.ts';
import type { StockEvent, StockLevel } from './ports.ts';
import type { FactDesk } from './reconcile-facts.ts';
import { type Freezer, frozen, frozenOnce } from './reconcile-part.ts';
import type { ReconcileParts } from './reconcile-parts.ts';

export interface ShelfReading {
  parts: ReconcileParts;
  freezer: Freezer;
  frame: ReconcileFrame;
  desk: FactDesk;
}

/** The shelves as they were read, and Infor's balances right after. */
export interface Shelves {
  fromMs: number;
  /** When the levels had been read. */
  atMs: number;
  levels: StockLevel[];
  pairs: SkuPair[];
  /** Of levels in centres that no warehouse stands for. */
  unplaced: StockLevel[];
  infor: (Quantity | null)[];
}

/** A SKU in a warehouse; `item` is null where nothing in Infor stands for it. */
interface SkuPair {
  sku: string;
  item: string | null;
  factor: Quantity;
  warehouse: string;
  quantity: Quantity;
}

/** Levels first, then Infor, before all else: what moves later is in both histories. */
export async function readShelves(reading: ShelfReading): Promise<Shelves> {
  const { parts, freezer, desk } = reading;
  parts.progress("reading ShipBob's shelves");
  const read = await frozenOnce(freezer, 'levels', async () => {
    const fromMs = parts.clock.now();
    const levels = await parts.shipbob.levels();
    return { fromMs, levels, atMs: parts.clock.now() };
  });
  const placed = read.levels.filter((level) => warehouseOf(reading, level.centreId) !== null);
  const unplaced = read.levels.filter(
    (level) => warehouseOf(reading, level.centreId) === null && !isZero(level.onHand),
  );
  const pairs = await desk.settle(
    placed.map((level) => (view: MasterView) => {
      return pairOf(reading, level, view);
    }),
  );
  const wanted = inforPairs(pairs);
  parts.progress(`reading ${wanted.length} balances in Infor`);
  const infor = await frozenOnce(freezer, 'balances', () => parts.infor.onHand(wanted));
  return { ...read, pairs, unplaced, infor };
}

function inforPairs(pairs: readonly SkuPair[]): { item: string; warehouse: string }[] {
  const names = new Map<string, { item: string; warehouse: string }>();
  for (const { item, warehouse } of pairs) {
    if (item !== null) names.set(`${warehouse} ${item}`, { item, warehouse });
  }
  return [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair);
}

/** A hub's goods are booked where they end up. */
function warehouseOf({ frame }: ShelfReading, centreId: string): string | null {
  const { centres } = frame.settings;
  const centre = centres.find(({ id }) => id === centreId);
  if (centre === undefined) return null;
  const target = centre.bookAs === null ? centre : centres.find(({ id }) => id === centre.bookAs);
  return target?.warehouse ?? null;
}

function pairOf(reading: ShelfReading, level: StockLevel, view: MasterView) {
  const { settings } = reading.frame;
  const { sku, onHand, centreId } = level;
  const work = planWork({
    ...{ key: { kind: 'order', id: '0' }, record: null, unreadable: null, observedAtMs: 0 },
    ...{ vanishedAtMs: null, regression: null, postings: [], baseline: [], links: [] },
    ...{ otherReceipts: [], journalKey: null, journalled: null, master: view, settings },
  });
  const item = findItem(work, { sku, quantity: onHand }, flagList());
  const factor = item?.factor ?? null;
  const answer: SkuPair = {
    sku,
    item: item?.number ?? null,
    factor: factor ?? zero,
    warehouse: warehouseOf(reading, centreId) ?? '',
    quantity: factor === null ? onHand : multiplyQuantities(onHand, factor),
  };
  return { answer, needs: work.master.needs() };
}

/** The bridge, or why there is none. What could not be told apart is named in `notCompared`. */
export async function bridgeShelves(
  reading: ShelfReading,
  found: { shelves: Shelves; settled: Settled; results: CaseResults; notCompared: NotCompared[] },
): Promise<OnHandBridge> {
  const { parts, freezer, frame } = reading;
  const { shelves, settled, results, notCompared } = found;
  const fromMs = Math.max(frame.period.fromMs, frame.settings.sync.startFromMs ?? 0);
  const events = await readEvents(reading, fromMs, shelves.atMs);
  if ('why' in events) {
    notCompared.push({ what: 'on hand', why: events.why, hint: events.hint });
    return { state: 'notCompared', why: events.why };
  }
  const wanted = inforPairs(shelves.pairs);
  const again = await frozenOnce(freezer, 'balances again', () => parts.infor.onHand(wanted));
  const moving = movingPairs(reading, { shelves, events: events.list, again, wanted });
  const shelfEvents = eventsInItems(reading, shelves, events.list);
  const flows = bridgeFlows({
    fromDay: dayIn(frame.period, fromMs),
    fromMs,
    atMs: shelves.atMs,
    events: shelfEvents,
    settled,
    moved: results.moved,
    open: results.open,
  });
  const levels = pairLevels(shelves, wanted);
  const rows = onHandRows(
    levels.filter(({ item, warehouse }) => !moving.has(`${warehouse} ${item}`)),
    flows,
    shelves.atMs,
  );
  nameMoving(moving, notCompared);
  nameUnplaced(shelves, notCompared);
  return { state: 'compared', atMs: shelves.atMs, rows: [...rows, ...withoutItem(shelves)] };
}

type Events = { list: StockEvent[] } | { why: string; hint: string };

async function readEvents(reading: ShelfReading, fromMs: number, toMs: number): Promise<Events> {
  const { parts, freezer, frame } = reading;
  const list: StockEvent[] = [];
  for (const { id: centreId, name } of frame.settings.centres) {
    parts.progress(`reading the inventory history of ${name}`);
    const window = { fromMs, toMs: toMs + 1 };
    try {
      const pages = frozen(freezer, `history ${centreId} ${fromMs}-${window.toMs}`, () =>
        parts.shipbob.history({ centreId, window }),
      );
      for await (const page of pages) list.push(...page);
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (!(thrown instanceof Problem) || problem.code !== 'HISTORY_TOO_OLD') throw thrown;
      return {
        why: "the period begins before ShipBob's inventory history does (90 days)",
        hint: 'Compare younger periods for the shelves; --no-on-hand leaves them out.',
      };
    }
  }
  return { list };
}

/** Moved between the first and the last answer: no one can tell on which side of it. */
function movingPairs(
  reading: ShelfReading,
  found: {
    shelves: Shelves;
    events: readonly StockEvent[];
    again: readonly (Quantity | null)[];
    wanted: readonly { item: string; warehouse: string }[];
  },
): Set<string> {
  const { shelves, events, again, wanted } = found;
  const moving = new Set<string>();
  wanted.forEach(({ item, warehouse }, index) => {
    if ((shelves.infor[index] ?? null) !== (again[index] ?? null))
      moving.add(`${warehouse} ${item}`);
  });
  for (const event of events) {
    if (event.atMs < shelves.fromMs) continue;
    const pair = pairOfEvent(reading, shelves, event);
    if (pair?.item !== undefined) moving.add(`${pair.warehouse} ${pair.item}`);
  }
  return moving;
}

function pairOfEvent(reading: ShelfReading, shelves: Shelves, event: StockEvent) {
  const warehouse = warehouseOf(reading, event.centreId);
  if (warehouse === null) return undefined;
  return pairIndex(shelves).get(`${warehouse} ${event.sku}`);
}

const indexes = new WeakMap<Shelves, Map<string, SkuPair>>();

function pairIndex(shelves: Shelves): Map<string, SkuPair> {
  const known = indexes.get(shelves);
  if (known !== undefined) return known;
  const index = new Map(shelves.pairs.map((pair) => [`${pair.warehouse} ${pair.sku}`, pair]));
  indexes.set(shelves, index);
  return index;
}

function eventsInItems(
  reading: ShelfReading,
  shelves: Shelves,
  events: readonly StockEvent[],
): ShelfEvent[] {
  return events.flatMap((event): ShelfEvent[] => {
    const pair = pairOfEvent(reading, shelves, event);
    if (pair === undefined || pair.item === null) return [];
    const { item, warehouse, factor } = pair;
    const quantity = multiplyQuantities(event.quantity, factor);
    const ofOrder = event.orderId === null ? 'no' : 'yes';
    return [{ item, warehouse, quantity, category: event.category, ofOrder }];
  });
}

/** Several SKUs, and several centres, may stand for one item in one warehouse. */
function pairLevels(
  shelves: Shelves,
  wanted: readonly { item: string; warehouse: string }[],
): PairLevel[] {
  const sums = new Map<string, { skus: Set<string>; quantity: Quantity }>();
  for (const { item, warehouse, sku, quantity } of shelves.pairs) {
    if (item === null) continue;
    const name = `${warehouse} ${item}`;
    const known = sums.get(name) ?? { skus: new Set<string>(), quantity: zero };
    known.skus.add(sku);
    sums.set(name, { skus: known.skus, quantity: addQuantities(known.quantity, quantity) });
  }
  return wanted.map(({ item, warehouse }, index) => {
    const sum = sums.get(`${warehouse} ${item}`);
    return {
      item,
      warehouse,
      skus: [...(sum?.skus ?? [])].sort(),
      shipbob: sum?.quantity ?? zero,
      infor: shelves.infor[index] ?? zero,
    };
  });
}

/** Goods that nothing in Infor stands for: all of them are the difference. */
function withoutItem({ pairs }: Shelves): OnHandRow[] {
  return pairs
    .filter(({ item, quantity }) => item === null && isPositive(quantity))
    .map(({ sku, warehouse, quantity }) => ({
      ...{ item: '', warehouse, sku, shipbob: quantity, infor: zero },
      difference: subtractQuantities(quantity, zero),
      parts: [
        {
          category: 'flagged',
          detail: `nothing in Infor stands for SKU ${sku}`,
          quantity,
          ageDays: null,
        },
      ],
    }));
}

function nameMoving(moving: ReadonlySet<string>, notCompared: NotCompared[]): void {
  if (moving.size === 0) return;
  const shown = [...moving].sort().slice(0, 10).join(', ');
  notCompared.push({
    what: `on hand of ${moving.size} items (${shown}${moving.size > 10 ? ', …' : ''})`,
    why: 'they moved while they were read',
    hint: 'Compare again at a quieter time.',
  });
}

function nameUnplaced({ unplaced }: Shelves, notCompared: NotCompared[]): void {
  const centres = new Set(unplaced.map(({ centreId }) => centreId));
  for (const centreId of centres) {
    const skus = unplaced.filter((level) => level.centreId === centreId).length;
    notCompared.push({
      what: `on hand of ${skus} SKUs in fulfilment centre ${centreId}`,
      why: 'no warehouse stands for the centre',
      hint: 'Add the centre to the configuration.',
    });
  }
}
