import { putRegistered, registeredSubscriptions } from '../../app/announcement.ts';
import type { Subscription, SubscriptionSource } from '../../app/ports.ts';
import { Problem, toProblem } from '../../core/problem.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import {
  openSubscriptions,
  topicsOf,
  type WebhookTopic,
  webhookSecretName,
} from '../compose-webhooks.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';

const command = 'mlc webhooks register';

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const url = receiverUrl(options.text('url') ?? '');
  const topics = topicList(options.text('topics'));
  const description = options.text('description') ?? 'mlc';
  const workspace = await openWorkspace(context);
  const { source, close } = openSubscriptions(context, workspace);
  try {
    const made =
      topics === null
        ? await createWithOurs(source, { url, description, topics: topicsOf(workspace) })
        : await createWithThese(source, { url, description, topics });
    await keepSecret(context, workspace, source, made);
    const all = await listed(workspace, source);
    printRegistered(context, { ...made, all, url });
    return 0;
  } finally {
    close();
    await workspace.close();
  }
}

/** ShipBob takes https alone; a machine's own address is for a rehearsal with the sandbox. */
function receiverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const loopback = url !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url === null || (url.protocol !== 'https:' && !(loopback && url.protocol === 'http:'))) {
    throw usageProblem(`--url needs an https address, not ${JSON.stringify(text)}`, command);
  }
  if (url.username === '' && url.password === '') return text;
  throw usageProblem('--url must not hold a user name or password', command);
}

function topicList(text: string | null): string[] | null {
  if (text === null) return null;
  const topics = [...new Set(text.split(',').map((topic) => topic.trim()))].filter(Boolean);
  if (topics.length > 0) return topics;
  throw usageProblem('--topics needs at least one topic, such as order.shipped', command);
}

/** It is registered and its secret kept, whether or not ShipBob answers once more. */
async function listed({ log }: Workspace, source: SubscriptionSource): Promise<Subscription[]> {
  try {
    return await source.list();
  } catch (thrown) {
    log.warn(`it could not be looked up: ${toProblem(thrown).message}`);
    return [];
  }
}

interface Made {
  subscription: Subscription;
  secret: string;
  topics: string[];
  /** Wanted, and unknown to this ShipBob. */
  leftOut: string[];
}

interface Place {
  url: string;
  description: string;
}

async function createWithThese(
  source: SubscriptionSource,
  wanted: Place & { topics: string[] },
): Promise<Made> {
  try {
    return { ...(await source.create(wanted)), topics: wanted.topics, leftOut: [] };
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.code !== 'SHIPBOB_REJECTED') throw problem;
    throw topicsRefused(problem, wanted.topics.join(', '));
  }
}

/**
 * The topics of an API version are not published reliably (reference: shipbob-api §9.1). When it
 * refuses them the newest are left out, and then those of the version before.
 */
export async function createWithOurs(
  source: SubscriptionSource,
  wanted: Place & { topics: WebhookTopic[] },
): Promise<Made> {
  const { url, description } = wanted;
  if (wanted.topics.length === 0) {
    throw usageProblem('no stream is on that webhooks could serve (sync.streams)', command);
  }
  const newest = [...new Set(wanted.topics.map(({ since }) => since ?? ''))].sort().reverse();
  let refused: Problem | null = null;
  for (const version of newest) {
    const topics = namesOf(wanted.topics.filter(({ since }) => (since ?? '') <= version));
    try {
      const made = await source.create({ url, description, topics });
      const leftOut = namesOf(wanted.topics).filter((topic) => !topics.includes(topic));
      return { ...made, topics, leftOut };
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (problem.code !== 'SHIPBOB_REJECTED') throw problem;
      refused ??= problem;
    }
  }
  throw topicsRefused(refused, namesOf(wanted.topics).join(', '));
}

function namesOf(topics: readonly WebhookTopic[]): string[] {
  return topics.map(({ topic }) => topic);
}

function topicsRefused(problem: Problem | null, topics: string): Problem {
  return new Problem({
    code: 'WEBHOOK_REGISTRATION_REFUSED',
    kind: 'configuration',
    message: problem?.message ?? 'ShipBob refused the subscription',
    hint: 'If it is a topic, name only those that this API version has with --topics; if it is the address, ShipBob must be able to reach it by https.',
    evidence: { ...problem?.evidence, topics },
  });
}

/** Nobody is shown the secret again: when it cannot be kept, the subscription must go. */
async function keepSecret(
  context: CommandContext,
  workspace: Workspace,
  source: SubscriptionSource,
  made: Made,
): Promise<void> {
  const { store, vault, log } = workspace;
  const { id, url } = made.subscription;
  try {
    await vault.write(webhookSecretName(id), made.secret);
  } catch (thrown) {
    try {
      await source.remove(id);
    } catch (second) {
      const reason = toProblem(second).message;
      const mend = `delete it: mlc webhooks delete ${id}`;
      log.error('a subscription without its secret is left at ShipBob', { id, reason, mend });
    }
    throw thrown;
  }
  const nowMs = context.clock.now();
  const { topics } = made;
  const others = (await registeredSubscriptions(store)).filter((each) => each.id !== id);
  await putRegistered(store, [...others, { id, url, topics, registeredAtMs: nowMs }]);
  await store.act({
    actor: context.global.actor,
    action: 'webhook-registered',
    record: null,
    detail: { subscription: id, url, topics },
    nowMs,
  });
}

function printRegistered(
  { output }: CommandContext,
  facts: Made & { all: Subscription[]; url: string },
): void {
  const { subscription, topics, leftOut, all, url } = facts;
  const listed = all.find(({ id }) => id === subscription.id);
  const missing = topics.filter((topic) => !listed?.topics.includes(topic));
  const verified = listed?.state === 'enabled' && missing.length === 0;
  const others = all.filter((each) => each.id !== subscription.id && each.url === url);
  if (output.format === 'json') {
    output.json({
      id: subscription.id,
      url,
      topics,
      leftOut,
      verified,
      sameUrl: others.map(({ id }) => id),
    });
    return;
  }
  output.line(`Subscription ${subscription.id} is registered; its secret is in the vault.`);
  output.block([
    ['address', url],
    ['topics', topics.join(', ')],
    ...(leftOut.length > 0
      ? [['left out', { text: leftOut.join(', '), tone: 'warning' }] as const]
      : []),
    ['at ShipBob', verified ? 'listed and enabled' : standingText(listed, missing)],
  ]);
  if (leftOut.length > 0) {
    output.line('ShipBob does not know what was left out; polling finds those changes.');
  }
  if (others.length > 0) {
    const ids = others.map(({ id }) => id).join(', ');
    output.line(`The same address has ${ids} too; once this one works: mlc webhooks delete ID`);
  }
  output.line('Next: mlc webhooks serve, then mlc webhooks test.');
}

function standingText(listed: Subscription | undefined, missing: string[]): string {
  if (listed === undefined) return 'not listed yet: look again with mlc webhooks list';
  if (listed.state === 'disabled') return 'listed as disabled';
  return `listed without ${missing.join(', ')}`;
}
