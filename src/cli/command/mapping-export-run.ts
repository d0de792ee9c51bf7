import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeMappings } from '../../app/mapping-file.ts';
import { mappingKinds } from '../../core/mapping.ts';
import { Problem } from '../../core/problem.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose.ts';
import { exitCode } from '../exit-code.ts';
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
    writePrivately(resolve(context.cwd, file), text);
    if (output.format === 'json') output.json({ file, exported: chosen.length });
    else output.line(`${counted(chosen.length, 'mapping')} written to ${file}.`);
    return exitCode('done');
  } finally {
    await workspace.close();
  }
}

/** Values that customers are looked up by may be e-mail addresses: for its owner alone. */
function writePrivately(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch (thrown) {
    throw new Problem({
      code: 'FILE_UNWRITABLE',
      kind: 'configuration',
      message: `the file cannot be written: ${path}`,
      hint: 'Check its folder and permissions.',
      cause: thrown,
    });
  }
}
