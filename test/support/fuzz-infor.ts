import type { InforLedger, Target } from '../../src/app/ports.ts';
import { externalKey } from '../../src/core/schema.ts';
import { apiBase, parseIonapi } from '../../src/infor/ion/ionapi.ts';
import { createInforLedger } from '../../src/infor/m3/ledger.ts';
import { createMiClient, miClientDefaults } from '../../src/infor/m3/mi-client.ts';
import { createClock } from '../../src/runtime/clock.ts';
import { createHttp, type Http, type HttpCall } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { createInforSandbox } from '../../src/sandbox/infor/server.ts';
import { type Answered, type Damage, damaged } from './fuzz.ts';
import {
  aGoodsReceipt,
  aJournal,
  aPurchaseOrder,
  aSalesOrder,
  aStockIssue,
  memoryJournal,
  quietLog,
  someSettings,
  target,
} from './recipe-target.ts';
import { smallCompany } from './sandbox-infor-client.ts';

export const steps = ['absent', 'stage', 'inspect', 'commit', 'readBack', 'posted'] as const;
export type Step = (typeof steps)[number];

/** One kind of document taken all the way, with what M3 answered at each step. */
export interface Story {
  target: Target;
  answers: Record<Step, Map<string, Answered>>;
}

/** The valid answers of a simulated M3 for one document of each kind. */
export async function inforStories(): Promise<Record<string, Story>> {
  const clock = createClock({ startAtMs: Date.UTC(2026, 10, 20, 12), speed: 0.000001 });
  const sandbox = createInforSandbox({ clock, random: seededRandom(7), seed: smallCompany });
  const { ionapi: file } = await sandbox.listen(0);
  const wire = createHttp();
  const ionapi = parseIonapi(JSON.stringify(file));
  if (ionapi instanceof Error) throw ionapi;
  const { access_token: token } = await loggedIn(wire, file);
  let kept = new Map<string, Answered>();
  const http: Http = {
    async send(call) {
      const outcome = await wire.send(call);
      if (outcome.kind === 'answer') kept.set(nameOf(call), outcome);
      return outcome;
    },
    close: () => wire.close(),
  };
  const ledger = ledgerOver(http, {
    base: apiBase(ionapi),
    token,
    sleep: async (durationMs) => void sandbox.world.advance(durationMs),
  });
  const stories: Record<string, Story> = {};
  for (const first of targets) {
    const answers: Story['answers'] = {
      ...{ absent: new Map(), stage: new Map(), inspect: new Map() },
      ...{ commit: new Map(), readBack: new Map(), posted: new Map() },
    };
    let one = first;
    for (const step of steps) {
      kept = answers[step];
      const [answer] = await takeStep(ledger, step, [one]);
      if (answer?.state === 'staged') one = { ...one, handle: answer.handle ?? null };
    }
    stories[one.document.kind] = { target: one, answers };
  }
  wire.close();
  await sandbox.close();
  return stories;
}

const targets: Target[] = [
  target(aSalesOrder()),
  target(aPurchaseOrder(), { key: externalKey('SB1002') }),
  target(aStockIssue(), { key: externalKey('S388185605-1') }),
  target(aGoodsReceipt(), { key: externalKey('R443002-1') }),
  target(aJournal(), { key: externalKey('J20261120AAA-01'), handle: 'J20261120AAA-01' }),
];

/** What the ledger makes of these answers when the plan happens to them in turn. */
export function damagedLedger(
  answers: ReadonlyMap<string, Answered>,
  plan: readonly Damage[][],
): { ledger: InforLedger; calls: () => number } {
  let calls = 0;
  const http: Http = {
    async send(call) {
      const known = answers.get(nameOf(call)) ?? {
        status: 200,
        headers: {},
        text: '{"results":[]}',
      };
      const answer = damaged(known, plan[calls % plan.length] ?? []);
      calls += 1;
      return { kind: 'answer', ...answer, durationMs: 1 };
    },
    close() {},
  };
  let nowMs = Date.UTC(2026, 10, 20, 12);
  const sleep = async (durationMs: number) => {
    nowMs += durationMs;
  };
  const ledger = ledgerOver(http, {
    base: 'http://m3.test/T',
    token: 't',
    sleep,
    now: () => nowMs,
  });
  return { ledger, calls: () => calls };
}

export function takeStep(
  ledger: InforLedger,
  step: Step,
  of: Target[],
): Promise<{ state: string; handle?: string | null }[]> {
  const kind = of[0]?.document.kind ?? 'salesOrder';
  const journal = memoryJournal();
  switch (step) {
    case 'absent':
    case 'posted':
      return ledger.lookup(kind, of, journal);
    case 'stage':
      return ledger.stage(kind, of, journal);
    case 'inspect':
      return ledger.inspect(kind, of, journal);
    case 'commit':
      return ledger.commit(kind, of, journal);
    case 'readBack':
      return ledger.readBack(kind, of, journal);
  }
}

function ledgerOver(
  http: Http,
  parts: {
    base: string;
    token: string;
    sleep(durationMs: number): Promise<void>;
    now?: () => number;
  },
): InforLedger {
  const now = parts.now ?? (() => Date.UTC(2026, 10, 20, 12));
  const clock = { now, sleep: parts.sleep };
  const client = createMiClient({
    http,
    clock,
    random: seededRandom(8),
    log: quietLog,
    tokens: { token: async () => parts.token, renew: async () => parts.token },
    apiBase: parts.base,
    settings: {
      ...miClientDefaults,
      company: 100,
      division: 'AAA',
      retry: { baseMs: 1_000, capMs: 20_000, deadlineMs: 60_000 },
    },
  });
  return createInforLedger({
    client,
    masterData: async () => [],
    probe: () => Promise.reject(new Error('the probe is not part of this')),
    clock,
    log: quietLog,
    settings: someSettings(),
  });
}

/** The request without the address it went to. */
function nameOf({ method, url, body }: HttpCall): string {
  return `${method} ${url.slice(url.indexOf('/M3/'))} ${body ?? ''}`;
}

async function loggedIn(
  http: Http,
  file: Record<string, string>,
): Promise<{ access_token: string }> {
  const form = new URLSearchParams({
    grant_type: 'password',
    username: file.saak ?? '',
    password: file.sask ?? '',
    client_id: file.ci ?? '',
    client_secret: file.cs ?? '',
  });
  const outcome = await http.send({
    method: 'POST',
    url: `${file.pu ?? ''}${file.ot ?? ''}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    deadlineMs: 30_000,
  });
  return JSON.parse(outcome.kind === 'answer' ? outcome.text : '{}');
}
