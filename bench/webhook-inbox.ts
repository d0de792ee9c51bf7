/** Looks into the database of a receiver that has stopped, without any code of the inbox itself. */

import { createClock } from '../src/runtime/clock.ts';
import { checkIntegrity, type Handle, openHandle } from '../src/store/database.ts';
import { openStore } from '../src/store/open.ts';
import { forgedMark } from './webhook-plan.ts';

export const benchAuditKey: Uint8Array = Buffer.alloc(32, 7);

export interface InboxTruth {
  rows: number;
  /** Messages that are there more than once. */
  twice: number;
  /** Rows with the body of a forgery. */
  forged: number;
  waiting: number;
  /** `ok`, or what is wrong with the file. */
  integrity: string;
}

export function inboxTruth(path: string): InboxTruth {
  return withHandle(path, (handle) => {
    const count = (sql: string, ...values: string[]) =>
      Number(
        handle
          .prepare(sql)
          .pluck()
          .get(...values),
      );
    return {
      rows: count('select count(*) from inbox'),
      twice: count('select count(*) - count(distinct webhook_id) from inbox'),
      forged: count('select count(*) from inbox where instr(body, ?) > 0', forgedMark),
      waiting: count("select count(*) from inbox where state = 'waiting'"),
      integrity: integrityOf(handle, path),
    };
  });
}

function integrityOf(handle: Handle, path: string): string {
  try {
    checkIntegrity(handle, path);
    return 'ok';
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** Which of those messages are not in the inbox. */
export function missingFrom(path: string, webhookIds: Iterable<string>): string[] {
  return withHandle(path, (handle) => {
    const present = handle.prepare('select 1 from inbox where webhook_id = ?').pluck();
    return [...webhookIds].filter((id) => present.get(id) === undefined);
  });
}

function withHandle<T>(path: string, work: (handle: Handle) => T): T {
  const handle = openHandle({ path, create: 'no', readOnly: 'yes' });
  try {
    return work(handle);
  } finally {
    handle.close();
  }
}

export interface Processing {
  /** Waiting deliveries that a read covered. */
  deliveries: number;
  /** Records read; one read covers all deliveries about it that wait. */
  reads: number;
  /** Records that were given out again although nothing new came. */
  readTwice: number;
  /** Deliveries that still wait when nothing is given out any more. */
  left: number;
}

/** Does what the worker does with hints, through the store; the read itself is only counted. */
export async function processInbox(path: string): Promise<Processing> {
  const clock = createClock();
  const store = await openStore({ path, auditKey: benchAuditKey, clock, create: 'no' });
  try {
    const lease = await store.acquireLease({
      owner: 'bench',
      nowMs: clock.now(),
      ttlMs: 600_000,
      command: 'sync',
    });
    if (lease.held === 'no') throw new Error(`the lease is held by ${lease.by}`);
    const read = new Set<string>();
    const counts = { deliveries: 0, reads: 0, readTwice: 0 };
    for (;;) {
      const hints = await store.hintsWaiting(500);
      if (hints.length === 0) break;
      for (const { subject, count } of hints) {
        const name = `${subject.kind} ${subject.id}`;
        counts.reads += 1;
        counts.deliveries += count;
        if (read.has(name)) counts.readTwice += 1;
        read.add(name);
      }
      // Without an end to it a hint that cannot be finished would be given out for ever.
      if (counts.readTwice > 10_000) break;
      const finished = hints.map(({ subject, lastId }) => ({
        subject,
        lastId,
        state: 'done' as const,
        outcome: 'read by the bench',
      }));
      await store.finishHints(lease.fence, finished, clock.now());
    }
    await store.releaseLease(lease.fence);
    return { ...counts, left: (await store.inboxReport()).waiting };
  } finally {
    await store.close();
  }
}
