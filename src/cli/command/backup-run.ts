import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { backUp } from '../compose-backup.ts';
import { counted } from '../words.ts';

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const replace = options.given('force') ? 'yes' : 'no';
  const report = await backUp(context, { file: args[0] ?? '', replace });
  const { output } = context;
  if (output.format === 'json') {
    output.json({ ...report });
    return 0;
  }
  const megabytes = (report.bytes / 1_000_000).toFixed(1);
  output.line(`Copied ${report.database} to ${report.file} (${megabytes} MB).`);
  output.line(
    `Checked: the copy is whole, and the newest ${counted(report.auditRowsChecked, 'row')} of its audit trail are as they were written.`,
  );
  output.line(
    `The key is not in it (${report.keySource}): keep a copy of the key apart from the backup. Without it the credentials cannot be opened and the audit trail cannot be proved.`,
  );
  return 0;
}
