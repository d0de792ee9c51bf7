import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const closeCommand: CommandSpec = {
  name: 'close',
  summary: 'compare a month, and write its close pack; or check one',
  describe(command) {
    command
      .option('--period <month>', 'the month to close, e.g. 2026-11')
      .option('--out <folder>', 'where the folder close-YYYY-MM is written (default: here)')
      .option('--as-of <time>', 'compare as of this moment (default: now)')
      .option('--time-zone <name>', 'whose days the month has (default: the first centre’s)')
      .option('--fresh', 'read everything anew, and leave a comparison that was stopped behind')
      .option('--fail-on-difference', 'exit 3 unless the books agree')
      .option('--verify <folder>', 'check a pack: its files, and its row in the audit trail')
      .addHelpText(
        'after',
        `
Compares ShipBob, the ledger and Infor over a calendar month, as mlc reconcile does, and writes one
folder: the report to read and to print (report.html), a workbook and CSV files for finance, the
lists of what is still open, the anchor of the audit trail, and the SHA-256 of each file. A row of
the audit trail binds the list of hashes, so that a pack can be proved later.

A pack that is there already is moved aside and never written over. The comparison may be stopped
at any time; the next start within a day goes on.

Examples:
  mlc close --period 2026-11
  mlc close --period 2026-11 --out /srv/closes --as-of 2026-12-02T18:00:00Z --fail-on-difference
  mlc close --verify /srv/closes/close-2026-11

${exitCodeHelp()}`,
      );
  },
  load: () => import('./close-run.ts'),
};
