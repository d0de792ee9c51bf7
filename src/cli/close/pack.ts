/** The files of a close pack. Pure: the same report gives the same bytes. */
import { anchorLine } from '../../core/audit-anchor.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import { csvTables } from '../report/csv.ts';
import type { ReportExtras } from '../report/extras.ts';
import { reportJson } from '../report/json.ts';
import { isoText } from '../report/moment.ts';
import { htmlReport } from '../report/page.ts';
import { periodWords } from '../report/words.ts';
import { workbook } from '../report/workbook.ts';
import { plainText } from '../text-width.ts';
import { type Manifest, sha256Of } from './manifest-schema.ts';

export interface PackFile {
  name: string;
  bytes: Buffer;
}

export interface Pack {
  /** In the order in which they are listed; the manifest and the sums come last. */
  files: PackFile[];
  manifest: Manifest;
  manifestSha256: string;
}

export const manifestName = 'manifest.json';
export const sumsName = 'SHA256SUMS';

export interface PackFacts {
  databaseId: string;
}

export async function packOf(
  report: ReconciliationReport,
  extras: ReportExtras,
  facts: PackFacts,
): Promise<Pack> {
  const contents = [
    file('README.txt', readme(report, extras)),
    file('report.html', htmlReport(report, extras)),
    { name: 'report.xlsx', bytes: await workbook(report, extras) },
    file('report.json', `${JSON.stringify(reportJson(report, extras), null, 2)}\n`),
    ...csvTables(report, extras).map(({ name, text }) => file(`${name}.csv`, text)),
    file('audit-anchor.txt', anchorText(report, facts)),
  ];
  const manifest = manifestOf(contents, { report, extras, facts });
  const listed = file(manifestName, `${JSON.stringify(manifest, null, 2)}\n`);
  const all = [...contents, listed];
  return {
    files: [...all, file(sumsName, sumsOf(all))],
    manifest,
    manifestSha256: sha256Of(listed.bytes),
  };
}

function file(name: string, text: string): PackFile {
  return { name, bytes: Buffer.from(text, 'utf8') };
}

/** As `sha256sum -c` reads it, so that nothing of ours is needed to check a pack. */
export function sumsOf(files: readonly PackFile[]): string {
  return files.map(({ name, bytes }) => `${sha256Of(bytes)}  ${name}\n`).join('');
}

function manifestOf(
  files: readonly PackFile[],
  from: { report: ReconciliationReport; extras: ReportExtras; facts: PackFacts },
): Manifest {
  const { report, extras, facts } = from;
  const { from: first, to, timeZone } = report.period;
  const { seq, head, brokenAt } = report.audit;
  return {
    format: 'mlc-close-pack',
    version: 1,
    program: extras.version,
    company: report.company,
    period: { from: first, to, timeZone },
    asOfMs: report.asOfMs,
    madeAtMs: report.madeAtMs,
    madeBy: report.actor,
    comparison: report.id,
    verdict: report.verdict,
    databaseId: facts.databaseId,
    audit: { seq, head, brokenAt },
    files: files.map(({ name, bytes }) => ({
      name,
      bytes: bytes.length,
      sha256: sha256Of(bytes),
    })),
  };
}

/** A broken trail has no anchor: what would be noted for it proves nothing. */
function anchorText({ audit, madeAtMs }: ReconciliationReport, { databaseId }: PackFacts): string {
  const { seq, head, brokenAt } = audit;
  if (brokenAt === null) return `${anchorLine({ atMs: madeAtMs, databaseId, seq, mac: head })}\n`;
  return [
    `# The audit trail does not verify from row ${brokenAt} on, so this is no anchor.`,
    `# Head as it was found: row ${seq}, ${head}`,
    '',
  ].join('\n');
}

function readme(report: ReconciliationReport, { version }: ReportExtras): string {
  const { audit } = report;
  const { timeZone } = report.period;
  const anchor = `${audit.seq}:${audit.head}`;
  return `Close pack, ${periodWords(report)}, company ${plainText(report.company)}

${plainText(report.verdictSentence)}
As of ${isoText(report.asOfMs, timeZone)} (${timeZone}).
Made by ${plainText(report.actor)} with mlc ${version}.

report.html          the report: open it in any browser, print it on A4
report.xlsx          the same tables for finance
report.json          the same for programs
summary.csv          verdict, period and counts
findings.csv         every difference that nothing explains
traces.csv           the story of each finding, by its number
totals.csv           each kind of document in the three books
by-day.csv           units per day
stock.csv            units per item, warehouse and day
unposted.csv         happened and not in Infor yet, with value
cut-off.csv          moved on one side of the period's border, posted on the other
open-flags.csv       open questions with age and value
mapping-changes.csv  who changed which mapping, when and why
on-hand.csv          shelves against Infor, per item
on-hand-parts.csv    what explains each difference
not-compared.csv     about what the comparison says nothing
left-out.csv         what was left out because it was asked or configured so
audit.csv            the audit trail when the pack was made
audit-anchor.txt     its head, in a form that mlc audit verify --from-anchor reads
manifest.json        every file above with its SHA-256
SHA256SUMS           the same for sha256sum

How to check it
1. sha256sum -c SHA256SUMS         in this folder: the files are as they were written.
2. mlc close --verify FOLDER       with the database: the same, and the audit trail, in which a row
                                   that was written after this pack holds the hash of manifest.json.
The pack was made at the head ${anchor} of the audit trail.
`;
}
