import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunResult } from '../../app/run.ts';
import { sync } from '../../app/sync.ts';
import { dayOf } from '../../core/day.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { connect } from '../compose.ts';
import { compareBooks as compareAgain, periodZone } from '../compose-reconcile.ts';
import {
  createClock,
  type RunningSandbox,
  type StoryClock,
  startRehearsal,
  writeWorkspace,
} from '../compose-sandbox.ts';
import {
  createKeyFile,
  keyFileName,
  openWorkspace,
  secretNames,
  type Workspace,
} from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import { compareBooks } from './demo-books.ts';
import { printAgreement, printFlagGroups, printNext, shortRun } from './demo-text.ts';
import { hoursByWebhooks } from './demo-webhooks.ts';

const dayMs = 86_400_000;
/** A minute of the simulated week passes in half a second while the engine works. */
const speed = 120;
/** Of the sixth day, how long webhooks alone tell of what happens. */
const heardMs = 4 * 3_600_000;

interface Demo {
  context: CommandContext;
  clock: StoryClock;
  sandbox: RunningSandbox;
  workspace: Workspace;
  folder: string;
  /** Whether both systems stay up at the end. */
  kept: 'yes' | 'no';
}

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const given = options.text('workspace');
  const folder =
    given === null ? mkdtempSync(join(tmpdir(), 'mlc-demo-')) : resolve(context.cwd, given);
  const clock = createClock({ startAtMs: monday(context.clock.now()), speed });
  const sandbox = await startRehearsal({
    clock,
    seed: options.whole('seed') ?? 1,
    orders: options.whole('orders') ?? 520,
    startAtMs: clock.now(),
    tenant: 'rich',
  });
  const { output } = context;
  let code = exitCode('failed');
  try {
    const files = writeWorkspace(folder, sandbox, 'rich');
    createKeyFile(join(folder, keyFileName));
    // The demonstration is its own world: nothing of the caller's configuration may leak into it.
    const inside: CommandContext = {
      ...context,
      clock,
      cwd: folder,
      environment: {},
      global: { ...context.global, config: files.config, database: null, verbosity: 'quiet' },
    };
    const workspace = await openWorkspace(inside, { create: 'yes' });
    try {
      await workspace.vault.write(
        secretNames.shipbobToken,
        readFileSync(files.token, 'utf8').trim(),
      );
      await workspace.vault.write(secretNames.inforIonapi, readFileSync(files.ionapi, 'utf8'));
      code = await story({
        ...{ context: inside, clock, sandbox, workspace, folder },
        kept: options.given('keep') ? 'yes' : 'no',
      });
    } finally {
      await workspace.close();
    }
    if (options.given('keep')) await keep(context, clock);
    return code;
  } finally {
    await sandbox.close();
    context.progress.clear();
    if (output.format === 'text') output.line();
  }
}

/**
 * Both systems stay until a signal. They live in the present from here on, so that `mlc` in another
 * terminal needs no other clock than its own.
 */
async function keep({ output, stop }: CommandContext, clock: StoryClock): Promise<void> {
  clock.becomeReal();
  if (output.format === 'text') output.line('Stop with Ctrl-C.');
  await new Promise<void>((done) => {
    if (stop.aborted) done();
    else stop.addEventListener('abort', () => done(), { once: true });
  });
}

/** Monday noon, four weeks before today: a whole week lies in the past, so no date surprises. */
function monday(nowMs: number): number {
  const day = Math.floor(nowMs / dayMs) - 28;
  const weekday = (day + 3) % 7;
  return (day - weekday) * dayMs + dayMs / 2;
}

