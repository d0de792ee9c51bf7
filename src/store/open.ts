/** Opens the database and gives the engine its store. */
import { createSecretKey, randomUUID } from 'node:crypto';
import type {
  AuditStore,
  Clock,
  CloseStore,
  CrashPoint,
  FlagStore,
  HistoryStore,
  InboxStore,
  LedgerBooks,
  MappingStore,
  PurgeStore,
  ReconciliationStore,
  RunStore,
  Store,
  WatchStore,
} from '../app/ports.ts';
import { assert, Problem } from '../core/problem.ts';
import * as audit from './audit.ts';
import { exportHeader, exportPages } from './audit-export.ts';
import { fingerprintName, fingerprintOf } from './audit-key.ts';
import { proveAudit } from './audit-proof.ts';
import { type OpenRetiredKey, verifyAudit } from './audit-verify.ts';
import * as budget from './budget.ts';
import * as closing from './closing.ts';
import { createKysely, openHandle } from './database.ts';
import * as fact from './fact.ts';
import * as flag from './flag.ts';
import { careForFlags } from './flag-care.ts';
import { flagFile } from './flag-file.ts';
import { touchExpiredIgnores } from './flag-ignore.ts';
import { queue, queueGroups, queueIds } from './flag-queue.ts';
import { retryFlags } from './flag-retry.ts';
import * as hand from './hand-booking.ts';
import * as history from './history.ts';
import * as inbox from './inbox.ts';
import * as intent from './intent.ts';
import * as journal from './journal-entry.ts';
import * as lease from './lease.ts';
import * as books from './ledger-books.ts';
import * as lock from './lock.ts';
import * as mapping from './mapping.ts';
import * as mappingRow from './mapping-row.ts';
import * as meta from './meta.ts';
import { migrate, readMigrations } from './migrate.ts';
import * as move from './move.ts';
import * as page from './observation-page.ts';
import * as person from './person.ts';
import * as plan from './plan.ts';
import * as posting from './posting.ts';
import { purgeable, purgeBatch, unfinished } from './purge.ts';
import { purgeLoose, tidyFile } from './purge-loose.ts';
import * as reconciliation from './reconciliation.ts';
import { type RotateRequest, retiredAuditKeys, rotateKeys } from './rekey.ts';
import { runById, runList } from './run.ts';
import type { Session } from './session.ts';
import * as source from './source-record.ts';
import { status, workLeft } from './status.ts';
import { trace } from './trace.ts';
import * as vault from './vault.ts';
import * as watch from './watch.ts';

export interface OpenRequest {
  /** `:memory:` gives a database that lasts as long as the store. */
  path: string;
  /** Keys the audit chain; at least 16 bytes, and always the same for one database. */
  auditKey: Uint8Array;
  readOnly?: 'yes' | 'no';
  clock: Clock;
  create: 'yes' | 'no';
  /** Opens audit keys of earlier times; needed to check a trail whose keys were rotated. */
  openRetiredKey?: OpenRetiredKey;
  /** Names a new database; a random UUID unless given. */
  newIdentity?: () => string;
  /** Passed at each migration. */
  crash?: CrashPoint;
}

/** What people do to the store and the engine does not. */
export interface OpenedStore extends Store {
  /** `open` goes before what the store was opened with: a rotation changes what opens the keys. */
  verifyAudit(request?: {
    open: OpenRetiredKey;
  }): Promise<{ rows: number; brokenAt: number | null }>;
  /** All in one transaction; see rekey.ts for what it throws. */
  rotateKeys(request: RotateRequest): Promise<{ sealed: number }>;
  /** Audit keys before the present one, sealed, the oldest first. */
  retiredAuditKeys(): Promise<{ toSeq: number; fingerprint: string; sealed: Uint8Array }[]>;
}

/**
 * Opens, upgrades and checks. Throws Problem with a code of DATABASE_… (missing, corrupt, busy,
 * read only, full, newer, foreign) or AUDIT_KEY_DIFFERS.
 */
