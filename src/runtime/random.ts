import type { Random } from '../app/ports.ts';

/**
 * A seeded generator (mulberry32): equal seeds give equal sequences on every machine, which is what
 * makes a simulated run repeatable. Not for secrets; those come from node:crypto.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next(): number {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    },
  };
}

/** The machine's own randomness, for jitter in real runs. */
export function systemRandom(): Random {
  return { next: () => Math.random() };
}

export type { Random } from '../app/ports.ts';
