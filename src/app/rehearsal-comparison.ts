import { type Comparison, compareBooks } from '../core/rehearsal-compare.ts';
import {
  type BookKind,
  bookKinds,
  foldedReference,
  type HandBooking,
  type WouldBook,
} from '../core/rehearsal-line.ts';
import type { Rehearsal } from './rehearsal.ts';
import { type RehearsedDocument, recordReferences } from './rehearsal-document.ts';

export interface RehearsalComparison {
  file: string;
  rows: number;
  lines: Comparison;
  /** Why a booking has no match: reasons for which mlc would flag what it refers to. */
  flaggedAs(reference: string): string[];
  /** How people call the document of a key. */
  titleOf(key: string): string;
}

/** Journals and cancellations are left out: people book these in sums, not line by line. */
export function compareRehearsal(
  { documents, flags, window }: Rehearsal,
  given: { file: string; byHand: readonly HandBooking[] },
): RehearsalComparison {
  const codes = new Map<string, Set<string>>();
  for (const { flag, record } of flags) {
    for (const text of [flag.record.id, ...recordReferences(record)]) {
      const name = foldedReference(text);
      codes.set(name, (codes.get(name) ?? new Set()).add(flag.code));
    }
  }
  const titles = new Map<string, string>(documents.map(({ key, title }) => [key, title]));
  return {
    file: given.file,
    rows: given.byHand.length,
    lines: compareBooks({
      would: documents.flatMap((document) => wouldBook(document)),
      byHand: given.byHand,
      days: window,
    }),
    flaggedAs: (reference) => [...(codes.get(foldedReference(reference)) ?? [])].sort(),
    titleOf: (key) => titles.get(key) ?? '',
  };
}

function wouldBook(document: RehearsedDocument): WouldBook[] {
  const { key, day, lines, number } = document;
  const kind: BookKind | undefined = bookKinds.find((known) => known === document.kind);
  if (kind === undefined || day === null) return [];
  const references = number === null ? document.references : [...document.references, number];
  // A receipt sums up what was put on the shelf over several days, and ShipBob does not say which.
  return [{ key, kind, references, day: kind === 'goodsReceipt' ? null : day, lines }];
}
