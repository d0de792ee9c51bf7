import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { momentText } from '../words.ts';
import { performAct, spokenText } from './flagged-act.ts';
import { choiceOf } from './flagged-choice.ts';

const command = 'mlc flagged ignore';
const becauseMax = 500;
const dayMs = 86_400_000;

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const choice = choiceOf(context, args, options, command);
  const said = options.text('because');
  if (said === null) throw usageProblem('say why, with --because TEXT', command);
  const because = spokenText(said, { what: '--because', lengthMax: becauseMax, command });
  const untilMs = untilOf(options.text('until'), context.clock.now());
  const end = untilMs === null ? 'a person ends it' : momentText(untilMs);
  return performAct(
    context,
    choice,
    { do: 'ignore', because, untilMs },
    (flags) =>
      `Ignored until ${end}: ${flags}. Nobody is asked, and nothing that was held up is posted unasked.`,
  );
}

/** A day counts to its end, in UTC; a span from now. */
function untilOf(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  const atMs = momentOf(text, nowMs);
  if (Number.isNaN(atMs)) {
    throw usageProblem(
      `--until takes a day such as 2026-12-31, a time with its zone, or a span such as 30d, not ${text}`,
      command,
    );
  }
  if (atMs > nowMs) return atMs;
  throw usageProblem(`--until ${text} is past`, command);
}

function momentOf(text: string, nowMs: number): number {
  const span = /^(\d{1,4})([hdw])$/.exec(text);
  if (span) {
    const unit = { h: dayMs / 24, d: dayMs, w: 7 * dayMs }[span[2] ?? 'd'] ?? dayMs;
    return nowMs + Number(span[1]) * unit;
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return Date.parse(`${text}T00:00:00Z`) + dayMs;
  return /(Z|[+-]\d{2}:?\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
}
