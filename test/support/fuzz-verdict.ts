import { readFileSync } from 'node:fs';
import { Problem } from '../../src/core/problem.ts';
import { projectRoot } from './source-tree.ts';

const documented = new Set(
  [...readFileSync(`${projectRoot}docs/errors.md`, 'utf8').matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(
    ([, code]) => code,
  ),
);

/** What a piece of work came to; anything that is not a result or a known Problem is told. */
export type Settled<T> = { value: T } | { problem: Problem } | { crash: string };

export async function settledOf<T>(work: () => Promise<T> | T): Promise<Settled<T>> {
  try {
    return { value: await work() };
  } catch (thrown) {
    if (!(thrown instanceof Problem)) {
      return { crash: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
    }
    const { code, kind, message } = thrown;
    if (kind === 'defect' || !documented.has(code)) return { crash: `${kind} ${code}: ${message}` };
    return { problem: thrown };
  }
}

/** Null when it is a result or a Problem that people can look up. */
export function crashOf(settled: Settled<unknown>): string | null {
  return 'crash' in settled ? settled.crash : null;
}
