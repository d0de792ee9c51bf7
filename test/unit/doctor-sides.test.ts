import { describe, expect, it } from 'vitest';
import { putRegistered } from '../../src/app/announcement.ts';
import type { Check } from '../../src/app/doctor.ts';
import { databaseChecks } from '../../src/app/doctor-database.ts';
import type { Finding } from '../../src/app/doctor-finding.ts';
import { documentKinds } from '../../src/app/doctor-infor.ts';
import { shipbobChecks } from '../../src/app/doctor-shipbob.ts';
import { webhookChecks } from '../../src/app/doctor-webhooks.ts';
import type {
  DatabaseFacts,
  Machine,
  ShipbobLogin,
  ShipbobSource,
  Subscription,
} from '../../src/app/ports.ts';
import { Problem } from '../../src/core/problem.ts';
import { someSettings } from '../support/builders-settings.ts';
import { handClock, openTestStore } from '../support/store-open.ts';

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 23, 12);

const healthy: Machine = {
  nodeVersion: () => '22.11.0',
  file: () => null,
  access: () => 'yes',
  disk: () => ({ freeBytes: 9e9, totalBytes: 9e10, network: null }),
  certificate: () => null,
  keyFits: () => 'yes',
};

async function found(checks: Check[], name: string): Promise<Finding[]> {
  const check = checks.find((each) => each.name === name);
  if (!check) throw new Error(`there is no check ${name}`);
  return check.run();
}

const soundFile: DatabaseFacts = {
  sqliteVersion: '3.53.2',
  bytes: 4096,
  migrations: { applied: 2, known: 2 },
  auditTail: { rows: 10, brokenAt: null },
  countsWrong: 0,
};

describe('the checks of the database', () => {
  const given = async (
    changes: { machine?: Partial<Machine>; facts?: Partial<DatabaseFacts>; damage?: Problem } = {},
  ) => {
    const store = await openTestStore();
    return {
      store,
      checks: databaseChecks({
        path: '/var/lib/mlc/mlc.db',
        folder: '/var/lib/mlc',
        machine: { ...healthy, ...changes.machine },
        examine: async () => {
          if (changes.damage) throw changes.damage;
          return { ...soundFile, ...changes.facts };
        },
        store: async () => store,
        headFile: { read: async () => null, write: async () => undefined },
        nowMs: () => nowMs,
        streams: ['orders', 'receiving'],
        lagMaxMs: 3_600_000,
      }),
    };
  };

  it('warn of a network drive and of a disk that is nearly full', async () => {
    const disk = { freeBytes: 1e6, totalBytes: 1e12, network: 'NFS' };

    const { checks } = await given({ machine: { disk: () => disk } });

    expect((await found(checks, 'disk')).map(({ state }) => state)).toEqual(['warning', 'warning']);
  });

  it('call damage a defect, which no configuration mends', async () => {
    const damage = new Problem({
      code: 'DATABASE_CORRUPT',
      kind: 'configuration',
      message: 'row 7 missing from index',
      hint: 'restore',
    });

    const { checks } = await given({ damage });

    expect((await found(checks, 'intact'))[0]).toMatchObject({ state: 'problem', kind: 'defect' });
  });

  it('warn of a log that is never folded back', async () => {
    const wal = { kind: 'file', bytes: 3e8, mode: 0o600, modifiedAtMs: 0 } as const;

    const { checks } = await given({ machine: { file: () => wal } });

    expect((await found(checks, 'intact'))[0]?.state).toBe('warning');
  });

  it('name the row of the audit trail that was changed', async () => {
    const { checks } = await given({ facts: { auditTail: { rows: 3, brokenAt: 41 } } });

    const [finding] = await found(checks, 'audit trail');

    expect(finding?.state).toBe('problem');
    expect(finding?.what).toContain('row 41');
  });

  it('tell streams that are behind from those never read', async () => {
    const { checks, store } = await given();
    const lease = await store.acquireLease({
      owner: 'test',
      nowMs: nowMs - 2 * dayMs,
      ttlMs: 60_000,
      command: 'sync',
    });
    if (lease.held === 'no') throw new Error('the lease is free');
    await store.saveObservations(lease.fence, {
      stream: 'orders',
      nowMs: nowMs - 2 * dayMs,
      observations: [],
      unreadable: [],
      checkpointMs: nowMs - 2 * dayMs,
    });

    const findings = await found(checks, 'streams');

    expect(findings.map(({ what }) => what)).toEqual([
      'behind: orders 2 d',
      'never read: receiving',
    ]);
  });
});

