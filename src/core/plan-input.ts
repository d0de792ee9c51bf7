/** What a planner is given, and where it puts what it finds. */

import type { FlagCode, FlagDetails } from './flag-reason.ts';
import { flagDraft } from './flag-reason.ts';
import type {
  BaselineLine,
  FlagDraft,
  HeldLine,
  JournalEntry,
  ManualLink,
  PlannedDocument,
  Posting,
  RecordKey,
  SourceRecord,
} from './glossary.ts';
import type { MasterView } from './master.ts';
import { addAmounts } from './money.ts';
import { addQuantities } from './quantity.ts';
import type { Amount, ExternalKey } from './schema.ts';
import type { Settings } from './settings.ts';

/** All that decides a plan. Equal inputs give equal plans. */
export interface PlanInput {
  key: RecordKey;
  record: SourceRecord | null;
  /** Set when the newest version could not be understood. */
  unreadable: { raw: string; problem: string } | null;
  observedAtMs: number;
  vanishedAtMs: number | null;
  /** A value that went backwards, confirmed by a second read. */
  regression: string | null;
  postings: Posting[];
  baseline: BaselineLine[];
  links: ManualLink[];
  /** Receipts of other records on the same purchase order that Infor does not show yet. */
  otherReceipts: Posting[];
  journalKey: ExternalKey | null;
  /** What that journal has of the charge; null when only Infor knows. */
  journalled: JournalledCharge | null;
  master: MasterView;
  settings: Settings;
}

/** A charge as it was when it was put into its journal; the amount is without sign. */
export interface JournalledCharge {
  amount: Amount;
  currency: string;
}

/** Flags of one document or record; one per reason and cause, with quantities added up. */
export interface FlagList {
  raise(code: FlagCode, details: FlagDetails): void;
  take(flags: readonly FlagDraft[]): void;
  all(): FlagDraft[];
}

export function flagList(): FlagList {
  const flags = new Map<string, FlagDraft>();
  const take = (drafts: readonly FlagDraft[]): void => {
    for (const draft of drafts) {
      const name = JSON.stringify([draft.code, draft.cause]);
      const known = flags.get(name);
      flags.set(name, known === undefined ? draft : merged(known, draft));
    }
  };
  return {
    raise: (code, details) => take([flagDraft(code, details)]),
    take,
    all: () => [...flags.values()],
  };
}

/** A document that a person entered: it is remembered as posted under its key, and never sent. */
export interface AdoptedDocument {
  planned: PlannedDocument;
  /** Infor's number of it. */
  number: string;
  /** What of it stands for the record; null for a link that nobody has checked. */
  held: HeldLine[] | null;
}

/** One record being planned. */
export interface PlanWork {
  input: PlanInput;
  settings: Settings;
  master: MasterView;
  flags: FlagList;
  documents: PlannedDocument[];
  adopt: AdoptedDocument[];
  decisions: string[];
  entry: JournalEntry | null;
}

/** What asking about master data needs of it. */
export type Asking = Pick<PlanWork, 'settings' | 'master'>;

export function planWork(input: PlanInput): PlanWork {
  return {
    input,
    settings: input.settings,
    master: input.master.fresh(),
    flags: flagList(),
    documents: [],
    adopt: [],
    decisions: [],
    entry: null,
  };
}

/** The flags, which hold up no more than these documents. */
export function holdingOnly(flags: readonly FlagDraft[], ...keys: ExternalKey[]): FlagDraft[] {
  return flags.map((flag) => ({ ...flag, holds: keys }));
}

function merged(known: FlagDraft, added: FlagDraft): FlagDraft {
  const { quantity, amount } = known;
  const { holds, ...rest } = known;
  const both =
    holds === undefined || added.holds === undefined
      ? {}
      : { holds: [...new Set([...holds, ...added.holds])] };
  return {
    ...rest,
    ...both,
    quantity:
      quantity === null || added.quantity === null
        ? (quantity ?? added.quantity)
        : addQuantities(quantity, added.quantity),
    amount:
      amount === null || added.amount === null
        ? (amount ?? added.amount)
        : addAmounts(amount, added.amount),
  };
}
