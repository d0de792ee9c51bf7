import { describe, expect, it } from 'vitest';
import {
  type AlertDecision,
  type AlertInput,
  afterSending,
  decideAlerts,
} from '../../src/core/alert.ts';
import type { AlertState, Concern } from '../../src/core/alert-message.ts';

const hourMs = 3_600_000;
const t0 = Date.UTC(2026, 10, 23, 8);

function concern(
  cause: string,
  change: Partial<Concern['message']> = {},
  grewAtMs: number | null = null,
): Concern {
  return {
    message: { cause, severity: 'warning', title: `title of ${cause}`, lines: [], ...change },
    grewAtMs,
  };
}

/** People, and what is remembered about them, over many runs. */
function follow(settings: Partial<AlertInput> = {}) {
  let states: AlertState[] = [];
  let sentAtMs: number[] = [];
  let heldBack: string[] = [];
  return {
    states: () => states,
    run(nowMs: number, concerns: Concern[], own: Partial<AlertInput> = {}): string[] {
      const decision = decideAlerts({
        concerns,
        states,
        unseen: [],
        nowMs,
        quietMs: 6 * hourMs,
        messagesPerHour: 12,
        sentAtMs,
        heldBack,
        refused: [],
        digest: 'later',
        ...settings,
        ...own,
      });
      const next = remembered(states, decision, nowMs);
      states = next;
      sentAtMs = [...sentAtMs, ...decision.send.map(() => nowMs)];
      heldBack = decision.digest ? [] : decision.heldBack;
      return [
        ...decision.send.map(({ message }) => `${message.severity} ${message.cause}`),
        ...(decision.digest ? [`digest of ${decision.digest.states.length}`] : []),
      ];
    },
  };
}

function remembered(before: AlertState[], decision: AlertDecision, nowMs: number): AlertState[] {
  const all = new Map(before.map((state) => [state.cause, state]));
  for (const state of decision.states) all.set(state.cause, state);
  for (const cause of decision.forget) all.delete(cause);
  const told = [...decision.send, ...(decision.digest?.states ?? [])];
  for (const state of told) all.set(state.cause, afterSending(state, nowMs));
  return [...all.values()];
}

describe('a cause', () => {
  it('is told once, and not again within the quiet time', () => {
    const people = follow();

    expect(people.run(t0, [concern('lag:orders')])).toEqual(['warning lag:orders']);
    expect(people.run(t0 + hourMs, [concern('lag:orders')])).toEqual([]);
    expect(people.run(t0 + 5 * hourMs, [concern('lag:orders')])).toEqual([]);
  });

  it('that lasts is told again after the quiet time', () => {
    const people = follow();
    people.run(t0, [concern('lag:orders')]);

    expect(people.run(t0 + 6 * hourMs, [concern('lag:orders')])).toEqual(['warning lag:orders']);
  });

  it('that has not grown is not told again, however long it stands', () => {
    const people = follow();
    people.run(t0, [concern('flag:A:x', {}, t0 - 1)]);

    expect(people.run(t0 + 60 * hourMs, [concern('flag:A:x', {}, t0 - 1)])).toEqual([]);
    expect(people.run(t0 + 61 * hourMs, [concern('flag:A:x', {}, t0 + 60 * hourMs)])).toEqual([
      'warning flag:A:x',
    ]);
  });

  it('that is over is told as solved, once', () => {
    const people = follow();
    people.run(t0, [concern('lag:orders')]);

    expect(people.run(t0 + hourMs, [])).toEqual(['solved lag:orders']);
    expect(people.run(t0 + 2 * hourMs, [])).toEqual([]);
    expect(people.run(t0 + 9 * hourMs, [])).toEqual([]);
    expect(people.states()).toEqual([]);
  });

  it('that nobody was told of goes without a word', () => {
    const people = follow({ messagesPerHour: 0 });
    people.run(t0, [concern('lag:orders')]);

    expect(people.run(t0 + hourMs, [])).toEqual([]);
    expect(people.states()).toEqual([]);
  });

  it('is not called solved before it was gone for half an hour', () => {
    const people = follow();
    people.run(t0, [concern('lag:orders')]);

    expect(people.run(t0 + 1_799_000, [])).toEqual([]);
    expect(people.run(t0 + 1_800_000, [])).toEqual(['solved lag:orders']);
  });

  it('that returns after it was called solved is told again at once', () => {
    const people = follow();
    people.run(t0, [concern('lag:orders')]);
    people.run(t0 + hourMs, []);

    expect(people.run(t0 + hourMs + 600_000, [concern('lag:orders')])).toEqual([
      'warning lag:orders',
    ]);
  });

  it('that moves about the border of its kind is told once within the quiet time', () => {
    const people = follow();
    const parts = ['v', 'w', 'x', 'y'].map((cause) => concern(`flag:A:${cause}`, {}, t0 - 1));
    const told: string[] = [];

    for (let run = 0; run < 30; run += 1) {
      const wide = [concern('flag:A', {}, t0 + 1)];
      told.push(...people.run(t0 + run * 600_000, run % 2 === 0 ? parts : wide));
    }

    expect(told).toHaveLength(4);
  });

  it('that comes and goes is not told each time', () => {
    const people = follow();
    const told: string[] = [];

    for (let run = 0; run < 30; run += 1) {
      const now = t0 + run * 600_000;
      told.push(...people.run(now, run % 2 === 0 ? [concern('lag:orders')] : []));
    }

    expect(told).toEqual(['warning lag:orders']);
  });

  it('that comes back after the quiet time is new', () => {
    const people = follow();
    people.run(t0, [concern('lag:orders')]);
    people.run(t0 + hourMs, []);

    expect(people.run(t0 + 8 * hourMs, [concern('lag:orders')])).toEqual(['warning lag:orders']);
  });

  it('that was not looked at is neither solved nor forgotten', () => {
    const people = follow();
    people.run(t0, [concern('run:trouble:X')]);

    expect(people.run(t0 + hourMs, [], { unseen: ['run:trouble:'] })).toEqual([]);
    expect(people.states()).toHaveLength(1);
    expect(people.run(t0 + 2 * hourMs, [])).toEqual(['solved run:trouble:X']);
  });

  it('that widens to its kind is not called solved, and not told in parts again', () => {
    const people = follow();
    people.run(t0, [concern('flag:A:x', {}, t0)]);

    expect(people.run(t0 + hourMs, [concern('flag:A', {}, t0 + hourMs)])).toEqual([]);
    expect(people.run(t0 + 2 * hourMs, [concern('flag:A:x', {}, t0)])).toEqual([]);
    expect(people.run(t0 + 3 * hourMs, [])).toEqual(['solved flag:A:x']);
  });
});

