import type { Random } from '../../src/app/ports.ts';
import { faultKinds } from '../../src/sandbox/faults.ts';
import { poorestTenant } from '../../src/sandbox/infor/tenant.ts';
import { type MerchantWeek, merchantWeek } from '../../src/sandbox/seed.ts';
import type { ShipbobAction, ShipbobEvent } from '../../src/sandbox/shipbob/seed.ts';
import { dayMs, startAtMs } from './simulation-calendar.ts';
import { between, chanceOf, pickOf } from './simulation-chance.ts';
import { actNames } from './simulation-people.ts';
import { crashesOf, deskRunsOf, followsOf, mailOf, runsOf } from './simulation-plot-runs.ts';
import { turnsOf } from './simulation-plot-world.ts';
import type { Habits, Part, Story } from './simulation-story.ts';

/** The special orders of the merchant's week all lie among so many. */
const ordersOfWeek = 100;

/** The world before anything happens in it: products, stock, customers, purchase orders. */
export function weekOf(seed: number): MerchantWeek {
  return merchantWeek({ seed, startAtMs, orders: ordersOfWeek });
}

/**
 * The story of a seed. Each seed switches on faults, crashes and people of its own choice and with
 * its own rates: what all of them together would hide, some of them alone bring to light.
 */
export function storyOf(seed: number): Story {
  const week = weekOf(seed);
  const mail = mailOf(seed);
  const runs = [...runsOf(seed), ...followsOf(seed, mail), ...deskRunsOf(seed)];
  const events = [...ordersOf(seed, week), ...receivingOf(seed, week), ...billsOf(seed, week)];
  return {
    seed,
    habits: habitsOf(seed),
    parts: [
      ...events,
      ...turnsOf(seed, week, events),
      ...mail,
      ...runs,
      ...crashesOf(seed, runs),
      ...stormsOf(seed),
      ...aimedOf(seed, runs),
      ...actsOf(seed, runs),
    ].sort((one, other) => one.atMs - other.atMs),
  };
}

/** The poorest tenant in one of its variants. */
export function habitsOf(seed: number): Habits {
  const luck = chanceOf(seed, 'habits');
  return {
    tenant: {
      ...poorestTenant,
      glListMissing: seed % 3 === 0,
      confirmDelayMs: pickOf(luck, [0, 20_000, 75_000, 200_000]),
      processDelayMs: pickOf(luck, [0, 0, 15_000, 90_000]),
      purchaseOrderTransferMs: pickOf(luck, [90_000, 600_000]),
      silentProcessErrors: luck.next() < 0.5,
      slowMs: pickOf(luck, [2_000, 40_000, 80_000]),
      // Lists are cut below what was asked for, and nothing says so; a day's vouchers are a list
      // that cannot be read on, so that only those have it who have no vouchers to list.
      listLimit: seed % 3 === 0 ? pickOf(chanceOf(seed, 'list limit'), [1_000, 40, 12]) : 1_000,
    },
    shipbobPageSize: pickOf(chanceOf(seed, 'page size'), [250, 250, 5, 2]),
    shipbobStaleMs: pickOf(luck, [0, 30_000, 90_000, 300_000]),
    shipbobSlowMs: pickOf(luck, [2_000, 25_000, 40_000]),
    slowestLegMs: pickOf(luck, [400, 4_000, 20_000]),
    mingled: luck.next() < 0.5,
    ownConnections: luck.next() < 0.2,
  };
}

/** Some orders of the week with all that happens to them, within the first days. */
function ordersOf(seed: number, week: MerchantWeek): Part[] {
  const luck = chanceOf(seed, 'orders');
  const placed = week.shipbob.events.flatMap((event) =>
    event.action.kind === 'placeOrder' ? [event] : [],
  );
  const wanted = fewRather(luck, 3, 10);
  const chosen = new Set<ShipbobEvent>();
  while (chosen.size < wanted) {
    const event = placed[Math.floor(luck.next() * placed.length)];
    if (event !== undefined) chosen.add(event);
  }
  return [...chosen].flatMap((event, index) => {
    const atMs = startAtMs + Math.round(luck.next() * 3 * dayMs);
    const ids = subjectsOf(week, event.action);
    const own = week.shipbob.events
      .filter(({ action }) => isAbout(action, ids))
      .map((each) => retagged(seed, each));
    return told(`order-${index + 1}`, own, atMs - event.atMs);
  });
}

