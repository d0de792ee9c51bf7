import type { JsonObject } from '../../core/glossary.ts';
import { Problem } from '../../core/problem.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext } from '../command-spec.ts';
import { openWorkspace } from '../compose.ts';
import type { Output } from '../output.ts';
import { momentText, moneyText } from '../words.ts';
import { flagJson } from './flagged-list-run.ts';

export async function run(context: CommandContext, args: readonly string[]): Promise<number> {
  const id = flagId(args[0] ?? '', 'mlc flagged show');
  const workspace = await openWorkspace(context);
  try {
    const [flag] = await workspace.store.flags({
      codes: null,
      kinds: null,
      ids: [id],
      state: 'all',
      limit: 1,
    });
    if (!flag) throw noSuchFlag(id);
    const { output } = context;
    if (output.format === 'json') {
      output.json(flagJson(flag));
      return 0;
    }
    output.line(flag.sentence);
    output.line();
    output.block([
      ['reason', flag.code],
      ['record', `${flag.record.kind} ${flag.record.id}`],
      ...(flag.postingKey === null ? [] : [['document', flag.postingKey] as const]),
      ['cause', flag.cause],
      ['raised', momentText(flag.raisedAtMs)],
      ...(flag.clearedAtMs === null ? [] : [['cleared', momentText(flag.clearedAtMs)] as const]),
      ...(flag.quantity === null ? [] : [['units held up', flag.quantity] as const]),
      ...(flag.amount === null
        ? []
        : [['amount held up', moneyText(flag.amount, flag.currency)] as const]),
      ['what to do', flag.hint],
    ]);
    printEvidence(output, flag.evidence);
    output.line();
    output.line(`mlc trace ${flag.record.id} shows everything that happened to it.`);
    return 0;
  } finally {
    await workspace.close();
  }
}

function printEvidence(output: Output, evidence: JsonObject): void {
  const facts = Object.entries(evidence);
  if (facts.length === 0) return;
  output.line();
  output.line('Evidence:');
  output.block(
    facts.map(([name, value]) => [
      `  ${name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

export function flagId(text: string, command: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw usageProblem(`a flag's id is a number, not ${text}`, command);
}

export function noSuchFlag(id: number): Problem {
  return new Problem({
    code: 'FLAG_NOT_FOUND',
    kind: 'configuration',
    message: `there is no flag ${id}`,
    hint: 'See mlc flagged list --all for the ids there are.',
  });
}
