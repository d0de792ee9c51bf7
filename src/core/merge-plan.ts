/**
 * What a plan means for the postings that exist: which get a new document, which are no longer
 * wanted, and where something that is booked would be planned otherwise today.
 */
import { contentHash } from './content-hash.ts';
import { documentDifference, heldDifference } from './document-difference.ts';
import { flagDraft } from './flag-reason.ts';
import type { FlagDraft, Plan, PlannedDocument, Posting } from './glossary.ts';
import { limits } from './limits.ts';
import { isBinding, isRejected, isReplaceable } from './posting-standing.ts';
import type { ExternalKey } from './schema.ts';

export interface MergedPlan {
  /** New postings, documents that replace one still pending, and withdrawn ones wanted again. */
  put: PlannedDocument[];
  /** Pending postings that are no longer wanted. */
  withdraw: ExternalKey[];
  flags: FlagDraft[];
  decisions: string[];
}

/** A plan with open needs changes nothing: it may lack what it could not see. */
export function mergePlan(plan: Plan, postings: readonly Posting[]): MergedPlan {
  const merged: MergedPlan = {
    put: [],
    withdraw: [],
    flags: [...plan.flags],
    decisions: [...plan.decisions],
  };
  if (plan.needs.length > 0) {
    merged.decisions.push(`waits for ${plan.needs.length} facts about master data`);
    return merged;
  }
  const existing = new Map(postings.map((posting) => [posting.key, posting]));
  for (const planned of plan.documents) mergeOne(merged, planned, existing.get(planned.key));
  const wanted = new Set(plan.documents.map((planned) => planned.key));
  for (const posting of postings) {
    // Who is in a journal was frozen with it; one charge's plan never takes it back.
    if (wanted.has(posting.key) || posting.kind === 'journal') continue;
    if (isReplaceable(posting)) {
      merged.withdraw.push(posting.key);
      merged.decisions.push(`${posting.key}: withdrawn, no longer planned`);
    } else if (posting.adopted && posting.held !== null && isBinding(posting)) {
      flagDifference(merged, posting, heldDifference(posting.document, posting.held));
    }
  }
  return merged;
}

function mergeOne(
  merged: MergedPlan,
  planned: PlannedDocument,
  posting: Posting | undefined,
): void {
  const { key } = planned;
  if (posting === undefined || posting.state === 'cancelled') {
    merged.put.push(planned);
    merged.decisions.push(`${key}: ${planned.document.kind} planned`);
    return;
  }
  if (isReplaceable(posting)) {
    const same =
      posting.documentHash === contentHash(planned.document) &&
      posting.dependsOn === planned.dependsOn;
    if (same) return;
    merged.put.push(planned);
    merged.decisions.push(`${key}: ${planned.document.kind} replaced before it was sent`);
    return;
  }
  if (isRejected(posting)) {
    merged.decisions.push(`${key}: refused by Infor, waits for a person to retry it`);
    return;
  }
  flagDifference(merged, posting, documentDifference(planned.document, posting));
}

function flagDifference(merged: MergedPlan, posting: Posting, differences: string[]): void {
  if (differences.length === 0) return;
  const shown = differences.slice(0, limits.differencesShownMax);
  const more = differences.length - shown.length;
  const difference = shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
  const record = `${posting.record.kind} ${posting.record.id}`;
  merged.flags.push(
    flagDraft(posting.adopted ? 'ADOPTED_DIFFERENT' : 'SOURCE_CHANGED', {
      cause: `posting:${posting.key}`,
      evidence: { record, key: posting.key, kind: posting.kind, difference },
    }),
  );
}
