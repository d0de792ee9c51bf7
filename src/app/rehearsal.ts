import { addDays, dayOf, startOfDay } from '../core/day.ts';
import type {
  DocumentReference,
  Flag,
  MasterFact,
  Posting,
  PurchaseOrderFact,
  RecordKey,
  RecordKind,
  SourceRecord,
} from '../core/glossary.ts';
import { Problem, toProblem } from '../core/problem.ts';
import { zero } from '../core/quantity.ts';
import type { HandBooking } from '../core/rehearsal-line.ts';
import { asIfUnreceived } from '../core/rehearsal-receipt.ts';
import type { Day } from '../core/schema.ts';
import type { Settings } from '../core/settings.ts';
import type { Engine } from './engine.ts';
import { ingest } from './ingest.ts';
import { lookupOnlyLedger } from './lookup-only-ledger.ts';
import { freezeJournals, planDue } from './plan.ts';
import type { InforLedger, LookupAnswer, Store, TimeWindow } from './ports.ts';
import { postingOrder, requireInfor, targetOf, zip } from './posting-work.ts';
import type { RehearsedDocument, Standing } from './rehearsal-document.ts';
import { type ReceivedAlready, rehearsedDocuments } from './rehearsal-receiving.ts';
import { type RunParts, type RunResult, type RunTrouble, underLease } from './run.ts';
import { attempt } from './sync.ts';
import { writeJournal } from './write-journal.ts';

const readMax = 1_000_000;

/** Days are those of the first centre; the window begins with the first of them. */
export interface RehearsalWindow extends TimeWindow {
  from: Day;
  to: Day;
}

/** What a run over these days would have done. */
export interface Rehearsal {
  window: RehearsalWindow;
  /** Records, each counted once. */
  read: { orders: number; receivings: number; charges: number };
  documents: RehearsedDocument[];
  /** Goods of older receiving orders that count as booked before these days; an estimate. */
  receivedBefore: ReceivedAlready[];
  flags: { flag: Flag; record: SourceRecord | null }[];
  result: RunResult;
}

/**
 * Reads and plans the last days as a run would, and looks each document up in Infor. `parts` stand
 * on an empty store that goes with the rehearsal; Infor is only read, whatever is tried. Movements
 * from before those days count as before the cut-over. Throws the Problem for which nothing could
 * be read or planned; that of one stream is in `result.troubles`.
 */
export async function rehearse(
  parts: RunParts,
  request: { days: number; byHand: readonly HandBooking[] },
): Promise<Rehearsal> {
  const window = windowOf(parts, request.days);
  const orders = new Map<string, PurchaseOrderFact>();
  const infor = beforeReceipts(lookupOnlyLedger(parts.infor), orders);
  const settings = settingsOf(parts.settings, window);
  const findings: Omit<Rehearsal, 'window' | 'read' | 'result'>[] = [];
  const failures: Problem[] = [];
  const { store, seen } = noting(parts.store);
  const given = { ...parts, store, infor, settings };
  const result = await underLease(given, 'rehearse', async (engine) => {
    try {
      await engine.infor.probe();
      const troubles: RunTrouble[] = await ingest(engine, 'all');
      // Nothing would look like nothing to post.
      const [unread] = troubles;
      if (seen.size === 0 && unread !== undefined) throw unread.problem;
      await countFromNothing(engine, seen, window);
      troubles.push(...(await planDue(engine)).troubles);
      await freezeJournals(engine);
      const standings = await lookUp(engine, troubles);
      findings.push(await gather(engine, { ...request, window, orders, standings }));
      return troubles;
    } catch (thrown) {
      failures.push(toProblem(thrown));
      return [];
    }
  });
  // What was read until a person stopped it is no picture of these days.
  if (parts.signal.aborted) throw toProblem(parts.signal.reason);
  const [found] = findings;
  if (found === undefined) throw failures[0] ?? interrupted();
  return { window, read: countRead(seen), result, ...found };
}

function windowOf({ clock, settings }: RunParts, days: number): RehearsalWindow {
  const nowMs = clock.now();
  const zone = settings.centres[0]?.timeZone ?? 'UTC';
  const to = dayOf(nowMs, zone);
  const from = addDays(to, -days);
  return { from, to, fromMs: startOfDay(from, zone), toMs: nowMs };
}

/** Everything is to be seen: nothing stops at its share of flags. */
function settingsOf(settings: Settings, { fromMs, toMs }: TimeWindow): Settings {
  return {
    ...settings,
    sync: { ...settings.sync, startFromMs: fromMs, creationSweepMs: toMs - fromMs },
    limits: { ...settings.limits, flaggedShareMax: 1, flaggedShareMinimum: readMax },
  };
}

/** Purchase orders as they were before anything of them arrived; see core/rehearsal-receipt.ts. */
function beforeReceipts(infor: InforLedger, orders: Map<string, PurchaseOrderFact>): InforLedger {
  return {
    ...infor,
    async masterData(needs) {
      const facts = await infor.masterData(needs);
      return facts.map((fact, index): MasterFact => {
        const need = needs[index];
        if (fact.kind !== 'purchaseOrder' || need?.kind !== 'purchaseOrder') return fact;
        orders.set(need.number, fact);
        return asIfUnreceived(fact);
      });
    },
  };
}

