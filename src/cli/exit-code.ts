import type { Problem } from '../core/problem.ts';

export interface ExitCode {
  code: number;
  name: string;
  meaning: string;
}

/** What a script can rely on; anything else is a failure too. */
export const exitCodes = [
  { code: 0, name: 'done', meaning: 'done' },
  { code: 1, name: 'failed', meaning: 'unexpected failure, or the answer is no' },
  { code: 2, name: 'usage', meaning: 'wrong usage or configuration' },
  {
    code: 3,
    name: 'flagged',
    meaning: 'done, but new flags or differences and --fail-on-flagged or -difference was given',
  },
  {
    code: 4,
    name: 'unavailable',
    meaning: 'an upstream was unavailable; work remains and the next run continues',
  },
  { code: 5, name: 'credentials', meaning: 'credentials were refused' },
  { code: 75, name: 'busy', meaning: 'another run holds the lease' },
  { code: 130, name: 'interrupted', meaning: 'stopped by SIGINT' },
  { code: 143, name: 'terminated', meaning: 'stopped by SIGTERM' },
] as const satisfies readonly ExitCode[];

export type ExitName = (typeof exitCodes)[number]['name'];

export function exitCode(name: ExitName): number {
  return exitCodes.find((entry) => entry.name === name)?.code ?? 1;
}

/** The exit code that an error ends the program with; its kind decides, but for two codes. */
export function exitCodeOf(problem: Problem): number {
  if (problem.code === 'LEASE_HELD') return exitCode('busy');
  if (problem.code === 'STOPPED') {
    return exitCode(problem.evidence.signal === 'SIGTERM' ? 'terminated' : 'interrupted');
  }
  switch (problem.kind) {
    case 'configuration':
      return exitCode('usage');
    case 'credentials':
      return exitCode('credentials');
    case 'retryable':
    case 'unknown':
      return exitCode('unavailable');
    case 'rejected':
    case 'defect':
      return exitCode('failed');
  }
}

/** When several streams end differently the gravest speaks: what needs a person before the rest. */
const gravestFirst = [130, 143, 1, 5, 2, 75, 4, 3, 0];

/** The one code of a run in which several things ended with a code each; 0 for none. */
export function worstExitCode(codes: readonly number[]): number {
  if (codes.length === 0) return 0;
  const unforeseen = codes.find((code) => !gravestFirst.includes(code));
  return unforeseen ?? gravestFirst.find((code) => codes.includes(code)) ?? 1;
}

/** The table for `--help`. */
export function exitCodeHelp(
  names: readonly ExitName[] = exitCodes.map(({ name }) => name),
): string {
  const rows = exitCodes
    .filter(({ name }) => names.includes(name))
    .map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return ['Exit codes:', ...rows].join('\n');
}
