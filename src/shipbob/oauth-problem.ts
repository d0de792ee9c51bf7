import { Problem } from '../core/problem.ts';

/** What was asked of the authorization server; the words differ, the classes do not. */
export type LoginAsk = 'code' | 'renewal';

const loginAgain = 'Log in again: mlc credentials login shipbob';

/** The authorization server gave no usable answer; the same may be asked again. */
export function loginUnavailable(last: string, retryAfterMs: number | null): Problem {
  return new Problem({
    code: 'SHIPBOB_LOGIN_UNAVAILABLE',
    kind: 'retryable',
    message: `ShipBob's login gave no usable answer: ${last}`,
    hint: 'Nothing was lost; the next run asks again. If it lasts, check the network, the proxy and shipbob.login.authUrl.',
    evidence: { last },
    retryAfterMs,
  });
}

export function loginMisplaced(status: number): Problem {
  return new Problem({
    code: 'SHIPBOB_LOGIN_MISPLACED',
    kind: 'configuration',
    message: `There is no login where shipbob.login.authUrl points (HTTP ${status}).`,
    hint: 'Use https://auth.shipbob.com, or https://authstage.shipbob.com for the sandbox.',
    evidence: { status: String(status) },
  });
}

/** `error` is ShipBob's own short code; its description may repeat what was sent, so it stays. */
export function loginRefused(ask: LoginAsk, error: string, status: number): Problem {
  const evidence = { error, status: String(status) };
  if (error === 'invalid_grant' && ask === 'renewal') {
    return new Problem({
      code: 'SHIPBOB_LOGIN_ENDED',
      kind: 'credentials',
      message:
        'ShipBob no longer accepts the stored login: its refresh token is used up or too old.',
      hint: `${loginAgain} (a login ends when it is not used for 30 days, when it was revoked, or when it was used elsewhere).`,
      evidence,
    });
  }
  if (error === 'invalid_grant') {
    return new Problem({
      code: 'SHIPBOB_CODE_REFUSED',
      kind: 'credentials',
      message: 'ShipBob did not accept the code that the browser brought back.',
      hint: 'A code lives two minutes and works once. Log in again: mlc credentials login shipbob',
      evidence,
    });
  }
  if (error === 'invalid_client' || error === 'unauthorized_client') {
    return new Problem({
      code: 'SHIPBOB_CLIENT_REFUSED',
      kind: 'credentials',
      message: `ShipBob refused the application itself (${error}).`,
      hint: 'Check shipbob.login.clientId, and store its secret again: mlc credentials set shipbob-client < secret.txt',
      evidence,
    });
  }
  return new Problem({
    code: 'SHIPBOB_LOGIN_REFUSED',
    kind: 'credentials',
    message: `ShipBob refused the login (${error === '' ? `HTTP ${status}` : error}).`,
    hint: `Check the application at ShipBob: its callback address and its scopes. ${loginAgain}`,
    evidence,
  });
}

/** Without `offline_access` the login would end within the hour. */
export function renewalNotGranted(): Problem {
  return new Problem({
    code: 'SHIPBOB_LOGIN_NOT_LASTING',
    kind: 'credentials',
    message: 'ShipBob gave a token that cannot be renewed.',
    hint: 'Allow the scope offline_access for the application at ShipBob, then: mlc credentials login shipbob',
  });
}

/** Another process holds the right to renew, and neither finished nor gave it back in time. */
export function renewalBusy(): Problem {
  return new Problem({
    code: 'SHIPBOB_LOGIN_BUSY',
    kind: 'retryable',
    message: 'Another process is renewing the ShipBob login and has not finished.',
    hint: 'The next run asks again. If it lasts, look for a run that hangs: mlc status',
  });
}

export function loginMissing(): Problem {
  return new Problem({
    code: 'CREDENTIALS_MISSING',
    kind: 'credentials',
    message: 'there is neither a ShipBob login nor a ShipBob token in the vault',
    hint: 'Put the ShipBob token in: mlc credentials set shipbob < token.txt — or, for an application, log in: mlc credentials login shipbob',
  });
}

export function clientSecretMissing(): Problem {
  return new Problem({
    code: 'CREDENTIALS_MISSING',
    kind: 'credentials',
    message: 'the secret of the ShipBob application is not in the vault',
    hint: 'Put it in: mlc credentials set shipbob-client < secret.txt',
  });
}

/** The browser came back without a code. `error` is ShipBob's own short code. */
export function consentRefused(error: string, scopes: readonly string[]): Problem {
  const asked = scopes.join(' ');
  return new Problem({
    code: 'SHIPBOB_CONSENT_REFUSED',
    kind: 'credentials',
    message: `ShipBob sent the browser back without consent (${error}).`,
    hint:
      error === 'invalid_scope'
        ? `Allow these scopes for the application at ShipBob, then log in again: ${asked}`
        : `${loginAgain} — and press Allow, as the root user of the account.`,
    evidence: { error },
  });
}

/** What came back does not belong to this login: a forged link, or an older browser tab. */
export function stateDiffers(): Problem {
  return new Problem({
    code: 'SHIPBOB_LOGIN_MIXED_UP',
    kind: 'credentials',
    message: 'What the browser brought back belongs to another login than this one.',
    hint: `Close older tabs. ${loginAgain}`,
  });
}

export function codeAbsent(): Problem {
  return new Problem({
    code: 'SHIPBOB_CODE_MISSING',
    kind: 'configuration',
    message: 'There is no code in what was given.',
    hint: 'Give the whole address that the browser was sent to, from http:// to its end, or the code alone.',
  });
}

export function consentOverdue(): Problem {
  return new Problem({
    code: 'SHIPBOB_LOGIN_OVERDUE',
    kind: 'credentials',
    message: 'Nobody came back from ShipBob within five minutes.',
    hint: 'Log in again: mlc credentials login shipbob. On a server without a browser, add --paste.',
  });
}