describe('the checks of ShipBob', () => {
  const channel = {
    id: '432951',
    name: 'Web Store',
    application: 'SMA',
    scopes: [
      'channels_read',
      'orders_read',
      'fulfillments_read',
      'receiving_read',
      'products_read',
      'inventory_read',
      'locations_read',
      'billing_read',
    ],
  };
  const never = () => Promise.reject(new Error('not asked'));
  const token: ShipbobLogin = {
    kind: 'token',
    accessEndsAtMs: null,
    refreshEndsAtMs: null,
    renewedAtMs: nowMs - dayMs,
  };
  const given = (
    changes: {
      scopes?: string[];
      channels?: string[];
      login?: ShipbobLogin;
      endsAtMs?: number;
      callsLeft?: number;
      centres?: { id: string; name: string }[];
    } = {},
  ) => {
    const base = someSettings();
    const source: ShipbobSource = {
      probe: async () => ({ channels: [{ ...channel, scopes: changes.scopes ?? channel.scopes }] }),
      async *orders() {},
      order: never,
      orderOfShipment: never,
      async *receivings() {},
      boxes: never,
      async *charges() {},
      catalogue: async () => [],
      callCounts: () => ({}),
    };
    return shipbobChecks({
      source,
      survey: {
        centres: async () => changes.centres ?? base.centres.map(({ id, name }) => ({ id, name })),
        supportEndsAtMs: () => changes.endsAtMs ?? nowMs + 900 * dayMs,
        callsLeft: () => changes.callsLeft ?? 140,
      },
      login: async () => changes.login ?? token,
      settings: { ...base, orders: { ...base.orders, rules: [] } },
      channels: changes.channels ?? [],
      apiVersion: '2026-07',
      callsPerMinute: 120,
      webhooks: async () => 'unused',
      nowMs: () => nowMs,
    });
  };

  it('say what breaks without a scope', async () => {
    const checks = given({ scopes: channel.scopes.filter((scope) => scope !== 'receiving_read') });

    await found(checks, 'ShipBob login');
    const findings = await found(checks, 'scopes');

    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      what: 'no channel has receiving_read',
      means: 'without it: not receiving orders',
      kind: 'credentials',
    });
  });

  it('name a configured channel that is not there', async () => {
    const checks = given({ channels: ['432951', '999'] });

    await found(checks, 'ShipBob login');
    const findings = await found(checks, 'channels');

    expect(findings.map(({ what }) => what)).toEqual([
      'shipbob.channels names 999, which this login does not see (it sees: 432951 Web Store)',
    ]);
  });

  it('warn before a login can no longer be renewed', async () => {
    const login: ShipbobLogin = {
      kind: 'oauth',
      accessEndsAtMs: nowMs + 3_600_000,
      refreshEndsAtMs: nowMs + 3 * dayMs,
      renewedAtMs: nowMs - 27 * dayMs,
    };

    const [soon] = await found(given({ login }), 'ShipBob login');
    const [far] = await found(
      given({ login: { ...login, refreshEndsAtMs: nowMs + 20 * dayMs } }),
      'ShipBob login',
    );

    expect([soon?.state, far?.state]).toEqual(['warning', 'ok']);
  });

  it.each([
    [900, 'ok'],
    [60, 'warning'],
    [-1, 'problem'],
  ])('judge an API version supported for %d more days as %s', async (days, state) => {
    const [finding] = await found(given({ endsAtMs: nowMs + days * dayMs }), 'API version');

    expect(finding?.state).toBe(state);
  });

  it('name a centre that ShipBob does not have, and one of another name', async () => {
    const [first, ...rest] = someSettings().centres;
    if (!first) throw new Error('there is a centre');

    const gone = await found(given({ centres: [{ id: '1', name: 'Elsewhere (TX)' }] }), 'centres');
    const renamed = await found(
      given({ centres: [{ id: first.id, name: 'Elsewhere (TX)' }, ...rest] }),
      'centres',
    );

    expect(gone[0]?.state).toBe('problem');
    expect(renamed.map(({ state }) => state)).toEqual(['warning']);
  });

  it('warn when few calls are left', async () => {
    const [finding] = await found(given({ callsLeft: 3 }), 'rate');

    expect(finding?.state).toBe('warning');
  });
});

