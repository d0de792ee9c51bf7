import { apiBase, parseIonapi } from '../../src/infor/ion/ionapi.ts';
import { createTokenSource } from '../../src/infor/ion/token.ts';
import type { MiCall, MiClient } from '../../src/infor/m3/mi.ts';
import { createMiClient, miClientDefaults } from '../../src/infor/m3/mi-client.ts';
import type { Http } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import type { FaultKind } from '../../src/sandbox/faults.ts';
import { poorestTenant } from '../../src/sandbox/infor/tenant.ts';
import { describeMapping, merchantWeek } from '../../src/sandbox/seed.ts';
import type { RunningSandbox } from '../../src/sandbox/server.ts';
import { quietLog } from './recipe-target.ts';
import { startAtMs } from './simulation-calendar.ts';
import { chanceOf } from './simulation-chance.ts';
import { type ExpectedOrder, expectedOf } from './simulation-expected.ts';
import { judgeBooks } from './simulation-oracle.ts';
import { createVirtualTime, type VirtualTime } from './simulation-time.ts';
import type { Verdict } from './simulation-verdict.ts';
import { plainWire, simulate } from './simulation-world.ts';

/**
 * What a general automation tool does: knows exactly what to post, and when the answer is not a yes,
 * sends it again. It is here to show that the oracle sees what goes wrong then.
 */
export async function postNaively(settings: {
  seed: number;
  orders: number;
  faults: Partial<Record<FaultKind, number>>;
}): Promise<Verdict> {
  const { seed, orders } = settings;
  const time = createVirtualTime(startAtMs, chanceOf(seed, 'order of waking'));
  const tenant = { ...poorestTenant, confirmDelayMs: 0 };
  const week = merchantWeek({ seed, orders, startAtMs });
  const world = simulate({ seed, time, week, tenant, modes: { slowMs: 0 } });
  const { sandbox } = world;
  time.advance(9 * 86_400_000);
  sandbox.inforSandbox.faults.setRates(settings.faults);
  const client = clientOf({ sandbox, http: plainWire(world, time), time, seed });
  const expected = expectedOf(sandbox);
  for (const order of expected.orders) {
    const wanted = order.standing === 'must' && order.becomes === 'salesOrder';
    if (wanted) await postOrder(sandbox, client, order);
  }
  for (const receipt of expected.receipts) {
    if (receipt.purchaseOrder === null) continue;
    let sequence = 0;
    for (const [place, units] of receipt.stowed) {
      sequence += 1;
      const call = receiptCall(sandbox, { ...receipt, place, units, sequence });
      if (call !== null) await untilYes(() => sent(client, 'MHS850MI', call));
    }
  }
  time.advance(86_400_000);
  return judgeBooks(sandbox, new Set(), new Set());
}

function clientOf(parts: {
  sandbox: RunningSandbox;
  http: Http;
  time: VirtualTime;
  seed: number;
}): MiClient {
  const { sandbox, http, time: clock, seed } = parts;
  const ionapi = parseIonapi(JSON.stringify(sandbox.infor.ionapi));
  if (ionapi instanceof Error) throw ionapi;
  return createMiClient({
    http,
    clock,
    random: seededRandom(seed),
    log: quietLog,
    tokens: createTokenSource({ http, clock, ionapi: async () => ionapi }),
    apiBase: apiBase(ionapi),
    settings: {
      ...miClientDefaults,
      company: sandbox.week.infor.company,
      division: sandbox.week.infor.division,
      retry: { baseMs: 1, capMs: 1, deadlineMs: 60_000 },
    },
  });
}

async function untilYes(attempt: () => Promise<string | null>): Promise<void> {
  for (let tries = 0; tries < 8; tries += 1) if ((await attempt()) !== null) return;
}

/** A field of the answer, blank where it has none; null when it was not a clear yes. */
async function sent(
  client: MiClient,
  program: string,
  call: MiCall,
  field = '',
): Promise<string | null> {
  const [answers] = await client.write(program, [[call]]);
  const result = answers?.[0]?.result;
  return result?.kind === 'ok' ? (result.records[0]?.[field] ?? '') : null;
}

async function postOrder(
  sandbox: RunningSandbox,
  client: MiClient,
  order: ExpectedOrder,
): Promise<void> {
  const facts = describeMapping(sandbox.week);
  const key = `SB${order.id}`;
  const head = {
    CUNO: order.customer ?? '',
    ORTP: 'C01',
    FACI: facts.facility,
    WHLO: facts.centres[0]?.warehouse ?? '',
    CUOR: key,
    YREF: key,
  };
  await untilYes(async () => {
    const add = call('AddBatchHead', head);
    const number = await sent(client, 'OIS100MI', add, 'ORNO');
    if (number === null) return null;
    for (const [item, units] of order.items) {
      const line = call('AddBatchLine', { ORNO: number, ITNO: item, ORQT: String(units) });
      if ((await sent(client, 'OIS100MI', line)) === null) return null;
    }
    return sent(client, 'OIS100MI', call('Confirm', { ORNO: number }));
  });
}

function receiptCall(
  sandbox: RunningSandbox,
  from: {
    receivingId: number;
    purchaseOrder: string | null;
    place: string;
    units: number;
    sequence: number;
  },
): MiCall | null {
  const [item = '', lot = ''] = from.place.split('|');
  const order = sandbox.week.infor.purchaseOrders.find((one) => one.number === from.purchaseOrder);
  const line = order?.lines.find((one) => one.item === item);
  if (order === undefined || line === undefined) return null;
  return call('AddPOReceipt', {
    PRFL: '*EXE',
    E0PA: 'MLC',
    E065: 'WMS',
    WHLO: order.warehouse,
    SUNO: order.supplier,
    SUTY: '0',
    PMSN: `R${from.receivingId}-${from.sequence}`,
    RIDN: order.number,
    RIDL: String(line.line),
    ITNO: item,
    QTY: String(from.units),
    ...(lot === '' ? {} : { BANO: lot }),
  });
}

function call(transaction: string, record: Record<string, string>): MiCall {
  return { transaction, record, columns: [] };
}
