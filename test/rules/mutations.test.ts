import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutations } from '../mutations/list.ts';
import { occurrences } from '../mutations/mutation.ts';
import { judge } from '../mutations/trial.ts';
import { projectRoot } from '../support/source-tree.ts';

function textOf(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}

/** Is this title written in the file, as it stands or as a template that makes it? */
function hasTitle(text: string, title: string): boolean {
  const written = text.replaceAll("\\'", "'");
  if (written.includes(title)) return true;
  const templates = [...text.matchAll(/\((?:'([^'\n]*[%$][^'\n]*)'|`([^`\n]*\$[^`\n]*)`)/g)];
  return templates.some(([, quoted, ticked]) => {
    const parts = (quoted ?? ticked ?? '').split(/%[a-z]|\$\{[^}]*\}|\$\w+/);
    const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+');
    return parts.some((part) => part.trim().length > 2) && new RegExp(`^${pattern}$`).test(title);
  });
}

describe('the list of mutations', () => {
  it.each(mutations)('$name breaks a text that stands where it says, once', ({ changes }) => {
    for (const { file, from, to } of changes) {
      const count = existsSync(join(projectRoot, file)) ? occurrences(textOf(file), from) : -1;

      expect({ file, count }, `test/mutations/list-*.ts names a text of ${file}`).toEqual({
        file,
        count: 1,
      });
      expect(to).not.toBe(from);
    }
  });

  it.each(mutations)('$name is caught by a test that exists', ({ caughtBy: [file, ...path] }) => {
    const text = textOf(file);

    // A template of nothing but a value fits any title; the script itself asks for each by name.
    const missing = path.filter((title) => !hasTitle(text, title) && !/\('%s'/.test(text));

    expect(missing, `titles that ${file} does not have`).toEqual([]);
  });

  it('names each once, says what it would do, and breaks only the product', () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
    expect(mutations.length).toBeGreaterThanOrEqual(16);
    for (const { name, harm, changes, caughtBy } of mutations) {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(harm).toMatch(/^[A-Z].*\.$/);
      expect(changes.every(({ file }) => file.startsWith('src/'))).toBe(true);
      expect(caughtBy.length).toBeGreaterThan(2);
    }
  });
});

describe('the verdict on a mutation', () => {
  const ended = (state: string, ...kinds: string[]) => ({
    file: 'a.test.ts',
    name: 'a',
    state,
    errors: kinds.map((kind) => ({ kind, message: `${kind}: what failed\nand where` })),
  });

  it.each([
    ['caught', { tests: [ended('failed', 'AssertionError')], loose: [] }],
    ['survived', { tests: [ended('passed')], loose: [] }],
    ['not by an assertion', { tests: [ended('failed', 'Problem')], loose: [] }],
    ['not by an assertion', { tests: [ended('failed', 'Error')], loose: [] }],
    ['did not run', { tests: [], loose: ['SyntaxError: unexpected token'] }],
    ['did not run', { tests: [], loose: [] }],
  ])('is %s', (verdict, report) => {
    expect(judge(report).verdict).toBe(verdict);
  });
});
