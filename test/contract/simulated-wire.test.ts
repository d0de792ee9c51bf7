import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpCall } from '../../src/runtime/http.ts';
import { faultKinds } from '../../src/sandbox/faults.ts';
import { richTenant } from '../../src/sandbox/infor/tenant.ts';
import { merchantWeek } from '../../src/sandbox/seed.ts';
import { startAtMs } from '../support/simulation-calendar.ts';
import { chanceOf } from '../support/simulation-chance.ts';
import { socketNetwork } from '../support/simulation-sockets.ts';
import { createVirtualTime } from '../support/simulation-time.ts';
import { type Bare, type Deliver, deliverInProcess } from '../support/simulation-wire.ts';
import {
  inforOrigin,
  type SimulatedWorld,
  shipbobOrigin,
  simulate,
} from '../support/simulation-world.ts';

/** Twice the same two systems: one behind sockets, one behind calls of functions. */
async function bothWays() {
  const make = () => {
    const time = createVirtualTime(startAtMs, chanceOf(1, 'waking'));
    const week = merchantWeek({ seed: 1, orders: 5, startAtMs });
    const tenant = { ...richTenant, slowMs: 1 };
    return { time, world: simulate({ seed: 1, time, week, tenant, modes: { slowMs: 1 } }) };
  };
  const [far, near] = [make(), make()];
  const sockets = await socketNetwork(far.world, far.time);
  const near_ = { deliver: deliverInProcess(near.world.hosts, () => near.time.now()) };
  return { far: { ...far, ...sockets }, near: { ...near, ...near_ } };
}

let ways: Awaited<ReturnType<typeof bothWays>>;
beforeAll(async () => {
  ways = await bothWays();
});
afterAll(() => ways.far.close());

interface Way {
  world: SimulatedWorld;
  deliver: Deliver;
}

async function tokenOf({ world, deliver }: Way): Promise<string> {
  const { ionapi } = world.sandbox.infor;
  const basic = Buffer.from(`${ionapi.ci}:${ionapi.cs}`).toString('base64');
  const { bare } = await deliver({
    method: 'POST',
    url: `${ionapi.pu}${ionapi.ot}`,
    headers: {
      authorization: `Basic ${basic}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      grant_type: 'password',
      username: ionapi.saak ?? '',
      password: ionapi.sask ?? '',
    }).toString(),
    deadlineMs: 60_000,
  });
  const text = bare.kind === 'answer' ? bare.text : '{}';
  return String(JSON.parse(text).access_token);
}

const confirm = (token: string): HttpCall => ({
  method: 'POST',
  url: `${inforOrigin}/MLC_TST/M3/m3api-rest/v2/execute`,
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    program: 'OIS100MI',
    cono: 100,
    divi: 'AAA',
    transactions: [{ transaction: 'Confirm', record: { ORNO: 'T000001' } }],
  }),
  deadlineMs: 60_000,
});

const orders = (token: string): HttpCall => ({
  method: 'GET',
  url: `${shipbobOrigin}/2026-01/order?Page=1&Limit=50`,
  headers: { authorization: `Bearer ${token}` },
  body: null,
  deadlineMs: 60_000,
});

/** What a socket adds by itself is no part of an answer. */
function comparable(bare: Bare): Bare {
  if (bare.kind !== 'answer') return bare;
  const { connection: _, 'keep-alive': __, ...headers } = bare.headers;
  return { ...bare, headers };
}

async function compare(call: (way: Way) => Promise<HttpCall>): Promise<[Bare, Bare]> {
  const answers = await Promise.all(
    [ways.far, ways.near].map(async (way) => (await way.deliver(await call(way))).bare),
  );
  const [far, near] = answers.map(comparable);
  if (far === undefined || near === undefined) throw new Error('both answer');
  return [far, near];
}

describe.each([...faultKinds, 'nothing'] as const)('an exchange that suffers %s', (kind) => {
  it('comes to the same with and without a socket, on the side of Infor', async () => {
    const [far, near] = await compare(async (way) => {
      const token = await tokenOf(way);
      if (kind !== 'nothing') {
        way.world.sandbox.inforSandbox.faults.script({ match: 'Confirm', kind, times: 1 });
      }
      return confirm(token);
    });

    expect(near).toEqual(far);
  });

  it('comes to the same with and without a socket, on the side of ShipBob', async () => {
    const [far, near] = await compare(async (way) => {
      const { faults } = way.world.sandbox.shipbobSandbox;
      faults.clear();
      if (kind !== 'nothing') faults.script({ match: 'GET /order', kind, times: 1 });
      return orders(way.world.sandbox.shipbob.token);
    });

    expect(near).toEqual(far);
  });
});

describe('the exchanges compared', () => {
  it('were broken in every way', () => {
    const { inforSandbox, shipbobSandbox } = ways.near.world.sandbox;

    expect([...inforSandbox.faults.counts.keys()].sort()).toEqual([...faultKinds].sort());
    expect(shipbobSandbox.faults.counts.size).toBeGreaterThan(7);
  });
});

describe('nobody at an address', () => {
  it('is certainly not reached', async () => {
    const call = { ...orders('x'), url: 'http://127.0.0.1:9/order' };

    const { bare } = await ways.near.deliver(call);

    expect(bare.kind).toBe('notSent');
  });
});
