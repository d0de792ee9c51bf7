import type { CommandGroup } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const alertsCommand: CommandGroup = {
  name: 'alerts',
  summary: 'what people were told: list, test',
  describe(command) {
    command.addHelpText(
      'after',
      `
After every run, what is wrong is posted to the address in the vault (mlc credentials set alerts):
one message per cause, none again within alerts.quiet, and one when it is over.`,
    );
  },
  commands: [
    {
      name: 'list',
      summary: 'what is open, and when people were told',
      describe(command) {
        command.addHelpText(
          'after',
          `
Reads the database alone; it is as of the last run that had an address to tell.

Examples:
  mlc alerts list
  mlc alerts list --json

${exitCodeHelp(['done', 'failed', 'usage'])}`,
        );
      },
      load: () => import('./alerts-list-run.ts'),
    },
    {
      name: 'test',
      summary: 'send one message that says it is a test',
      describe(command) {
        command.addHelpText(
          'after',
          `
Examples:
  mlc alerts test

${exitCodeHelp(['done', 'failed', 'usage', 'unavailable'])}`,
        );
      },
      load: () => import('./alerts-test-run.ts'),
    },
  ],
};
