import type { LifeOutcome, Violation } from './simulation-outcome.ts';
import type { Habits, Part, Story } from './simulation-story.ts';

export interface Shrunk {
  story: Story;
  violations: Violation[];
  /** How many stories were tried. */
  lives: number;
}

/**
 * Leaves out of a failing story whatever it fails without, first whole groups (an order, a run with
 * its crash), then single parts (delta debugging). What is left fails in the same way; leaving out
 * any one part more would not.
 */
export async function shrink(
  story: Story,
  live: (story: Story) => Promise<LifeOutcome>,
  livesMax = 400,
): Promise<Shrunk | null> {
  const first = await live(story);
  const wanted = first.violations[0];
  if (wanted === undefined) return null;
  let lives = 1;
  let best = { story, violations: first.violations };

  async function take(candidate: Story): Promise<boolean> {
    if (lives >= livesMax) return false;
    lives += 1;
    const { violations } = await live(candidate);
    if (!violations.some(({ kind }) => kind === wanted?.kind)) return false;
    best = { story: candidate, violations };
    return true;
  }

  await take({ ...story, parts: whatHappened(story, first) });
  await take({ ...best.story, parts: best.story.parts.filter(({ atMs }) => atMs <= wanted.atMs) });
  for (const name of [groupOf, nameOf]) await leaveOut(best.story.parts, name);
  for (const calm of calmer) await take({ ...best.story, habits: calm(best.story.habits) });
  await leaveOut(best.story.parts, nameOf);
  return { ...best, lives };

  async function leaveOut(all: readonly Part[], name: (part: Part) => string): Promise<void> {
    let names = [...new Set(all.map(name))];
    let pieces = 2;
    while (names.length > 0) {
      const size = Math.ceil(names.length / pieces);
      let found = false;
      for (let at = 0; at < names.length; at += size) {
        const rest = [...names.slice(0, at), ...names.slice(at + size)];
        const kept = new Set(rest);
        const parts = best.story.parts.filter((part) => kept.has(name(part)));
        if (!(await take({ ...best.story, parts }))) continue;
        names = rest;
        pieces = Math.max(2, pieces - 1);
        found = true;
        break;
      }
      if (found) continue;
      if (pieces >= names.length) return;
      pieces = Math.min(names.length, pieces * 2);
    }
  }
}

/** Instead of storms the faults that they brought, one by one; without what never came. */
function whatHappened(story: Story, outcome: LifeOutcome): Part[] {
  const died = new Set(outcome.crashes.map(({ run }) => run));
  const kept = story.parts.filter((part) =>
    part.kind === 'crash' ? died.has(part.run) : part.kind !== 'storm' && part.kind !== 'fault',
  );
  const faults = outcome.fired.map(({ exchange, kind, atMs }): Part => {
    const at = exchange.indexOf(':');
    const name = `${exchange.slice(0, at)}/${exchange.slice(at + 1)} ${kind}`;
    return { kind: 'fault', name, atMs, exchange, fault: kind };
  });
  return [...kept, ...faults].sort((one, other) => one.atMs - other.atMs);
}

function nameOf(part: Part): string {
  return part.name;
}

function groupOf(part: Part): string {
  return part.name.split('/')[0] ?? part.name;
}

/** The same tenant and network with one oddity fewer. */
const calmer: ((habits: Habits) => Habits)[] = [
  (habits) => ({ ...habits, mingled: false }),
  (habits) => ({ ...habits, slowestLegMs: 400 }),
  (habits) => ({ ...habits, shipbobStaleMs: 0 }),
  (habits) => ({ ...habits, tenant: { ...habits.tenant, confirmDelayMs: 0 } }),
  (habits) => ({ ...habits, tenant: { ...habits.tenant, processDelayMs: 0 } }),
  (habits) => ({ ...habits, tenant: { ...habits.tenant, slowMs: 2_000 } }),
];
