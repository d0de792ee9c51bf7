/**
 * The flagged queue as commands use it: which flags are meant, and what is done about them. What
 * each act means is kept by the store, in one transaction with its row in the audit trail. An act
 * on very many flags is several of them, and can be said again when it was broken off.
 */
import type { RecordKind } from '../core/glossary.ts';
import { readyCode } from '../core/ignored.ts';
import { Problem } from '../core/problem.ts';
import type { ActBy, CareAct, FlagStore, QueueFilter } from './ports.ts';

/** Every question that people want to be asked. */
export const everyOpenQuestion: QueueFilter = {
  state: 'open',
  ignored: 'hidden',
  ids: null,
  codes: null,
  kinds: null,
  causes: null,
  records: null,
  skus: null,
  assignee: null,
  tags: null,
  raisedBeforeMs: null,
  raisedAfterMs: null,
};

/** Flags by number, or all that match. */
export type FlagChoice = { ids: number[] } | { filter: QueueFilter };

export interface ActAnswer {
  /** Flags it was done for. */
  done: number[];
  /** Named and not open, or not there. */
  notOpen: number[];
}

/**
 * Retries the chosen flags. A filter never means what people ignore: neither the ignored questions
 * themselves nor, unless it asks for that very reason, those whether to post what one has held.
 */
export async function retryChosen(
  store: FlagStore,
  choice: FlagChoice,
  by: ActBy,
): Promise<ActAnswer & { retried: number; readyLeft: number }> {
  const { ids, readyLeft } = await chosenIds(store, choice, by.nowMs, 'onlyByName');
  const open = 'ids' in choice ? await openAmong(store, ids, by.nowMs) : ids;
  let retried = 0;
  for (const some of inParts(open)) retried += await store.retryFlags(some, by.actor, by.nowMs);
  return { retried, readyLeft, done: open, notOpen: without(ids, open) };
}

/** Assigns, tags, notes, ignores or unignores the chosen flags. */
export async function careForChosen(
  store: FlagStore,
  choice: FlagChoice,
  act: CareAct,
  by: ActBy,
): Promise<ActAnswer> {
  const ready = act.do === 'ignore' ? 'onlyByName' : 'included';
  const { ids } = await chosenIds(store, choice, by.nowMs, ready);
  if ('ids' in choice) {
    await requireKnown(store, ids, by.nowMs);
    if (act.do !== 'note' && act.do !== 'unignore') await requireOpen(store, ids, by.nowMs);
  }
  const done: number[] = [];
  for (const some of inParts(ids)) done.push(...(await store.careForFlags(some, act, by)));
  return { done, notOpen: without(ids, done) };
}

/** A whole queue in one transaction would keep a run waiting for the database. */
const partMax = 1000;

function inParts(ids: readonly number[]): number[][] {
  const parts: number[][] = [];
  for (let start = 0; start < ids.length; start += partMax) {
    parts.push(ids.slice(start, start + partMax));
  }
  return parts;
}

function without(ids: readonly number[], some: readonly number[]): number[] {
  const met = new Set(some);
  return ids.filter((id) => !met.has(id));
}

async function chosenIds(
  store: FlagStore,
  choice: FlagChoice,
  nowMs: number,
  ready: 'included' | 'onlyByName',
): Promise<{ ids: number[]; readyLeft: number }> {
  if ('ids' in choice) return { ids: [...new Set(choice.ids)], readyLeft: 0 };
  const { filter } = choice;
  const ids = await store.queueIds(filter, nowMs);
  // A filter that names reasons says itself whether this one is meant.
  if (ready === 'included' || filter.codes !== null) return { ids, readyLeft: 0 };
  const left = await store.queueIds({ ...filter, codes: [readyCode] }, nowMs);
  return { ids: without(ids, left), readyLeft: left.length };
}

function openAmong(store: FlagStore, ids: number[], nowMs: number): Promise<number[]> {
  return store.queueIds({ ...everyOpenQuestion, ignored: 'shown', ids }, nowMs);
}

/** Throws FLAG_NOT_FOUND: a number that was mistyped must not pass for done. */
async function requireKnown(store: FlagStore, ids: number[], nowMs: number): Promise<void> {
  const every = { ...everyOpenQuestion, state: 'all', ignored: 'shown' } as const;
  const [absent] = without(ids, await store.queueIds({ ...every, ids }, nowMs));
  if (absent !== undefined) throw noSuchFlag(absent);
}

/** Throws FLAG_CLEARED: who speaks of a question must know that it is asked. */
async function requireOpen(store: FlagStore, ids: number[], nowMs: number): Promise<void> {
  const [cleared] = without(ids, await openAmong(store, ids, nowMs));
  if (cleared === undefined) return;
  throw new Problem({
    code: 'FLAG_CLEARED',
    kind: 'configuration',
    message: `flag ${cleared} has cleared: there is nothing left to decide about it`,
    hint: 'Nothing was done. See mlc flagged list for what is open.',
  });
}

export function noSuchFlag(id: number): Problem {
  return new Problem({
    code: 'FLAG_NOT_FOUND',
    kind: 'configuration',
    message: `there is no flag ${id}`,
    hint: 'See mlc flagged list --all for the ids there are.',
  });
}

/** What people call the records of a stream, and what the store calls them. */
export const streamKinds: Record<string, RecordKind> = {
  orders: 'order',
  order: 'order',
  receiving: 'receiving',
  costs: 'charge',
  charge: 'charge',
};
