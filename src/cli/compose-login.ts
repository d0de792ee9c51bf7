/** The OAuth login at ShipBob: browser, callback, exchange, vault. Part of the composition root. */
import type { Clock } from '../app/ports.ts';
import { Problem, toProblem } from '../core/problem.ts';
import { createHttp, type Http } from '../runtime/http.ts';
import { type HttpAnswer, type HttpRequest, serveHttp } from '../runtime/http-server.ts';
import { readLine } from '../runtime/line-input.ts';
import { systemRandom } from '../runtime/random.ts';
import { createShipbobSource } from '../shipbob/client.ts';
import { loginOf, readLogin, renewAtMs, type StoredLogin } from '../shipbob/login.ts';
import {
  authorizeUrl,
  codeIn,
  createLoginSecrets,
  exchangeCode,
  type LoginSecrets,
  type OAuthClient,
  scopesFor,
  webhookScopes,
} from '../shipbob/oauth.ts';
import { clientSecretMissing, consentOverdue } from '../shipbob/oauth-problem.ts';
import { saveLogin } from '../shipbob/token.ts';
import type { CommandContext } from './command-spec.ts';
import { shipbobTokens } from './compose.ts';
import { processName, secretNames, type Workspace } from './compose-workspace.ts';

const consentMsMax = 5 * 60_000;
const exchangeMsMax = 30_000;
const pageMs = 50;

export interface LoginReport {
  expiresAtMs: number;
  channels: { id: string; name: string; application: string }[];
  /** Scopes that the configured streams need and the login has not. */
  missing: string[];
  /** The same of those that only `mlc webhooks` needs. */
  missingForWebhooks: string[];
}

export interface LoginRequest {
  /** `paste`: a person brings what the browser was sent to; nothing listens. */
  from: 'callback' | 'paste';
  /** Shows the address to open, and where the browser will come back to. */
  show(place: { url: string; callback: string }): void;
  /** The login is in the vault; what follows only looks what it may do. */
  stored(): void;
}

/**
 * Logs in and stores the pair of tokens. Throws Problem: see `oauth-problem.ts`, and
 * `LOGIN_NOT_CONFIGURED`, `LOGIN_PORT_TAKEN`.
 */
export async function loginShipbob(
  context: CommandContext,
  workspace: Workspace,
  request: LoginRequest,
): Promise<LoginReport> {
  const { config, clock } = workspace;
  const client = await oauthClient(workspace);
  const wanted = scopesFor(config.settings.sync.streams);
  const redirectUri = `http://127.0.0.1:${config.shipbob.login.callbackPort}/callback`;
  const secrets = createLoginSecrets();
  const scopes = [...wanted, ...webhookScopes];
  const url = authorizeUrl({
    authUrl: client.authUrl,
    clientId: client.clientId,
    redirectUri,
    scopes,
    secrets,
  });
  const asked: Asked = { context, clock, secrets, scopes };
  const show = () => request.show({ url, callback: redirectUri });
  const code =
    request.from === 'paste'
      ? await pastedCode(asked, show)
      : await calledBackCode(asked, { port: config.shipbob.login.callbackPort, show });
  const http = createHttp();
  try {
    const askedAtMs = clock.now();
    const grant = await exchangeCode({
      http,
      clock,
      client,
      redirectUri,
      code,
      verifier: secrets.verifier,
      scopes,
      timeoutMs: exchangeMsMax,
    });
    const login = loginOf(grant, askedAtMs);
    await store(context, workspace, login);
    request.stored();
    return {
      expiresAtMs: login.expiresAtMs,
      channels: await channelsOf(context, workspace, http),
      missing: lacking(wanted, login),
      missingForWebhooks: lacking(webhookScopes, login),
    };
  } finally {
    http.close();
  }
}

async function oauthClient(workspace: Workspace): Promise<OAuthClient> {
  const { authUrl, clientId } = workspace.config.shipbob.login;
  if (clientId === null) {
    throw new Problem({
      code: 'LOGIN_NOT_CONFIGURED',
      kind: 'configuration',
      message: 'shipbob.login.clientId is not set: there is no application to log in.',
      hint: 'Enter the client id of your application at ShipBob, or use a token: mlc credentials set shipbob',
    });
  }
  const clientSecret = await workspace.live.vault.read(secretNames.shipbobClientSecret);
  if (clientSecret === null) throw clientSecretMissing();
  return { authUrl, clientId, clientSecret };
}

interface Asked {
  context: CommandContext;
  clock: Clock;
  secrets: LoginSecrets;
  scopes: readonly string[];
}

async function pastedCode(asked: Asked, show: () => void): Promise<string> {
  const { context, secrets, scopes } = asked;
  show();
  const text = await readLine(context.stop);
  context.stop.throwIfAborted();
  return codeIn(text, { state: secrets.state, scopes, alone: 'accepted' });
}