/** In the week one order of a hundred is a sample, and one for replenishment; here many are. */
function retagged(seed: number, event: ShipbobEvent): ShipbobEvent {
  const { action } = event;
  if (action.kind !== 'placeOrder' || (action.order.tags ?? []).length > 0) return event;
  const luck = chanceOf(seed, 'tag', action.order.id ?? 0).next();
  if (luck >= 0.35) return event;
  const tags = [{ name: luck < 0.17 ? 'SAMPLE' : 'REPLENISH', value: '1' }];
  return { ...event, action: { ...action, order: { ...action.order, tags } } };
}

/** Small worlds more often than large ones: what goes wrong mostly takes little to go wrong. */
function fewRather(luck: Random, low: number, high: number): number {
  return low + Math.floor(luck.next() ** 2 * (high - low + 1));
}

/** Ids of the order itself and of its shipments, as the week's events speak of them. */
export function subjectsOf(week: MerchantWeek, placed: ShipbobAction): Set<string> {
  const ids = new Set<string>();
  if (placed.kind !== 'placeOrder') return ids;
  const { order } = placed;
  ids.add(`order ${order.id}`);
  for (const { id } of order.shipments ?? []) ids.add(`shipment ${id}`);
  for (const { action } of week.shipbob.events) {
    if (action.kind === 'addShipment' && action.orderId === order.id) {
      ids.add(`shipment ${action.shipment.id}`);
    }
  }
  return ids;
}

export function isAbout(action: ShipbobAction, ids: ReadonlySet<string>): boolean {
  if (action.kind === 'placeOrder') return ids.has(`order ${action.order.id}`);
  if ('orderId' in action) return ids.has(`order ${action.orderId}`);
  if ('shipmentId' in action) return ids.has(`shipment ${action.shipmentId}`);
  if (action.kind === 'createReceiving') return ids.has(`receiving ${action.wro.id}`);
  if ('wroId' in action) return ids.has(`receiving ${action.wroId}`);
  if (action.kind !== 'charge') return false;
  const subject = action.referenceType === 'WRO' ? 'receiving' : 'shipment';
  return ids.has(`${subject} ${action.referenceId}`);
}

function receivingOf(seed: number, week: MerchantWeek): Part[] {
  const luck = chanceOf(seed, 'receiving');
  const { split, splitOff, ...others } = week.story.receiving;
  const groups = [[split, splitOff], ...Object.values(others).map((id) => [id])];
  const wanted = fewRather(luck, 1, 3);
  const chosen = new Set<number[]>();
  while (chosen.size < wanted) {
    const group = groups[Math.floor(luck.next() * groups.length)];
    if (group !== undefined) chosen.add(group);
  }
  return [...chosen].flatMap((group) => {
    const ids = new Set(group.map((id) => `receiving ${id}`));
    const own = week.shipbob.events.filter(({ action }) => isAbout(action, ids));
    return told(`receiving-${group[0]}`, own, 0);
  });
}

/** Bills that follow from no order: storage, and one fee that is mapped to nothing. */
function billsOf(seed: number, week: MerchantWeek): Part[] {
  const luck = chanceOf(seed, 'bills');
  const bills = week.shipbob.events.filter(
    ({ action }) => action.kind === 'charge' && !['Shipment', 'WRO'].includes(action.referenceType),
  );
  return bills
    .filter(() => luck.next() < 0.03)
    .flatMap((event, index) => told(`bill-${index + 1}`, [event], 0));
}

