/** Every finding: what was found, in which numbers, on what evidence, and its story. */
import type { Json, JsonObject } from '../../core/glossary.ts';
import type {
  FindingCode,
  ReconciliationFinding,
  ReconciliationReport,
} from '../../core/reconciliation.ts';
import type { FindingTrace, ReportExtras } from './extras.ts';
import { type Markup, markup } from './markup.ts';
import { clockText } from './moment.ts';
import { countedGrouped, grouped, groupedMoney } from './number.ts';
import { rowsShownMax } from './page-table.ts';
import { documentText, recordText } from './table-text.ts';
import { findingWords } from './words.ts';

export function findingsMarkup(report: ReconciliationReport, extras: ReportExtras): Markup {
  const { findings, period } = report;
  if (findings.length === 0) {
    return markup`<p>None: in all that was compared, ShipBob, the ledger and Infor say the same.</p>`;
  }
  const shown = findings.slice(0, rowsShownMax).map((finding, index) => {
    return findingMarkup(finding, {
      number: index + 1,
      trace: extras.traces.get(index) ?? null,
      timeZone: period.timeZone,
    });
  });
  const more =
    findings.length > rowsShownMax
      ? markup`<p class="soft">The first ${grouped(String(rowsShownMax))} of ${countedGrouped(findings.length, 'finding')}; the workbook and the CSV files have them all.</p>`
      : null;
  return markup`${byCode(findings)}
${shown}
${more}`;
}

function byCode(findings: readonly ReconciliationFinding[]): Markup {
  const counts = new Map<FindingCode, number>();
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
  const rows = [...counts.entries()].map(
    ([code, count]) =>
      markup`<tr><td>${findingWords[code]}</td><td class="code">${code}</td><td class="n">${grouped(String(count))}</td></tr>\n`,
  );
  return markup`<table>
<caption>A finding is a difference that nothing on the lists below explains.
None was mended by this comparison: it only reads.</caption>
<thead><tr><th scope="col">Kind of finding</th><th scope="col">Code</th><th scope="col" class="n">Count</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

function findingMarkup(
  finding: ReconciliationFinding,
  place: { number: number; trace: FindingTrace | null; timeZone: string },
): Markup {
  const { number, trace, timeZone } = place;
  return markup`<article class="${trace === null ? 'finding' : 'finding told'}" id="finding-${number}">
<h3>${number}. ${finding.sentence}</h3>
<p class="meta">${findingWords[finding.code]} · <span class="code">${finding.code}</span></p>
${books(finding)}
<p class="do"><b>What to do:</b> ${finding.hint}</p>
<dl>${facts(finding, timeZone).map(fact)}</dl>
${traceMarkup(trace, timeZone)}
</article>
`;
}

/** What would be broken in its half of the width gets the whole of it. */
const wholeWidthFrom = 30;

function fact([name, value]: [string, string]): Markup {
  const whole = value.length >= wholeWidthFrom ? markup` class="whole"` : null;
  return markup`<div${whole}><dt>${name}</dt><dd>${value}</dd></div>`;
}

function books({ shipbob, ledger, infor, amount, currency }: ReconciliationFinding): Markup | null {
  const figures = [
    ...[['ShipBob', shipbob] as const, ['Ledger', ledger] as const, ['Infor', infor] as const].map(
      ([name, value]) => [name, value === null ? null : grouped(value)] as const,
    ),
    ['Amount', amount === null ? null : `${groupedMoney(amount)} ${currency ?? ''}`] as const,
  ].flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  if (figures.length === 0) return null;
  const items = figures.map(
    ([name, value]) => markup`<li><span>${name}</span><b>${value}</b></li>`,
  );
  return markup`<ul class="books">${items}</ul>`;
}

function facts(finding: ReconciliationFinding, timeZone: string): [name: string, value: string][] {
  const own: [string, string | null][] = [
    ['Document', documentText(finding.document)],
    ['Key', finding.key],
    ['ShipBob record', recordText(finding.record)],
    ['Infor number', finding.inforNumber],
    ['Warehouse', finding.warehouse],
    ['Item', finding.item],
    ['Lot', finding.lot],
    ['Day', finding.day],
    ...evidenceOf(finding.evidence, timeZone),
  ];
  return own.flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, value]],
  );
}

/** Names as the code has them, in words; moments on the period's clock. */
export function evidenceOf(evidence: JsonObject, timeZone: string): [string, string][] {
  return Object.entries(evidence).map(([name, value]) => {
    const moment = /(At|Since|Until)Ms$/.test(name) && typeof value === 'number';
    if (moment) return [spaced(name.replace(/Ms$/, '')), clockText(value, timeZone)];
    return [spaced(name), evidenceText(value)];
  });
}

/** `receivingNumbers` → `Receiving numbers`. */
function spaced(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  const acronyms = words.replace(/\b(sku|id|ids)\b/g, (word) =>
    word.replace(/sku|id/, (each) => each.toUpperCase()),
  );
  return acronyms.charAt(0).toUpperCase() + acronyms.slice(1);
}

/** Facts as people read them: braces, quotes and what is not known are left out. */
export function evidenceText(value: Json): string {
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    const flat = value.every((each) => each === null || typeof each !== 'object');
    return value.map(evidenceText).join(flat ? ', ' : '; ');
  }
  return Object.entries(value)
    .filter(([, each]) => each !== null)
    .map(([name, each]) => `${lowered(spaced(name))} ${evidenceText(each)}`)
    .join(', ');
}

/** `ID` stays as it is. */
function lowered(words: string): string {
  return /^[A-Z][a-z]/.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}

function traceMarkup(trace: FindingTrace | null, timeZone: string): Markup | null {
  if (trace === null || trace.lines.length === 0) return null;
  const lines = trace.lines.map(
    ({ atMs, text }) =>
      markup`<li><time datetime="${new Date(atMs).toISOString()}">${clockText(atMs, timeZone)}</time><span>${text}</span></li>\n`,
  );
  const more =
    trace.left === 0
      ? null
      : markup`<li><span></span><span class="soft">${countedGrouped(trace.left, 'more row')} in the audit trail</span></li>`;
  return markup`<h4>Its trace</h4><ol class="trace">${lines}${more}</ol>`;
}
