/** What tests of the store and their child processes share; nothing here needs vitest. */
import type { Clock, Fence, Store } from '../../src/app/ports.ts';

export const testAuditKey: Uint8Array = Buffer.alloc(32, 7);

/** A clock that stands still until it is moved. */
export interface HandClock extends Clock {
  set(atMs: number): void;
}

export function handClock(startAtMs = 1_760_000_000_000): HandClock {
  let atMs = startAtMs;
  return {
    now: () => atMs,
    async sleep(durationMs) {
      atMs += durationMs;
    },
    set(next) {
      atMs = next;
    },
  };
}

/** The lease on a store that nobody holds. */
export async function takeLease(
  store: Store,
  request: { owner?: string; nowMs?: number; ttlMs?: number; command?: string } = {},
): Promise<Fence> {
  const answer = await store.acquireLease({
    owner: request.owner ?? 'test',
    nowMs: request.nowMs ?? handClock().now(),
    ttlMs: request.ttlMs ?? 60_000,
    command: request.command ?? 'sync',
  });
  if (answer.held === 'no') throw new Error(`the lease is held by ${answer.by}`);
  return answer.fence;
}
