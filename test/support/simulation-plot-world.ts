import type { MerchantWeek } from '../../src/sandbox/seed.ts';
import type { BoxPlace, ShipbobAction } from '../../src/sandbox/shipbob/seed.ts';
import { dayMs, hourMs, startAtMs } from './simulation-calendar.ts';
import { between, chanceOf, pickOf } from './simulation-chance.ts';
import type { InforChange } from './simulation-change.ts';
import type { Part, PartOf, Story } from './simulation-story.ts';

type Luck = ReturnType<typeof chanceOf>;
type Told = Pick<Story, 'parts'>;

/**
 * What changes in the world of these events while the connector runs: merchants change their minds,
 * goods are counted again, bills come late, and in Infor people create, block and release.
 */
export function turnsOf(seed: number, week: MerchantWeek, events: Part[]): Part[] {
  const share = pickOf(chanceOf(seed, 'turns'), [0, 0.3, 0.6]);
  if (share === 0) return [];
  const told: Told = { parts: events };
  return [
    ...mindsOf(seed, told, share),
    ...recountsOf(seed, told, share),
    ...lateBillsOf(seed, told, share),
    ...itemTurnsOf(seed, week, told, share),
    ...officeOf(seed, week, share),
    ...dockOf(seed, week, told, share),
  ];
}

function eventsOf({ parts }: Told): PartOf<'event'>[] {
  return parts.filter((part) => part.kind === 'event');
}

function happen(group: string, deeds: readonly (readonly [number, ShipbobAction])[]): Part[] {
  return deeds.map(([atMs, action], index) => ({
    kind: 'event',
    name: `${group}/${index + 1}-${action.kind}`,
    atMs: Math.round(atMs),
    action,
  }));
}

function office(group: string, deeds: readonly (readonly [number, InforChange])[]): Part[] {
  return deeds.map(([atMs, change], index) => ({
    kind: 'infor',
    name: `${group}/${index + 1}-${change.kind}`,
    atMs: Math.round(atMs),
    change,
  }));
}

const hours = (luck: Luck, low: number, high: number) =>
  (low + luck.next() * (high - low)) * hourMs;

/** An order vanishes and comes back, is changed, or is cancelled whatever became of it. */
function mindsOf(seed: number, told: Told, share: number): Part[] {
  return eventsOf(told).flatMap(({ atMs, action }): Part[] => {
    if (action.kind !== 'placeOrder' || action.order.id === undefined) return [];
    const orderId = action.order.id;
    const luck = chanceOf(seed, 'mind', orderId);
    if (luck.next() >= share * 0.5) return [];
    const goneAtMs = atMs + hours(luck, 0.1, 20);
    const quantity = (action.order.lines[0]?.quantity ?? 1) + between(luck, 1, 3);
    const what = pickOf(luck, ['vanish', 'change', 'cancel'] as const);
    if (what === 'vanish') {
      return happen(`vanish-${orderId}`, [
        [goneAtMs, { kind: 'vanishOrder', orderId }],
        [goneAtMs + hours(luck, 1, 40), { kind: 'restoreOrder', orderId }],
      ]);
    }
    if (what === 'change') {
      const changedAtMs = atMs + hours(luck, 0.1, 8);
      const change = { kind: 'changeOrder', orderId, line: 0, quantity } as const;
      return happen(`change-${orderId}`, [[changedAtMs, change]]);
    }
    const cancel = { kind: 'cancelOrder', orderId, quiet: false } as const;
    const cancelledAtMs = atMs + hours(luck, 1, 60);
    return happen(`regret-${orderId}`, [[cancelledAtMs, { kind: 'plant', what: cancel }]]);
  });
}

/** Goods on the shelf are counted again before their receiving order is complete. */
function recountsOf(seed: number, told: Told, share: number): Part[] {
  const events = eventsOf(told);
  const shelves = new Map<string, number>();
  const completed = new Map<number, number>();
  for (const { atMs, action } of events) {
    if (action.kind === 'completeReceiving') completed.set(action.wroId, atMs);
  }
  return events.flatMap(({ name, atMs, action }): Part[] => {
    if (action.kind !== 'stow') return [];
    const place = placeOf(action);
    const shelf = JSON.stringify(place);
    const before = shelves.get(shelf) ?? 0;
    const stowed = before + action.quantity;
    shelves.set(shelf, stowed);
    const luck = chanceOf(seed, 'recount', name);
    if (luck.next() >= share * 0.4) return [];
    const recountAtMs = atMs + hours(luck, 0.1, 3);
    if (recountAtMs >= (completed.get(place.wroId) ?? Number.POSITIVE_INFINITY)) return [];
    const by = luck.next() < 0.6 ? -between(luck, 1, 10) : between(luck, 1, 5);
    const count = { kind: 'recount', ...place, stowed: Math.max(0, stowed + by) } as const;
    return happen(`recount-${name.replace('/', '-')}`, [[recountAtMs, count]]);
  });
}

