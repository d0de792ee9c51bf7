import { everyOpenQuestion, retryChosen } from '../../src/app/flagged.ts';
import type { ActBy, CareAct, Random, Store } from '../../src/app/ports.ts';
import type { MappingKey, MappingTarget } from '../../src/core/mapping.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { type Installation, openInstalled } from './simulation-engine.ts';

/**
 * A clerk between the runs, or while one stands still: sets mappings, the right ones and such to an
 * item that does not exist, and speaks of flags. Nothing of it changes what shall stand in Infor,
 * but for what is ignored in the end.
 */
export interface People {
  /** Perhaps does something. */
  act(): Promise<void>;
  /** Takes back every mapping to what does not exist. */
  goHome(): Promise<void>;
  /** What was done, and how often. */
  done: Record<string, number>;
}

const hourMs = 3_600_000;

export function createPeople(place: Installation, random: Random, chance: number): People {
  const wrong = new Map<string, MappingKey>();
  const done: Record<string, number> = {};
  const by = (): ActBy => ({ actor: 'ada', nowMs: place.clock.now() });
  const acts = [mapRightly, mapWrongly, mapWrongly, mend, ignore, ignore, unignore, retry];

  async function act(): Promise<void> {
    if (random.next() >= chance) return;
    const store = await openInstalled(place);
    try {
      for (let count = 0; count < 3; count += 1) {
        const one = pick(acts);
        const times = one === undefined ? 0 : await one(store);
        if (one !== undefined) done[one.name] = (done[one.name] ?? 0) + times;
      }
    } finally {
      await store.close();
    }
  }

  async function goHome(): Promise<void> {
    const store = await openInstalled(place);
    try {
      for (const key of wrong.values()) await unmap(store, key);
      wrong.clear();
    } finally {
      await store.close();
    }
  }

  function pick<Value>(values: readonly Value[]): Value | undefined {
    return values[Math.floor(random.next() * values.length)];
  }

  async function mapRightly(store: Store): Promise<number> {
    const alias = pick(place.sandbox.week.infor.aliases);
    if (alias === undefined) return 0;
    const { item, quantity } = alias;
    const target = { kind: 'sku', item, factor: parseQuantity(String(quantity)) } as const;
    wrong.delete(alias.alias);
    return map(store, alias.alias, target);
  }

  async function mapWrongly(store: Store): Promise<number> {
    const sku = pick(place.sandbox.week.shipbob.products)?.sku ?? '';
    if (sku === '') return 0;
    wrong.set(sku, { kind: 'sku', list: '', source: sku });
    return map(store, sku, { kind: 'sku', item: 'NOWHERE', factor: parseQuantity('1') });
  }

  async function map(store: Store, source: string, target: MappingTarget): Promise<number> {
    const draft = { list: '', source, target, validFromMs: null, validToMs: null };
    await store.setMapping(draft, { ...by(), because: null });
    return 1;
  }

  async function mend(store: Store): Promise<number> {
    const one = pick([...wrong]);
    if (one === undefined) return 0;
    wrong.delete(one[0]);
    await unmap(store, one[1]);
    return 1;
  }

  async function unmap(store: Store, key: MappingKey): Promise<void> {
    await store.removeMapping(key, { ...by(), because: null });
  }

  async function ignore(store: Store): Promise<number> {
    const untilMs = random.next() < 0.5 ? null : by().nowMs + (6 + random.next() * 48) * hourMs;
    const about: CareAct = {
      do: 'ignore',
      because: 'seen to by hand',
      untilMs: untilMs === null ? null : Math.round(untilMs),
    };
    return speak(store, about, 'hidden');
  }

  function unignore(store: Store): Promise<number> {
    return speak(store, { do: 'unignore' }, 'only');
  }

  async function speak(store: Store, about: CareAct, ignored: 'hidden' | 'only'): Promise<number> {
    const ids = await store.queueIds({ ...everyOpenQuestion, ignored }, by().nowMs);
    const id = pick(ids);
    return id === undefined ? 0 : (await store.careForFlags([id], about, by())).length;
  }

  async function retry(store: Store): Promise<number> {
    const ids = await store.queueIds(everyOpenQuestion, by().nowMs);
    const id = pick(ids);
    const choice =
      id === undefined || random.next() < 0.3 ? { filter: everyOpenQuestion } : { ids: [id] };
    return (await retryChosen(store, choice, by())).retried;
  }

  return { act, goHome, done };
}
