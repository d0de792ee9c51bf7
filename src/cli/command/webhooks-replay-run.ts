import { reopenDeliveries } from '../../app/hint-reading.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { counted } from '../words.ts';
import { readMoment } from './moment.ts';

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const nowMs = context.clock.now();
  const fromMs = readMoment(options.text('since') ?? '', 'since', nowMs);
  const until = options.text('until');
  const toMs = until === null ? nowMs : readMoment(until, 'until', nowMs);
  if (fromMs > toMs) throw usageProblem('--since lies after --until', 'mlc webhooks replay');
  const workspace = await openWorkspace(context);
  try {
    const by = { actor: context.global.actor, nowMs };
    const reopened = await reopenDeliveries(workspace.store, { fromMs, toMs }, by);
    const { output } = context;
    if (output.format === 'json') output.json({ reopened, fromMs, toMs });
    else if (reopened === 0) output.line('No delivery of that time can be processed again.');
    else {
      const what = counted(reopened, 'delivery', 'deliveries');
      output.line(
        `${what} wait again. The receiver that is running reads what they are about, or the next mlc sync.`,
      );
    }
    return 0;
  } finally {
    await workspace.close();
  }
}
