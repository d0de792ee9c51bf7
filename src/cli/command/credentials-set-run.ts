import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '../../core/problem.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { credentialName, requireFitting } from './credential-name.ts';

const standardInput = 0;

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const name = credentialName(args[0] ?? '');
  const value = readSecret(context, options.text('file'));
  requireFitting(name, value);
  const workspace = await openWorkspace(context);
  try {
    const act = { actor: context.global.actor, detail: {} };
    await workspace.vault.write(name, value, act);
  } finally {
    await workspace.close();
  }
  if (context.output.format === 'json') context.output.json({ stored: name });
  else context.output.line(`Stored ${name}, sealed.`);
  return 0;
}

function readSecret(context: CommandContext, file: string | null): string {
  const text = readText(file === null ? standardInput : resolve(context.cwd, file));
  const value = text.trim();
  if (value !== '' && !/[\r\n]/.test(value)) return value;
  throw new Problem({
    code: 'SECRET_EMPTY',
    kind: 'configuration',
    message: value === '' ? 'nothing was given to store' : 'more than one line was given',
    hint: 'Pipe one line in, e.g. mlc credentials set shipbob < token.txt, or use --file.',
  });
}

export function readText(from: number | string): string {
  try {
    return readFileSync(from, 'utf8');
  } catch (thrown) {
    throw new Problem({
      code: 'FILE_UNREADABLE',
      kind: 'configuration',
      message: `${from === standardInput ? 'standard input' : from} cannot be read`,
      hint: 'Check the path and its permissions.',
      evidence: { reason: thrown instanceof Error ? thrown.message : String(thrown) },
    });
  }
}
