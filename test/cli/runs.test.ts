import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';

let world: CliWorld;
let lastLogLine: string;

beforeAll(async () => {
  world = await openCliWorld({ orders: 15, daysPassed: 5 });
  const { code, stderr } = await world.mlc('sync');
  if (code !== 0) throw new Error(stderr);
  lastLogLine = stderr.trimEnd().split('\n').at(-1) ?? '';
  world.advance(120_000);
  await world.mlc('sync orders', { environment: { MLC_SECRET_SHIPBOB_TOKEN: 'wrong-0123456789' } });
}, 60_000);

afterAll(() => world.close());

describe('mlc runs list', () => {
  it('shows the newest first, with how each ended and what it did', async () => {
    const { code, stdout } = await world.mlc('runs list');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^ *ID +COMMAND +STARTED +TOOK +EXIT +POSTED +FLAGS +OUTCOME\n/);
    const [, first, second] = stdout.split('\n');
    expect(first).toMatch(/^ *2 +sync orders .* 5 +0 +– /);
    expect(second).toMatch(/^ *1 +sync all .* 0 +[1-9]\d* +\+\d+ −0 +done$/);
  });

  it('keeps to one command and a limit, and says that there are more', async () => {
    const all = await world.mlc('runs list --command sync --limit 1');
    const orders = JSON.parse((await world.mlc('runs list --command replay --json')).stdout);

    expect(all.stdout).toContain('There are more: --limit shows them.');
    expect(orders).toEqual({ runs: [], more: false });
  });
});

describe('mlc runs show', () => {
  it('tells what a run did, and the head that its last log line carries', async () => {
    const { stdout } = await world.mlc('runs show 1');

    expect(stdout).toMatch(/run +1: sync all, by /);
    expect(stdout).toMatch(/posted +\d+ sales orders?, /);
    expect(stdout).toMatch(/Infor +OIS100MI\/AddBatchHead +\d+/);
    const head = /audit head +(\d+):[0-9a-f]{64}\n/.exec(stdout)?.[1];
    // After the run's own end the lease is given back: the log tells of that too.
    const logged = /head="?(\d+):([0-9a-f]{64})/.exec(lastLogLine);
    expect(Number(logged?.[1])).toBeGreaterThanOrEqual(Number(head));
    const verified = await world.mlc(`audit verify --expect-head ${logged?.[1]}:${logged?.[2]}`);
    expect(verified.code).toBe(0);
  });

  it('tells what went wrong, and what to do', async () => {
    const { stdout } = await world.mlc('runs show 2');

    expect(stdout).toMatch(/outcome +5: orders: /);
    expect(stdout).toMatch(/^orders: .* \([A-Z_]+\)\n {2}What to do: /m);
    expect(stdout).not.toContain('wrong-0123456789');
  });

  it.each([
    ['4711', 1, 'there is no run 4711'],
    ['last', 2, 'a run has a whole number, not last'],
  ])('of %s ends with %i', async (id, expected, message) => {
    const { code, stderr } = await world.mlc(`runs show ${id}`);

    expect(code).toBe(expected);
    expect(stderr).toContain(message);
  });
});
