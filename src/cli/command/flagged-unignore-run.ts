import type { FlagChoice } from '../../app/flagged.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { performAct } from './flagged-act.ts';
import { choiceOf } from './flagged-choice.ts';

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const choice = withIgnored(choiceOf(context, args, options, 'mlc flagged unignore'));
  return performAct(
    context,
    choice,
    { do: 'unignore' },
    (flags) =>
      `Ignored no more: ${flags}. The next run (mlc sync) posts what nothing else holds up.`,
  );
}

function withIgnored(choice: FlagChoice): FlagChoice {
  return 'ids' in choice ? choice : { filter: { ...choice.filter, ignored: 'shown' } };
}
