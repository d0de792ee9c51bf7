import { seededRandom } from '../../src/runtime/random.ts';
import { createInforSandbox } from '../../src/sandbox/infor/server.ts';
import { merchantWeek } from '../../src/sandbox/seed.ts';
import type { RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { createShipbobSandbox } from '../../src/sandbox/shipbob/server.ts';

type Events = RunningSandbox['week']['shipbob']['events'];

export interface LiveSandbox extends RunningSandbox {
  /** Lets what is still to happen begin, or a share of it: from now on, one after the other. */
  goOn(share?: number): void;
}

/** Events of a live week follow each other this fast. */
const pauseMs = 60;

/**
 * As `startSandbox`, with webhooks; but what has not happened by now happens within seconds once
 * `goOn` is called, so that real processes, which live in real time, can watch it. Charges are left
 * out of that: a day's journal is posted when the day is over.
 */
export async function startLiveSandbox(
  settings: Parameters<typeof startSandbox>[0],
): Promise<LiveSandbox> {
  const { clock, seed } = settings;
  const nowMs = clock.now();
  const week = merchantWeek({
    seed,
    startAtMs: settings.startAtMs ?? nowMs,
    ...(settings.orders === undefined ? {} : { orders: settings.orders }),
  });
  const events = [...week.shipbob.events].sort((one, other) => one.atMs - other.atMs);
  const over = events.filter(({ atMs }) => atMs <= nowMs);
  const ahead = events.filter(({ atMs, action }) => atMs > nowMs && action.kind !== 'charge');
  const shipbobSandbox = createShipbobSandbox({
    clock,
    random: seededRandom(seed + 1),
    seed: { ...week.shipbob, events: over },
    modes: { ...settings.modes, webhooks: 'automatic', rateLimitPerMinute: 1_000_000 },
  });
  const inforSandbox = createInforSandbox({
    clock,
    random: seededRandom(seed + 2),
    seed: week.infor,
    ...(settings.tenant === undefined ? {} : { tenant: settings.tenant }),
  });
  const shipbob = await shipbobSandbox.listen(0);
  const infor = await inforSandbox.listen(0);
  return {
    shipbob,
    infor,
    week,
    shipbobSandbox,
    inforSandbox,
    goOn(share = 1) {
      let atMs = clock.now();
      for (const event of ahead.splice(0, Math.ceil(ahead.length * share))) {
        atMs += pauseMs;
        shipbobSandbox.world.schedule(movedTo(event, atMs));
      }
    },
    async close() {
      await Promise.all([shipbobSandbox.close(), inforSandbox.close()]);
    },
  };
}

function movedTo(event: Events[number], atMs: number): Events[number] {
  const { action } = event;
  if (action.kind !== 'placeOrder') return { ...event, atMs };
  const { purchasedAtMs } = action.order;
  const order =
    purchasedAtMs === undefined ? action.order : { ...action.order, purchasedAtMs: atMs };
  return { atMs, action: { ...action, order } };
}
