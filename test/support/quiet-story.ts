import type { MerchantWeek } from '../../src/sandbox/seed.ts';
import type { ShipbobEvent } from '../../src/sandbox/shipbob/seed.ts';
import { hourMs, startAtMs, stormEndAtMs } from './simulation-calendar.ts';
import { habitsOf, isAbout, subjectsOf, weekOf } from './simulation-plot.ts';
import type { Part, Story } from './simulation-story.ts';

const seed = 4;

/**
 * A story in which nothing goes wrong: a plain order, a sample, one for replenishment, one of a SKU
 * that Infor does not have, goods of all receiving orders, what they cost, and some webhooks.
 */
export function quietStory(): Story {
  const week = weekOf(seed);
  const subjects = new Set([
    ...Object.values(week.story.receiving).map((id) => `receiving ${id}`),
    ...chosenOrders(week).flatMap(({ action }) => [...subjectsOf(week, action)]),
  ]);
  const events = week.shipbob.events.filter(({ action }) => isAbout(action, subjects));
  const habits = habitsOf(seed);
  const tenant = { ...habits.tenant, glListMissing: false, listLimit: 1_000 };
  return {
    seed,
    habits: { ...habits, tenant, shipbobStaleMs: 0, mingled: false, ownConnections: false },
    parts: [...events.map(told), ...runs(), ...mail()].sort((one, two) => one.atMs - two.atMs),
  };
}

function chosenOrders(week: MerchantWeek): ShipbobEvent[] {
  const { unknownSkus } = week.story;
  const chosen = new Map<string, ShipbobEvent>();
  for (const event of week.shipbob.events) {
    if (event.action.kind !== 'placeOrder') continue;
    const { tags = [], lines, type, shipments = [] } = event.action.order;
    const isUnknown = lines.some(({ sku }) => unknownSkus.includes(sku));
    const isPlain = type === 'DTC' && tags.length === 0 && shipments.length === 1 && !isUnknown;
    const name = isUnknown ? 'unknown' : isPlain ? 'plain' : (tags[0]?.name ?? 'other');
    if (!chosen.has(name)) chosen.set(name, event);
  }
  return [...chosen.values()];
}

function told({ atMs, action }: ShipbobEvent, index: number): Part {
  return { kind: 'event', name: `event-${index + 1}`, atMs, action };
}

function runs(): Part[] {
  const stepMs = 12 * hourMs;
  const times = Array.from({ length: (stormEndAtMs - startAtMs) / stepMs }, (_, at) => at + 1);
  return times.map((at) => {
    return { kind: 'run', name: `run-${at}`, atMs: startAtMs + at * stepMs, work: 'all' };
  });
}

function mail(): Part[] {
  return [2, 4, 6].map((day) => {
    return { kind: 'mail', name: `mail-${day}`, atMs: startAtMs + (day * 24 + 6) * hourMs };
  });
}
