import { toProblem } from '../core/problem.ts';
import { inventoryId, receivingId } from '../core/schema.ts';
import type { Settings } from '../core/settings.ts';
import type { Check } from './doctor.ts';
import { instant } from './doctor-configuration.ts';
import { type Finding, failed, fine, problem, unchecked, warning } from './doctor-finding.ts';
import type { ShipbobLogin, ShipbobSource, ShipbobSurvey } from './ports.ts';

const area = 'ShipBob';
const dayMs = 86_400_000;

/** Names that other checks build on. */
export const shipbobLogin = 'ShipBob login';

export interface ShipbobParts {
  source: ShipbobSource;
  survey: ShipbobSurvey;
  /** Throws Problem when no login is stored, or what is stored cannot be read. */
  login(): Promise<ShipbobLogin>;
  settings: Settings;
  /** Ids in shipbob.channels; empty for all. */
  channels: string[];
  apiVersion: string;
  callsPerMinute: number;
  webhooks(): Promise<'used' | 'unused'>;
  nowMs(): number;
}

type Channels = Awaited<ReturnType<ShipbobSource['probe']>>['channels'];

/** Login, scopes, channels, centres: everything that ShipBob must let us do, by reads alone. */
export function shipbobChecks(parts: ShipbobParts): Check[] {
  let channels: Channels = [];
  return [
    {
      area,
      name: shipbobLogin,
      async run() {
        const age = loginAge(await parts.login(), parts.nowMs());
        channels = (await parts.source.probe()).channels;
        return age;
      },
    },
    { area, name: 'API version', run: () => [apiVersion(parts)] },
    {
      area,
      name: 'scopes',
      after: [shipbobLogin],
      run: async () => scopes(channels, neededScopes(parts, await parts.webhooks())),
    },
    { area, name: 'channels', after: [shipbobLogin], run: () => channelIds(parts, channels) },
    ...reads(parts).map(({ name, read }) => ({
      area,
      name,
      after: [shipbobLogin],
      run: () => tryRead(name, read),
    })),
    { area, name: 'centres', after: [shipbobLogin], run: () => centres(parts) },
    { area, name: 'rate', after: [shipbobLogin], run: () => [rate(parts)] },
  ];
}

function loginAge(login: ShipbobLogin, nowMs: number): Finding[] {
  const renewed = login.renewedAtMs === null ? '' : `, stored ${instant(login.renewedAtMs)}`;
  if (login.kind === 'token') {
    return [fine(`a personal access token${renewed}; it never ends`)];
  }
  const what = `an OAuth login${renewed}; access until ${whenWords(login.accessEndsAtMs)}`;
  const endsAtMs = login.refreshEndsAtMs;
  // A refresh token dies after 30 days without use (reference: shipbob-api §2.2).
  if (endsAtMs !== null && endsAtMs - nowMs < 7 * dayMs) {
    return [
      warning({
        what: `${what}; renewable until ${whenWords(endsAtMs)}`,
        means: 'when it is not renewed before then, a person must log in again',
        mend: 'Let mlc sync run, which renews it; or log in again: mlc credentials login shipbob',
      }),
    ];
  }
  return [fine(what)];
}

function whenWords(atMs: number | null): string {
  return atMs === null ? 'an unknown time' : instant(atMs);
}

function apiVersion({ survey, apiVersion: version, nowMs }: ShipbobParts): Finding {
  const endsAtMs = survey.supportEndsAtMs();
  if (endsAtMs === null) return unchecked(`${version}: the end of its support is not known`);
  const until = `${version}: ShipBob supports it until ${instant(endsAtMs - 1).slice(0, 10)}`;
  if (endsAtMs - nowMs() > 120 * dayMs) return fine(until);
  const over = endsAtMs <= nowMs();
  const trouble = {
    what: until,
    means: over ? 'any call may fail from now on' : 'every call fails some day after that',
    mend: 'Set shipbob.apiVersion to a newer one and rehearse it (mlc sync --dry-run).',
  };
  return over ? problem(trouble) : warning(trouble);
}

interface NeededScope {
  scope: string;
  for: string;
}

/** What breaks without each scope (reference: shipbob-api §2.3). */
function neededScopes({ settings }: ShipbobParts, webhooks: 'used' | 'unused'): NeededScope[] {
  const { orders, tracking, receiving, costs } = settings.sync.streams;
  const wanted: [boolean, string, string][] = [
    [true, 'channels_read', 'knowing which channels there are'],
    [orders || tracking, 'orders_read', 'orders'],
    [orders || tracking, 'fulfillments_read', 'shipments'],
    [receiving, 'receiving_read', 'receiving orders'],
    [true, 'products_read', 'what a bundle consists of'],
    [true, 'inventory_read', 'which SKU left or arrived'],
    [true, 'locations_read', 'the list of fulfilment centres'],
    [costs, 'billing_read', 'charges'],
    [webhooks === 'used', 'webhooks_read', 'seeing webhook subscriptions'],
    [webhooks === 'used', 'webhooks_write', 'registering webhook subscriptions'],
  ];
  return wanted.flatMap(([on, scope, of]) => (on ? [{ scope, for: of }] : []));
}

/**
 * A channel lists the scopes of the application behind it, which need not be ours: what stands in
 * none of them is surely missing, and the single reads prove the rest.
 */
function scopes(channels: Channels, needed: NeededScope[]): Finding[] {
  const held = new Set(channels.flatMap((channel) => channel.scopes));
  const missing = needed.filter(({ scope }) => !held.has(scope));
  if (missing.length === 0) return [fine(`all ${needed.length} that are needed are listed`)];
  return missing.map((each) => missingScope(each));
}

