/**
 * A report as one HTML file that needs nothing else: no network, no script, no font of its own.
 * What the browser may do is cut down in the file itself, so that no text in it can fetch anything.
 */
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import type { ReportExtras } from './extras.ts';
import { type Markup, markup } from './markup.ts';
import { clockText, isoText } from './moment.ts';
import { grouped } from './number.ts';
import { figures, tiles } from './page-figures.ts';
import { findingsMarkup } from './page-findings.ts';
import * as section from './page-sections.ts';
import { pageStyle } from './page-style.ts';
import { periodWords, verdictWords } from './words.ts';

export function htmlReport(report: ReconciliationReport, extras: ReportExtras): string {
  const sections = sectionsOf(report, extras);
  const title = `Books of ${periodWords(report)}, company ${report.company}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}: ${verdictWords[report.verdict].toLowerCase()}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<p class="kicker">Comparison of ShipBob, the ledger and Infor</p>
<h1>${title}</h1>
<p class="facts">${report.period.from} to ${report.period.to}, days and times of ${report.period.timeZone}</p>
</header>
<main>
${verdictBanner(report)}
${tiles(report)}
<nav aria-label="Contents"><ol>
${sections.map(({ id, name }) => markup`<li><a href="#${id}">${name}</a></li>\n`)}</ol></nav>
${sections.map(({ id, name, body }) => markup`<section id="${id}" aria-labelledby="${id}-name">\n<h2 id="${id}-name">${name}</h2>\n${body}\n</section>\n`)}
</main>
${footer(report, extras)}
</body>
</html>
`.markup;
}

interface Section {
  id: string;
  name: string;
  body: Markup;
}

function sectionsOf(report: ReconciliationReport, extras: ReportExtras): Section[] {
  const many = (name: string, rows: readonly unknown[]) => {
    return `${name} (${grouped(String(rows.length))})`;
  };
  return [
    { id: 'figures', name: 'Key figures', body: figures(report) },
    {
      id: 'findings',
      name: many('Findings', report.findings),
      body: findingsMarkup(report, extras),
    },
    {
      id: 'not-compared',
      name: many('Not compared', report.notCompared),
      body: section.notCompared(report),
    },
    { id: 'movements', name: 'Movements by day', body: section.movements(report) },
    {
      id: 'unposted',
      name: many('Not in Infor yet', report.waiting),
      body: section.waiting(report),
    },
    { id: 'cut-off', name: many('Cut-off', report.cutOff), body: section.cutOff(report) },
    { id: 'flags', name: many('Open flags', report.flags), body: section.flags(report) },
    { id: 'on-hand', name: 'On hand', body: section.onHand(report) },
    { id: 'stock', name: 'Stock by item, warehouse and day', body: section.stock(report) },
    {
      id: 'mapping',
      name: many('Mapping changes', report.mappingChanges),
      body: section.mappingChanges(report),
    },
    { id: 'audit', name: 'Audit anchor and sign-off', body: audit(report) },
  ];
}

/** The sign says the same as the colour, which does not print. */
const signs = { agrees: '✓', differs: '≠', incomplete: '?' } as const;

function verdictBanner(report: ReconciliationReport): Markup {
  const { verdict, verdictSentence, period } = report;
  return markup`<div class="verdict ${verdict}" role="status">
<div class="sign" aria-hidden="true">${signs[verdict]}</div>
<div><strong>${verdictWords[verdict]}</strong>
<p>${verdictSentence}</p>
<p class="soft">Company ${report.company}, as of ${clockText(report.asOfMs, period.timeZone)} (${period.timeZone}). What changed after that moment is not in it, or is named under “Not compared”.</p></div>
</div>`;
}

function audit(report: ReconciliationReport): Markup {
  const { audit: trail, period } = report;
  const state =
    trail.brokenAt === null
      ? markup`<p>The audit trail was verified from its first row to row ${grouped(String(trail.seq))}. Its head then:</p>
<p><code>${trail.seq}:${trail.head}</code></p>
<p class="soft">Whoever has the database and its key can prove that nothing before this row was changed since: the trail is verified again, and this head must be found in it.</p>`
      : markup`<div class="notice"><b>The audit trail does not verify from row ${grouped(String(trail.brokenAt))} on.</b> What the ledger says in this report cannot be relied on until it is known who changed the database.</div>
<p class="soft">Head as it was found, not proved: <code>${trail.seq}:${trail.head}</code></p>`;
  const calls = `${grouped(String(report.calls.shipbob))} calls to ShipBob, ${grouped(String(report.calls.infor))} to Infor`;
  return markup`${state}
<dl>
<div><dt>As of</dt><dd>${isoText(report.asOfMs, period.timeZone)}</dd></div>
<div><dt>Made at</dt><dd>${isoText(report.madeAtMs, period.timeZone)}</dd></div>
<div><dt>Made by</dt><dd>${report.actor}</dd></div>
<div><dt>Comparison</dt><dd>number ${report.id}; ${calls}</dd></div>
</dl>
<div class="sign-off"><div>Prepared by, date</div><div>Reviewed by, date</div><div>Remarks</div></div>`;
}

function footer(report: ReconciliationReport, extras: ReportExtras): Markup {
  const program = extras.version === '' ? 'mlc' : `mlc ${extras.version}`;
  return markup`<footer>Made by ${program}. ShipBob: what happened. Ledger: what this connector posted. Infor: what stands there. Quantities are in the item's basic unit. Comparison ${report.id}.</footer>`;
}
