import { createHash } from 'node:crypto';
import type { AlertMessage, Alerts } from '../app/ports.ts';
import { Problem } from '../core/problem.ts';
import type { Http } from './http.ts';

/** Of the vault; `MLC_SECRET_ALERTS_URL` in the environment. */
export const alertUrlName = 'alerts.url';

const deadlineMs = 10_000;
/** Slack cuts a text at 40,000 characters and shows some 4,000. */
const textMax = 3_500;

/**
 * Posts messages to an address, in Slack's form or as plain JSON. The address is a secret: whoever
 * has it can write there, so it stands in no Problem and no log. Throws Problem
 * `ALERT_URL_INVALID` (configuration), `ALERT_REFUSED` (configuration) or `ALERT_NOT_SENT`
 * (retryable).
 */
export function createAlertHook(settings: {
  http: Http;
  url: string;
  format: 'slack' | 'json';
  /** Names this installation where several write to one place. */
  source: string;
}): Alerts {
  const { http, format, source } = settings;
  const url = checkedUrl(settings.url);
  return {
    async send(told) {
      const message = withoutPeople(told);
      const outcome = await http.send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json; charset=utf-8', accept: '*/*' },
        body: JSON.stringify(
          format === 'slack' ? { text: slackText(message, source) } : { source, ...message },
        ),
        deadlineMs,
      });
      if (outcome.kind !== 'answer') throw notSent(reasonClass(outcome.reason), null);
      const { status } = outcome;
      if (status >= 200 && status < 300) return;
      if (status === 429 || status >= 500) {
        throw notSent(`HTTP ${status}`, retryAfter(outcome.headers['retry-after']));
      }
      throw refused(status);
    },
  };
}

/** Plain http only to this machine: the address is a secret by itself. */
export function isAlertUrl(text: string): boolean {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && local);
}

function checkedUrl(text: string): string {
  if (isAlertUrl(text)) return new URL(text.trim()).href;
  throw new Problem({
    code: 'ALERT_URL_INVALID',
    kind: 'configuration',
    message: `the credential ${alertUrlName} holds no https:// address`,
    hint: 'Store the whole address, on one line: mlc credentials set alerts < url.txt',
  });
}

const mailbox = /[^\s@<>(),:;"]+@(?=[^\s@]+\.[^\s@])/g;

/**
 * A customer is often named by an e-mail address, and this goes to a third party: its domain says
 * enough. In the cause the name must still tell one from another.
 */
function withoutPeople({ cause, severity, title, lines }: AlertMessage): AlertMessage {
  const hidden = (text: string) => text.replace(mailbox, '…@');
  return {
    cause: cause.replace(mailbox, (name) => `${shortHash(name)}@`),
    severity,
    title: hidden(title),
    lines: lines.map(hidden),
  };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

const marks = { problem: ':red_circle:', warning: ':warning:', info: ':information_source:' };

function slackText({ severity, title, lines }: AlertMessage, source: string): string {
  const mark = severity === 'solved' ? ':white_check_mark:' : marks[severity];
  const text = [`${mark} *${escaped(title)}* (${escaped(source)})`, ...lines.map(escaped)].join(
    '\n',
  );
  return text.length <= textMax ? text : `${text.slice(0, textMax)}…`;
}

/**
 * Slack's control characters as entities; names from ShipBob could otherwise call everyone
 * (`<!channel>`) or pass a link off as another. Formatting marks are parted from their words.
 */
function escaped(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*~`]/g, (mark) => `\u200b${mark}\u200b`);
}

/** `ECONNREFUSED` and the like; the words after it may hold the address. */
function reasonClass(reason: string): string {
  return /^[A-Z][A-Z0-9_]+/.exec(reason)?.[0] ?? 'no connection';
}

function retryAfter(text: string | undefined): number | null {
  const seconds = Number(text ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

function notSent(why: string, retryAfterMs: number | null): Problem {
  return new Problem({
    code: 'ALERT_NOT_SENT',
    kind: 'retryable',
    message: `a message to people could not be sent: ${why}`,
    hint: 'The next run tries again. mlc alerts test tries at once.',
    retryAfterMs,
  });
}

function refused(status: number): Problem {
  return new Problem({
    code: 'ALERT_REFUSED',
    kind: 'configuration',
    message: `the address that alerts go to refused a message: HTTP ${status}`,
    hint: 'Check alerts.format, and whether the address is still valid; then: mlc alerts test',
    evidence: { status: String(status) },
  });
}
