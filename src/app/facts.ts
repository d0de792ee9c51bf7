import { contentHash } from '../core/content-hash.ts';
import type { MasterFact, MasterNeed } from '../core/glossary.ts';
import { needKey, needOfCause } from '../core/master.ts';
import { assert } from '../core/problem.ts';
import type { Engine } from './engine.ts';

/**
 * How long a fact is believed. Absent ones shortly, so that a flag clears soon after the mend; a
 * purchase order's open quantities not at all, because every receipt changes them.
 */
const lifetimeMs = {
  known: 3_600_000,
  absent: 60_000,
  purchaseOrder: 0,
} as const;

/** Where facts come from: an engine, or whoever reads both sides without being one. */
export interface FactSources {
  clock: Engine['clock'];
  store: Pick<Engine['store'], 'facts' | 'putFacts'>;
  shipbob: Pick<Engine['shipbob'], 'catalogue'>;
  infor: Pick<Engine['infor'], 'masterData'>;
}

/** Facts for these needs: from the cache where they are fresh, else read in bulk and cached. */
export async function readFacts(
  engine: FactSources,
  needs: MasterNeed[],
): Promise<Map<string, MasterFact>> {
  const nowMs = engine.clock.now();
  const byKey = new Map(needs.map((need) => [needKey(need), need]));
  const facts = await engine.store.facts([...byKey.keys()], nowMs);
  const missing = [...byKey].filter(([key]) => !facts.has(key)).map(([, need]) => need);
  for (const [key, fact] of await fetchFacts(engine, missing)) facts.set(key, fact);
  return facts;
}

async function fetchFacts(
  engine: FactSources,
  needs: MasterNeed[],
): Promise<Map<string, MasterFact>> {
  const catalogue = needs.filter(isCatalogue);
  const master = needs.filter((need) => !isCatalogue(need));
  const fetched = new Map<string, MasterFact>();
  const keep = (asked: MasterNeed[], answers: MasterFact[]) => {
    assert(asked.length === answers.length, 'every need has one answer');
    asked.forEach((need, index) => {
      const fact = answers[index];
      if (fact) fetched.set(needKey(need), fact);
    });
  };
  if (catalogue.length > 0) keep(catalogue, await engine.shipbob.catalogue(catalogue));
  if (master.length > 0) keep(master, await engine.infor.masterData(master));
  const nowMs = engine.clock.now();
  await engine.store.putFacts(
    [...fetched].map(([key, fact]) => ({ key, fact, expiresAtMs: nowMs + lifetimeOf(key, fact) })),
    nowMs,
  );
  return fetched;
}

function isCatalogue(need: MasterNeed): boolean {
  return need.kind === 'inventory' || need.kind === 'product';
}

function lifetimeOf(key: string, fact: MasterFact): number {
  if (key.startsWith('purchaseOrder:')) return lifetimeMs.purchaseOrder;
  return fact.kind === 'absent' || fact.kind === 'ambiguous' ? lifetimeMs.absent : lifetimeMs.known;
}

/**
 * Looks again at the cause of every open flag, in bulk: what has changed in Infor, in ShipBob's
 * catalogue, in the configuration or in a mapping makes the records it held up due again. This is
 * how a flag clears by itself once the item exists.
 */
export async function recheckCauses(engine: Engine): Promise<void> {
  const hash = settingsHash(engine);
  const known = await engine.store.meta(causesSettings);
  await lookAgain(engine, known === hash ? 'no' : 'yes');
  // Last of all: a run that ends in between has not looked, and the next one must.
  if (known !== hash) await engine.store.noteInRun(engine.fence, causesSettings, hash);
}

async function lookAgain(engine: Engine, settingsChanged: 'yes' | 'no'): Promise<void> {
  await engine.store.touchExpiredIgnores(engine.clock.now());
  const causes = (await engine.store.openCauses()).map(({ cause }) => cause);
  if (causes.length === 0) return;
  engine.progress(`looking again at ${causes.length} causes of flags`);
  const changed: string[] = [];
  const needs = new Map<string, MasterNeed>();
  for (const cause of causes) {
    const need = needOfCause(cause);
    if (need) needs.set(cause, need);
    else if (settingsChanged === 'yes' && !cause.startsWith('posting:')) changed.push(cause);
  }
  const before = await rememberedFacts(engine);
  const keys = [...needs].map(([, need]) => needKey(need));
  await engine.store.forgetFacts(keys);
  const now = await fetchFacts(engine, [...needs.values()]);
  for (const [cause, need] of needs) {
    if (settingsChanged === 'yes') changed.push(cause);
    const key = needKey(need);
    const text = JSON.stringify(now.get(key) ?? null);
    if (before[key] !== text) changed.push(cause);
    before[key] = text;
  }
  for (const key of Object.keys(before)) if (!keys.includes(key)) delete before[key];
  await engine.store.touchCauses(changed);
  await engine.store.noteInRun(engine.fence, rememberedName, JSON.stringify(before));
}

/**
 * Rules, mappings and centres decide what is not sent yet, too: it must not be posted by those of
 * before. Every run that posts asks this first.
 */
export async function reachUnsent(engine: Engine): Promise<void> {
  const hash = settingsHash(engine);
  if ((await engine.store.meta(unsentSettings)) === hash) return;
  await engine.store.touchReplaceable(engine.fence, { name: unsentSettings, value: hash });
}

function settingsHash(engine: Engine): string {
  return contentHash(JSON.stringify(engine.settings));
}

/** The settings by which open causes were last looked at, and what is not sent yet was planned. */
const causesSettings = 'settings-hash';
const unsentSettings = 'settings-hash-of-unsent';
const rememberedName = 'causes-as-last-seen';

/** What each open cause looked like when it was last looked at: only a change makes records due. */
async function rememberedFacts(engine: Engine): Promise<Record<string, string>> {
  const text = await engine.store.meta(rememberedName);
  const parsed: unknown = text === null ? {} : JSON.parse(text);
  const remembered: Record<string, string> = {};
  if (typeof parsed !== 'object' || parsed === null) return remembered;
  for (const [key, value] of Object.entries(parsed)) {
    if (typeof value === 'string') remembered[key] = value;
  }
  return remembered;
}
