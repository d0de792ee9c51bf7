import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const replayCommand: CommandSpec = {
  name: 'replay',
  summary: 'read a past stretch of ShipBob again and post only what is missing',
  describe(command) {
    command
      .requiredOption('--since <time>', 'from here, e.g. 2026-11-01 or 7d')
      .option('--until <time>', 'to here (default: now)')
      .option('--id <id...>', 'only these ShipBob ids')
      .option('--kind <kind>', 'order, receiving, charge or all', 'all')
      .option('--dry-run', 'show what would be posted, with no write into either side')
      .addHelpText(
        'after',
        `
Planning is repeatable: the same record always gives the same documents with the same keys, so what
is posted already stays as it is and only gaps are filled. Checkpoints stay where they are.

Examples:
  mlc replay --since 2026-11-01 --until 2026-11-08
  mlc replay --since 2d --kind receiving --dry-run
  mlc replay --since 30d --id 309589638

${exitCodeHelp()}`,
      );
  },
  load: () => import('./replay-run.ts'),
};
