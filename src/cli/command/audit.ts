import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

const verify: CommandSpec = {
  name: 'verify',
  summary: 'prove that the audit trail is as it was written',
  describe(command) {
    command
      .option('--expect-head <head>', 'this row must be in it: SEQ:MAC, or a whole anchor line')
      .option('--from-anchor <file>', 'all anchors in this file must be in it')
      .addHelpText(
        'after',
        `
Computes the whole chain anew with the key and names the first row that does not fit. It reads
only, and may be run beside a sync. A trail that was cut at its end, or written anew by somebody who
has the key, is sound in itself: only a head that was noted elsewhere shows that (mlc audit anchor).

Examples:
  mlc audit verify
  mlc audit verify --from-anchor /mnt/worm/mlc-anchors.txt
  mlc audit verify --expect-head 48213:9f2c… --json

${exitCodeHelp(['done', 'failed', 'usage'])}`,
      );
  },
  load: () => import('./audit-verify-run.ts'),
};

const anchor: CommandSpec = {
  name: 'anchor',
  summary: 'print the newest row of the audit trail, to be kept elsewhere',
  describe(command) {
    command
      .option('--append <file>', 'adds the line to the end of this file as well')
      .option('--syslog', 'hands the line to the system log as well')
      .addHelpText(
        'after',
        `
Prints one line with the moment, the database and the newest row. Keep such lines where whoever has
this machine cannot change them: on another machine, in a mailbox, on paper. Later
\`mlc audit verify\` shows with them whether the trail was cut or written anew.

Examples:
  mlc audit anchor
  mlc audit anchor --append /mnt/worm/mlc-anchors.txt
  mlc audit anchor --syslog --quiet

${exitCodeHelp(['done', 'failed', 'usage'])}`,
      );
  },
  load: () => import('./audit-anchor-run.ts'),
};

const exported: CommandSpec = {
  name: 'export',
  summary: 'write the audit trail as JSON lines, with its chain',
  describe(command) {
    command
      .argument('[file]', 'where to; standard output without it, or for -')
      .option('--from <time>', 'from the first row of that time on; without it from the beginning')
      .option('--to <time>', 'up to the last row before that time; without it to the end')
      .option('--record <kind:id>', 'only rows about this record, such as order:309589638')
      .option('--force', 'replaces a file that is there already')
      .addHelpText(
        'after',
        `
The first line says what the file holds, the last one that it is complete. In between is one row of
the trail each, with all that its MAC is computed from: docs/threat-model.md says how whoever has
the key can compute it without this program. What was sent and answered is in it until it is purged.

Examples:
  mlc audit export --from 2026-11-01 --to 2026-12-01 november.jsonl
  mlc audit export --record order:309589638

${exitCodeHelp(['done', 'failed', 'usage'])}`,
      );
  },
  load: () => import('./audit-export-run.ts'),
};

export const auditCommand: CommandGroup = {
  name: 'audit',
  summary: 'prove, anchor and hand over the audit trail',
  describe() {},
  commands: [verify, anchor, exported],
};
