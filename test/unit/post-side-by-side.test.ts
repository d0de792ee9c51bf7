import { describe, expect, it } from 'vitest';
import type { InforLedger } from '../../src/app/ports.ts';
import { post } from '../../src/app/post.ts';
import { Problem } from '../../src/core/problem.ts';
import { externalKey } from '../../src/core/schema.ts';
import {
  scriptedLedger,
  type TestEngine,
  testEngine,
  unclear,
} from '../support/scripted-ledger.ts';
import { anOrder, anOutcome, plannedIssue, plannedOrder } from '../support/store-record.ts';

const posting = { batchSize: 2, concurrency: 3 };

/** So many orders, each with its issue, and a ledger that is watched. */
async function world(
  orders: number,
  ledger: (plain: InforLedger) => Partial<InforLedger>,
  shipments?: string[],
) {
  const plain = scriptedLedger().ledger;
  const test = await testEngine({ ...plain, ...ledger(plain) }, { posting });
  const { engine, store, clock } = test;
  const ids = Array.from({ length: orders }, (_, at) => String(at + 1));
  await store.saveObservations(engine.fence, {
    stream: 'orders',
    nowMs: clock.now(),
    observations: ids.map((id) => ({ record: anOrder(id), startedAtMs: clock.now() })),
    unreadable: [],
    checkpointMs: null,
  });
  const due = await store.casesDue(orders);
  await store.savePlans(
    engine.fence,
    due.map(({ stored }) =>
      anOutcome(stored.key, stored.contentHash, {
        put: [
          plannedOrder(`SB${stored.key.id}`),
          ...(shipments ?? ['1']).map((one) =>
            plannedIssue(`S${stored.key.id}-${one}`, stored.key.id, `SB${stored.key.id}`),
          ),
        ],
      }),
    ),
    clock.now(),
  );
  return test;
}

async function states({ store }: TestEngine, keys: string[]): Promise<unknown[]> {
  const found = await Promise.all(keys.map((key) => store.posting(externalKey(key))));
  return found.map((one) => one?.state);
}

function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    const next = (left: number) => (left === 0 ? resolve() : setImmediate(() => next(left - 1)));
    next(count);
  });
}

describe('batches of documents', () => {
  it('are under way side by side, as many as set, and never with one document in two', async () => {
    let now = 0;
    let most = 0;
    const underWay = new Set<number>();
    const twice: number[] = [];
    const test = await world(20, (plain) => ({
      async lookup(kind, targets, journal) {
        now += 1;
        most = Math.max(most, now);
        for (const { postingId } of targets) {
          if (underWay.has(postingId)) twice.push(postingId);
          underWay.add(postingId);
        }
        await turns(20);
        const answers = await plain.lookup(kind, targets, journal);
        for (const { postingId } of targets) underWay.delete(postingId);
        now -= 1;
        return answers;
      },
    }));

    const taken = await post(test.engine);

    expect(taken).toBe(40);
    expect(most).toBe(3);
    expect(twice).toEqual([]);
    expect(test.engine.counts.posted).toEqual({ salesOrder: 20, goodsIssue: 20 });
  });

  it('wait for more where they are not full, while enough others are under way', async () => {
    let underWay = 0;
    const besideOne: number[] = [];
    const test = await world(5, (plain) => ({
      async lookup(kind, targets, journal) {
        if (targets.length === 1) besideOne.push(underWay);
        underWay += 1;
        await turns(20);
        return plain.lookup(kind, targets, journal);
      },
      async readBack(kind, targets, journal) {
        const answers = await plain.readBack(kind, targets, journal);
        underWay -= 2;
        return answers;
      },
    }));

    await post(test.engine);

    expect(test.engine.counts.posted).toEqual({ salesOrder: 5, goodsIssue: 5 });
    // Each batch is looked up twice; of the others one is under way at most.
    expect(Math.max(...besideOne)).toBeLessThanOrEqual(3);
  });

  it('hold no issue before its sales order is posted', async () => {
    const early: string[] = [];
    const test: TestEngine = await world(9, (plain) => ({
      async lookup(kind, targets, journal) {
        if (kind === 'goodsIssue') {
          const orders = targets.map(({ key }) => key.replace(/^S(\d+)-1$/, 'SB$1'));
          const found = await states(test, orders);
          early.push(...orders.filter((_, at) => found[at] !== 'posted'));
        }
        return plain.lookup(kind, targets, journal);
      },
    }));

    await post(test.engine);

    expect(early).toEqual([]);
    expect(test.engine.counts.posted.goodsIssue).toBe(9);
  });

  it('hold no second issue of an order, also when one falls due while the other is under way', async () => {
    const underWay: string[] = [];
    const together: string[] = [];
    let refused = 0;
    const test: TestEngine = await world(
      6,
      (plain) => ({
        async lookup(kind, targets, journal) {
          if (kind !== 'goodsIssue') return plain.lookup(kind, targets, journal);
          const orders = targets.map(({ key }) => key.replace(/-\d$/, ''));
          together.push(...orders.filter((one) => underWay.includes(one)));
          underWay.push(...orders);
          // The first issue of each order is put off, and due again while the second is looked up.
          const isPutOff = refused < 6;
          if (isPutOff) refused += targets.length;
          else if (orders.includes('S1')) test.clock.pass(600_000);
          await turns(orders.includes('S1') ? 200 : 5);
          for (const one of orders) underWay.splice(underWay.indexOf(one), 1);
          return isPutOff
            ? targets.map(() => ({ state: 'unclear' as const, problem: unclear() }))
            : plain.lookup(kind, targets, journal);
        },
      }),
      ['1', '2'],
    );

    await post(test.engine);

    expect(refused).toBe(6);
    expect(together).toEqual([]);
  });

  it('come to their end when another one fails, and no further one begins', async () => {
    let asked = 0;
    const test = await world(20, (plain) => ({
      async lookup(kind, targets, journal) {
        asked += 1;
        if (asked === 2) {
          throw new Problem({ code: 'AWAY', kind: 'retryable', message: 'away', hint: 'Wait.' });
        }
        await turns(20);
        return plain.lookup(kind, targets, journal);
      },
    }));

    await expect(post(test.engine)).rejects.toMatchObject({ code: 'AWAY' });

    // The two others that were under way, and not one more.
    expect(test.engine.counts.posted.salesOrder).toBe(4);
  });

  it('take up no more than the run may', async () => {
    const test = await world(20, () => ({}));
    test.engine.postingsLeft = 5;

    expect(await post(test.engine)).toBe(5);

    expect(test.engine.counts.posted).toEqual({ salesOrder: 5 });
  });

  it('leave what is in doubt to be found out while they are under way', async () => {
    const test: TestEngine = await world(20, (plain) => ({
      async lookup(kind, targets, journal) {
        test.clock.pass(2_000);
        return plain.lookup(kind, targets, journal);
      },
    }));
    const lookedAfter: number[] = [];
    let looking = 0;
    let most = 0;

    const taken = await post(test.engine, {
      meanwhile: async (engine) => {
        looking += 1;
        most = Math.max(most, looking);
        lookedAfter.push(engine.counts.posted.salesOrder ?? 0);
        await turns(5);
        test.clock.pass(6_000);
        await turns(5);
        looking -= 1;
        return 1;
      },
    });

    // Two at once could commit one handle twice.
    expect(most).toBe(1);
    expect(lookedAfter.length).toBeGreaterThan(0);
    expect(lookedAfter.some((posted) => posted > 0 && posted < 20)).toBe(true);
    expect(taken).toBe(40 + lookedAfter.length);
  });
});
