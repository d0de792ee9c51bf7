import { describe, expect, it } from 'vitest';
import { post } from '../../src/app/post.ts';
import { settle } from '../../src/app/settle.ts';
import type { Posting } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import { externalKey } from '../../src/core/schema.ts';
import type { TestEngine } from '../support/scripted-ledger.ts';
import {
  planOne,
  posted,
  refusal,
  scriptedLedger,
  testEngine,
  unclear,
} from '../support/scripted-ledger.ts';

const key = externalKey('SB1');
const minuteMs = 60_000;

async function world() {
  const script = scriptedLedger();
  const test = await testEngine(script.ledger, {
    posting: {
      retry: { baseMs: 1_000, capMs: minuteMs, deadlineMs: 24 * 60 * minuteMs },
      processingMsMax: 24 * 60 * minuteMs,
      unknown: {
        firstLookupAfterMs: 65_000,
        quietMs: 330_000,
        lookupGapMs: minuteMs,
        giveUpAfterMs: 24 * 60 * minuteMs,
        waitInRunMs: 0,
      },
    },
  });
  await planOne(test);
  return { ...test, script, sb1: () => postingOf(test) };
}

async function postingOf({ store }: TestEngine): Promise<Posting> {
  const posting = await store.posting(key);
  if (!posting) throw new Error('SB1 is in the store');
  return posting;
}

async function openFlags({ store }: TestEngine): Promise<string[]> {
  const filter = { codes: null, kinds: null, ids: null, state: 'open', limit: 10 } as const;
  return (await store.flags(filter)).map(({ code }) => code);
}

/** Looks every 30 s for so long; answers what Infor was asked meanwhile. */
async function lookFor(
  test: TestEngine & { script: { asked: string[] } },
  durationMs: number,
): Promise<string[]> {
  test.script.asked.length = 0;
  for (let passed = 0; passed < durationMs; passed += minuteMs / 2) {
    test.clock.pass(minuteMs / 2);
    await settle(test.engine);
  }
  return test.script.asked;
}

