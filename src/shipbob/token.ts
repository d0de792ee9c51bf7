import type { Clock, CrashPoint, CredentialAct, Log, Secrets, WatchStore } from '../app/ports.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import type { Http } from '../runtime/http.ts';
import {
  loginLock,
  loginOf,
  readLogin,
  renewAtMs,
  type StoredLogin,
  shipbobSecrets,
  writeLogin,
} from './login.ts';
import { type OAuthClient, refresh } from './oauth.ts';
import { clientSecretMissing, loginMissing, renewalBusy } from './oauth-problem.ts';

/**
 * Hands out the token that calls carry. Both methods throw a Problem: `credentials` when a person
 * must log in again or store something, `retryable` when ShipBob's login cannot be asked.
 */
export interface ShipbobTokens {
  token(): Promise<string>;
  /** After a 401: a token other than the refused one, or the same when there is no other. */
  renew(rejected: string): Promise<string>;
}

export interface ShipbobTokenParts {
  http: Http;
  clock: Clock;
  /** The vault; what it has written must survive a crash. */
  secrets: Secrets;
  locks: Pick<WatchStore, 'takeLock' | 'releaseLock'>;
  /** `clientId` null: only a personal access token is used. */
  login: { authUrl: string; clientId: string | null; renewAheadMs: number };
  timeoutMs: number;
  log: Log;
  /** Names this process to the others that want the lock. */
  owner: string;
  crash: CrashPoint;
}

/** How long the lock is held at most beyond the exchange: time to write one row. */
const writeMsMax = 30_000;
/** Within the lock's time; a login that is not stored by then is kept in memory. */
const rewriteMsMax = 20_000;
const rewritePauseMs = 1_000;
const lockPauseMs = 250;
/** After a failed renewal, while the old token lives; and before a new token is doubted. */
const renewPauseMs = 60_000;

/**
 * A personal access token, or an OAuth login where there is one. The login's refresh token works
 * once: its successor is on disk before the access token that came with it is used, and only the
 * holder of the lock spends it (reference: shipbob-api §2.2).
 */
export function createShipbobTokens(parts: ShipbobTokenParts): ShipbobTokens {
  const { clock, secrets, login } = parts;
  const renewal = createRenewal(parts);
  let held: StoredLogin | null = null;
  let renewing: Promise<StoredLogin> | null = null;
  let notBeforeMs = 0;

  async function current(): Promise<StoredLogin | null> {
    if (login.clientId === null) return null;
    held ??= await readLogin(secrets);
    return held;
  }

  /** All callers of this process share one renewal. */
  function renewed(rejected: string | null): Promise<StoredLogin> {
    renewing ??= renewal(rejected)
      .then((fresh) => {
        held = fresh;
        return fresh;
      })
      .finally(() => {
        renewing = null;
      });
    return renewing;
  }

  async function token(): Promise<string> {
    const found = await current();
    if (found === null) return accessToken(secrets);
    const nowMs = clock.now();
    if (nowMs < renewAtMs(found, login.renewAheadMs)) return found.accessToken;
    const living = nowMs < found.expiresAtMs;
    if (living && nowMs < notBeforeMs) return found.accessToken;
    try {
      return (await renewed(null)).accessToken;
    } catch (thrown) {
      if (clock.now() >= found.expiresAtMs) {
        // What is in the vault may be another login by now, or none.
        held = null;
        throw thrown;
      }
      notBeforeMs = clock.now() + renewPauseMs;
      warnOf(parts.log, toProblem(thrown));
      return found.accessToken;
    }
  }

  return {
    token,
    async renew(rejected) {
      const found = await current();
      if (found === null) return accessToken(secrets);
      if (found.accessToken !== rejected) return token();
      return (await renewed(rejected)).accessToken;
    },
  };
}

async function accessToken(secrets: Secrets): Promise<string> {
  const token = await secrets.read(shipbobSecrets.token);
  if (token === null) throw loginMissing();
  return token;
}

function warnOf(log: Log, problem: Problem): void {
  log.warn('the ShipBob login could not be renewed yet; its token still works', {
    code: problem.code,
    why: problem.message,
    hint: problem.hint,
  });
}

/** One renewal, agreed with the other processes; answers the login to use from now on. */
function createRenewal(
  parts: ShipbobTokenParts,
): (rejected: string | null) => Promise<StoredLogin> {
  const { clock, secrets } = parts;

  /** What another process has stored meanwhile, when it will do. */
  function usable(stored: StoredLogin, rejected: string | null): boolean {
    const nowMs = clock.now();
    if (stored.accessToken === rejected) {
      // Too new to be refused for its age: what it lacks, its successor lacks as well.
      return nowMs >= stored.obtainedAtMs && nowMs < stored.obtainedAtMs + renewPauseMs;
    }
    return nowMs < renewAtMs(stored, parts.login.renewAheadMs);
  }

  async function underLock(rejected: string | null): Promise<StoredLogin> {
    const stored = await stillStored(secrets);
    if (usable(stored, rejected)) return stored;
    try {
      return await spend(parts, stored);
    } catch (thrown) {
      if (toProblem(thrown).kind !== 'credentials') throw thrown;
      // A process that slept past its lock may find the token spent by the one that took over.
      const now = await stillStored(secrets);
      if (now.refreshToken === stored.refreshToken) throw thrown;
      return now;
    }
  }

  /** What to use without waiting for whoever is at it. */
  async function instead(rejected: string | null): Promise<StoredLogin | null> {
    const stored = await stillStored(secrets);
    if (usable(stored, rejected)) return stored;
    const living = rejected !== stored.accessToken && clock.now() < stored.expiresAtMs;
    return living ? stored : null;
  }

  return (rejected) =>
    underLoginLock(
      parts,
      () => underLock(rejected),
      () => instead(rejected),
    );
}

