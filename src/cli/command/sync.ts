import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const syncCommand: CommandSpec = {
  name: 'sync',
  summary: 'read ShipBob, plan, and post into Infor: one run',
  describe(command) {
    command
      .argument('[stream]', 'orders, shipments, receiving, costs or all', 'all')
      .option('--dry-run', 'plan on a copy of the database and show what would be posted')
      .option('--since <time>', 'read ShipBob again from this time, e.g. 2026-11-01T00:00:00Z')
      .option('--limit <n>', 'take up at most this many postings')
      .option('--fail-on-flagged', 'exit 3 when the run raised new flags')
      .option('--if-free', 'exit 0 when another run is on')
      .addHelpText(
        'after',
        `
One run reads what changed since the last checkpoint, plans every record, and posts what is due.
It is safe to run at any time and to stop at any time: the next run carries on.

Examples:
  mlc sync                      everything
  mlc sync --dry-run            what would happen, with no write into either side
  mlc sync receiving --json     receipts only, numbers for a script
  mlc sync --limit 5            go-live: five documents, then look at them in Infor
  */10 * * * * mlc sync --if-free --quiet      in a crontab

${exitCodeHelp()}`,
      );
  },
  load: () => import('./sync-run.ts'),
};
