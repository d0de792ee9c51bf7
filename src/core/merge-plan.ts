/**
 * What a plan means for the postings that exist: which get a new document, which are no longer
 * wanted, and where something that is booked would be planned otherwise today.
 */
import { contentHash } from './content-hash.ts';
import { differenceFlag, documentDifference, heldDifference } from './document-difference.ts';
import type {
  FlagDraft,
  InforDocument,
  ManualLink,
  Plan,
  PlannedDocument,
  Posting,
} from './glossary.ts';
import { isTakenByHand } from './hand-booking.ts';
import {
  isBinding,
  isRejected,
  isReplaceable,
  isRestaging,
  restaging,
} from './posting-standing.ts';
import type { ExternalKey } from './schema.ts';

export interface MergedPlan {
  /** New postings, documents that replace one still pending, and withdrawn ones wanted again. */
  put: PlannedDocument[];
  /** Pending postings that are no longer wanted, with nothing staged. */
  withdraw: ExternalKey[];
  /**
   * Staged ones, never given to a commit, that changed or are no longer wanted: back to pending
   * with their handle, so that it is deleted first. The plan after that puts or withdraws them.
   */
  restage: ExternalKey[];
  flags: FlagDraft[];
  decisions: string[];
}

/** A plan with open needs changes nothing: it may lack what it could not see. */
export function mergePlan(
  plan: Plan,
  postings: readonly Posting[],
  links: readonly ManualLink[] = [],
): MergedPlan {
  const merged: MergedPlan = {
    put: [],
    withdraw: [],
    restage: [],
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
      if (posting.handle !== null) {
        restage(merged, posting, 'no longer planned');
        continue;
      }
      merged.withdraw.push(posting.key);
      merged.decisions.push(`${posting.key}: withdrawn, no longer planned`);
    } else if (isRejected(posting) && posting.handle === null && isTakenByHand(posting, links)) {
      merged.withdraw.push(posting.key);
      merged.decisions.push(`${posting.key}: withdrawn, a person entered it in Infor`);
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
    if (isSame(planned, posting)) return;
    // What is staged is deleted by the recipe of its own kind.
    const otherKind = posting.handle !== null && posting.kind !== planned.document.kind;
    if (posting.state === 'staged' || otherKind) {
      restage(merged, posting, 'planned otherwise since it was staged');
      return;
    }
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

function isSame(planned: PlannedDocument, posting: Posting): boolean {
  if (posting.state === 'staged') return isSameContent(planned, posting);
  if (posting.dependsOn !== planned.dependsOn) return false;
  return posting.documentHash === contentHash(planned.document);
}

/** True when Infor would get the same, but for when we looked. */
export function isSameContent(planned: PlannedDocument, posting: Posting): boolean {
  if (posting.dependsOn !== planned.dependsOn) return false;
  return contentHash(weighed(posting.document)) === contentHash(weighed(planned.document));
}

/**
 * The time of day is often only when we looked, and the source is not sent: what is staged is not
 * deleted for these.
 */
function weighed(document: InforDocument): unknown {
  return { ...document, movedAtTime: null, source: null };
}

function restage(merged: MergedPlan, posting: Posting, why: string): void {
  if (isRestaging(posting)) {
    merged.decisions.push(`${posting.key}: waits for ${restaging}`);
    return;
  }
  merged.restage.push(posting.key);
  merged.decisions.push(`${posting.key}: its staged copy is taken back, ${why}`);
}

function flagDifference(merged: MergedPlan, posting: Posting, differences: string[]): void {
  const code = posting.adopted ? 'ADOPTED_DIFFERENT' : 'SOURCE_CHANGED';
  const flag = differenceFlag(posting, code, differences);
  if (flag !== null) merged.flags.push(flag);
}
