/** Composition for the verbs about webhooks: subscriptions at ShipBob, and samples to ourselves. */
import { randomBytes } from 'node:crypto';
import { type AnnouncementGap, checkAnnouncements } from '../app/announcement.ts';
import type { SubscriptionSource } from '../app/ports.ts';
import type { RunResult } from '../app/run.ts';
import { toProblem } from '../core/problem.ts';
import { createHttp, type HttpOutcome } from '../runtime/http.ts';
import { systemRandom } from '../runtime/random.ts';
import { createSubscriptionSource } from '../shipbob/subscriptions.ts';
import { mlcTopics, type WebhookTopic } from '../shipbob/webhook.ts';
import { sampleIdPrefix, signingKey } from '../webhook/verify.ts';
import type { CommandContext } from './command-spec.ts';
import { shipbobTokens } from './compose.ts';
import { processName, type Workspace } from './compose-workspace.ts';

export type { WebhookTopic } from '../shipbob/webhook.ts';

export const secretPrefix = 'webhooks.secret.';
/** What stands for such a secret in the environment, where there is no vault to write to. */
export const secretVariable = 'MLC_SECRET_WEBHOOKS_SECRET_';
/** It is asked for beside a run and can wait for the next one. */
const listingMsMax = 20_000;
/** One from the environment has no date, and was given for now. */
const ever = Number.MAX_SAFE_INTEGER;

/** Under which name a subscription's secret lies in the vault; the receiver reads them all. */
export function webhookSecretName(subscriptionId: string): string {
  // Two ids must never share a name: deleting the one would forget the other's secret.
  const odd = /[^A-Za-z0-9-]/g;
  const plain = subscriptionId.replace(odd, (mark) => `.${mark.charCodeAt(0).toString(16)}.`);
  return `${secretPrefix}${plain}`;
}

/** Names of all webhook secrets, the newest first. */
export async function webhookSecretNames({ vault }: Workspace): Promise<string[]> {
  return (await vault.list())
    .filter(({ name }) => name.startsWith(secretPrefix))
    .sort((a, b) => (b.updatedAtMs ?? ever) - (a.updatedAtMs ?? ever))
    .map(({ name }) => name);
}

/** ShipBob's subscription API; `close` ends the connections. */
export function openSubscriptions(
  context: CommandContext,
  workspace: Workspace,
  retry: { deadlineMs?: number } = {},
): { source: SubscriptionSource; close(): void } {
  const { config, clock, log, live } = workspace;
  const http = createHttp();
  const source = createSubscriptionSource({
    http,
    clock,
    random: systemRandom(),
    log,
    signal: context.stop,
    ...shipbobTokens(context, workspace, http),
    budget: live.store,
    settings: {
      ...config.shipbob,
      channels: null,
      retry: { ...config.shipbob.retry, ...retry },
    },
  });
  return { source, close: () => http.close() };
}

/** The topics that serve the streams that are on, of those that this API version has. */
export function topicsOf({ config }: Pick<Workspace, 'config'>): WebhookTopic[] {
  const { streams } = config.settings.sync;
  return mlcTopics.filter(({ topic, since }) => {
    if (since !== null && since > config.shipbob.apiVersion) return false;
    if (topic.startsWith('wro.')) return streams.receiving;
    if (topic.startsWith('billing.')) return streams.costs;
    return streams.orders || streams.tracking;
  });
}

/**
 * Looks after a run whether webhooks do their part: its failure is no failure of the run. Not after
 * a run that got no answer, nor when somebody waits for this process to end.
 */
export async function lookAtAnnouncements(
  context: CommandContext,
  workspace: Workspace,
  result: RunResult | null,
): Promise<void> {
  if (result === null || context.stop.aborted) return;
  if (result.troubles.some(({ code }) => code.startsWith('SHIPBOB_'))) return;
  try {
    await watchAnnouncements(context, workspace);
  } catch (thrown) {
    workspace.log.warn(`webhooks could not be looked at: ${toProblem(thrown).message}`);
  }
}

/** Compares what polling found with what webhooks announced, when it is time again. */
async function watchAnnouncements(
  context: CommandContext,
  workspace: Workspace,
): Promise<AnnouncementGap | null> {
  const { store, clock, log, config } = workspace;
  const deadlineMs = listingMsMax;
  const { source, close } = openSubscriptions(context, workspace, { deadlineMs });
  try {
    const { announceWithinMs } = config.settings.webhooks;
    const parts = { store, clock, log, subscriptions: source, announceWithinMs };
    return await checkAnnouncements({ ...parts, owner: processName() });
  } finally {
    close();
  }
}

/** Where our own receiver listens by the settings; null when only its process knows the port. */
export function ownReceiverUrl({ config }: Workspace): string | null {
  const { host, port, path, certificate } = config.webhooks;
  if (port === 0) return null;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const name = reachable.includes(':') ? `[${reachable}]` : reachable;
  return `${certificate === null ? 'http' : 'https'}://${name}:${port}${path}`;
}

export const sampleTopic = 'mlc.test';
const sampleDeadlineMs = 15_000;

/**
 * Posts a sample as ShipBob would, signed with that secret; its id marks it, under the signature,
 * as ours. Null when the secret cannot be used.
 */
export async function postSample(request: {
  url: string;
  secret: string;
  nowMs: number;
}): Promise<{ webhookId: string; outcome: HttpOutcome } | null> {
  const key = signingKey(request.secret);
  if (key === null) return null;
  const webhookId = `${sampleIdPrefix}${randomBytes(12).toString('hex')}`;
  const body = JSON.stringify({ test: 'This sample was sent by mlc webhooks test.' });
  const sentAt = new Date(request.nowMs);
  const http = createHttp();
  try {
    const outcome = await http.send({
      method: 'POST',
      url: request.url,
      headers: {
        'content-type': 'application/json',
        'x-webhook-topic': sampleTopic,
        'webhook-id': webhookId,
        'webhook-timestamp': String(Math.floor(request.nowMs / 1000)),
        'webhook-signature': key.sign(webhookId, sentAt, body),
      },
      body,
      deadlineMs: sampleDeadlineMs,
    });
    return { webhookId, outcome };
  } finally {
    http.close();
  }
}
