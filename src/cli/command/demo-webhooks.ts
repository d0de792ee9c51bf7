import { randomBytes } from 'node:crypto';
import { followHints } from '../../app/hints.ts';
import type { CommandContext } from '../command-spec.ts';
import { connect } from '../compose.ts';
import { startReceiver } from '../compose-receiver.ts';
import type { RunningSandbox } from '../compose-sandbox.ts';
import { openSubscriptions, topicsOf, webhookSecretName } from '../compose-webhooks.ts';
import type { Workspace } from '../compose-workspace.ts';
import { counted } from '../words.ts';
import { shortRun } from './demo-text.ts';

export interface WebhookScene {
  context: CommandContext;
  workspace: Workspace;
  sandbox: RunningSandbox;
  /** Lets simulated time pass while ShipBob's people work. */
  pass(): void;
}

/**
 * Some hours by webhooks alone: a subscription, a receiver, and what is read because of what
 * ShipBob sent. Answers the lines to tell of it; the next run's sweep finds whatever was missed.
 */
export async function hoursByWebhooks(scene: WebhookScene): Promise<string[]> {
  const { context, workspace, sandbox } = scene;
  const { vault, store } = workspace;
  // A receiver without any secret refuses to start, and the address is known only once it runs.
  const first = webhookSecretName('first');
  await vault.write(first, `whsec_${randomBytes(24).toString('base64')}`);
  const receiver = await startReceiver(context, {
    place: { host: '127.0.0.1', port: 0, path: null },
    onStored: () => undefined,
    onKeyLost: () => undefined,
  });
  try {
    await subscribe(scene, receiver.url);
    await vault.remove(first, context.global.actor);
    await context.clock.sleep(secretsReadAgainMs);
    scene.pass();
    await sandbox.shipbobSandbox.sendWebhooks();
    const { stored, badSignature } = receiver.counts().outcomes;
    const connected = await connect(context, workspace);
    try {
      const result = await followHints(connected.parts);
      const { read, covered } = result.counts.hints;
      const { waiting } = await store.inboxReport();
      const refused = badSignature > 0 ? `, ${badSignature} refused` : '';
      const left = waiting > 0 ? `; ${waiting} wait for the next run` : '';
      return [
        `${counted(stored, 'delivery', 'deliveries')} proved and stored, each before it was answered${refused};`,
        `${counted(read + covered, 'record')} read because of them${left}. ${shortRun(result)}`,
      ];
    } finally {
      connected.close();
      context.progress.clear();
    }
  } finally {
    await receiver.close();
  }
}

/** The receiver looks for new secrets every two seconds. */
const secretsReadAgainMs = 3_000;

async function subscribe({ context, workspace }: WebhookScene, url: string): Promise<void> {
  const { source, close } = openSubscriptions(context, workspace);
  try {
    const topics = topicsOf(workspace).map(({ topic }) => topic);
    const made = await source.create({ url, topics, description: 'mlc demo' });
    await workspace.vault.write(webhookSecretName(made.subscription.id), made.secret);
  } finally {
    close();
  }
}
