/** What a comparison has read, frozen in the store: one that was stopped goes on with it. */
import type { Clock, CrashPoint, ReconciliationRun, ReconciliationStore } from './ports.ts';

export interface Freezer {
  run: ReconciliationRun;
  store: ReconciliationStore;
  clock: Clock;
  signal: AbortSignal;
  crash: CrashPoint;
}

/**
 * The pages of one list. A list that was read to its end is taken as it was then; one that was not
 * is read again from its beginning. The name must tell the whole list: what is asked for, and not
 * how far somebody got with it.
 */
export async function* frozen<T>(
  freezer: Freezer,
  name: string,
  read: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  const { run, store, clock, signal, crash } = freezer;
  if (await store.hasReconciliationParts(run.id, name)) {
    for await (const body of store.reconciliationParts(run.id, name)) {
      const part: { page?: T } = JSON.parse(body);
      if (part.page !== undefined) yield part.page;
    }
    return;
  }
  let position = 0;
  const save = async (part: { page?: T }, last: 'yes' | 'no') => {
    signal.throwIfAborted();
    const body = JSON.stringify(part);
    const nowMs = clock.now();
    const { id, turn } = run;
    await store.saveReconciliationPart({ id, turn, name, position, body, last, nowMs });
    position += 1;
    crash('after-reconciliation-part');
  };
  for await (const page of read()) {
    await save({ page }, 'no');
    yield page;
  }
  await save({}, 'yes');
}

/** The same for what comes in one answer. */
export async function frozenOnce<T>(
  freezer: Freezer,
  name: string,
  read: () => Promise<T>,
): Promise<T> {
  const pages = frozen(freezer, name, async function* () {
    yield await read();
  });
  let answer: { value: T } | null = null;
  for await (const value of pages) answer = { value };
  // A complete list of one answer holds one.
  return answer === null ? read() : answer.value;
}

export function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < all.length; at += size) chunks.push(all.slice(at, at + size));
  return chunks;
}
