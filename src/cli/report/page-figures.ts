/** What a reader wants first: four figures, then each kind of document in the three books. */
import { sumQuantities } from '../../core/quantity.ts';
import type { DocumentTotals, ReconciliationReport } from '../../core/reconciliation.ts';
import { bridgeTotals, upAndDown } from './bridge.ts';
import { type Markup, type MarkupValue, markup } from './markup.ts';
import { movedRows, worthOf, worthPerRecord, worthText } from './money.ts';
import { countedGrouped, grouped, groupedMoney } from './number.ts';
import { kindWords } from './words.ts';

export function tiles(report: ReconciliationReport): Markup {
  const { findings, waiting, flags, notCompared } = report;
  const parts = countedGrouped(notCompared.length, 'part');
  return markup`<ul class="tiles">
${tile(grouped(String(findings.length)), 'Findings', notCompared.length === 0 ? 'everything was compared' : `${parts} not compared`)}
${tile(grouped(String(waiting.length)), 'Not in Infor yet', waitingWorth(waiting))}
${tile(grouped(String(flags.length)), 'Open flags', flags.length === 0 ? 'no question is open' : `holding up ${worthText(worthOf(worthPerRecord(flags)))}`)}
${onHandTile(report)}
</ul>`;
}

function waitingWorth(rows: ReconciliationReport['waiting']): string {
  if (rows.length === 0) return 'nothing waits';
  return `moved goods and charges: ${worthText(worthOf(movedRows(rows)))}`;
}

function tile(figure: string, name: string, more: string): Markup {
  return markup`<li><b>${figure}</b><span>${name}</span><small>${more}</small></li>`;
}

/** Never a zero where nothing was compared. */
function onHandTile({ onHand }: ReconciliationReport): Markup {
  if (onHand.state === 'notCompared') {
    return markup`<li><b class="words">not compared</b><span>On hand</span><small>${onHand.why}</small></li>`;
  }
  const { steps, itemsDiffering } = bridgeTotals(onHand.rows);
  const step = steps.find(({ category }) => category === 'unexplained');
  const units = step === undefined ? '0' : upAndDown(step.up, step.down);
  const items = countedGrouped(step?.items ?? 0, 'item');
  const differing = countedGrouped(itemsDiffering, 'item');
  const differ = itemsDiffering === 1 ? 'differs' : 'differ';
  return tile(units, 'Units on hand unexplained', `in ${items}; ${differing} ${differ} in all`);
}

export function figures({ documents }: ReconciliationReport): Markup {
  return markup`<div class="wide"><table>
<caption>What ShipBob's records call for, what the ledger of this connector posted, and what stands in Infor. ≠ marks a number that differs from ShipBob's.</caption>
<thead><tr><th scope="col">Kind</th><th scope="col">Counted in</th><th scope="col" class="n">ShipBob</th><th scope="col" class="n">Ledger</th><th scope="col" class="n">Infor</th><th scope="col" class="n">Waiting</th><th scope="col" class="n">Flagged</th><th scope="col" class="n">Findings</th></tr></thead>
${documents.map(kindRows)}
</table></div>`;
}

function kindRows(total: DocumentTotals): Markup {
  const { documents, units, amounts } = total;
  const lines = [
    bookCells('documents', {
      shipbob: grouped(String(documents.shipbob)),
      ledger: grouped(String(documents.ledger)),
      infor: grouped(String(documents.infor)),
    }),
    ...(units === null
      ? []
      : [
          bookCells('units', {
            shipbob: grouped(units.shipbob),
            ledger: grouped(units.ledger),
            infor: grouped(units.infor),
          }),
        ]),
    ...(amounts ?? []).map(({ currency, shipbob, ledger, infor }) =>
      bookCells(currency, {
        shipbob: groupedMoney(shipbob),
        ledger: groupedMoney(ledger),
        infor: groupedMoney(infor),
      }),
    ),
  ];
  const counts = [total.waiting, total.flagged, total.findings].map(
    (count) => markup`<td class="n">${grouped(String(count))}</td>`,
  );
  const blank = markup`<td></td><td></td><td></td>`;
  const rows = lines.map((line, index): MarkupValue => {
    const head =
      index === 0
        ? markup`<th scope="rowgroup" rowspan="${lines.length}">${kindWords[total.kind].many}</th>`
        : null;
    return markup`<tr>${head}${line}${index === 0 ? counts : blank}</tr>\n`;
  });
  return markup`<tbody class="group">${rows}</tbody>`;
}

function bookCells(
  measure: string,
  books: { shipbob: string; ledger: string; infor: string },
): Markup {
  const { shipbob, ledger, infor } = books;
  const other = (text: string) =>
    text === shipbob
      ? markup`<td class="n">${text}</td>`
      : markup`<td class="n"><span class="odd">${text}</span></td>`;
  return markup`<td class="short">${measure}</td><td class="n">${shipbob}</td>${other(ledger)}${other(infor)}`;
}

/** `1,204 units in 52 documents`, or only the documents where no units are known. */
export function unitsIn(
  rows: readonly { units: ReturnType<typeof sumQuantities> | null }[],
): string {
  const known = rows.flatMap(({ units }) => (units === null ? [] : [units]));
  const documents = countedGrouped(rows.length, 'document');
  return known.length === 0 ? documents : `${grouped(sumQuantities(known))} units in ${documents}`;
}
