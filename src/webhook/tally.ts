import type { Clock, Log } from '../app/ports.ts';
import { answers, type Outcome } from './answer.ts';

export type OutcomeCounts = Record<Outcome, number>;

export interface Tally {
  /** The facts are logged with the outcome, when it is. */
  count(outcome: Outcome, facts?: Record<string, string>): void;
  counts(): OutcomeCounts;
}

/** One line per outcome and minute, however many there are: a flood must not fill the disk. */
const quietMs = 60_000;

/** Counts what became of requests and logs those that went wrong, without bodies or headers. */
export function createTally(details: { clock: Pick<Clock, 'now'>; log: Log }): Tally {
  const { clock, log } = details;
  const counts = zeros();
  const told = new Map<Outcome, { atMs: number; count: number }>();

  function tell(outcome: Outcome, more: Record<string, string>): void {
    const nowMs = clock.now();
    const last = told.get(outcome);
    if (last !== undefined && Math.abs(nowMs - last.atMs) < quietMs) return;
    told.set(outcome, { atMs: nowMs, count: counts[outcome] });
    const { status, text, fault } = answers[outcome];
    const count = counts[outcome] - (last?.count ?? 0);
    const facts = { outcome, status, reason: text, count, ...more };
    if (fault === 'ours') log.error('Webhook deliveries were not taken', facts);
    else log.warn('Webhook deliveries were refused', facts);
  }

  return {
    count(outcome, facts = {}) {
      counts[outcome] += 1;
      if (answers[outcome].fault !== 'none') tell(outcome, facts);
    },
    counts: () => ({ ...counts }),
  };
}

function zeros(): OutcomeCounts {
  return {
    stored: 0,
    repeated: 0,
    malformed: 0,
    badTimestamp: 0,
    notUtf8: 0,
    unsigned: 0,
    badSignature: 0,
    tooLarge: 0,
    notFound: 0,
    wrongMethod: 0,
    limited: 0,
    badRequest: 0,
    noSecret: 0,
    clockOff: 0,
    busy: 0,
    failed: 0,
    late: 0,
    stopping: 0,
  };
}
