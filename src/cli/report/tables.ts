/** Every table of a report, in the order in which it is read. */
import type { DocumentKind } from '../../core/glossary.ts';
import { isZero, subtractQuantities, sumQuantities, zero } from '../../core/quantity.ts';
import type {
  ReconciliationFinding,
  ReconciliationReport,
  StockTotals,
} from '../../core/reconciliation.ts';
import type { Day } from '../../core/schema.ts';
import { findingsTracedMax, type ReportExtras } from './extras.ts';
import { isoText } from './moment.ts';
import { countedGrouped } from './number.ts';
import { type ReportTable, table } from './table.ts';
import { documentText, recordText } from './table-text.ts';
import { cutOffTable, flagsTable, mappingTable, waitingTable } from './tables-open.ts';
import { onHandPartsTable, onHandTable } from './tables-stock.ts';
import { findingWords, kindWords, verdictWords } from './words.ts';

export function reportTables(report: ReconciliationReport, extras: ReportExtras): ReportTable[] {
  return [
    summaryTable(report),
    findingsTable(report),
    tracesTable(report, extras),
    totalsTable(report),
    daysTable(report),
    stockTable(report),
    waitingTable(report),
    cutOffTable(report),
    flagsTable(report),
    mappingTable(report),
    onHandTable(report),
    onHandPartsTable(report),
    notComparedTable(report),
    leftOutTable(report),
    auditTable(report),
  ];
}

type Pair = readonly [what: string, value: string];

function pairs(name: string, title: string, rows: readonly Pair[]): ReportTable {
  return table(
    name,
    title,
    [
      ['what', 'What', 'text', ([what]) => what],
      ['value', 'Value', 'text', ([, value]) => value],
    ],
    rows,
  );
}

export function summaryTable(report: ReconciliationReport): ReportTable {
  const { period, onHand } = report;
  const zone = period.timeZone;
  return pairs('summary', 'Summary', [
    ['Verdict', verdictWords[report.verdict]],
    ['In one sentence', report.verdictSentence],
    ['Company', report.company],
    ['First day', period.from],
    ['Last day', period.to],
    ['Time zone', zone],
    ['As of', isoText(report.asOfMs, zone)],
    ['Made at', isoText(report.madeAtMs, zone)],
    ['Made by', report.actor],
    ['Comparison number', String(report.id)],
    ['Findings', String(report.findings.length)],
    ['Parts not compared', String(report.notCompared.length)],
    ['Not in Infor yet', String(report.waiting.length)],
    ['Cut-off', String(report.cutOff.length)],
    ['Open flags', String(report.flags.length)],
    ['On hand', onHand.state === 'compared' ? 'compared' : `not compared: ${onHand.why}`],
    ['Calls to ShipBob', String(report.calls.shipbob)],
    ['Calls to Infor', String(report.calls.infor)],
  ]);
}

export function auditTable({ audit }: ReconciliationReport): ReportTable {
  const broken = audit.brokenAt;
  return pairs('audit', 'Audit', [
    ['Audit trail', broken === null ? 'verified' : `does not verify from row ${broken} on`],
    ['Rows', String(audit.rows)],
    ['Anchor', `${audit.seq}:${audit.head}`],
  ]);
}

export function findingsTable(report: ReconciliationReport): ReportTable {
  return table(
    'findings',
    'Findings',
    [
      ['number', 'No.', 'count', ({ number }) => number],
      ['code', 'Code', 'code', ({ code }) => code],
      ['meaning', 'Meaning', 'text', ({ code }) => findingWords[code]],
      ['sentence', 'What was found', 'text', ({ sentence }) => sentence],
      ['document', 'Document', 'text', ({ document }) => documentText(document)],
      ['key', 'Key', 'code', ({ key }) => key],
      ['record', 'ShipBob record', 'text', ({ record }) => recordText(record)],
      ['inforNumber', 'Infor number', 'code', ({ inforNumber }) => inforNumber],
      ['warehouse', 'Warehouse', 'code', ({ warehouse }) => warehouse],
      ['item', 'Item', 'code', ({ item }) => item],
      ['lot', 'Lot', 'code', ({ lot }) => lot],
      ['day', 'Day', 'day', ({ day }) => day],
      ['shipbob', 'ShipBob', 'quantity', ({ shipbob }) => shipbob],
      ['ledger', 'Ledger', 'quantity', ({ ledger }) => ledger],
      ['infor', 'Infor', 'quantity', ({ infor }) => infor],
      ['amount', 'Amount', 'amount', ({ amount }) => amount],
      ['currency', 'Currency', 'code', ({ currency }) => currency],
      ['hint', 'What to do', 'text', ({ hint }) => hint],
      ['evidence', 'Evidence', 'text', ({ evidence }) => JSON.stringify(evidence)],
    ],
    report.findings.map((finding, index) => ({ ...finding, number: index + 1 })),
  );
}

/** The story of each finding, by its number. */
export function tracesTable(report: ReconciliationReport, extras: ReportExtras): ReportTable {
  const lines = report.findings.flatMap(({ key, record }, index) => {
    const trace = extras.traces.get(index)?.lines ?? [];
    return trace.map(({ atMs, text }): TraceLine => {
      return { number: index + 1, key, record, atMs, text };
    });
  });
  const untold = report.findings.length - findingsTracedMax;
  if (untold > 0) lines.push(untoldLine(untold));
  return table(
    'traces',
    'Traces',
    [
      ['finding', 'Finding', 'count', ({ number }) => number],
      ['key', 'Key', 'code', ({ key }) => key],
      ['record', 'ShipBob record', 'text', ({ record }) => recordText(record)],
      ['at', 'When', 'moment', ({ atMs }) => atMs],
      ['text', 'What happened', 'text', ({ text }) => text],
    ],
    lines,
  );
}

