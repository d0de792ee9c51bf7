/** A comparison as people read it on a terminal. */
import { addQuantities, isZero, sumQuantities, zero } from '../../core/quantity.ts';
import type {
  BridgeCategory,
  DocumentTotals,
  FindingCode,
  OnHandRow,
  ReconciliationFinding,
  ReconciliationReport,
  ReconciliationVerdict,
} from '../../core/reconciliation.ts';
import type { Quantity } from '../../core/schema.ts';
import type { Cell, Output, Tone } from '../output.ts';
import { bridgeCategories } from '../report/words.ts';
import { plainText } from '../text-width.ts';
import { counted, momentText } from '../words.ts';

export const verdictTones: Record<ReconciliationVerdict, Tone> = {
  agrees: 'good',
  differs: 'bad',
  incomplete: 'warning',
};

export function printReport(output: Output, report: ReconciliationReport, top: number): void {
  output.line(output.paint(report.verdictSentence, verdictTones[report.verdict]));
  const { period, asOfMs } = report;
  output.line(
    `Days of ${period.timeZone}, as of ${momentText(asOfMs)}; company ${report.company}.`,
  );
  output.line();
  printDocuments(output, report.documents);
  printFindings(output, report.findings, top);
  printWaiting(output, report);
  printOnHand(output, report, top);
  printCutOff(output, report, top);
  printGaps(output, report);
  printAudit(output, report);
}

const kindNames: Record<DocumentTotals['kind'], string> = {
  salesOrder: 'sales orders',
  purchaseOrder: 'purchase orders',
  goodsIssue: 'goods issues',
  stockIssue: 'stock issues',
  goodsReceipt: 'goods receipts',
  journal: 'journals',
  orderCancellation: 'cancellations',
};

