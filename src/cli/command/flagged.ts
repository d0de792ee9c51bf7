import type { CommandGroup } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';
import { actCommands } from './flagged-acts.ts';
import { addFilterOptions } from './flagged-filter.ts';
import { flaggedResolveCommand } from './flagged-resolve.ts';

const help = exitCodeHelp(['done', 'failed', 'usage']);

export const flaggedCommand: CommandGroup = {
  name: 'flagged',
  summary: 'records that wait for a person: look at them, and decide',
  describe(command) {
    command.addHelpText(
      'after',
      `
A flag clears by itself once its cause is gone: the next run looks at every open cause again.
\`retry\` is for what Infor refused or what only a person could mend. \`ignore\` is for what is dealt
with elsewhere: nobody is asked any more, and nothing that was held up is posted unasked.

Every act is in the audit trail with who did it: your login, or --as NAME.`,
    );
  },
  commands: [
    {
      name: 'list',
      summary: 'open flags, most held up first',
      describe(command) {
        addFilterOptions(command)
          .option('--ignored', 'those that are ignored, which are left out otherwise')
          .option('--all', 'cleared and ignored ones too')
          .option('--by <what>', 'group: cause, reason, sku, assignee or record')
          .option('--sort <what>', 'first: blocks (most records), age, units or value')
          .option('--limit <n>', 'at most this many (default 200; all with --csv)')
          .option('--csv', 'for a spreadsheet')
          .addHelpText(
            'after',
            `
Examples:
  mlc flagged list
  mlc flagged list --by sku                one missing item holds 37 orders
  mlc flagged list --sort value --older-than 3d
  mlc flagged list --assignee me --reason UNKNOWN_ITEM --json
  mlc flagged list --csv > queue.csv

${help}`,
          );
      },
      load: () => import('./flagged-list-run.ts'),
    },
    {
      name: 'show',
      summary: 'one flag: what happened, the evidence, what clears it, what waits',
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
        addFilterOptions(command.argument('[id...]', 'numbers from `mlc flagged list`'))
          .option('--all', 'all open flags')
          .addHelpText(
            'after',
            `
What was handed to Infor and never answered is looked up, not sent again. What is ignored is retried
by its number alone, and is ignored no more then. Neither --all nor a filter lets go what was held
back for it, but for --reason IGNORED_READY.

Examples:
  mlc flagged retry 12 15
  mlc flagged retry --reason REJECTED_BY_INFOR
  mlc flagged retry --sku COFFEE-DARK

${help}`,
          );
      },
      load: () => import('./flagged-retry-run.ts'),
    },
    flaggedResolveCommand,
    {
      name: 'work',
      summary: 'walk through the queue on a terminal, one key for each decision',
      describe(command) {
        command.addHelpText(
          'after',
          `
Questions are grouped by cause, what holds up most first. Every decision is stored at once; Ctrl-C
leaves all that was decided.

Examples:
  mlc flagged work
  mlc flagged work --as ann

${help}`,
        );
      },
      load: () => import('./flagged-work-run.ts'),
    },
    ...actCommands,
  ],
};
