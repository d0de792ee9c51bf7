import { describe, expect, it } from 'vitest';
import { exitCodeHelp, exitCodeOf, exitCodes, worstExitCode } from '../../src/cli/exit-code.ts';
import { Problem, type ProblemKind } from '../../src/core/problem.ts';

function aProblem(details: { kind: ProblemKind; code?: string; signal?: string }): Problem {
  const evidence: Record<string, string> = details.signal ? { signal: details.signal } : {};
  return new Problem({
    code: details.code ?? 'ANY',
    kind: details.kind,
    message: 'm',
    hint: 'h',
    evidence,
  });
}

describe('an exit code', () => {
  it.each([
    ['configuration', 2],
    ['credentials', 5],
    ['retryable', 4],
    ['unknown', 4],
    ['rejected', 1],
    ['defect', 1],
  ] as const)('for a problem of kind %s is %i', (kind, code) => {
    expect(exitCodeOf(aProblem({ kind }))).toBe(code);
  });

  it('is 75 while another run holds the lease, whatever the kind', () => {
    expect(exitCodeOf(aProblem({ kind: 'retryable', code: 'LEASE_HELD' }))).toBe(75);
  });

  it('tells the two signals apart', () => {
    const stopped = (signal: string) => aProblem({ kind: 'retryable', code: 'STOPPED', signal });

    expect(exitCodeOf(stopped('SIGINT'))).toBe(130);
    expect(exitCodeOf(stopped('SIGTERM'))).toBe(143);
  });

  it.each([
    [[], 0],
    [[0, 3], 3],
    [[3, 4, 0], 4],
    [[4, 2, 3], 2],
    [[2, 5, 4], 5],
    [[1, 5], 1],
    [[0, 99], 99],
  ])('of several %j is the worst, %i', (codes, worst) => {
    expect(worstExitCode(codes)).toBe(worst);
  });

  it('is named once and listed in the help', () => {
    const codes = exitCodes.map(({ code }) => code);

    expect(codes).toEqual([0, 1, 2, 3, 4, 5, 75, 130, 143]);
    expect(exitCodeHelp(['busy', 'done'])).toBe(
      'Exit codes:\n    0  done\n   75  another run holds the lease',
    );
  });
});
