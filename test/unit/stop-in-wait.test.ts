/** A stop ends the waits for an upstream that is down, and never what was sent. */
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { orderId } from '../../src/core/schema.ts';
import { retryWithin, type Try } from '../../src/infor/ion/retry.ts';
import { answeringHttp, instantClock, shipbobSource, thrownBy } from '../support/shipbob-source.ts';

const stopped = new Problem({
  code: 'STOPPED',
  kind: 'retryable',
  message: 'Stopped by SIGTERM.',
  hint: 'The next run carries on.',
  evidence: { signal: 'SIGTERM' },
});
const policy = { baseMs: 500, capMs: 8_000, deadlineMs: 300_000 };

describe('a stop while ShipBob is asked again and again', () => {
  it('ends the wait, and the request before it was the last one', async () => {
    const stop = new AbortController();
    const http = answeringHttp(() => {
      if (http.calls.length === 3) stop.abort(stopped);
      return 'refused';
    });
    const { source, clock } = shipbobSource(http, { signal: stop.signal });

    const problem = await thrownBy(source.order(orderId('7')));

    expect(problem).toMatchObject({ code: 'STOPPED' });
    expect(http.calls).toHaveLength(3);
    expect(clock.slept).toHaveLength(2);
  });

  it('ends the wait for a place among the calls of the minute', async () => {
    const stop = new AbortController();
    stop.abort(stopped);
    const http = answeringHttp(() => 'refused');
    const { source, budget } = shipbobSource(http, { signal: stop.signal });
    budget.waits.push(40_000);

    const problem = await thrownBy(source.order(orderId('7')));

    expect(problem).toMatchObject({ code: 'STOPPED' });
    expect(http.calls).toEqual([]);
  });

  it('hears an answer that is under way', async () => {
    const stop = new AbortController();
    const http = answeringHttp(() => {
      stop.abort(stopped);
      return { status: 404 };
    });
    const { source } = shipbobSource(http, { signal: stop.signal });

    expect(await source.order(orderId('7'))).toBeNull();
  });
});

describe('a stop while Infor is tried again', () => {
  it('hands back what the last try brought, so that no outcome is lost', async () => {
    const stop = new AbortController();
    const tries: number[] = [];
    const attempt = async (): Promise<Try<string>> => {
      tries.push(tries.length + 1);
      if (tries.length === 2) stop.abort(stopped);
      return { again: 'yes', value: `not sent, try ${tries.length}`, afterMs: null };
    };
    const clock = instantClock();

    const value = await retryWithin({
      clock,
      random: { next: () => 0.5 },
      policy,
      attempt,
      signal: stop.signal,
    });

    expect(value).toBe('not sent, try 2');
    expect(clock.slept).toHaveLength(1);
  });

  it('does not touch a try that is under way', async () => {
    const stop = new AbortController();
    const attempt = async (): Promise<Try<string>> => {
      stop.abort(stopped);
      return { again: 'no', value: 'booked' };
    };

    const value = await retryWithin({
      clock: instantClock(),
      random: { next: () => 0.5 },
      policy,
      attempt,
      signal: stop.signal,
    });

    expect(value).toBe('booked');
  });
});
