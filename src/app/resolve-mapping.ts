/** Answers a flag with a mapping: one act for all the records that wait for the same. */
import { dayOf } from '../core/day.ts';
import { effectiveSettings } from '../core/effective-settings.ts';
import { type AnswerKind, answerOf } from '../core/flag-answer.ts';
import type { Flag } from '../core/glossary.ts';
import {
  type MappingChange,
  type MappingKey,
  type MappingTarget,
  targetFields,
} from '../core/mapping.ts';
import { type FieldMistake, keyMistakes, readTarget } from '../core/mapping-check.ts';
import { Problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import { checkTargets } from './mapping-check.ts';
import { contextMistakes, factorFor, type Present, presentOf } from './mapping-context.ts';
import type { InforLedger, Store } from './ports.ts';

export interface MappingWish {
  kind: AnswerKind;
  /** By the field names of the mapping; what is not said stays as it is. */
  fields: Readonly<Record<string, string>>;
}

export interface MappedOutcome {
  key: MappingKey;
  change: MappingChange['change'];
  before: MappingTarget | null;
  from: Present['from'] | null;
  after: MappingTarget;
  /** Worth knowing about what it names; empty when all is well. */
  note: string;
  /** Open flags of these causes, and the records they hold up. */
  flags: number;
}

/** Throws Problem `MAPPING_INVALID`, `MAPPING_TARGET_REFUSED`, `FLAG_NOT_MAPPABLE`, or of Infor. */
export async function resolveByMapping(
  parts: {
    store: Store;
    infor: Pick<InforLedger, 'masterData'>;
    /** As configured, without mappings. */
    settings: Settings;
    progress: (step: string) => void;
  },
  request: {
    flags: Flag[];
    wish: MappingWish;
    because: string | null;
    actor: string;
    nowMs: number;
  },
): Promise<MappedOutcome> {
  const { store, infor, settings } = parts;
  const { flags, wish, because, actor, nowMs } = request;
  const key = oneKey(flags, wish.kind);
  const mappings = await store.currentMappings(nowMs);
  const present = presentOf(settings, mappings, key);
  const effective = effectiveSettings(settings, mappings);
  const fields = await fieldsFor(infor, { flags, key, wish, present });
  const target = readDraft(key, fields, effective);
  const place = { settings: effective, today: dayOf(nowMs, 'UTC'), progress: parts.progress };
  const [verdict] = await checkTargets(infor, [{ ...key, target }], place);
  if (verdict?.verdict === 'wrong') throw refused(verdict.what);
  const { list, source } = key;
  const draft = { list, source, target, validFromMs: null, validToMs: null };
  const change = await store.setMapping(draft, { actor, because, nowMs });
  const causes = [...new Set(flags.map(({ cause }) => cause))];
  await store.touchCauses(causes);
  const open = await store.openCauses();
  return {
    key,
    change: change.change,
    before: present?.target ?? null,
    from: present?.from ?? null,
    after: target,
    note: verdict?.what ?? '',
    flags: open.reduce((sum, { cause, count }) => sum + (causes.includes(cause) ? count : 0), 0),
  };
}

/** One mapping answers all the flags, or none of them. */
function oneKey(flags: readonly Flag[], kind: AnswerKind): MappingKey {
  const keys = new Map<string, MappingKey>();
  for (const flag of flags) {
    const answer = answerOf(flag, kind);
    if (answer.state === 'none') throw notMappable(flag, answer.why);
    keys.set(JSON.stringify(answer.key), answer.key);
  }
  const [key, other] = [...keys.values()];
  if (key !== undefined && other === undefined) return key;
  throw new Problem({
    code: 'USAGE',
    kind: 'configuration',
    message: `these flags ask about several things: ${[...keys.values()].map(({ source }) => source).join(', ')}`,
    hint: 'Resolve one of each; all records that wait for the same clear with it.',
  });
}

function notMappable(flag: Flag, why: string): Problem {
  return new Problem({
    code: 'FLAG_NOT_MAPPABLE',
    kind: 'configuration',
    message: `flag ${flag.id} is not answered by such a mapping: ${why}`,
    hint: flag.hint.replaceAll(' ID', ` ${flag.id}`),
  });
}

async function fieldsFor(
  infor: Pick<InforLedger, 'masterData'>,
  asked: { flags: Flag[]; key: MappingKey; wish: MappingWish; present: Present | null },
): Promise<Record<string, string>> {
  const { key, wish, present } = asked;
  const stands = present === null || key.kind !== 'centre' ? {} : targetFields(present.target);
  if (key.kind !== 'sku') return { ...stands, ...wish.fields };
  const given = wish.fields.factor ?? null;
  const factor = factorFor(present, key.source, given);
  if (factor === null) throw needsFactor(key.source, 'how many pieces one holds is not known');
  if (given === null && present === null) await requirePlain(infor, asked.flags, key.source);
  return { item: wish.fields.item ?? '', factor };
}

/**
 * A new mapping goes before Infor's own alias. Where that says that one SKU is a pack, a mapping of
 * one piece would change quantities without a word, so a person has to say which it is.
 */
async function requirePlain(
  infor: Pick<InforLedger, 'masterData'>,
  flags: readonly Flag[],
  sku: string,
): Promise<void> {
  const [fact] = await infor.masterData([{ kind: 'item', sku }]);
  if (fact?.kind === 'item' && fact.factor !== '1') {
    throw needsFactor(sku, `by its alias one is ${fact.factor} of ${fact.number}`);
  }
  const candidates = flags.flatMap(({ evidence }) =>
    Array.isArray(evidence.candidates) ? evidence.candidates.map(String) : [],
  );
  const pack = candidates.find((words) => !words.endsWith('× 1'));
  if (pack !== undefined) throw needsFactor(sku, `one alias of it is ${pack}`);
}

function needsFactor(source: string, why: string): Problem {
  return new Problem({
    code: 'MAPPING_INVALID',
    kind: 'configuration',
    message: `how many basic units of the item one ${source} is must be said: ${why}`,
    hint: 'Give --factor NUMBER. Nothing was changed.',
  });
}

function readDraft(
  key: MappingKey,
  fields: Record<string, string>,
  settings: Settings,
): MappingTarget {
  const reading = readTarget(key.kind, fields);
  const wrong = keyMistakes(key);
  if (reading.state === 'wrong') throw invalid(key, [...wrong, ...reading.mistakes]);
  const { target } = reading;
  const { list, source } = key;
  const draft = { list, source, target, validFromMs: null, validToMs: null };
  const mistakes = [...wrong, ...contextMistakes(draft, [draft], settings)];
  if (mistakes.length > 0) throw invalid(key, mistakes);
  return target;
}

function invalid(key: MappingKey, mistakes: readonly FieldMistake[]): Problem {
  const evidence = mistakes.map(({ field, found, allowed }) => [
    field,
    `${found === '' ? 'nothing was given' : JSON.stringify(found)}; allowed is ${allowed}`,
  ]);
  return new Problem({
    code: 'MAPPING_INVALID',
    kind: 'configuration',
    message: `${key.kind} ${key.source} cannot be mapped so`,
    hint: 'Correct what is named; mlc mapping set takes every field. Nothing was changed.',
    evidence: Object.fromEntries(evidence),
  });
}

function refused(what: string): Problem {
  return new Problem({
    code: 'MAPPING_TARGET_REFUSED',
    kind: 'configuration',
    message: `${what}, so the flag would stand`,
    hint: 'Name another one, or mend it in Infor first. Nothing was changed.',
  });
}
