/**
 * The sceptic's twin: a judge that never says no proves nothing. Each test does to Infor's books what a
 * careless connector would have done, and expects to be told.
 */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readLedger } from '../../src/cli/drill/ledger.ts';
import { findDoubles, judgeAtRest } from '../../src/sandbox/judge.ts';
import { type CrashWorld, openCrashWorld, runToRest } from '../support/crash-world.ts';

const token = z.object({ access_token: z.string() });
const answer = z.object({
  results: z.array(
    z.object({
      errorMessage: z.string().optional(),
      records: z.array(z.record(z.string(), z.string())).optional(),
    }),
  ),
});

/** A careless program with the same credentials: it sends what it likes. */
async function send(
  world: CrashWorld,
  program: string,
  transaction: string,
  record: Record<string, string>,
): Promise<Record<string, string>> {
  const { ionapi } = world.sandbox.infor;
  const login = await fetch(`${ionapi.pu}${ionapi.ot}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${ionapi.ci}:${ionapi.cs}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      grant_type: 'password',
      username: ionapi.saak ?? '',
      password: ionapi.sask ?? '',
    }),
  });
  const { access_token } = token.parse(await login.json());
  const reply = await fetch(`${ionapi.iu}/${ionapi.ti}/M3/m3api-rest/v2/execute`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      program,
      cono: 100,
      divi: 'AAA',
      transactions: [{ transaction, record }],
    }),
  });
  const [result] = answer.parse(await reply.json()).results;
  if (result === undefined || result.errorMessage) {
    throw new Error(`${program}/${transaction}: ${result?.errorMessage ?? 'no answer'}`);
  }
  return result.records?.[0] ?? {};
}

async function atRest(): Promise<CrashWorld> {
  // A tenant that takes whatever it is given twice.
  const world = await openCrashWorld({ seed: 15, orders: 12, tenant: 'poorest' });
  await runToRest(world);
  expect(judgeAtRest(world.sandbox, readLedger(world))).toEqual([]);
  return world;
}

describe('the oracle', () => {
  it('reports an order that a naive repeat confirmed a second time', async () => {
    const world = await atRest();
    const order = world.sandbox.inforSandbox.world.books().orders.find(({ live }) => live);
    const line = order?.lines[0];
    if (!order || !line) throw new Error('there is no order to repeat');

    const { ORNO = '' } = await send(world, 'OIS100MI', 'AddBatchHead', {
      CUNO: order.customer,
      CUOR: order.customerReference,
      YREF: order.yourReference,
      ORTP: order.orderType,
      FACI: 'A01',
    });
    await send(world, 'OIS100MI', 'AddBatchLine', {
      ORNO,
      ITNO: line.item,
      ORQT: line.quantity,
      WHLO: line.warehouse,
    });
    await send(world, 'OIS100MI', 'Confirm', { ORNO });
    world.pass(60_000);

    expect(findDoubles(world.sandbox).join()).toContain(`${order.yourReference} stands 2 times`);
  });

  it('reports goods and charges that are booked twice, or not at all', async () => {
    const world = await atRest();
    const { state } = world.sandbox.inforSandbox.world;
    const [movement] = state.movements;
    const voucher = state.vouchers.find(({ journal }) => journal !== '');
    if (!movement || !voucher) throw new Error('nothing was booked');

    state.movements.push({ ...movement, message: 'AGAIN' });
    const goodsTwice = findDoubles(world.sandbox).join();
    state.movements.pop();
    state.vouchers.push({ ...voucher, number: 999_999 });
    const chargeTwice = findDoubles(world.sandbox).join();
    state.vouchers.pop();
    const between = judgeAtRest(world.sandbox, readLedger(world));
    state.movements.shift();
    const goodsMissing = judgeAtRest(world.sandbox, readLedger(world)).join();

    expect(goodsTwice).toContain(`${movement.externalKey} moved goods by`);
    expect(goodsTwice).toMatch(/were booked, \d+ moved/);
    expect(chargeTwice).toMatch(/charge \w+ stands in 2 vouchers/);
    expect(between).toEqual([]);
    expect(goodsMissing).toMatch(/(shipment|receiving order) \d+: .+ instead of /);
  });

  it('reports what is missing, what is left half done, and what the ledger only claims', async () => {
    const world = await atRest();
    const inforWorld = world.sandbox.inforSandbox.world;
    const gone = inforWorld.books().orders.find(({ live }) => live);
    if (!gone) throw new Error('there is no order to take away');
    inforWorld.state.orders.delete(gone.number);
    await send(world, 'OIS100MI', 'AddBatchHead', {
      CUNO: gone.customer,
      CUOR: gone.customerReference,
      YREF: gone.yourReference,
      ORTP: gone.orderType,
      FACI: 'A01',
    });

    const said = judgeAtRest(world.sandbox, readLedger(world)).join('\n');
    const id = gone.yourReference.slice(2);
    expect(said).toContain(`order:${id} is lost`);
    expect(said).toContain(`(${gone.yourReference}) is left half done`);
    expect(said).toContain(`order ${gone.yourReference} is called posted and is not in Infor`);
  });
});