export async function openStore(request: OpenRequest): Promise<OpenedStore> {
  const { path, auditKey, clock, create } = request;
  const readOnly = request.readOnly ?? 'no';
  assert(auditKey.length >= 16, 'an audit key has at least 16 bytes');
  const handle = openHandle({ path, create, readOnly });
  try {
    const { crash } = request;
    const migrations = readMigrations();
    const nowMs = clock.now();
    migrate(handle, { path, migrations, nowMs, readOnly, ...(crash ? { crash } : {}) });
  } catch (thrown) {
    handle.close();
    throw thrown;
  }
  const key = createSecretKey(auditKey);
  const session: Session = {
    db: createKysely(handle, path),
    path,
    auditKey: key,
    keyFingerprint: fingerprintOf(key),
    clock,
    dueGiven: new Map(),
  };
  try {
    await settleIdentity(session, readOnly, request.newIdentity ?? randomUUID);
  } catch (thrown) {
    await session.db.destroy();
    throw thrown;
  }
  return storeOf(session, request.openRetiredKey ?? null);
}

/** Tells a database from another one with the same path: see app/restore.ts. */
const identityName = 'databaseId';

/** Gives a new database its identity, and holds it to its audit key. */
async function settleIdentity(
  session: Session,
  readOnly: 'yes' | 'no',
  newIdentity: () => string,
): Promise<void> {
  const ours = session.keyFingerprint;
  let known = await meta.meta(session, fingerprintName);
  if (known === null && readOnly === 'no') {
    await meta.settleMeta(session, identityName, newIdentity());
    known = await meta.settleMeta(session, fingerprintName, ours);
  }
  // With another key every new row would look forged, and all before it too.
  if (known === null || known === ours) return;
  throw new Problem({
    code: 'AUDIT_KEY_DIFFERS',
    kind: 'configuration',
    message: `the key given is not the one this database is held to: ${session.path}`,
    hint: 'Give the key that belongs to this database (mlc.key beside the configuration, MLC_KEY or MLC_KEY_FILE), or the right database.',
    evidence: { database: session.path },
  });
}

function storeOf(s: Session, openRetired: OpenRetiredKey | null): OpenedStore {
  return {
    ...engineParts(s),
    ...flagParts(s),
    ...watcherParts(s),
    ...comparisonParts(s),
    ...mappingParts(s),
    ...keyParts(s, openRetired),
    ...laterParts(s, openRetired),
    ...closingParts(s),
  };
}

type WatcherParts = InboxStore & WatchStore;
type ComparisonParts = LedgerBooks & ReconciliationStore;
/** What is asked for when the work is done. */
type LaterParts = AuditStore & RunStore & PurgeStore & HistoryStore;
type KeyParts = Pick<OpenedStore, 'verifyAudit' | 'rotateKeys' | 'retiredAuditKeys'>;

/** What people look at and do about flags. */
function flagParts(s: Session): FlagStore {
  return {
    queue: (request) => queue(s, request),
    queueGroups: (request) => queueGroups(s, request),
    queueIds: (filter, nowMs) => queueIds(s, filter, nowMs),
    flagFile: (id, nowMs) => flagFile(s, id, nowMs),
    careForFlags: (ids, act, by) => careForFlags(s, ids, act, by),
    retryFlags: (ids, actor, nowMs) => retryFlags(s, ids, actor, nowMs),
    touchExpiredIgnores: (nowMs) => touchExpiredIgnores(s, nowMs),
  };
}

function keyParts(s: Session, openRetired: OpenRetiredKey | null): KeyParts {
  return {
    verifyAudit: (request) => verifyAudit(s, request?.open ?? openRetired),
    rotateKeys: (request) => rotateKeys(s, request),
    retiredAuditKeys: () => retiredAuditKeys(s),
  };
}

function mappingParts(s: Session): MappingStore {
  return {
    currentMappings: (nowMs) => mappingRow.currentMappings(s, nowMs),
    mappings: (filter) => mappingRow.mappings(s, filter),
    setMapping: (draft, act) => mapping.setMapping(s, draft, act),
    removeMapping: (key, act) => mapping.removeMapping(s, key, act),
    importMappings: (request, act) => mapping.importMappings(s, request, act),
    mappingHistory: (filter) => mappingRow.mappingHistory(s, filter),
  };
}

function closingParts(s: Session): CloseStore {
  return {
    recordClosing: (act) => closing.recordClosing(s, act),
    closingOf: (manifestSha256) => closing.closingOf(s, manifestSha256),
    closingsAfter: (act) => closing.closingsAfter(s, act),
  };
}

