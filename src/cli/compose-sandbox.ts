/**
 * Both systems simulated, with a workspace beside them that is set up to talk to them: what
 * `mlc sandbox serve` and `mlc demo` stand on. Part of the composition root.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { AdjustableClock } from '../runtime/clock.ts';
import { poorestTenant, richTenant } from '../sandbox/infor/tenant.ts';
import { describeMapping } from '../sandbox/seed.ts';
import { type RunningSandbox, startSandbox } from '../sandbox/server.ts';

export { createClock, type StoryClock } from '../runtime/clock.ts';
export type { RunningSandbox } from '../sandbox/server.ts';

export interface RehearsalRequest {
  clock: AdjustableClock;
  seed: number;
  orders: number;
  /** How long the week is; 7 unless said otherwise. */
  days?: number;
  startAtMs: number;
  tenant: 'rich' | 'poorest';
  shipbobPort?: number;
  inforPort?: number;
  /** Whether ShipBob sends webhooks by itself; not at all unless said so. */
  webhooks?: 'automatic';
}

export function startRehearsal(request: RehearsalRequest): Promise<RunningSandbox> {
  const { clock, seed, orders, startAtMs } = request;
  return startSandbox({
    clock,
    seed,
    orders,
    ...(request.days === undefined ? {} : { days: request.days }),
    startAtMs,
    tenant: request.tenant === 'poorest' ? poorestTenant : richTenant,
    modes: { webhooks: request.webhooks ?? 'manual' },
    ...(request.shipbobPort === undefined ? {} : { shipbobPort: request.shipbobPort }),
    ...(request.inforPort === undefined ? {} : { inforPort: request.inforPort }),
  });
}

export interface RehearsalFiles {
  config: string;
  token: string;
  ionapi: string;
}

/** Writes the configuration and both credential files for a running sandbox into `folder`. */
export function writeWorkspace(
  folder: string,
  sandbox: RunningSandbox,
  tenant: RehearsalRequest['tenant'],
): RehearsalFiles {
  mkdirSync(folder, { recursive: true });
  const files = {
    config: join(folder, 'sync.config.yaml'),
    token: join(folder, 'shipbob-token.txt'),
    ionapi: join(folder, 'mlc.ionapi'),
  };
  const secret = { mode: 0o600 };
  writeFileSync(files.config, `${configHead}${stringify(rehearsalConfig(sandbox, tenant))}`);
  writeFileSync(files.token, `${sandbox.shipbob.token}\n`, secret);
  writeFileSync(files.ionapi, `${JSON.stringify(sandbox.infor.ionapi, null, 2)}\n`, secret);
  return files;
}

const configHead = `# Written for the simulated systems. The real one is explained line by line in
# sync.config.example.yaml; only addresses, codes and credentials differ.
`;

/**
 * A configuration like a customer's: every rule of the merchant's week, and nothing of the
 * simulator.
 */
function rehearsalConfig(sandbox: RunningSandbox, tenant: RehearsalRequest['tenant']): object {
  const facts = describeMapping(sandbox.week);
  return {
    database: 'mlc.db',
    shipbob: { baseUrl: sandbox.shipbob.url, callsPerMinute: 150 },
    infor: {
      company: facts.company,
      division: facts.division,
      partner: 'MLC',
      issue: { messageType: 'WMS', messageQualifier: '31' },
      receipt: { messageType: 'WMS', messageQualifier: '20' },
      stock: { messageType: 'WMS', defaultReason: 'SMP' },
      purchaseOrders: { origin: 'MLC', requester: 'MLCUSER' },
      journal: { interface: 'MLCFLD' },
      aliasCategories: [facts.aliasCategory],
      callerMessageNumbers: tenant === 'rich' ? 'use' : 'avoid',
    },
    sync: {
      startFrom: new Date(sandbox.week.startAtMs).toISOString(),
      streams: { costs: true },
    },
    centres: facts.centres.map(({ id, name, warehouse, location, timeZone }) => ({
      id,
      name,
      warehouse,
      facility: facts.facility,
      receivingLocation: location,
      pickingLocation: location,
      timeZone,
    })),
    lookups: {
      customers: Object.fromEntries(
        facts.customersByEmail.map(({ email, customer }) => [email, customer]),
      ),
    },
    orders: { defaultCentre: facts.centres[0]?.id ?? 8, rules: orderRules(facts) },
    receiving: { purchaseOrder: facts.purchaseOrderPattern },
    costs: { voucherGroup: 'SHIPBOB', rules: costRules(facts) },
  };
}

type Facts = ReturnType<typeof describeMapping>;

function orderRules(facts: Facts): object[] {
  const tags = facts.tags.map((tag) =>
    tag.becomes === 'purchaseOrder'
      ? {
          when: { tag: { [tag.tag]: '*' } },
          as: 'purchaseOrder',
          supplier: tag.supplier,
          costCentre: facts.defaultCostCentre,
        }
      : {
          when: { tag: { [tag.tag]: '*' } },
          as: 'issueOnly',
          reasonCode: tag.reasonCode,
          remark: 'ShipBob sample',
        },
  );
  const channels = facts.channels.map((channel) => ({
    when: { channel: channel.id },
    as: 'salesOrder',
    customer: channel.customer ?? { lookup: 'customers', by: 'recipient.email' },
    orderType: channel.orderType,
    deliveryAddress: channel.customer ? 'order' : 'customer',
  }));
  return [...tags, ...channels, { when: {}, as: 'flag', reason: 'no rule for this kind of order' }];
}

function costRules(facts: Facts): object[] {
  const rules = facts.centres.flatMap((centre) =>
    facts.fees.map(({ fee, account }) => ({
      when: { fee: [fee], centre: centre.id },
      as: 'journal',
      debit: [account, centre.costCentre],
      credit: [facts.clearingAccount, facts.defaultCostCentre],
    })),
  );
  const anywhere = facts.fees.map(({ fee, account }) => ({
    when: { fee: [fee] },
    as: 'journal',
    debit: [account, facts.defaultCostCentre],
    credit: [facts.clearingAccount, facts.defaultCostCentre],
  }));
  return [...rules, ...anywhere];
}
