import { everyOpenQuestion, retryChosen } from '../../src/app/flagged.ts';
import type { ActBy, CareAct, Random, Store } from '../../src/app/ports.ts';
import type { MappingKey, MappingTarget } from '../../src/core/mapping.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import type { Installation, StoreRack } from './simulation-engine.ts';

export const actNames = [
  'mapRightly',
  'mapWrongly',
  'mapWrongly',
  'mend',
  'ignore',
  'ignore',
  'unignore',
  'retry',
] as const;
export type ActName = (typeof actNames)[number];

/**
 * A clerk between the runs, or while one stands still: sets mappings, the right ones and such to an
 * item that does not exist, and speaks of flags. Nothing of it changes what shall stand in Infor,
 * but for what is ignored in the end.
 */
export interface People {
  perform(act: ActName, luck: Random): Promise<void>;
  /** Takes back every mapping to what does not exist. */
  goHome(): Promise<void>;
  /** What was done, and how often. */
  done: Record<string, number>;
}

const hourMs = 3_600_000;

type Act = (store: Store, luck: Random) => Promise<number>;

export function createPeople(place: Installation, rack: StoreRack): People {
  const wrong = new Map<string, MappingKey>();
  const done: Record<string, number> = {};
  const by = (): ActBy => ({ actor: 'ada', nowMs: place.clock.now() });
  const acts: Record<ActName, Act> = {
    mapRightly,
    mapWrongly,
    mend,
    ignore,
    unignore,
    retry,
  };

  async function perform(act: ActName, luck: Random): Promise<void> {
    const store = await rack.take();
    try {
      done[act] = (done[act] ?? 0) + (await acts[act](store, luck));
    } finally {
      await rack.give(store);
    }
  }

  async function goHome(): Promise<void> {
    if (wrong.size === 0) return;
    const store = await rack.take();
    try {
      for (const key of wrong.values()) await unmap(store, key);
      wrong.clear();
    } finally {
      await rack.give(store);
    }
  }

  async function mapRightly(store: Store, luck: Random): Promise<number> {
    const alias = pick(luck, place.sandbox.week.infor.aliases);
    if (alias === undefined) return 0;
    const { item, quantity } = alias;
    const target = { kind: 'sku', item, factor: parseQuantity(String(quantity)) } as const;
    wrong.delete(alias.alias);
    return map(store, alias.alias, target);
  }

  async function mapWrongly(store: Store, luck: Random): Promise<number> {
    const sku = pick(luck, place.sandbox.week.shipbob.products)?.sku ?? '';
    if (sku === '') return 0;
    wrong.set(sku, { kind: 'sku', list: '', source: sku });
    return map(store, sku, { kind: 'sku', item: 'NOWHERE', factor: parseQuantity('1') });
  }

  async function map(store: Store, source: string, target: MappingTarget): Promise<number> {
    const draft = { list: '', source, target, validFromMs: null, validToMs: null };
    await store.setMapping(draft, { ...by(), because: null });
    return 1;
  }

  async function mend(store: Store, luck: Random): Promise<number> {
    const one = pick(luck, [...wrong]);
    if (one === undefined) return 0;
    wrong.delete(one[0]);
    await unmap(store, one[1]);
    return 1;
  }

  async function unmap(store: Store, key: MappingKey): Promise<void> {
    await store.removeMapping(key, { ...by(), because: null });
  }

  async function ignore(store: Store, luck: Random): Promise<number> {
    const untilMs = luck.next() < 0.5 ? null : by().nowMs + (6 + luck.next() * 48) * hourMs;
    const about: CareAct = {
      do: 'ignore',
      because: 'seen to by hand',
      untilMs: untilMs === null ? null : Math.round(untilMs),
    };
    return speak(store, luck, { about, ignored: 'hidden' });
  }

  function unignore(store: Store, luck: Random): Promise<number> {
    return speak(store, luck, { about: { do: 'unignore' }, ignored: 'only' });
  }

  async function speak(
    store: Store,
    luck: Random,
    { about, ignored }: { about: CareAct; ignored: 'hidden' | 'only' },
  ): Promise<number> {
    const ids = await store.queueIds({ ...everyOpenQuestion, ignored }, by().nowMs);
    const id = pick(luck, ids);
    return id === undefined ? 0 : (await store.careForFlags([id], about, by())).length;
  }

  async function retry(store: Store, luck: Random): Promise<number> {
    const ids = await store.queueIds(everyOpenQuestion, by().nowMs);
    const id = pick(luck, ids);
    const choice =
      id === undefined || luck.next() < 0.3 ? { filter: everyOpenQuestion } : { ids: [id] };
    return (await retryChosen(store, choice, by())).retried;
  }

  return { perform, goHome, done };
}

function pick<Value>(luck: Random, values: readonly Value[]): Value | undefined {
  return values[Math.floor(luck.next() * values.length)];
}
