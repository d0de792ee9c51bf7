/** The same orders by a general automation tool, with and without answers that get lost. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Bench, BenchRun } from './bench.ts';
import { type InforBooks, runMlc, type Simulators, startSimulators } from './n8n-process.ts';
import { type Installed, openN8n } from './n8n-workflow.ts';
import type { Claim, Figure, Report } from './report.ts';

export const n8nBench: Bench = {
  name: 'n8n',
  about: 'the same orders through a workflow of n8n, which has to be installed beside',
  options: [
    { name: 'orders', standard: 1000, about: 'orders of the week' },
    { name: 'seed', standard: 1, about: 'which week' },
  ],
  run,
};

/** One answer lost after its effect, at each of the three calls that make a sales order. */
const lostAnswers = ['AddBatchHead', 'AddBatchLine', 'Confirm'].map((transaction) => ({
  match: `OIS100MI/${transaction}`,
  kind: 'gatewayTimeoutAfter',
  times: 1,
}));
/** Settling a doubt takes the quiet period; each run waits for it only a while. */
const mlcRunsMax = 60;
/** A killed run's lease has to end, and a doubt its quiet period. */
const waitMs = 10_000;

interface Outcome {
  orders: number;
  doubles: string[];
  /** Against the run without faults. */
  wrong: string[];
  missing: string[];
  /** Temporary orders that nobody will ever confirm. */
  orphans: number;
}

async function run(request: BenchRun): Promise<Report> {
  const n8n = await openN8n(request.folder);
  if (typeof n8n === 'string') {
    return { bench: 'n8n', figures: [], claims: [], notes: [`not measured: ${n8n}`] };
  }
  request.progress(`n8n ${n8n.version}: a week without faults`);
  const clean = await withoutFaults(request, n8n);
  request.progress('the same week with lost answers');
  const lost = { kind: 'lostAnswers' } as const;
  const killed = { kind: 'killed' } as const;
  const ends = {
    n8nLost: await afterTrouble(request, { ...lost, n8n }, clean.n8n.books),
    n8nKilled: await afterTrouble(request, { ...killed, n8n }, clean.n8n.books),
    mlcLost: await afterTrouble(request, { ...lost, n8n: null }, clean.mlc.books),
    mlcKilled: await afterTrouble(request, { ...killed, n8n: null }, clean.mlc.books),
  };
  return {
    bench: 'n8n',
    figures: figuresOf(clean),
    claims: [
      claimOf('mlc, after three answers lost after their effect', ends.mlcLost),
      claimOf('mlc, killed half-way and started again', ends.mlcKilled),
    ],
    notes: [
      `n8n ${n8n.version}, workflow bench/n8n/workflow.json: sales orders only. mlc posts what else moved as well (issues, receipts, purchase orders, charges), looks every key up first and reads every document back.`,
      `n8n, after three answers lost after their effect, one at each call of an order, tried again by the workflow (Retry On Fail): ${words(ends.n8nLost)}.`,
      `n8n, killed half-way and started again: ${words(ends.n8nKilled)}.`,
    ],
  };
}

function weekOf(request: BenchRun, name: string): Promise<Simulators> {
  const number = (option: string) => request.numbers.get(option) ?? 0;
  const folder = join(request.folder, name);
  return startSimulators({ folder, orders: number('orders'), seed: number('seed') });
}

async function withoutFaults(request: BenchRun, n8n: Installed) {
  const forN8n = await weekOf(request, 'n8n-clean');
  const workflow = await n8n.run(forN8n);
  const n8nBooks = await forN8n.books();
  await forN8n.close();
  const forMlc = await weekOf(request, 'mlc-clean');
  await setUpMlc(forMlc);
  const synced = await runMlc(forMlc, ['sync', '--json']);
  const mlcBooks = await forMlc.books();
  await forMlc.close();
  return {
    n8n: { ...workflow, books: n8nBooks, documents: live(n8nBooks).length },
    mlc: { ...synced, books: mlcBooks, documents: postedBy(synced.stdout) },
  };
}

/** Makes database and key; the credentials come from the environment, as in CI. */
async function setUpMlc(simulators: Simulators): Promise<void> {
  const end = await runMlc(simulators, ['init']);
  if (end.code !== 0) throw new Error(`mlc init ended with ${end.code}: ${end.stderr}`);
}

