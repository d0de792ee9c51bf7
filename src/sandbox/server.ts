import type { AdjustableClock } from '../runtime/clock.ts';
import type { HttpAnswer, HttpRequest } from '../runtime/http-server.ts';
import { seededRandom } from '../runtime/random.ts';
import type { FaultKind } from './faults.ts';
import { createInforSandbox } from './infor/server.ts';
import { type MerchantWeek, merchantWeek } from './seed.ts';
import type { ShipbobModes } from './shipbob/model.ts';
import { createShipbobSandbox, type ShipbobSandbox } from './shipbob/server.ts';

type InforSandbox = ReturnType<typeof createInforSandbox>;
type InforSettings = Parameters<typeof createInforSandbox>[0];

export interface RunningSandbox {
  shipbob: Awaited<ReturnType<ShipbobSandbox['listen']>>;
  infor: Awaited<ReturnType<InforSandbox['listen']>>;
  week: MerchantWeek;
  shipbobSandbox: ShipbobSandbox;
  inforSandbox: InforSandbox;
  close(): Promise<void>;
}

/**
 * Told of every exchange before its answer leaves, which it may hold back: for those who count,
 * record or pace what is asked.
 */
export type Watcher = (
  system: 'shipbob' | 'infor',
  request: HttpRequest,
  answer: HttpAnswer,
) => Promise<void> | void;

/**
 * Both simulated systems on loopback with one merchant's week. Ports default to any free one. The
 * week begins when the clock stands now, unless `startAtMs` says otherwise.
 */
export async function startSandbox(settings: {
  clock: AdjustableClock;
  seed: number;
  orders?: number;
  days?: number;
  startAtMs?: number;
  shipbobPort?: number;
  inforPort?: number;
  tenant?: NonNullable<InforSettings['tenant']>;
  latencyMs?: NonNullable<InforSettings['latencyMs']>;
  modes?: Partial<ShipbobModes>;
  /** Chance of each fault per call, 0 to 1, for both systems. */
  faults?: Partial<Record<FaultKind, number>>;
  /** Another world than the merchant's week; then `orders`, `days` and `startAtMs` say nothing. */
  week?: MerchantWeek;
  watch?: Watcher;
}): Promise<RunningSandbox> {
  const { clock, seed, watch } = settings;
  const week =
    settings.week ??
    merchantWeek({
      seed,
      startAtMs: settings.startAtMs ?? clock.now(),
      ...(settings.orders === undefined ? {} : { orders: settings.orders }),
      ...(settings.days === undefined ? {} : { days: settings.days }),
    });
  const watching = (system: 'shipbob' | 'infor') =>
    watch === undefined
      ? {}
      : { watch: (...exchange: [HttpRequest, HttpAnswer]) => watch(system, ...exchange) };
  const shipbobSandbox = createShipbobSandbox({
    clock,
    random: seededRandom(seed + 1),
    seed: week.shipbob,
    modes: settings.modes ?? {},
    ...watching('shipbob'),
  });
  const inforSandbox = createInforSandbox({
    clock,
    random: seededRandom(seed + 2),
    seed: week.infor,
    ...(settings.tenant === undefined ? {} : { tenant: settings.tenant }),
    ...(settings.latencyMs === undefined ? {} : { latencyMs: settings.latencyMs }),
    ...watching('infor'),
  });
  if (settings.faults) {
    shipbobSandbox.faults.setRates(settings.faults);
    inforSandbox.faults.setRates(settings.faults);
  }
  const shipbob = await shipbobSandbox.listen(settings.shipbobPort ?? 0);
  try {
    const infor = await inforSandbox.listen(settings.inforPort ?? 0);
    const close = async () => {
      await Promise.all([shipbobSandbox.close(), inforSandbox.close()]);
    };
    return { shipbob, infor, week, shipbobSandbox, inforSandbox, close };
  } catch (error) {
    await shipbobSandbox.close();
    throw error;
  }
}
