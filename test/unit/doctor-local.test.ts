import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/app/doctor.ts';
import { configurationChecks } from '../../src/app/doctor-configuration.ts';
import type { Finding } from '../../src/app/doctor-finding.ts';
import { keyChecks } from '../../src/app/doctor-key.ts';
import { clockCheck, machineChecks } from '../../src/app/doctor-machine.ts';
import type { ClockReading, Machine } from '../../src/app/ports.ts';
import type { Settings } from '../../src/core/settings.ts';
import { someSettings } from '../support/builders-settings.ts';

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

type Facts = Parameters<typeof configurationChecks>[0];

function facts(settings: Settings, changes: Partial<Facts> = {}): Facts {
  return {
    filePath: '/etc/mlc/sync.config.yaml',
    settings,
    webhooks: {
      host: '127.0.0.1',
      certificate: null,
      privateKey: null,
      trustedProxies: [],
      unsigned: 'refuse',
    },
    shipbob: {
      baseUrl: 'https://api.shipbob.com',
      authUrl: 'https://auth.shipbob.com',
      clientId: null,
    },
    ...changes,
  };
}

describe('the check of Node', () => {
  it.each([
    ['18.20.0', 'problem'],
    ['20.18.9', 'problem'],
    ['20.19.0', 'warning'],
    ['22.11.0', 'ok'],
    ['24.1.0', 'ok'],
  ])('of %s is a %s', async (version, state) => {
    const [finding] = await found(
      machineChecks({ ...healthy, nodeVersion: () => version }),
      'Node',
    );

    expect(finding?.state).toBe(state);
  });
});

describe('the check of the clock', () => {
  const state = async (reading: Partial<ClockReading>) => {
    const whole = { system: 'ShipBob', aheadMs: 0, uncertaintyMs: 600, ...reading } as const;
    const [finding] = await clockCheck(
      () => [whole],
      () => 1_800_000_000_000,
    ).run();
    return finding;
  };

  it('warns beyond half a minute and refuses beyond two, both ways', async () => {
    const states = await Promise.all(
      [0, 29_000, 31_000, -31_000, 119_000, 121_000, -600_000].map(async (aheadMs) => {
        const finding = await state({ aheadMs });
        return finding?.state;
      }),
    );

    expect(states).toEqual(['ok', 'ok', 'warning', 'warning', 'warning', 'problem', 'problem']);
  });

  it('gives the benefit of a slow answer', async () => {
    const finding = await state({ aheadMs: 35_000, uncertaintyMs: 10_000 });

    expect(finding?.state).toBe('ok');
  });

  it('is left open while nobody has answered', async () => {
    const [finding] = await clockCheck(
      () => [],
      () => 0,
    ).run();

    expect(finding?.state).toBe('unchecked');
  });
});

describe('the checks of the configuration', () => {
  const base = someSettings();
  const withRules = (rules: Settings['orders']['rules']): Settings => ({
    ...base,
    orders: { ...base.orders, rules },
  });
  const always = {
    type: null,
    channel: null,
    centre: null,
    country: null,
    tag: null,
    sku: null,
    orderNumberPrefix: null,
  };

  it('miss the cut-over moment', async () => {
    const settings = { ...base, sync: { ...base.sync, startFromMs: null } };

    const [finding] = await found(configurationChecks(facts(settings), healthy), 'cut-over');

    expect(finding).toMatchObject({ state: 'warning', what: 'sync.startFrom is not set' });
  });

  it('want a rule, and a last one that always matches', async () => {
    const flag = { as: 'flag', reason: 'none fits' } as const;
    const states = await Promise.all(
      [
        withRules([]),
        withRules([{ when: { ...always, type: ['DTC'] }, route: flag }]),
        withRules([{ when: always, route: flag }]),
      ].map(async (settings) => {
        const [finding] = await found(configurationChecks(facts(settings), healthy), 'order rules');
        return finding?.state;
      }),
    );

    expect(states).toEqual(['problem', 'warning', 'ok']);
  });

  it('warn of sweeps that leave too little room', async () => {
    const sync = { ...base.sync, lagMs: 1_000, overlapMs: 60_000 };

    const findings = await found(configurationChecks(facts({ ...base, sync }), healthy), 'sweeps');

    expect(findings.map(({ state }) => state)).toEqual(['warning', 'warning']);
  });

  it('refuse a login of one ShipBob environment with the address of the other', async () => {
    const shipbob = {
      baseUrl: 'https://sandbox-api.shipbob.com',
      authUrl: 'https://auth.shipbob.com',
      clientId: 'app',
    };

    const [finding] = await found(
      configurationChecks(facts(base, { shipbob }), healthy),
      'environment',
    );

    expect(finding?.state).toBe('problem');
  });

  it('want both files of TLS, readable, and belonging together', async () => {
    const tls = { certificate: '/tls/cert.pem', privateKey: '/tls/key.pem' };
    const given = (changes: object, machine: Machine = healthy) => {
      const webhooks = { ...facts(base).webhooks, ...changes };
      return found(configurationChecks(facts(base, { webhooks }), machine), 'receiver');
    };

    const half = await given({ ...tls, privateKey: null });
    const closed = await given(tls, { ...healthy, access: () => 'no' });
    const foreign = await given(tls, { ...healthy, keyFits: () => 'no' });
    const open = await given({ host: '0.0.0.0' });
    const good = await given({ ...tls, host: '0.0.0.0' });

    expect(
      [half, closed, foreign, open, good].map((each) => each.map(({ state }) => state)),
    ).toEqual([['problem'], ['problem', 'problem'], ['problem'], ['warning'], ['ok']]);
  });
});

describe('the check of the key', () => {
  it('notices a rotation that was interrupted', async () => {
    const left = { kind: 'file', bytes: 45, mode: 0o600, modifiedAtMs: 0 } as const;
    const given = (machine: Machine) =>
      found(
        keyChecks({
          key: async () => ({ source: '/etc/mlc/mlc.key', file: '/etc/mlc/mlc.key' }),
          nextOf: (file) => `${file}.next`,
          machine,
        }),
        'key',
      );

    const [clean] = await given(healthy);
    const [begun] = await given({
      ...healthy,
      file: (path) => (path.endsWith('.next') ? left : null),
    });

    expect([clean?.state, begun?.state]).toEqual(['ok', 'warning']);
    expect(begun?.what).toContain('mlc.key.next');
  });
});
