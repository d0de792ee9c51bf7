import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const statusCommand: CommandSpec = {
  name: 'status',
  summary: 'checkpoints, what is open, flags, and the last runs',
  describe(command) {
    command.addHelpText(
      'after',
      `
Reads the database alone; nobody is called.

Examples:
  mlc status
  mlc status --json | jq '.postings[] | select(.state == "unknown")'

${exitCodeHelp(['done', 'failed', 'usage'])}`,
    );
  },
  load: () => import('./status-run.ts'),
};
