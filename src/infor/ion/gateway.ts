import type { Clock, Log } from '../../app/ports.ts';
import { type Problem, toProblem } from '../../core/problem.ts';
import type { Http, HttpOutcome } from '../../runtime/http.ts';
import {
  accessRefused,
  busy,
  judgeStatus,
  noClearAnswer,
  overdue,
  unreachable,
} from './problem.ts';
import type { TokenSource } from './token.ts';

export interface GatewayRequest {
  method: 'GET' | 'POST';
  /** Path below the tenant, beginning with `/`, for messages and logs; it holds no values. */
  path: string;
  /** What follows the path: matrix parameters and query, complete and encoded. */
  suffix: string;
  body: string | null;
  /** Not to be sent later than this: by then it may be another process's turn to write. */
  sendBeforeMs?: number;
}

/**
 * What one exchange came to. After `notSent` and `stop` the suite has certainly not seen the
 * request; `stop` concerns every request, and a person has to mend it.
 */
export type GatewayReply =
  | { kind: 'answer'; status: number; text: string; durationMs: number }
  | {
      kind: 'notSent';
      problem: Problem;
      durationMs: number;
      /** The gateway has just asked for it, in answer to this request. */
      slowDown?: 'yes';
    }
  | { kind: 'stop'; problem: Problem; durationMs: number }
  | { kind: 'unclear'; problem: Problem; durationMs: number };

export interface Gateway {
  /** One exchange; repeated only after a 401, once, with a new token. Never throws. */
  send(request: GatewayRequest): Promise<GatewayReply>;
}

/** Speaks to the ION API gateway of one tenant; knows nothing of the suites behind it. */
export function createGateway(options: {
  http: Http;
  clock: Clock;
  log: Log;
  tokens: TokenSource;
  apiBase: string;
  timeoutMs: number;
}): Gateway {
  /** The gateway has asked everybody to wait; void when the clock was set back since. */
  let pause = { fromMs: 0, untilMs: 0 };

  async function exchange(request: GatewayRequest, token: string): Promise<Reply> {
    if (options.clock.now() >= (request.sendBeforeMs ?? Number.POSITIVE_INFINITY)) {
      return { kind: 'notSent', problem: overdue(request.path), durationMs: 0 };
    }
    const outcome = await options.http
      .send({
        method: request.method,
        url: `${options.apiBase}${request.path}${request.suffix}`,
        headers: headersOf(request, token),
        body: request.body,
        deadlineMs: options.timeoutMs,
      })
      .catch(broken);
    const { durationMs } = outcome;
    if (outcome.kind === 'notSent') {
      return { kind: 'notSent', problem: unreachable(outcome.reason, request.path), durationMs };
    }
    if (outcome.kind === 'unclear') {
      return {
        kind: 'unclear',
        problem: noClearAnswer(outcome.reason, request.path, ''),
        durationMs,
      };
    }
    const nowMs = options.clock.now();
    const verdict = judgeStatus(outcome, request.path, nowMs);
    switch (verdict.kind) {
      case 'answer':
        return { kind: 'answer', status: outcome.status, text: outcome.text, durationMs };
      case 'tokenRefused':
        return { kind: 'tokenRefused', durationMs };
      case 'stop':
        return { kind: 'stop', problem: verdict.problem, durationMs };
      case 'busy': {
        if (verdict.retryAfterMs !== null) {
          pause = { fromMs: nowMs, untilMs: nowMs + verdict.retryAfterMs };
        }
        const problem = busy(request.path, verdict.retryAfterMs);
        return { kind: 'notSent', problem, durationMs, slowDown: 'yes' };
      }
      case 'unclear': {
        const problem = noClearAnswer(`HTTP ${outcome.status}`, request.path, outcome.text);
        return { kind: 'unclear', problem, durationMs };
      }
    }
  }

  async function send(request: GatewayRequest): Promise<GatewayReply> {
    const nowMs = options.clock.now();
    const waitMs = nowMs < pause.fromMs ? 0 : pause.untilMs - nowMs;
    if (waitMs > 0) return { kind: 'notSent', problem: busy(request.path, waitMs), durationMs: 0 };
    try {
      const token = await options.tokens.token();
      const reply = await exchange(request, token);
      if (reply.kind !== 'tokenRefused') return reply;
      const second = await exchange(request, await options.tokens.renew(token));
      if (second.kind !== 'tokenRefused') return second;
      return { kind: 'stop', problem: accessRefused(request.path), durationMs: second.durationMs };
    } catch (thrown) {
      return withoutToken(thrown);
    }
  }

  return {
    async send(request) {
      const reply = await send(request);
      options.log.debug('infor exchange', {
        method: request.method,
        path: request.path,
        outcome: reply.kind === 'answer' ? `HTTP ${reply.status}` : reply.problem.code,
        durationMs: reply.durationMs,
      });
      return reply;
    },
  };
}

type Reply = GatewayReply | { kind: 'tokenRefused'; durationMs: number };

/** An HTTP layer that throws instead of answering has left it open what happened. */
function broken(thrown: unknown): HttpOutcome {
  return { kind: 'unclear', reason: toProblem(thrown).message, durationMs: 0 };
}

/** Only the token source throws here: the request itself has not left, or was refused by a 401. */
function withoutToken(thrown: unknown): GatewayReply {
  const problem = toProblem(thrown);
  const kind = problem.kind === 'retryable' ? 'notSent' : 'stop';
  return { kind, problem, durationMs: 0 };
}

function headersOf(request: GatewayRequest, token: string): Record<string, string> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    // A suite may have a response cache; a look-up must never be answered from it.
    'cache-control': 'no-cache',
  };
  if (request.body !== null) headers['content-type'] = 'application/json';
  return headers;
}
