import type { OrderRule, Settings } from '../core/settings.ts';
import type { Check } from './doctor.ts';
import { type Finding, fine, problem, warning } from './doctor-finding.ts';
import type { Machine } from './ports.ts';

const area = 'configuration';
const minuteMs = 60_000;
const secondMs = 1_000;

/** What these checks are told of the configuration. */
export interface ConfigurationFacts {
  /** Null when every setting came from the environment. */
  filePath: string | null;
  settings: Settings;
  webhooks: {
    host: string;
    /** Absolute; null where a proxy ends TLS. */
    certificate: string | null;
    privateKey: string | null;
    trustedProxies: string[];
    unsigned: 'refuse' | 'pathToken';
  };
  shipbob: { baseUrl: string; authUrl: string; clientId: string | null };
}

/** Settings that are valid and still not what practice asks for. */
export function configurationChecks(facts: ConfigurationFacts, machine: Machine): Check[] {
  const { settings } = facts;
  return [
    { area, name: 'file', run: () => [fine(facts.filePath ?? 'from the environment alone')] },
    { area, name: 'cut-over', run: () => [cutOver(settings)] },
    { area, name: 'sweeps', run: () => sweeps(settings) },
    { area, name: 'order rules', run: () => [orderRules(settings)] },
    { area, name: 'cost rules', run: () => [costRules(settings)] },
    { area, name: 'environment', run: () => [sameEnvironment(facts)] },
    { area, name: 'receiver', run: () => receiver(facts, machine) },
  ];
}

function cutOver({ sync }: Settings): Finding {
  if (sync.startFromMs === null) {
    return warning({
      what: 'sync.startFrom is not set',
      means: 'nothing is ever written into Infor until it is',
      mend: 'Set sync.startFrom to the moment from which mlc books, with its time zone (docs/going-live.md).',
    });
  }
  return fine(`mlc books what moved since ${instant(sync.startFromMs)}`);
}

/** ShipBob lists a new order some 5 s late (reference: shipbob-api §5.1). */
function sweeps({ sync }: Settings): Finding[] {
  const found: Finding[] = [];
  if (sync.lagMs < 10 * secondMs) {
    found.push(
      warning({
        what: `sync.lag is ${sync.lagMs / secondMs} s`,
        means: 'ShipBob lists new orders some seconds late; they are found a day later only',
        mend: 'Leave sync.lag at 30s.',
      }),
    );
  }
  if (sync.overlapMs < 5 * minuteMs) {
    found.push(
      warning({
        what: `sync.overlap is ${sync.overlapMs / minuteMs} min`,
        means: 'a record that changes while it is read may be met a day late',
        mend: 'Leave sync.overlap at 15m.',
      }),
    );
  }
  if (sync.creationSweepMs < 3 * 24 * 60 * minuteMs) {
    found.push(
      warning({
        what: `sync.creationSweep reaches back ${sync.creationSweepMs / (60 * minuteMs)} h`,
        means: 'an order that no update showed may be missed for good',
        mend: 'Leave sync.creationSweep at 14d.',
      }),
    );
  }
  return found.length > 0 ? found : [fine('sweeps overlap, and leave the newest moments out')];
}

function orderRules({ orders, sync }: Settings): Finding {
  const { rules } = orders;
  if (!sync.streams.orders) return fine('orders are not read');
  if (rules.length === 0) {
    return problem({
      what: 'there is no rule under orders.rules',
      means: 'every order would be flagged',
      mend: 'Say what an order becomes: one rule for each channel, as in sync.config.example.yaml.',
    });
  }
  if (rules.some(matchesAlways)) return fine(`${rules.length} rules; one matches every order`);
  return warning({
    what: `none of the ${rules.length} rules matches every order`,
    means: 'an order that no rule matches is flagged',
    mend: 'End orders.rules with one whose when is {}, or keep the flags as your alarm.',
  });
}

function matchesAlways({ when }: OrderRule): boolean {
  return Object.values(when).every((condition) => condition === null);
}

function costRules({ costs, sync }: Settings): Finding {
  if (!sync.streams.costs) return fine('charges are not read');
  const always = costs.rules.some(({ when }) =>
    Object.values(when).every((condition) => condition === null),
  );
  return fine(
    `${costs.rules.length} rules for charges${always ? '; one matches every charge' : ''}`,
  );
}

/** Accounts and tokens of ShipBob's sandbox are not those of production (shipbob-api §1). */
function sameEnvironment({ shipbob }: ConfigurationFacts): Finding {
  if (shipbob.clientId === null) return fine(`ShipBob at ${shipbob.baseUrl}`);
  const api = /sandbox/.test(shipbob.baseUrl);
  const login = /stage|sandbox/.test(shipbob.authUrl);
  if (api === login) return fine(`ShipBob at ${shipbob.baseUrl}, login at ${shipbob.authUrl}`);
  return problem({
    what: `shipbob.baseUrl is ${shipbob.baseUrl}, and the login is at ${shipbob.authUrl}`,
    means: 'a token of the one is refused by the other',
    mend: 'Take both of production, or both of the sandbox (https://authstage.shipbob.com).',
  });
}

function receiver({ webhooks }: ConfigurationFacts, machine: Machine): Finding[] {
  const { certificate, privateKey, host, trustedProxies, unsigned } = webhooks;
  const found: Finding[] = [];
  if ((certificate === null) !== (privateKey === null)) {
    found.push(
      problem({
        what: 'webhooks.certificate and webhooks.privateKey: only one of them is set',
        means: 'mlc webhooks serve cannot start',
        mend: 'Set both, or neither where a proxy ends TLS.',
      }),
    );
  }
  for (const path of [certificate, privateKey]) {
    if (path === null || machine.access(path, 'read') === 'yes') continue;
    found.push(
      problem({
        what: `${path} cannot be read`,
        means: 'mlc webhooks serve cannot start',
        mend: 'Correct the path, or give this user permission to read it.',
      }),
    );
  }
  if (certificate !== null && privateKey !== null && found.length === 0) {
    if (machine.keyFits(certificate, privateKey) !== 'yes') {
      found.push(
        problem({
          what: 'webhooks.privateKey does not belong to webhooks.certificate',
          means: 'no delivery can be received',
          mend: 'Give the key that the certificate was made with, both as PEM.',
        }),
      );
    }
  }
  const local = /^(127\.|localhost$|::1$)/.test(host);
  if (certificate === null && !local && trustedProxies.length === 0) {
    found.push(
      warning({
        what: `the receiver listens on ${host} without TLS and names no proxy`,
        means: 'ShipBob posts to HTTPS only, and addresses are counted as the proxy’s',
        mend: 'Set webhooks.certificate and privateKey, or webhooks.trustedProxies.',
      }),
    );
  }
  if (unsigned === 'pathToken') {
    found.push(
      warning({
        what: 'unsigned deliveries are accepted by a token in their path',
        means: 'who knows the address can pretend that something happened; it is read again anyway',
        mend: 'Register signed subscriptions (mlc webhooks register) and set webhooks.unsigned: refuse.',
      }),
    );
  }
  if (found.length > 0) return found;
  // No warning: who uses no webhooks has this too, as it is the standard.
  if (certificate === null && trustedProxies.length === 0) {
    return [
      fine(
        `would listen on ${host}; behind a proxy there, set webhooks.trustedProxies, or all requests count as of one address`,
      ),
    ];
  }
  return [fine(`would listen on ${host}`)];
}

export function instant(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16)}Z`;
}
