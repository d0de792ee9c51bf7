import type { Random } from '../../src/app/ports.ts';
import type { Http, HttpCall, HttpOutcome } from '../../src/runtime/http.ts';
import type { HttpAnswer, HttpRequest } from '../../src/runtime/http-server.ts';
import type { VirtualTime } from './simulation-time.ts';

/** What an exchange came to, as `Http` says it, without how long it took. */
export type Bare = HttpOutcome extends infer Each
  ? Each extends HttpOutcome
    ? Omit<Each, 'durationMs'>
    : never
  : never;

/** Brings a request to whom it is for; the wait before the answer is told, not taken. */
export type Deliver = (call: HttpCall) => Promise<{ bare: Bare; delayMs: number }>;

export type Handle = (request: HttpRequest) => Promise<HttpAnswer>;

/** So long a gateway waits for what is behind it before it gives up. */
const patienceMs = 60_000;
/** ShipBob's front answers 524 within its callers' own deadline here, so that it is heard. */
const frontPatienceMs = 20_000;

/**
 * The simulated network: a request is on its way, then it is answered, then the answer is. All three
 * take virtual time, so what of several exchanges is first is the seed's choice. A process that
 * dies meanwhile does not call its request back.
 */
export function createWire(parts: {
  time: VirtualTime;
  deliver: Deliver;
  /** Luck of one exchange; named so that another story without it leaves the others' alone. */
  luck: (call: HttpCall) => Random;
  slowest: number;
}): Http {
  const { time, deliver } = parts;
  return {
    async send(call) {
      const luck = parts.luck(call);
      const sentAtMs = time.now();
      const legMs = () => Math.round(5 + luck.next() ** 3 * parts.slowest);
      await time.sleep(legMs());
      const { bare, delayMs } = await deliver(call);
      const answeredAtMs = time.now() + delayMs + patience(bare) + legMs();
      const deadlineAtMs = sentAtMs + call.deadlineMs;
      const durationMs = Math.min(answeredAtMs, deadlineAtMs) - sentAtMs;
      await time.sleepUntil(Math.min(answeredAtMs, deadlineAtMs));
      if (answeredAtMs <= deadlineAtMs) return { ...bare, durationMs };
      const reason = `ERR_CANCELED: no complete answer within ${durationMs} ms`;
      return { kind: 'unclear', reason, durationMs };
    },
    close: () => undefined,
  };
}

function patience(bare: Bare): number {
  if (bare.kind !== 'answer') return 0;
  if (bare.status === 504) return patienceMs;
  return bare.status === 524 ? frontPatienceMs : 0;
}

/** Calls the simulators' own handlers, by the origin of the address. */
export function deliverInProcess(hosts: ReadonlyMap<string, Handle>, nowMs: () => number): Deliver {
  return async (call) => {
    const { origin, request } = requestOf(call);
    const handle = hosts.get(origin);
    if (handle === undefined) {
      const reason = `ECONNREFUSED: connect ECONNREFUSED ${origin}`;
      return { bare: { kind: 'notSent', reason }, delayMs: 0 };
    }
    const answer = await handle(request);
    return { bare: outcomeOf(answer, nowMs()), delayMs: answer.delayMs ?? 0 };
  };
}

function requestOf(call: HttpCall): { origin: string; request: HttpRequest } {
  const slash = call.url.indexOf('/', call.url.indexOf('//') + 2);
  const target = slash < 0 ? '/' : call.url.slice(slash);
  const mark = target.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.headers)) headers[name.toLowerCase()] = value;
  return {
    origin: slash < 0 ? call.url : call.url.slice(0, slash),
    request: {
      method: call.method,
      path: mark < 0 ? target : target.slice(0, mark),
      query: mark < 0 ? '' : target.slice(mark + 1),
      headers,
      body: call.body ?? '',
    },
  };
}

/** What the connector's own `Http` makes of such an answer over a socket. */
export function outcomeOf(answer: HttpAnswer, nowMs: number): Bare {
  if (answer.reset) return { kind: 'unclear', reason: 'ECONNRESET: socket hang up' };
  const text = answer.body ?? '';
  const size = Buffer.byteLength(text);
  if (answer.truncateAtBytes !== undefined && answer.truncateAtBytes < size) {
    return { kind: 'unclear', reason: 'ERR_BAD_RESPONSE: stream has been aborted' };
  }
  const headers: Record<string, string> = { date: new Date(nowMs).toUTCString() };
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    headers[name.toLowerCase()] = value;
  }
  headers['content-length'] = String(size);
  return { kind: 'answer', status: answer.status, headers, text };
}
