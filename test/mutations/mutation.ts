/** One piece of source text and what stands in its place while the mutation is tried. */
export interface Change {
  /** Relative to the project. */
  file: string;
  /** Exactly as it stands in the file, where it must occur once. */
  from: string;
  to: string;
}

/** A deliberate breakage of one rule, and the test that must notice it. */
export interface Mutation {
  name: string;
  /** What it would do to somebody's ledger. */
  harm: string;
  changes: readonly Change[];
  /** The file of the test, then its suites and its title. */
  caughtBy: readonly [file: string, ...path: string[]];
}

/** A mutation of one place. */
export function mutation(
  parts: Omit<Mutation, 'changes'> & Change & { also?: readonly Change[] },
): Mutation {
  const { name, harm, caughtBy, also = [], ...change } = parts;
  return { name, harm, caughtBy, changes: [change, ...also] };
}

/** The title of a test as Vitest matches it with `-t`. */
export function fullName({ caughtBy: [, ...path] }: Mutation): string {
  return path.join(' ');
}

/** How often `from` stands in the text. */
export function occurrences(text: string, from: string): number {
  return text.split(from).length - 1;
}
