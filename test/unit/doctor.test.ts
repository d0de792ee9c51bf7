import { describe, expect, it } from 'vitest';
import { type Check, diagnose, tally } from '../../src/app/doctor.ts';
import { fine, problem, warning } from '../../src/app/doctor-finding.ts';
import { Problem } from '../../src/core/problem.ts';

const trouble = { what: 'it is wrong', means: 'nothing works', mend: 'put it right' };

/** Sleeps end at once when `late`, else only when they are aborted. */
function parts(pace: 'patient' | 'late' = 'patient') {
  const never = (signal?: AbortSignal) =>
    new Promise<void>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  const steps: string[] = [];
  return {
    steps,
    stop: new AbortController(),
    clock: {
      now: () => 0,
      sleep: (_ms: number, signal?: AbortSignal) =>
        pace === 'late' ? Promise.resolve() : never(signal),
    },
    progress: (step: string) => steps.push(step),
  };
}

function check(name: string, run: Check['run'], after: string[] = []): Check {
  return { area: 'here', name, after, run };
}

describe('diagnose', () => {
  it('goes on after a check that throws, and tells what it threw', async () => {
    const refused = new Problem({
      code: 'REFUSED',
      kind: 'credentials',
      message: 'the token was refused',
      hint: 'store another',
    });
    const given = parts();

    const lines = await diagnose(
      [
        check('first', () => {
          throw refused;
        }),
        check('second', () => [fine('good')]),
      ],
      { ...given, signal: given.stop.signal },
    );

    expect(lines.map(({ name, state }) => [name, state])).toEqual([
      ['first', 'problem'],
      ['second', 'ok'],
    ]);
    expect(lines[0]).toMatchObject({
      what: 'the token was refused',
      mend: 'store another',
      kind: 'credentials',
    });
    expect(tally(lines)).toEqual({ problems: 1, warnings: 0, unchecked: 0 });
  });

  it('leaves out what builds on a failed check, and what builds on that', async () => {
    const given = parts();
    let ran = 0;
    const count = () => {
      ran += 1;
      return [fine('ran')];
    };

    const lines = await diagnose(
      [
        check('login', () => [problem(trouble)]),
        check('scopes', count, ['login']),
        check('coverage', count, ['scopes']),
        check('disk', count),
      ],
      { ...given, signal: given.stop.signal },
    );

    expect(lines.map(({ state }) => state)).toEqual(['problem', 'unchecked', 'unchecked', 'ok']);
    expect(lines[1]?.what).toBe('not checked, because of: login');
    expect(ran).toBe(1);
  });

  it('does not leave out what builds on a mere warning', async () => {
    const given = parts();

    const lines = await diagnose(
      [check('disk', () => [warning(trouble)]), check('opens', () => [fine('yes')], ['disk'])],
      { ...given, signal: given.stop.signal },
    );

    expect(lines.map(({ state }) => state)).toEqual(['warning', 'ok']);
  });

  it('ends a check that hangs at its deadline', async () => {
    const given = parts('late');

    const lines = await diagnose([check('hangs', () => new Promise(() => {}))], {
      ...given,
      signal: given.stop.signal,
    });

    expect(lines[0]).toMatchObject({ state: 'problem', kind: 'retryable' });
    expect(lines[0]?.what).toBe('no answer within 30 s');
  });

  it('leaves the rest unchecked once a person stops it', async () => {
    const given = parts();

    const lines = await diagnose(
      [
        check('first', () => {
          given.stop.abort();
          return new Promise(() => {});
        }),
        check('second', () => [fine('never')]),
      ],
      { ...given, signal: given.stop.signal },
    );

    expect(lines.map(({ state }) => state)).toEqual(['unchecked', 'unchecked']);
    expect(given.steps).toEqual(['checking here: first']);
  });
});
