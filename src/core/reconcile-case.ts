/** One record of ShipBob's beside what the ledger has of it, and where what is not posted stands. */
import type { Flag, HeldLine, JsonObject, Posting, RecordKey } from './glossary.ts';
import type { ReconcileFrame } from './reconcile-frame.ts';
import type { GoodsLine } from './reconcile-goods.ts';
import type { LedgerMovement } from './reconcile-ledger.ts';
import type { NotCompared, ReconciliationFinding, WaitingRow } from './reconciliation.ts';
import type { Day, ExternalKey, Quantity } from './schema.ts';
import type { Settings } from './settings.ts';

/** An open flag, and whether somebody ignores it. */
export interface CaseFlag {
  flag: Flag;
  ignored: 'yes' | 'no';
}

/** A document that a person entered, with what Infor held of it when that was checked. */
export interface CaseLink {
  kind: Posting['kind'];
  shipbobId: string;
  number: string;
  held: HeldLine[] | null;
  linkedAtMs: number;
}

/** All that the ledger knows of one record. */
export interface LedgerCase {
  record: RecordKey;
  postings: Posting[];
  movements: LedgerMovement[];
  flags: CaseFlag[];
  links: CaseLink[];
  /** Waits for a plan. */
  due: 'yes' | 'no';
  /** `notYet`: what ShipBob shows is newer than what the last run has read. */
  read: 'upToDate' | 'notYet';
}

/** Goods that ShipBob says have moved, for the totals of the period. */
export interface MovedGoods {
  kind: LedgerMovement['kind'];
  key: ExternalKey | null;
  record: RecordKey;
  warehouse: string | null;
  day: Day;
  atMs: number;
  lines: GoodsLine[];
  /** Of the lines; as ShipBob counted where these cannot be told. */
  units: Quantity;
}

/**
 * Goods that moved in ShipBob and are not booked in Infor, as of the moment. `notCalledFor`: a rule
 * books nothing for them; `transfer`: they came from another centre; `earlierMapping`: what today's
 * mapping makes of booked goods, less what they were booked as.
 */
export interface OpenGoods {
  state:
    | 'waiting'
    | 'flagged'
    | 'ignored'
    | 'unknown'
    | 'notCalledFor'
    | 'transfer'
    | 'earlierMapping';
  /** Its document's key, where it has one already. */
  key: ExternalKey | null;
  warehouse: string | null;
  day: Day | null;
  atMs: number;
  direction: 'in' | 'out';
  lines: GoodsLine[];
  why: string;
}

/** What comparing the records comes to; every part adds to it. */
/** An order of the period that people entered, with what was checked of it. */
export interface LinkedOrder {
  kind: 'salesOrder' | 'purchaseOrder';
  key: ExternalKey;
  record: RecordKey;
  day: Day;
  link: CaseLink;
}

export interface CaseResults {
  findings: ReconciliationFinding[];
  waiting: WaitingRow[];
  notCompared: NotCompared[];
  moved: MovedGoods[];
  open: OpenGoods[];
  linkedOrders: LinkedOrder[];
  /** Documents that ShipBob's records call for, by kind. */
  calledFor: Map<Posting['kind'], number>;
  /** Findings that may come from a change after the moment: named, and not judged. */
  touchedLater: Map<string, number>;
  /** Left out by `sync.startFrom`. */
  beforeStart: number;
  /** Documents that agree by the mapping of their planning, and not by today's. */
  byEarlierMapping: number;
  /** Charges that a rule skipped when they were planned, and today's does not. */
  skippedEarlier: number;
}

export function noResults(): CaseResults {
  return {
    findings: [],
    waiting: [],
    notCompared: [],
    moved: [],
    open: [],
    linkedOrders: [],
    calledFor: new Map(),
    touchedLater: new Map(),
    beforeStart: 0,
    byEarlierMapping: 0,
    skippedEarlier: 0,
  };
}

const dayMs = 86_400_000;

