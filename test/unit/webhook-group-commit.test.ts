import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/app/ports.ts';
import { defect, Problem } from '../../src/core/problem.ts';
import {
  createGroupCommit,
  type GroupCommitLimits,
  type SaveOutcome,
} from '../../src/webhook/group-commit.ts';
import { gate, manualClock, memoryLog, memorySink, until } from '../support/webhook-receiver.ts';

function message(webhookId: string, body = '{}'): Delivery {
  const subject = { kind: 'order' as const, id: '1' };
  const about = { topic: 'order.shipped', subject, keptBecause: null };
  return { webhookId, body, receivedAtMs: 0, proof: 'signature', ...about };
}

function setUp(
  limits: Partial<GroupCommitLimits> = {},
  onStored: (count: number) => void = () => {},
) {
  const sink = memorySink();
  const clock = manualClock();
  const log = memoryLog();
  const commit = createGroupCommit({ sink, clock, log, limits, onStored });
  const outcomes = new Map<string, SaveOutcome>();
  const save = (id: string, body?: string) =>
    commit.save(message(id, body), (outcome) => outcomes.set(id, outcome));
  return { sink, clock, log, commit, outcomes, save };
}

const full = new Problem({
  code: 'DATABASE_FULL',
  kind: 'retryable',
  message: 'the disk is full',
  hint: 'Free space.',
});

