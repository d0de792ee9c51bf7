import { parseConfig } from './config-file.ts';
import type { Mistake } from './config-mistake.ts';
import { settingPaths } from './config-schema.ts';
import { nearest } from './config-suggestion.ts';
import type { Environment } from './environment.ts';

/** Names that mean something by themselves and are not settings of the file. */
export const reservedVariables: readonly string[] = [
  'MLC_KEY',
  'MLC_KEY_FILE',
  'MLC_KEY_COMMAND',
  'MLC_CONFIG',
  'MLC_DATABASE',
  'MLC_LOG',
  'MLC_CLOCK_OFFSET',
  'MLC_CRASH_AT',
];

export interface Override {
  variable: string;
  path: string[];
  value: unknown;
}

/**
 * Settings from the environment: `MLC_SHIPBOB__BASE_URL` is `shipbob.baseUrl`. Two underscores
 * nest, case and single ones do not count. A value that starts with `[` or `{` is YAML, `null` is
 * null, anything else is text. A misspelt name is a mistake, never ignored.
 */
export function readOverrides(environment: Environment): {
  overrides: Override[];
  mistakes: Mistake[];
} {
  const given = Object.keys(environment).filter(
    (name) =>
      name.toUpperCase().startsWith('MLC_') &&
      !name.toUpperCase().startsWith('MLC_SECRET_') &&
      !reservedVariables.includes(name),
  );
  if (given.length === 0) return { overrides: [], mistakes: [] };
  const paths = new Map(settingPaths().map((path) => [plain(path.join('.')), path]));
  const overrides: Override[] = [];
  const mistakes: Mistake[] = [];
  for (const variable of given.sort(byDepth)) {
    const wanted = variable.slice('MLC_'.length).split('__').map(plain).join('.');
    const path = paths.get(wanted);
    if (!path) {
      mistakes.push(unknownVariable(variable, [...paths.values()]));
      continue;
    }
    const { value, mistake } = parseValue(variable, path, environment[variable] ?? '');
    if (mistake) mistakes.push(mistake);
    else overrides.push({ variable, path, value });
  }
  return { overrides, mistakes };
}

/** The level and format in `MLC_LOG`, such as `debug` or `debug,json`. */
export function readLogOverride(environment: Environment): Override[] {
  const words = (environment.MLC_LOG ?? '').split(',').map((word) => word.trim());
  return words
    .filter((word) => word !== '')
    .map((word) => ({
      variable: 'MLC_LOG',
      path: ['log', word === 'json' || word === 'text' ? 'format' : 'level'],
      value: word,
    }));
}

/** `MLC_SHIPBOB__BASE_URL` of `shipbob.baseUrl`. */
export function variableOf(path: string[]): string {
  const words = path.map((name) => name.replace(/([A-Z])/g, '_$1').toUpperCase());
  return `MLC_${words.join('__')}`;
}

/** A copy of the tree with the overrides laid over it. */
export function applyOverrides(tree: unknown, overrides: Override[]): unknown {
  return overrides.reduce((root, { path, value }) => withValue(root, path, value), tree);
}

function withValue(node: unknown, path: string[], value: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const map: Record<string, unknown> = {};
  if (typeof node === 'object' && node !== null && !Array.isArray(node)) Object.assign(map, node);
  map[name] = withValue(map[name], rest, value);
  return map;
}

/** Whole sections first, so that a single setting can refine one given as YAML. */
function byDepth(left: string, right: string): number {
  return left.split('__').length - right.split('__').length || (left < right ? -1 : 1);
}

function plain(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

function unknownVariable(variable: string, paths: string[][]): Mistake {
  const known = [...paths.map(variableOf), ...reservedVariables];
  const near = nearest(variable.toUpperCase(), known);
  return {
    path: [variable],
    found: 'an unknown variable',
    allowed: 'MLC_ and the path of a setting, two underscores between the names',
    mend: near === null ? 'Unset it.' : `Did you mean ${near}?`,
    variable: 'the environment',
  };
}

function parseValue(
  variable: string,
  path: string[],
  text: string,
): { value: unknown; mistake: Mistake | null } {
  if (text === 'null') return { value: null, mistake: null };
  if (!/^\s*[[{]/.test(text)) return { value: text, mistake: null };
  const tree = parseConfig(text);
  const [first] = tree.syntax;
  if (!first) return { value: tree.value, mistake: null };
  const mistake = {
    path,
    found: first.message,
    allowed: 'YAML in one line, such as [1, 2] or {a: 1}',
    mend: 'Check brackets and quotes.',
    variable,
  };
  return { value: null, mistake };
}
