import { describe, expect, it } from 'vitest';
import { codeOnly, sourceFiles } from '../support/source-tree.ts';

const files = sourceFiles('src');
const linesMax = 400;
const columnsMax = 100;
const functionLinesMax = 70;

describe('tidy', () => {
  it(`has no file of more than ${linesMax} lines`, () => {
    const long = files.filter(({ text }) => text.split('\n').length > linesMax + 1);

    expect(long.map(({ path, text }) => `${path}: ${text.split('\n').length}`)).toEqual([]);
  });

  it(`has no line of more than ${columnsMax} columns, but for texts that cannot be cut`, () => {
    const wide = files.flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          line.length > columnsMax && !/['"`]/.test(line) ? [`${path}:${index + 1}`] : [],
        ),
    );

    expect(wide).toEqual([]);
  });

  it(`has no function of more than ${functionLinesMax} lines`, () => {
    const long = files.flatMap(({ path, text }) =>
      longFunctions(text).map((name) => `${path}: ${name}`),
    );

    expect(long).toEqual([]);
  });

  it('names files in kebab case and never by what they are not', () => {
    const odd = files.filter(({ path }) => {
      const name = path.split('/').at(-1) ?? '';
      return (
        !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(name) ||
        /^(utils?|helpers?|common|misc|.*manager)\.ts$/.test(name)
      );
    });

    expect(odd.map(({ path }) => path)).toEqual([]);
  });

  it('exports by name only, and casts only in schema files', () => {
    const odd = files.flatMap(({ path, text }) => {
      const code = codeOnly(text);
      const faults: string[] = [];
      if (/\bexport default\b/.test(code)) faults.push(`${path}: default export`);
      if (/:\s*any\b|<any>|\bas any\b/.test(code)) faults.push(`${path}: any`);
      const casts = /[\w)\]}>]\s+as\s+(?!const\b)[A-Z{(]/.test(
        code.replace(/(import|export)[^;]*;/g, ''),
      );
      const schema = path.endsWith('schema.ts') || path.endsWith('http-server.ts');
      if (casts && !schema) faults.push(`${path}: a cast`);
      return faults;
    });

    expect(odd).toEqual([]);
  });

  it('leaves no work for later in the code', () => {
    const later = files.filter(({ text }) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text));

    expect(later.map(({ path }) => path)).toEqual([]);
  });
});

/** Names of functions longer than the limit, by brace depth from their first line. */
function longFunctions(text: string): string[] {
  const lines = text.split('\n');
  const long: string[] = [];
  lines.forEach((line, start) => {
    const match =
      /^(\s*)(?:export )?(?:async )?function\*?\s+(\w+)|^(\s+)(?:async )?#?(\w+)\([^;]*\{$/.exec(
        line,
      );
    if (!match) return;
    const indent = match[1] ?? match[3] ?? '';
    const end = lines.findIndex((other, index) => index > start && other.startsWith(`${indent}}`));
    if (end > start && end - start + 1 > functionLinesMax)
      long.push(match[2] ?? match[4] ?? `line ${start + 1}`);
  });
  return long;
}
