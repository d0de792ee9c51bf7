import { Problem, type ProblemKind } from '../../core/problem.ts';

/** What the gateway's own statuses mean, whichever suite is behind it (reference: infor-api §1.3). */
export type GatewayVerdict =
  /** The suite answered; its body tells the rest. */
  | { kind: 'answer' }
  /** The token was refused before anything was forwarded. */
  | { kind: 'tokenRefused' }
  /** Nothing was forwarded; the same call may be made again after a while. */
  | { kind: 'busy'; retryAfterMs: number | null }
  /** Nothing was forwarded and nothing will be until a person has mended the set-up. */
  | { kind: 'stop'; problem: Problem }
  /** It may have been forwarded. */
  | { kind: 'unclear' };

interface Answered {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Classifies an answer by its status alone. `nowMs` is for a `Retry-After` that names a date. */
export function judgeStatus(answer: Answered, path: string, nowMs: number): GatewayVerdict {
  switch (answer.status) {
    case 401:
      return { kind: 'tokenRefused' };
    case 403:
      return { kind: 'stop', problem: forbidden(answer, path) };
    case 404:
      return { kind: 'stop', problem: notRegistered(answer, path) };
    case 405:
      return { kind: 'stop', problem: methodRefused(answer, path) };
    case 429:
      return { kind: 'busy', retryAfterMs: retryAfterMs(answer.headers, nowMs) };
    default:
      return answer.status >= 500 ? { kind: 'unclear' } : { kind: 'answer' };
  }
}

/** Quotas are counted by the minute or the hour; what asks for more is a mistake, or no date. */
const retryAfterMsMax = 600_000;

/**
 * `Retry-After` in seconds or as a date, or `x-retry-after` in seconds; null when neither reads.
 * Never more than ten minutes: the gateway's pause holds for every call of a process that may run
 * for months, and asking again costs one refused call.
 */
export function retryAfterMs(headers: Record<string, string>, nowMs: number): number | null {
  for (const name of ['retry-after', 'x-retry-after']) {
    const value = (headers[name] ?? '').trim();
    if (/^\d{1,15}(\.\d{1,9})?$/.test(value)) {
      return Math.min(retryAfterMsMax, Math.ceil(Number(value) * 1000));
    }
    const at = /[A-Za-z]/.test(value) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(at)) return Math.min(retryAfterMsMax, Math.max(0, at - nowMs));
  }
  return null;
}

/** More of a body is not looked at: searching it for tokens may take the square of its length. */
const evidenceReadMax = 8_000;

/** The first 2,000 characters of a body on one line, without anything that looks like a token. */
export function evidenceOf(text: string): string {
  return text
    .slice(0, evidenceReadMax)
    .replace(/Bearer\s+[\w.~+/=-]+/gi, 'Bearer …')
    .replace(/eyJ[\w-]{8,}\.[\w.-]+/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 2000);
}

/** The request never left, or never reached the other side. */
export function unreachable(reason: string, path: string): Problem {
  return build('INFOR_UNREACHABLE', 'retryable', `the gateway was not reached: ${reason}`, {
    hint: 'Nothing was sent. Check the network and the address in the .ionapi file.',
    evidence: { path },
  });
}

export function busy(path: string, afterMs: number | null): Problem {
  return build('INFOR_BUSY', 'retryable', 'the gateway asked to slow down (429)', {
    hint: 'Nothing was forwarded; fewer requests are made for a while. If it lasts, raise the quota of the API suite.',
    evidence: { path },
    retryAfterMs: afterMs,
  });
}

/** Only writes have a time after which they may not leave any more. */
export function overdue(path: string): Problem {
  return build('INFOR_WRITE_OVERDUE', 'retryable', 'a write was held up too long', {
    hint: 'Nothing was sent; it is sent in its turn by whoever holds the lease then.',
    evidence: { path },
  });
}

export function noClearAnswer(reason: string, path: string, text: string): Problem {
  return build('INFOR_NO_CLEAR_ANSWER', 'unknown', `no clear answer from Infor: ${reason}`, {
    hint: 'It may have happened. It is looked up before anything is repeated.',
    evidence: { path, answer: evidenceOf(text) },
  });
}

/** A fresh token was refused as well, so it is not a matter of age. */
export function accessRefused(path: string): Problem {
  return build('INFOR_ACCESS_REFUSED', 'credentials', 'Infor refused a fresh token (401)', {
    hint:
      'The service account may be revoked or not linked to an M3 user. Check it in Infor OS and ' +
      'import a new .ionapi file.',
    evidence: { path },
  });
}

export function credentialsRefused(status: number, error: string): Problem {
  const why = /^[a-z_]{1,40}$/.test(error) ? ` ${error}` : '';
  const message = `Infor refused the login (HTTP ${status}${why})`;
  return build('INFOR_CREDENTIALS_REFUSED', 'credentials', message, {
    hint:
      'The app must be a Backend Service with a service account that is not revoked. Download its ' +
      'credentials again and import the new .ionapi file.',
    evidence: { status: String(status) },
  });
}

export function loginMisplaced(status: number): Problem {
  const message = `there is no login at the address in the .ionapi file (HTTP ${status})`;
  return build('INFOR_LOGIN_NOT_FOUND', 'configuration', message, {
    hint: 'Check `pu` and `ot` in the .ionapi file, or download it again.',
    evidence: { status: String(status) },
  });
}

export function loginUnavailable(reason: string, afterMs: number | null): Problem {
  return build('INFOR_LOGIN_UNAVAILABLE', 'retryable', `the login did not answer: ${reason}`, {
    hint: 'Nothing was sent to the ERP. It will be tried again.',
    evidence: {},
    retryAfterMs: afterMs,
  });
}

function forbidden(answer: Answered, path: string): Problem {
  return build('INFOR_FORBIDDEN', 'configuration', `the gateway forbids ${path} (403)`, {
    hint:
      'Give the app the scope of this API suite, and its service account the role to run it ' +
      '(Infor OS → API Gateway → Authorized Apps).',
    evidence: { path, answer: evidenceOf(answer.text) },
  });
}

function notRegistered(answer: Answered, path: string): Problem {
  return build('INFOR_NOT_FOUND', 'configuration', `the gateway does not know ${path} (404)`, {
    hint:
      'Check that the API suite is registered for this tenant (Infor OS → API Gateway → Available ' +
      'APIs), and `iu` and `ti` in the .ionapi file.',
    evidence: { path, answer: evidenceOf(answer.text) },
  });
}

function methodRefused(answer: Answered, path: string): Problem {
  return build('INFOR_METHOD_REFUSED', 'configuration', `the gateway refuses ${path} (405)`, {
    hint: 'The API suite does not allow this method for the endpoint. Ask the tenant administrator.',
    evidence: { path, answer: evidenceOf(answer.text) },
  });
}

function build(
  code: string,
  kind: ProblemKind,
  message: string,
  rest: { hint: string; evidence: Record<string, string>; retryAfterMs?: number | null },
): Problem {
  return new Problem({ code, kind, message, ...rest });
}
