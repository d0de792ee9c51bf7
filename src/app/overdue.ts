/**
 * Things that did not happen: goods that were delivered, or received, days ago and have no document
 * in Infor. Walks what has changed, not everything.
 */
import type { SourceRecord } from '../core/glossary.ts';
import type { Clock, Overdue, Store } from './ports.ts';

export interface OverdueSettings {
  issueAfterMs: number;
  receiptAfterMs: number;
}

type WalkedStore = Pick<Store, 'recordsUpdated' | 'noteOverdue' | 'meta' | 'putMeta'>;

const pageSize = 500;
/** Nobody waits for it to the minute, and each walk goes back a little. */
const walkEveryMs = 3_600_000;
/**
 * A delivery shows in ShipBob some time after it happened, and a record's own time need not move
 * with it: each walk reads again what an earlier one has passed so recently.
 */
const walkAgainMs = 2 * 86_400_000;
/** The first walk of all looks back so far. */
const firstWalkMs = 30 * 86_400_000;

const walks = [
  { kind: 'order', after: 'issueAfterMs', position: 'overdue-walk-orders' },
  { kind: 'receiving', after: 'receiptAfterMs', position: 'overdue-walk-receivings' },
] as const;

/**
 * Notes what is overdue. Does nothing when the last walk was less than an hour ago. Answers how
 * many were new.
 */
export async function findOverdue(
  parts: { store: WalkedStore; clock: Pick<Clock, 'now'>; signal: AbortSignal },
  settings: OverdueSettings,
): Promise<number> {
  const { store, clock } = parts;
  const nowMs = clock.now();
  let noted = 0;
  for (const { kind, after, position } of walks) {
    const toMs = nowMs - settings[after];
    const walkedToMs = readPosition(await store.meta(position), toMs);
    if (walkedToMs !== null && toMs - walkedToMs < walkEveryMs) continue;
    const fromMs = walkedToMs === null ? toMs - firstWalkMs : walkedToMs - walkAgainMs;
    for await (const records of pagesOf(store, { kind, fromMs, toMs })) {
      if (parts.signal.aborted) return noted;
      const found = records.flatMap((record) => movedBefore(record, toMs));
      if (found.length > 0) noted += await store.noteOverdue(found, nowMs);
    }
    await store.putMeta(position, String(toMs));
  }
  return noted;
}

/** A position ahead of us, after the clock went back or a setting grew, counts for none. */
function readPosition(text: string | null, toMs: number): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) && value <= toMs ? value : null;
}

async function* pagesOf(
  store: Pick<Store, 'recordsUpdated'>,
  window: { kind: 'order' | 'receiving'; fromMs: number; toMs: number },
): AsyncGenerator<SourceRecord[]> {
  let after: { updatedAtMs: number; id: string } | null = null;
  for (;;) {
    const page: { record: SourceRecord; updatedAtMs: number }[] = await store.recordsUpdated({
      ...window,
      after,
      limit: pageSize,
    });
    if (page.length > 0) yield page.map(({ record }) => record);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = { updatedAtMs: last.updatedAtMs, id: last.record.id };
  }
}

/** What of a record moved before that moment and is due a document by now. */
export function movedBefore(record: SourceRecord, beforeMs: number): Overdue[] {
  if (record.kind === 'charge') return [];
  const key = { kind: record.kind, id: record.id };
  if (record.kind === 'receiving') {
    const { completedAtMs, phase } = record;
    if (phase !== 'completed' || completedAtMs === null || completedAtMs > beforeMs) return [];
    if (!record.lines.some(({ stowed }) => Number(stowed) > 0)) return [];
    return [{ kind: 'receipt', shipbobId: record.id, record: key, happenedAtMs: completedAtMs }];
  }
  return record.shipments.flatMap(({ id, phase, deliveredAtMs }): Overdue[] => {
    if (phase !== 'left' || deliveredAtMs === null || deliveredAtMs > beforeMs) return [];
    return [{ kind: 'issue', shipbobId: id, record: key, happenedAtMs: deliveredAtMs }];
  });
}
