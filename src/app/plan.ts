import { judgeBudget } from '../core/budget.ts';
import { dayOf } from '../core/day.ts';
import type { JournalEntry, MasterFact, Posting, RecordKey, RecordKind } from '../core/glossary.ts';
import { mergeUnlessIgnored, readyCode } from '../core/ignored.ts';
import { limits } from '../core/limits.ts';
import { masterView, needKey } from '../core/master.ts';
import { type CasePlan, planCase, recordName } from '../core/plan.ts';
import type { PlanInput } from '../core/plan-input.ts';
import { planJournal } from '../core/plan-journal.ts';
import { purchaseOrderOf } from '../core/plan-receipt.ts';
import { isReplaceable, isRestaging, restaging } from '../core/posting-standing.ts';
import { assert, Problem } from '../core/problem.ts';
import { RecentNames } from '../core/recent-names.ts';
import { withValue } from '../core/value-at-stake.ts';
import type { Engine } from './engine.ts';
import { readFacts } from './facts.ts';
import { areChargesIncomplete } from './ingest.ts';
import type { Move, PlanningCase, PlanOutcome } from './ports.ts';
import { apply, move } from './posting-work.ts';

/** Facts that lead to other facts (SKU → item → item in warehouse → …) are asked for in rounds. */
const roundsMax = 8;

/**
 * Plans every record that is due and saves what came of it: documents to post, flags raised and
 * cleared. A kind of record of which most of a batch would be flagged is stopped (design §2.7).
 * While more is being read, only full batches of orders.
 */
export async function planDue(
  engine: Engine,
  which: 'all' | 'fullBatchesOfOrders' = 'all',
): Promise<PlanningResult> {
  let planned = 0;
  const met = new RecentNames(limits.recentNamesMax);
  const stopped = new Map<RecordKind, Problem>();
  const except: RecordKind[] = which === 'all' ? [] : ['receiving', 'charge'];
  const { recordsPerPlan } = engine.settings.posting;
  const fewest = which === 'all' ? 1 : recordsPerPlan;
  while (!engine.signal.aborted) {
    const due = await engine.store.casesDue(recordsPerPlan, [...except, ...stopped.keys()]);
    const fresh = due.filter((one) => !met.has(identity(one)));
    if (fresh.length < fewest) break;
    for (const one of fresh) met.add(identity(one));
    engine.progress(`planning (${planned + fresh.length})`);
    for (const kind of recordKinds) {
      const cases = fresh.filter((one) => one.stored.key.kind === kind);
      if (cases.length === 0) continue;
      const problem = await planKind(engine, cases);
      if (problem) stopped.set(kind, problem);
    }
    planned += fresh.length;
  }
  engine.counts.planned += planned;
  const troubles = [...stopped].map(([kind, problem]) => ({
    stream: `planning of ${kind}`,
    problem,
  }));
  return { planned, troubles };
}

export interface PlanningResult {
  planned: number;
  /** Kinds of record whose planning stopped at the failure budget; the others went on. */
  troubles: { stream: string; problem: Problem }[];
}

/** Plans this record alone, twice if the first plan changes what is known of it. */
export async function planRecord(engine: Engine, key: RecordKey): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    const one = await engine.store.planningCase(key);
    if (one !== null) await planBatch(engine, [one]);
  }
}

const recordKinds = ['order', 'receiving', 'charge'] as const satisfies readonly RecordKind[];

/** Null, or the problem that stopped this kind of record before it flagged most of a batch. */
async function planKind(engine: Engine, cases: PlanningCase[]): Promise<Problem | null> {
  try {
    await planBatch(engine, cases);
    return null;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === 'TOO_MANY_FLAGS') return thrown;
    throw thrown;
  }
}

/** A case met again with nothing new in it would only be planned the same. */
function identity(one: PlanningCase): string {
  const postings = one.postings.map(({ key, state, attempt }) => `${key}/${state}/${attempt}`);
  const ignores = one.ignores.map(({ id }) => id);
  const { key, contentHash } = one.stored;
  return `${key.kind}:${key.id}:${contentHash}:${postings.join()}:${ignores.join()}`;
}

