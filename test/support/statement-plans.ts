/** What the statements of a real process cost: recorded by statement-recorder.mjs, judged here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { defineBodyAt } from '../../src/store/audit-body.ts';
import { projectRoot } from './source-tree.ts';

export interface Recording {
  args: string[];
  statements: string[];
  /** Everything the process read from files, its own modules included. */
  readBytes: number;
}

/** The environment that makes a child record itself into `file`. */
export function recordingInto(file: string): Record<string, string> {
  const recorder = join(projectRoot, 'test', 'support', 'statement-recorder.mjs');
  return { STATEMENTS_FILE: file, NODE_OPTIONS: `--import ${recorder}` };
}

export function readRecordings(file: string): Recording[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line): Recording => JSON.parse(line));
}

/** Tables that have a row for each record, document, act, run or delivery there ever was. */
export const historyTables = [
  'source_record',
  'source_alias',
  'posting',
  'write_intent',
  'flag',
  'flag_care',
  'flag_note',
  'crosswalk',
  'audit',
  'audit_body',
  'audit_pack',
  'journal_entry',
  'voucher_charge',
  'hand_booking',
  'inbox',
  'run',
] as const;

/** Columns of few values: an index that is narrowed by these alone is walked in good part. */
const coarse = new Set(['kind', 'state', 'record_kind', 'shipbob_kind', 'document_kind', 'role']);

/** Indexes that hold only what is open, due, or waits: they do not grow with what is finished. */
const ofWhatIsOpen = new Set([
  'source_record_due',
  'source_record_boxes',
  'source_record_regressed',
  'posting_queue',
  'posting_serial',
  'posting_waiting',
  'posting_open',
  'posting_loose',
  'write_intent_open',
  'flag_once',
  'flag_posting',
  'flag_cause',
  'flag_code',
  'flag_care_ignored',
  'flag_care_expiring',
  'journal_entry_loose',
  'inbox_queue',
  'inbox_waiting',
  'inbox_kept',
]);

export interface PlanReader {
  /** The steps of a statement that walk a table of the history. */
  walks(statement: string): string[];
  close(): void;
}

/** Reads plans in the file of a store. Names that a statement gives to its tables are understood. */
export function planReader(path: string): PlanReader {
  const handle = new Database(path, { readonly: true });
  // As the store defines it, as far as a plan is concerned.
  defineBodyAt(handle);
  handle.aggregate('exact_sum', { start: 0, step: (total: number, _next: unknown) => total });
  const isWalk = (step: string, names: ReadonlyMap<string, string>): boolean => {
    const [, how, name = '', index, narrowed] =
      /^(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?INDEX (\w+)(?: \((.*)\))?)?/.exec(step) ?? [];
    if (how === undefined || !names.has(name)) return false;
    if (index !== undefined && ofWhatIsOpen.has(index)) return false;
    if (how === 'SCAN') return true;
    if (narrowed === undefined) return false;
    return narrowed.split(' AND ').every((part) => {
      const column = /^(\w+)=\?$/.exec(part)?.[1];
      return column !== undefined && coarse.has(column);
    });
  };
  return {
    walks(statement) {
      const parameters = (statement.match(/\?/g) ?? []).map(() => null);
      const steps = handle
        .prepare<unknown[], { detail: string }>(`explain query plan ${statement}`)
        .all(parameters);
      const names = namesIn(statement);
      return steps.map(({ detail }) => detail).filter((step) => isWalk(step, names));
    },
    close: () => handle.close(),
  };
}

/** The history's tables by the names that a statement gives them. */
function namesIn(statement: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const table of historyTables) {
    const mention = new RegExp(`\\b${table}\\b"?(?:\\s+as\\s+"?(\\w+))?`, 'g');
    for (const [, alias] of statement.matchAll(mention)) names.set(alias ?? table, table);
  }
  return names;
}

/** Statements whose plan says something. */
export function isPlanned(statement: string): boolean {
  return /^\s*(select|insert|update|delete|replace|with)\b/i.test(statement);
}
