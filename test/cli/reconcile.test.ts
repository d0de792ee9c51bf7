import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliWorld, dayMs, openCliWorld } from '../support/cli-world.ts';
import { type Planted, plantAll } from '../support/plant-discrepancies.ts';

/** A month of five thousand orders takes a quarter of an hour: MLC_MONTH_ORDERS=5000. */
const orders = Number(process.env.MLC_MONTH_ORDERS ?? 80);
const days = orders > 1000 ? 30 : 7;
const patient = { runMsMax: 1_800_000 };

let world: CliWorld;
let period: { from: string; to: string };
let planted: Planted[];

interface Report {
  verdict: string;
  asOfMs: number;
  findings: { code: string; sentence: string; key: string | null; hint: string }[];
  notCompared: { what: string; why: string }[];
  documents: {
    kind: string;
    units: { shipbob: string; ledger: string; infor: string } | null;
    documents: { shipbob: number; ledger: number; infor: number };
  }[];
  waiting: { document: string; units: string | null; state: string }[];
  onHand: {
    state: string;
    rows: { difference: string; parts: { category: string; quantity: string }[] }[];
  };
  audit: { brokenAt: number | null; head: string };
}

async function reconcile(flags = ''): Promise<Report> {
  const { stdout, stderr, code } = await world.mlc(
    `reconcile --from ${period.from} --to ${period.to} --json ${flags}`,
    patient,
  );
  if (code !== 0) throw new Error(`mlc reconcile ended with ${code}: ${stderr}`);
  const report: Report = JSON.parse(stdout);
  return report;
}

beforeAll(async () => {
  world = await openCliWorld({ orders, days });
  const { code, stderr } = await world.mlc('sync', patient);
  if (code !== 0) throw new Error(`mlc sync ended with ${code}: ${stderr}`);
  world.advance(120_000);
  const dayOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
  period = { from: dayOf(Date.now() - (days + 1) * dayMs), to: dayOf(Date.now() + dayMs) };
}, 3_600_000);

afterAll(() => world.close());