function printDocuments(output: Output, documents: readonly DocumentTotals[]): void {
  const rows = documents.flatMap((row): Cell[][] => {
    const { shipbob, ledger, infor } = row.documents;
    const open = [String(row.waiting), String(row.flagged), String(row.findings)];
    const first = [kindNames[row.kind], String(shipbob), String(ledger), String(infor), ...open];
    const units = row.units;
    const more: Cell[][] = [];
    if (units !== null) more.push(['  units', units.shipbob, units.ledger, units.infor]);
    for (const each of row.amounts ?? []) {
      more.push([`  ${each.currency}`, each.shipbob, each.ledger, each.infor]);
    }
    return [first, ...more];
  });
  output.table(
    [
      { title: '' },
      ...['ShipBob', 'ledger', 'Infor', 'waiting', 'flagged', 'findings'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    rows,
  );
}

function printFindings(
  output: Output,
  findings: readonly ReconciliationFinding[],
  top: number,
): void {
  const groups = new Map<FindingCode, ReconciliationFinding[]>();
  for (const one of findings) {
    const group = groups.get(one.code);
    if (group === undefined) groups.set(one.code, [one]);
    else group.push(one);
  }
  for (const [code, group] of groups) {
    output.line();
    output.line(output.paint(`${code}  ${group.length}`, 'bad'));
    for (const { sentence } of group.slice(0, top)) output.line(`  ${plainText(sentence)}`);
    if (group.length > top) output.line(`  and ${group.length - top} more; --top shows them`);
    output.line(`  → ${group[0]?.hint ?? ''}`);
  }
}

function printWaiting(output: Output, { waiting }: ReconciliationReport): void {
  if (waiting.length === 0) return;
  output.line();
  output.line(output.paint('Not in Infor yet, for a known reason', 'strong'));
  const groups = new Map<string, WaitingGroup>();
  for (const { document, state, why, units } of waiting) {
    // The goods of an order are counted when they move: one sum over both would count them twice.
    const kind = kindNames[document];
    const name = `${kind} ${state} ${grouped(why)}`;
    const known = groups.get(name) ?? { kind, state, why: grouped(why), count: 0, units: zero };
    known.count += 1;
    known.units = addQuantities(known.units, units ?? zero);
    groups.set(name, known);
  }
  output.table(
    [
      { title: 'kind' },
      { title: 'state' },
      { title: 'documents', align: 'right' },
      { title: 'units', align: 'right' },
      { title: 'why', cut: 'under' },
    ],
    [...groups.values()]
      .sort((a, b) => b.count - a.count)
      .map(({ kind, state, why, count, units }) => [
        kind,
        state,
        String(count),
        isZero(units) ? '' : units,
        why,
      ]),
  );
}

interface WaitingGroup {
  kind: string;
  state: string;
  why: string;
  count: number;
  units: Quantity;
}

/** What waits for one document each waits for the same thing. */
function grouped(why: string): string {
  return why.replace(/\b(SB|SX|S|SY|R|RX|J)\d[0-9A-Z-]*/g, '…');
}

const categoryNames: Record<BridgeCategory, string> = {
  opening: 'from before',
  notYetPosted: 'not posted yet',
  flagged: 'flagged',
  shipbobAdjustment: 'ShipBob’s own',
  inforForeign: 'Infor’s own',
  inTransit: 'in transit',
  finding: 'findings',
  unexplained: 'unexplained',
};

function printOnHand(output: Output, { onHand }: ReconciliationReport, top: number): void {
  output.line();
  if (onHand.state === 'notCompared') {
    output.line(`On hand was not compared: ${plainText(onHand.why)}.`);
    return;
  }
  const rows = onHand.rows.filter(({ difference }) => difference !== '0');
  const equal = onHand.rows.length - rows.length;
  output.line(
    output.paint(`On hand at ${momentText(onHand.atMs)}`, 'strong') +
      `: ${counted(onHand.rows.length, 'item')} in a warehouse, ${equal} equal, ${rows.length} with a difference`,
  );
  if (rows.length === 0) return;
  const used = bridgeCategories.filter((category) =>
    rows.some(({ parts }) => parts.some((part) => part.category === category)),
  );
  const right = (title: string) => ({ title, align: 'right' as const });
  output.table(
    [
      { title: 'item' },
      { title: 'warehouse' },
      ...['ShipBob', 'Infor', 'difference', ...used.map((one) => categoryNames[one])].map(right),
    ],
    [...rows]
      .sort((a, b) => Math.abs(Number(b.difference)) - Math.abs(Number(a.difference)))
      .slice(0, top)
      .map((row) => [
        row.item === '' ? `(SKU ${row.sku})` : row.item,
        row.warehouse,
        row.shipbob,
        row.infor,
        row.difference,
        ...used.map((category) => partOf(row, category)),
      ]),
  );
  if (rows.length > top) output.line(`and ${rows.length - top} more; --top shows them`);
}

function partOf({ parts }: OnHandRow, category: BridgeCategory): Cell {
  const own = parts.filter((part) => part.category === category);
  const text = sumQuantities(own.map(({ quantity }) => quantity));
  if (isZero(text)) return '';
  return category === 'unexplained' ? { text, tone: 'bad' } : text;
}

function printCutOff(output: Output, { cutOff }: ReconciliationReport, top: number): void {
  if (cutOff.length === 0) return;
  output.line();
  output.line(
    output.paint(
      'Cut-off: moved on one side of the period’s bounds, posted on the other',
      'strong',
    ),
  );
  output.table(
    [
      { title: 'document' },
      { title: 'moved on' },
      { title: 'posted at' },
      { title: 'Infor’s day' },
      { title: 'units', align: 'right' },
      { title: '' },
    ],
    cutOff
      .slice(0, top)
      .map((row) => [
        row.key,
        row.movedOn,
        momentText(row.postedAtMs),
        row.bookedOn ?? '',
        row.units ?? '',
        row.direction === 'movedInPeriodPostedAfter' ? 'posted after it' : 'moved before it',
      ]),
  );
  if (cutOff.length > top) output.line(`and ${cutOff.length - top} more; --top shows them`);
}

function printGaps(output: Output, { notCompared, leftOut }: ReconciliationReport): void {
  if (notCompared.length > 0) {
    output.line();
    output.line(output.paint('Not compared', 'warning'));
    for (const { what, why, hint } of notCompared) {
      output.line(`  ${plainText(what)}: ${plainText(why)}`);
      output.line(`  → ${plainText(hint)}`);
    }
  }
  if (leftOut.length === 0) return;
  output.line();
  for (const { what, why } of leftOut)
    output.line(`Left out: ${plainText(what)} (${plainText(why)}).`);
}

function printAudit(output: Output, { audit, calls, id }: ReconciliationReport): void {
  output.line();
  const broken = audit.brokenAt === null ? 'verified' : `BROKEN at row ${audit.brokenAt}`;
  output.line(`Audit trail: ${audit.rows} rows ${broken}; comparison ${id} is row ${audit.seq},`);
  output.line(`head ${audit.head}`);
  output.line(`${calls.shipbob} calls to ShipBob, ${calls.infor} to Infor.`);
}
