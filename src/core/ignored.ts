/**
 * What it means that a question is ignored: it is not asked, and nothing that it has held up is
 * posted unasked. When such a document becomes free it is held back, and people are asked once more
 * (IGNORED_READY). The memory is not the flag, which comes and goes with the plans, but what people
 * said about the question; it ends when a person ends it, or when its time runs out while the
 * question still stands.
 *
 * Held back is a document that would be put: one without a posting, one that was withdrawn, one
 * whose staged copy was taken back, and one whose content changes before it is sent. What is on its
 * way with the same content goes on, and what Infor has or may have is left alone. Which documents
 * a question holds up is what its flag says (`FlagDraft.holds`); where it does not say, all of its
 * record.
 */

import { flagDraft } from './flag-reason.ts';
import type { FlagDraft, JournalEntry, ManualLink, PlannedDocument, Posting } from './glossary.ts';
import { isSameContent, type MergedPlan, mergePlan } from './merge-plan.ts';
import type { CasePlan } from './plan.ts';
import { isReplaceable, isRestaging } from './posting-standing.ts';
import { sumQuantities } from './quantity.ts';
import type { Quantity } from './schema.ts';

/** A question about a record that people have said they do not want to be asked. */
export interface StandingIgnore {
  id: number;
  code: string;
  cause: string;
  because: string;
  /** Keys of the documents it was seen to hold up; null: all of the record. */
  held: string[] | null;
  /** Its time; null until a person ends it. */
  untilMs: number | null;
}

export interface IgnoreOutcome {
  id: number;
  /** As `StandingIgnore.held`; it only grows. */
  held: string[] | null;
  /** Its time has run out and the question still stands: it is asked again, and nothing is owed. */
  over: 'yes' | 'no';
}

export interface HeldPlan extends MergedPlan {
  entry: JournalEntry | null;
  ignores: IgnoreOutcome[];
}

export interface IgnoreContext {
  /** The record in a sentence, such as `Order 1001`. */
  record: string;
  postings: readonly Posting[];
  /** What people entered in Infor for the record. */
  links?: readonly ManualLink[];
  ignores: readonly StandingIgnore[];
  nowMs: number;
}

/** The code of the question that is asked when an ignored one has gone. */
export const readyCode = 'IGNORED_READY';

/** The cause of that question; names what people said about the ignored one. */
export function readyCause(ignoreId: number): string {
  return `ignored:${ignoreId}`;
}

/** The id in such a cause, or null for any other cause. */
export function ignoreOfCause(cause: string): number | null {
  const found = /^ignored:(\d{1,15})$/.exec(cause);
  return found === null ? null : Number(found[1]);
}

/** Merges the plan with what exists, without what ignored questions hold back. */
export function mergeUnlessIgnored(plan: CasePlan, context: IgnoreContext): HeldPlan {
  const { postings, ignores, links = [] } = context;
  if (ignores.length === 0) {
    return { ...mergePlan(plan, postings, links), entry: plan.entry, ignores: [] };
  }
  const grown = ignores.map((ignore) => ({ ...ignore, held: heldSoFar(ignore, plan.flags) }));
  const back = new Map(grown.map(({ id }): [number, PlannedDocument[]] => [id, []]));
  const kept = plan.documents.filter((planned) => {
    if (!wouldBePut(planned, postings)) return true;
    const holders = grown.filter(({ held }) => held === null || held.includes(planned.key));
    for (const { id } of holders) back.get(id)?.push(planned);
    return holders.length === 0;
  });
  const merged = mergePlan({ ...plan, documents: kept }, postings, links);
  const ready = grown.flatMap((ignore): FlagDraft[] => {
    const documents = back.get(ignore.id) ?? [];
    if (documents.length === 0 && plan.entry === null) return [];
    return [readyFlag(context.record, ignore, { documents, entry: plan.entry })];
  });
  if (ready.length > 0) merged.decisions.push('held back: what held it up was ignored');
  const asked = new Set(merged.flags.map(({ code, cause }) => `${code} ${cause}`));
  const owed = new Set(ready.map(({ cause }) => cause));
  return {
    ...merged,
    flags: [...merged.flags, ...ready],
    entry: null,
    ignores: grown.map(({ id, held, untilMs, code, cause }) => {
      const ranOut = untilMs !== null && untilMs <= context.nowMs;
      const stands = asked.has(`${code} ${cause}`) && !owed.has(readyCause(id));
      return { id, held, over: ranOut && stands ? 'yes' : 'no' };
    }),
  };
}

/** What the question has held up before, and what it holds up in this plan. */
function heldSoFar(ignore: StandingIgnore, flags: readonly FlagDraft[]): string[] | null {
  const own = flags.find(({ code, cause }) => code === ignore.code && cause === ignore.cause);
  if (own === undefined || ignore.held === null) return ignore.held;
  if (own.holds === undefined) return null;
  return [...new Set([...ignore.held, ...own.holds])].sort();
}

/** New, wanted again, to be staged anew, or another content of what is not sent yet. */
function wouldBePut(planned: PlannedDocument, postings: readonly Posting[]): boolean {
  const posting = postings.find(({ key }) => key === planned.key);
  if (posting === undefined || posting.state === 'cancelled') return true;
  if (!isReplaceable(posting)) return false;
  return isTakenBack(posting) || !isSameContent(planned, posting);
}

/** Its staged copy is to be deleted, or is: perhaps because of the very question. */
function isTakenBack(posting: Posting): boolean {
  const { state, attempt, handle } = posting;
  return isRestaging(posting) || (state === 'pending' && attempt > 0 && handle === null);
}

function readyFlag(
  record: string,
  ignore: StandingIgnore,
  held: { documents: readonly PlannedDocument[]; entry: JournalEntry | null },
): FlagDraft {
  const { documents, entry } = held;
  const keys = documents.map(({ key }) => key);
  return flagDraft('IGNORED_READY', {
    cause: readyCause(ignore.id),
    evidence: {
      record,
      reason: ignore.because,
      ready: entry === null ? keys : [`charge ${entry.chargeId}`],
      question: ignore.code,
    },
    quantity: unitsOf(documents),
    amount: entry?.amount ?? null,
    currency: entry?.currency ?? null,
    holds: keys,
  });
}

/** Of the documents that wait for no other one of them: an issue moves what its order ordered. */
function unitsOf(documents: readonly PlannedDocument[]): Quantity | null {
  const keys = new Set(documents.map(({ key }) => key));
  const first = documents.filter(({ dependsOn }) => dependsOn === null || !keys.has(dependsOn));
  const units = first.flatMap(({ document }) =>
    'lines' in document && document.kind !== 'journal'
      ? document.lines.map(({ quantity }) => quantity)
      : [],
  );
  return units.length === 0 ? null : sumQuantities(units);
}
