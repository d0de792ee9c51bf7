import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { type Document, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { Problem } from '../core/problem.ts';

/** The one name that is looked for, in the working folder only. */
export const configFileName = 'sync.config.yaml';

/** A parsed file whose scalars are text, and which knows where every setting stands. */
export interface ConfigTree {
  value: unknown;
  /** Line of the setting, or of the nearest one around it that exists; null without a file. */
  lineOf(path: PropertyKey[]): number | null;
  /** Mistakes of the YAML itself. */
  syntax: { line: number | null; message: string }[];
}

/** The configuration file's path, or null when there is none at the one place it may be. */
export async function findConfigFile(request: {
  path: string | null;
  cwd: string;
}): Promise<string | null> {
  if (request.path !== null) {
    const path = resolve(request.cwd, request.path);
    if (existsSync(path)) return path;
    throw new Problem({
      code: 'CONFIG_MISSING',
      kind: 'configuration',
      message: `There is no configuration file ${path}.`,
      hint: 'Give the right path with --config, or write one with: mlc init',
      evidence: { file: path },
    });
  }
  refuseScriptedSearch();
  const explorer = cosmiconfig('mlc', {
    searchPlaces: [configFileName],
    searchStrategy: 'none',
    loaders: { '.yaml': asText, '.js': refused, '.cjs': refused, '.mjs': refused, '.ts': refused },
    ignoreEmptySearchPlaces: false,
  });
  const found = await explorer.search(request.cwd);
  const wanted = join(request.cwd, configFileName);
  return found?.filepath === wanted ? wanted : null;
}

function asText(_path: string, content: string): string {
  return content;
}

/** A package.json can add search places of its own; none of them may be a program. */
function refused(path: string): never {
  throw unsafe(path);
}

/** cosmiconfig runs these before it searches anything, whatever it is asked to look for. */
function refuseScriptedSearch(): void {
  for (const ending of ['js', 'ts', 'cjs', 'mjs']) {
    const path = join(process.cwd(), '.config', `config.${ending}`);
    if (existsSync(path)) throw unsafe(path);
  }
}

function unsafe(path: string): Problem {
  return new Problem({
    code: 'CONFIG_SEARCH_UNSAFE',
    kind: 'configuration',
    message: `Looking for the configuration would run the program ${path}.`,
    hint: `Name the file instead: --config ${configFileName}`,
    evidence: { file: path },
  });
}

export function readConfigFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new Problem({
      code: 'CONFIG_UNREADABLE',
      kind: 'configuration',
      message: `The configuration file ${path} cannot be read.`,
      hint: 'Check that it is a file and that this user may read it.',
      evidence: { file: path, reason: thrown instanceof Error ? thrown.message : String(thrown) },
      cause: thrown,
    });
  }
}

/**
 * Parses YAML. Numbers and booleans keep their source text, because a code such as warehouse 001
 * would otherwise become 1 before the schema sees it.
 */
export function parseConfig(text: string): ConfigTree {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  visit(document, {
    Scalar(_key, node) {
      const kept = typeof node.value === 'number' || typeof node.value === 'boolean';
      if (kept && node.source !== undefined) node.value = node.source;
    },
  });
  const syntax = [...document.errors].map((error) => ({
    line: lines.linePos(error.pos[0]).line,
    message: error.message,
  }));
  const lineOfPath = (path: PropertyKey[]) => lineOf(document, lines, path);
  if (syntax.length > 0) return { value: null, lineOf: lineOfPath, syntax };
  try {
    return { value: document.toJS() ?? {}, lineOf: lineOfPath, syntax };
  } catch (thrown) {
    // Only here is an alias resolved: it may name nothing, or unfold into millions of values.
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { value: null, lineOf: lineOfPath, syntax: [{ line: null, message }] };
  }
}

/** A tree for settings that come from the environment alone. */
export function emptyTree(): ConfigTree {
  return { value: {}, lineOf: () => null, syntax: [] };
}

function lineOf(document: Document, lines: LineCounter, path: PropertyKey[]): number | null {
  let node: unknown = document.contents;
  let offset = 0;
  for (const segment of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(segment),
      );
      if (!pair) break;
      if (isScalar(pair.key) && pair.key.range) offset = pair.key.range[0];
      node = pair.value;
      continue;
    }
    const items: unknown[] = hasItems(node) ? node.items : [];
    const item = items[Number(segment)];
    if (item === undefined) break;
    const start = startOf(item);
    if (start !== null) offset = start;
    node = item;
  }
  return lines.linePos(offset).line;
}

function hasItems(node: unknown): node is { items: unknown[] } {
  return typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items);
}

function startOf(node: unknown): number | null {
  if (typeof node !== 'object' || node === null || !('range' in node)) return null;
  const start: unknown = Array.isArray(node.range) ? node.range[0] : null;
  return typeof start === 'number' ? start : null;
}
