import { onTestFinished } from 'vitest';
import type { Store } from '../../src/app/ports.ts';
import type { RunParts, RunResult } from '../../src/app/run.ts';
import { sync } from '../../src/app/sync.ts';
import type { Flag } from '../../src/core/glossary.ts';
import type { Http } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { poorestTenant, type TenantModes } from '../../src/sandbox/infor/tenant.ts';
import { type MerchantWeek, merchantWeek } from '../../src/sandbox/seed.ts';
import type { RunningSandbox } from '../../src/sandbox/server.ts';
import type { ShipbobModes } from '../../src/sandbox/shipbob/model.ts';
import type { ShipbobEvent } from '../../src/sandbox/shipbob/seed.ts';
import type { WebhookCarrier } from '../../src/sandbox/shipbob/webhook-sender.ts';
import { quietLog } from './recipe-target.ts';
import { dayMs, hourMs, startAtMs } from './simulation-calendar.ts';
import { chanceOf } from './simulation-chance.ts';
import { type InforChange, makeChange, withhold } from './simulation-change.ts';
import {
  createHeadInMemory,
  type Installation,
  install,
  openInstalled,
  startProcess,
} from './simulation-engine.ts';
import { makeHome } from './simulation-home.ts';
import { judgeLedger, type LedgerVerdict } from './simulation-ledger.ts';
import { createVirtualTime, type VirtualTime } from './simulation-time.ts';
import { plainWire, simulate } from './simulation-world.ts';

/** One installation beside both systems, in which a test says what happens and when. */
export interface Scene {
  sandbox: RunningSandbox;
  clock: VirtualTime;
  place: Installation;
  order: ChosenOrder;
  hours(count: number): void;
  /** Until an hour after that. */
  pass(atMs: number): void;
  change(change: InforChange): void;
  run(work?: (parts: RunParts) => Promise<RunResult>): Promise<RunResult>;
  /** Runs until all has happened and every doubt has ended. */
  rest(): Promise<void>;
  withStore<Value>(work: (store: Store) => Promise<Value>): Promise<Value>;
  flags(): Promise<Flag[]>;
  verdict(): Promise<LedgerVerdict>;
}

/** Of the merchant's week, one plain order with one line and all that becomes of it. */
export interface ChosenOrder {
  id: number;
  sku: string;
  quantity: number;
  shipmentId: number;
  placedAtMs: number;
  shippedAtMs: number;
}

export async function openScene(
  settings: {
    /** Receiving orders of the week that take part. */
    receiving?: readonly number[];
    tenant?: Partial<TenantModes>;
    modes?: Partial<ShipbobModes>;
    changes?: readonly InforChange[];
    carrier?: WebhookCarrier;
  } = {},
): Promise<Scene> {
  const clock = createVirtualTime(startAtMs, chanceOf(3, 'order of waking'));
  const { receiving = [], changes = [], carrier } = settings;
  const week = merchantWeek({ seed: 3, startAtMs, orders: 60 });
  const order = plainOrder(week);
  const events = week.shipbob.events.filter((event) => isAbout(event, order, receiving));
  const world = simulate({
    seed: 3,
    time: clock,
    week: { ...week, shipbob: { ...week.shipbob, events } },
    tenant: { ...poorestTenant, glListMissing: false, ...settings.tenant },
    modes: { slowMs: 0, ...settings.modes },
    ...(carrier === undefined ? {} : { carrier }),
  });
  const { sandbox } = world;
  const home = makeHome();
  onTestFinished(() => home.remove());
  const { folder } = home;
  const place = await install({ folder, sandbox, clock, environment: {} });
  withhold(sandbox, changes);
  return { ...sceneIn({ sandbox, clock, place }, plainWire(world, clock)), order };
}

/** Ordered in the first hours, and shipped a day later. */
function plainOrder(week: MerchantWeek): ChosenOrder {
  const items = new Set(week.infor.items.map(({ number }) => number));
  const shipped = new Map(
    week.shipbob.events.flatMap(({ atMs, action }) =>
      action.kind === 'shipShipment' ? [[action.shipmentId, atMs]] : [],
    ),
  );
  for (const { atMs: placedAtMs, action } of week.shipbob.events) {
    if (action.kind !== 'placeOrder' || (action.order.tags ?? []).length > 0) continue;
    const { id, type, lines, shipments, review } = action.order;
    const [line, ...otherLines] = lines;
    const [shipment, ...otherShipments] = shipments ?? [];
    const single = otherLines.length === 0 && otherShipments.length === 0;
    if (type !== 'DTC' || review || !line || !shipment || !single || !id) continue;
    if (!items.has(line.sku) || shipment.id === undefined) continue;
    const shippedAtMs = shipped.get(shipment.id) ?? 0;
    const { sku, quantity } = line;
    return { id, sku, quantity, shipmentId: shipment.id, placedAtMs, shippedAtMs };
  }
  throw new Error('the week has no plain order');
}

function isAbout(
  { action }: ShipbobEvent,
  order: ChosenOrder,
  receiving: readonly number[],
): boolean {
  if (action.kind === 'placeOrder') return action.order.id === order.id;
  if ('orderId' in action) return action.orderId === order.id;
  if ('shipmentId' in action) return action.shipmentId === order.shipmentId;
  if (action.kind === 'createReceiving') return receiving.includes(action.wro.id ?? 0);
  if ('wroId' in action) return receiving.includes(action.wroId);
  return false;
}

function sceneIn(
  stage: Pick<Scene, 'sandbox' | 'clock' | 'place'>,
  http: Http,
): Omit<Scene, 'order'> {
  const { sandbox, clock, place } = stage;
  const headFile = createHeadInMemory();
  const withStore: Scene['withStore'] = async (work) => {
    const store = await openInstalled(place);
    return work(store).finally(() => store.close());
  };
  let runs = 0;
  const run: Scene['run'] = (work = syncAll) =>
    withStore((store) => {
      runs += 1;
      const random = seededRandom(runs);
      const life = { store, random, log: quietLog, owner: `run ${runs}`, headFile };
      return work(startProcess(place, { ...life, http, clock, crash: () => undefined }));
    });
  return {
    ...stage,
    hours: (count) => clock.advance(count * hourMs),
    pass: (atMs) => clock.advance(atMs + hourMs - clock.now()),
    change: (change) => makeChange(sandbox, change),
    run,
    async rest() {
      const { world } = sandbox.shipbobSandbox;
      const lastAtMs = Math.max(clock.now(), world.lastEventAtMs() ?? 0);
      // Bills are shown up to two days after the fact.
      while (clock.now() < lastAtMs + 3 * dayMs) {
        clock.advance(12 * hourMs);
        await run();
      }
      for (let count = 0; count < 6; count += 1) {
        clock.advance(hourMs / 4);
        await run();
      }
    },
    withStore,
    flags: () =>
      withStore((store) =>
        store.flags({ codes: null, kinds: null, ids: null, state: 'open', limit: 1_000 }),
      ),
    verdict: () =>
      withStore((store) => judgeLedger({ sandbox, store, path: place.config.database })),
  };
}

function syncAll(parts: RunParts): Promise<RunResult> {
  return sync(parts, { streams: 'all', mode: 'post', sinceMs: null, postingsMax: null });
}
