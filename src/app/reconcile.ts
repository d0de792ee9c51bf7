/**
 * The comparison of the three books: ShipBob is read again, Infor is read again, and both are held
 * against the ledger, per document and per item, warehouse and day. It writes nothing but what it
 * has read, for a later start, and its verdict; what is missing in Infor is never posted by it.
 */
import type { RecordKey } from '../core/glossary.ts';
import { isZero } from '../core/quantity.ts';
import { unexplainedOf } from '../core/reconcile-bridge.ts';
import { type CaseResults, noResults } from '../core/reconcile-case.ts';
import { finding, inOrder } from '../core/reconcile-finding.ts';
import { periodOf, type ReconcileFrame } from '../core/reconcile-frame.ts';
import { movementFindings } from '../core/reconcile-movement.ts';
import type { Settled } from '../core/reconcile-settle.ts';
import {
  countDocument,
  countGoods,
  cutOffRows,
  dayRows,
  documentTotals,
  type Figures,
  noFigures,
  stockRows,
} from '../core/reconcile-totals.ts';
import { verdictOf } from '../core/reconcile-verdict.ts';
import type {
  CutOffRow,
  OnHandBridge,
  ReconciliationFinding,
  ReconciliationReport,
} from '../core/reconciliation.ts';
import type { Day } from '../core/schema.ts';
import type { ReconciliationRun } from './ports.ts';
import {
  type BooksReading,
  compareBookedOrders,
  readLedgerPeriod,
  settleHistory,
  withoutUnclear,
} from './reconcile-books.ts';
import { createFactDesk } from './reconcile-facts.ts';
import { readLedgerView } from './reconcile-ledger.ts';
import { compareMoney } from './reconcile-money.ts';
import type { ReconcileParts, ReconcileRequest } from './reconcile-parts.ts';
import {
  compareOrders,
  compareReceivings,
  compareUnlisted,
  type RecordReading,
  readCharges,
} from './reconcile-records.ts';
import { bridgeShelves, readShelves } from './reconcile-shelf.ts';

export type { ReconcileParts, ReconcileRequest } from './reconcile-parts.ts';

export async function reconcile(
  parts: ReconcileParts,
  request: ReconcileRequest,
): Promise<ReconciliationReport> {
  const { from, to, timeZone } = request;
  const run = await openRun(parts, request);
  const frame: ReconcileFrame = {
    period: periodOf({ from, to, timeZone }),
    asOfMs: run.asOfMs,
    settings: parts.settings,
    earlierSettings: parts.earlierSettings,
    reasonDefault: parts.reasonDefault,
  };
  const compared = await compareBooks(parts, { run, frame, onHand: request.onHand });
  return report(parts, { run, frame, request, compared });
}

/** What was read days ago tells of those days: nobody means that without saying so. */
const recentMs = 86_400_000;

async function openRun(
  parts: ReconcileParts,
  request: ReconcileRequest,
): Promise<ReconciliationRun> {
  const { store, clock, log } = parts;
  const nowMs = clock.now();
  const { from, to, timeZone, resume, actor } = request;
  const asOfMs = request.asOfMs ?? nowMs;
  const wanted = { from, to, timeZone, actor, nowMs, asOfMs };
  const run = await store.openReconciliation({
    ...wanted,
    resume: resume === 'no' ? 'no' : 'yes',
  });
  if (run.startedAtMs >= nowMs) return run;
  const begun = new Date(run.startedAtMs).toISOString();
  const old = resume === 'recent' && run.startedAtMs < nowMs - recentMs;
  // One that was stopped may be of another moment than the one asked for.
  if (old || (request.asOfMs !== null && run.asOfMs !== asOfMs)) {
    log.info(`leaves the comparison begun at ${begun} behind, and reads everything anew`);
    return store.openReconciliation({ ...wanted, resume: 'no' });
  }
  log.info(`goes on with the comparison begun at ${begun}; --fresh starts anew`);
  return run;
}

interface Compared {
  results: CaseResults;
  figures: Figures;
  onHand: OnHandBridge;
  cutOff: CutOffRow[];
  flags: ReconciliationReport['flags'];
  movements: number;
  /** Warehouses that no centre stands for any more, with movements of others. */
  formerWarehouses: string[];
}

