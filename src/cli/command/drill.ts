import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const drillCommand: CommandSpec = {
  name: 'drill',
  summary: 'kill this program again and again on simulated systems, and check the books',
  describe(command) {
    command
      .option('--seed <n>', 'which week, points and instants (default 1)')
      .option('--kills <n>', 'how often it is killed (default 30, about a minute)')
      .option('--plant', 'enter an order twice by hand, to see the check find it')
      .addHelpText(
        'after',
        `
Starts mlc sync on a simulated ShipBob and the poorest simulated M3, kills it (-9) at the boundaries
of what it writes and at random instants, lets the next run carry on, and at rest compares both
systems' books with what happened, unit by unit. Ends with the points, kills, recoveries, doubles
and losses. Your configuration, database and accounts are not touched.

Examples:
  mlc drill                        30 kills
  mlc drill --seed 7 --kills 300   others, and more of them
  mlc drill --plant                shows what a double looks like; exits 1

${exitCodeHelp(['done', 'failed', 'usage', 'interrupted', 'terminated'])}`,
      );
  },
  load: () => import('./drill-run.ts'),
};
