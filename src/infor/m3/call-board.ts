/** The calls of one `write` or `read`: where each result goes, and which travel together. */
import { Problem } from '../../core/problem.ts';
import type { MiCall, MiResult, TimedResult } from './mi.ts';

/** One call and the place of its result. */
export interface Slot {
  call: MiCall;
  settle(result: MiResult, durationMs: number): void;
}

export function createBoard(calls: MiCall[]): { slots: Slot[]; results(): TimedResult[] } {
  const settled = new Map<number, TimedResult>();
  const slots = calls.map((call, index) => ({
    call,
    settle: (result: MiResult, durationMs: number) => settled.set(index, { result, durationMs }),
  }));
  const results = () =>
    calls.map((_, index) => settled.get(index) ?? { result: skipped('M3'), durationMs: 0 });
  return { slots, results };
}

/** Held back, because an earlier call of its document has failed. */
export function skipped(program: string): MiResult {
  const problem = new Problem({
    code: 'INFOR_SKIPPED',
    kind: 'retryable',
    message: `this call of ${program} was held back: an earlier one of its document has failed`,
    hint: 'Nothing was sent. See the earlier call of the same document.',
  });
  return { kind: 'notSent', problem };
}

/**
 * The groups of the next request, whole: about as full as those that will follow it. A group that
 * is larger than a request comes alone.
 */
export function takeGroups(queue: Slot[][], sizeMax: number): Slot[] {
  const total = queue.reduce((sum, slots) => sum + slots.length, 0);
  const fill = evenSize(total, sizeMax);
  const taken = [...(queue.shift() ?? [])];
  for (let next = queue[0]; next !== undefined; next = queue[0]) {
    if (taken.length >= fill || taken.length + next.length > sizeMax) break;
    taken.push(...next);
    queue.shift();
  }
  return taken;
}

/** How many go into each request, so that the last one is about as full as the others. */
export function evenSize(count: number, sizeMax: number): number {
  const requests = Math.max(1, Math.ceil(count / Math.max(1, sizeMax)));
  return Math.max(1, Math.ceil(count / requests));
}

export function chunked<T>(all: T[], sizeMax: number): T[][] {
  if (all.length === 0) return [];
  const size = evenSize(all.length, sizeMax);
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, at) => all.slice(at * size, (at + 1) * size));
}
