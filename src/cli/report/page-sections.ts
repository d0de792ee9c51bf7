/** The sections of the page behind the findings. */
import { sumQuantities } from '../../core/quantity.ts';
import type { CutOffRow, ReconciliationReport } from '../../core/reconciliation.ts';
import { type BridgeStep, bridgeTotals } from './bridge.ts';
import { bridgeChart } from './chart-bridge.ts';
import { dayChart } from './chart-days.ts';
import { flagChart } from './chart-flags.ts';
import { type Markup, markup } from './markup.ts';
import { worthOf, worthText } from './money.ts';
import { countedGrouped, grouped, signed } from './number.ts';
import { unitsIn } from './page-figures.ts';
import { tableMarkup } from './page-table.ts';
import { leftOutTable, notComparedTable, stockLines, stockTableOf } from './tables.ts';
import { cutOffTable, flagsTable, mappingTable, waitingTable } from './tables-open.ts';
import { onHandOnPage, onHandPartsTable } from './tables-stock.ts';
import { bridgeWords, cutOffWords, kindWords } from './words.ts';

export function movements(report: ReconciliationReport): Markup {
  const issues = dayChart(report, {
    id: 'chart-issues',
    title: 'Issues',
    kinds: ['goodsIssue', 'stockIssue'],
  });
  const receipts = dayChart(report, {
    id: 'chart-receipts',
    title: 'Receipts',
    kinds: ['goodsReceipt'],
  });
  const nothing = markup`<p>Nothing moved in the period.</p>`;
  return markup`<h3>Issues, units by day</h3>
${issues ?? nothing}
<h3>Receipts, units by day</h3>
${receipts ?? nothing}`;
}

export function notCompared(report: ReconciliationReport): Markup {
  const { timeZone } = report.period;
  const gaps =
    report.notCompared.length === 0
      ? markup`<p>Nothing: every part was compared.</p>`
      : tableMarkup(notComparedTable(report), {
          timeZone,
          caption: 'About these the comparison says nothing. They are neither right nor wrong.',
        });
  if (report.leftOut.length === 0) return gaps;
  return markup`${gaps}
<h3>Left out</h3>
${tableMarkup(leftOutTable(report), { timeZone, caption: 'No part of this comparison, because it was asked or configured so.' })}`;
}

export function waiting(report: ReconciliationReport): Markup {
  const rows = report.waiting;
  if (rows.length === 0) return markup`<p>Nothing waits: all that happened stands in Infor.</p>`;
  return markup`${waitingByKind(report)}
${tableMarkup(waitingTable(report), { timeZone: report.period.timeZone, caption: 'What ShipBob says happened in the period and is not in Infor, and why.' })}`;
}

