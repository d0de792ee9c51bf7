import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const initCommand: CommandSpec = {
  name: 'init',
  summary: 'write sync.config.yaml, create the database and the encryption key',
  describe(command) {
    command
      .option('--baseline', 'store what receiving orders already have on the shelf, before go-live')
      .option('--yes', 'with --baseline: store it, after it was shown')
      .addHelpText(
        'after',
        `
Nothing that exists is replaced: init tells what is there already and creates what is missing.
Back up mlc.key apart from the database: without it the stored credentials cannot be opened.

Examples:
  mlc init
  mlc init --baseline           show what is partly received, before the cut-over
  mlc init --baseline --yes     … and store it: only growth beyond it is received

${exitCodeHelp(['done', 'failed', 'usage', 'unavailable', 'credentials'])}`,
      );
  },
  load: () => import('./init-run.ts'),
};