const newToken =
  'Make a new token as the root user (an old one keeps its old scopes), then: mlc credentials set shipbob < token.txt — or log in again with mlc credentials login shipbob';

function missingScope({ scope, for: of }: NeededScope): Finding {
  const trouble = {
    what: `no channel has ${scope}`,
    means: `without it: not ${of}`,
    mend: newToken,
  };
  // The centre list is for this check alone.
  return scope === 'locations_read' ? warning(trouble) : problem(trouble, 'credentials');
}

function channelIds({ channels: configured, settings }: ShipbobParts, listed: Channels): Finding[] {
  const ids = new Set(listed.map(({ id }) => id));
  const names = new Set(listed.map(({ name }) => name.trim().toLowerCase()));
  const words = listed.map(({ id, name }) => `${id} ${name}`).join(', ');
  const findings = configured
    .filter((id) => !ids.has(id))
    .map((id) =>
      problem({
        what: `shipbob.channels names ${id}, which this login does not see (it sees: ${words})`,
        means: 'no order of that channel is read',
        mend: 'Correct the id; ids differ between ShipBob’s sandbox and production.',
      }),
    );
  const inRules = new Set(settings.orders.rules.flatMap(({ when }) => when.channel ?? []));
  for (const id of inRules) {
    if (ids.has(id) || names.has(id.trim().toLowerCase())) continue;
    findings.push(
      warning({
        what: `a rule under orders.rules is for channel ${id}, which this login does not see (it sees: ${words})`,
        means: 'the rule never matches',
        mend: 'Correct the id in the rule, or remove it.',
      }),
    );
  }
  return findings.length > 0 ? findings : [fine(words === '' ? 'none is listed' : words)];
}

interface NamedRead {
  name: string;
  read(): Promise<void>;
}

/** The cheapest real read of every stream: one call each. */
function reads({ source, settings, nowMs }: ShipbobParts): NamedRead[] {
  const { orders, tracking, receiving, costs } = settings.sync.streams;
  const window = () => ({ fromMs: nowMs() - 60_000, toMs: nowMs() });
  const none = { kind: 'inventory', inventoryId: inventoryId('1') } as const;
  const wanted: [boolean, NamedRead][] = [
    [
      orders || tracking,
      { name: 'reading orders', read: () => first(source.orders('updated', window())) },
    ],
    [
      receiving,
      {
        name: 'reading receiving orders',
        read: () => first(source.receivings({ select: 'ids', ids: [receivingId('1')] })),
      },
    ],
    [costs, { name: 'reading charges', read: () => first(source.charges(window())) }],
    [
      true,
      {
        name: 'reading the catalogue',
        async read() {
          await source.catalogue([none]);
        },
      },
    ],
  ];
  return wanted.flatMap(([on, read]) => (on ? [read] : []));
}

async function first(pages: AsyncGenerator<unknown>): Promise<void> {
  await pages.next();
  await pages.return(undefined);
}

async function tryRead(name: string, read: () => Promise<void>): Promise<Finding[]> {
  try {
    await read();
    return [fine('allowed')];
  } catch (thrown) {
    const met = toProblem(thrown);
    if (met.code !== 'SHIPBOB_SCOPE_MISSING') throw met;
    return [failed(met, `${name} stops every run of its stream`)];
  }
}

async function centres({ survey, settings }: ShipbobParts): Promise<Finding[]> {
  const listed = await survey.centres().catch((thrown: unknown) => toProblem(thrown));
  if (!Array.isArray(listed)) {
    if (listed.code !== 'SHIPBOB_SCOPE_MISSING') throw listed;
    return [unchecked('the login may not list fulfilment centres (locations_read)', newToken)];
  }
  const findings: Finding[] = [];
  const ids = new Map(listed.map(({ id, name }) => [id, name]));
  for (const { id, name } of settings.centres) {
    if (ids.has(id)) continue;
    findings.push(
      problem({
        what: `centre ${id} (${name}) is configured, and ShipBob has none of that id`,
        means: 'its goods would be looked for under an id that never comes',
        mend: 'Correct the id under centres: ids differ between ShipBob’s sandbox and production.',
      }),
    );
  }
  for (const { id, name } of settings.centres) {
    const theirs = ids.get(id);
    if (theirs === undefined || theirs.trim().toLowerCase() === name.trim().toLowerCase()) continue;
    findings.push(
      warning({
        what: `centre ${id} is called ${name} here and ${theirs} at ShipBob`,
        means: 'the id may be of another environment: goods would be booked in the wrong warehouse',
        mend: 'Check which warehouse it stands for, and take over ShipBob’s name.',
      }),
    );
  }
  const others = listed.filter(({ id }) => !settings.centres.some((each) => each.id === id));
  const rest = others.length === 0 ? '' : `; ${others.length} others of ShipBob’s are not used`;
  if (findings.length > 0) return findings;
  return [fine(`all ${settings.centres.length} configured ones are ShipBob’s${rest}`)];
}

function rate({ survey, callsPerMinute }: ShipbobParts): Finding {
  const left = survey.callsLeft();
  if (left === null) return unchecked('ShipBob did not say how many calls are left');
  const what = `${left} calls left in this minute; mlc uses up to ${callsPerMinute}`;
  if (left >= 20) return fine(what);
  return warning({
    what,
    means: 'a run of mlc is on, or something else spends the calls of the same token',
    mend: 'Give mlc a token of its own, or lower shipbob.callsPerMinute.',
  });
}
