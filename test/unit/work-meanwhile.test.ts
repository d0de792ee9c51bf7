import { describe, expect, it } from 'vitest';
import { reachUnsent } from '../../src/app/facts.ts';
import { ingest } from '../../src/app/ingest.ts';
import { planDue } from '../../src/app/plan.ts';
import type { ShipbobSource } from '../../src/app/ports.ts';
import { workMeanwhile } from '../../src/app/work-meanwhile.ts';
import type { OrderRecord } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import { anOrder } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';
import type { TestEngine } from '../support/scripted-ledger.ts';

const fullBatch = 250;
const away = new Problem({ code: 'AWAY', kind: 'retryable', message: 'away', hint: 'Wait.' });

function orders(count: number, sku = 'COFFEE'): OrderRecord[] {
  return Array.from({ length: count }, (_, at) =>
    anOrder(String(700_000 + at))
      .line(sku, '1')
      .build(),
  );
}

/** Pages of so many orders; before each but the first, `between` is waited for. */
function pages(
  made: TestEngine,
  records: OrderRecord[],
  size: number,
  between: () => Promise<void> = async () => {},
): void {
  const source: Partial<ShipbobSource> = {
    async *orders(by) {
      if (by !== 'updated') return;
      for (let start = 0; start < records.length; start += size) {
        if (start > 0) await between();
        const startedAtMs = made.clock.now();
        const page = records.slice(start, start + size);
        const observations = page.map((record) => ({ record, startedAtMs }));
        yield {
          observations,
          unreadable: [],
          pagesLeft: Math.ceil((records.length - start) / size) - 1,
        };
      }
    },
  };
  made.engine.shipbob = { ...made.engine.shipbob, ...source };
}

function read(made: TestEngine) {
  return workMeanwhile(made.engine, (engine) => ingest(engine, 'orders'));
}

async function until(true_: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000 && !true_(); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('what has been read of a backlog', () => {
  it('is posted while more is being read', { timeout: 60_000 }, async () => {
    const made = await planningEngine();
    const posted = () => made.engine.counts.posted.salesOrder ?? 0;
    const before: number[] = [];
    pages(made, orders(2 * fullBatch), fullBatch, async () => {
      await until(() => posted() > 0);
      before.push(posted());
    });

    const troubles = await read(made);

    expect(troubles).toEqual([]);
    expect(before[0]).toBeGreaterThan(0);
    expect(posted()).toBeGreaterThanOrEqual(fullBatch);
  });

  it('waits for the end of the reading when it is less than a full batch', async () => {
    const made = await planningEngine();
    pages(made, orders(fullBatch - 1), 50);

    await read(made);

    expect(made.engine.counts.planned).toBe(0);
  });

  it('leaves what is over a full batch for the end', { timeout: 60_000 }, async () => {
    const made = await planningEngine();
    pages(made, orders(fullBatch + 9), fullBatch + 9);

    await read(made);

    expect(made.engine.counts.planned).toBe(fullBatch);
  });

  it('is not flagged page by page under a broken mapping', { timeout: 60_000 }, async () => {
    const made = await planningEngine({}, someFacts().build());
    pages(made, orders(fullBatch + 40, 'UNKNOWN'), 10);

    await read(made);
    const { troubles } = await planDue(made.engine);

    expect(troubles).toMatchObject([{ problem: { code: 'TOO_MANY_FLAGS' } }]);
    expect(made.engine.counts.flagsRaised).toBe(0);
  });

  it('is read to its end when Infor goes away meanwhile', { timeout: 60_000 }, async () => {
    const made = await planningEngine();
    made.engine.infor = { ...made.engine.infor, lookup: () => Promise.reject(away) };
    pages(made, orders(2 * fullBatch), 100);

    expect(await read(made)).toEqual([]);

    expect(made.engine.counts.seen.orders).toBeGreaterThanOrEqual(2 * fullBatch);
    expect(await made.store.checkpoint('orders')).not.toBeNull();
  });

  it('is posted without what only an earlier run has read', { timeout: 60_000 }, async () => {
    const made = await planningEngine();
    await observe(made, anOrder('600001').line('COFFEE', '1').build());
    await reachUnsent(made.engine);
    await planDue(made.engine);
    made.clock.pass(86_400_000);
    pages(made, orders(fullBatch), fullBatch);

    await read(made);

    expect(made.engine.counts.posted.salesOrder).toBe(fullBatch);
    const waiting = await made.store.postings({ states: ['pending'], limit: 9 });
    expect(waiting.map(({ record }) => record.id)).toEqual(['600001']);
  });
});
