import type { Http } from '../../src/runtime/http.ts';
import { ionapiOf } from '../../src/sandbox/infor/oauth.ts';
import { createInforSandbox } from '../../src/sandbox/infor/server.ts';
import type { TenantModes } from '../../src/sandbox/infor/tenant.ts';
import type { MerchantWeek } from '../../src/sandbox/seed.ts';
import type { RunningSandbox } from '../../src/sandbox/server.ts';
import type { ShipbobModes } from '../../src/sandbox/shipbob/model.ts';
import { createShipbobSandbox } from '../../src/sandbox/shipbob/server.ts';
import type { WebhookCarrier } from '../../src/sandbox/shipbob/webhook-sender.ts';
import { chanceOf, KeyedRandom } from './simulation-chance.ts';
import { planChanges } from './simulation-change.ts';
import { weekOf } from './simulation-plot.ts';
import { partsOf, type Story } from './simulation-story.ts';
import type { VirtualTime } from './simulation-time.ts';
import { createWire, deliverInProcess, type Handle } from './simulation-wire.ts';

/** Both simulated systems of one story, without a socket. */
export interface SimulatedWorld {
  sandbox: RunningSandbox;
  /** Who answers, by origin. */
  hosts: ReadonlyMap<string, Handle>;
  /** Luck of Infor's simulator; turned before each exchange, see simulation-chance.ts. */
  inforLuck: KeyedRandom;
}

export const shipbobOrigin = 'http://127.0.0.1:1';
export const inforOrigin = 'http://127.0.0.1:2';

/** The world of a story: the merchant of its seed, to whom only the story's events happen. */
export function createWorld(
  story: Story,
  time: VirtualTime,
  carrier: WebhookCarrier,
): SimulatedWorld {
  const { seed, habits } = story;
  const week = weekOf(seed);
  const events = partsOf(story, 'event').map(({ atMs, action }) => ({ atMs, action }));
  const world = simulate({
    seed,
    time,
    week: { ...week, shipbob: { ...week.shipbob, events } },
    tenant: habits.tenant,
    modes: { slowMs: habits.shipbobSlowMs, staleReadMs: habits.shipbobStaleMs },
    carrier,
  });
  planChanges(world.sandbox, partsOf(story, 'infor'));
  return world;
}

/** Both systems with one merchant's week. */
export function simulate(settings: {
  seed: number;
  time: VirtualTime;
  week: MerchantWeek;
  tenant: TenantModes;
  modes: Partial<ShipbobModes>;
  /** Carries ShipBob's webhooks; without one nothing arrives. */
  carrier?: WebhookCarrier;
}): SimulatedWorld {
  const { seed, time, week, tenant, modes, carrier = async () => null } = settings;
  const inforLuck = new KeyedRandom(chanceOf(seed, 'infor'));
  const shipbobSandbox = createShipbobSandbox({
    clock: time,
    random: chanceOf(seed, 'shipbob'),
    seed: week.shipbob,
    modes,
    carrier,
  });
  const inforSandbox = createInforSandbox({
    clock: time,
    random: inforLuck,
    seed: week.infor,
    tenant,
  });
  // One token for all seeds, so that their configurations are one.
  const token = 'pat-simulated';
  shipbobSandbox.grantToken(token, 'SMA', week.shipbob.tokens[0]?.scopes ?? []);
  return {
    inforLuck,
    hosts: new Map<string, Handle>([
      [shipbobOrigin, shipbobSandbox.handle],
      [inforOrigin, inforSandbox.handle],
    ]),
    sandbox: {
      shipbob: { url: shipbobOrigin, token },
      infor: { url: inforOrigin, ionapi: ionapiOf(inforOrigin) },
      week,
      shipbobSandbox,
      inforSandbox,
      close: async () => undefined,
    },
  };
}

/** Its network where nothing is lost on the way and no process has a name. */
export function plainWire(world: SimulatedWorld, time: VirtualTime): Http {
  const luck = chanceOf(0, 'plain wire');
  return createWire({
    time,
    deliver: deliverInProcess(world.hosts, () => time.now()),
    luck: () => luck,
    slowest: 400,
  });
}
