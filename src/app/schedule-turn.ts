/**
 * Lets a sync in between runs that follow deliveries. Those come one after another on a busy day,
 * and whoever tries the lease now and then would never find it free. So who waits says so in the
 * database, and runs for deliveries rest until it has had its turn.
 */
import type { Clock, Log, Store } from './ports.ts';

const name = 'sync-waits-until';
/** Whoever waits says so anew before this is over; one that died holds nobody up for longer. */
export const restMsMax = 60_000;

interface TurnParts {
  store: Pick<Store, 'meta' | 'putMeta'>;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'debug'>;
}

/** A sync waits and tries again within `forMs`, of which it adds some for the trying itself. */
export async function askForTurn(parts: TurnParts, forMs: number): Promise<void> {
  const untilMs = parts.clock.now() + Math.min(forMs, restMsMax);
  await quietly(parts, () => parts.store.putMeta(name, String(untilMs)));
}

/** It had its turn. */
export async function endTurn(parts: TurnParts): Promise<void> {
  await quietly(parts, () => parts.store.putMeta(name, '0'));
}

/** For how long a run for deliveries rests, in ms; 0 when no sync waits. */
export async function turnRestMs(parts: TurnParts): Promise<number> {
  const untilMs = Number((await quietly(parts, () => parts.store.meta(name))) ?? 0);
  const restMs = untilMs - parts.clock.now();
  // One further ahead is of a clock that ran ahead.
  return restMs > 0 && restMs <= restMsMax ? restMs : 0;
}

/** A courtesy: its failure is no failure of the run. */
async function quietly<T>(parts: TurnParts, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch {
    parts.log.debug('the turn of a waiting sync could not be noted');
    return null;
  }
}