/** Settings by which a posting may have been planned: a run reads mappings once, at its start. */
export function planningSettings(frame: ReconcileFrame, posting: Posting): Settings[] {
  const { createdAtMs, postedAtMs } = posting;
  return frame.earlierSettings({
    fromMs: createdAtMs - dayMs,
    toMs: Math.max(createdAtMs, postedAtMs ?? frame.asOfMs),
  });
}

export type Standing =
  | { state: 'posted' }
  | { state: 'linked'; links: CaseLink[] }
  | { state: 'waiting' | 'flagged' | 'ignored' | 'unknown'; why: string }
  /** Neither posted nor waiting nor a question: it was lost. */
  | { state: 'notPosted' };

/**
 * Where one document stands as of the moment. What was posted after it was still waiting then.
 */
export function standingOf(
  frame: ReconcileFrame,
  ledger: LedgerCase,
  wanted: { key: ExternalKey; links: CaseLink[] },
): Standing {
  const { key, links } = wanted;
  const posting = ledger.postings.find((one) => one.key === key && one.state !== 'cancelled');
  if (posting !== undefined) return standingOfPosting(frame, ledger, posting);
  if (links.length > 0) return { state: 'linked', links };
  return standingOfNone(ledger, (flag) => flag.postingKey === null || flag.postingKey === key);
}

function standingOfPosting(frame: ReconcileFrame, ledger: LedgerCase, posting: Posting): Standing {
  const { state, key } = posting;
  if (state === 'posted') {
    const later = posting.postedAtMs !== null && posting.postedAtMs > frame.asOfMs;
    return later ? { state: 'waiting', why: 'posted after the moment' } : { state: 'posted' };
  }
  const own = ledger.flags.filter(({ flag }) => flag.postingKey === key);
  if (state === 'flagged') return flagged(own.length > 0 ? own : ledger.flags);
  if (state === 'unknown' || state === 'committing') {
    return { state: 'unknown', why: 'it is not clear yet whether Infor took it' };
  }
  return { state: 'waiting', why: posting.waitingFor ?? 'to be posted by the next run' };
}

/** Where something stands for which there is no posting. */
export function standingOfNone(ledger: LedgerCase, concerns: (flag: Flag) => boolean): Standing {
  const flags = ledger.flags.filter(({ flag }) => concerns(flag));
  if (flags.length > 0) return flagged(flags);
  if (ledger.read === 'notYet') {
    return { state: 'waiting', why: 'not read yet: the next run reads it' };
  }
  if (ledger.due === 'yes') return { state: 'waiting', why: 'to be planned by the next run' };
  const before = ledger.postings.find(
    ({ kind, state }) =>
      (kind === 'salesOrder' || kind === 'purchaseOrder') &&
      state !== 'posted' &&
      state !== 'cancelled',
  );
  if (before !== undefined) return { state: 'waiting', why: `waits for ${before.key}` };
  return { state: 'notPosted' };
}

function flagged(flags: CaseFlag[]): Standing {
  const open = flags.filter(({ ignored }) => ignored === 'no');
  const told = open.length > 0 ? open : flags;
  const why = [...new Set(told.map(({ flag }) => flag.code))].sort().join(', ');
  return { state: open.length > 0 || flags.length === 0 ? 'flagged' : 'ignored', why };
}

/**
 * A difference of a record that ShipBob changed after the moment may be that change: it is named,
 * and no finding as of the moment.
 */
export function judge(
  results: CaseResults,
  touched: 'yes' | 'no',
  found: readonly ReconciliationFinding[],
): void {
  if (touched === 'no') {
    results.findings.push(...found);
    return;
  }
  for (const one of found) {
    const name = one.sentence;
    results.touchedLater.set(name, (results.touchedLater.get(name) ?? 0) + 1);
  }
}

export function count(results: CaseResults, kind: Posting['kind'], number = 1): void {
  results.calledFor.set(kind, (results.calledFor.get(kind) ?? 0) + number);
}

export function evidenceOf(flags: readonly CaseFlag[]): JsonObject {
  return flags.length === 0 ? {} : { flags: flags.map(({ flag }) => flag.id) };
}
