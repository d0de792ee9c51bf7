/**
 * `kill -9` of what is no run of `mlc sync`, or is met by chance there: the first opening of a
 * database, a person's answer, a receiver of webhooks, a second read.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readLedger } from '../../src/cli/drill/ledger.ts';
import { pauseReal } from '../../src/cli/drill/moment.ts';
import { findDoubles, judgeAtRest } from '../../src/sandbox/judge.ts';
import { atTheDesk } from '../support/by-hand.ts';
import { ended, runCli, saying, startCli } from '../support/cli-process.ts';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';
import { tellTopic } from '../support/crash-report.ts';
import { crashTestMs } from '../support/crash-seeds.ts';
import { freePort } from '../support/free-port.ts';
import { projectRoot } from '../support/source-tree.ts';

const minuteMs = 60_000;
const topic = 'kills of people’s acts';

async function aWorld(orders: number): Promise<CliWorld> {
  const world = await openCliWorld({ orders, daysPassed: 12 });
  onTestFinished(() => world.close());
  return world;
}

/** Exit 0 and nothing to complain of; a run that a killed one still holds the lease against waits. */
async function syncs(world: CliWorld): Promise<void> {
  world.advance(10 * minuteMs);
  const { code, stdout, stderr } = await world.mlc('sync --json --quiet');
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
}

const dies = (MLC_CRASH_AT: string) => ({ environment: { MLC_CRASH_AT } });

describe('kill -9 while a database is made', () => {
  it('leaves one that the next command completes, before and after each migration', async () => {
    const migrations = readdirSync(join(projectRoot, 'migrations')).length;
    const points = ['before-migration', 'after-migration'].flatMap((point) =>
      Array.from({ length: migrations }, (_, index) => `${point}#${index + 1}`),
    );
    let killed = 0;
    for (const point of points) {
      const cwd = mkdtempSync(join(tmpdir(), 'mlc-migrate-'));
      onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));

      const first = await runCli(['init'], { cwd, ...dies(point) });
      const second = await runCli(['init'], { cwd });
      const status = await runCli(['status', '--json'], { cwd });

      killed += first.code === null ? 1 : 0;
      expect({ point, first: first.code, second: second.code }).toEqual({
        ...{ point, first: null, second: 0 },
      });
      expect({ code: status.code, stderr: status.stderr }).toEqual({ code: 0, stderr: '' });
    }
    tellTopic(topic, points.length, killed);
  }, 600_000);
});

describe('kill -9 while a person says what was booked by hand', () => {
  it(
    'links it once or not at all, and the next run finishes it with nothing booked beside it',
    async () => {
      const world = await aWorld(12);
      await syncs(world);
      const desk = await atTheDesk(world);
      const flags: { id: number; reason: string; record: { id: string } }[] = JSON.parse(
        (await world.mlc('flagged list --json')).stdout,
      ).flags;
      const flag = flags.find(({ reason }) => reason === 'NO_PURCHASE_ORDER');
      if (flag === undefined) throw new Error('the week has a receiving order without one');
      const { order, received } = await desk.receiveAll(world, Number(flag.record.id));
      const words = `flagged resolve ${flag.id} --purchase-order ${order} --posted-as ${received} --because dock`;

      const kills: (number | null)[] = [];
      for (const point of ['before-link', 'after-link']) {
        world.advance(10 * minuteMs);
        kills.push((await world.mlc(words, dies(point))).code);
      }
      world.advance(10 * minuteMs);
      const said = await world.mlc(words);
      const booked = world.sandbox.inforSandbox.world.books().stockHistory.length;
      await syncs(world);

      tellTopic(topic, 2, kills.filter((code) => code === null).length);
      expect(kills).toEqual([null, null]);
      // It stands since the second kill; what is booked already is not to be said again.
      expect({ code: said.code, stderr: said.stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('not booked already'),
      });
      expect(world.sandbox.inforSandbox.world.books().stockHistory).toHaveLength(booked);
      const left = JSON.parse((await world.mlc('flagged list --json')).stdout).flags;
      expect(left.map(({ id }: { id: number }) => id)).not.toContain(flag.id);
    },
    crashTestMs,
  );
});

