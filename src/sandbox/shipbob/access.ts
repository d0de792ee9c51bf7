import type { Channel } from './model.ts';
import type { ShipbobSeed } from './seed.ts';

/** What a bearer token stands for. */
export interface Grant {
  application: string;
  scopes: ReadonlySet<string>;
  expiresAtMs: number | null;
}

/** Personal access tokens, which never expire, and access tokens from the OAuth flow. */
export class Access {
  readonly #grants = new Map<string, Grant>();

  constructor(tokens: ShipbobSeed['tokens']) {
    for (const { token, application, scopes } of tokens) {
      this.#grants.set(token, { application, scopes: new Set(scopes), expiresAtMs: null });
    }
  }

  grant(token: string, grant: Grant): void {
    this.#grants.set(token, grant);
  }

  revoke(token: string): void {
    this.#grants.delete(token);
  }

  /** Null for a missing, unknown or expired token. */
  check(header: string | undefined, nowMs: number): Grant | null {
    const token = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
    const grant = token === undefined ? undefined : this.#grants.get(token.trim());
    if (!grant) return null;
    return grant.expiresAtMs !== null && grant.expiresAtMs <= nowMs ? null : grant;
  }
}

/**
 * How a missing scope is refused: an old token that lacks the tracking scope got 401, others get
 * 403 (section 2.1).
 */
export function scopeRefusal(grant: Grant, scope: string): 401 | 403 | null {
  if (grant.scopes.has(scope)) return null;
  return scope === 'tracking_read' ? 401 : 403;
}

/** The channel named in the header; `unknown` where there is no such channel. */
export function channelOf(
  header: string | undefined,
  channels: readonly Channel[],
): number | null | 'unknown' {
  if (header === undefined || header === '') return null;
  const id = Number(header);
  return channels.some((channel) => channel.id === id) ? id : 'unknown';
}
