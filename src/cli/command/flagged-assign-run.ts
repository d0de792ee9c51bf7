import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { performAct, spokenText } from './flagged-act.ts';
import { choiceOf, isFiltered } from './flagged-choice.ts';

const command = 'mlc flagged assign';
const nameMax = 80;

/** Numbers are flags; the one word that is none is the person. */
export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const ids = args.filter((word) => /^\d+$/.test(word));
  const names = args.filter((word) => !ids.includes(word));
  const nobody = options.given('nobody');
  if (names.length !== (nobody ? 0 : 1)) {
    // A filter takes all words up to the next option, so a name behind one is taken for a value.
    const before = isFiltered(options) ? ' before the filters' : '';
    throw usageProblem(`name one person (or me)${before}, or give --nobody`, command);
  }
  const choice = choiceOf(context, ids, options, command);
  const assignee = nobody ? null : personOf(context, names[0] ?? '');
  return performAct(context, choice, { do: 'assign', assignee }, (flags) =>
    assignee === null ? `Assigned to nobody: ${flags}.` : `Assigned to ${assignee}: ${flags}.`,
  );
}

/** `me` is whoever says it. */
export function personOf({ global }: CommandContext, said: string): string {
  const name = spokenText(said, { what: 'the name', lengthMax: nameMax, command });
  if (name === 'none') throw usageProblem('nobody is said with --nobody', command);
  return name === 'me' ? global.actor : name;
}
