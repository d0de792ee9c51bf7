import { careForChosen, everyOpenQuestion, retryChosen } from '../../app/flagged.ts';
import type { CareAct, QueueGroup } from '../../app/ports.ts';
import type { Flag } from '../../core/glossary.ts';
import { nearSkus } from '../../core/near-sku.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext } from '../command-spec.ts';
import { connect } from '../compose.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import { counted } from '../words.ts';
import { personOf } from './flagged-assign-run.ts';
import { mapFlags, mappedLines } from './flagged-resolve-mapping.ts';
import { linkAsPosted, postedLines } from './flagged-resolve-posted.ts';
import { numberOf } from './flagged-resolve-run.ts';
import { type WalkActs, type WalkTally, walkQueue } from './flagged-walk.ts';

const groupsMax = 10_000;
const flagsMax = 10_000;

export async function run(context: CommandContext): Promise<number> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY || context.output.format === 'json') {
    throw usageProblem(
      'it asks questions, so it needs a terminal; scripts use list, resolve, retry, ignore and assign',
      'mlc flagged',
    );
  }
  const workspace = await openWorkspace(context);
  try {
    const nowMs = context.clock.now();
    const filter = everyOpenQuestion;
    const request = { filter, by: 'cause', sort: 'blocks', limit: groupsMax, nowMs } as const;
    const { groups } = await workspace.store.queueGroups(request);
    if (groups.length === 0) {
      context.output.line('No open flags.');
      return exitCode('done');
    }
    const terminal = { input: stdin, output: stdout, stop: context.stop };
    const walk = { terminal, output: context.output, acts: actsOf(context, workspace), nowMs };
    const tally = await walkQueue(walk, groups);
    context.output.line();
    context.output.line(tallyText(tally));
    return exitCode('done');
  } finally {
    await workspace.close();
    stdin.pause();
  }
}

export function tallyText({ decided, skipped, end }: WalkTally): string {
  const rest = end === 'stopped' ? ', the rest not looked at' : '';
  return `${counted(decided, 'question')} decided, ${skipped} skipped${rest}. What was decided stands; mlc sync plans it.`;
}

/** Each act as its verb does it. */
export function actsOf(context: CommandContext, workspace: Workspace): WalkActs {
  const { store } = workspace;
  const by = () => ({ actor: context.global.actor, nowMs: context.clock.now() });
  const care = async (ids: number[], act: CareAct, words: string) => {
    const { done } = await careForChosen(store, { ids }, act, by());
    return [`${counted(done.length, 'flag')} ${words}.`];
  };
  // Also where it is refused: the refusal belongs on a line of its own.
  const shown = <T>(act: Promise<T>) => act.finally(() => context.progress.clear());
  return {
    flags: (group) => flagsOf(context, workspace, group),
    suggestions: (flag) => suggestionsFor(context, workspace, flag),
    map: async (ids, kind, fields) => {
      const wish = { kind, fields };
      const outcome = await shown(mapFlags(context, workspace, { ids, wish, because: null }));
      return mappedLines(outcome, workspace);
    },
    postedAs: async (id, numbers, because) => {
      const nothing = { shipmentId: null, delivery: null, purchaseOrder: null };
      const wish = { ids: [id], numbers: numbers.map(numberOf), because, ...nothing };
      const asked = { ...wish, acceptDifference: 'no' as const };
      const outcome = await shown(linkAsPosted(context, workspace, asked));
      return postedLines(outcome);
    },
    retry: async (ids) => {
      const { retried } = await retryChosen(store, { ids }, by());
      return [`The next run (mlc sync) tries ${counted(retried, 'flag')} again.`];
    },
    ignore: (ids, because) => care(ids, { do: 'ignore', because, untilMs: null }, 'ignored'),
    assign: async (ids, said) => {
      const assignee = personOf(context, said);
      return care(ids, { do: 'assign', assignee }, `assigned to ${assignee}`);
    },
    note: (id, words) => care([id], { do: 'note', text: words }, 'noted'),
  };
}

async function flagsOf(
  context: CommandContext,
  { store }: Workspace,
  { name }: QueueGroup,
): Promise<Flag[]> {
  const filter = { ...everyOpenQuestion, causes: [name] };
  const nowMs = context.clock.now();
  const { entries } = await store.queue({ filter, sort: 'blocks', limit: flagsMax, nowMs });
  return entries.map(({ flag }) => flag);
}

async function suggestionsFor(
  context: CommandContext,
  workspace: Workspace,
  { evidence }: Flag,
): Promise<string[]> {
  const { candidates, sku } = evidence;
  if (Array.isArray(candidates)) return candidates.map(String);
  if (typeof sku !== 'string') return [];
  const near = nearSkus(sku);
  if (near.length === 0) return [];
  const connected = await connect(context, workspace);
  try {
    const needs = near.map((one) => ({ kind: 'item' as const, sku: one }));
    const facts = await connected.parts.infor.masterData(needs);
    const found = facts.flatMap((fact) =>
      fact.kind === 'item' ? [`${fact.number} (${fact.name})`] : [],
    );
    return [...new Set(found)];
  } finally {
    connected.close();
  }
}