function laterParts(s: Session, openRetired: OpenRetiredKey | null): LaterParts {
  return {
    proveAudit: (request) => proveAudit(s, openRetired, request),
    exportHeader: (request) => exportHeader(s, request),
    exportPages: (request, header) => exportPages(s, request, header),
    runList: (filter) => runList(s, filter),
    runById: (id) => runById(s, id),
    purgeable: (request) => purgeable(s, request),
    unfinished: (record) => unfinished(s, record),
    purgeBatch: (request, after) => purgeBatch(s, request, after),
    purgeLoose: (request) => purgeLoose(s, request),
    tidyFile: (how) => tidyFile(s, how),
    packHistory: (fence, beforeMs) => history.packHistory(s, fence, beforeMs),
    dropHistory: (fence, request) => history.dropHistory(s, fence, request),
  };
}

/** What deliveries, alerts and locks need; only to finish hints takes the lease. */
function watcherParts(s: Session): WatcherParts {
  return {
    saveDeliveries: (deliveries) => inbox.saveDeliveries(s, deliveries),
    hintsWaiting: (limit) => inbox.hintsWaiting(s, limit),
    finishHints: (fence, finished, nowMs) => inbox.finishHints(s, fence, finished, nowMs),
    reopenDeliveries: (window, by) => inbox.reopenDeliveries(s, window, by),
    deliveries: (filter) => inbox.deliveries(s, filter),
    inboxReport: () => inbox.inboxReport(s),
    announced: (expected) => inbox.announced(s, expected),
    forgetDeliveries: (beforeMs) => inbox.forgetDeliveries(s, beforeMs),
    takeLock: (request) => lock.takeLock(s, request),
    releaseLock: (request) => lock.releaseLock(s, request),
    alertStates: () => watch.alertStates(s),
    putAlertStates: (states) => watch.putAlertStates(s, states),
    forgetAlertStates: (causes) => watch.forgetAlertStates(s, causes),
    recordsUpdated: (request) => watch.recordsUpdated(s, request),
    overdue: () => watch.overdue(s),
    noteOverdue: (found, nowMs) => watch.noteOverdue(s, found, nowMs),
    openFlagGroups: (request) => flag.openFlagGroups(s, request),
  };
}

/** What a comparison of the books reads of the ledger, and keeps while it reads the rest. */
function comparisonParts(s: Session): ComparisonParts {
  return {
    ledgerPostings: (request) => books.ledgerPostings(s, request),
    unfinishedPostings: () => books.unfinishedPostings(s),
    postingsOf: (records) => books.postingsOf(s, records),
    postingsUnder: (keys) => books.postingsUnder(s, keys),
    baselinesOf: (ids) => books.baselinesOf(s, ids),
    recordStandings: (keys) => books.recordStandings(s, keys),
    crosswalkRows: (wanted) => books.crosswalkRows(s, wanted),
    openCaredFlags: () => books.openCaredFlags(s),
    handBookings: () => books.handBookings(s),
    ledgerEntries: (request) => books.ledgerEntries(s, request),
    entriesOf: (charges) => books.entriesOf(s, charges),
    voucherCharges: (journals) => books.voucherCharges(s, journals),
    openReconciliation: (request) => reconciliation.openReconciliation(s, request),
    reconciliationParts: (id, name) => reconciliation.reconciliationParts(s, id, name),
    hasReconciliationParts: (id, name) => reconciliation.hasReconciliationParts(s, id, name),
    saveReconciliationPart: (part) => reconciliation.saveReconciliationPart(s, part),
    finishReconciliation: (request) => reconciliation.finishReconciliation(s, request),
  };
}

type OtherParts = WatcherParts &
  ComparisonParts &
  LaterParts &
  KeyParts &
  FlagStore &
  MappingStore &
  CloseStore;

