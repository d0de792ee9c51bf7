import { presentOf } from '../../app/mapping-context.ts';
import type { MappingKey } from '../../core/mapping.ts';
import { targetWords } from '../../core/mapping.ts';
import { Problem } from '../../core/problem.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import { onlyList } from './mapping-set-run.ts';
import { keyWords, kindOf, targetJson } from './mapping-words.ts';

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const workspace = await openWorkspace(context);
  try {
    const key = keyOf(args, options, workspace);
    const nowMs = context.clock.now();
    const act = { actor: context.global.actor, because: options.text('because'), nowMs };
    const removed = await workspace.store.removeMapping(key, act);
    if (removed === null) throw notFound(key);
    const { settings } = workspace.config;
    const after = presentOf(settings, [], key);
    const { output } = context;
    if (output.format === 'json') {
      const { kind, list, source, before } = removed;
      const said = { kind, list, source, before: targetJson(before) };
      output.json({ change: 'removed', ...said, after: targetJson(after?.target ?? null) });
      return exitCode('done');
    }
    const now =
      after === null
        ? 'nothing: what comes with it is looked up in Infor as it is, or flagged'
        : `${targetWords(after.target)}, as the configuration says`;
    output.line(`${keyWords(removed)}: ${targetWords(removed.before)} → ${now}`);
    output.line('The next run (mlc sync) plans anew what waits.');
    return exitCode('done');
  } finally {
    await workspace.close();
  }
}

function keyOf(
  args: readonly string[],
  options: CommandOptions,
  { config }: Workspace,
): MappingKey {
  const kind = kindOf(args[0] ?? '', 'mlc mapping remove');
  const source = args[1] ?? '';
  if (kind === 'account') return { kind, list: options.text('type') ?? '', source };
  if (kind === 'sku' || kind === 'centre') return { kind, list: '', source };
  return { kind, list: options.text('list') ?? onlyList(kind, config.settings), source };
}

function notFound(key: MappingKey): Problem {
  return new Problem({
    code: 'MAPPING_NOT_FOUND',
    kind: 'configuration',
    message: `no mapping of ${keyWords(key)} was set by command, or it has ended`,
    hint: 'See mlc mapping list. What stands in the configuration is changed there.',
  });
}
