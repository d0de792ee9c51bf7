import type { z } from 'zod';
import { Problem } from '../core/problem.ts';
import type { ConfigTree } from './config-file.ts';
import { settingAt } from './config-schema.ts';
import { nearest } from './config-suggestion.ts';

/** One thing wrong with the configuration, in the words of the person who wrote it. */
export interface Mistake {
  path: PropertyKey[];
  /** What stands there now; `nothing` when it is missing. */
  found: string;
  allowed: string;
  mend: string;
  /** Where it comes from when not from the file, such as `MLC_SHIPBOB__PAGE_SIZE`. */
  variable: string | null;
}

/** `centres[0].timeZone` */
export function pathText(path: PropertyKey[]): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else text += text === '' ? String(segment) : `.${String(segment)}`;
  }
  return text === '' ? 'the file' : text;
}

/** Every issue of a failed parse as mistakes; one unknown key is one mistake. */
export function mistakesOf(error: z.ZodError, value: unknown): Mistake[] {
  return error.issues.flatMap((issue) => fromIssue(issue, [], value));
}

function fromIssue(issue: z.core.$ZodIssue, prefix: PropertyKey[], root: unknown): Mistake[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(path, key, issue.message));
  }
  if (issue.code === 'invalid_union') {
    const options = discriminatorOptions(issue);
    if (options) return [mistake({ path, root, allowed: `one of: ${options.join(', ')}` })];
    const branch = bestBranch(issue);
    if (branch) return branch.flatMap((inner) => fromIssue(inner, path, root));
  }
  if (issue.code === 'invalid_key') {
    const reason = issue.issues[0]?.message ?? 'a name';
    const key = String(path.at(-1));
    const mend = `Rename it: ${reason}.`;
    return [{ path, found: show(key), allowed: reason, mend, variable: null }];
  }
  return [mistake({ path, root, allowed: issue.message })];
}

function discriminatorOptions(issue: z.core.$ZodIssue): string[] | null {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : null;
}

/** The alternative that the writer meant: the only one whose shape fits at its root. */
function bestBranch(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | null {
  const fitting = issue.errors.filter(
    (branch) => !branch.some((inner) => inner.path.length === 0 && inner.code === 'invalid_type'),
  );
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

function unknownKey(path: PropertyKey[], key: string, allowed: string): Mistake {
  const known = allowed.replace(/^one of: /, '').split(', ');
  const near = nearest(key, known);
  return {
    path: [...path, key],
    found: 'an unknown setting',
    allowed,
    mend: near === null ? 'Remove it.' : `Did you mean ${near}?`,
    variable: null,
  };
}

function mistake(details: { path: PropertyKey[]; root: unknown; allowed: string }): Mistake {
  const { path, root } = details;
  const [, allowed = details.allowed, proposal] =
    /^(.*); did you mean (.*)\?$/.exec(details.allowed) ?? [];
  const value = valueAt(root, path);
  const options = /^one of: (.*)$/.exec(allowed)?.[1]?.split(', ') ?? [];
  const near = proposal ?? (typeof value === 'string' ? nearest(value, options) : null);
  const mend =
    value === undefined
      ? `Add ${pathText(path)}.`
      : near === null
        ? correction(path)
        : `Did you mean ${near}?`;
  return { path, found: show(value), allowed, mend, variable: null };
}

function correction(path: PropertyKey[]): string {
  const standard = settingAt(path)?.default;
  if (standard === undefined) return 'Correct it.';
  return `Correct it, or remove it to get the default ${JSON.stringify(standard)}.`;
}

function valueAt(root: unknown, path: PropertyKey[]): unknown {
  let value = root;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = new Map<PropertyKey, unknown>(Object.entries(value)).get(String(segment));
  }
  return value;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** All mistakes at once, each with its line, so that one round of editing is enough. */
export function configProblem(details: {
  file: string;
  tree: ConfigTree;
  mistakes: Mistake[];
}): Problem {
  const lines = details.mistakes.map((entry) => {
    const line = entry.variable === null ? details.tree.lineOf(entry.path) : null;
    const place =
      entry.variable ?? (line === null ? details.file : `${details.file}, line ${line}`);
    const facts = `found ${entry.found}; allowed: ${entry.allowed}. ${entry.mend}`;
    return `  ${place}: ${pathText(entry.path)}: ${facts}`;
  });
  const count = lines.length;
  const total = count === 1 ? 'a mistake' : `${count} mistakes`;
  return new Problem({
    code: 'CONFIG_INVALID',
    kind: 'configuration',
    message: `The configuration has ${total}:\n${lines.join('\n')}`,
    hint: 'Mend what is named above; config/default.yaml explains every setting.',
    evidence: { file: details.file, mistakes: String(count) },
  });
}

/** The YAML itself is broken; nothing can be said about single settings. */
export function syntaxProblem(file: string, syntax: ConfigTree['syntax']): Problem {
  const lines = syntax.map(({ line, message }) => `  ${file}, line ${line ?? '?'}: ${message}`);
  return new Problem({
    code: 'CONFIG_NOT_YAML',
    kind: 'configuration',
    message: `The configuration is not valid YAML:\n${lines.join('\n')}`,
    hint: 'Check the indentation and quotes at that line; tabs are not allowed in YAML.',
    evidence: { file, mistakes: String(lines.length) },
  });
}
