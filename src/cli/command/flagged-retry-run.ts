import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose.ts';
import { counted } from '../words.ts';
import { reasonsOf } from './flagged-list-run.ts';
import { flagId } from './flagged-show-run.ts';

const retriedMax = 1_000_000;

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const command = 'mlc flagged retry';
  const ids = args.map((text) => flagId(text, command));
  const codes = reasonsOf(options.list('reason'), command);
  if (ids.length === 0 && codes === null && !options.given('all')) {
    throw usageProblem('name flags by id, by --reason, or give --all', command);
  }
  const workspace = await openWorkspace(context);
  try {
    const flags = await workspace.store.flags({
      codes,
      kinds: null,
      ids: ids.length > 0 ? ids : null,
      state: 'open',
      limit: retriedMax,
    });
    const chosen = flags.map(({ id }) => id);
    const nowMs = context.clock.now();
    const count =
      chosen.length === 0
        ? 0
        : await workspace.store.retryFlags(chosen, context.global.actor, nowMs);
    const missing = ids.filter((id) => !chosen.includes(id));
    if (context.output.format === 'json') context.output.json({ retried: count, notOpen: missing });
    else {
      context.output.line(
        count === 0
          ? 'No open flag matches.'
          : `The next run (mlc sync) tries ${counted(count, 'flag')} again.`,
      );
      if (missing.length > 0) context.output.line(`Not open: ${missing.join(', ')}.`);
    }
    return 0;
  } finally {
    await workspace.close();
  }
}
