import { Problem } from '../../core/problem.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import {
  ownReceiverUrl,
  postSample,
  sampleTopic,
  webhookSecretNames,
} from '../compose-webhooks.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const workspace = await openWorkspace(context);
  try {
    const url = options.text('url') ?? ownReceiverUrl(workspace);
    if (url === null || !URL.canParse(url) || !/^https?:/.test(url)) {
      throw usageProblem('give the receiver’s address with --url', 'mlc webhooks test');
    }
    const { name, secret } = await anySecret(workspace);
    const sent = await postSample({ url, secret, nowMs: context.clock.now() });
    if (sent === null) throw unusableSecret(name);
    const { outcome, webhookId } = sent;
    if (outcome.kind !== 'answer') throw unreachable(url, outcome.reason);
    if (outcome.status < 200 || outcome.status >= 300) throw refused(url, outcome);
    const stored = await isHere(workspace, webhookId);
    print(context, { url, status: outcome.status, webhookId, stored });
    return stored ? 0 : 1;
  } finally {
    await workspace.close();
  }
}

async function anySecret(workspace: Workspace): Promise<{ name: string; secret: string }> {
  for (const name of await webhookSecretNames(workspace)) {
    const secret = await workspace.vault.read(name);
    if (secret !== null) return { name, secret };
  }
  throw new Problem({
    code: 'CREDENTIALS_MISSING',
    kind: 'credentials',
    message: 'there is no webhook secret in the vault to sign with',
    hint: 'Register a subscription first: mlc webhooks register --url URL',
  });
}

/** The newest samples; ours is among them when that receiver writes into this database. */
async function isHere({ store }: Workspace, webhookId: string): Promise<boolean> {
  const newest = await store.deliveries({ states: null, topic: sampleTopic, limit: 100 });
  return newest.some((each) => each.webhookId === webhookId);
}

function print(
  { output }: CommandContext,
  facts: { url: string; status: number; webhookId: string; stored: boolean },
): void {
  const { url, status, stored } = facts;
  if (output.format === 'json') {
    output.json({ ...facts });
    return;
  }
  output.line(
    stored
      ? `${url} answered ${status}: the signature was accepted and the sample is stored in this database.`
      : `${url} answered ${status}, but the sample is not in this database: the receiver works with another one, or it is not a receiver of mlc.`,
  );
}

function unusableSecret(name: string): Problem {
  return new Problem({
    code: 'WEBHOOK_SECRET_UNUSABLE',
    kind: 'configuration',
    message: `the secret ${name} is no webhook secret`,
    hint: 'Delete its subscription and register another: mlc webhooks list shows the ids.',
  });
}

function unreachable(url: string, reason: string): Problem {
  return new Problem({
    code: 'WEBHOOK_RECEIVER_UNREACHABLE',
    kind: 'retryable',
    message: `nothing answered at ${url}: ${reason}`,
    hint: 'Start the receiver with mlc webhooks serve, or give the address it has with --url.',
    evidence: { url },
  });
}

/** What each answer of the receiver means (the receiver's own words are in the evidence). */
const meanings: Record<number, string> = {
  400: 'A proxy changed the headers on the way.',
  401: 'The receiver holds other secrets, or a proxy changed the body: it must read the same vault.',
  403: 'A proxy or firewall on the way refuses it.',
  404: 'The path differs from webhooks.path, or a proxy sends it elsewhere.',
  405: 'Something else answers there: look at the address.',
  413: 'A proxy allows smaller bodies than webhooks.bodyBytesMax.',
  429: 'Too many requests from this address; wait a minute.',
  503: 'The receiver is there and cannot store, or the clocks of both sides differ by more than webhooks.tolerance: look at its log.',
};

function refused(url: string, answer: { status: number; text: string }): Problem {
  const { status, text } = answer;
  const redirected = status >= 300 && status < 400;
  const meaning = redirected
    ? 'ShipBob does not follow redirects: register the address it leads to.'
    : (meanings[status] ?? 'Look at the log of the receiver and of the proxy before it.');
  return new Problem({
    code: 'WEBHOOK_TEST_REFUSED',
    kind: status >= 500 ? 'retryable' : 'configuration',
    message: `${url} answered the signed sample with ${status}`,
    hint: meaning,
    evidence: { url, status: String(status), answer: text.trim().slice(0, 300) },
  });
}