async function planBatch(engine: Engine, cases: PlanningCase[]): Promise<void> {
  const receivings = cases.filter((one) => one.stored.key.kind === 'receiving');
  const others = cases.filter((one) => one.stored.key.kind !== 'receiving');
  if (others.length > 0) await planTogether(engine, others);
  // Receiving orders may share a purchase order: each must see what the one before it has taken.
  for (const group of byPurchaseOrder(engine, receivings)) await planTogether(engine, group);
}

/** Rounds in which no purchase order occurs twice. */
function byPurchaseOrder(engine: Engine, cases: PlanningCase[]): PlanningCase[][] {
  const rounds: PlanningCase[][] = [];
  const turn = new Map<string, number>();
  for (const one of cases) {
    const order = orderNumberOf(engine, one) ?? `none:${one.stored.key.id}`;
    const round = turn.get(order) ?? 0;
    turn.set(order, round + 1);
    const list = rounds[round];
    if (list) list.push(one);
    else rounds[round] = [one];
  }
  return rounds;
}

function orderNumberOf(engine: Engine, one: PlanningCase): string | null {
  const { record } = one.stored;
  return record?.kind === 'receiving' ? purchaseOrderOf(record, engine.settings.receiving) : null;
}

async function planTogether(engine: Engine, cases: PlanningCase[]): Promise<void> {
  const facts = new Map<string, MasterFact>();
  let inputs = await inputsOf(engine, cases, facts);
  let plans = inputs.map((input) => planCase(input));
  for (let round = 0; round < roundsMax; round += 1) {
    const needs = plans.flatMap((plan) => plan.needs).filter((need) => !facts.has(needKey(need)));
    if (needs.length === 0) break;
    for (const [key, fact] of await readFacts(engine, needs)) facts.set(key, fact);
    const view = masterView(facts);
    inputs = inputs.map((input) => ({ ...input, master: view }));
    plans = plans.map((plan, index) => {
      const input = inputs[index];
      return input && plan.needs.length > 0 ? planCase(input) : plan;
    });
  }
  assert(
    plans.every((plan) => plan.needs.length === 0),
    'every fact asked for was answered',
  );
  await save(engine, cases, plans);
}

async function inputsOf(
  engine: Engine,
  cases: PlanningCase[],
  facts: Map<string, MasterFact>,
): Promise<PlanInput[]> {
  const inputs: PlanInput[] = [];
  for (const one of cases) inputs.push(await planInput(engine, one, facts));
  return inputs;
}

/** All that decides the plan of one case, with these facts. */
export async function planInput(
  engine: Engine,
  one: PlanningCase,
  facts: ReadonlyMap<string, MasterFact>,
): Promise<PlanInput> {
  const order = orderNumberOf(engine, one);
  const otherReceipts = order ? await engine.store.unpostedReceipts(order, one.stored.key) : [];
  const { key, record, unreadable, observedAtMs, vanishedAtMs, regression } = one.stored;
  const { postings, baseline, links, journalKey, journalled } = one;
  return {
    key,
    record,
    unreadable,
    observedAtMs,
    vanishedAtMs,
    regression,
    postings,
    baseline,
    links,
    otherReceipts,
    journalKey,
    journalled,
    master: masterView(facts),
    settings: engine.settings,
  };
}

async function save(engine: Engine, cases: PlanningCase[], plans: CasePlan[]): Promise<void> {
  const outcomes: PlanOutcome[] = [];
  const restage: Move[] = [];
  cases.forEach((one, index) => {
    const plan = plans[index];
    if (!plan) return;
    const byHand = new Set(plan.adopt.map(({ planned }) => planned.key));
    // What a person entered instead is taken over, not withdrawn.
    const merged = mergeUnlessIgnored(plan, {
      record: recordName(one.stored),
      postings: one.postings.filter(({ key }) => !byHand.has(key)),
      links: one.links,
      ignores: one.ignores,
      nowMs: engine.clock.now(),
    });
    // What of ours is staged is deleted first; the plan after that takes it over.
    const staged = one.postings.filter(
      (posting) => byHand.has(posting.key) && isReplaceable(posting) && posting.handle !== null,
    );
    const waiting = new Set(staged.map(({ key }) => key));
    const back = new Set([
      ...merged.restage,
      ...staged.filter((posting) => !isRestaging(posting)).map(({ key }) => key),
    ]);
    restage.push(...one.postings.filter(({ key }) => back.has(key)).map(restaged));
    outcomes.push({
      key: one.stored.key,
      contentHash: one.stored.contentHash,
      put: merged.put,
      adopt: plan.adopt.filter(({ planned }) => !waiting.has(planned.key)),
      withdraw: merged.withdraw,
      flags: withValue(merged.flags, one.stored.record, engine.settings.orders.currency),
      entry: merged.entry,
      decisions: merged.decisions,
      ignores: merged.ignores,
    });
  });
  keepBudget(engine, cases, outcomes);
  engine.crash('before-plans');
  // First of all, and with a new plan: a crash in between must not leave them to be committed.
  await apply(engine, restage, []);
  const counts = await engine.store.savePlans(engine.fence, outcomes, engine.clock.now());
  engine.crash('after-plans');
  engine.counts.flagsRaised += counts.raised;
  engine.counts.flagsCleared += counts.cleared;
}