describe('the rate', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => concern(`lag:${String(index).padStart(3, '0')}`));

  it('is kept, problems first, and the rest waits for the digest', () => {
    const people = follow();
    const all = [...many(40), concern('credentials', { severity: 'problem' })];

    const first = people.run(t0, all);

    expect(first).toHaveLength(12);
    expect(first[0]).toBe('problem credentials');
    expect(people.run(t0 + 2 * hourMs, all)).toEqual([]);
    expect(people.run(t0 + 3 * hourMs, all, { digest: 'due' })).toEqual(['digest of 41']);
    expect(people.run(t0 + 4 * hourMs, all)).toEqual([]);
  });

  it('holds a problem back for an hour at most', () => {
    const people = follow({ messagesPerHour: 1 });
    const both = [
      concern('credentials', { severity: 'problem' }),
      concern('database:disk', { severity: 'problem' }),
    ];

    expect(people.run(t0, both)).toEqual(['problem credentials']);
    expect(people.run(t0 + hourMs / 2, both)).toEqual([]);
    expect(people.run(t0 + hourMs, both)).toEqual(['problem database:disk']);
  });

  it('without a digest lets the rest go as soon as there is room', () => {
    const people = follow({ messagesPerHour: 2, digest: 'never' });
    const told: string[] = [];

    for (let hour = 0; hour < 5; hour += 1) told.push(...people.run(t0 + hour * hourMs, many(6)));

    expect(new Set(told).size).toBe(6);
    expect(told).toHaveLength(6);
  });

  it('counts what is solved too, and tells it later', () => {
    const people = follow({ messagesPerHour: 1 });
    people.run(t0, [concern('lag:a')]);

    expect(people.run(t0 + 600_000, [])).toEqual([]);
    expect(people.run(t0 + hourMs, [])).toEqual(['solved lag:a']);
  });

  it('is not stuck by a clock that went back', () => {
    const people = follow({ messagesPerHour: 1 });
    people.run(t0 + 48 * hourMs, [concern('lag:a')]);

    expect(people.run(t0, [concern('lag:b')], { unseen: ['lag:a'] })).toEqual(['warning lag:b']);
  });
});

describe('the digest', () => {
  it('tells of everything that is open, the gravest first, and says when it is cut', () => {
    const concerns = Array.from({ length: 35 }, (_, index) => concern(`lag:${index}`));
    const decision = decideAlerts({
      concerns: [...concerns, concern('credentials', { severity: 'problem' })],
      states: [],
      unseen: [],
      nowMs: t0,
      quietMs: hourMs,
      messagesPerHour: 1,
      sentAtMs: [],
      heldBack: [],
      refused: [],
      digest: 'due',
    });

    const message = decision.digest?.message;
    expect(message?.title).toBe('Still open: 36 matters');
    expect(message?.severity).toBe('problem');
    expect(message?.lines[0]).toContain('title of credentials');
    expect(message?.lines).toHaveLength(31);
    expect(message?.lines.at(-1)).toBe('… and 6 more: mlc alerts list');
  });

  it('is not sent when nothing is open', () => {
    expect(follow().run(t0, [], { digest: 'due' })).toEqual([]);
  });

  it('leaves out what is solved, and keeps what was not looked at', () => {
    const people = follow();
    people.run(t0, [concern('lag:a'), concern('run:trouble:X')]);
    people.run(t0 + hourMs, [concern('run:trouble:X')]);

    expect(people.run(t0 + 2 * hourMs, [], { digest: 'due', unseen: ['run:trouble:'] })).toEqual([
      'digest of 1',
    ]);
  });
});

describe('a message that could not be sent', () => {
  it('is due again at the next run', () => {
    const input = {
      concerns: [concern('lag:a')],
      states: [],
      unseen: [],
      nowMs: t0,
      quietMs: hourMs,
      messagesPerHour: 12,
      sentAtMs: [],
      heldBack: [],
      refused: [],
      digest: 'later' as const,
    };
    const first = decideAlerts(input);

    const second = decideAlerts({ ...input, states: first.states, nowMs: t0 + 600_000 });

    expect(second.send.map(({ cause }) => cause)).toEqual(['lag:a']);
    expect(second.send[0]?.firstAtMs).toBe(t0);
  });
});
