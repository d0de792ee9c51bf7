import { describe, expect, it } from 'vitest';
import { liveThrough } from '../support/simulation-life.ts';
import type { LifeOutcome } from '../support/simulation-outcome.ts';
import { storyOf } from '../support/simulation-plot.ts';
import { shrink } from '../support/simulation-shrink.ts';
import type { Story } from '../support/simulation-story.ts';
import { tellStory } from '../support/simulation-telling.ts';
import { type TwistName, twists } from '../support/simulation-twist.ts';

/** Engines that break one rule of the posting protocol, and what must come of it. */
const broken: { twist: TwistName; kind: string }[] = [
  { twist: 'sendsAgain', kind: 'double' },
  { twist: 'trustsDoubtful', kind: 'wrong' },
];
const seedsMax = 40;
const partsMax = 8;
/** Some hundred lives. */
const patience = { timeout: 600_000 };

/** A story that fails so; a broken engine may also end in mere doubt, which is another failure. */
async function firstFailing(
  kind: string,
  live: (story: Story) => Promise<LifeOutcome>,
): Promise<Story> {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const story = storyOf(seed);
    const { violations } = await live(story);
    if (violations[0]?.kind === kind) return story;
  }
  throw new Error('a broken engine went through every seed, so the simulation proves nothing');
}

describe.each(broken)('an engine that $twist', ({ twist, kind }) => {
  const live = (story: Story) => liveThrough(story, { twist: twists[twist] });

  it('is caught, and by a small story that fails again in the same way', patience, async () => {
    const story = await firstFailing(kind, live);
    const shrunk = await shrink(story, live);
    const kept: Story = JSON.parse(JSON.stringify(shrunk?.story));
    const again = await live(kept);
    const honest = await liveThrough(kept);

    expect(shrunk?.violations[0]?.kind).toBe(kind);
    expect(again.violations).toEqual(shrunk?.violations);
    expect(honest.violations).toEqual([]);
    expect(story.parts.length).toBeGreaterThan(40);
    expect(kept.parts.length).toBeLessThanOrEqual(partsMax);
    expect(tellStory(kept, again.violations).at(-1)).toContain(`✗ ${kind}`);
  });
});

describe('a story that does not fail', () => {
  it('is not shrunk', async () => {
    expect(await shrink(storyOf(9), liveThrough)).toBeNull();
  });
});
