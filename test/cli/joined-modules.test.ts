/** The few files that bin/mlc.js starts, wherever npm puts what they need. */
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';

const folder = join(process.env.BUILD_UNDER_TEST ?? projectRoot, 'dist', 'bundle');
/** As the joiner writes them; also names in strings beside such a word would be found. */
const asked = /(?:\bfrom|\bimport|\bimport\(|\b_*require\()\s*["'`]([@.\w][\w@./:-]*)["'`]/g;

/** Only a TypeScript configuration would need it, and mlc refuses those. */
const neverAsked = 'typescript';

function askedFor(): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  const all = texts.flatMap((text) => [...text.matchAll(asked)].map(([, id = '']) => id));
  const outside = all.filter((id) => !/^[./]/.test(id) && !isBuiltin(id) && id !== neverAsked);
  return [...new Set(outside)].sort();
}

describe('the joined modules', () => {
  it('ask for nothing but what the package depends on by itself', () => {
    const { dependencies } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
    const own = Object.keys(dependencies);
    const isOwn = (id: string) => own.some((name) => id === name || id.startsWith(`${name}/`));

    expect(askedFor()).toContain('better-sqlite3');
    expect(askedFor().filter((id) => !isOwn(id))).toEqual([]);
  });

  it('name the licences of what they hold', () => {
    const licences = readFileSync(join(folder, 'LICENCES.txt'), 'utf8');

    for (const name of ['zod', 'cosmiconfig', 'env-paths']) {
      expect(licences).toMatch(new RegExp(`^${name}\\n\\n.*Copyright`, 'ms'));
    }
  });
});
