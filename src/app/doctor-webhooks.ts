import { toProblem } from '../core/problem.ts';
import {
  type RegisteredSubscription,
  readAnnouncementGap,
  registeredSubscriptions,
} from './announcement.ts';
import type { Check } from './doctor.ts';
import { instant } from './doctor-configuration.ts';
import { opens } from './doctor-database.ts';
import { type Finding, fine, problem, unchecked, warning } from './doctor-finding.ts';
import { shipbobLogin } from './doctor-shipbob.ts';
import type { Machine, Store, Subscription, SubscriptionSource } from './ports.ts';

const area = 'webhooks';
const dayMs = 86_400_000;

export interface WebhookParts {
  /** Throws the Problem that kept the store from being opened. */
  store(): Promise<Store>;
  subscriptions: Pick<SubscriptionSource, 'list'>;
  /** Under what signing secrets are kept. */
  secretsOf(): Promise<string[]>;
  /** Under what the one of this subscription is kept. */
  secretNameOf(subscriptionId: string): string;
  /** What the configured streams want to hear of. */
  topicsWanted: string[];
  machine: Machine;
  certificate: string | null;
  nowMs(): number;
}

/** Whether ShipBob still tells us what happens. Polling finds it all the same, but later. */
export function webhookChecks(parts: WebhookParts): Check[] {
  return [
    { area, name: 'subscriptions', after: [opens, shipbobLogin], run: () => subscriptions(parts) },
    { area, name: 'announcements', after: [opens], run: () => announcements(parts) },
    { area, name: 'deliveries', after: [opens], run: async () => [await deliveries(parts)] },
    { area, name: 'certificate', run: () => certificate(parts) },
  ];
}

async function subscriptions(parts: WebhookParts): Promise<Finding[]> {
  const ours = await registeredSubscriptions(await parts.store());
  const listed = await parts.subscriptions.list().catch((thrown: unknown) => toProblem(thrown));
  if (!Array.isArray(listed)) {
    if (listed.code !== 'SHIPBOB_SCOPE_MISSING') throw listed;
    return [unchecked('the login may not list subscriptions (webhooks_read)', listed.hint)];
  }
  const findings = [
    ...disabledOnes(listed, ours),
    ...ours.flatMap((one) => judgeOwn(one, listed)),
    ...(await withoutSecret(parts, ours)),
    ...silentTopics(parts, ours, listed),
  ];
  if (findings.length > 0) return findings;
  if (ours.length > 0)
    return [fine(`${ours.length} of ours, enabled; ShipBob lists ${listed.length}`)];
  return [fine('none of ours is registered: ShipBob is polled, which finds everything')];
}

const again =
  'Mend what keeps the receiver from answering, then: mlc webhooks delete ID, and mlc webhooks register --url URL';

function disabledOnes(listed: Subscription[], ours: RegisteredSubscription[]): Finding[] {
  return listed
    .filter(({ state }) => state === 'disabled')
    .map(({ id, url }) => {
      const own = ours.some((one) => one.id === id);
      const trouble = {
        what: `ShipBob has disabled subscription ${id} to ${url}`,
        means: own
          ? 'nothing is announced by it any more; polling finds it, but later'
          : 'it was not registered by mlc; whoever did hears nothing any more',
        mend: again,
      };
      return own ? problem(trouble) : warning(trouble);
    });
}

function judgeOwn({ id, url }: RegisteredSubscription, listed: Subscription[]): Finding[] {
  if (listed.some((one) => one.id === id)) return [];
  return [
    problem({
      what: `subscription ${id} to ${url} is not there any more`,
      means: 'nothing is announced by it any more; polling finds it, but later',
      mend: `Register it again: mlc webhooks register --url ${url}`,
    }),
  ];
}