describe('posting a document', () => {
  it('looks its key up, stages, compares, commits and reads back, in this order', async () => {
    const test = await world();

    await post(test.engine);

    expect(test.script.asked).toEqual([
      'lookup',
      'stage',
      'inspect T1',
      'lookup T1',
      'commit T1',
      'readBack T1',
    ]);
    expect(await test.sb1()).toMatchObject({ state: 'posted', reference: posted.reference });
  });

  it('commits nothing that another installation booked while it was staged', async () => {
    const test = await world();
    test.script.play({ lookup: [{ state: 'absent' }, posted] });

    await post(test.engine);
    await post(test.engine);

    expect(test.script.asked.some((step) => step.startsWith('commit'))).toBe(false);
    expect(await test.sb1()).toMatchObject({ state: 'posted', adopted: true });
  });

  it('stages nothing while its key may be there already', async () => {
    const test = await world();
    test.script.play({ lookup: [{ state: 'unclear', problem: unclear() }] });

    await post(test.engine);

    expect(test.script.asked.filter((step) => step !== 'lookup')).toEqual([]);
    expect(await test.sb1()).toMatchObject({ state: 'pending', attempt: 0 });
  });

  it('adopts a document that Infor holds already, with the lines of Infor', async () => {
    const test = await world();
    test.script.play({ lookup: [posted] });

    await post(test.engine);

    expect(test.script.asked).toEqual(['lookup']);
    expect(await test.sb1()).toMatchObject({ state: 'posted', adopted: true });
  });

  it('never posts again what was deleted in Infor', async () => {
    const test = await world();
    test.script.play({ lookup: [{ state: 'deleted', reference: posted.reference }] });

    await post(test.engine);
    test.clock.pass(60 * minuteMs);
    await post(test.engine);

    expect(test.script.asked).toEqual(['lookup']);
    expect(await openFlags(test)).toEqual(['DELETED_IN_INFOR']);
  });

  it('never commits a handle of which a staging call had no clear answer', async () => {
    const test = await world();
    test.script.play({
      stage: [
        () => ({ state: 'doubtful', handle: 'T1', problem: unclear() }),
        (target) => ({ state: 'staged', handle: `T${target.attempt}` }),
      ],
    });

    await post(test.engine);
    test.clock.pass(60 * minuteMs);
    await post(test.engine);

    expect(test.script.asked).toEqual([
      'lookup',
      'stage',
      'lookup T1',
      'discard T1',
      'stage',
      'inspect T2',
      'lookup T2',
      'commit T2',
      'readBack T2',
    ]);
  });

  it('stages no new handle before the doubtful one is read back as gone', async () => {
    const test = await world();
    test.script.play({
      stage: [() => ({ state: 'doubtful', handle: 'T1', problem: unclear() })],
      discard: [{ state: 'unclear', problem: unclear() }],
    });

    for (let hour = 0; hour < 5; hour += 1) {
      await post(test.engine);
      test.clock.pass(60 * minuteMs);
    }

    expect(test.script.asked.filter((step) => step.startsWith('stage'))).toHaveLength(1);
  });

  it('deletes orphans that it finds under the key before it stages', async () => {
    const test = await world();
    test.script.play({ lookup: [{ state: 'staged', handles: ['T-OLD'] }] });

    await post(test.engine);

    expect(test.script.asked.slice(0, 3)).toEqual(['lookup', 'discard T-OLD', 'stage']);
  });

  it('commits nothing that differs from the document, and asks a person after three times', async () => {
    const test = await world();
    test.script.play({ inspect: [{ state: 'differs', difference: 'line 1: 2 instead of 3' }] });

    for (let hour = 0; hour < 6; hour += 1) {
      await post(test.engine);
      test.clock.pass(60 * minuteMs);
    }

    expect(test.script.asked.some((step) => step.startsWith('commit'))).toBe(false);
    expect(await openFlags(test)).toEqual(['STAGED_DIFFERS']);
  });

  it('knows what it deleted, though it died before it could say so', async () => {
    const test = await world();
    test.script.play({
      commit: [{ state: 'rejected', problem: refusal() }],
      readBack: [{ state: 'failed', problem: refusal() }],
    });
    const { discard } = test.engine.infor;
    test.engine.infor = {
      ...test.engine.infor,
      discard: async (...given) => {
        await discard(...given);
        throw new Error('the process ended here');
      },
    };
    await expect(post(test.engine)).rejects.toThrow('ended here');
    expect(test.script.asked.at(-1)).toBe('discard T1');
    test.engine.infor = { ...test.engine.infor, discard };

    test.script.play({ readBack: [{ state: 'gone' }, posted] });
    await settle(test.engine);
    await post(test.engine);

    // Deleted after a clear no: that was no effect, and it is staged anew.
    expect(await test.sb1()).toMatchObject({ state: 'posted', attempt: 2 });
  });

  it('flags what Infor refuses, once nothing of it is left behind', async () => {
    const test = await world();
    test.script.play({
      commit: [{ state: 'rejected', problem: refusal() }],
      readBack: [{ state: 'failed', problem: refusal() }],
    });

    await post(test.engine);

    expect(test.script.asked.at(-1)).toBe('discard T1');
    expect(await test.sb1()).toMatchObject({
      state: 'flagged',
      handle: null,
      handedToCommit: false,
    });
    expect(await openFlags(test)).toEqual(['REJECTED_BY_INFOR']);
  });
});

