import { type CheckVerdict, checkTargets } from '../../app/mapping-check.ts';
import { contextMistakes, factorFor, type Present, presentOf } from '../../app/mapping-context.ts';
import { dayOf } from '../../core/day.ts';
import { effectiveSettings } from '../../core/effective-settings.ts';
import {
  type MappingChange,
  type MappingDraft,
  type MappingKey,
  type MappingKind,
  targetFields,
  targetWords,
} from '../../core/mapping.ts';
import {
  type FieldMistake,
  fieldsOfKind,
  keyMistakes,
  readTarget,
} from '../../core/mapping-check.ts';
import { listsOf } from '../../core/mapping-source.ts';
import { Problem } from '../../core/problem.ts';
import type { Settings } from '../../core/settings.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { connect } from '../compose.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import { momentText } from '../words.ts';
import { beforeWords, keyWords, targetJson } from './mapping-words.ts';
import { readMoment } from './moment.ts';

interface Asked {
  context: CommandContext;
  args: readonly string[];
  options: CommandOptions;
}

export async function runSet(kind: MappingKind, asked: Asked): Promise<number> {
  const { context, options } = asked;
  const workspace = await openWorkspace(context);
  try {
    const nowMs = context.clock.now();
    const { settings } = workspace.config;
    const mappings = await workspace.store.currentMappings(nowMs);
    const key = keyOf(kind, asked, settings);
    const present = presentOf(settings, mappings, key);
    const effective = effectiveSettings(settings, mappings);
    const draft = draftOf(key, { ...asked, present, effective, nowMs });
    const verdict = options.given('offline')
      ? null
      : await askInfor(context, workspace, { draft, effective, nowMs });
    const act = { actor: context.global.actor, because: options.text('because'), nowMs };
    const change = await workspace.store.setMapping(draft, act);
    report(context, settings, { change, present, verdict, factorKept: factorKept(asked, present) });
    return exitCode('done');
  } finally {
    await workspace.close();
  }
}

function keyOf(kind: MappingKind, { args, options }: Asked, settings: Settings): MappingKey {
  const source = args[0] ?? '';
  if (kind === 'account') return { kind, list: options.text('type') ?? '', source };
  if (kind === 'sku' || kind === 'centre') return { kind, list: '', source };
  return { kind, list: options.text('list') ?? onlyList(kind, settings), source };
}

/** The table that rules look these up in, where there is but one. */
export function onlyList(kind: 'customer' | 'supplier', settings: Settings): string {
  const lists = listsOf(settings, kind);
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return only;
  throw usageProblem(
    only === undefined
      ? `no rule of orders.rules looks ${kind}s up in a table, so there is none to set them in`
      : `rules look ${kind}s up in several tables; name one with --list: ${lists.join(', ')}`,
    `mlc mapping set ${kind}`,
  );
}

/** The words of the command line over what stands: what is not said stays as it is. */
function draftOf(
  key: MappingKey,
  asked: Asked & { present: Present | null; effective: Settings; nowMs: number },
): MappingDraft {
  const { options, nowMs, present, effective } = asked;
  const reading = readTarget(key.kind, fieldsFor(key, asked));
  const wrong = keyMistakes(key);
  if (reading.state === 'wrong') throw notFit(key, [...wrong, ...reading.mistakes], present);
  const draft: MappingDraft = {
    list: key.list,
    source: key.source,
    target: reading.target,
    validFromMs: momentOf(options.text('from'), 'from', nowMs),
    validToMs: momentOf(options.text('to'), 'to', nowMs),
  };
  const mistakes = [...wrong, ...contextMistakes(draft, [draft], effective)];
  if (mistakes.length > 0) throw notFit(key, mistakes, present);
  return draft;
}

function fieldsFor(
  key: MappingKey,
  { args, options, present }: Asked & { present: Present | null },
): Record<string, string> {
  switch (key.kind) {
    case 'sku': {
      const factor = factorFor(present, key.source, options.text('factor'));
      if (factor !== null) return { item: args[1] ?? '', factor };
      throw usageProblem(
        `how many basic units ${key.source} holds is not known; give --factor`,
        'mlc mapping set sku',
      );
    }
    case 'customer':
    case 'supplier':
      return { code: args[1] ?? '' };
    case 'centre':
    case 'account': {
      const given = fieldsOfKind[key.kind].flatMap((field) => {
        const value = options.text(field);
        return value === null ? [] : [[field, value] as const];
      });
      // Accounts are said in full: half an old string with half a new one is nobody's wish.
      const stands = key.kind === 'centre' && present !== null ? targetFields(present.target) : {};
      return { ...stands, ...Object.fromEntries(given) };
    }
  }
}