/** The events of one subject as parts, moved by so much. */
function told(group: string, events: readonly ShipbobEvent[], byMs: number): Part[] {
  return events.map(({ atMs, action }, index) => ({
    kind: 'event',
    name: `${group}/${index + 1}-${action.kind}`,
    atMs: atMs + byMs,
    action: moved(action, byMs),
  }));
}

function moved(action: ShipbobAction, byMs: number): ShipbobAction {
  if (action.kind === 'charge') {
    const { chargedAtMs, visibleAtMs } = action;
    return { ...action, chargedAtMs: chargedAtMs + byMs, visibleAtMs: visibleAtMs + byMs };
  }
  if (action.kind !== 'placeOrder' || action.order.purchasedAtMs === undefined) return action;
  const purchasedAtMs = action.order.purchasedAtMs + byMs;
  return { ...action, order: { ...action.order, purchasedAtMs } };
}

function stormsOf(seed: number): Part[] {
  const share = pickOf(chanceOf(seed, 'storms'), [0, 0.25, 0.5, 0.8]);
  return faultKinds.flatMap((fault): Part[] => {
    const luck = chanceOf(seed, 'storm', fault);
    if (luck.next() >= share) return [];
    // Few reads are ones that were asked before.
    const often = fault === 'staleRead' ? 10 : 1;
    const rate = (often * Math.round(5 + luck.next() ** 2 * 800)) / 10_000;
    return [{ kind: 'storm', name: `storm-${fault}`, atMs: startAtMs, fault, rate }];
  });
}

/** Calls by which documents come to be, or are taken back. */
const aims = [
  'OIS100MI/AddBatchHead',
  'OIS100MI/AddBatchLine',
  'OIS100MI/Confirm',
  'OIS100MI/Confirm',
  'OIS100MI/DelBatchHead',
  'OIS100MI/ChgWarehouse',
  'PPS370MI/',
  'PPS370MI/FinishEntry',
  'MHS850MI/AddWhsHead',
  'MHS850MI/AddWhsLine',
  'MHS850MI/PrcWhsTran',
  'MHS850MI/PrcWhsTran',
  'MHS850MI/DeleteWhsTran',
  'MMS850MI/',
  'MMS120MI/',
  'MWS410MI/RelForPick',
  'GLS840MI/',
  'GLS840MI/UpdBatch',
] as const;
const aimed = [
  'gatewayTimeoutAfter',
  'gatewayTimeoutLate',
  'gatewayTimeoutLate',
  'resetAfter',
  'resetBefore',
  'partialBulk',
  'terminatedBulk',
  'lockedOnce',
  'okWithoutEffect',
  'truncated',
  'rateLimited',
  'slow',
  'emptyBody',
  'duplicateKeys',
  'loginPage',
] as const;

/** Besides the chance of each call: answers lost where most hangs on them. */
function aimedOf(seed: number, runs: readonly Part[]): Part[] {
  const most = pickOf(chanceOf(seed, 'aims'), [0, 1, 2, 3]);
  return runs.flatMap((run) => {
    const luck = chanceOf(seed, 'aimed', run.name);
    return Array.from({ length: between(luck, 0, most) }, (_, index): Part => {
      const [match, fault] = [pickOf(luck, aims), pickOf(luck, aimed)];
      const name = `${run.name}/aimed-${index + 1}`;
      const times = between(luck, 1, 2);
      return { kind: 'aimed', name, atMs: run.atMs, run: run.name, match, fault, times };
    });
  });
}

function actsOf(seed: number, runs: readonly Part[]): Part[] {
  const luck = chanceOf(seed, 'people');
  if (luck.next() < 0.35) return [];
  const rate = 0.1 + luck.next() * 0.5;
  return runs.flatMap((run) => {
    const own = chanceOf(seed, 'act', run.name);
    if (own.next() >= rate) return [];
    return Array.from({ length: between(own, 1, 3) }, (_, index): Part => {
      const act = pickOf(own, actNames);
      const atMs = run.atMs - 60_000 + index;
      return { kind: 'act', name: `${run.name}/act-${index + 1}-${act}`, atMs, act };
    });
  });
}