/** What a person does: starts it again until it says that it is done. */
async function afterTrouble(
  request: BenchRun,
  what: { kind: 'lostAnswers' | 'killed'; n8n: Installed | null },
  clean: InforBooks,
): Promise<Outcome> {
  const { kind, n8n } = what;
  const simulators = await weekOf(request, `${n8n === null ? 'mlc' : 'n8n'}-${kind}`);
  const half = live(clean).length / 2;
  const halfDone = async () => live(await simulators.books()).length >= half;
  const more = kind === 'killed' ? { diesWhen: halfDone } : {};
  try {
    if (n8n === null) await setUpMlc(simulators);
    if (kind === 'lostAnswers') await simulators.script(lostAnswers);
    if (n8n === null) {
      await runMlc(simulators, ['sync', '--json'], more);
      await untilDone(simulators);
    } else {
      const first = await n8n.run(simulators, more);
      if (first.status !== 'success') await n8n.run(simulators);
    }
    return judge(await simulators.books(), clean);
  } finally {
    await simulators.close();
  }
}

async function untilDone(simulators: Simulators): Promise<void> {
  for (let runs = 0; runs < mlcRunsMax; runs += 1) {
    const { code } = await runMlc(simulators, ['sync', '--json']);
    if (code === 0) return;
    await delay(waitMs);
  }
}

export function judge(books: InforBooks, clean: InforBooks): Outcome {
  const wanted = contentByKey(clean);
  const held = contentByKey(books);
  const shared = [...wanted].filter(([key]) => held.has(key));
  return {
    orders: live(books).length,
    doubles: [...held].filter(([, all]) => all.length > 1).map(([key]) => key),
    wrong: shared
      .filter(([key, [right]]) => held.get(key)?.some((one) => one !== right))
      .map(([key]) => key),
    missing: [...wanted.keys()].filter((key) => !held.has(key)),
    orphans: books.temporaryOrders.filter((one) => one.live && one.finalNumber === '').length,
  };
}

function contentByKey(books: InforBooks): Map<string, string[]> {
  const byKey = new Map<string, string[]>();
  for (const { yourReference, lines } of live(books)) {
    const content = lines
      .filter((line) => line.live)
      .map(({ item, quantity }) => `${item} ${Number(quantity)}`)
      .sort()
      .join(', ');
    byKey.set(yourReference, [...(byKey.get(yourReference) ?? []), content]);
  }
  return byKey;
}

function live(books: InforBooks): InforBooks['orders'] {
  return books.orders.filter((order) => order.live);
}

function figuresOf(clean: Awaited<ReturnType<typeof withoutFaults>>): Figure[] {
  const { n8n, mlc } = clean;
  const perSecond = (documents: number, ms: number) => documents / (ms / 1000);
  const workMs = n8n.workMs ?? n8n.wallMs;
  const figure = (name: string, unit: string, ours: number, theirs: number): Figure => ({
    name,
    unit,
    values: [ours],
    goal: null,
    floor: [theirs],
  });
  return [
    figure('documents', '', mlc.documents, n8n.documents),
    figure(
      'documents a second, start-up included',
      '/s',
      perSecond(mlc.documents, mlc.wallMs),
      perSecond(n8n.documents, n8n.wallMs),
    ),
    figure(
      'documents a second, without the start-up of n8n',
      '/s',
      perSecond(mlc.documents, mlc.wallMs),
      perSecond(n8n.documents, workMs),
    ),
    figure('peak memory', 'MiB', mlc.peakMiB, n8n.peakMiB),
    figure(
      'HTTP calls to Infor a document',
      '',
      mlc.books.httpRequests / mlc.documents,
      n8n.books.httpRequests / n8n.documents,
    ),
  ];
}

const summary = z.object({ posted: z.record(z.string(), z.number()) });

function postedBy(stdout: string): number {
  const { posted } = summary.parse(JSON.parse(stdout));
  return Object.values(posted).reduce((sum, count) => sum + count, 0);
}

function claimOf(says: string, outcome: Outcome): Claim {
  const { doubles, wrong, missing } = outcome;
  const holds = doubles.length + wrong.length + missing.length === 0;
  return { says, holds, evidence: words(outcome) };
}

function words({ orders, doubles, wrong, missing, orphans }: Outcome): string {
  return `${orders} sales orders, ${doubles.length} doubled, ${wrong.length} with wrong lines, ${missing.length} missing, ${orphans} temporary orders left`;
}
