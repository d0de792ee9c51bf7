/**
 * How the page looks. System fonts, since nothing may be loaded; dark on white,
  since it is printed;
 * and no meaning in a colour alone, since it is printed in grey.
 */
import type { Markup } from './markup.ts';

/** Not escaped: it is ours, and CSS has `>` in it. */
export const pageStyle: Markup = {
  markup: `
:root { --ink: #16202e; --soft: #4d5868; --line: #d5dbe3; --faint: #eef1f5; --blue: #1d3557; }
* { box-sizing: border-box; }
html { color: var(--ink); background: #fff; scroll-behavior: smooth;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
body { max-width: 1060px; margin: 0 auto; padding: 40px 32px 64px; overflow-wrap: anywhere; }
h1 { font-size: 28px; line-height: 1.2; margin: 2px 0 4px; letter-spacing: -.01em; }
h2 { font-size: 19px; margin: 48px 0 10px; padding-top: 14px; border-top: 2px solid var(--ink); }
h3 { font-size: 15.5px; margin: 22px 0 6px; }
p { margin: 6px 0; max-width: 78ch; }
a { color: var(--blue); }
code, .code { font: 0.92em ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
code { overflow-wrap: anywhere; }
.kicker { margin: 0; color: var(--soft); font-size: 13px; letter-spacing: .04em;
  text-transform: uppercase; }
.soft { color: var(--soft); }
.facts { margin: 0; color: var(--soft); }

.verdict { display: flex; gap: 18px; margin: 24px 0 18px; padding: 18px 22px; border: 1px solid;
  border-left-width: 8px; border-radius: 4px; }
.verdict .sign { font-size: 34px; line-height: 1; font-weight: 600; }
.verdict strong { display: block; font-size: 20px; line-height: 1.25; }
.verdict p { margin: 4px 0 0; color: var(--ink); }
.agrees { color: #14532d; background: #f2f9f4; }
.differs { color: #8a1c1c; background: #fdf4f3; }
.incomplete { color: #704500; background: #fff9ec; }

.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin: 0 0 22px;
  padding: 0; list-style: none; }
.tiles li { border: 1px solid var(--line); border-radius: 4px; padding: 12px 14px; }
.tiles b { display: block; font-size: 25px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles b.words { font-size: 19px; line-height: 30px; }
.tiles span { display: block; font-weight: 600; font-size: 13px; }
.tiles small { display: block; color: var(--soft); font-size: 12.5px; line-height: 1.35;
  margin-top: 3px; }

nav { border: 1px solid var(--line); border-radius: 4px; padding: 10px 18px; }
nav ol { columns: 2; column-gap: 40px; margin: 0; padding-left: 22px; }
nav li { padding: 1px 0; }

table { width: 100%; border-collapse: collapse; margin: 10px 0 6px; font-size: 13.5px;
  line-height: 1.4; }
caption { text-align: left; color: var(--soft); padding: 0 0 6px; font-size: 13px; }
th, td { padding: 5px 10px 5px 0; text-align: left; vertical-align: baseline;
  border-bottom: 1px solid var(--line);
  font-weight: 400; overflow-wrap: break-word; }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-weight: 600; border-bottom: 1.5px solid var(--ink); vertical-align: bottom;
  overflow-wrap: normal; }
td.short { white-space: nowrap; }
td.long { overflow-wrap: anywhere; min-width: 11em; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th.n { white-space: normal; }
.n + td:not(.n), .n + th:not(.n) { padding-left: 12px; }
td.code { font-size: 12.5px; }
td.none { color: var(--soft); }
tbody.group tr:first-child > * { padding-top: 9px; }
tbody.group tr:not(:last-child) > * { border-bottom: 0; padding-bottom: 0; }
tbody.group tr > th[rowspan] { font-weight: 600; border-bottom: 1px solid var(--line); }
tr.total > * { border-top: 1.5px solid var(--ink); font-weight: 600; }
.odd { font-weight: 700; }
.odd::after { content: "≠"; position: absolute; padding-left: 3px; }
.wide { overflow-x: auto; }

.finding { border: 1px solid var(--line); border-left: 4px solid #8a1c1c; border-radius: 3px;
  padding: 12px 16px 10px; margin: 12px 0; }
.finding h3 { margin: 0 0 2px; line-height: 1.35; }
.finding .meta { color: var(--soft); font-size: 13px; margin: 0 0 6px; }
.finding .do { margin: 6px 0 8px; }
.books { display: flex; gap: 28px; margin: 8px 0; padding: 0; list-style: none;
  font-variant-numeric: tabular-nums; }
.books li { line-height: 1.3; }
.books span { display: block; font-size: 12px; color: var(--soft); }
.books b { font-size: 17px; }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: 1px 32px; margin: 6px 0; font-size: 13px; }
dl div { display: grid; grid-template-columns: 150px 1fr; gap: 12px; }
dl .whole { grid-column: 1 / -1; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.finding h4 { font-size: 12.5px; margin: 10px 0 2px; color: var(--soft); font-weight: 600; }
.trace { margin: 0; padding: 0; list-style: none; font-size: 13px; }
.trace li { display: grid; grid-template-columns: 128px 1fr; gap: 12px; padding: 1px 0; }
.trace time { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }

.chart { display: block; width: 100%; height: auto; margin: 8px 0 4px; overflow: visible;
  font: 12px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
.chart text { fill: #16202e; font-variant-numeric: tabular-nums; }
.chart .axis { fill: #4d5868; }
.chart .value { font-weight: 600; }
.chart .label { font-weight: 600; }
.chart .grid { stroke: #e3e7ed; }
.chart .zero { stroke: #16202e; }
.chart .link { stroke: #4d5868; stroke-dasharray: 3 3; }
.chart .shipbob { fill: #1d3557; }
.chart .ledger { fill: #86a5c8; }
.chart .infor { fill: #f0f4f9; stroke: #1d3557; stroke-width: .8; }
.chart .mark { fill: #8a1c1c; }
.chart .up { fill: #f0f4f9; stroke: #1d3557; }
.chart .down { fill: #86a5c8; stroke: #1d3557; }
.chart .unexplained { fill: url(#hatch); stroke: #8a1c1c; stroke-width: 1.5; }

.notice { border: 1px solid #704500; border-left-width: 6px; border-radius: 3px;
  padding: 10px 14px; margin: 12px 0; }
.sign-off { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 36px; margin: 54px 0 8px; }
.sign-off div { border-top: 1px solid var(--ink); padding-top: 4px; font-size: 12.5px;
  color: var(--soft); }
footer { margin-top: 36px; font-size: 12.5px; color: var(--soft); }

@media (max-width: 720px) { .tiles { grid-template-columns: 1fr 1fr; } nav ol { columns: 1; }
  body { padding: 20px 16px; } }

@page { size: A4; margin: 16mm 14mm 18mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt system-ui, sans-serif;
  color: #4d5868; } }
@media print {
  html { font-size: 9.6pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { max-width: none; padding: 0; }
  h1 { font-size: 19pt; } h2 { font-size: 13pt; margin-top: 26pt; } h3 { font-size: 10pt; }
  h2, h3, h4, caption { break-after: avoid; }
  table { font-size: 8.2pt; } td.code { font-size: 7.8pt; } th, td { padding: 3pt 6pt 3pt 0; }
  td.long { min-width: 7em; } dl { gap: 1pt 18pt; } dl div { grid-template-columns: 30mm 1fr;
  gap: 6pt; }
  caption { font-size: 8.4pt; }
  thead { display: table-header-group; }
  tr, .chart, .tiles, .verdict, .sign-off, nav { break-inside: avoid; }
  tbody.group { break-inside: avoid; }
  .finding { break-inside: avoid-page; }
  .finding.told { break-inside: auto; -webkit-box-decoration-break: clone;
  box-decoration-break: clone; }
  .finding > :not(.trace, dl) { break-after: avoid; }
  .finding p, .books, dl div, .trace li { break-inside: avoid; }
  .wide { overflow: visible; }
  .tiles b { font-size: 16pt; } .tiles b.words { font-size: 13pt; } .tiles span, .tiles small {
  font-size: 8pt; }
  .trace, dl { font-size: 8.2pt; }
  a { color: inherit; text-decoration: none; }
}
`,
};
