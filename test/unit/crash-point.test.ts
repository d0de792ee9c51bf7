import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CrashPoint } from '../../src/app/ports.ts';
import { crashPointNames, parseCrashAim } from '../../src/core/crash-point.ts';
import { crashPoint } from '../../src/runtime/crash-point.ts';
import { createHttp } from '../../src/runtime/http.ts';

function killsAt(
  environment: Record<string, string>,
  passes: Parameters<CrashPoint>[0][],
): number[] {
  const kills: number[] = [];
  let index = 0;
  const pass = crashPoint(environment, () => kills.push(index));
  for (const name of passes) {
    pass(name);
    index += 1;
  }
  return kills;
}

describe('a crash point', () => {
  const passes = [
    'after-plans',
    'after-intent:commit',
    'after-plans',
    'after-intent:commit',
    'after-intent:commit',
  ] as const;

  it.each([
    [{}, []],
    [{ MLC_CRASH_AT: '' }, []],
    [{ MLC_CRASH_AT: 'after-intent:commit' }, [1]],
    [{ MLC_CRASH_AT: 'after-intent:commit#3' }, [4]],
    [{ MLC_CRASH_AT: 'after-intent:commit#4' }, []],
    [{ MLC_CRASH_AT: 'before-plans' }, []],
  ])('with %j kills at passes %j', (environment, kills) => {
    expect(killsAt(environment, [...passes])).toEqual(kills);
  });

  it('that is mistyped is refused with the names of all, since it would kill nothing', () => {
    for (const wanted of ['after-plan', 'after-plans#0', 'after-plans:2', 'commit', ' ']) {
      expect(() => crashPoint({ MLC_CRASH_AT: wanted })).toThrow(/has no such crash point/);
    }
    expect(() => crashPoint({ MLC_CRASH_AT: 'x' })).toThrow(
      expect.objectContaining({
        code: 'CRASH_POINT_UNKNOWN',
        kind: 'configuration',
        hint: expect.stringContaining('after-intent:commit, sent:commit,'),
      }),
    );
  });

  it('has a name that is its own, and is understood', () => {
    const names = crashPointNames();

    expect(new Set(names).size).toBe(names.length);
    for (const point of names) {
      expect(parseCrashAim(point)).toEqual({ point, pass: 1 });
      expect(parseCrashAim(`${point}#12`)).toEqual({ point, pass: 12 });
    }
  });
});

describe('the point at which a call has left', () => {
  it('is passed by the first POST after the intent, and before its answer', async () => {
    const events: string[] = [];
    const server = createServer((request, response) => {
      request
        .on('data', () => undefined)
        .on('end', () => {
          events.push(`${request.method} ${request.url} arrived`);
          response.end('{}');
        });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const http = createHttp();
    onTestFinished(() => {
      http.close();
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const send = async (method: 'GET' | 'POST', path: string) => {
      const url = `http://127.0.0.1:${port}${path}`;
      await http.send({ method, url, headers: {}, body: 'x', deadlineMs: 5_000 });
      events.push(`${path} answered`);
    };

    const pass = crashPoint({ MLC_CRASH_AT: 'sent:commit' }, () => events.push('left'));
    await send('POST', '/before');
    pass('after-intent:stage');
    await send('POST', '/stage');
    pass('after-intent:commit');
    await send('GET', '/list');
    await send('POST', '/commit');
    await send('POST', '/later');

    expect(events.filter((event) => event !== 'left')).toEqual(
      ['POST /before', 'POST /stage', 'GET /list', 'POST /commit', 'POST /later'].flatMap(
        (call) => [`${call} arrived`, `${call.split(' ')[1]} answered`],
      ),
    );
    expect(events.filter((event) => event === 'left')).toHaveLength(1);
    const left = events.indexOf('left');
    expect(left).toBeGreaterThan(events.indexOf('/list answered'));
    expect(left).toBeLessThan(events.indexOf('/commit answered'));
  });
});
