import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const demoCommand: CommandSpec = {
  name: 'demo',
  summary: 'a merchant’s week carried from a simulated ShipBob into a simulated Infor M3',
  describe(command) {
    command
      .option('--orders <n>', 'orders in the week (default 520)')
      .option('--seed <n>', 'which week (default 1)')
      .option(
        '--workspace <folder>',
        'keep configuration and database here (default: a new folder)',
      )
      .option('--keep', 'leave both systems up at the end, until Ctrl-C')
      .addHelpText(
        'after',
        `
Real engine, real database, real sockets; only the two systems are simulated. Ends with a table that
compares ShipBob, the ledger and M3, and the verdict of mlc reconcile; exits 0 only if both agree.
With --keep, answer flags, run and close a month on it, from another terminal.

Examples:
  mlc demo
  mlc demo --orders 100 --workspace week     a small week, kept in ./week to look around in
  mlc demo --keep                            and play on

${exitCodeHelp(['done', 'failed', 'usage'])}`,
      );
  },
  load: () => import('./demo-run.ts'),
};
