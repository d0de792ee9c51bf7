import { describe, expect, it } from 'vitest';
import type { CallMeasure } from '../../src/app/ports.ts';
import type { Http, HttpOutcome } from '../../src/runtime/http.ts';
import { createMeasures, runText } from '../../src/runtime/measures.ts';
import { createTally, meteredHttp } from '../../src/runtime/meter.ts';
import { aReading, readingAtMs, samplesOf } from '../support/measure-reading.ts';

const call = { method: 'GET', url: 'http://x', headers: {}, body: null, deadlineMs: 1 } as const;

function answering(outcome: HttpOutcome): Http {
  return { send: async () => outcome, close() {} };
}

function answer(status: number): HttpOutcome {
  return { kind: 'answer', status, headers: {}, text: '', durationMs: 40 };
}

describe('the metered client', () => {
  it.each<[HttpOutcome, CallMeasure['outcome']]>([
    [answer(200), 'ok'],
    [answer(304), 'ok'],
    [answer(404), 'refused'],
    [answer(401), 'refused'],
    [answer(429), 'limited'],
    [answer(503), 'failed'],
    [{ kind: 'notSent', reason: 'ECONNREFUSED', durationMs: 2 }, 'notSent'],
    [{ kind: 'unclear', reason: 'ECONNRESET', durationMs: 3 }, 'unclear'],
  ])('hands %j on as it is and counts it as %s', async (outcome, counted) => {
    const seen: CallMeasure[] = [];
    const http = meteredHttp(answering(outcome), { called: (one) => void seen.push(one) }, 'infor');

    expect(await http.send(call)).toBe(outcome);
    expect(seen).toEqual([{ upstream: 'infor', outcome: counted, durationMs: outcome.durationMs }]);
  });

  it('lets a failure of its own through', async () => {
    const broken: Http = { send: () => Promise.reject(new Error('a defect')), close() {} };
    const http = meteredHttp(broken, { called: () => {} }, 'shipbob');

    await expect(http.send(call)).rejects.toThrow('a defect');
  });
});

describe('the measures of a process that stays', () => {
  const create = () =>
    createMeasures({ version: '1.2.3', now: () => readingAtMs, processMetrics: 'none' });

  it('show what was read, in seconds', async () => {
    const measures = create();
    measures.show(aReading());

    const samples = samplesOf(await measures.text());

    expect(Object.fromEntries(samples)).toMatchObject({
      'mlc_build_info{version="1.2.3"}': 1,
      'mlc_stream_lag_seconds{stream="orders"}': 90,
      'mlc_postings{document="salesOrder",state="posted"}': 5,
      mlc_unknown_outcomes: 3,
      'mlc_flags_open{reason="UNKNOWN_ITEM"}': 37,
      mlc_oldest_waiting_seconds: 60,
      mlc_oldest_doubtful_seconds: 0,
      'mlc_inbox_deliveries{state="waiting"}': 4,
      mlc_last_run_exit_code: 4,
      mlc_last_run_duration_seconds: 20,
      mlc_failed_runs_in_row: 2,
      mlc_lease_held: 1,
      'mlc_credential_age_seconds{name="infor.ionapi"}': 86_400,
      'mlc_overdue_documents{document="issue"}': 2,
      mlc_announcements_missed: 6,
      mlc_webhook_subscriptions_down: 1,
    });
  });

  it('do not keep a flag that is gone', async () => {
    const measures = create();
    measures.show(aReading());
    measures.show(aReading({ openFlags: [], postings: [] }));

    const names = [...samplesOf(await measures.text()).keys()];

    expect(names.filter((name) => /flags_open|postings/.test(name))).toEqual([]);
  });

  it('count calls by system and outcome, with their latencies', async () => {
    const measures = create();
    measures.meter.called({ upstream: 'shipbob', outcome: 'ok', durationMs: 200 });
    measures.meter.called({ upstream: 'shipbob', outcome: 'limited', durationMs: 20 });
    measures.meter.called({ upstream: 'shipbob', outcome: 'limited', durationMs: 20 });

    const samples = samplesOf(await measures.text());

    expect(samples.get('mlc_upstream_calls_total{upstream="shipbob",outcome="limited"}')).toBe(2);
    expect(samples.get('mlc_upstream_repeated_total{upstream="shipbob",outcome="limited"}')).toBe(
      2,
    );
    expect(samples.has('mlc_upstream_repeated_total{upstream="shipbob",outcome="ok"}')).toBe(false);
    const bucket = (le: string) =>
      samples.get(`mlc_upstream_call_seconds_bucket{le="${le}",upstream="shipbob",outcome="ok"}`);
    expect(bucket('0.1')).toBe(0);
    expect(bucket('0.25')).toBe(1);
    expect(bucket('+Inf')).toBe(1);
  });

  it('tell the age of a token since its login, and when it runs out', async () => {
    let nowMs = readingAtMs - 50_000;
    const measures = createMeasures({ version: '1', now: () => nowMs, processMetrics: 'none' });
    measures.meter.called({ upstream: 'inforLogin', outcome: 'ok', durationMs: 9 });
    nowMs = readingAtMs;
    measures.meter.called({ upstream: 'inforLogin', outcome: 'refused', durationMs: 9 });
    measures.show(aReading(), { shipbobTokenExpiresAtMs: readingAtMs + 60_000 });

    const samples = samplesOf(await measures.text());

    expect(samples.get('mlc_token_age_seconds{system="infor"}')).toBe(50);
    expect(samples.get('mlc_token_expires_in_seconds{system="shipbob"}')).toBe(60);
  });

  it('count deliveries by their answer, each once however often they are shown', async () => {
    const measures = create();
    measures.show(aReading(), { deliveries: { stored: 5 } });
    measures.show(aReading(), { deliveries: { stored: 7, badSignature: 2 } });
    measures.show(aReading(), { deliveries: { stored: 7, badSignature: 2 } });

    const text = await measures.text();
    const samples = samplesOf(text);

    expect(text).toContain('# TYPE mlc_webhook_deliveries_total counter');
    expect(samples.get('mlc_webhook_deliveries_total{answer="stored"}')).toBe(7);
    expect(samples.get('mlc_webhook_deliveries_total{answer="badSignature"}')).toBe(2);
  });
});

describe('the measures of a single run', () => {
  it('hold its calls under names of their own, and no counters', async () => {
    const tally = createTally();
    tally.called({ upstream: 'infor', outcome: 'ok', durationMs: 300 });
    tally.called({ upstream: 'infor', outcome: 'failed', durationMs: 1200 });
    tally.called({ upstream: 'shipbob', outcome: 'ok', durationMs: 100 });

    const text = await runText({ version: '1', reading: aReading(), calls: tally.calls() });

    const samples = samplesOf(text);
    expect(Object.fromEntries(samples)).toMatchObject({
      'mlc_run_calls{upstream="infor",outcome="failed"}': 1,
      'mlc_run_calls_repeated{upstream="infor"}': 1,
      'mlc_run_calls_repeated{upstream="shipbob"}': 0,
      'mlc_run_call_seconds{upstream="infor"}': 1.5,
      'mlc_run_call_seconds_max{upstream="infor"}': 1.2,
      'mlc_flags_open{reason="UNKNOWN_ITEM"}': 37,
    });
    expect(text).not.toMatch(/# TYPE \S+ counter/);
  });
});
