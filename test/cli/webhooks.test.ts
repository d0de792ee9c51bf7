import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended, saying, startCli } from '../support/cli-process.ts';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';

const url = 'https://hooks.example.com/shipbob';
let world: CliWorld;
beforeAll(async () => {
  world = await openCliWorld({ orders: 5 });
}, 120_000);
afterAll(() => world?.close());

/** Runs it and answers its JSON; fails where the exit code is another. */
async function answer(args: string, code = 0) {
  const result = await world.mlc(`${args} --json`);
  expect({ args, code: result.code, stderr: result.stderr }).toMatchObject({ code });
  return JSON.parse(code === 0 || code === 1 ? result.stdout : result.stderr);
}

const atShipbob = () => world.sandbox.shipbobSandbox.world.state.subscriptions;

describe('mlc webhooks', () => {
  it('registers, keeps the secret to itself, lists, and deletes', async () => {
    const made = await world.mlc(`webhooks register --url ${url}`);
    const [subscription] = atShipbob();
    const secret = subscription?.secret ?? 'none';

    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout).toContain(`Subscription ${subscription?.id} is registered`);
    expect(made.stdout).toContain('listed and enabled');
    expect(made.stdout + made.stderr).not.toContain(secret);
    expect(subscription?.topics).toContain('order.shipped');
    expect(subscription?.topics).toContain('wro.completed');

    const { subscriptions } = await answer('webhooks list');
    expect(subscriptions).toEqual([
      expect.objectContaining({
        id: subscription?.id,
        ours: true,
        secret: 'held',
        state: 'enabled',
      }),
    ]);
    const names = await answer('credentials list');
    expect(JSON.stringify(names)).toContain(`webhooks.secret.${subscription?.id}`);

    const deleted = await answer(`webhooks delete ${subscription?.id}`);
    expect(deleted).toEqual({
      deleted: subscription?.id,
      wasAtShipbob: true,
      secretForgotten: true,
    });
    expect(atShipbob()).toEqual([]);
    expect(JSON.stringify(await answer('credentials list'))).not.toContain('webhooks.secret');
  }, 60_000);

  it('rotates a secret by a second subscription, which is told of', async () => {
    const first = await answer(`webhooks register --url ${url}`);
    const second = await answer(`webhooks register --url ${url}`);

    expect(second).toMatchObject({ verified: true, sameUrl: [first.id] });
    await answer(`webhooks delete ${first.id}`);
    const { subscriptions } = await answer('webhooks list');
    expect(subscriptions).toMatchObject([{ id: second.id, secret: 'held' }]);
    await answer(`webhooks delete ${second.id}`);
  }, 60_000);

  it('shows those that ShipBob disabled, and those that are of others', async () => {
    const ours = await answer(`webhooks register --url ${url} --topics order.shipped`);
    for (const each of atShipbob()) {
      each.enabled = false;
      atShipbob().push({ ...each, id: '999', enabled: true });
      break;
    }

    const { subscriptions } = await answer('webhooks list');
    const { stdout } = await world.mlc('webhooks list');

    expect(subscriptions).toMatchObject([
      { id: ours.id, state: 'disabled', ours: true, secret: 'held' },
      { id: '999', state: 'enabled', ours: false, secret: 'missing' },
    ]);
    expect(stdout).toContain('1 subscription disabled');
    await answer(`webhooks delete ${ours.id}`);
    await answer('webhooks delete 999');
  }, 60_000);

  it('refuses an address that ShipBob could not post to safely', async () => {
    const problem = await answer('webhooks register --url http://hooks.example.com/shipbob', 2);

    expect(problem.error).toMatchObject({ code: 'USAGE' });
    expect(atShipbob()).toEqual([]);
  });

  it('says so when ShipBob does not know a topic', async () => {
    const args = `webhooks register --url ${url} --topics order.shipped,order.eaten`;
    const problem = await answer(args, 2);

    expect(problem.error).toMatchObject({ code: 'WEBHOOK_REGISTRATION_REFUSED' });
    expect(problem.error.evidence.topics).toBe('order.shipped, order.eaten');
  });

  it('has nothing to delete that is not there', async () => {
    const problem = await answer('webhooks delete 4711', 2);

    expect(problem.error).toMatchObject({ code: 'WEBHOOK_UNKNOWN' });
  });

  it('has no delivery to replay or to show before any came', async () => {
    expect(await answer('webhooks replay --since 1d')).toMatchObject({ reopened: 0 });
    expect(await answer('webhooks deliveries')).toEqual({ deliveries: [] });
    const problem = await answer('webhooks deliveries --state odd', 2);
    expect(problem.error.message).toContain('waiting, done, kept');
  }, 30_000);
});

