import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { liveThrough } from '../support/simulation-life.ts';
import { storyOf } from '../support/simulation-plot.ts';
import { socketNetwork } from '../support/simulation-sockets.ts';
import { partsOf } from '../support/simulation-story.ts';

/** A seed with storms, crashes of all kinds, people and store calls that are mingled. */
const eventful = 30;

async function linesOf(seed: number): Promise<{ lines: string[]; digest: string }> {
  const lines: string[] = [];
  const { digest } = await liveThrough(storyOf(seed), { tell: (line) => lines.push(line) });
  return { lines, digest };
}

describe('one seed', () => {
  it('lives the same life twice, event for event', async () => {
    const first = await linesOf(eventful);
    const second = await linesOf(eventful);

    expect(second.lines).toEqual(first.lines);
    expect(second.digest).toBe(first.digest);
    expect(first.lines.length).toBeGreaterThan(1_000);
  });

  it('lives the same life in another process', async () => {
    const { digest } = await liveThrough(storyOf(eventful));
    const other = execFileSync('node', ['scripts/simulation.mjs', '--seed', String(eventful)], {
      encoding: 'utf8',
      env: { ...process.env, MLC_SIMULATION_FOLDER: '.simulation-beside' },
    });

    expect(other).toContain(`digest ${digest}`);
  });

  it('lives another life than its neighbour', async () => {
    const [one, other] = [await liveThrough(storyOf(3)), await liveThrough(storyOf(4))];

    expect(one.digest).not.toBe(other.digest);
  });
});

describe('one seed over real sockets', () => {
  it.each([eventful, 14])('lives the same life (seed %i)', async (seed) => {
    const near = await liveThrough(storyOf(seed));
    const far = await liveThrough(storyOf(seed), { network: socketNetwork });

    expect(far.digest).toBe(near.digest);
    expect(far.violations).toEqual([]);
    expect(Object.keys(far.faults).length).toBeGreaterThan(3);
  });
});

describe('a story with one part fewer', () => {
  it('is the same in all its other parts', () => {
    const story = storyOf(eventful);
    const [left] = partsOf(story, 'crash');
    const parts = story.parts.filter((part) => part !== left);

    expect(left).toBeDefined();
    expect(storyOf(eventful).parts.filter(({ name }) => name !== left?.name)).toEqual(parts);
    expect(new Set(story.parts.map(({ name }) => name)).size).toBe(story.parts.length);
  });
});