/** Orders, movements and charges are not added: the goods of an order are those that move. */
function waitingByKind({ waiting: all }: ReconciliationReport): Markup {
  const kinds = [...new Set(all.map(({ document }) => document))];
  const rows = kinds.map((kind) => {
    const own = all.filter(({ document }) => document === kind);
    const units = own.flatMap((row) => (row.units === null ? [] : [row.units]));
    const sum = units.length === 0 ? '–' : grouped(sumQuantities(units));
    return markup`<tr><th scope="row">${kindWords[kind].many}</th><td class="n">${grouped(String(own.length))}</td><td class="n">${sum}</td><td>${worthText(worthOf(own))}</td></tr>\n`;
  });
  return markup`<table>
<caption>Accrue the movements and charges that belong to the period.
An order moves nothing by itself.</caption>
<thead><tr><th scope="col">Kind</th><th scope="col" class="n">Documents</th><th scope="col" class="n">Units</th><th scope="col">Value</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

export function cutOff(report: ReconciliationReport): Markup {
  if (report.cutOff.length === 0) {
    return markup`<p>None: what was posted was posted on the same side of the period’s border.</p>`;
  }
  return markup`<p class="soft">Movements whose day and whose posting lie on two sides of the period’s border. “Booked on” is the day Infor put it on; a dash where it was not read.</p>
${cutOffSide(report, 'movedInPeriodPostedAfter')}
${cutOffSide(report, 'movedBeforePostedInPeriod')}`;
}

function cutOffSide(report: ReconciliationReport, side: CutOffRow['direction']): Markup {
  const rows = report.cutOff.filter(({ direction }) => direction === side);
  const words = cutOffWords[side];
  const name = words.charAt(0).toUpperCase() + words.slice(1);
  if (rows.length === 0) return markup`<h3>${name}</h3><p>None.</p>`;
  const shown = cutOffTable({ ...report, cutOff: rows });
  return markup`<h3>${name}</h3>
${tableMarkup(shown, { timeZone: report.period.timeZone, caption: `${unitsIn(rows)}.`, without: ['direction'] })}`;
}

export function flags(report: ReconciliationReport): Markup {
  if (report.flags.length === 0) return markup`<p>No question is open.</p>`;
  return markup`${flagChart(report.flags)}
${tableMarkup(flagsTable(report), { timeZone: report.period.timeZone, caption: 'Open as of the moment of the comparison; each holds its record up until it is answered.', without: ['raisedAt'] })}`;
}

export function mappingChanges(report: ReconciliationReport): Markup {
  if (report.mappingChanges.length === 0) return markup`<p>None in the period.</p>`;
  return tableMarkup(mappingTable(report), {
    timeZone: report.period.timeZone,
    caption: 'Which Infor code stands for a ShipBob value, as people changed it in the period.',
  });
}

export function onHand(report: ReconciliationReport): Markup {
  if (report.onHand.state === 'notCompared') {
    return markup`<div class="notice"><b>Not compared.</b> ${report.onHand.why} How many units are unexplained is therefore not known.</div>`;
  }
  const { rows } = report.onHand;
  const totals = bridgeTotals(rows);
  const view = { timeZone: report.period.timeZone };
  const differing = { ...report, onHand: { ...report.onHand, rows: differingFirst(rows) } };
  return markup`<p>Infor holds ${grouped(totals.infor)} units, the shelves ${grouped(totals.shipbob)}: a difference of ${signed(totals.difference)} over ${countedGrouped(rows.length, 'item')}.</p>
${bridgeChart(rows)}
${stepsTable(totals.steps)}
<h3>Per item and warehouse</h3>
${tableMarkup(onHandOnPage(differing.onHand.rows), { ...view, caption: 'Infor’s count plus the parts is ShipBob’s count, exactly. Items that differ stand first.' })}
<h3>Each part</h3>
${partsMarkup(differing)}`;
}

function partsMarkup(report: ReconciliationReport): Markup {
  const table = onHandPartsTable(report);
  if (table.rows.length === 0) return markup`<p>None: no item differs.</p>`;
  return tableMarkup(table, {
    timeZone: report.period.timeZone,
    caption: 'What explains each difference, and how old it is.',
    without: ['compared', 'why'],
  });
}

function differingFirst<Row extends { parts: readonly unknown[] }>(rows: readonly Row[]): Row[] {
  const differs = (row: Row) => row.parts.length > 0;
  return [...rows.filter(differs), ...rows.filter((row) => !differs(row))];
}

function stepsTable(steps: readonly BridgeStep[]): Markup {
  const rows = steps.map(
    ({ category, items, up, down, net }) =>
      markup`<tr><th scope="row">${bridgeWords[category]}</th><td class="n">${grouped(String(items))}</td><td class="n">${signed(up)}</td><td class="n">${signed(down)}</td><td class="n">${signed(net)}</td></tr>\n`,
  );
  return markup`<table>
<caption>The same in numbers. More and less stand apart, since too much of one item
does not make up for too little of another.</caption>
<thead><tr><th scope="col">Part</th><th scope="col" class="n">Items</th><th scope="col" class="n">More on the shelf</th><th scope="col" class="n">Less</th><th scope="col" class="n">Together</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

/** Rows in which the books agree are many, and say nothing; the workbook has them. */
export function stock(report: ReconciliationReport): Markup {
  const lines = stockLines(report);
  const differing = lines.filter(
    ({ shipbob, ledger, infor }) => shipbob !== ledger || ledger !== infor,
  );
  if (lines.length === 0) return markup`<p>Nothing moved in the period.</p>`;
  const all = countedGrouped(lines.length, 'row');
  if (differing.length === 0) {
    return markup`<p>In all ${all} (item, warehouse, day) the three books agree; the workbook lists them.</p>`;
  }
  return markup`<p>Of ${all} (item, warehouse, day) ${grouped(String(differing.length))} ${differing.length === 1 ? 'differs' : 'differ'}. The workbook lists them all.</p>
${tableMarkup(stockTableOf(differing), { timeZone: report.period.timeZone, caption: 'Rows in which the three books do not say the same.' })}`;
}
