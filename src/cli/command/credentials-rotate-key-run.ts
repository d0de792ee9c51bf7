import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { type RotationReport, rotateKey } from '../compose-rotation.ts';
import { counted } from '../words.ts';

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const report = await rotateKey(context, { to: options.text('to') });
  const { output } = context;
  if (output.format === 'json') output.json({ ...report });
  else for (const line of wordsOf(report)) output.line(line);
  return 0;
}

function wordsOf({ sealed, keyFile, oldKeyFile, variable }: RotationReport): string[] {
  return [
    `Sealed ${counted(sealed, 'credential')} with a new key, and began a new part of the audit trail.`,
    `The new key is in ${keyFile}; keep a copy of it apart from the database.`,
    oldKeyFile === null
      ? 'Keep the old key: backups made before now open with no other.'
      : `The old key is in ${oldKeyFile}; keep it: backups made before now open with no other.`,
    'A service that is still running with the old key stops at its next write: start it again.',
    ...(variable === null ? [] : [change(variable, keyFile)]),
  ];
}

function change(variable: string, keyFile: string): string {
  if (variable === 'MLC_KEY_FILE') return `Now change: MLC_KEY_FILE=${keyFile}`;
  const how = variable === 'MLC_KEY' ? 'to the line in' : 'so that it prints the line in';
  return `Now change: ${variable} ${how} ${keyFile}, then delete that file.`;
}
