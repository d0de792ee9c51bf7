import { everyOpenQuestion, noSuchFlag } from '../../app/flagged.ts';
import {
  type MappedOutcome,
  type MappingWish,
  resolveByMapping,
} from '../../app/resolve-mapping.ts';
import type { Flag, JsonObject } from '../../core/glossary.ts';
import { targetWords } from '../../core/mapping.ts';
import type { CommandContext } from '../command-spec.ts';
import { connect } from '../compose.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { counted } from '../words.ts';
import { beforeWords, keyWords, targetJson } from './mapping-words.ts';

export async function resolveAsMapped(
  context: CommandContext,
  asked: { ids: number[]; wish: MappingWish; because: string | null },
): Promise<number> {
  const workspace = await openWorkspace(context);
  try {
    const outcome = await mapFlags(context, workspace, asked);
    context.progress.clear();
    if (context.output.format === 'json') context.output.json(mappedJson(outcome));
    else {
      for (const line of mappedLines(outcome, workspace)) context.output.line(line);
    }
    return 0;
  } finally {
    await workspace.close();
  }
}

/** The same for a verb and for the walk through the queue. */
export async function mapFlags(
  context: CommandContext,
  workspace: Workspace,
  asked: { ids: number[]; wish: MappingWish; because: string | null },
): Promise<MappedOutcome> {
  const { ids, wish, because } = asked;
  const nowMs = context.clock.now();
  const flags = await openFlagsOf(workspace, ids, nowMs);
  const connected = await connect(context, workspace);
  try {
    const { store, config } = workspace;
    const progress = (step: string) => context.progress.update(step);
    return await resolveByMapping(
      { store, infor: connected.parts.infor, settings: config.settings, progress },
      { flags, wish, because, actor: context.global.actor, nowMs },
    );
  } finally {
    connected.close();
  }
}

/** Throws FLAG_NOT_FOUND for the first that is not open. */
async function openFlagsOf({ store }: Workspace, ids: number[], nowMs: number): Promise<Flag[]> {
  const filter = { ...everyOpenQuestion, ignored: 'shown', ids } as const;
  const { entries } = await store.queue({ filter, sort: 'age', limit: ids.length, nowMs });
  const missing = ids.find((id) => !entries.some(({ flag }) => flag.id === id));
  if (missing !== undefined) throw noSuchFlag(missing);
  return entries.map(({ flag }) => flag);
}

export function mappedLines(outcome: MappedOutcome, { config }: Workspace): string[] {
  const { key, before, from, after, note, flags } = outcome;
  const was =
    before === null || from === null
      ? 'nothing'
      : beforeWords({ target: before, from }, key, config.settings);
  return [
    outcome.change === 'same'
      ? `${keyWords(key)} stood for ${targetWords(after)} already.`
      : `${keyWords(key)}: ${was} → ${targetWords(after)}`,
    ...(note === '' ? [] : [`Note: ${note}.`]),
    `${counted(flags, 'open flag')} of this cause: the next run (mlc sync) plans what they hold up.`,
  ];
}

function mappedJson({ key, change, before, after, note, flags }: MappedOutcome): JsonObject {
  const { kind, list, source } = key;
  return {
    change,
    kind,
    list,
    source,
    before: targetJson(before),
    after: targetJson(after),
    note: note === '' ? null : note,
    flags,
  };
}
