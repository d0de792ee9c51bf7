/** The OAuth login as it lies in the vault. */
import type { CredentialAct, Secrets } from '../app/ports.ts';
import { Problem } from '../core/problem.ts';
import type { OAuthGrant } from './oauth.ts';
import { isObject } from './schema.ts';

/** Names of ShipBob's credentials in the vault. */
export const shipbobSecrets = {
  /** A personal access token. */
  token: 'shipbob.token',
  /** The pair of tokens of an OAuth login. */
  login: 'shipbob.login',
  /** The secret of the application that logs in. */
  clientSecret: 'shipbob.clientSecret',
} as const;

/** Named alike in every process on one database: only its holder may spend the refresh token. */
export const loginLock = 'shipbob-login';

export interface StoredLogin {
  accessToken: string;
  refreshToken: string;
  obtainedAtMs: number;
  expiresAtMs: number;
  /** Space-separated. */
  scope: string;
}

/** `askedAtMs`: when the tokens were asked for, so that their life is never taken for too long. */
export function loginOf(grant: OAuthGrant, askedAtMs: number): StoredLogin {
  const { accessToken, refreshToken, lifeMs, scope } = grant;
  return {
    accessToken,
    refreshToken,
    obtainedAtMs: askedAtMs,
    expiresAtMs: askedAtMs + lifeMs,
    scope,
  };
}

/** When it is to be renewed: ahead of its end, but not before half its life. */
export function renewAtMs(login: StoredLogin, renewAheadMs: number): number {
  const lifeMs = login.expiresAtMs - login.obtainedAtMs;
  return login.expiresAtMs - Math.min(renewAheadMs, lifeMs / 2);
}

/** Null when nobody has logged in. Throws Problem (`credentials`) when what is stored is none. */
export async function readLogin(secrets: Secrets): Promise<StoredLogin | null> {
  const text = await secrets.read(shipbobSecrets.login);
  return text === null ? null : parseLogin(text);
}

/** `act` where a person did it; a renewal is nobody's act. */
export function writeLogin(
  secrets: Secrets,
  login: StoredLogin,
  act?: CredentialAct,
): Promise<void> {
  return secrets.write(shipbobSecrets.login, JSON.stringify(login), act);
}

export function parseLogin(text: string): StoredLogin {
  const value = parsed(text);
  if (!isObject(value)) throw unreadable();
  const { accessToken, refreshToken, obtainedAtMs, expiresAtMs, scope } = value;
  const texts = [accessToken, refreshToken, scope];
  if (
    typeof accessToken !== 'string' ||
    typeof refreshToken !== 'string' ||
    typeof scope !== 'string' ||
    !isMoment(obtainedAtMs) ||
    !isMoment(expiresAtMs) ||
    texts.slice(0, 2).includes('')
  ) {
    throw unreadable();
  }
  return { accessToken, refreshToken, obtainedAtMs, expiresAtMs, scope };
}

function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

function unreadable(): Problem {
  return new Problem({
    code: 'SHIPBOB_LOGIN_UNREADABLE',
    kind: 'credentials',
    message: 'The ShipBob login in the vault is not one that mlc stored.',
    hint: 'Log in again: mlc credentials login shipbob',
  });
}