describe('an unclear commit', () => {
  async function afterUnclearCommit() {
    const test = await world();
    test.script.play({ commit: [{ state: 'unclear', problem: unclear() }] });
    await post(test.engine);
    return test;
  }

  it('makes the posting unknown, and asks nothing again by itself', async () => {
    const test = await afterUnclearCommit();

    await post(test.engine);

    expect(test.script.asked.filter((step) => step.startsWith('commit'))).toHaveLength(1);
    expect(await test.sb1()).toMatchObject({ state: 'unknown' });
  });

  it('is believed at once when the key is found', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ lookup: [posted], readBack: [{ state: 'gone' }] });

    await lookFor(test, 3 * minuteMs);

    expect(await test.sb1()).toMatchObject({ state: 'posted' });
  });

  it('is not repeated before the quiet period is over', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ readBack: [{ state: 'staged' }] });

    const asked = await lookFor(test, 5 * minuteMs);

    expect(asked).toContain('readBack T1');
    expect(asked).not.toContain('commit T1');
  });

  it('is not repeated after one negative look-up, however late it comes', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ readBack: [{ state: 'staged' }] });

    test.clock.pass(6 * 60 * minuteMs);
    await settle(test.engine);

    expect(test.script.asked).toEqual(['readBack T1', 'lookup T1']);
    expect(await test.sb1()).toMatchObject({ state: 'unknown' });
  });

  it('is repeated with the same handle, once, after the quiet period and two negative look-ups', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ readBack: [{ state: 'staged' }] });
    await lookFor(test, 5 * minuteMs);
    test.script.play({ readBack: [{ state: 'staged' }, posted] });

    const asked = await lookFor(test, 30 * minuteMs);

    expect(asked.filter((step) => step.startsWith('commit'))).toEqual(['commit T1']);
    expect(await test.sb1()).toMatchObject({ state: 'posted', attempt: 1 });
  });

  it('is not repeated while a look-up fails in between: a failed look-up is not absent', async () => {
    const test = await afterUnclearCommit();
    test.script.play({
      readBack: [{ state: 'staged' }],
      lookup: [{ state: 'unclear', problem: unclear('HTTP 503') }],
    });

    const asked = await lookFor(test, 60 * minuteMs);

    expect(asked).not.toContain('commit T1');
    expect(await test.sb1()).toMatchObject({ state: 'unknown' });
  });

  it('is never repeated where the handle cannot be read, and is flagged in the end', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ readBack: [{ state: 'unreadable' }] });
    const { giveUpAfterMs } = test.engine.settings.posting.unknown;

    const asked = await lookFor(test, giveUpAfterMs + 120 * minuteMs);

    expect(asked).not.toContain('commit T1');
    expect(await openFlags(test)).toEqual(['OUTCOME_UNKNOWN']);
  });

  it('is flagged with its evidence when the handle vanished and the key is absent', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ readBack: [{ state: 'gone' }] });
    const { giveUpAfterMs } = test.engine.settings.posting.unknown;

    const asked = await lookFor(test, giveUpAfterMs + 120 * minuteMs);

    expect(asked.some((step) => step.startsWith('stage'))).toBe(false);
    expect(await openFlags(test)).toEqual(['OUTCOME_UNKNOWN']);
  });

  it('that Infor works on for hours is looked at once an hour, not in every round', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ readBack: [{ state: 'processing' }] });
    await lookFor(test, 16 * 60 * minuteMs);

    const asked = await lookFor(test, 4 * 60 * minuteMs);

    expect(asked.filter((step) => step.startsWith('readBack'))).toHaveLength(4);
  });

  it('is not given up by a look that Infor did not answer', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ readBack: [{ state: 'staged' }] });
    await lookOnceADay(test, 1);
    test.script.play({ readBack: [{ state: 'unclear', problem: silence() }] });
    await lookOnceADay(test, 3);
    expect(await openFlags(test)).toEqual([]);
    test.script.play({ readBack: [{ state: 'staged' }, { state: 'staged' }, posted] });

    await lookOnceADay(test, 3);

    expect(await test.sb1()).toMatchObject({ state: 'posted', attempt: 1 });
  });

  it('is given up where Infor answers everything but the looks for it', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ readBack: [{ state: 'unclear', problem: silence() }] });

    await lookOnceADay(test, 10);

    expect(await openFlags(test)).toEqual(['OUTCOME_UNKNOWN']);
  });

  it.each(['gone', 'unreadable', 'processing'] as const)(
    'is not given up by the first look of all that reads it as %s, however late it comes',
    async (state) => {
      const test = await afterUnclearCommit();
      test.script.play({ readBack: [{ state }] });

      await lookOnceADay(test, 1);
      const first = await openFlags(test);
      await lookOnceADay(test, 2);

      expect(first).toEqual([]);
      expect(await openFlags(test)).toEqual(['OUTCOME_UNKNOWN']);
    },
  );

  it('is given up when its staged lines are others than ours at every look', async () => {
    const test = await afterUnclearCommit();
    test.script.play({
      readBack: [{ state: 'staged' }],
      inspect: [{ state: 'differs', difference: 'line 1: 2 instead of 3' }],
    });
    const { giveUpAfterMs } = test.engine.settings.posting.unknown;

    const asked = await lookFor(test, giveUpAfterMs + 120 * minuteMs);

    expect(asked).not.toContain('commit T1');
    expect(await openFlags(test)).toEqual(['OUTCOME_UNKNOWN']);
  });

  it('is not given up by the first useless look after one that could read it', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ readBack: [{ state: 'staged' }] });
    await lookOnceADay(test, 1);
    test.script.play({ readBack: [{ state: 'gone' }, posted] });

    await lookOnceADay(test, 2);

    expect(await test.sb1()).toMatchObject({ state: 'posted' });
  });

  it('of a run that died between its write-ahead row and the call is found out by the next run', async () => {
    const test = await world();
    const crashing = { ...test.engine, crash: dieAt('after-committing') };

    await expect(post(crashing)).rejects.toThrow('died at after-committing');
    await test.takeOver();
    test.script.play({ lookup: [posted] });
    await settle(test.engine);

    expect(test.script.asked).toEqual(['readBack T1', 'lookup T1']);
    expect(await test.sb1()).toMatchObject({ state: 'posted' });
  });

  it('that Infor goes on processing is waited for, and never committed again', async () => {
    const test = await afterUnclearCommit();
    test.script.play({ readBack: [{ state: 'processing' }, { state: 'processing' }, posted] });

    const asked = await lookFor(test, 30 * minuteMs);

    expect(asked).not.toContain('commit T1');
    expect(await test.sb1()).toMatchObject({ state: 'posted' });
  });
});

