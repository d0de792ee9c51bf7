/** Questions of an engine under test, and what people say about them. */
import { everyOpenQuestion } from '../../src/app/flagged.ts';
import type { CareAct, QueueFilter } from '../../src/app/ports.ts';
import type { Flag } from '../../src/core/glossary.ts';
import type { OpenedStore } from '../../src/store/open.ts';

const farMs = 9_000_000_000_000;

/** Open flags as they lie in the store, ignored or not. */
export async function openFlagsOf(
  store: OpenedStore,
  change: Partial<QueueFilter> = {},
  nowMs = farMs,
): Promise<Flag[]> {
  const filter = { ...everyOpenQuestion, ignored: 'shown' as const, ...change };
  const { entries } = await store.queue({ filter, sort: 'age', limit: 10_000, nowMs });
  return entries.map(({ flag }) => flag);
}

export async function flagOf(store: OpenedStore, code: string): Promise<Flag> {
  const [found] = await openFlagsOf(store, { codes: [code] });
  if (found === undefined) throw new Error(`${code} is open`);
  return found;
}

/** Says it about every open flag of the code, as Ada. */
export async function say(
  store: OpenedStore,
  code: string,
  act: CareAct,
  nowMs: number,
): Promise<number[]> {
  const flags = await openFlagsOf(store, { codes: [code] });
  const ids = flags.map(({ id }) => id);
  return store.careForFlags(ids, act, { actor: 'ada', nowMs });
}

export const untilEnded: CareAct = { do: 'ignore', because: 'entered by hand', untilMs: null };
