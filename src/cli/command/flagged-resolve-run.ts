import type { MappingWish } from '../../app/resolve-mapping.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { flagId } from './flagged-choice.ts';
import { resolveAsMapped } from './flagged-resolve-mapping.ts';
import { resolveAsPosted } from './flagged-resolve-posted.ts';

const command = 'mlc flagged resolve';
const answers = ['postedAs', 'mapTo', 'customer', 'supplier', 'warehouse'] as const;

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const ids = [...new Set(args.map((text) => flagId(text, command)))];
  const given = answers.filter((name) => options.given(name));
  if (given.length !== 1) {
    const all = '--posted-as, --map-to, --customer, --supplier or --warehouse';
    throw usageProblem(`say what answers it, in one way: ${all}`, command);
  }
  const because = options.text('because')?.trim() || null;
  const wish = wishOf(options);
  if (wish !== null) return resolveAsMapped(context, { ids, wish, because });
  const numbers = options.list('postedAs').map((text) => numberOf(text));
  if (because === null) throw usageProblem('say why: --because TEXT', command);
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

/** Null when it is to be answered by a number. M3 keeps its codes in upper case. */
function wishOf(options: CommandOptions): MappingWish | null {
  const code = (name: string) => options.text(name)?.trim().toUpperCase() ?? null;
  const item = code('mapTo');
  const factor = options.text('factor');
  if (item !== null) {
    return { kind: 'sku', fields: factor === null ? { item } : { item, factor } };
  }
  if (factor !== null) throw usageProblem('--factor goes with --map-to', command);
  for (const kind of ['customer', 'supplier'] as const) {
    const party = code(kind);
    if (party !== null) return { kind, fields: { code: party } };
  }
  const warehouse = code('warehouse');
  if (warehouse === null) return null;
  const more = { facility: code('facility'), name: options.text('name') };
  const timeZone = options.text('timeZone');
  const fields = Object.entries({ warehouse, ...more, timeZone }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return { kind: 'centre', fields: Object.fromEntries(fields) };
}

export function numberOf(text: string): string {
  const number = text.trim();
  if (/^[\x21-\x7e][\x20-\x7e]{0,39}$/.test(number)) return number;
  throw usageProblem('--posted-as takes a number of Infor, of at most 40 characters', command);
}