async function story(demo: Demo): Promise<number> {
  const { output } = demo.context;
  const text = output.format === 'text';
  const say = (line = '') => (text ? output.line(line) : undefined);
  say(
    `A merchant's week: ${demo.sandbox.week.shipbob.events.length} things will happen in ShipBob.`,
  );
  say(
    `ShipBob is simulated at ${demo.sandbox.shipbob.url}, Infor M3 at ${demo.sandbox.infor.url}; the engine is the real one.`,
  );
  say();
  for (let day = 1; day <= 7; day += 1) {
    if (day === 6) await hearOfIt(demo, say);
    passTime(demo, day === 6 ? dayMs - heardMs : dayMs);
    if (day === 3) makeTrouble(demo, say);
    const result = await runSync(demo);
    say(`${output.paint(`Day ${day}`, 'strong')}  ${shortRun(result)}`);
  }
  say();
  await printFlagGroups(output, demo.workspace.store, 'After a week, these wait for a person:');
  await mendItems(demo, say);
  // Late charges arrive up to three days after their day, and a day's journal closes when it is
  // over.
  passTime(demo, 4 * dayMs);
  const last = await runSync(demo);
  say(`${output.paint('Day 11', 'strong')}  ${shortRun(last)}`);
  const idle = await runSync(demo);
  say(`${output.paint('again', 'strong')}  ${shortRun(idle)}`);
  say();
  const rows = await compareBooks(demo.sandbox, demo.workspace.store);
  const report = await reconcile(demo);
  const chain = await demo.workspace.store.verifyAudit();
  const agrees = rows.every((row) => row.agrees === 'yes') && report.verdict === 'agrees';
  const code = exitCode(agrees && chain.brokenAt === null ? 'done' : 'failed');
  if (!text) {
    output.json({
      agrees,
      rows: rows.map((row) => ({ ...row })),
      reconcile: { verdict: report.verdict, sentence: report.verdictSentence },
      audit: { ...chain },
      faults: { ...demo.sandbox.inforSandbox.world.books().faultCounts },
      folder: demo.folder,
    });
    return code;
  }
  printAgreement(output, rows);
  say(
    'mlc reconcile, which sees no more than your own systems would show it, reads both sides again:',
  );
  say(`  ${output.paint(report.verdictSentence, report.verdict === 'agrees' ? 'good' : 'bad')}`);
  say(
    chain.brokenAt === null
      ? `The audit log's ${chain.rows} rows form one unbroken chain.`
      : `The audit log is broken at row ${chain.brokenAt}.`,
  );
  const { workspace, folder, kept } = demo;
  await printNext(output, { workspace, folder, kept, period: report.period });
  return code;
}

/** What `mlc reconcile` makes of the same days, which cannot see into the simulators' own books. */
function reconcile({ context, workspace, sandbox, clock }: Demo): Promise<ReconciliationReport> {
  const timeZone = periodZone(workspace);
  return compareAgain(context, workspace, {
    from: dayOf(sandbox.week.startAtMs, timeZone),
    to: dayOf(clock.now(), timeZone),
    timeZone,
    asOfMs: null,
    actor: context.global.actor,
    resume: 'no',
    onHand: 'yes',
  });
}

/** The sixth day begins with webhooks: what ShipBob tells of is in Infor before any sweep. */
async function hearOfIt(demo: Demo, say: (line?: string) => void): Promise<void> {
  const { context, workspace, sandbox } = demo;
  const lines = await hoursByWebhooks({
    context,
    workspace,
    sandbox,
    pass: () => passTime(demo, heardMs),
  });
  say();
  say('Now ShipBob sends webhooks for some hours, and no sweep is made:');
  for (const line of lines) say(`${' '.repeat(7)}${line}`);
  say();
}

function passTime(demo: Demo, durationMs: number): void {
  demo.clock.advance(durationMs);
}

async function runSync(demo: Demo): Promise<RunResult> {
  const connected = await connect(demo.context, demo.workspace);
  try {
    return await sync(connected.parts, {
      streams: 'all',
      mode: 'post',
      sinceMs: null,
      postingsMax: null,
    });
  } finally {
    connected.close();
    demo.context.progress.clear();
  }
}

/** What breaks other tools: a limit that bites, and answers lost after their effect. */
function makeTrouble(demo: Demo, say: (line?: string) => void): void {
  demo.sandbox.shipbobSandbox.faults.script({ match: 'GET /order', kind: 'rateLimited', times: 2 });
  const { faults } = demo.sandbox.inforSandbox;
  faults.script({ match: 'OIS100MI/Confirm', kind: 'gatewayTimeoutAfter', times: 1 });
  faults.script({ match: 'MHS850MI/PrcWhsTran', kind: 'resetAfter', times: 1 });
  faults.script({ match: 'OIS100MI/AddBatchLine', kind: 'gatewayTimeoutAfter', times: 1 });
  say();
  say(
    'Now trouble on purpose: ShipBob says 429; Infor confirms orders and then times out (504), books a',
  );
  say(
    'goods issue and drops the connection, and loses the answer to half-built orders. Each is looked up,',
  );
  say('none is sent twice:');
}

async function mendItems(demo: Demo, say: (line?: string) => void): Promise<void> {
  const [sku] = demo.sandbox.week.story.unknownSkus;
  if (!sku) return;
  const warehouses = demo.sandbox.week.infor.warehouses.map(({ number }) => ({
    warehouse: number,
    onHand: '500',
  }));
  demo.sandbox.inforSandbox.world.addItem({
    number: sku,
    name: sku,
    status: '20',
    unit: 'EA',
    decimals: 0,
    lotControlled: false,
    warehouses,
  });
  say(`Somebody creates item ${sku} in Infor. Nobody touches the flags:`);
  passTime(demo, 3_600_000);
  const result = await runSync(demo);
  say(`${demo.context.output.paint('Next run', 'strong')}  ${shortRun(result)}`);
}
