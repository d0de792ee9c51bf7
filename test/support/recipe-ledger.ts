import { afterEach } from 'vitest';
import type {
  CommitAnswer,
  InforLedger,
  ReadBackAnswer,
  StageAnswer,
  Target,
} from '../../src/app/ports.ts';
import type { DocumentReference } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import { apiBase, parseIonapi } from '../../src/infor/ion/ionapi.ts';
import { createTokenSource } from '../../src/infor/ion/token.ts';
import { createInforLedger } from '../../src/infor/m3/ledger.ts';
import type { MiClient } from '../../src/infor/m3/mi.ts';
import { createMiClient, miClientDefaults } from '../../src/infor/m3/mi-client.ts';
import type { M3Settings } from '../../src/infor/m3/settings.ts';
import { createClock } from '../../src/runtime/clock.ts';
import { createHttp } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import type { InforSandbox } from '../../src/sandbox/infor/server.ts';
import { createInforSandbox } from '../../src/sandbox/infor/server.ts';
import type { TenantModes } from '../../src/sandbox/infor/tenant.ts';
import { aSalesOrder, memoryJournal, quietLog, someSettings, target } from './recipe-target.ts';
import { smallCompany } from './sandbox-infor-client.ts';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

export interface Bench {
  ledger: InforLedger;
  client: MiClient;
  sandbox: InforSandbox;
  journal: ReturnType<typeof memoryJournal>;
}

/** The real adapter over HTTP against a simulated company; time stands at 20 November 2026. */
export async function openBench(
  tenant: Partial<TenantModes> = {},
  changes: Partial<M3Settings> = {},
): Promise<Bench> {
  const clock = createClock({ startAtMs: Date.UTC(2026, 10, 20, 12), speed: 0.000001 });
  const sandbox = createInforSandbox({
    clock,
    random: seededRandom(7),
    seed: smallCompany,
    tenant,
  });
  const { ionapi: file } = await sandbox.listen(0);
  const http = createHttp();
  closers.push(
    () => http.close(),
    () => sandbox.close(),
  );
  const ionapi = parseIonapi(JSON.stringify(file));
  if (ionapi instanceof Problem) throw ionapi;
  // Waiting moves the simulated time on at once.
  const skipping = {
    now: () => clock.now(),
    sleep: async (durationMs: number) => sandbox.world.advance(durationMs),
  };
  const client = createMiClient({
    http,
    clock: skipping,
    random: seededRandom(8),
    log: quietLog,
    tokens: createTokenSource({ http, clock: skipping, ionapi: async () => ionapi }),
    apiBase: apiBase(ionapi),
    settings: {
      ...miClientDefaults,
      company: 100,
      division: 'AAA',
      timeoutMs: 5_000,
      retry: { baseMs: 100, capMs: 5_000, deadlineMs: 60_000 },
    },
  });
  const ledger = createInforLedger({
    client,
    masterData: async () => [],
    probe: async () => {
      throw new Error('the probe is not part of these tests');
    },
    clock: skipping,
    log: quietLog,
    settings: someSettings(changes),
  });
  return { ledger, client, sandbox, journal: memoryJournal() };
}

/** Stages one target and gives it its handle; fails the test when that did not go well. */
export async function staged(bench: Bench, one: Target): Promise<Target> {
  const [answer] = await bench.ledger.stage(one.document.kind, [one], bench.journal);
  if (answer?.state !== 'staged') throw new Error(`not staged: ${told(answer)}`);
  return { ...one, handle: answer.handle };
}

export async function committed(bench: Bench, one: Target): Promise<CommitAnswer> {
  const [answer] = await bench.ledger.commit(one.document.kind, [one], bench.journal);
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

export async function seen(bench: Bench, one: Target): Promise<ReadBackAnswer> {
  const [answer] = await bench.ledger.readBack(one.document.kind, [one], bench.journal);
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

export async function lookedUp(bench: Bench, one: Target) {
  const [answer] = await bench.ledger.lookup(one.document.kind, [one], bench.journal);
  return answer;
}

export async function inspected(bench: Bench, one: Target) {
  const [answer] = await bench.ledger.inspect(one.document.kind, [one], bench.journal);
  return answer;
}

export async function discarded(bench: Bench, one: Target) {
  const [answer] = await bench.ledger.discard(one.document.kind, [one], bench.journal);
  return answer;
}

/** Stages, inspects, commits and reads back; the reference of what was posted. */
export async function posted(bench: Bench, one: Target): Promise<DocumentReference> {
  const ready = await staged(bench, one);
  const inspection = await inspected(bench, ready);
  if (inspection?.state !== 'matches') throw new Error(`inspection: ${JSON.stringify(inspection)}`);
  const commit = await committed(bench, ready);
  if (commit.state !== 'accepted') throw new Error(`not accepted: ${told(commit)}`);
  const answer = await seen(bench, ready);
  if (answer.state !== 'posted') throw new Error(`not posted: ${told(answer)}`);
  return answer.reference;
}

/** A posted sales order of three mugs, for what depends on one. */
export async function postedOrder(bench: Bench, order = aSalesOrder()): Promise<DocumentReference> {
  return posted(bench, target(order));
}

export function told(answer: StageAnswer | CommitAnswer | ReadBackAnswer | undefined): string {
  if (answer === undefined) return 'no answer';
  return 'problem' in answer
    ? `${answer.state} ${answer.problem.code} ${answer.problem.message}`
    : JSON.stringify(answer);
}
