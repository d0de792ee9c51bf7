import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

const list: CommandSpec = {
  name: 'list',
  summary: 'past runs, the newest first',
  describe(command) {
    command
      .option('--limit <n>', 'at most so many', '20')
      .option('--command <words>', 'only runs of this, such as sync, "sync orders" or webhooks')
      .addHelpText(
        'after',
        `
Examples:
  mlc runs list
  mlc runs list --command sync --limit 100 --json

${exitCodeHelp(['done', 'failed', 'usage'])}`,
      );
  },
  load: () => import('./runs-list-run.ts'),
};

const show: CommandSpec = {
  name: 'show',
  summary: 'what one run did, and what went wrong in it',
  describe(command) {
    command.argument('<id>', 'its number, as in the list').addHelpText(
      'after',
      `
Shows what was read, planned and posted, flags raised and cleared, calls by name, troubles, and the
head of the audit trail at its end, which \`mlc audit verify --expect-head\` takes.

Examples:
  mlc runs show 117

${exitCodeHelp(['done', 'failed', 'usage'])}`,
    );
  },
  load: () => import('./runs-show-run.ts'),
};

export const runsCommand: CommandGroup = {
  name: 'runs',
  summary: 'past runs: what they did and how they ended',
  describe() {},
  commands: [list, show],
};
