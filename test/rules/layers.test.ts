import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOnly, type SourceFile, sourceFiles } from '../support/source-tree.ts';

const files = sourceFiles('src');
const table = 'The table of layers stands in docs/architecture.md ("Who may import whom").';

type Layer =
  | 'core'
  | 'app'
  | 'shipbob'
  | 'infor'
  | 'store'
  | 'webhook'
  | 'runtime'
  | 'sandbox'
  | 'cli'
  | 'compose';

const adapters: Layer[] = ['shipbob', 'infor', 'store', 'webhook'];

/** What each layer may import; `ports` is app/ports.ts, types only. */
const allowed: Record<Layer, (Layer | 'ports')[]> = {
  core: ['core'],
  app: ['core', 'app', 'ports'],
  shipbob: ['core', 'shipbob', 'runtime', 'ports'],
  infor: ['core', 'infor', 'runtime', 'ports'],
  store: ['core', 'store', 'runtime', 'ports'],
  webhook: ['core', 'webhook', 'runtime', 'ports'],
  runtime: ['core', 'runtime', 'ports'],
  sandbox: ['runtime', 'sandbox'],
  cli: ['core', 'app', 'cli', 'ports', 'compose'],
  compose: ['core', 'app', ...adapters, 'runtime', 'sandbox', 'cli', 'compose', 'ports'],
};

function layerOf(path: string): Layer {
  if (path.startsWith('src/cli/compose')) return 'compose';
  // The frame of the command line (errors, words, progress) stands on runtime as composition does.
  if (path.startsWith('src/cli/') && !path.startsWith('src/cli/command/')) return 'compose';
  const name = path.split('/')[1];
  const known = Object.keys(allowed).find((layer) => layer === name);
  if (!known) throw new Error(`${path} lies in no known layer. ${table}`);
  return known as Layer;
}

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  for (const match of file.text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s+'(\.[^']+)'/g,
  )) {
    found.push({
      from: file.path,
      to: normalize(join(dirname(file.path), match[2] ?? '')),
      typeOnly: match[1] !== undefined,
    });
  }
  for (const match of file.text.matchAll(/import\(\s*'(\.[^']+)'\s*\)/g)) {
    found.push({
      from: file.path,
      to: normalize(join(dirname(file.path), match[1] ?? '')),
      typeOnly: false,
    });
  }
  return found;
}

const imports = files.flatMap(importsOf);

describe('layers', () => {
  it('are imported only as the table allows', () => {
    const violations = imports.filter(({ from, to, typeOnly }) => {
      const target = to === 'src/app/ports.ts' ? 'ports' : layerOf(to);
      if (target === 'ports' && adapters.concat('runtime').includes(layerOf(from)) && !typeOnly)
        return true;
      return !allowed[layerOf(from)].includes(target);
    });

    expect(
      violations.map(({ from, to }) => `${from} → ${to}`),
      table,
    ).toEqual([]);
  });

  it('have no import cycle', () => {
    const graph = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports) {
      if (!typeOnly) graph.set(from, [...(graph.get(from) ?? []), to]);
    }

    expect(findCycle(graph)).toBeNull();
  });

  it('keep adapters out of each other', () => {
    const crossed = imports.filter(
      ({ from, to }) =>
        adapters.includes(layerOf(from)) &&
        adapters.includes(layerOf(to)) &&
        layerOf(from) !== layerOf(to),
    );

    expect(crossed).toEqual([]);
  });
});

function findCycle(graph: Map<string, string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (node: string, path: string[]): string[] | null => {
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    if (done.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle) return cycle;
  }
  return null;
}

/** A word that only some places may use, and why. */
const reserved: { word: RegExp; may: (path: string) => boolean; why: string }[] = [
  {
    word: /\bprocess\.exit\s*\(/,
    may: (path) => path === 'src/cli/main.ts' || path === 'src/runtime/signals.ts',
    why: 'one place decides how the process ends',
  },
  {
    word: /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bprocess\.env\b|\bsetTimeout\b|\bsetInterval\b/,
    may: (path) => path.startsWith('src/runtime/'),
    why: 'time, chance and the environment enter through parameters, or a run cannot be repeated',
  },
];

/** Packages that only some places may name. */
const packages: { name: RegExp; may: (path: string) => boolean }[] = [
  { name: /from '(better-sqlite3|kysely)'/, may: (path) => path.startsWith('src/store/') },
  { name: /from 'axios'/, may: (path) => path === 'src/runtime/http.ts' },
];

describe('reserved words', () => {
  it.each(reserved)('$word stands only where it may ($why)', ({ word, may }) => {
    const found = files.filter(({ path, text }) => !may(path) && word.test(codeOnly(text)));

    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it.each(packages)('$name is imported only where it may', ({ name, may }) => {
    const found = files.filter(({ path, text }) => !may(path) && name.test(text));

    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it('keeps M3 field names inside the M3 folders', () => {
    const fields =
      /\b(CUOR|YREF|PMSN|PUNO|PNLI|ORNO|MSGN|MSNR|WHLO|ITNO|CUNO|SUNO|RIDN|BANO|E0PA|E0PB)\b/;
    const found = files.filter(
      ({ path, text }) =>
        fields.test(codeOnly(text)) &&
        !path.startsWith('src/infor/m3/') &&
        !path.startsWith('src/sandbox/infor/'),
    );

    expect(found.map(({ path }) => path)).toEqual([]);
  });
});
