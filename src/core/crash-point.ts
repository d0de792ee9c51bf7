/**
 * Every boundary at which this program can be made to die: before and after each thing that it
 * writes, and between the sending of a call and its answer. A point that is not in this list does
 * not compile, and one that no crash test kills at fails a test.
 */

/** Steps that change Infor, each with an intent before and an answer after it. */
export const writeSteps = ['prepare', 'stage', 'discard', 'commit'] as const;
type WriteStep = (typeof writeSteps)[number];

/** Steps that only ask; their answers are written down all the same. */
export const readSteps = ['lookup', 'inspect', 'readBack'] as const;
type ReadStep = (typeof readSteps)[number];

/** Passed by each run, whatever it posts. */
export const runPoints = [
  'after-lease',
  'before-page',
  'after-page',
  'before-second-read',
  'before-boxes',
  'after-boxes',
  'before-checkpoint',
  'after-checkpoint',
  'before-plans',
  'after-plans',
  'before-journal-frozen',
  'after-journal-frozen',
  'before-run-finished',
  'after-run-finished',
  'after-lease-released',
  'after-head',
] as const;

/** Passed by each document on its way, beside those of its calls. */
export const documentPoints = [
  'after-attempt',
  'before-staged',
  'after-staged',
  'before-committing',
  'after-committing',
  'after-commit',
  'before-posted',
  'after-posted',
] as const;

/** Passed by acts of people, by opening the database and by what stays up. */
export const otherPoints = [
  'before-migration',
  'after-migration',
  'rotate-key-written',
  'rotate-key-committed',
  'rotate-key-renamed',
  'before-token-write',
  'after-token-write',
  'before-link',
  'after-link',
  'before-deliveries',
  'after-deliveries',
  'after-hint-read',
  'after-hints-finished',
  'after-reconciliation-part',
  'close-written',
  'close-bound',
] as const;

/** About one call: its intent, the instant in which it has left, and its answer. */
export type CallPoint =
  | `before-intent:${WriteStep}`
  | `after-intent:${WriteStep}`
  | `before-answer:${WriteStep | ReadStep}`
  | `after-answer:${WriteStep | ReadStep}`;

/** The call has left, and nobody has read its answer. */
export type SentPoint = `sent:${WriteStep}`;

export type PassedPoint =
  | CallPoint
  | (typeof runPoints)[number]
  | (typeof documentPoints)[number]
  | (typeof otherPoints)[number];

export type CrashPointName = PassedPoint | SentPoint;

/** All of them, in no order that matters. */
export function crashPointNames(): CrashPointName[] {
  return [
    ...runPoints,
    ...documentPoints,
    ...otherPoints,
    ...writeSteps.flatMap((step): CrashPointName[] => [
      `before-intent:${step}`,
      `after-intent:${step}`,
      `sent:${step}`,
      `before-answer:${step}`,
      `after-answer:${step}`,
    ]),
    ...readSteps.flatMap((step): CrashPointName[] => [
      `before-answer:${step}`,
      `after-answer:${step}`,
    ]),
  ];
}

/** A point and which of its passes is meant: `after-page` the first, `after-page#3` the third. */
export interface CrashAim {
  point: CrashPointName;
  pass: number;
}

/** Null for what names no point. */
export function parseCrashAim(text: string): CrashAim | null {
  const [, name, pass = '1'] = /^([^#]+)(?:#([1-9]\d{0,5}))?$/.exec(text) ?? [];
  const point = crashPointNames().find((known) => known === name);
  return point === undefined ? null : { point, pass: Number(pass) };
}
