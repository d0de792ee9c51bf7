import type { Clock } from '../../src/app/ports.ts';
import type { Http, HttpCall, HttpOutcome } from '../../src/runtime/http.ts';

export interface PacedRequest {
  program: string;
  calls: number;
  /** Requests that M3 was working on when this one came, itself included. */
  underWay: number;
  startedAtMs: number;
  endedAtMs: number;
}

export interface PacedGateway extends Http {
  requests: PacedRequest[];
  /** Transactions run since creation. */
  transactions(): number;
}

/**
 * M3 as far as time goes: so many jobs at once, each transaction of a request after the other. What
 * it answers is `answer`'s, or a yes to every call.
 */
export function pacedGateway(
  clock: Clock,
  speed: {
    callMs: (program: string) => number;
    pool: number;
    /** A status the gateway gives instead of an answer; null for none. */
    trouble?: (request: { calls: number; number: number; underWay: number }) => number | null;
    answer?: (call: HttpCall) => Promise<HttpOutcome>;
  },
): PacedGateway {
  const requests: PacedRequest[] = [];
  const waiting: (() => void)[] = [];
  let working = 0;
  let underWay = 0;
  let transactions = 0;
  return {
    requests,
    transactions: () => transactions,
    close: () => undefined,
    async send(call) {
      const body = call.body === null ? null : JSON.parse(call.body);
      const asked: { transaction: string }[] = body?.transactions ?? [{ transaction: 'Get' }];
      const program: string = body?.program ?? call.url.split('/').at(-2) ?? '';
      const startedAtMs = clock.now();
      underWay += 1;
      const seen = { calls: asked.length, number: requests.length + 1, underWay };
      const entry: PacedRequest = { program, ...seen, startedAtMs, endedAtMs: startedAtMs };
      requests.push(entry);
      const status = speed.trouble?.(seen) ?? null;
      if (working >= speed.pool) await new Promise<void>((go) => waiting.push(go));
      working += 1;
      await clock.sleep(status === 429 ? 50 : asked.length * speed.callMs(program));
      working -= 1;
      waiting.shift()?.();
      underWay -= 1;
      entry.endedAtMs = clock.now();
      const durationMs = clock.now() - startedAtMs;
      if (status !== null) return { kind: 'answer', status, headers: {}, text: '{}', durationMs };
      transactions += asked.length;
      if (speed.answer !== undefined) return { ...(await speed.answer(call)), durationMs };
      const results = asked.map(({ transaction }) => ({ transaction, records: [{ ORNO: '1' }] }));
      const text = JSON.stringify({ results });
      return { kind: 'answer', status: 200, headers: {}, text, durationMs };
    },
  };
}
