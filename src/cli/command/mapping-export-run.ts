import { writeMappings } from '../../app/mapping-file.ts';
import { mappingKinds } from '../../core/mapping.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import { writeTextFile } from '../text-file.ts';
import { counted } from '../words.ts';
import { kindsOf } from './mapping-words.ts';

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const file = args[0] ?? '-';
  const command = 'mlc mapping export';
  const wanted = kindsOf(options.list('kind'), command);
  const { output } = context;
  if (file === '-' && output.format === 'json') {
    throw usageProblem(
      'CSV goes to standard output; for JSON use mlc mapping list --json',
      command,
    );
  }
  const workspace = await openWorkspace(context);
  try {
    const current = await workspace.store.currentMappings(context.clock.now());
    const chosen = current.filter(({ target }) => wanted?.includes(target.kind) ?? true);
    // Only the columns that something stands in, unless kinds were asked for.
    const held = mappingKinds.filter((kind) => chosen.some(({ target }) => target.kind === kind));
    const text = writeMappings(chosen, wanted ?? held);
    if (file === '-') {
      for (const line of text.split('\n').slice(0, -1)) output.line(line);
      return exitCode('done');
    }
    writeTextFile(context.cwd, file, text);
    if (output.format === 'json') output.json({ file, exported: chosen.length });
    else output.line(`${counted(chosen.length, 'mapping')} written to ${file}.`);
    return exitCode('done');
  } finally {
    await workspace.close();
  }
}
