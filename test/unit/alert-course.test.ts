import { describe, expect, it } from 'vitest';
import { afterSending, decideAlerts } from '../../src/core/alert.ts';
import { type AlertRun, concernsOf } from '../../src/core/alert-concern.ts';
import type { AlertState } from '../../src/core/alert-message.ts';

const minuteMs = 60_000;
const limits = { failures: 3, lagMs: 1e12, issueAfterMs: 1e12, receiptAfterMs: 1e12 };

interface Step {
  minute: number;
  command: 'sync all' | 'webhooks';
  exitCode: number;
  outcome: string;
}

const sync = (minute: number, exitCode: number, outcome = 'x'): Step => ({
  minute,
  command: 'sync all',
  exitCode,
  outcome,
});
const hint = (minute: number): Step => ({
  minute,
  command: 'webhooks',
  exitCode: 0,
  outcome: 'done',
});

/** What people hear, by the minute, when they are told after every run. */
function hearing(steps: readonly Step[]): string[] {
  const runs: AlertRun[] = [];
  let states: AlertState[] = [];
  const heard: string[] = [];
  for (const [id, { minute, ...run }] of steps.entries()) {
    const nowMs = (minute + 1) * minuteMs;
    runs.unshift({ ...run, id, startedAtMs: nowMs - 1000, endedAtMs: nowMs });
    const { concerns, unseen } = concernsOf(
      {
        nowMs,
        flags: [],
        runs,
        troubles: [],
        streams: [],
        overdue: [],
        missed: null,
        subscriptions: [],
        diskFree: null,
      },
      limits,
    );
    const decision = decideAlerts({
      concerns,
      states,
      unseen,
      nowMs,
      quietMs: 360 * minuteMs,
      messagesPerHour: 12,
      sentAtMs: [],
      heldBack: [],
      refused: [],
      digest: 'never',
    });
    const all = new Map([...states, ...decision.states].map((state) => [state.cause, state]));
    for (const cause of decision.forget) all.delete(cause);
    for (const state of decision.send) {
      all.set(state.cause, afterSending(state, nowMs));
      heard.push(`${minute} ${state.message.severity} ${state.cause}`);
    }
    states = [...all.values()];
  }
  return heard;
}

/** Full syncs every ten minutes, each followed by a hint run that goes well. */
function hours(count: number, exitAt: (minute: number) => number): Step[] {
  return Array.from({ length: count * 6 }, (_, index) => index * 10).flatMap((minute) => [
    sync(minute, exitAt(minute), 'costs: The token lacks billing_read'),
    hint(minute + 5),
  ]);
}

describe('over hours, people', () => {
  it('hear of one permission that stays missing once in the quiet time, and never as solved', () => {
    expect(hearing(hours(7, () => 5))).toEqual([
      '0 problem credentials',
      '360 problem credentials',
    ]);
  });

  it('hear of full syncs that fail, whatever runs for single deliveries do', () => {
    expect(hearing(hours(5, () => 4))).toEqual(['20 problem run:failing']);
  });

  it('hear no end of an outage after one lucky run', () => {
    expect(hearing(hours(3, (minute) => (minute === 60 ? 0 : 4)))).toEqual([
      '20 problem run:failing',
    ]);
  });

  it('hear the end once, and the return of it at once', () => {
    const exitAt = (minute: number) => (minute < 60 || minute >= 120 ? 5 : 0);

    expect(hearing(hours(3, exitAt))).toEqual([
      '0 problem credentials',
      '95 solved credentials',
      '120 problem credentials',
    ]);
  });
});