/** As a run that is started once a day does it, some minutes later each time. */
async function lookOnceADay({ engine, clock }: TestEngine, days: number): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    clock.pass(24 * 60 * minuteMs + 5 * minuteMs);
    await settle(engine);
  }
}

/** What the client says of a read that no answer came to (infor/m3/mi-client.ts). */
function silence(): Problem {
  return new Problem({
    code: 'INFOR_BUSY',
    kind: 'retryable',
    message: 'HTTP 429',
    hint: 'Nothing was changed; it will be read again.',
  });
}

function dieAt(point: string): (name: string) => void {
  return (name) => {
    if (name === point) throw new Error(`died at ${point}`);
  };
}

describe('a document that does not get on', () => {
  it('is flagged with what holds it up after the deadline, not tried for ever', async () => {
    const test = await world();
    test.script.play({ lookup: [{ state: 'unclear', problem: unclear('HTTP 503') }] });

    for (let hour = 0; hour < 60; hour += 1) {
      await post(test.engine);
      test.clock.pass(60 * minuteMs);
    }

    expect(await openFlags(test)).toEqual(['NO_PROGRESS']);
  });

  it('waits without a flag while nothing can be sent at all', async () => {
    const test = await world();
    const down = new Problem({
      code: 'INFOR_UNREACHABLE',
      kind: 'retryable',
      message: 'connection refused',
      hint: 'Wait.',
    });
    test.script.play({ stage: [() => ({ state: 'notSent', problem: down })] });

    for (let hour = 0; hour < 60; hour += 1) {
      await post(test.engine);
      test.clock.pass(60 * minuteMs);
    }

    expect(await openFlags(test)).toEqual([]);
    expect(await test.sb1()).toMatchObject({ state: 'pending' });
  });

  it('is flagged when it waits in vain for stock or a pick list', async () => {
    const test = await world();
    test.script.play({ stage: [() => ({ state: 'waiting', waitingFor: 'stock' })] });

    for (let hour = 0; hour < 60; hour += 1) {
      await post(test.engine);
      test.clock.pass(60 * minuteMs);
    }

    expect(await openFlags(test)).toEqual(['NO_PROGRESS']);
  });
});

describe('failed look-ups', () => {
  it('do not use up the commits of a handle that stays staged', async () => {
    const test = await world();
    test.script.play({ commit: [{ state: 'unclear', problem: unclear() }] });
    await post(test.engine);
    test.script.play({
      readBack: [{ state: 'staged' }],
      lookup: [{ state: 'unclear', problem: unclear('HTTP 503') }],
    });
    await lookFor(test, 120 * minuteMs);
    test.script.play({ readBack: [{ state: 'staged' }] });

    const asked = await lookFor(test, 120 * minuteMs);

    expect(asked).toContain('commit T1');
  });
});
