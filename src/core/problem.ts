/**
 * What an error means for the work at hand. The kind alone drives retry, flag and exit:
 * `retryable` nothing happened, try again later; `unknown` it may have happened, look first;
 * `rejected` it did not happen and will not; `configuration` a person must mend the set-up;
 * `credentials` the other side refused who we are; `defect` our own mistake.
 */
export type ProblemKind =
  | 'retryable'
  | 'unknown'
  | 'rejected'
  | 'configuration'
  | 'credentials'
  | 'defect';

/** The one error of the system: a stable code, a sentence, and what to do about it. */
export class Problem extends Error {
  readonly code: string;
  readonly kind: ProblemKind;
  /** What a person can do, as a sentence. */
  readonly hint: string;
  /** Facts worth keeping, already free of secrets. */
  readonly evidence: Readonly<Record<string, string>>;
  /** Not before this long, when the other side said so. */
  readonly retryAfterMs: number | null;

  constructor(details: {
    code: string;
    kind: ProblemKind;
    message: string;
    hint: string;
    evidence?: Record<string, string>;
    retryAfterMs?: number | null;
    cause?: unknown;
  }) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Problem';
    this.code = details.code;
    this.kind = details.kind;
    this.hint = details.hint;
    this.evidence = details.evidence ?? {};
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** A broken promise inside the program: never expected, always worth a report. */
export function defect(message: string, evidence: Record<string, string> = {}): Problem {
  return new Problem({
    code: 'DEFECT',
    kind: 'defect',
    message,
    hint: 'This is a defect of mlc. Keep the log and the database, and report it.',
    evidence,
  });
}

/** Asserts an invariant; `message` says which one. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw defect(message);
}

/** Closes a switch over a union: the compiler refuses a missing case. */
export function unreachable(value: never): never {
  throw defect(`a case was not handled: ${JSON.stringify(value)}`);
}

/** Any thrown value as a Problem, without losing it. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Problem({
    code: 'UNEXPECTED',
    kind: 'defect',
    message,
    hint: 'This was not foreseen. Run again with --verbose and keep the log.',
    cause: thrown,
  });
}