/** Back to pending with its handle: that is deleted and read back as gone before anything new. */
function restaged(posting: Posting): Move {
  return move(posting, 'pending', {
    because: 'planned otherwise before any commit was given it: what is staged goes first',
    patch: { waitingFor: restaging },
    replan: 'yes',
  });
}

function keepBudget(engine: Engine, cases: PlanningCase[], outcomes: PlanOutcome[]): void {
  for (const kind of recordKinds) {
    const batch = outcomes.filter((outcome) => outcome.key.kind === kind);
    const newly = batch.filter((outcome) => isAsking(outcome) && !hadFlags(cases, outcome));
    const verdict = judgeBudget({
      planned: batch.length,
      newlyFlagged: newly.length,
      limits: engine.settings.limits,
    });
    if (verdict.verdict === 'stop') throw tooManyFlags(kind, verdict.sentence, newly);
  }
}

/** That an ignored question has gone is no sign of a broken mapping. */
function isAsking({ flags }: PlanOutcome): boolean {
  return flags.some(({ code }) => code !== readyCode);
}

function hadFlags(cases: PlanningCase[], outcome: PlanOutcome): boolean {
  const one = cases.find(
    ({ stored }) => stored.key.id === outcome.key.id && stored.key.kind === outcome.key.kind,
  );
  return one !== undefined && one.openFlags.length > 0;
}

function tooManyFlags(kind: RecordKind, sentence: string, newly: PlanOutcome[]): Problem {
  const causes = new Map<string, number>();
  for (const { flags } of newly) {
    for (const { cause } of flags) causes.set(cause, (causes.get(cause) ?? 0) + 1);
  }
  const top = [...causes].sort(([, a], [, b]) => b - a).slice(0, 5);
  return new Problem({
    code: 'TOO_MANY_FLAGS',
    kind: 'configuration',
    message: `planning of ${kind} records stopped before flagging most of them: ${sentence}`,
    hint: 'Look at the causes below: usually one mapping, centre or company is wrong. Mend it and run again, or raise limits.flaggedShareMax when it is right. Nothing was flagged and nothing is lost.',
    evidence: Object.fromEntries(top.map(([cause, count]) => [cause, `${count} records`])),
  });
}

/**
 * Collects the entries of finished days into journals, one per day, division and currency. Which
 * charge is in which journal is frozen in the store before anything is sent; late ones go into the
 * day's next journal. Nothing is frozen while only a part of the charges could be read.
 */
export async function freezeJournals(engine: Engine): Promise<void> {
  if (!engine.settings.sync.streams.costs || (await areChargesIncomplete(engine))) return;
  const zone = engine.settings.centres[0]?.timeZone ?? 'UTC';
  const today = dayOf(engine.clock.now(), zone);
  while (!engine.signal.aborted) {
    const loose = await engine.store.looseEntries(today, limits.journalEntriesMax);
    const group = firstGroup(loose);
    const first = group[0];
    if (!first) return;
    const { day, division, currency } = first;
    const sequence = await engine.store.nextJournalSequence(day, division);
    const planned = planJournal({
      day,
      division,
      currency,
      entries: group,
      sequence,
      settings: engine.settings,
    });
    engine.crash('before-journal-frozen');
    await engine.store.freezeJournal(engine.fence, planned, group, engine.clock.now());
    engine.crash('after-journal-frozen');
  }
}

function firstGroup(entries: JournalEntry[]): JournalEntry[] {
  const first = entries[0];
  if (!first) return [];
  return entries.filter(
    ({ day, division, currency }) =>
      day === first.day && division === first.division && currency === first.currency,
  );
}