async function calledBackCode(
  asked: Asked,
  at: { port: number; show: () => void },
): Promise<string> {
  const { context, clock } = asked;
  let arrival: Arrival = { resolve() {}, reject() {} };
  const arrived = new Promise<string>((resolve, reject) => {
    arrival = { resolve, reject };
  });
  const server = await listen(at.port, async (request) => answer(asked, request, arrival));
  const done = new AbortController();
  const signal = AbortSignal.any([context.stop, done.signal]);
  try {
    at.show();
    const overdue = clock.sleep(consentMsMax, signal).then(() => {
      throw consentOverdue();
    });
    return await Promise.race([arrived, overdue]);
  } finally {
    done.abort();
    // Closing cuts connections; the last page must be on its way by then.
    await clock.sleep(pageMs);
    await server.close();
  }
}

async function listen(port: number, handle: (request: HttpRequest) => Promise<HttpAnswer>) {
  try {
    return await serveHttp({ port, handle });
  } catch (thrown) {
    throw new Problem({
      code: 'LOGIN_PORT_TAKEN',
      kind: 'configuration',
      message: `Port ${port} on this machine, to which the browser comes back, cannot be used.`,
      hint: 'Free it, or register another address at ShipBob and set shipbob.login.callbackPort; or use --paste.',
      evidence: { reason: toProblem(thrown).message },
    });
  }
}

interface Arrival {
  resolve(code: string): void;
  reject(reason: unknown): void;
}

/** What is not ours, or belongs to an older tab, neither ends the login nor is shown again. */
function answer(asked: Asked, request: HttpRequest, arrived: Arrival): HttpAnswer {
  if (request.path !== '/callback') return page(404, 'There is nothing here.');
  const text = request.method === 'POST' ? request.body : request.query;
  if (request.method !== 'POST' && text === '') return page(200, fragmentWords, passFragmentOn);
  const { secrets, scopes } = asked;
  try {
    arrived.resolve(codeIn(text, { state: secrets.state, scopes, alone: 'refused' }));
    return page(200, 'ShipBob has answered. You can close this page and go back to the terminal.');
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.code !== 'SHIPBOB_CONSENT_REFUSED') {
      return page(400, 'This does not belong to the login that is waiting.');
    }
    arrived.reject(problem);
    return page(200, 'ShipBob did not agree. The terminal says why.');
  }
}

const fragmentWords =
  'If nothing happens, copy the whole address of this page and run: mlc credentials login shipbob --paste';

/** No server sees what stands behind `#`, where ShipBob puts the code when it has its own way. */
const passFragmentOn =
  "<script>if(location.hash.length>1)location.replace('/callback?'+location.hash.slice(1))</script>";

function page(status: number, words: string, script = ''): HttpAnswer {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    },
    body: `<!doctype html><title>mlc</title><p>${words}</p>${script}\n`,
  };
}

async function store(
  context: CommandContext,
  workspace: Workspace,
  login: StoredLogin,
): Promise<void> {
  const { clock, live, config } = workspace;
  await saveLogin(
    {
      clock,
      locks: live.store,
      owner: processName(),
      secrets: live.vault,
      timeoutMs: config.shipbob.timeoutMs,
    },
    login,
    { actor: context.global.actor, detail: { scope: login.scope } },
  );
}

async function channelsOf(
  context: CommandContext,
  workspace: Workspace,
  http: Http,
): Promise<LoginReport['channels']> {
  const { clock, log, live, config } = workspace;
  const source = createShipbobSource({
    http,
    clock,
    random: systemRandom(),
    log,
    ...shipbobTokens(context, workspace, http),
    budget: live.store,
    settings: { ...config.shipbob, channels: null },
  });
  const { channels } = await source.probe();
  return channels.map(({ id, name, application }) => ({ id, name, application }));
}

function lacking(wanted: readonly string[], login: StoredLogin): string[] {
  const granted = login.scope.split(/\s+/);
  return wanted.filter((scope) => !granted.includes(scope));
}

/** What may be told of a login; its tokens may not. */
export interface LoginDates {
  obtainedAtMs: number;
  expiresAtMs: number;
  renewAtMs: number;
  scope: string;
}

export async function loginDates(workspace: Workspace): Promise<LoginDates | 'unreadable' | null> {
  let login: StoredLogin | null;
  try {
    login = await readLogin(workspace.vault);
  } catch {
    // The list is where people look for what is wrong: one bad entry must not hide the others.
    return 'unreadable';
  }
  if (login === null) return null;
  const { obtainedAtMs, expiresAtMs, scope } = login;
  const { renewAheadMs } = workspace.config.shipbob.login;
  return { obtainedAtMs, expiresAtMs, renewAtMs: renewAtMs(login, renewAheadMs), scope };
}
