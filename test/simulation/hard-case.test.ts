import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../src/app/ports.ts';
import { sync } from '../../src/app/sync.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { poorestTenant, type TenantModes } from '../../src/sandbox/infor/tenant.ts';
import { merchantWeek } from '../../src/sandbox/seed.ts';
import { quietLog } from '../support/recipe-target.ts';
import { hourMs, startAtMs } from '../support/simulation-calendar.ts';
import { chanceOf } from '../support/simulation-chance.ts';
import {
  createHeadInMemory,
  install,
  openInstalled,
  startProcess,
} from '../support/simulation-engine.ts';
import { createVirtualTime } from '../support/simulation-time.ts';
import { plainWire, simulate } from '../support/simulation-world.ts';

/** Receiving order 443001 on purchase order 4500011: three lines, all stowed after 36 hours. */
const receiptKey = 'R443001-1';

async function world(changes: Partial<TenantModes> = {}) {
  const clock = createVirtualTime(startAtMs, chanceOf(3, 'order of waking'));
  const tenant = { ...poorestTenant, glListMissing: false, ...changes };
  const week = merchantWeek({ seed: 3, orders: 10, startAtMs });
  const simulated = simulate({ seed: 3, time: clock, week, tenant, modes: { slowMs: 0 } });
  const { sandbox } = simulated;
  const folder = mkdtempSync(join(tmpdir(), 'mlc-case-'));
  const place = await install({ folder, sandbox, clock, environment: {} });
  const headFile = createHeadInMemory();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  clock.advance(36 * hourMs);
  const infor = sandbox.inforSandbox;
  const withStore = async <Value>(work: (store: Store) => Promise<Value>): Promise<Value> => {
    const store = await openInstalled(place);
    return work(store).finally(() => store.close());
  };
  async function run(crash: (name: string) => void = () => undefined): Promise<void> {
    const store = await openInstalled(place);
    const parts = startProcess(place, {
      http: plainWire(simulated, clock),
      clock,
      store,
      crash,
      headFile,
      random: seededRandom(9),
      log: quietLog,
      owner: 'test',
    });
    const request = { streams: 'all', mode: 'post', sinceMs: null, postingsMax: null } as const;
    await sync(parts, request).finally(() => store.close());
  }
  return {
    clock,
    infor,
    run,
    flags: () =>
      withStore((store) =>
        store.flags({ codes: null, kinds: ['receiving'], ids: null, state: 'open', limit: 99 }),
      ),
    retry: (ids: number[]) => withStore((store) => store.retryFlags(ids, 'clerk', clock.now())),
    posting: () =>
      withStore(async (store) => {
        const states = ['pending', 'staged', 'committing', 'unknown', 'posted', 'flagged'] as const;
        const all = await store.postings({ states: [...states], limit: 1_000 });
        return all.find(({ key }) => key === receiptKey);
      }),
    received: () =>
      infor.world.books().stockHistory.filter(({ externalKey }) => externalKey === receiptKey),
  };
}

describe('a receipt of which one line is refused after the others took effect', () => {
  async function partlyBooked() {
    const test = await world({ confirmDelayMs: 0 });
    const order = test.infor.world.state.purchaseOrders.get('4500011');
    const last = order?.lines.at(-1);
    if (!last) throw new Error('the purchase order has lines');
    // Between staging and processing somebody else takes what one line was waiting for.
    await test.run((name) => {
      if (name === 'after-committing') last.received = last.ordered;
    });
    return test;
  }

  it('is shown to a person with what was booked, and is never sent again', async () => {
    const test = await partlyBooked();

    const before = test.received();
    const [flag] = (await test.flags()).filter(({ code }) => code === 'PARTLY_BOOKED');
    await test.retry([flag?.id ?? 0]);
    test.clock.advance(24 * hourMs);
    await test.run();

    expect(before).toHaveLength(2);
    expect(flag?.evidence.booked).toContain('120 of MUG-WHITE-350');
    expect(test.received()).toEqual(before);
    expect(await test.posting()).toMatchObject({ state: 'flagged', handedToCommit: true });
    expect((await test.flags()).map(({ code }) => code)).toContain('PARTLY_BOOKED');
  });

  it('is posted as Infor holds it once a person has finished it there', async () => {
    const test = await partlyBooked();
    const number = (await test.posting())?.handle ?? '';
    const message = test.infor.world.state.warehouseMessages.get(number);
    if (!message) throw new Error('the message is there');
    message.status = '90';
    for (const box of message.packages) {
      box.status = '90';
      box.lines = box.lines.filter(({ status }) => status === '90');
    }

    const [flag] = (await test.flags()).filter(({ code }) => code === 'PARTLY_BOOKED');
    await test.retry([flag?.id ?? 0]);
    test.clock.advance(hourMs);
    await test.run();

    expect(await test.posting()).toMatchObject({ state: 'posted', adopted: true });
    expect(test.received()).toHaveLength(2);
  });
});

describe('a commit that the gateway holds up with 429 and then answers 504', () => {
  it('takes effect once, though it lands minutes after the answer', async () => {
    const test = await world({ confirmDelayMs: 0, lateEffectMsMin: 280_000 });
    const { faults } = test.infor;
    faults.script({ match: 'PrcWhsTran', kind: 'rateLimited', times: 9 });
    faults.script({ match: 'PrcWhsTran', kind: 'gatewayTimeoutLate', times: 1 });

    for (let minutes = 0; minutes < 40; minutes += 1) {
      await test.run();
      test.clock.advance(60_000);
    }

    expect(faults.counts.get('gatewayTimeoutLate')).toBe(1);
    expect(test.received()).toHaveLength(3);
    expect(await test.posting()).toMatchObject({ state: 'posted', adopted: false });
  });
});