/** The store, noting each record that is put into it: sweeps meet many of them twice. */
function noting(store: Store): { store: Store; seen: Map<string, SourceRecord> } {
  const seen = new Map<string, SourceRecord>();
  return {
    seen,
    store: {
      ...store,
      saveObservations(fence, page) {
        for (const { record } of page.observations) seen.set(`${record.kind}:${record.id}`, record);
        return store.saveObservations(fence, page);
      },
    },
  };
}

/** So that receiving orders from before these days are planned whole, and asked nothing of. */
async function countFromNothing(
  engine: Engine,
  seen: ReadonlyMap<string, SourceRecord>,
  { fromMs }: TimeWindow,
): Promise<void> {
  for (const record of seen.values()) {
    if (record.kind !== 'receiving' || record.createdAtMs >= fromMs) continue;
    const lines = record.lines.map(({ inventoryId }) => ({ inventoryId, lot: null, stowed: zero }));
    await engine.store.saveBaseline(record.id, lines, 'rehearse', engine.clock.now());
  }
}

function countRead(seen: ReadonlyMap<string, SourceRecord>): Rehearsal['read'] {
  const count = (kind: RecordKind) =>
    [...seen.values()].filter((record) => record.kind === kind).length;
  return { orders: count('order'), receivings: count('receiving'), charges: count('charge') };
}

interface Found {
  standing: Standing;
  reference: DocumentReference | null;
}

/** Asks Infor for the key of each document, as a run does before it stages one. */
async function lookUp(engine: Engine, troubles: RunTrouble[]): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  const planned = await plannedPostings(engine);
  for (const kind of postingOrder) {
    const postings = planned.filter((posting) => posting.kind === kind);
    const { batchSize } = engine.settings.posting;
    await attempt(troubles, `look-up of ${kind}`, async () => {
      for (let start = 0; start < postings.length && !engine.signal.aborted; start += batchSize) {
        engine.progress(`looking up ${kind} (${start + 1} of ${postings.length})`);
        const batch = postings.slice(start, start + batchSize);
        const targets = batch.map((posting) => {
          const dependency = found.get(posting.dependsOn ?? '')?.reference ?? null;
          return targetOf({ posting, dependency });
        });
        const answers = await engine.infor.lookup(kind, targets, writeJournal(engine));
        for (const [{ key }, answer] of zip(batch, answers)) found.set(key, foundBy(answer));
        await requireInfor(engine, answers);
      }
    });
  }
  return found;
}

function foundBy(answer: LookupAnswer): Found {
  switch (answer.state) {
    case 'absent':
    // Staged copies have no effect; a run deletes them and stages its own.
    case 'staged':
      return { standing: 'new', reference: null };
    case 'posted':
      return { standing: 'there', reference: answer.reference };
    case 'partly':
    case 'deleted':
      return { standing: answer.state, reference: answer.reference };
    case 'unclear':
      return { standing: 'unclear', reference: null };
  }
}

function plannedPostings({ store }: Engine): Promise<Posting[]> {
  return store.postings({ states: ['pending'], limit: readMax });
}

async function gather(
  engine: Engine,
  given: {
    window: RehearsalWindow;
    byHand: readonly HandBooking[];
    orders: ReadonlyMap<string, PurchaseOrderFact>;
    standings: ReadonlyMap<string, Found>;
  },
): Promise<Omit<Rehearsal, 'window' | 'read' | 'result'>> {
  const recordOf = recordReader(engine);
  const planned = await Promise.all(
    (await plannedPostings(engine)).map(async (posting) => {
      const { standing, reference } = given.standings.get(posting.key) ?? unknownStanding;
      const number = reference?.number ?? null;
      return { posting, record: await recordOf(posting.record), found: { standing, number } };
    }),
  );
  const filter = { codes: null, kinds: null, ids: null, state: 'open', limit: readMax } as const;
  const flags = await Promise.all(
    (await engine.store.flags(filter)).map(async (flag) => {
      return { flag, record: await recordOf(flag.record) };
    }),
  );
  const { currency } = engine.settings.orders;
  return { ...rehearsedDocuments(planned, { ...given, currency }), flags };
}

const unknownStanding: Found = { standing: 'unclear', reference: null };

/** Each is read once, however many documents it becomes. */
function recordReader({ store }: Engine): (key: RecordKey) => Promise<SourceRecord | null> {
  const known = new Map<string, Promise<SourceRecord | null>>();
  return (key) => {
    const name = `${key.kind}:${key.id}`;
    const read =
      known.get(name) ?? store.record(key).then((stored) => (stored ? stored.record : null));
    known.set(name, read);
    return read;
  };
}

function interrupted(): Problem {
  return new Problem({
    code: 'LEASE_LOST',
    kind: 'retryable',
    message: 'the rehearsal came to no end',
    hint: 'Run it again.',
  });
}
