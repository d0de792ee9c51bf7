import { assert } from './problem.ts';

/**
 * Names met lately, the newest so many. What comes back without progress comes back soon, being the
 * oldest of what is due; to remember all of a backlog would take memory in proportion to it.
 */
export class RecentNames {
  readonly #max: number;
  readonly #names = new Set<string>();

  constructor(max: number) {
    assert(max > 0, 'at least one name is remembered');
    this.#max = max;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** The name counts as the newest from now on. */
  add(name: string): void {
    this.#names.delete(name);
    this.#names.add(name);
    if (this.#names.size <= this.#max) return;
    for (const oldest of this.#names) {
      this.#names.delete(oldest);
      return;
    }
  }
}