async function compareBooks(
  parts: ReconcileParts,
  one: { run: ReconciliationRun; frame: ReconcileFrame; onHand: 'yes' | 'no' },
): Promise<Compared> {
  const { run, frame } = one;
  const { store, clock, signal, crash } = parts;
  const freezer = { run, store, clock, signal, crash };
  const desk = createFactDesk(parts);
  const results = noResults();
  const figures = noFigures();
  const shelf = { parts, freezer, frame, desk };
  const shelves = one.onHand === 'yes' ? await readShelves(shelf) : null;
  const view = await readLedgerView(parts, clock.now());
  const { notCompared } = results;
  const books: BooksReading = {
    ...{ parts, freezer, frame, view, desk, results, figures, notCompared },
  };
  const ledger = await readLedgerPeriod(books);
  const reading: RecordReading = {
    ...{ parts, freezer, frame, view, desk, results, seen: new Set() },
  };
  const known = [...ledger.records].map(keyOfName);
  await compareOrders(reading);
  await compareUnlisted(reading, known);
  await compareReceivings(reading, known);
  const charges = frame.settings.sync.streams.costs ? await readCharges(reading) : [];
  await compareBookedOrders(books, ledger);
  const history = await settleHistory(books, ledger);
  const settled = history?.settled ?? nothingSettled;
  const movements = history?.movements ?? ledger.movements;
  if (history !== null) {
    results.findings.push(...movementFindings(frame, withoutUnclear(books, history)));
  }
  await compareMoney(books, ledger, charges);
  countGoods(frame, { moved: results.moved, movements, settled }, figures);
  for (const [kind, number] of results.calledFor) countDocument(figures, kind, 'shipbob', number);
  nameTouched(results);
  const movedOn = new Map<string, Day>();
  for (const { key, day } of results.moved) if (key !== null) movedOn.set(key, day);
  return {
    ...{ results, figures, flags: view.flagRows, movements: movements.length },
    formerWarehouses: formerWarehouses(frame, settled),
    cutOff: cutOffRows(frame, movements, settled, movedOn),
    onHand: await onHandOf(shelf, { shelves, settled, history: history !== null, results }),
  };
}

function formerWarehouses({ settings }: ReconcileFrame, { left }: Settled): string[] {
  const ours = new Set(settings.centres.map(({ warehouse }) => warehouse));
  return [...new Set(left.map(({ warehouse }) => warehouse))]
    .filter((one) => !ours.has(one))
    .sort();
}

const nothingSettled: Settled = { pairs: [], lost: [], left: [], reversed: [] };

async function onHandOf(
  shelf: Parameters<typeof bridgeShelves>[0],
  found: {
    shelves: Awaited<ReturnType<typeof readShelves>> | null;
    settled: Settled;
    history: boolean;
    results: CaseResults;
  },
): Promise<OnHandBridge> {
  const { shelves, settled, results } = found;
  if (shelves === null) return { state: 'notCompared', why: 'left out on request (--no-on-hand)' };
  if (!found.history) {
    const why = 'the stock history of Infor cannot be read';
    results.notCompared.push({ what: 'on hand', why, hint: 'See the part about the history.' });
    return { state: 'notCompared', why };
  }
  const { notCompared } = results;
  return bridgeShelves(shelf, { shelves, settled, results, notCompared });
}

function keyOfName(name: string): RecordKey {
  const [kind = '', id = ''] = name.split(':');
  return { kind: kind === 'receiving' ? 'receiving' : kind === 'charge' ? 'charge' : 'order', id };
}

/** Differences that may be changes after the moment: each is named, none is judged. */
function nameTouched({ touchedLater, notCompared }: CaseResults): void {
  for (const sentence of touchedLater.keys()) {
    notCompared.push({
      what: sentence,
      why: 'ShipBob changed the record after the moment of the comparison',
      hint: 'Compare again as of now.',
    });
  }
}