function engineParts(s: Session): Omit<OpenedStore, keyof OtherParts> {
  return {
    acquireLease: (request) => lease.acquireLease(s, request),
    renewLease: (fence, nowMs, ttlMs) => lease.renewLease(s, fence, nowMs, ttlMs),
    releaseLease: (fence) => lease.releaseLease(s, fence),
    finishRun: (fence, result) => lease.finishRun(s, fence, result),
    runs: (limit) => lease.runs(s, limit),
    runsPerCommand: (limit) => lease.runsPerCommand(s, limit),
    checkpoint: (stream) => source.checkpoint(s, stream),
    saveObservations: (fence, observed) => page.saveObservations(s, fence, observed),
    regressionsOwed: () => source.regressionsOwed(s),
    markVanished: (fence, key, nowMs) => source.markVanished(s, fence, key, nowMs),
    record: (key) => source.record(s, key),
    openReceivings: () => source.openReceivings(s),
    receivingsWantingBoxes: (limit) => source.receivingsWantingBoxes(s, limit),
    saveBoxes: (fence, id, boxes, startedAtMs) =>
      source.saveBoxes(s, fence, id, boxes, startedAtMs),
    orderIdsCreated: (window) => source.orderIdsCreated(s, window),
    touchForPlanning: (keys) => source.touchForPlanning(s, keys),
    planningCase: (key) => plan.planningCase(s, key),
    claims: (about) => hand.claims(s, about),
    linkByHand: (fence, link) => hand.linkByHand(s, fence, link),
    casesDue: (limit, except) => plan.casesDue(s, limit, except),
    unpostedReceipts: (order, except) => posting.unpostedReceipts(s, order, except),
    savePlans: (fence, outcomes, nowMs) => plan.savePlans(s, fence, outcomes, nowMs),
    openCauses: () => flag.openCauses(s),
    touchCauses: (causes) => person.touchCauses(s, causes),
    touchReplaceable: (fence, note) => person.touchReplaceable(s, fence, note),
    looseEntries: (beforeDay, limit) => journal.looseEntries(s, beforeDay, limit),
    nextJournalSequence: (day, division) => journal.nextJournalSequence(s, day, division),
    freezeJournal: (fence, planned, entries, nowMs) =>
      journal.freezeJournal(s, fence, planned, entries, nowMs),
    postingsReady: (request) => posting.postingsReady(s, request),
    postingsDoubtful: (request) => posting.postingsDoubtful(s, request),
    posting: (key) => posting.postingByKey(s, key),
    postings: (filter) => posting.postingsByState(s, filter),
    nextPostingAtMs: () => posting.nextPostingAtMs(s),
    recordIntents: (fence, intents, nowMs) => intent.recordIntents(s, fence, intents, nowMs),
    recordExchanges: (fence, exchanges, nowMs) =>
      intent.recordExchanges(s, fence, exchanges, nowMs),
    movePostings: (fence, moves, nowMs) => move.movePostings(s, fence, moves, nowMs),
    openIntents: (postingId) => intent.openIntents(s, postingId),
    distrustUnfinished: (fence, nowMs) => move.distrustUnfinished(s, fence, nowMs),
    facts: (keys, nowMs) => fact.facts(s, keys, nowMs),
    putFacts: (facts, nowMs) => fact.putFacts(s, facts, nowMs),
    forgetFacts: (keys) => fact.forgetFacts(s, keys),
    flags: (filter) => flag.flags(s, filter),
    trace: (id) => trace(s, id),
    status: (nowMs) => status(s, nowMs),
    workLeft: () => workLeft(s),
    saveBaseline: (id, lines, actor, nowMs) => person.saveBaseline(s, id, lines, actor, nowMs),
    act: (entry) => person.act(s, entry),
    auditHead: () => audit.auditHead(s),
    auditMacAt: (seq) => audit.auditMacAt(s, seq),
    sealed: (name) => vault.sealed(s, name),
    putSealed: (name, bytes, nowMs, act) => vault.putSealed(s, name, bytes, nowMs, act),
    sealedNames: () => vault.sealedNames(s),
    removeSealed: (name, actor, nowMs) => vault.removeSealed(s, name, actor, nowMs),
    takeCall: (request) => budget.takeCall(s, request),
    callsLeft: (request) => budget.callsLeft(s, request),
    noteRemaining: (request) => budget.noteRemaining(s, request),
    meta: (name) => meta.meta(s, name),
    putMeta: (name, value) => meta.putMeta(s, name, value),
    noteInRun: (fence, name, value) => meta.noteInRun(s, fence, name, value),
    close: () => s.db.destroy(),
  };
}
