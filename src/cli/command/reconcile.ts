import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const reconcileCommand: CommandSpec = {
  name: 'reconcile',
  summary: 'compare ShipBob, the ledger and Infor over a period',
  describe(command) {
    command
      .option('--from <day>', 'first day of the period, e.g. 2026-11-01')
      .option('--to <day>', 'last day of the period, included')
      .option('--as-of <time>', 'compare as of this moment (default: now)')
      .option('--time-zone <name>', 'whose days these are (default: the first centre’s)')
      .option('--format <format>', 'table, html, xlsx, csv or json (default: table)')
      .option('--out <path>', 'write it there: a file, for csv a folder with all tables')
      .option('--force', 'replace what is there already')
      .option('--resume', 'go on with one that was stopped, also days ago (default: within a day)')
      .option('--fresh', 'read everything anew, and leave one that was stopped behind')
      .option('--no-on-hand', 'leave the shelves out')
      .option('--top <n>', 'show at most this many findings of a kind in the table (default: 20)')
      .option('--fail-on-difference', 'exit 3 unless the books agree')
      .addHelpText(
        'after',
        `
Both sides are read again and held against what this tool has posted, document by document, and the
shelves against Infor's balances. It posts nothing and takes nothing back: what somebody deleted in
Infor is named, and stays deleted. It may be stopped at any time; the next start goes on.

html, csv (the findings alone) and json go to standard output without --out; xlsx needs it.

Examples:
  mlc reconcile --from 2026-11-01 --to 2026-11-30
  mlc reconcile --from 2026-11-01 --to 2026-11-30 --as-of 2026-12-02T18:00:00Z --json
  mlc reconcile --from 2026-11-01 --to 2026-11-30 --format xlsx --out november.xlsx
  mlc reconcile --from 2026-11-03 --to 2026-11-03 --no-on-hand --fail-on-difference

${exitCodeHelp()}`,
      );
  },
  load: () => import('./reconcile-run.ts'),
};
