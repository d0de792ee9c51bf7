import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRecorder, readLines } from '../../bench/recording.ts';
import { createTrafficCount, trafficSince } from '../../bench/traffic.ts';
import type { HttpRequest } from '../../src/runtime/http-server.ts';

const execute = '/TENANT/M3/m3api-rest/v2/execute';

function aRequest(change: Partial<HttpRequest>): HttpRequest {
  return { method: 'GET', path: '/', query: '', headers: {}, body: '', ...change };
}

function bulk(program: string, ...names: string[]): HttpRequest {
  const transactions = names.map((transaction) => ({ transaction, record: {} }));
  return aRequest({
    method: 'POST',
    path: execute,
    body: JSON.stringify({ program, transactions }),
  });
}

describe('what the simulators were asked', () => {
  it('shares a call among the transactions in it', () => {
    const count = createTrafficCount();

    const held = count.infor(bulk('OIS100MI', 'AddBatchHead', 'AddBatchLine', 'AddBatchLine'));
    count.infor(aRequest({ path: `${execute}/OIS100MI/GetHead;maxrecs=1`, query: 'ORNO=1' }));

    expect(held).toBe(3);
    expect(count.read().infor).toMatchObject({ calls: 2, transactions: 4 });
    expect(count.read().infor.byTransaction).toEqual({
      'OIS100MI/AddBatchHead': { transactions: 1, calls: 0.33 },
      'OIS100MI/AddBatchLine': { transactions: 2, calls: 0.67 },
      'OIS100MI/GetHead': { transactions: 1, calls: 1 },
    });
  });

  it('leaves logins out, and names a route without its numbers', () => {
    const count = createTrafficCount();

    count.infor(aRequest({ method: 'POST', path: '/TENANT/as/token.oauth2', body: 'a=b' }));
    count.shipbob(aRequest({ path: '/2026-01/receiving/500001/boxes' }));

    expect(count.read().infor.calls).toBe(0);
    expect(count.read().shipbob.byRoute).toEqual({ 'GET /receiving/{id}/boxes': 1 });
  });

  it('tells two moments apart', () => {
    const count = createTrafficCount();
    count.infor(bulk('OIS100MI', 'Confirm'));
    const before = count.read();

    count.infor(bulk('OIS100MI', 'Confirm', 'Confirm'));

    expect(trafficSince(before, count.read()).infor).toMatchObject({
      calls: 1,
      transactions: 2,
      byTransaction: { 'OIS100MI/Confirm': { transactions: 2, calls: 1 } },
    });
  });
});

describe('a recording', () => {
  it('keeps every so manieth exchange, and gives its lines back however long they are', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlc-bench-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const paths = { requests: join(folder, 'requests'), answers: join(folder, 'answers') };
    const recorder = createRecorder(paths, 2);
    const body = 'é'.repeat(700_000);

    for (let number = 1; number <= 6; number += 1) {
      const request = aRequest({ path: `/order/${number}`, query: 'Page=1' });
      recorder.keep(request, { status: 200, body: `${number}${body}` });
    }

    expect(recorder.end()).toEqual({ seen: 6, kept: 3 });
    const requests = readLines(paths.requests);
    expect(requests.take(10).map((line) => JSON.parse(line).path)).toEqual([
      '/order/2?Page=1',
      '/order/4?Page=1',
      '/order/6?Page=1',
    ]);
    const answers = readLines(paths.answers);
    expect(answers.take(2).map((line) => JSON.parse(line).body)).toEqual([`2${body}`, `4${body}`]);
    expect(answers.take(2)).toHaveLength(1);
    expect(answers.take(2)).toEqual([]);
    for (const lines of [requests, answers]) lines.close();
  });
});