/** In this order on purpose: the first is about the clean month, the rest about a spoilt one. */
describe('mlc reconcile', { timeout: 3_600_000 }, () => {
  it('says that a clean month agrees, and leaves nothing out', async () => {
    const report = await reconcile();

    expect(report.findings).toEqual([]);
    expect(report.notCompared).toEqual([]);
    expect(report.verdict).toBe('agrees');
    expect(report.onHand.state).toBe('compared');
    expect(report.audit.brokenAt).toBeNull();
  });

  it('accounts for every unit that ShipBob moved: posted, or waiting for a known reason', async () => {
    const { documents, waiting } = await reconcile('--no-on-hand');

    for (const kind of ['goodsIssue', 'stockIssue', 'goodsReceipt']) {
      const units = documents.find((row) => row.kind === kind)?.units;
      const open = waiting.filter((row) => row.document === kind && row.units !== null);
      const waits = open.reduce((sum, row) => sum + Number(row.units), 0);
      expect(Number(units?.ledger) + waits, kind).toBe(Number(units?.shipbob));
      expect(units?.infor, kind).toBe(units?.ledger);
    }
  });

  it('explains each difference on the shelves to the unit', async () => {
    const { onHand } = await reconcile();

    expect(onHand.rows.length).toBeGreaterThan(20);
    for (const { difference, parts } of onHand.rows) {
      expect(parts.reduce((sum, part) => sum + Number(part.quantity), 0)).toBe(Number(difference));
      expect(parts.filter(({ category }) => category === 'unexplained')).toEqual([]);
    }
  });

  it('stopped in the middle goes on with what it has read, and comes to the same', async () => {
    const whole = await reconcile('--fresh');
    const at = new Date(whole.asOfMs).toISOString();
    const command = `reconcile --from ${period.from} --to ${period.to} --json --as-of ${at}`;

    const stopped = await world.mlc(command, {
      ...patient,
      environment: { MLC_CRASH_AT: 'after-reconciliation-part#9' },
    });
    const before = callsOf(world);
    const resumed = await world.mlc(command, patient);
    const between = callsOf(world);
    const again = await world.mlc(`${command} --fresh`, patient);

    expect(stopped.code).not.toBe(0);
    expect(comparable(resumed.stdout)).toEqual(comparable(again.stdout));
    expect(between - before).toBeLessThan(callsOf(world) - between);
  });

  it('names everything that was made behind its back, and nothing else', async () => {
    planted = plantAll(world, period);
    const asOf = new Date(Date.now() + 240_000 - 60_000).toISOString();
    world.advance(120_000);

    const report = await reconcile(`--as-of ${asOf}`);

    const missing = planted.filter(
      ({ code, names }) =>
        !report.findings.some((one) => one.code === code && one.sentence.includes(names)),
    );
    expect(missing).toEqual([]);
    const unasked = report.findings.filter(
      (one) =>
        !planted.some(({ code, names }) => one.code === code && one.sentence.includes(names)),
    );
    expect(unasked).toEqual([]);
    expect(report.findings).toHaveLength(planted.length);
    expect(new Set(planted.map(({ code }) => code)).size).toBeGreaterThanOrEqual(10);
    expect(report.verdict).toBe('differs');
  });

  it('shows them to people by kind, each kind with what to do', async () => {
    const { stdout } = await world.mlc(
      `reconcile --from ${period.from} --to ${period.to}`,
      patient,
    );

    expect(stdout).toMatch(/^The books differ for .*: \d+ findings\./);
    for (const { code } of planted) expect(stdout).toContain(code);
    expect(stdout).toContain('Audit trail:');
  });

  it('writes findings as CSV with one line each', async () => {
    const command = `reconcile --from ${period.from} --to ${period.to} --format csv --no-on-hand`;

    const { stdout } = await world.mlc(command, patient);

    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^code,sentence,document,/);
    expect(lines.length).toBe(planted.length + 1);
  });

  it('gives the page, the workbook, the tables and JSON, each with what the others say', async () => {
    const path = (name: string) => join(world.folder, name);
    const given = async (format: string, out: string) => {
      const command = `reconcile --from ${period.from} --to ${period.to} --no-on-hand`;
      world.advance(120_000);
      return world.mlc(`${command} --format ${format} --out ${path(out)}`, patient);
    };

    const answers = [
      await given('html', 'report.html'),
      await given('xlsx', 'report.xlsx'),
      await given('csv', 'tables'),
      await given('json', 'report.json'),
    ];

    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(answers[2]?.stdout).toBe(
      `${answers[0]?.stdout.split('\n')[0]}\nWritten: 15 tables in ${path('tables')}\n`,
    );
    const { findings } = JSON.parse(readFileSync(path('report.json'), 'utf8'));
    expect(findings).toHaveLength(planted.length);
    expect(findings.some(({ trace }: { trace: unknown[] }) => trace.length > 0)).toBe(true);
    const page = readFileSync(path('report.html'), 'utf8');
    const lines = readFileSync(path('tables/findings.csv'), 'utf8').trimEnd().split('\r\n');
    expect(page.match(/<article class="finding( told)?"/g)).toHaveLength(planted.length);
    expect(lines).toHaveLength(planted.length + 1);
    expect(readFileSync(path('report.xlsx')).toString('latin1', 0, 2)).toBe('PK');
  });

  it('refuses a place that is taken before it calls anybody', async () => {
    writeFileSync(join(world.folder, 'taken.html'), 'signed');
    const before = callsOf(world);
    const { code, stderr } = await world.mlc(
      `reconcile --from ${period.from} --to ${period.to} --format html --out taken.html`,
    );

    expect(code).toBe(2);
    expect(stderr).toContain('--force');
    expect(callsOf(world)).toBe(before);
    expect(readFileSync(join(world.folder, 'taken.html'), 'utf8')).toBe('signed');
  });

  it('ends with 3 on a difference only where that was asked for', async () => {
    const command = `reconcile --from ${period.from} --to ${period.to} --no-on-hand --quiet`;

    const plain = await world.mlc(command, patient);
    const failing = await world.mlc(`${command} --fail-on-difference`, patient);

    expect([plain.code, failing.code]).toEqual([0, 3]);
  });

  it('what was deleted by hand is not posted again, by it or by a run after it', async () => {
    const before = everPosted(world);

    const { code } = await world.mlc('sync', patient);

    expect(code).toBe(0);
    // What has left or was ordered meanwhile is posted, and nothing that ever was.
    const fresh = everPosted(world).filter(
      ({ number }) => !before.some((b) => b.number === number),
    );
    expect(fresh.filter(({ key }) => before.some((b) => b.key === key))).toEqual([]);
    const codes = (await reconcile('--no-on-hand')).findings.map((one) => one.code);
    expect(codes).toContain('DELETED_IN_INFOR');
    expect(codes).toContain('MISSING_IN_INFOR');
  });

  it('a trail that does not verify changes the verdict', async () => {
    const database = new Database(world.database);
    database.exec(
      "drop trigger if exists audit_no_update; update audit set actor = 'eve' where seq = 5",
    );
    database.close();

    const report = await reconcile('--no-on-hand');

    expect(report.verdict).toBe('differs');
    expect(report.findings.map(({ code }) => code)).toContain('AUDIT_BROKEN');
    expect(report.audit.brokenAt).toBe(5);
  });
});

