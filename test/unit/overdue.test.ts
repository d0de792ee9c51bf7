import { describe, expect, it } from 'vitest';
import { findOverdue, movedBefore } from '../../src/app/overdue.ts';
import type { Overdue } from '../../src/app/ports.ts';
import type { SourceRecord } from '../../src/core/glossary.ts';
import { handClock } from '../support/store-open.ts';
import { aCharge, anOrder, aReceiving, aShipment } from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const settings = { issueAfterMs: 3 * dayMs, receiptAfterMs: 2 * dayMs };

function deliveredOrder(id: string, deliveredAtMs: number): SourceRecord {
  const shipment = aShipment(`${id}1`, {
    phase: 'left',
    deliveredAtMs,
    updatedAtMs: deliveredAtMs,
  });
  return anOrder(id, { shipments: [shipment], updatedAtMs: deliveredAtMs });
}

/** A store of records by their own time; what is noted, and every walk over it, is kept. */
function shelf(records: SourceRecord[]) {
  const metas = new Map<string, string>();
  const noted: Overdue[] = [];
  const walks: { kind: string; fromMs: number; toMs: number }[] = [];
  const times = (record: SourceRecord) => (record.kind === 'charge' ? null : record.updatedAtMs);
  return {
    noted,
    walks,
    store: {
      meta: async (name: string) => metas.get(name) ?? null,
      putMeta: async (name: string, value: string) => void metas.set(name, value),
      async noteOverdue(found: Overdue[]) {
        noted.push(...found);
        return found.length;
      },
      async recordsUpdated(request: {
        kind: string;
        fromMs: number;
        toMs: number;
        after: { updatedAtMs: number; id: string } | null;
        limit: number;
      }) {
        const { kind, fromMs, toMs, after, limit } = request;
        if (after === null) walks.push({ kind, fromMs, toMs });
        return records
          .map((record) => ({ record, updatedAtMs: times(record) ?? 0 }))
          .filter(({ record, updatedAtMs }) => {
            return record.kind === kind && updatedAtMs >= fromMs && updatedAtMs <= toMs;
          })
          .sort((a, b) => a.updatedAtMs - b.updatedAtMs || (a.record.id < b.record.id ? -1 : 1))
          .filter(({ record, updatedAtMs }) => {
            if (after === null) return true;
            if (updatedAtMs !== after.updatedAtMs) return updatedAtMs > after.updatedAtMs;
            return record.id > after.id;
          })
          .slice(0, limit);
      },
    },
  };
}

function walk(store: ReturnType<typeof shelf>['store'], nowMs: number) {
  const signal = new AbortController().signal;
  return findOverdue({ store, clock: handClock(nowMs), signal }, settings);
}

describe('the walk', () => {
  it('notes a delivery once its time is up, and not before', async () => {
    const { store, noted } = shelf([deliveredOrder('1', t0)]);

    await walk(store, t0 + 3 * dayMs - 1);
    expect(noted).toEqual([]);
    await walk(store, t0 + 3 * dayMs + hourMs);
    expect(noted.map(({ kind, shipbobId }) => `${kind} ${shipbobId}`)).toEqual(['issue 11']);
  });

  it('meets every record of several pages, also of one moment', async () => {
    const records = Array.from({ length: 1203 }, (_, index) => deliveredOrder(`${index}`, t0));
    const { store, noted } = shelf(records);

    await walk(store, t0 + 4 * dayMs);

    expect(new Set(noted.map(({ record }) => record.id)).size).toBe(1203);
  });

  it('does not begin at the beginning again, and rests an hour', async () => {
    const { store, walks } = shelf([]);
    await walk(store, t0);
    const first = walks.splice(0);

    await walk(store, t0 + hourMs - 1);
    expect(walks).toEqual([]);
    await walk(store, t0 + hourMs);

    expect(first[0]).toEqual({ kind: 'order', fromMs: t0 - 33 * dayMs, toMs: t0 - 3 * dayMs });
    expect(walks[0]).toEqual({
      kind: 'order',
      fromMs: t0 - 5 * dayMs,
      toMs: t0 + hourMs - 3 * dayMs,
    });
    expect(walks.map(({ kind }) => kind)).toEqual(['order', 'receiving']);
  });

  it('goes on after the clock went back', async () => {
    const { store, noted } = shelf([deliveredOrder('1', t0)]);
    await walk(store, t0 + 400 * dayMs);

    await walk(store, t0 + 3 * dayMs);
    await walk(store, t0 + 3 * dayMs + 2 * hourMs);

    expect(noted.length).toBeGreaterThan(0);
  });

  it('that is stopped goes over the same records again', async () => {
    const { store, walks, noted } = shelf([deliveredOrder('1', t0)]);
    const stopped = AbortSignal.abort();
    const nowMs = t0 + 4 * dayMs;

    await findOverdue({ store, clock: handClock(nowMs), signal: stopped }, settings);
    expect(noted).toEqual([]);
    await walk(store, nowMs);

    expect(noted).toHaveLength(1);
    expect(walks.filter(({ kind }) => kind === 'order')).toHaveLength(2);
  });
});

describe('what is due a document', () => {
  const before = t0;

  it('is a shipment that left and was delivered', () => {
    const shipments = [
      aShipment('1', { phase: 'left', deliveredAtMs: t0 - 1 }),
      aShipment('2', { phase: 'left', deliveredAtMs: t0 + 1 }),
      aShipment('3', { phase: 'left', deliveredAtMs: null }),
      aShipment('4', { phase: 'cancelled', deliveredAtMs: t0 - 1 }),
    ];

    expect(movedBefore(anOrder('9', { shipments }), before)).toEqual([
      {
        kind: 'issue',
        shipbobId: '1',
        record: { kind: 'order', id: '9' },
        happenedAtMs: t0 - 1,
      },
    ]);
  });

  it('is a receiving order that was completed with goods in it', () => {
    const done = { phase: 'completed', completedAtMs: t0 - 1 } as const;

    expect(movedBefore(aReceiving('5', { '1': '10' }, done), before)).toHaveLength(1);
    expect(movedBefore(aReceiving('5', { '1': '0' }, done), before)).toEqual([]);
    expect(movedBefore(aReceiving('5', { '1': '10' }), before)).toEqual([]);
    expect(movedBefore(aCharge('5'), before)).toEqual([]);
  });
});
