import type { CommandGroup } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';
import { flaggedResolveCommand } from './flagged-resolve.ts';

const help = exitCodeHelp(['done', 'failed', 'usage']);

export const flaggedCommand: CommandGroup = {
  name: 'flagged',
  summary: 'records that wait for a person: list, show, retry, resolve',
  describe(command) {
    command.addHelpText(
      'after',
      `
A flag clears by itself once its cause is gone: the next run looks at every open cause again.
\`retry\` is for what Infor refused or what only a person could mend.`,
    );
  },
  commands: [
    {
      name: 'list',
      summary: 'open flags, most held up first',
      describe(command) {
        command
          .option('--reason <code...>', 'only these reasons, e.g. UNKNOWN_ITEM')
          .option('--stream <kind...>', 'only these: orders (with shipments), receiving, costs')
          .option('--by <what>', 'group: cause or reason')
          .option('--all', 'cleared ones too')
          .option('--limit <n>', 'at most this many (default 200)')
          .addHelpText(
            'after',
            `
Examples:
  mlc flagged list
  mlc flagged list --by cause              one missing item holds 37 orders
  mlc flagged list --reason UNKNOWN_ITEM --json

${help}`,
          );
      },
      load: () => import('./flagged-list-run.ts'),
    },
    {
      name: 'show',
      summary: 'one flag: what happened, the evidence, what clears it',
      describe(command) {
        command.argument('<id>', 'the number in `mlc flagged list`').addHelpText(
          'after',
          `
Examples:
  mlc flagged show 12
  mlc flagged show 12 --json

${help}`,
        );
      },
      load: () => import('./flagged-show-run.ts'),
    },
    {
      name: 'retry',
      summary: 'plan the records again and try refused documents again',
      describe(command) {
        command
          .argument('[id...]', 'numbers from `mlc flagged list`')
          .option('--reason <code...>', 'all open flags of these reasons')
          .option('--all', 'all open flags')
          .addHelpText(
            'after',
            `
What was handed to Infor and never answered is looked up, not sent again.

Examples:
  mlc flagged retry 12 15
  mlc flagged retry --reason REJECTED_BY_INFOR

${help}`,
          );
      },
      load: () => import('./flagged-retry-run.ts'),
    },
    flaggedResolveCommand,
  ],
};