function placeOf(place: BoxPlace): BoxPlace {
  const { wroId, boxNumber, inventoryId, lot } = place;
  return { wroId, boxNumber, inventoryId, ...(lot === undefined ? {} : { lot }) };
}

function lateBillsOf(seed: number, told: Told, share: number): Part[] {
  return eventsOf(told).flatMap(({ atMs, action }): Part[] => {
    if (action.kind !== 'shipShipment') return [];
    const { shipmentId } = action;
    const luck = chanceOf(seed, 'late bill', shipmentId);
    if (luck.next() >= share * 0.4) return [];
    const amountCents = between(luck, 50, 900);
    const bill = { kind: 'lateCharge', fee: 'Per Pick Fee', shipmentId, amountCents } as const;
    const what = { ...bill, chargedAtMs: atMs + hourMs };
    return happen(`late-${shipmentId}`, [[atMs + hours(luck, 2, 100), { kind: 'plant', what }]]);
  });
}

/** Items that the events are about are created late, or blocked for a while. */
function itemTurnsOf(seed: number, week: MerchantWeek, told: Told, share: number): Part[] {
  const used = new Set(
    eventsOf(told).flatMap(({ action }) => {
      if (action.kind === 'placeOrder') return action.order.lines.map(({ sku }) => sku);
      if (action.kind !== 'stow') return [];
      const { products } = week.shipbob;
      const product = products.find(({ inventoryId }) => inventoryId === action.inventoryId);
      return product === undefined ? [] : [product.sku];
    }),
  );
  const items = week.infor.items.filter(({ number }) => used.has(number));
  return items.flatMap(({ number }): Part[] => {
    const luck = chanceOf(seed, 'item', number);
    if (luck.next() >= share * 0.25) return [];
    const atMs = startAtMs + luck.next() * 4 * dayMs;
    if (luck.next() < 0.5) {
      return office(`create-${number}`, [[atMs, { kind: 'createItem', number }]]);
    }
    return office(`block-${number}`, [
      [atMs, { kind: 'item', number, status: '90' }],
      [atMs + hours(luck, 1, 30), { kind: 'item', number, status: '20' }],
    ]);
  });
}

/** Credit control and the month's end. */
function officeOf(seed: number, week: MerchantWeek, share: number): Part[] {
  const luck = chanceOf(seed, 'office');
  const atMs = startAtMs + luck.next() * 5 * dayMs;
  const parts: Part[] = [];
  if (luck.next() < share) {
    parts.push(
      ...office('stop-WEB001', [
        [atMs, { kind: 'customer', number: 'WEB001', stopped: true }],
        [atMs + hours(luck, 1, 24), { kind: 'customer', number: 'WEB001', stopped: false }],
      ]),
    );
  }
  const stopped = week.infor.customers.filter((customer) => customer.stopped);
  for (const { number } of stopped) {
    const releasedAtMs = startAtMs + luck.next() * 6 * dayMs;
    if (luck.next() >= share) continue;
    const release = { kind: 'customer', number, stopped: false } as const;
    parts.push(...office(`release-${number}`, [[releasedAtMs, release]]));
  }
  if (luck.next() < share) {
    const closedAtMs = startAtMs + hours(luck, 30, 150);
    parts.push(
      ...office('period', [
        [closedAtMs, { kind: 'periods', from: '20260601', to: '20260630' }],
        [closedAtMs + hours(luck, 1, 48), { kind: 'periods', ...week.infor.openPeriods }],
      ]),
    );
  }
  return parts;
}

/** Others receive on the purchase orders that goods arrive for, or end their lines. */
function dockOf(seed: number, week: MerchantWeek, told: Told, share: number): Part[] {
  const numbers = new Set(
    eventsOf(told).flatMap(({ action }) =>
      action.kind === 'createReceiving'
        ? [action.wro.purchaseOrderNumber?.replace(/-\d+$/, '') ?? '']
        : [],
    ),
  );
  const orders = week.infor.purchaseOrders.filter(({ number }) => numbers.has(number));
  return orders.flatMap(({ number: order, lines }): Part[] =>
    lines.flatMap(({ line, item, quantity }): Part[] => {
      const luck = chanceOf(seed, 'dock', order, line);
      const lots = week.infor.items.some((one) => one.number === item && one.lotControlled);
      if (luck.next() >= share * 0.3) return [];
      const atMs = startAtMs + luck.next() * 5 * dayMs;
      if (lots || luck.next() < 0.4) {
        return office(`close-${order}-${line}`, [
          [atMs, { kind: 'purchaseLine', order, line, closed: true }],
        ]);
      }
      const part = String(between(luck, 1, Math.max(1, Math.floor(Number(quantity) / 2))));
      return office(`dock-${order}-${line}`, [
        [atMs, { kind: 'receive', order, line, quantity: part, lot: '' }],
      ]);
    }),
  );
}
