/** The ledger's side of a comparison: open questions, hand bookings, and the case of each record. */
import type {
  BaselineLine,
  DocumentReference,
  OrderRecord,
  Posting,
  ReceivingRecord,
  RecordKey,
} from '../core/glossary.ts';
import type { MasterView } from '../core/master.ts';
import type { CaseFlag, CaseLink, LedgerCase } from '../core/reconcile-case.ts';
import type { LedgerMovement } from '../core/reconcile-ledger.ts';
import { movementOf } from '../core/reconcile-ledger.ts';
import { unitFactorBy } from '../core/reconcile-unit.ts';
import type { OpenFlagRow } from '../core/reconciliation.ts';
import type { ExternalKey } from '../core/schema.ts';
import type { HandBooking, RecordStanding } from './ports.ts';
import type { ReconcileParts } from './reconcile-parts.ts';

/** What is read of the ledger at the beginning, and asked for again and again. */
export interface LedgerView {
  flags: Map<string, CaseFlag[]>;
  flagRows: OpenFlagRow[];
  /** By the order, shipment or receiving order that they stand for. */
  links: Map<string, CaseLink[]>;
  allLinks: CaseLink[];
  /** How far runs have read, by stream. */
  checkpoints: Record<'orders' | 'receiving' | 'costs', number | null>;
}

export async function readLedgerView(parts: ReconcileParts, nowMs: number): Promise<LedgerView> {
  const { store } = parts;
  const flags = new Map<string, CaseFlag[]>();
  const flagRows: OpenFlagRow[] = [];
  for await (const page of store.openCaredFlags()) {
    for (const { flag, assignee, ignored } of page) {
      const over = ignored?.untilMs !== null && (ignored?.untilMs ?? 0) <= nowMs;
      const held = ignored !== null && !over ? 'yes' : 'no';
      put(flags, nameOf(flag.record), { flag, ignored: held });
      const { id, code, sentence, record, raisedAtMs, quantity, amount, currency } = flag;
      const value = { units: quantity, amount, currency };
      flagRows.push({
        ...{ id, code, sentence, record, raisedAtMs, ...value, assignee, ignored: held },
      });
    }
  }
  const links = new Map<string, CaseLink[]>();
  const allLinks: CaseLink[] = [];
  for await (const page of store.handBookings()) {
    for (const booking of page) {
      const link = linkOf(booking);
      put(links, link.shipbobId, link);
      allLinks.push(link);
    }
  }
  const [orders, receiving, costs] = await Promise.all([
    store.checkpoint('orders'),
    store.checkpoint('receiving'),
    store.checkpoint('costs'),
  ]);
  return { flags, flagRows, links, allLinks, checkpoints: { orders, receiving, costs } };
}

function linkOf({ kind, shipbobId, number, held, linkedAtMs }: HandBooking): CaseLink {
  return { kind, shipbobId, number, held, linkedAtMs };
}

/** What the ledger has of a batch of records. */
export interface LedgerBatch {
  postings: Map<string, Posting[]>;
  standings: Map<string, RecordStanding>;
  baselines: Map<string, BaselineLine[]>;
}

export async function readBatch(
  { store }: ReconcileParts,
  records: readonly RecordKey[],
): Promise<LedgerBatch> {
  const receivings = records.filter(({ kind }) => kind === 'receiving').map(({ id }) => id);
  // First what waits for a plan: a run that plans it meanwhile leaves a posting to be read.
  const known = await store.recordStandings(records);
  const all = await store.postingsOf(records);
  const baselines = await store.baselinesOf(receivings);
  const postings = new Map<string, Posting[]>();
  for (const posting of all) put(postings, nameOf(posting.record), posting);
  const standings = new Map(known.map((standing) => [nameOf(standing.key), standing]));
  return { postings, standings, baselines };
}

/** The case of one record; facts that its receipts' units need are noted in the view. */
export function caseOf(
  view: LedgerView,
  batch: LedgerBatch,
  record: OrderRecord | ReceivingRecord,
  means: { master: MasterView; reasonDefault: string; overlapMs: number; hash: string },
): LedgerCase {
  const key: RecordKey = { kind: record.kind, id: record.id };
  const postings = batch.postings.get(nameOf(key)) ?? [];
  const standing = batch.standings.get(nameOf(key));
  return {
    record: key,
    postings,
    movements: movementsOf(postings, postings, means),
    flags: view.flags.get(nameOf(key)) ?? [],
    links: linksOf(view, record),
    due: standing?.due ?? 'no',
    read: isRead(view, { record, standing, ...means }) ? 'upToDate' : 'notYet',
  };
}

/** `others` hold the sales orders that issues depend on. */
export function movementsOf(
  postings: readonly Posting[],
  others: readonly Posting[],
  means: { master: MasterView; reasonDefault: string },
): LedgerMovement[] {
  const references = new Map<ExternalKey, DocumentReference>();
  for (const { key, reference } of others) if (reference !== null) references.set(key, reference);
  const { reasonDefault, master } = means;
  const unitFactor = unitFactorBy(master);
  return postings.flatMap((posting) => {
    const movement = movementOf(posting, { references, unitFactor, reasonDefault });
    return movement === null ? [] : [movement];
  });
}

function linksOf(view: LedgerView, record: OrderRecord | ReceivingRecord): CaseLink[] {
  const own = view.links.get(record.id) ?? [];
  if (record.kind === 'receiving') return own;
  return [...own, ...record.shipments.flatMap(({ id }) => view.links.get(id) ?? [])];
}

/**
 * Whether runs have read what ShipBob shows. What is newer than the checkpoint is read by the next
 * one; what is older, and is not in the ledger as it is in ShipBob, was missed.
 */
function isRead(
  { checkpoints }: LedgerView,
  found: {
    record: OrderRecord | ReceivingRecord;
    standing: RecordStanding | undefined;
    overlapMs: number;
    hash: string;
  },
): boolean {
  const { record, standing, overlapMs, hash } = found;
  if (standing !== undefined && standing.contentHash === hash) return true;
  const atMs = clockOf(record, standing);
  const readToMs = record.kind === 'order' ? checkpoints.orders : checkpoints.receiving;
  return atMs !== null && readToMs !== null && atMs < readToMs - overlapMs;
}

/** When the record last gave a run cause to read it; null where every run reads it. */
function clockOf(
  record: OrderRecord | ReceivingRecord,
  standing: RecordStanding | undefined,
): number | null {
  if (record.kind === 'order') return record.updatedAtMs ?? record.createdAtMs;
  if (record.phase === 'completed') return record.completedAtMs ?? record.createdAtMs;
  // Nothing tells when an open one grew; one that no run has ever seen was missed.
  return standing === undefined ? record.createdAtMs : null;
}

export function nameOf({ kind, id }: RecordKey): string {
  return `${kind}:${id}`;
}

function put<K, V>(map: Map<K, V[]>, name: K, value: V): void {
  const group = map.get(name);
  if (group === undefined) map.set(name, [value]);
  else group.push(value);
}