describe('the kinds of document that are needed', () => {
  it('follow from rules and streams', () => {
    const base = someSettings();
    const streams = { orders: true, tracking: true, receiving: false, costs: true };
    const settings = {
      ...base,
      sync: { ...base.sync, streams },
      orders: { ...base.orders, rules: [] },
    };

    expect(documentKinds(settings)).toEqual(['journal']);
  });
});

describe('the checks of webhooks', () => {
  const one: Subscription = {
    id: '12345',
    topics: ['order.shipped'],
    url: 'https://hooks.example.com/shipbob',
    description: null,
    state: 'enabled',
    createdAtMs: nowMs,
  };
  const given = async (
    listed: Subscription[] | Problem,
    changes: {
      secrets?: string[];
      machine?: Partial<Machine>;
      registered?: 'no';
      id?: string;
    } = {},
  ) => {
    const store = await openTestStore({ clock: handClock(nowMs) });
    if (changes.registered !== 'no') {
      const { id, url, topics } = one;
      await putRegistered(store, [
        { id: changes.id ?? id, url, topics, registeredAtMs: nowMs - dayMs },
      ]);
    }
    return webhookChecks({
      store: async () => store,
      subscriptions: {
        list: () => (listed instanceof Problem ? Promise.reject(listed) : Promise.resolve(listed)),
      },
      secretsOf: async () => changes.secrets ?? ['12345'],
      secretNameOf: (id) => id.replaceAll('_', '.5f.'),
      topicsWanted: ['order.shipped'],
      machine: { ...healthy, ...changes.machine },
      certificate: '/tls/cert.pem',
      nowMs: () => nowMs,
    });
  };
  const states = async (checks: Check[], name: string) =>
    (await found(checks, name)).map(({ state, what }) => `${state}: ${what}`);

  it('find an enabled subscription with its secret in order', async () => {
    expect(await states(await given([one]), 'subscriptions')).toEqual([
      'ok: 1 of ours, enabled; ShipBob lists 1',
    ]);
  });

  it('find the secret of an id that no name may have as it is', async () => {
    const odd = { ...one, id: 'Ab_1' };
    const checks = await given([odd], { secrets: ['Ab.5f.1'], id: 'Ab_1' });

    expect(await states(checks, 'subscriptions')).toEqual([
      'ok: 1 of ours, enabled; ShipBob lists 1',
    ]);
  });

  it('tell ours that was disabled from one of somebody else', async () => {
    const disabled = [
      { ...one, state: 'disabled' as const },
      { ...one, id: '9', state: 'disabled' as const },
    ];

    expect(await states(await given(disabled), 'subscriptions')).toEqual([
      'problem: ShipBob has disabled subscription 12345 to https://hooks.example.com/shipbob',
      'warning: ShipBob has disabled subscription 9 to https://hooks.example.com/shipbob',
    ]);
  });

  it('miss one that is gone, its secret, and its topics', async () => {
    const checks = await given([], { secrets: [] });

    expect((await found(checks, 'subscriptions')).map(({ state }) => state)).toEqual([
      'problem',
      'problem',
      'warning',
    ]);
  });

  it('are left open where the token may not list them', async () => {
    const forbidden = new Problem({
      code: 'SHIPBOB_SCOPE_MISSING',
      kind: 'credentials',
      message: 'no',
      hint: 'a new token',
    });

    const [finding] = await found(await given(forbidden), 'subscriptions');

    expect(finding?.state).toBe('unchecked');
  });

  it('warn three weeks before the certificate ends', async () => {
    const certificate = (leftDays: number) => ({
      machine: {
        certificate: () => ({
          subject: 'CN=hooks.example.com',
          validFromMs: nowMs - dayMs,
          validToMs: nowMs + leftDays * dayMs,
        }),
      },
    });

    const judged = await Promise.all(
      [60, 20, -1].map(async (days) => {
        const [finding] = await found(await given([one], certificate(days)), 'certificate');
        return finding?.state;
      }),
    );

    expect(judged).toEqual(['ok', 'warning', 'problem']);
  });
});
