import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const backupCommand: CommandSpec = {
  name: 'backup',
  summary: 'copy the database to a file, also while a run is on',
  describe(command) {
    command
      .argument('<file>', 'where to; it appears once it is whole and checked')
      .option('--force', 'replaces a file that is there already')
      .addHelpText(
        'after',
        `
The copy is the database as it was at one moment. It is checked before it gets its name: all its
pages, and the newest rows of its audit trail. The key (mlc.key) is not in it: keep a copy of that
apart from it. What to do with both is in docs/runbook.md.

Examples:
  mlc backup /mnt/backup/mlc-$(date +%F).db
  mlc backup /mnt/backup/mlc.db --force --json

${exitCodeHelp(['done', 'failed', 'usage', 'unavailable'])}`,
      );
  },
  load: () => import('./backup-run.ts'),
};
