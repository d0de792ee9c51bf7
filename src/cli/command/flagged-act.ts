import { type ActAnswer, careForChosen, type FlagChoice } from '../../app/flagged.ts';
import type { CareAct } from '../../app/ports.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { counted } from '../words.ts';

const shownMax = 20;

/** Does it to the chosen flags and says to how many. */
export async function performAct(
  context: CommandContext,
  choice: FlagChoice,
  act: CareAct,
  words: (flags: string) => string,
): Promise<number> {
  const workspace = await openWorkspace(context);
  try {
    const by = { actor: context.global.actor, nowMs: context.clock.now() };
    const answer = await careForChosen(workspace.store, choice, act, by);
    print(context, answer, words);
    return 0;
  } finally {
    await workspace.close();
  }
}

function print(
  { output }: CommandContext,
  { done, notOpen }: ActAnswer,
  words: (flags: string) => string,
): void {
  if (output.format === 'json') {
    output.json({ count: done.length, done, notOpen });
    return;
  }
  output.line(done.length === 0 ? 'No flag matches.' : words(counted(done.length, 'flag')));
  if (notOpen.length > 0) output.line(`Left alone: ${idsText(notOpen)}.`);
}

export function idsText(ids: readonly number[]): string {
  const shown = ids.slice(0, shownMax).join(', ');
  return ids.length > shownMax ? `${shown} and ${ids.length - shownMax} more` : shown;
}

/** Free text of a person, in one line; throws Problem `USAGE` when it is empty or too long. */
export function spokenText(
  text: string,
  rule: { what: string; lengthMax: number; command: string },
): string {
  const { what, lengthMax, command } = rule;
  const plain = text.replace(/\s+/g, ' ').trim();
  if (plain === '') throw usageProblem(`${what} is empty`, command);
  if (plain.length <= lengthMax) return plain;
  throw usageProblem(`${what} is longer than ${lengthMax} characters`, command);
}
