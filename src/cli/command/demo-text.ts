import { join } from 'node:path';
import type { Store } from '../../app/ports.ts';
import { documentWord } from '../../app/posting-work.ts';
import type { RunResult } from '../../app/run.ts';
import type { DocumentKind } from '../../core/glossary.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import type { Workspace } from '../compose-workspace.ts';
import type { Cell, Output } from '../output.ts';
import { counted } from '../words.ts';
import type { AgreementRow } from './demo-books.ts';

const kinds: DocumentKind[] = [
  'salesOrder',
  'goodsIssue',
  'stockIssue',
  'goodsReceipt',
  'purchaseOrder',
  'orderCancellation',
  'journal',
];

/** A run in one line. */
export function shortRun(result: RunResult): string {
  const { counts } = result;
  const posted = kinds.flatMap((kind) => {
    const done = counts.posted[kind] ?? 0;
    return done === 0 ? [] : [counted(done, documentWord(kind))];
  });
  const parts = [posted.length === 0 ? 'nothing to post' : posted.join(', ')];
  if (counts.adopted > 0) parts.push(`${counts.adopted} of them found in Infor already`);
  if (counts.flagsRaised > 0) parts.push(`${counted(counts.flagsRaised, 'flag')} raised`);
  if (counts.flagsCleared > 0) parts.push(`${counted(counts.flagsCleared, 'flag')} cleared`);
  if (counts.doubtful > 0) parts.push(`${counts.doubtful} still being found out`);
  for (const trouble of result.troubles) parts.push(`${trouble.stream}: ${trouble.message}`);
  return parts.join('; ');
}

export async function printFlagGroups(output: Output, store: Store, title: string): Promise<void> {
  if (output.format === 'json') return;
  const flags = await store.flags({
    codes: null,
    kinds: null,
    ids: null,
    state: 'open',
    limit: 100_000,
  });
  const groups = new Map<string, { code: string; count: number; sentence: string }>();
  for (const flag of flags) {
    const name = flag.cause.startsWith('posting:') ? flag.code : flag.cause;
    const group = groups.get(name) ?? { code: flag.code, count: 0, sentence: flag.sentence };
    group.count += 1;
    groups.set(name, group);
  }
  output.line(title);
  output.table(
    [
      { title: 'records', align: 'right' },
      { title: 'reason' },
      { title: 'for example', cut: 'under' },
    ],
    [...groups.values()]
      .sort((a, b) => b.count - a.count)
      .map(({ code, count, sentence }) => [String(count), code, sentence]),
  );
  output.line();
}

export function printAgreement(output: Output, rows: AgreementRow[]): void {
  output.line(output.paint('Three books, one truth', 'strong'));
  output.table(
    [
      { title: '' },
      { title: 'ShipBob', align: 'right' },
      { title: 'waiting', align: 'right' },
      { title: 'ledger', align: 'right' },
      { title: 'Infor M3', align: 'right' },
      { title: '' },
    ],
    rows.map((row): Cell[] => [
      row.what,
      row.shipbob,
      row.waiting,
      row.ledger,
      row.infor,
      row.agrees === 'yes' ? { text: 'agrees', tone: 'good' } : { text: 'DIFFERS', tone: 'bad' },
    ]),
  );
  output.line(
    'ShipBob = waiting (each behind an open flag) + ledger, and ledger = Infor M3, to the unit.',
  );
  for (const row of rows) {
    if (row.unexplained.length > 0) {
      output.line(
        `${row.what}: waiting without a flag: ${row.unexplained.slice(0, 10).join(', ')}`,
      );
    }
  }
}

/** What to look at now: some verbs need only the database, the others both systems. */
export async function printNext(
  output: Output,
  end: {
    workspace: Workspace;
    folder: string;
    kept: 'yes' | 'no';
    period: ReconciliationReport['period'];
  },
): Promise<void> {
  const { store, databasePath } = end.workspace;
  const [posting] = await store.postings({ states: ['posted'], limit: 1 });
  const flags = await store.flags({
    ...{ codes: ['UNKNOWN_CUSTOMER'], kinds: null, ids: null },
    state: 'open',
    limit: 1,
  });
  const config = join(end.folder, 'sync.config.yaml');
  output.line();
  if (end.kept === 'yes') {
    output.line(
      'Both simulated systems stay up until Ctrl-C. In another terminal, in this folder:',
    );
  } else output.line(`The database is ${databasePath}. Look into it:`);
  output.line(`  export MLC_CONFIG=${config}`);
  const [flag] = flags;
  const lines: [string, string][] = [
    ['flagged list --by cause', 'what waits, and for what'],
    [`trace ${posting?.record.id ?? ''}`, 'the life of one order, down to each call'],
    ['runs list', 'what each run did'],
    ['audit verify', 'proves that nobody changed a row'],
  ];
  const { from, to } = end.period;
  const answer: [string, string][] = flag
    ? [
        [`flagged resolve ${flag.id} --customer B2B001`, 'says who an unknown customer is'],
        ['sync', 'posts what waited for it'],
      ]
    : [];
  if (end.kept === 'yes') {
    lines.push(...answer);
    lines.push([`reconcile --from ${from} --to ${to}`, 'both sides against the ledger']);
    lines.push([`close --period ${from.slice(0, 7)}`, 'the month, as a folder for the controller']);
  }
  output.block(lines.map(([verb, does]) => [`  npx mlc ${verb}`, does] as const));
  if (end.kept === 'yes') return;
  output.line(
    'Both simulated systems are gone now. npx mlc demo --keep leaves them up, to answer flags,',
  );
  output.line('run, compare and close a month on them.');
}
