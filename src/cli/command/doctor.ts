import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const doctorCommand: CommandSpec = {
  name: 'doctor',
  summary: 'look at everything a run depends on, and say how to mend it',
  describe(command) {
    command
      .option(
        '--days <n>',
        'plan this many days of ShipBob records to see what would be flagged',
        '7',
      )
      .option('--offline', 'call nobody: only what is on this machine')
      .addHelpText(
        'after',
        `
Reads only: nothing is written into ShipBob or Infor. It takes no lease, so it may be run while
a schedule works. Each line is ok, a warning or a problem, with what it means and how to mend it.

Examples:
  mlc doctor                    before go-live, after every change, and when something is odd
  mlc doctor --offline          configuration, key, database and disk alone
  mlc doctor --json | jq '.checks[] | select(.state == "problem")'

${exitCodeHelp(['done', 'failed', 'usage', 'unavailable', 'credentials'])}`,
      );
  },
  load: () => import('./doctor-run.ts'),
};
