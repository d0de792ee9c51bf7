import type { CommandContext } from '../command-spec.ts';
import { performAct, spokenText } from './flagged-act.ts';
import { flagId } from './flagged-choice.ts';

const command = 'mlc flagged note';
const noteMax = 2000;

export async function run(context: CommandContext, args: readonly string[]): Promise<number> {
  const [id = '', ...words] = args;
  const text = spokenText(words.join(' '), { what: 'the note', lengthMax: noteMax, command });
  const choice = { ids: [flagId(id, command)] };
  return performAct(context, choice, { do: 'note', text }, () => `Noted on flag ${id}.`);
}