async function withoutSecret(
  { secretsOf, secretNameOf }: WebhookParts,
  ours: RegisteredSubscription[],
): Promise<Finding[]> {
  const kept = await secretsOf();
  return ours
    .filter(({ id }) => !kept.includes(secretNameOf(id)))
    .map(({ id }) =>
      problem({
        what: `the signing secret of subscription ${id} is not in the vault`,
        means: 'its deliveries are refused as unproven',
        mend: `ShipBob shows a secret only once. Delete it (mlc webhooks delete ${id}) and register it again.`,
      }),
    );
}

function silentTopics(
  { topicsWanted }: WebhookParts,
  ours: RegisteredSubscription[],
  listed: Subscription[],
): Finding[] {
  if (ours.length === 0) return [];
  const ids = new Set(ours.map(({ id }) => id));
  const heard = new Set(listed.filter(({ id }) => ids.has(id)).flatMap(({ topics }) => topics));
  const silent = topicsWanted.filter((topic) => !heard.has(topic));
  if (silent.length === 0) return [];
  return [
    warning({
      what: `no subscription of ours has ${silent.join(', ')}`,
      means: 'these are found by polling alone, later',
      mend: 'Register the receiver again; that subscribes to every topic that mlc knows.',
    }),
  ];
}

async function announcements({ store }: WebhookParts): Promise<Finding[]> {
  const gap = await readAnnouncementGap(await store());
  if (gap === null) return [fine('nothing to compare: none of ours is registered, or not yet')];
  const missed = gap.topics.filter(({ missed: count }) => count > 0);
  const expected = gap.topics.reduce((sum, topic) => sum + topic.expected, 0);
  const checked = `looked at ${instant(gap.checkedAtMs)}`;
  if (missed.length === 0) return [fine(`${expected} expected in a day, none missed; ${checked}`)];
  return missed.map(({ topic, missed: count, expected: all }) =>
    warning({
      what: `${count} of ${all} ${topic} were never announced; ${checked}`,
      means: 'webhooks do not reach us, or late; polling found what they should have told',
      mend: 'Try the receiver from outside (mlc webhooks test), and look at its proxy and log.',
    }),
  );
}

async function deliveries({ store, nowMs }: WebhookParts): Promise<Finding> {
  const report = await (await store()).inboxReport();
  const oldest = report.oldestWaitingAtMs;
  const kept = report.kept.reduce((sum, { count }) => sum + count, 0);
  const what = `${report.waiting} waiting, ${kept} kept for a person`;
  if (oldest !== null && nowMs() - oldest > 3_600_000) {
    return warning({
      what: `${what}; the oldest waits since ${instant(oldest)}`,
      means: 'deliveries are stored, and nobody reads what they are about',
      mend: 'Run mlc schedule --with-webhooks, or mlc sync in a crontab.',
    });
  }
  const [most] = report.kept;
  if (most === undefined) return fine(what);
  return warning({
    what: `${what}; most: ${most.topic || 'no topic'}, ${most.because}`,
    means: 'mlc does not know what to do with them; polling finds what they are about',
    mend: 'Look at them: mlc webhooks deliveries. A new topic may want a newer mlc.',
  });
}

function certificate({ certificate: path, machine, nowMs }: WebhookParts): Finding[] {
  if (path === null) return [];
  if (machine.access(path, 'read') === 'no') return [];
  const found = machine.certificate(path);
  if (found === null) {
    return [
      problem({
        what: `${path} holds no certificate that can be read`,
        means: 'mlc webhooks serve cannot start',
        mend: 'Give a PEM file with the certificate chain, the own one first.',
      }),
    ];
  }
  const what = `${found.subject}: valid until ${instant(found.validToMs).slice(0, 10)}`;
  const leftMs = found.validToMs - nowMs();
  const trouble = {
    what,
    means: leftMs <= 0 ? 'ShipBob refuses to deliver' : 'ShipBob refuses to deliver after that',
    mend: 'Renew it, put it in its place, and restart the receiver.',
  };
  if (leftMs <= 0 || found.validFromMs > nowMs()) return [problem(trouble)];
  return leftMs < 21 * dayMs ? [warning(trouble)] : [fine(what)];
}