describe('mlc webhooks test', () => {
  it('needs a secret to sign with', async () => {
    const problem = await answer('webhooks test --url http://127.0.0.1:9/shipbob', 5);

    expect(problem.error).toMatchObject({ code: 'CREDENTIALS_MISSING' });
  });

  it('says what an answer means, and what none means', async () => {
    const { id } = await answer(`webhooks register --url ${url}`);
    const refusing = await listener(401);
    const missing = await answer(`webhooks test --url ${refusing.url}`, 2);
    expect(missing.error).toMatchObject({
      code: 'WEBHOOK_TEST_REFUSED',
      hint: expect.stringContaining('other secrets'),
    });
    expect(refusing.seen()).toMatchObject({
      'x-webhook-topic': 'mlc.test',
      'webhook-signature': expect.stringMatching(/^v1,/),
    });
    await refusing.close();

    const nobody = await answer(`webhooks test --url ${refusing.url}`, 4);
    expect(nobody.error).toMatchObject({ code: 'WEBHOOK_RECEIVER_UNREACHABLE' });

    const foreign = await listener(202);
    const elsewhere = await answer(`webhooks test --url ${foreign.url}`, 1);
    expect(elsewhere).toMatchObject({ status: 202, stored: false });
    await foreign.close();
    await answer(`webhooks delete ${id}`);
  }, 60_000);
});

/** Answers every request with that status. */
async function listener(status: number) {
  let headers: Record<string, unknown> = {};
  const server: Server = createServer((request, response) => {
    headers = request.headers;
    request.resume();
    response.writeHead(status).end('no');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/shipbob`,
    seen: () => headers,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe('mlc webhooks serve', () => {
  it('takes what ShipBob sends, follows it, and leaves it for a replay', async () => {
    const port = await freePort();
    world.configure((config) => {
      config.webhooks = { port, settleFor: '200ms' };
    });
    const own = `http://127.0.0.1:${port}/shipbob`;
    const { id } = await answer(`webhooks register --url ${own} --topics order.shipped`);
    const child = startCli(['webhooks', 'serve', '--json'], {
      cwd: world.folder,
      environment: world.environment(),
    });
    await saying(child.stdout, /"ready"/);

    expect(await answer('webhooks test')).toMatchObject({ status: 202, stored: true });
    shipOne();
    await world.sandbox.shipbobSandbox.sendWebhooks();
    let told = await delivered();
    while (told.some(({ state }) => state === 'waiting')) told = await delivered();
    child.kill('SIGTERM');
    await ended(child);

    expect(told).toEqual([
      expect.objectContaining({
        topic: 'order.shipped',
        proof: 'signature',
        state: 'done',
        subject: { kind: 'order', id: expect.stringMatching(/^\d+$/) },
        outcome: expect.stringContaining('was read'),
      }),
    ]);
    const { deliveries } = await answer('webhooks deliveries --state kept');
    expect(deliveries).toMatchObject([{ topic: 'mlc.test', proof: 'sample' }]);
    expect(await answer('webhooks replay --since 1h')).toMatchObject({ reopened: 1 });
    expect(await delivered()).toMatchObject([{ state: 'waiting' }]);
    await answer(`webhooks delete ${id}`);
  }, 120_000);
});

async function delivered(): Promise<{ state: string }[]> {
  return (await answer('webhooks deliveries --topic order.shipped')).deliveries;
}

/** One order more is placed, picked, labelled and gone. */
function shipOne(): void {
  const shop = world.sandbox.shipbobSandbox.world;
  const [example] = world.sandbox.week.shipbob.events.flatMap(({ action }) =>
    action.kind === 'placeOrder' ? [action.order] : [],
  );
  if (!example) throw new Error('the week has no order');
  const order = shop.placeOrder({ ...example, referenceId: 'LATE-1', orderNumber: 'LATE-1' });
  for (const { id: shipmentId } of order.shipments) {
    shop.pickShipment(shipmentId);
    shop.labelShipment({ shipmentId });
    shop.shipShipment({ shipmentId });
  }
}

/** A port that was free a moment ago: the address is registered before anybody listens. */
async function freePort(): Promise<number> {
  const { url: taken, close } = await listener(200);
  await close();
  return Number(new URL(taken).port);
}
