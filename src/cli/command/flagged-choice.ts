import { everyOpenQuestion, type FlagChoice, streamKinds } from '../../app/flagged.ts';
import type { QueueFilter } from '../../app/ports.ts';
import { flagReason } from '../../core/flag-reason.ts';
import type { RecordKind } from '../../core/glossary.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { readMoment } from './moment.ts';

const filterNames = [
  'reason',
  'cause',
  'stream',
  'record',
  'sku',
  'assignee',
  'tag',
  'olderThan',
  'newerThan',
];

export function isFiltered(options: CommandOptions): boolean {
  return filterNames.some((name) => options.given(name));
}

/** What `addFilterOptions` offers, as a filter of open questions. */
export function filterOf(
  context: CommandContext,
  options: CommandOptions,
  command: string,
): QueueFilter {
  const nowMs = context.clock.now();
  const moment = (name: string, option: string) => {
    const text = options.text(name);
    return text === null ? null : readMoment(text, option, nowMs);
  };
  return {
    ...everyOpenQuestion,
    codes: reasonsOf(options.list('reason'), command),
    causes: someOf(options.list('cause')),
    kinds: kindsOf(options.list('stream'), command),
    records: someOf(options.list('record')),
    skus: someOf(options.list('sku')),
    assignee: assigneeOf(options.text('assignee'), context),
    tags: someOf(options.list('tag')),
    raisedBeforeMs: moment('olderThan', 'older-than'),
    raisedAfterMs: moment('newerThan', 'newer-than'),
  };
}

/** Flags by number, or by filter: one of them, so that nobody acts on more than was meant. */
export function choiceOf(
  context: CommandContext,
  ids: readonly string[],
  options: CommandOptions,
  command: string,
): FlagChoice {
  const filtered = isFiltered(options);
  if (ids.length > 0 && filtered) {
    throw usageProblem('name flags by id or by a filter, not by both', command);
  }
  if (filtered) return { filter: filterOf(context, options, command) };
  if (ids.length > 0) return { ids: ids.map((text) => flagId(text, command)) };
  throw usageProblem('name flags by id, or by a filter such as --reason', command);
}

export function flagId(text: string, command: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw usageProblem(`a flag's id is a number, not ${text}`, command);
}

/** Null when none is named; a code that does not exist would silently find nothing. */
export function reasonsOf(names: string[], command: string): string[] | null {
  if (names.length === 0) return null;
  return names.map((name) => {
    const code = name.toUpperCase();
    if (flagReason(code) !== null) return code;
    throw usageProblem(`there is no reason ${name}; docs/errors.md lists them`, command);
  });
}

function kindsOf(names: string[], command: string): RecordKind[] | null {
  if (names.length === 0) return null;
  return names.map((name) => {
    const kind = Object.hasOwn(streamKinds, name) ? streamKinds[name] : undefined;
    if (kind) return kind;
    throw usageProblem(`--stream takes orders, receiving or costs, not ${name}`, command);
  });
}

function assigneeOf(name: string | null, { global }: CommandContext): QueueFilter['assignee'] {
  if (name === null) return null;
  if (name === 'none') return { name: null };
  return { name: name === 'me' ? global.actor : name };
}

function someOf(values: string[]): string[] | null {
  return values.length === 0 ? null : values;
}