describe('group commit', () => {
  it('stores in one transaction what came while another was written', async () => {
    const { sink, commit, outcomes, save } = setUp();
    const held = gate();
    sink.before = () => (sink.batches.length === 1 ? held.opened : undefined);

    save('a');
    await until(() => sink.batches.length === 1);
    for (const id of ['b', 'c', 'd']) save(id);
    held.open();
    await until(() => outcomes.size === 4);

    expect(sink.batches).toEqual([1, 3]);
    expect([...outcomes.values()]).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect(commit.waiting()).toBe(0);
  });

  it('answers each by its own outcome', async () => {
    const { outcomes, save } = setUp();
    save('a');
    await until(() => outcomes.size === 1);

    save('b');
    save('a');
    await until(() => outcomes.size === 2);

    expect(Object.fromEntries(outcomes)).toEqual({ a: 'repeated', b: 'stored' });
  });

  it('makes no batch larger than its limit', async () => {
    const { sink, outcomes, save } = setUp({ batchMax: 2 });

    for (const id of ['a', 'b', 'c', 'd', 'e']) save(id);
    await until(() => outcomes.size === 5);

    expect(sink.batches).toEqual([2, 2, 1]);
  });

  it('does not let one row that the store refuses keep the others out', async () => {
    const { sink, log, outcomes, save } = setUp();
    sink.before = (deliveries) => {
      if (deliveries.some(({ webhookId }) => webhookId === 'bad')) throw defect('a bad row');
    };

    for (const id of ['a', 'b', 'bad', 'c', 'd']) save(id);
    await until(() => outcomes.size === 5);

    expect(outcomes.get('bad')).toBe('failed');
    expect([...sink.rows.keys()]).toEqual(['a', 'b', 'c', 'd']);
    expect([...outcomes.values()].filter((outcome) => outcome === 'stored')).toHaveLength(4);
    expect(log.lines).toHaveLength(1);
  });

  it('tries a batch once when the trouble is in none of its rows', async () => {
    const { sink, outcomes, save } = setUp();
    sink.before = () => {
      throw full;
    };

    for (const id of ['a', 'b', 'c']) save(id);
    await until(() => outcomes.size === 3);

    expect(sink.batches).toEqual([3]);
    expect(new Set(outcomes.values())).toEqual(new Set(['failed']));
  });

  it('takes a wrong number of answers for a failure', async () => {
    const { sink, outcomes, save } = setUp();
    sink.saveDeliveries = async () => [];

    save('a');
    await until(() => outcomes.size === 1);

    expect(outcomes.get('a')).toBe('failed');
  });

  it('tells who waits too long that it is late, in turn, and stores none that still gathers', async () => {
    const { sink, clock, commit, outcomes, save } = setUp({ answerWithinMs: 1_000 });
    const held = gate();
    sink.before = () => held.opened;

    save('a');
    await until(() => sink.batches.length === 1);
    clock.advance(500);
    save('b');
    clock.advance(500);
    await until(() => outcomes.size === 1);
    const first = [...outcomes];
    await until(() => clock.sleepers() === 1);
    clock.advance(500);
    await until(() => outcomes.size === 2);
    const waiting = commit.waiting();
    held.open();
    save('c');
    await until(() => outcomes.size === 3);

    expect(first).toEqual([['a', 'late']]);
    expect(outcomes.get('b')).toBe('late');
    expect(waiting).toBe(0);
    expect([...sink.rows.keys()]).toEqual(['a', 'c']);
  });

  it.each([
    ['deliveries', { waitingMax: 1 }],
    ['characters', { charactersMax: 10 }],
  ])(
    'takes no more than so many %s at a time, and again when they are stored',
    async (_, limits) => {
      const { commit, outcomes, save } = setUp(limits);

      save('a', '"0123456789"');
      save('b');
      const wasFull = commit.full();
      await until(() => outcomes.size === 2);
      save('c');
      await until(() => outcomes.size === 3);

      expect(wasFull).toBe(true);
      expect(Object.fromEntries(outcomes)).toEqual({ a: 'stored', b: 'busy', c: 'stored' });
    },
  );

  it('ends after all who wait were answered, and takes nothing more', async () => {
    const { sink, clock, commit, outcomes, save } = setUp();
    const held = gate();
    sink.before = () => held.opened;
    save('a');
    await until(() => sink.batches.length === 1);

    const closed = commit.close();
    save('b');
    const before = Object.fromEntries(outcomes);
    held.open();
    await closed;

    expect(before).toEqual({ b: 'stopping' });
    expect(outcomes.get('a')).toBe('stored');
    await until(() => clock.sleepers() === 0);
  });

  it('tells who waits in time although the clock was set back an hour', async () => {
    const { sink, clock, outcomes, save } = setUp({ answerWithinMs: 3_000 });
    sink.before = () => new Promise(() => {});
    save('a');
    await until(() => sink.batches.length === 1 && clock.sleepers() === 1);

    clock.setBack(3_600_000);
    for (let seconds = 0; seconds < 4; seconds += 1) {
      await until(() => clock.sleepers() === 1 || outcomes.size === 1);
      clock.advance(1_000);
    }
    await until(() => outcomes.size === 1);

    expect(outcomes.get('a')).toBe('late');
  });

  it('tells of new deliveries only when they wait to be read', async () => {
    const told: number[] = [];
    const { commit, outcomes, save } = setUp({}, (count) => told.push(count));
    const sample = { ...message('s'), subject: null, keptBecause: 'a sample' };

    commit.save(sample, (outcome) => outcomes.set('s', outcome));
    await until(() => outcomes.size === 1);
    const afterSample = [...told];
    save('a');
    await until(() => outcomes.size === 2);

    expect([afterSample, told]).toEqual([[], [1]]);
  });

  it('ends although the store never answers', async () => {
    const { sink, clock, commit, outcomes, save } = setUp();
    sink.before = () => new Promise(() => {});
    save('a');
    await until(() => sink.batches.length === 1);

    const closed = commit.close();
    clock.advance(6_000);
    await closed;

    expect(outcomes.get('a')).toBe('late');
  });

  it('survives a listener and a waiter that throw', async () => {
    const { commit, outcomes, save } = setUp({}, () => {
      throw new Error('a listener');
    });

    commit.save(message('a'), () => {
      throw new Error('a waiter');
    });
    save('b');
    await until(() => outcomes.size === 1);

    expect(outcomes.get('b')).toBe('stored');
    expect(commit.waiting()).toBe(0);
  });
});
