import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { flagId } from './flagged-choice.ts';
import { resolveAsPosted } from './flagged-resolve-posted.ts';

const command = 'mlc flagged resolve';

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const ids = [...new Set(args.map((text) => flagId(text, command)))];
  const numbers = options.list('postedAs').map((text) => text.trim());
  if (numbers.length === 0) throw usageProblem('say what answers it: --posted-as', command);
  if (numbers.some((number) => !/^[\x21-\x7e][\x20-\x7e]{0,39}$/.test(number))) {
    throw usageProblem('--posted-as takes a number of Infor, of at most 40 characters', command);
  }
  const because = options.text('because')?.trim() ?? '';
  if (because === '') throw usageProblem('say why: --because TEXT', command);
  return resolveAsPosted(context, {
    ids,
    numbers,
    because,
    shipmentId: options.text('shipment'),
    delivery: options.text('delivery'),
    purchaseOrder: options.text('purchaseOrder'),
    acceptDifference: options.given('acceptDifference') ? 'yes' : 'no',
  });
}
