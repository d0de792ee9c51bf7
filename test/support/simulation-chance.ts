import { type Random, seededRandom } from '../../src/runtime/random.ts';

/**
 * Chance drawn from a seed and from what it is about, never from how much was drawn before: a story
 * with one part fewer has the same luck in all others, which is what lets it shrink.
 */
export function chanceOf(seed: number, ...about: (string | number)[]): Random {
  return seededRandom(hashOf(`${seed}|${about.join('|')}`));
}

/** A source of chance that is turned to another subject before each use. */
export class KeyedRandom implements Random {
  #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  turnTo(random: Random): void {
    this.#random = random;
  }

  next(): number {
    return this.#random.next();
  }
}

/** FNV-1a with a final mix: short texts that differ little give numbers that differ much. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function pickOf<Value>(random: Random, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random.next() * values.length)] ?? values[0];
}

/** A whole number between both, ends included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random.next() * (high - low + 1));
}
