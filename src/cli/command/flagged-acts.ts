import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';
import { addFilterOptions } from './flagged-filter.ts';

const help = exitCodeHelp(['done', 'failed', 'usage']);
const ids = 'numbers from `mlc flagged list`';

/** What people say about flags. Each takes flags by number or by filter, and says of how many. */
export const actCommands: readonly CommandSpec[] = [
  {
    name: 'ignore',
    summary: 'ask no more; nothing that was held up is posted unasked',
    describe(command) {
      addFilterOptions(command.argument('[id...]', ids))
        .option('--because <text>', 'why; needed')
        .option('--until <when>', 'ask again then: 2026-12-31, 30d; else a person ends it')
        .addHelpText(
          'after',
          `
The question stays open, hidden from lists, counts and alerts. When its cause goes, what it held up
is not posted: a flag IGNORED_READY asks whether to. Once the time of --until has run out, the
question is asked again.

Examples:
  mlc flagged ignore 12 --because 'entered by hand as 0010004711'
  mlc flagged ignore --cause item:GIFT-CARD --because 'never in Infor' --until 90d

${help}`,
        );
    },
    load: () => import('./flagged-ignore-run.ts'),
  },
  {
    name: 'unignore',
    summary: 'ask again; what nothing holds up any more is posted',
    describe(command) {
      addFilterOptions(command.argument('[id...]', ids)).addHelpText(
        'after',
        `
Examples:
  mlc flagged unignore 12

${help}`,
      );
    },
    load: () => import('./flagged-unignore-run.ts'),
  },
  {
    name: 'assign',
    summary: 'say who takes care of it',
    describe(command) {
      addFilterOptions(command.argument('[words...]', `${ids}, then a name, or me`))
        .option('--nobody', 'take the name away')
        .addHelpText(
          'after',
          `
Examples:
  mlc flagged assign 12 15 ann
  mlc flagged assign me --reason UNKNOWN_ITEM
  mlc flagged assign 12 --nobody

${help}`,
        );
    },
    load: () => import('./flagged-assign-run.ts'),
  },
  {
    name: 'tag',
    summary: 'add words to find it by, or take them away',
    describe(command) {
      addFilterOptions(command.argument('[id...]', ids))
        .option('--add <tag...>', 'add these')
        .option('--remove <tag...>', 'take these away')
        .addHelpText(
          'after',
          `
Examples:
  mlc flagged tag 12 --add buyer
  mlc flagged tag --sku COFFEE-DARK --add buyer --remove new

${help}`,
        );
    },
    load: () => import('./flagged-tag-run.ts'),
  },
  {
    name: 'note',
    summary: 'write something down about it',
    describe(command) {
      command
        .argument('<id>', 'a number from `mlc flagged list`')
        .argument('<text...>', 'what to note')
        .addHelpText(
          'after',
          `
Notes may be purged with other personal data; that something was noted, and by whom, stays.

Examples:
  mlc flagged note 12 buyer asked, answer on Monday

${help}`,
        );
    },
    load: () => import('./flagged-note-run.ts'),
  },
];