function notFit(
  key: MappingKey,
  mistakes: readonly FieldMistake[],
  present: Present | null,
): Problem {
  const isNew = present === null && key.kind === 'centre';
  return new Problem({
    code: 'MAPPING_INVALID',
    kind: 'configuration',
    message: `${keyWords(key)} cannot be mapped so`,
    hint: isNew
      ? 'A new centre needs --name, --warehouse, --facility and --time-zone. Nothing was changed.'
      : 'Correct what is named. Nothing was changed.',
    evidence: Object.fromEntries(
      mistakes.map(({ field, found, allowed }) => [
        field,
        `${found === '' ? 'nothing was given' : JSON.stringify(found)}; allowed is ${allowed}`,
      ]),
    ),
  });
}

/** Null is now; so is a day that has begun already, which nobody gives to mean this morning. */
export function momentOf(text: string | null, option: string, nowMs: number): number | null {
  if (text === null) return null;
  if (option === 'from' && text === dayOf(nowMs, 'UTC')) return null;
  return readMoment(text, option, nowMs);
}

async function askInfor(
  context: CommandContext,
  workspace: Workspace,
  asked: { draft: MappingDraft; effective: Settings; nowMs: number },
): Promise<CheckVerdict | null> {
  const { draft, effective, nowMs } = asked;
  const connected = await connect(context, workspace);
  try {
    const place = {
      settings: effective,
      today: dayOf(nowMs, 'UTC'),
      progress: (step: string) => context.progress.update(step),
    };
    const one = { ...draft, kind: draft.target.kind };
    const [verdict] = await checkTargets(connected.parts.infor, [one], place);
    if (verdict?.verdict !== 'wrong') return verdict ?? null;
    throw new Problem({
      code: 'MAPPING_TARGET_REFUSED',
      kind: 'configuration',
      message: `${verdict.what}, so nothing can be posted by this mapping`,
      hint: 'Correct it, or mend it in Infor first. With --offline it is set all the same. Nothing was changed.',
    });
  } finally {
    context.progress.clear();
    connected.close();
  }
}

function factorKept({ options }: Asked, present: Present | null): string | null {
  if (options.given('factor') || present?.target.kind !== 'sku') return null;
  return present.target.factor === '1' ? null : present.target.factor;
}

function report(
  { output }: CommandContext,
  settings: Settings,
  done: {
    change: MappingChange;
    present: Present | null;
    verdict: CheckVerdict | null;
    factorKept: string | null;
  },
): void {
  const { change, present, verdict } = done;
  const { kind, list, source, validFromMs, validToMs } = change;
  if (output.format === 'json') {
    output.json({
      change: change.change,
      kind,
      list,
      source,
      before: targetJson(present?.target ?? null),
      from: present?.from ?? null,
      after: targetJson(change.after),
      validFromMs,
      validToMs,
      checked: verdict === null ? 'no' : 'yes',
      note: verdict?.what ?? '',
    });
    return;
  }
  const now = targetWords(change.after);
  if (change.change === 'same') {
    output.line(`${keyWords(change)} stands for ${now} already: nothing was changed.`);
    return;
  }
  output.line(`${keyWords(change)}: ${beforeWords(present, change, settings)} → ${now}`);
  if (done.factorKept !== null) output.line(`The factor ${done.factorKept} was kept.`);
  if (verdict !== null && verdict.what !== '') output.line(`Note: ${verdict.what}.`);
  output.line(spanWords(validFromMs, validToMs, done));
}

function spanWords(
  fromMs: number,
  toMs: number | null,
  { change }: { change: MappingChange },
): string {
  const until = toMs === null ? '' : `, until ${momentText(toMs)}`;
  const later = change.validFromMs === fromMs && toMs !== null ? until : '';
  return `In force from ${momentText(fromMs)}${later}. The next run from then on (mlc sync) plans anew what waits.`;
}
