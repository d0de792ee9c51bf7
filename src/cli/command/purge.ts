import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const purgeCommand: CommandSpec = {
  name: 'purge',
  summary: 'remove the personal data of old, finished orders',
  describe(command) {
    command
      .option('--older-than <span>', 'older than this, such as 400d; else privacy.keepPersonalData')
      .option('--record <kind:id>', 'only this record, whatever its age, such as order:309589638')
      .option('--dry-run', 'only says what would be removed')
      .addHelpText(
        'after',
        `
Removes name, address, phone and e-mail of whoever ordered, what was sent to Infor and answered, and
what people wrote about it. What was booked, when and why stays, and the audit trail stays whole. An
order that is not posted yet, or has an open flag, is left alone. It cannot be taken back, and older
backups still hold all of it. It may be run beside a sync; killed, it carries on the next time.

Examples:
  mlc purge --dry-run
  mlc purge --older-than 400d
  mlc purge --record order:309589638

${exitCodeHelp(['done', 'failed', 'usage', 'unavailable'])}`,
      );
  },
  load: () => import('./purge-run.ts'),
};
