/** Planning inputs and postings for tests. */
import { contentHash } from '../../src/core/content-hash.ts';
import type {
  BaselineLine,
  MasterFact,
  PlannedDocument,
  Posting,
  RecordKey,
  SourceRecord,
} from '../../src/core/glossary.ts';
import { masterView } from '../../src/core/master.ts';
import type { PlanInput } from '../../src/core/plan-input.ts';
import { parseQuantity, sumQuantities } from '../../src/core/quantity.ts';
import { inventoryOf, noonMs } from './builders.ts';
import { someFacts } from './builders-facts.ts';
import { someSettings } from './builders-settings.ts';

/** A planning input around one record; facts are `someFacts()` unless given. */
export function anInput(
  record: SourceRecord,
  more: Partial<Omit<PlanInput, 'master'>> & { facts?: ReadonlyMap<string, MasterFact> } = {},
): PlanInput {
  const { facts, ...fields } = more;
  return {
    key: keyOf(record),
    record,
    unreadable: null,
    observedAtMs: noonMs,
    vanishedAtMs: null,
    regression: null,
    postings: [],
    baseline: [],
    links: [],
    otherReceipts: [],
    journalKey: null,
    journalled: null,
    settings: someSettings(),
    master: masterView(facts ?? someFacts().build()),
    ...fields,
  };
}

export function keyOf(record: SourceRecord): RecordKey {
  return { kind: record.kind, id: record.id };
}

/** The posting of a planned document; pending and untouched unless fields say otherwise. */
export function aPosting(
  planned: PlannedDocument,
  record: RecordKey,
  fields: Partial<Posting> = {},
): Posting {
  return {
    id: 1,
    key: planned.key,
    kind: planned.document.kind,
    state: 'pending',
    record,
    shipmentId: planned.shipmentId,
    document: planned.document,
    documentHash: contentHash(planned.document),
    dependsOn: planned.dependsOn,
    attempt: 0,
    handle: null,
    handedToCommit: false,
    reference: null,
    held: null,
    adopted: false,
    nextAttemptAtMs: 0,
    failures: 0,
    doubtfulSinceMs: null,
    negativeLookupsAtMs: [],
    waitingFor: null,
    createdAtMs: noonMs,
    postedAtMs: null,
    ...fields,
  };
}

/** The same, posted. */
export function aPosted(
  planned: PlannedDocument,
  record: RecordKey,
  fields: Partial<Posting> = {},
): Posting {
  return aPosting(planned, record, {
    state: 'posted',
    attempt: 1,
    handle: `H-${planned.key}`,
    handedToCommit: true,
    reference: { number: '0010000001', detail: {} },
    postedAtMs: noonMs,
    ...fields,
  });
}

export function aBaseline(sku: string, stowed: string, lot: string | null = null): BaselineLine {
  return { inventoryId: inventoryOf(sku), lot, stowed: parseQuantity(stowed) };
}

/** Units of a receipt's or issue's lines. */
export function unitsOf(planned: PlannedDocument): string {
  const { document } = planned;
  if (!('lines' in document) || document.kind === 'journal') return '0';
  return sumQuantities(document.lines.map((line) => line.quantity));
}