describe('mlc reconcile, asked wrongly', () => {
  it.each([
    ['reconcile --to 2026-11-30', '--from is needed'],
    ['reconcile --from 2026-11-31 --to 2026-11-30', '--from takes a day'],
    ['reconcile --from 2026-11-02 --to 2026-11-01', 'lies before'],
    ['reconcile --from 2126-11-02 --to 2126-11-03', 'lies in the future'],
    ['reconcile --from 2026-11-01 --to 2026-11-02 --format pdf', '--format takes'],
    ['reconcile --from 2026-11-01 --to 2026-11-02 --format xlsx', '--format xlsx needs --out'],
    ['reconcile --from 2026-11-01 --to 2026-11-02 --out x', '--out needs --format'],
    ['reconcile --from 2026-11-01 --to 2026-11-02 --json --out x', '--format json --out'],
    ['reconcile --from 2026-11-01 --to 2026-11-02 --json --format html', 'exclude each other'],
    ['reconcile --from 2026-11-01 --to 2026-11-02 --resume --fresh', 'exclude each other'],
    ['reconcile --from 2026-11-01 --to 2026-11-02 --time-zone Mars', 'IANA'],
  ])('%s ends with 2 and says why', async (command, words) => {
    const { code, stderr } = await world.mlc(command);

    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

/** What Infor ever took from us under a key of ours, also what was deleted since. */
function everPosted({ sandbox }: CliWorld): { number: string; key: string }[] {
  const { temporaryOrders, warehouseMessages, stockMessages } = sandbox.inforSandbox.world.books();
  return [
    ...temporaryOrders.map(({ number, yourReference }) => ({ number, key: yourReference })),
    ...[...warehouseMessages, ...stockMessages].map(({ number, externalKey: key }) => {
      return { number: `message ${number}`, key };
    }),
  ];
}

/** Calls that both simulators have answered. */
function callsOf({ sandbox }: CliWorld): number {
  const counts = [
    ...Object.values(sandbox.shipbobSandbox.books().calls),
    ...Object.values(sandbox.inforSandbox.world.books().callCounts),
  ];
  return counts.reduce((sum, one) => sum + one, 0);
}

/** All but what differs between two comparisons by nature. */
function comparable(stdout: string): unknown {
  const { id: _, madeAtMs: __, audit: ___, calls: ____, onHand, ...rest } = JSON.parse(stdout);
  return { ...rest, onHand: { ...onHand, atMs: 0 } };
}
