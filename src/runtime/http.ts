import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Complete, query included: callers build it, because ShipBob wants literal `:` and `,`. */
  url: string;
  headers: Record<string, string>;
  body: string | null;
  /** Bounds the whole exchange in real milliseconds, a dripping body included. */
  deadlineMs: number;
}

/**
 * What one exchange came to. `notSent` is certain: the other side never saw the request. `unclear`
 * means that it may have (timeout, reset, cut body), so the caller must find out before it repeats.
 */
export type HttpOutcome =
  | {
      kind: 'answer';
      status: number;
      /** Names in lower case. */
      headers: Record<string, string>;
      text: string;
      durationMs: number;
    }
  | { kind: 'notSent'; reason: string; durationMs: number }
  | { kind: 'unclear'; reason: string; durationMs: number };

export interface Http {
  send(call: HttpCall): Promise<HttpOutcome>;
  close(): void;
}

const bodyBytesMax = 64 * 1024 * 1024;

/** Failures that happen before the first byte of the request leaves. */
const beforeSending = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * axios with its traps closed (reference: engineering §0 A5): no redirects (a POST would become a
 * GET), bodies as text, no own idea of success, a deadline over the whole exchange, no retries.
 */
export function createHttp(settings: { proxy?: { host: string; port: number } } = {}): Http {
  const agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: 16 }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: 16 }),
  };
  const client = axios.create({
    ...agents,
    maxRedirects: 0,
    maxContentLength: bodyBytesMax,
    maxBodyLength: bodyBytesMax,
    responseType: 'text',
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
    validateStatus: () => true,
    proxy: settings.proxy ?? false,
  });
  return {
    send: (call) => send(client, call),
    close() {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

async function send(client: AxiosInstance, call: HttpCall): Promise<HttpOutcome> {
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  try {
    const answer = await client.request<unknown>({
      method: call.method,
      url: call.url,
      headers: call.headers,
      data: call.body ?? undefined,
      signal: AbortSignal.timeout(call.deadlineMs),
    });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined && value !== null) headers[name.toLowerCase()] = String(value);
    }
    const text = typeof answer.data === 'string' ? answer.data : '';
    return { kind: 'answer', status: answer.status, headers, text, durationMs: elapsed() };
  } catch (thrown) {
    return failure(thrown, elapsed());
  }
}

function failure(thrown: unknown, durationMs: number): HttpOutcome {
  // An AxiosError carries the token in its config: only its code and message may leave this file.
  const code = axios.isAxiosError(thrown) ? (thrown.code ?? '') : '';
  const cause = axios.isAxiosError(thrown) && thrown.cause instanceof Error ? thrown.cause : null;
  const causeCode = cause && 'code' in cause ? String(cause.code) : code;
  const reason = `${causeCode || code || 'failed'}: ${describe(thrown, code, durationMs)}`;
  const kind = beforeSending.has(causeCode) || beforeSending.has(code) ? 'notSent' : 'unclear';
  return { kind, reason, durationMs };
}

function describe(thrown: unknown, code: string, durationMs: number): string {
  if (code === 'ERR_CANCELED') return `no complete answer within ${durationMs} ms`;
  return thrown instanceof Error ? thrown.message : 'the exchange broke';
}