async function report(
  parts: ReconcileParts,
  one: {
    run: ReconciliationRun;
    frame: ReconcileFrame;
    request: ReconcileRequest;
    compared: Compared;
  },
): Promise<ReconciliationReport> {
  const { run, frame, request, compared } = one;
  const { results, figures, onHand } = compared;
  const { period } = frame;
  parts.progress('verifying the audit trail');
  const audit = await parts.store.verifyAudit();
  const findings = inOrder([
    ...results.findings,
    ...bridgeFindings(onHand),
    ...auditFindings(audit.brokenAt),
  ]);
  const withoutOnHand = request.onHand === 'no' ? 'yes' : 'no';
  const { waiting, notCompared } = results;
  const facts = { period, findings, notCompared, waiting, withoutOnHand } as const;
  const judged = verdictOf({ ...facts, movements: compared.movements });
  const mappingChanges = await parts.mappingChanges({ fromMs: period.fromMs, toMs: period.toMs });
  const madeAtMs = parts.clock.now();
  const head = await parts.store.finishReconciliation({
    ...{ id: run.id, turn: run.turn, verdict: judged.verdict, findings: findings.length },
    ...{ actor: request.actor, nowMs: madeAtMs },
  });
  return {
    ...{ id: run.id, period, asOfMs: run.asOfMs, madeAtMs },
    ...{ actor: request.actor, company: parts.company, ...judged },
    notCompared,
    leftOut: leftOutOf(frame, compared, request),
    documents: documentTotals(figures, results, findings),
    days: dayRows(figures),
    stock: stockRows(figures),
    findings,
    waiting: [...waiting].sort(byDayAndRecord),
    ...{ cutOff: compared.cutOff, flags: compared.flags, mappingChanges, onHand },
    calls: parts.calls(),
    audit: { rows: audit.rows, seq: head.seq, head: head.mac, brokenAt: audit.brokenAt },
  };
}

/** A scope that was chosen, and not a gap: the books may agree without it. */
function leftOutOf(
  { settings }: ReconcileFrame,
  { results, formerWarehouses: former }: Compared,
  { onHand }: ReconcileRequest,
): ReconciliationReport['leftOut'] {
  const { startFromMs, streams } = settings.sync;
  const { beforeStart, byEarlierMapping, skippedEarlier } = results;
  const left: ReconciliationReport['leftOut'] = [];
  if (startFromMs !== null && beforeStart > 0) {
    const since = new Date(startFromMs).toISOString();
    left.push({
      what: `${beforeStart} movements and charges from before the cut-over`,
      why: `sync.startFrom is ${since}`,
    });
  }
  if (byEarlierMapping > 0) {
    left.push({
      what: `${byEarlierMapping} documents as today's mappings would make them`,
      why: 'their mapping was changed since: they agree by the one of their day; see the changes',
    });
  }
  if (skippedEarlier > 0) {
    left.push({
      what: `${skippedEarlier} charges that a rule skipped when they were planned`,
      why: 'the rule was changed since, and what was skipped stays so; see the changes',
    });
  }
  if (former.length > 0) {
    left.push({
      what: `movements of others in warehouse ${former.join(', ')}`,
      why: 'no fulfilment centre stands for it any more',
    });
  }
  if (!streams.costs) left.push({ what: 'charges', why: 'sync.streams.costs is off' });
  if (onHand === 'no') left.push({ what: 'on hand', why: '--no-on-hand' });
  return left;
}

function bridgeFindings(bridge: OnHandBridge): ReconciliationFinding[] {
  if (bridge.state !== 'compared') return [];
  return bridge.rows.flatMap((row) => {
    const rest = unexplainedOf(row);
    if (isZero(rest)) return [];
    const { item, warehouse, shipbob, infor, sku } = row;
    return finding({
      code: 'ON_HAND_UNEXPLAINED',
      sentence: `Item ${item} in warehouse ${warehouse}: ShipBob has ${shipbob}, Infor ${infor}, and nothing explains ${rest} of that.`,
      ...{ item, warehouse, shipbob, infor, evidence: { sku, unexplained: rest } },
    });
  });
}

function auditFindings(brokenAt: number | null): ReconciliationFinding[] {
  if (brokenAt === null) return [];
  return [
    finding({
      code: 'AUDIT_BROKEN',
      sentence: `The audit trail does not verify from row ${brokenAt} on: what the ledger says cannot be relied on.`,
      evidence: { brokenAt },
    }),
  ];
}

type Waiting = ReconciliationReport['waiting'][number];

function byDayAndRecord(a: Waiting, b: Waiting): number {
  const days = (a.day ?? '').localeCompare(b.day ?? '');
  return days || a.record.id.length - b.record.id.length || a.record.id.localeCompare(b.record.id);
}
