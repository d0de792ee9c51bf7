import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { broken, type Damage, damage, fuzzRuns, planOf } from '../support/fuzz.ts';
import { damagedLedger, inforStories, type Step, steps, takeStep } from '../support/fuzz-infor.ts';
import { crashOf, settledOf } from '../support/fuzz-verdict.ts';

const stories = await inforStories();
const kinds = fc.constantFrom(...Object.keys(stories));

/** A step of one kind of document over its answers, damaged as planned. */
async function tried(kind: string, step: Step, plan: Damage[][]) {
  const story = stories[kind];
  if (story === undefined) throw new Error(`there is a story of a ${kind}`);
  const { ledger, calls } = damagedLedger(story.answers[step], plan);
  // Before it is staged it has no handle, but for the journal, whose handle is its key.
  const early = step === 'absent' || step === 'stage';
  const one = early && kind !== 'journal' ? { ...story.target, handle: null } : story.target;
  const settled = await settledOf(() => takeStep(ledger, step, [one]));
  return { settled, calls: calls(), states: statesOf(settled) };
}

function statesOf(settled: unknown): string[] {
  if (typeof settled !== 'object' || settled === null || !('value' in settled)) return ['thrown'];
  return Array.isArray(settled.value) ? settled.value.map(({ state }) => String(state)) : [];
}

/** By these the gateway says that it has forwarded nothing (reference: infor-api §1.3). */
const notForwarded = [404, 429];

function saysNotForwarded(plan: Damage[][]): boolean {
  return plan.flat().some((one) => one.do === 'status' && notForwarded.includes(one.status));
}

/** Envelopes that are no whole answer to what was asked. */
const incomplete: fc.Arbitrary<Damage> = fc.oneof(
  broken,
  fc.record({
    do: fc.constant('whole' as const),
    text: fc.constantFrom(
      '{"results":[]}',
      '{"results":[],"wasTerminated":true}',
      '{"results":[{"records":[]}],"wasTerminated":true,"terminationReason":"time"}',
      '{"results":[{"transaction":"Other","records":[]}]}',
      '{"results":[{"records":[],"positionKey":"abc"}]}',
      '{"results":[{"notProcessed":true}]}',
      '{"results":[{"records":[]}],"nrOfFailedTransactions":1}',
      '{"results":[{"records":[]}],"nrOfNotProcessedTransactions":1}',
      '{"results":[{"records":[]},{"records":[]},{"records":[]}]}',
      '{"results":[{"errorMessage":"something went wrong"}]}',
      '{"results":[{"errorType":"InternalError","errorCode":"XRE0103"}]}',
      '{"results":[{"errorType":"Brandnew","errorCode":"XRE0103"}]}',
      '{"errorMessage":"upstream XRE0103"}',
    ),
  }),
);

describe('the stories', () => {
  it.each(Object.keys(stories))('%s goes well while nothing is damaged', async (kind) => {
    const states: string[] = [];
    for (const step of steps) states.push(...(await tried(kind, step, [[]])).states);

    expect(states).toEqual(['absent', 'staged', 'matches', 'accepted', 'posted', 'posted']);
  });
});

describe('whatever M3 answers', () => {
  it.each(steps)('the step %s ends with an answer or a known Problem', async (step) => {
    await fc.assert(
      fc.asyncProperty(kinds, planOf(damage), async (kind, plan) => {
        const { settled, calls, states } = await tried(kind, step, plan);

        expect(crashOf(settled)).toBeNull();
        expect(states).toHaveLength(1);
        expect(calls).toBeLessThanOrEqual(500);
      }),
      fuzzRuns(150),
    );
  });

  it('a commit that took effect is never called refused or unsent', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, planOf(damage), async (kind, plan) => {
        fc.pre(!saysNotForwarded(plan));

        const { states } = await tried(kind, 'commit', plan);

        expect(['accepted', 'unclear']).toContain(states[0]);
      }),
      fuzzRuns(500),
    );
  });

  it('a staging call without a clear answer makes no handle that may be committed', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, incomplete, async (kind, one) => {
        const { states } = await tried(kind, 'stage', [[one]]);

        expect(states[0]).not.toBe('staged');
        expect(states[0]).not.toBe('rejected');
      }),
      fuzzRuns(150),
    );
  });
});

describe('an answer that is not whole', () => {
  it('never makes a posted document absent', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, planOf(incomplete), async (kind, plan) => {
        const { states } = await tried(kind, 'posted', plan);

        expect(['posted', 'unclear', 'thrown']).toContain(states[0]);
      }),
      fuzzRuns(500),
    );
  });

  it('never makes a processed handle read as staged, gone or failed', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, planOf(incomplete), async (kind, plan) => {
        const { states } = await tried(kind, 'readBack', plan);

        expect(['posted', 'processing', 'unclear', 'unreadable', 'thrown']).toContain(states[0]);
      }),
      fuzzRuns(500),
    );
  });

  it('never makes a staged document match, differ or vanish', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, incomplete, async (kind, one) => {
        const { states, calls } = await tried(kind, 'inspect', [[one]]);

        // M3 has no call that reads the lines of a journal that is not posted.
        expect(kind === 'journal' ? calls : 0).toBe(0);
        if (calls > 0) expect(['unclear', 'thrown']).toContain(states[0]);
      }),
      fuzzRuns(200),
    );
  });
});
