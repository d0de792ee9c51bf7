/**
 * The webhook receiver as the configuration describes it, over a database handle of its own. Part
 * of the composition root.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem, toProblem } from '../core/problem.ts';
import type { Config, WebhookConfig } from '../runtime/config.ts';
import { crashPoint } from '../runtime/crash-point.ts';
import { subjectOfDelivery } from '../shipbob/webhook.ts';
import { createReceiver, type Receiver } from '../webhook/receiver.ts';
import type { CommandContext } from './command-spec.ts';
import { secretVariable, webhookSecretName, webhookSecretNames } from './compose-webhooks.ts';
import { configDirOf, openWorkspace, secretNames, type Workspace } from './compose-workspace.ts';

/** What the command line puts in the place of the configuration; null leaves it. */
export interface ReceiverPlace {
  host: string | null;
  port: number | null;
  path: string | null;
}

export interface RunningReceiver {
  /** Where ShipBob posts to, as seen from this machine. */
  url: string;
  counts: Receiver['counts'];
  /** Answers whoever waits, then closes the listener and its database; any number of times. */
  close(): Promise<void>;
}

/**
 * Starts listening. It has its own handle on the database, so that what it stores never waits in
 * line behind the reads of a run. Throws Problem: `WEBHOOK_SECRET_MISSING`, `WEBHOOK_TLS_UNREADABLE`
 * and those of the receiver.
 */
export async function startReceiver(
  context: CommandContext,
  request: {
    place: ReceiverPlace;
    onStored: (count: number) => void;
    /** Told when nothing of the vault opens any more, since its key was changed. */
    onKeyLost: (problem: Problem) => void;
  },
): Promise<RunningReceiver> {
  const workspace = await openWorkspace(context);
  try {
    const receiver = await build(context, workspace, request);
    const { url } = await receiver.listen();
    const path = placed(workspace.config.webhooks, request.place).path;
    let closed: Promise<void> | null = null;
    return {
      url: `${url}${path}`,
      counts: receiver.counts,
      close() {
        closed ??= receiver.close().finally(() => workspace.close());
        return closed;
      },
    };
  } catch (thrown) {
    await workspace.close();
    throw thrown;
  }
}

async function build(
  context: CommandContext,
  workspace: Workspace,
  request: Parameters<typeof startReceiver>[1],
): Promise<Receiver> {
  const { config, vault, store, clock, log } = workspace;
  const settings = placed(config.webhooks, request.place);
  const watched = <Answer>(read: () => Promise<Answer>) => watchKey(read, request.onKeyLost);
  const reported = new Set<string>();
  await requireProof(workspace, settings, reported);
  return createReceiver({
    sink: store,
    clock,
    log,
    secrets: () => watched(() => readSecrets(workspace, reported)),
    pathToken: () => watched(() => vault.read(secretNames.webhooksPathToken)),
    subjectOf: subjectOfDelivery,
    settings,
    onStored: request.onStored,
    crash: crashPoint(context.environment),
    tls: readTls(context, config),
  });
}

function placed(webhooks: WebhookConfig, { host, port, path }: ReceiverPlace): WebhookConfig {
  return {
    ...webhooks,
    host: host ?? webhooks.host,
    port: port ?? webhooks.port,
    path: path ?? webhooks.path,
  };
}

async function watchKey<Answer>(
  read: () => Promise<Answer>,
  onKeyLost: (problem: Problem) => void,
): Promise<Answer> {
  try {
    return await read();
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.code === 'VAULT_KEY_WRONG') onKeyLost(problem);
    throw problem;
  }
}

/** What can be wrong with one secret while the others open. */
const brokenCodes = new Set(['VAULT_KEY_WRONG', 'VAULT_DAMAGED', 'SECRET_NAME_INVALID']);

/** All signing secrets, so that an old one is still good while a new one is brought in. */
async function readSecrets(workspace: Workspace, reported: Set<string>): Promise<string[]> {
  const { vault, log } = workspace;
  const given = (await vault.list())
    .filter(({ name }) => name.startsWith(secretVariable))
    .map(({ name }) => webhookSecretName(name.slice(secretVariable.length).replaceAll('_', '-')));
  const secrets: string[] = [];
  let broken: Problem | null = null;
  for (const name of [...(await webhookSecretNames(workspace)), ...given]) {
    try {
      const secret = await vault.read(name);
      if (secret !== null) secrets.push(secret);
    } catch (thrown) {
      const problem = toProblem(thrown);
      // Trouble with the database is none with this one secret.
      if (!brokenCodes.has(problem.code)) throw problem;
      broken ??= problem;
      if (reported.has(name)) continue;
      reported.add(name);
      const { code, message: reason } = problem;
      log.error('A webhook secret cannot be opened and is passed over', { name, code, reason });
    }
  }
  if (secrets.length === 0 && broken !== null) throw broken;
  return secrets;
}

/** A receiver that can prove nothing would refuse all; better to say so before ShipBob calls. */
async function requireProof(
  workspace: Workspace,
  { unsigned }: WebhookConfig,
  reported: Set<string>,
): Promise<void> {
  if ((await readSecrets(workspace, reported)).length > 0) return;
  if (unsigned === 'pathToken') {
    if ((await workspace.vault.read(secretNames.webhooksPathToken)) !== null) return;
    throw new Problem({
      code: 'WEBHOOK_SECRET_MISSING',
      kind: 'credentials',
      message: 'webhooks.unsigned is pathToken, and there is no such token in the vault',
      hint: 'Register the webhooks (mlc webhooks register --url …), or store the token as webhooks.pathToken.',
    });
  }
  throw new Problem({
    code: 'WEBHOOK_SECRET_MISSING',
    kind: 'credentials',
    message: 'there is no secret in the vault with which a delivery could be proved',
    hint: 'Register the webhooks first; that stores the secret: mlc webhooks register --url …',
  });
}

function readTls(context: CommandContext, config: Config): { cert: string; key: string } | null {
  const { certificate, privateKey } = config.webhooks;
  if (certificate === null && privateKey === null) return null;
  const folder = configDirOf(context, config);
  return {
    cert: readPem(folder, certificate, 'webhooks.certificate'),
    key: readPem(folder, privateKey, 'webhooks.privateKey'),
  };
}

function readPem(folder: string, path: string | null, setting: string): string {
  const file = path === null ? null : resolve(folder, path);
  try {
    if (file !== null) return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw unreadable(setting, `${file} cannot be read: ${toProblem(thrown).message}`);
  }
  throw unreadable(setting, 'it is not set, and the other one is');
}

function unreadable(setting: string, reason: string): Problem {
  return new Problem({
    code: 'WEBHOOK_TLS_UNREADABLE',
    kind: 'configuration',
    message: `there is no certificate for the webhook receiver in ${setting}: ${reason}`,
    hint: 'Give webhooks.certificate and webhooks.privateKey, both, as files that this user may read; or neither, behind a proxy.',
  });
}