describe('kill -9 between a value that went backwards and its second read', () => {
  it(
    'leaves the second read owed to the next run, which asks a person',
    async () => {
      const world = await aWorld(8);
      await syncs(world);
      const { shipbobSandbox, week } = world.sandbox;
      const wroId = week.story.receiving.unfinished;
      const place = shipbobSandbox.books().receiving.find(({ id }) => id === wroId)?.stowed[0];
      if (place?.lot == null) throw new Error('the unfinished receiving order has no lot');
      const { inventoryId, lot } = place;
      const stowed = place.quantity - 1;
      shipbobSandbox.world.apply({
        kind: 'recount',
        wroId,
        boxNumber: 1,
        inventoryId,
        lot,
        stowed,
      });

      world.advance(10 * minuteMs);
      const killed = await world.mlc('sync --quiet', dies('before-second-read'));
      const before = readLedger(world).flags.map(({ code }) => code);
      await syncs(world);

      tellTopic(topic, 1, killed.code === null ? 1 : 0);
      expect(killed.code).toBeNull();
      expect(before).not.toContain('SOURCE_REGRESSED');
      expect(readLedger(world).flags).toContainEqual(
        expect.objectContaining({ record: `receiving:${wroId}`, code: 'SOURCE_REGRESSED' }),
      );
    },
    crashTestMs,
  );
});

describe('kill -9 of a receiver of webhooks', () => {
  it(
    'keeps what was stored, says 2xx to nothing else, and follows each once',
    async () => {
      const world = await aWorld(8);
      await syncs(world);
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/shipbob`;
      expect((await world.mlc(`webhooks register --url ${url}`)).code).toBe(0);
      const rows = async () =>
        JSON.parse((await world.mlc('webhooks deliveries --json')).stdout).deliveries.length;
      const kills: (string | null)[] = [];

      const stored: number[] = [];
      for (const point of ['before-deliveries', 'after-deliveries']) {
        const receiver = await serve(world, port, dies(point).environment);
        const told = await world.mlc(`webhooks test --url ${url}`);
        await receiver.end;
        kills.push(receiver.process.signalCode);
        expect({ point, code: told.code }).toEqual({ point, code: 4 });
        stored.push(await rows());
      }
      for (const point of ['after-hint-read', 'after-hints-finished']) {
        world.advance(10 * minuteMs);
        const receiver = await serve(world, port, dies(point).environment);
        placeOrder(world);
        await world.sandbox.shipbobSandbox.sendWebhooks();
        await receiver.end;
        kills.push(receiver.process.signalCode);
      }
      world.advance(10 * minuteMs);
      await syncs(world);
      await syncs(world);

      tellTopic(topic, kills.length, kills.filter((signal) => signal === 'SIGKILL').length);
      expect(kills).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGKILL']);
      expect(stored).toEqual([0, 1]);
      expect(findDoubles(world.sandbox)).toEqual([]);
      expect(judgeAtRest(world.sandbox, readLedger(world))).toEqual([]);
    },
    crashTestMs,
  );
});

/** An order like one of the week's, of which ShipBob sends word. */
function placeOrder({ sandbox }: CliWorld): void {
  const { week, shipbobSandbox } = sandbox;
  const special = new Set(Object.values(week.story).flat().map(String));
  const like = week.shipbob.events.flatMap(({ action }) =>
    action.kind === 'placeOrder' &&
    action.order.type === 'DTC' &&
    (action.order.tags ?? []).length === 0 &&
    !special.has(String(action.order.id))
      ? [action.order]
      : [],
  )[0];
  if (like === undefined) throw new Error('the week has a plain order');
  const { type, channelId, recipient, lines } = like;
  const number = `HINT-${shipbobSandbox.world.state.ordersByCreation.length}`;
  const placed = shipbobSandbox.world.placeOrder({
    ...{ referenceId: number, orderNumber: number, type, channelId, recipient, lines, tags: [] },
  });
  const [shipment] = placed.shipments;
  if (shipment === undefined) throw new Error('the order has a shipment');
  shipbobSandbox.world.apply({ kind: 'pickShipment', shipmentId: shipment.id });
  shipbobSandbox.world.apply({ kind: 'shipShipment', shipmentId: shipment.id });
}

async function serve(
  world: CliWorld,
  port: number,
  environment: Record<string, string>,
): Promise<{ process: ChildProcess; end: Promise<number | null> }> {
  const child = startCli(['webhooks', 'serve', '--port', String(port), '--json'], {
    cwd: world.folder,
    environment: {
      ...world.environment(),
      MLC_WEBHOOKS__SETTLE_FOR: '100ms',
      ...environment,
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const end = ended(child);
  await Promise.race([saying(child.stdout, /\n/), end.then(() => pauseReal(0))]);
  return { process: child, end };
}
