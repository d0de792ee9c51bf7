import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliWorld, dayMs, openCliWorld } from '../support/cli-world.ts';

const minuteMs = 60_000;

describe('mlc close', () => {
  let world: CliWorld;
  let out: string;
  let passedMs = 0;
  /** The month of the sandbox's fifth day: it may be over already, or still running. */
  const month = new Date(Date.now() - 3 * dayMs).toISOString().slice(0, 7);

  beforeAll(async () => {
    world = await openCliWorld({ orders: 20 });
    out = mkdtempSync(join(tmpdir(), 'mlc-closes-'));
    const { code, stderr } = await world.mlc('sync');
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(async () => {
    await world.close();
    rmSync(out, { recursive: true, force: true });
  });

  const pack = () => join(out, `close-${month}`);
  /** Lets the budget of calls fill again before a comparison. */
  const close = (args: string, environment: Record<string, string> = {}) => {
    world.advance(2 * minuteMs);
    passedMs += 2 * minuteMs;
    return world.mlc(`close --period ${month} --out ${out} ${args}`, { environment });
  };

  it('writes the pack of a month and says where, at which head, and what binds it', async () => {
    const { code, stdout, stderr } = await close('--as c.hale');

    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`pack          ${pack()}\n`);
    expect(stdout).toMatch(/made at head {2}\d+:[0-9a-f]{64}\n/);
    expect(stdout).toMatch(/bound by {6}row \d+, with the manifest's SHA-256 [0-9a-f]{64}\n/);
    const page = readFileSync(join(pack(), 'report.html'), 'utf8');
    expect(page).toContain('c.hale');
    expect(page).toContain("default-src 'none'");
  });

  it('proves the pack it wrote, and answers the same in JSON', async () => {
    const { code, stdout } = await world.mlc(`close --verify ${pack()}`);
    const answer = JSON.parse((await world.mlc(`close --verify ${pack()} --json`)).stdout);

    expect(code).toBe(0);
    expect(stdout).toContain('The pack is as it was written.');
    expect(answer).toMatchObject({ ok: true, faults: [], files: readdirSync(pack()).length });
    expect(stdout).toContain(`row ${answer.boundBySeq}, `);
  });

  it('finds one byte that was added to one file, and says which', async () => {
    const copy = join(out, 'copy');
    cpSync(pack(), copy, { recursive: true });
    appendFileSync(join(copy, 'open-flags.csv'), ' ');
    const { code, stdout } = await world.mlc(`close --verify ${copy}`);

    expect(code).toBe(1);
    expect(stdout).toContain('The pack is not as it was written: 1 fault.');
    expect(stdout).toMatch(/ {2}open-flags\.csv was changed: it had \d+ bytes and has \d+/);
  });

  it('moves the pack of before aside, and answers what the report says in JSON', async () => {
    const before = readFileSync(join(pack(), 'manifest.json'), 'utf8');
    const { code, stdout } = await close('--json --fail-on-difference');
    const answer = JSON.parse(stdout);
    const report = JSON.parse(readFileSync(join(pack(), 'report.json'), 'utf8'));

    expect(answer.movedTo).toBe(`${pack()}.1`);
    expect(readFileSync(`${pack()}.1/manifest.json`, 'utf8')).toBe(before);
    expect(answer).toMatchObject({
      verdict: report.verdict,
      verdictSentence: report.verdictSentence,
      findings: report.findings.length,
      waiting: report.waiting.length,
      flags: report.flags.length,
      audit: report.audit,
      left: [],
    });
    expect(code).toBe(report.verdict === 'agrees' ? 0 : 3);
  });

  it('leaves the pack of before in its place when it is killed, and tells of the draft', async () => {
    const before = readFileSync(join(pack(), 'manifest.json'), 'utf8');
    const killed = await close('', { MLC_CRASH_AT: 'close-bound' });

    expect(killed.code).toBeNull();
    expect(readFileSync(join(pack(), 'manifest.json'), 'utf8')).toBe(before);
    expect((await world.mlc(`close --verify ${pack()}`)).code).toBe(0);
    const [draft = ''] = readdirSync(out).filter((name) => name.endsWith('.partial'));
    expect((await world.mlc(`close --verify ${join(out, draft)}`)).code).toBe(0);
    expect((await close('')).stdout).toContain(join(out, draft));
  });

  it('never closes a month on what was read days ago', async () => {
    const stopped = await close('', { MLC_CRASH_AT: 'after-reconciliation-part#2' });
    const stoppedAtMs = Date.now() + passedMs;
    world.advance(2 * dayMs);
    passedMs += 2 * dayMs;
    const { asOfMs } = JSON.parse((await close('--json')).stdout);

    expect(stopped.code).not.toBe(0);
    expect(asOfMs).toBeGreaterThan(stoppedAtMs + dayMs);
  });

  it.each([
    ['', '--period is needed'],
    ['--period 2026-13', '--period takes a month'],
    ['--period 2999-01', 'lies in the future'],
    ['--period 2026-01 --verify x', '--verify and --period exclude each other'],
    ['--period 2026-01 --time-zone Chicago', '--time-zone takes an IANA name'],
    ['--period 2026-01 --as-of 2999-01-01', '--as-of 2999-01-01 lies in the future'],
  ])('refuses "%s" before it reads anything', async (args, message) => {
    const { code, stdout, stderr } = await world.mlc(`close ${args}`);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('refuses a folder that is no pack, and a place where nothing can be written', async () => {
    const noPack = await world.mlc(`close --verify ${world.folder}`);
    const noPlace = await world.mlc(`close --period ${month} --out ${world.database}`);

    expect(noPack.code).toBe(1);
    expect(noPack.stderr).toContain('is no close pack');
    expect(noPlace.code).toBe(2);
    expect(noPlace.stderr).toContain('cannot be written');
    expect(existsSync(world.database)).toBe(true);
  });
});
