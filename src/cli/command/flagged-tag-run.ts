import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { performAct, spokenText } from './flagged-act.ts';
import { choiceOf } from './flagged-choice.ts';

const command = 'mlc flagged tag';
const tagMax = 40;

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const choice = choiceOf(context, args, options, command);
  const add = options.list('add').map(tagOf);
  const remove = options.list('remove').map(tagOf);
  if (add.length + remove.length === 0) {
    throw usageProblem('give --add or --remove', command);
  }
  return performAct(context, choice, { do: 'tag', add, remove }, (flags) => `Tagged: ${flags}.`);
}

/** One word, so that a list of them can be read. */
function tagOf(text: string): string {
  const tag = spokenText(text, { what: 'a tag', lengthMax: tagMax, command });
  if (!tag.includes(' ')) return tag;
  throw usageProblem(`a tag is one word, not ${JSON.stringify(tag)}`, command);
}
