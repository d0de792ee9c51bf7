import type { Problem, ProblemKind } from '../core/problem.ts';

/** `unchecked`: it could not be looked at, and nothing is said about it. */
export type CheckState = 'ok' | 'warning' | 'problem' | 'unchecked';

/** What one look came to, in words for people. */
export interface Finding {
  state: CheckState;
  /** What was found. */
  what: string;
  /** What follows from it; empty when nothing does. */
  means: string;
  /** How to mend it; empty when nothing needs it. */
  mend: string;
  /** Of a problem: decides the exit code. `defect` is a damaged database. */
  kind: ProblemKind | null;
}

interface Trouble {
  what: string;
  means: string;
  mend: string;
}

export function fine(what: string): Finding {
  return { state: 'ok', what, means: '', mend: '', kind: null };
}

export function warning(trouble: Trouble): Finding {
  return { ...trouble, state: 'warning', kind: null };
}

export function problem(trouble: Trouble, kind: ProblemKind = 'configuration'): Finding {
  return { ...trouble, state: 'problem', kind };
}

export function unchecked(what: string, mend = ''): Finding {
  return { state: 'unchecked', what, means: '', mend, kind: null };
}

const meanings: Record<ProblemKind, string> = {
  rejected: 'the other side refuses it, now and in every run',
  configuration: 'every run that needs it will stop there',
  credentials: 'nothing can be read or posted on that side',
  retryable: 'no run gets further while this lasts; what waits is not lost',
  unknown: 'no run gets further while this lasts; what waits is not lost',
  defect: 'this should not happen',
};

/** A Problem that a check met, as its finding. */
export function failed(met: Problem, means: string = meanings[met.kind]): Finding {
  return problem({ what: met.message, means, mend: met.hint }, met.kind);
}
