import { everyOpenQuestion, type FlagChoice, retryChosen } from '../../app/flagged.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { counted } from '../words.ts';
import { idsText } from './flagged-act.ts';
import { choiceOf } from './flagged-choice.ts';

const command = 'mlc flagged retry';

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const choice = retried(context, args, options);
  const workspace = await openWorkspace(context);
  try {
    const by = { actor: context.global.actor, nowMs: context.clock.now() };
    const answer = await retryChosen(workspace.store, choice, by);
    const { retried: count, readyLeft, done, notOpen } = answer;
    const passedOver = done.length - count;
    const { output } = context;
    if (output.format === 'json') {
      output.json({ retried: count, passedOver, readyLeft, notOpen });
      return 0;
    }
    output.line(
      count === 0
        ? 'No open flag matches.'
        : `The next run (mlc sync) tries ${counted(count, 'flag')} again.`,
    );
    if (passedOver > 0) {
      output.line(
        `Passed over: ${counted(passedOver, 'flag')} of a document with another flag that is ignored. Name that one as well to let the document go.`,
      );
    }
    if (readyLeft > 0) {
      output.line(
        `Not let go: ${counted(readyLeft, 'record')} held back because a question was ignored. Name those by number, or with --reason IGNORED_READY.`,
      );
    }
    if (notOpen.length > 0) output.line(`Not open: ${idsText(notOpen)}.`);
    return 0;
  } finally {
    await workspace.close();
  }
}

function retried(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): FlagChoice {
  if (!options.given('all')) return choiceOf(context, args, options, command);
  if (args.length > 0) throw usageProblem('name flags by id or give --all, not both', command);
  return { filter: everyOpenQuestion };
}