interface TraceLine extends Pick<ReconciliationFinding, 'key' | 'record'> {
  number: number | null;
  atMs: number | null;
  text: string;
}

/** Where the list ends it says so: it would read as if nothing had happened to the others. */
function untoldLine(count: number): TraceLine {
  const text = `${countedGrouped(count, 'finding')} from number ${findingsTracedMax + 1} on are not traced here: mlc trace KEY tells the story of each.`;
  return { number: null, key: null, record: null, atMs: null, text };
}

interface TotalsLine {
  kind: keyof typeof kindWords;
  measure: string;
  shipbob: string | number;
  ledger: string | number;
  infor: string | number;
  waiting: number | null;
  flagged: number | null;
  findings: number | null;
}

/** One row per kind and measure, since documents, units and money cannot be added. */
export function totalsTable(report: ReconciliationReport): ReportTable {
  const lines = report.documents.flatMap((total): TotalsLine[] => {
    const { kind, waiting, flagged, findings } = total;
    const rest = { waiting: null, flagged: null, findings: null };
    const units = total.units === null ? [] : [{ kind, measure: 'units', ...total.units, ...rest }];
    const money = (total.amounts ?? []).map(({ currency, ...books }) => {
      return { kind, measure: currency, ...books, ...rest };
    });
    const documents = {
      kind,
      measure: 'documents',
      ...total.documents,
      waiting,
      flagged,
      findings,
    };
    return [documents, ...units, ...money];
  });
  return table(
    'totals',
    'Totals',
    [
      ['kind', 'Kind', 'text', ({ kind }) => kindWords[kind].many],
      ['measure', 'Measure', 'text', ({ measure }) => measure],
      ['shipbob', 'ShipBob', 'quantity', ({ shipbob }) => shipbob],
      ['ledger', 'Ledger', 'quantity', ({ ledger }) => ledger],
      ['infor', 'Infor', 'quantity', ({ infor }) => infor],
      ['waiting', 'Waiting', 'count', ({ waiting }) => waiting],
      ['flagged', 'Flagged', 'count', ({ flagged }) => flagged],
      ['findings', 'Findings', 'count', ({ findings }) => findings],
    ],
    lines,
  );
}

export function daysTable(report: ReconciliationReport): ReportTable {
  return table(
    'by-day',
    'By day',
    [
      ['day', 'Day', 'day', ({ day }) => day],
      ['kind', 'Kind', 'text', ({ kind }) => kindWords[kind].many],
      ['shipbob', 'ShipBob', 'quantity', ({ shipbob }) => shipbob],
      ['ledger', 'Ledger', 'quantity', ({ ledger }) => ledger],
      ['infor', 'Infor', 'quantity', ({ infor }) => infor],
    ],
    report.days,
  );
}

export function stockTable(report: ReconciliationReport): ReportTable {
  return stockTableOf(stockLines(report));
}

export interface StockLine extends Omit<StockTotals, 'day' | 'item' | 'warehouse'> {
  item: string | null;
  warehouse: string | null;
  day: Day | null;
}

const directions = {
  in: ['goodsReceipt'],
  out: ['goodsIssue', 'stockIssue'],
} as const satisfies Record<StockTotals['direction'], readonly DocumentKind[]>;

/**
 * With what moved and has no item in Infor, so that the rows sum to the totals: the goods of a SKU
 * that nothing is mapped to are in no row of an item.
 */
export function stockLines({ stock, days }: ReconciliationReport): StockLine[] {
  const rest = (['out', 'in'] as const).flatMap((direction): StockLine[] => {
    const kinds: readonly DocumentKind[] = directions[direction];
    const all = days.filter(({ kind }) => kinds.includes(kind));
    const own = stock.filter((row) => row.direction === direction);
    const left = (book: 'shipbob' | 'ledger' | 'infor') => {
      const sums = [all, own].map((rows) => sumQuantities(rows.map((row) => row[book])));
      return subtractQuantities(sums[0] ?? zero, sums[1] ?? zero);
    };
    const books = { shipbob: left('shipbob'), ledger: left('ledger'), infor: left('infor') };
    if (Object.values(books).every(isZero)) return [];
    return [{ item: null, warehouse: null, day: null, direction, ...books }];
  });
  return [...stock, ...rest];
}

export function stockTableOf(lines: readonly StockLine[]): ReportTable {
  return table(
    'stock',
    'Stock',
    [
      ['item', 'Item', 'code', ({ item }) => item ?? '(no item in Infor)'],
      ['warehouse', 'Warehouse', 'code', ({ warehouse }) => warehouse],
      ['day', 'Day', 'day', ({ day }) => day],
      ['direction', 'Direction', 'text', ({ direction }) => direction],
      ['shipbob', 'ShipBob', 'quantity', ({ shipbob }) => shipbob],
      ['ledger', 'Ledger', 'quantity', ({ ledger }) => ledger],
      ['infor', 'Infor', 'quantity', ({ infor }) => infor],
    ],
    lines,
  );
}

export function notComparedTable(report: ReconciliationReport): ReportTable {
  return table(
    'not-compared',
    'Not compared',
    [
      ['what', 'What', 'text', ({ what }) => what],
      ['why', 'Why', 'text', ({ why }) => why],
      ['hint', 'What to do', 'text', ({ hint }) => hint],
    ],
    report.notCompared,
  );
}

export function leftOutTable(report: ReconciliationReport): ReportTable {
  return table(
    'left-out',
    'Left out',
    [
      ['what', 'What', 'text', ({ what }) => what],
      ['why', 'Why', 'text', ({ why }) => why],
    ],
    report.leftOut,
  );
}