/** Trades the refresh token in for the next pair, which is stored before it is handed out. */
async function spend(parts: ShipbobTokenParts, stored: StoredLogin): Promise<StoredLogin> {
  const { secrets } = parts;
  const kept = unsaved.get(secrets);
  const login = kept?.after === stored.refreshToken ? kept.login : await granted(parts, stored);
  unsaved.set(secrets, { after: stored.refreshToken, login });
  parts.crash('before-token-write');
  // Whoever slept here for longer than the lock lasts may find a newer login: that one stands.
  const now = await stillStored(secrets);
  const ours = now.refreshToken === stored.refreshToken;
  if (ours) await writeSurely(parts, login);
  unsaved.delete(secrets);
  parts.crash('after-token-write');
  if (!ours) return now;
  parts.log.info('the ShipBob login was renewed', {
    until: new Date(login.expiresAtMs).toISOString(),
  });
  return login;
}

async function granted(parts: ShipbobTokenParts, stored: StoredLogin): Promise<StoredLogin> {
  const { http, clock, timeoutMs } = parts;
  const { refreshToken, scope } = stored;
  const client = await clientOf(parts);
  const askedAtMs = clock.now();
  const grant = await refresh({ http, clock, client, refreshToken, scope, timeoutMs });
  return loginOf(grant, askedAtMs);
}

/**
 * Granted and not written yet: its predecessor is spent, so it must not be lost with the source
 * that asked for it. By vault, since a process makes a new source after a failed run.
 */
const unsaved = new WeakMap<Secrets, { after: string; login: StoredLogin }>();

/** A busy or full disk often has room again soon, and nothing else knows this login. */
async function writeSurely(
  { clock, secrets, log }: ShipbobTokenParts,
  login: StoredLogin,
): Promise<void> {
  const giveUpAtMs = clock.now() + rewriteMsMax;
  for (;;) {
    try {
      await writeLogin(secrets, login);
      return;
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (problem.code === 'AUDIT_KEY_DIFFERS' || clock.now() >= giveUpAtMs) throw thrown;
      log.warn('the renewed ShipBob login could not be stored yet', { why: problem.message });
      await clock.sleep(rewritePauseMs);
    }
  }
}

/** Stores a new login; none that is being renewed meanwhile can take its place. */
export function saveLogin(
  parts: Pick<ShipbobTokenParts, 'clock' | 'locks' | 'owner' | 'secrets' | 'timeoutMs'>,
  login: StoredLogin,
  act: CredentialAct,
): Promise<void> {
  return underLoginLock(
    parts,
    () => writeLogin(parts.secrets, login, act),
    async () => null,
  );
}

/**
 * Does `work` as the only one that may change the login. While another does, `instead` is asked for
 * what will do as well. A holder that died loses the lock after a while; see `renewalBusy`.
 */
async function underLoginLock<T>(
  parts: Pick<ShipbobTokenParts, 'clock' | 'locks' | 'owner' | 'timeoutMs'>,
  work: () => Promise<T>,
  instead: () => Promise<T | null>,
): Promise<T> {
  const { clock, locks, owner } = parts;
  const ttlMs = parts.timeoutMs + writeMsMax;
  const giveUpAtMs = clock.now() + ttlMs + 4 * lockPauseMs;
  for (;;) {
    const taken = await locks.takeLock({ name: loginLock, owner, nowMs: clock.now(), ttlMs });
    if (taken) break;
    const found = await instead();
    if (found !== null) return found;
    if (clock.now() >= giveUpAtMs) throw renewalBusy();
    await clock.sleep(lockPauseMs);
  }
  try {
    return await work();
  } finally {
    await locks.releaseLock({ name: loginLock, owner });
  }
}

/** Removed while we worked: then there is nothing to renew. */
async function stillStored(secrets: Secrets): Promise<StoredLogin> {
  const stored = await readLogin(secrets);
  if (stored === null) throw loginMissing();
  return stored;
}

async function clientOf({ login, secrets }: ShipbobTokenParts): Promise<OAuthClient> {
  const clientSecret = await secrets.read(shipbobSecrets.clientSecret);
  if (clientSecret === null || login.clientId === null) throw clientSecretMissing();
  return { authUrl: login.authUrl, clientId: login.clientId, clientSecret };
}
