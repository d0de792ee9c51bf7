/**
 * Planning: from one record, what is posted of it, and what is known of Infor's master data, to
 * what shall stand in Infor. Pure and total: equal inputs give equal plans, and data never make it
 * throw.
 */
import type { Plan } from './glossary.ts';
import { limits } from './limits.ts';
import { planCharge } from './plan-cost.ts';
import type { AdoptedDocument, PlanInput, PlanWork } from './plan-input.ts';
import { planWork } from './plan-input.ts';
import { planOrder } from './plan-order.ts';
import { planReceiving } from './plan-receipt.ts';
import { bindingPosting, isBinding } from './posting-standing.ts';
import { unreachable } from './problem.ts';

/** A plan, and the documents of it that a person has entered in Infor already. */
export interface CasePlan extends Plan {
  adopt: AdoptedDocument[];
}

/** While `needs` is not empty the rest is provisional: fetch the facts and plan again. */
export function planCase(input: PlanInput): CasePlan {
  const work = planWork(input);
  if (input.vanishedAtMs !== null) planVanished(work);
  else if (input.unreadable !== null) planUnreadable(work, input.unreadable);
  else planRecord(work);
  return {
    documents: work.documents,
    flags: work.flags.all(),
    decisions: work.decisions,
    needs: work.master.needs(),
    entry: work.entry,
    adopt: work.adopt,
  };
}

function planRecord(work: PlanWork): void {
  const { record, regression } = work.input;
  if (record === null) {
    work.decisions.push('nothing is known of it yet');
    return;
  }
  switch (record.kind) {
    case 'order':
      planOrder(work, record);
      break;
    case 'receiving':
      planReceiving(work, record);
      break;
    case 'charge':
      planCharge(work, record);
      break;
    default:
      unreachable(record);
  }
  if (regression !== null) reviewRegression(work, regression);
}

/**
 * The newer version is what was planned, and orders and quantities on the shelf are compared with
 * what is booked there. A receiving order in any other state is not.
 */
function reviewRegression(work: PlanWork, difference: string): void {
  const { record, key, postings } = work.input;
  work.decisions.push(`went backwards in ShipBob: ${difference}`);
  if (record?.kind !== 'receiving' || work.flags.all().length > 0) return;
  const compared = record.phase === 'receiving' || record.phase === 'completed';
  const booked = postings.filter(isBinding).map((posting) => posting.key);
  if (compared || booked.length === 0) return;
  work.flags.raise('SOURCE_REGRESSED', {
    cause: `${key.kind}:${key.id}`,
    evidence: { record: recordName(work.input), difference, key: booked },
  });
}

function planUnreadable(work: PlanWork, unreadable: { raw: string; problem: string }): void {
  const { key } = work.input;
  work.flags.raise('SOURCE_UNREADABLE', {
    cause: `unreadable:${key.kind}:${key.id}`,
    evidence: {
      record: recordName(work.input),
      problem: unreadable.problem.slice(0, limits.evidenceTextMax),
      raw: unreadable.raw.slice(0, limits.rawEvidenceMax),
    },
  });
}

/** Confirmed 404: what is not posted is withdrawn, what is posted needs a person. */
function planVanished(work: PlanWork): void {
  const { key, postings, journalKey } = work.input;
  const booked = postings.filter(
    (posting) => bindingPosting(postings, posting.key) !== null || posting.key === journalKey,
  );
  const keys = [...new Set([...booked.map((posting) => posting.key), journalKey ?? []].flat())];
  if (keys.length === 0) {
    work.decisions.push('gone from ShipBob before anything was posted');
    return;
  }
  work.flags.raise('SOURCE_VANISHED', {
    cause: `${key.kind}:${key.id}`,
    evidence: { record: recordName(work.input), key: keys },
  });
}

/** The record in a sentence. */
export function recordName({ key, record }: Pick<PlanInput, 'key' | 'record'>): string {
  switch (key.kind) {
    case 'order':
      return `Order ${record?.kind === 'order' ? record.orderNumber : key.id}`;
    case 'receiving':
      return `Receiving order ${key.id}`;
    case 'charge':
      return `Charge ${key.id}`;
    default:
      return unreachable(key.kind);
  }
}

export type { AdoptedDocument, PlanInput } from './plan-input.ts';
