import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { CommandEntry } from '../../src/cli/command-spec.ts';
import { exitCodes } from '../../src/cli/exit-code.ts';
import { commandTable } from '../../src/cli/program.ts';
import { flagReasons } from '../../src/core/flag-reason.ts';
import { codeIn, documentRows, keysByHeading } from '../support/document-table.ts';
import { projectRoot, sourceFiles } from '../support/source-tree.ts';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');

/** README and everything in docs/, by path from the project's folder. */
const documents = [
  'README.md',
  'SECURITY.md',
  ...readdirSync(join(projectRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

interface Verb {
  /** Such as `mlc flagged list`. */
  words: string;
  options: string[];
  arguments: number;
}

function verbs(entries: readonly CommandEntry[], before = 'mlc'): Verb[] {
  return entries.flatMap((entry) => {
    const words = `${before} ${entry.name}`;
    if ('commands' in entry) return verbs(entry.commands, words);
    const command = new Command(entry.name);
    entry.describe(command);
    return [
      {
        words,
        options: command.options.map(({ flags }) => flags),
        arguments: command.registeredArguments.length,
      },
    ];
  });
}

/** Such as `mlc flagged` and `mlc mapping set`. */
function groupsOf(entries: readonly CommandEntry[], before = 'mlc'): string[] {
  return entries.flatMap((entry) => {
    if (!('commands' in entry)) return [];
    const words = `${before} ${entry.name}`;
    return [words, ...groupsOf(entry.commands, words)];
  });
}

const everyVerb = verbs(commandTable);
const everyGroup = groupsOf(commandTable);
const globalOptions = ['--config', '--database', '--json', '--verbose', '--quiet', '--as'];

describe('docs/cli.md', () => {
  const rows = documentRows(read('docs/cli.md'));
  const options = keysByHeading(read('docs/cli.md'));

  it('lists the exit codes as the program has them', () => {
    const listed = rows
      .filter(({ heading }) => heading === 'Exit codes')
      .map(({ cells }) => ({ code: Number(codeIn(cells[0] ?? '')[0]), meaning: cells[1] }));

    expect(listed).toEqual(exitCodes.map(({ code, meaning }) => ({ code, meaning })));
  });

  it('has a section for each verb, and none beyond', () => {
    const headings = [...read('docs/cli.md').matchAll(/^### `(mlc [^`]+)`$/gm)].map(
      ([, words]) => words,
    );

    expect(headings.sort()).toEqual(everyVerb.map(({ words }) => words).sort());
  });

  it.each(everyVerb)('lists each option of $words', ({ words, options: given }) => {
    expect((options.get(words) ?? []).filter((key) => key.startsWith('--'))).toEqual(given);
  });

  it('lists the options that every verb takes', () => {
    const listed = (options.get('For every verb') ?? []).map((key) => key.split(' ')[0]);

    expect(listed).toEqual(globalOptions);
  });
});

/** Upper-case words with an underscore that are no error of ours. */
const foreign = /^(MLC_|SQLITE_|ERR_|EAI_|XO_)/;

/** Every code that the program can end or flag with, as its source spells them. */
function codesInSource(): string[] {
  const found = new Set<string>(Object.keys(flagReasons));
  for (const { path, text } of sourceFiles('src')) {
    if (path.startsWith('src/sandbox/')) continue;
    for (const [, code = ''] of text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)) {
      if (!foreign.test(code)) found.add(code);
    }
    for (const [, code = ''] of text.matchAll(/new Problem\(\{[^}]*?\bcode: '([A-Z]+)'/g)) {
      found.add(code);
    }
  }
  return [...found].sort();
}

describe('docs/errors.md', () => {
  const rows = documentRows(read('docs/errors.md'));
  const listed = rows.map(({ cells }) => codeIn(cells[0] ?? '')[0] ?? '');

  it('explains every code that the source has, and none beyond', () => {
    const codes = codesInSource();

    expect(codes).toContain('USAGE');
    expect(codes.filter((code) => !listed.includes(code))).toEqual([]);
    expect([...new Set(listed)].filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('explains each code once', () => {
    expect(listed.filter((code, index) => listed.indexOf(code) !== index)).toEqual([]);
  });

  it('says of each flag what the program says', () => {
    const told = rows.map(({ cells }) => cells.join(' | '));
    const missing = Object.entries(flagReasons).filter(
      ([code, { sentence, hint }]) => !told.includes(`\`${code}\` | ${sentence} | ${hint}`),
    );

    expect(missing.map(([code]) => code)).toEqual([]);
  });

  it('says of each code what happened and what to do', () => {
    const short = rows.filter(
      ({ cells }) => cells.length !== 3 || cells.some((cell) => cell.length < 3),
    );

    expect(short).toEqual([]);
  });
});

/** Commands in code: fenced blocks line by line, and spans. */
function commandsIn(text: string): string[] {
  const fenced = [...text.matchAll(/```[a-z]*\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.split(/\n|&&/),
  );
  const spans = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, span = '']) => span,
  );
  return [...fenced, ...spans]
    .map((command) => command.replace(/#.*$/, '').trim())
    .filter((command) => /^(npx |\$ )?mlc( |$)/.test(command));
}

/** Null when the command exists, else what is wrong with it. */
function faultOf(command: string): string | null {
  const words = command.replace(/^(npx|\$) /, '').split(/\s+/);
  if (words.length < 2) return null;
  const named = words.filter((word) => !word.startsWith('-')).join(' ');
  const verb = everyVerb.find(({ words: each }) => `${named} `.startsWith(`${each} `));
  const options = [...command.matchAll(/(?<=\s)--[a-z-]+/g)].map(([option]) => option);
  const known = ['--help', '--version', ...globalOptions];
  if (!verb) {
    const group = everyGroup.includes(named);
    return group || known.includes(words[1] ?? '') || words[1] === 'VERB' ? null : 'no such verb';
  }
  const own = verb.options.map((flags) => flags.split(' ')[0]);
  const odd = options.find((option) => !own.includes(option) && !known.includes(option));
  return odd === undefined ? null : `no option ${odd}`;
}

describe.each(documents)('%s', (path) => {
  const text = read(path);

  it('names commands that exist', () => {
    const faults = commandsIn(text).flatMap((command) => {
      const fault = faultOf(command);
      return fault === null ? [] : [`${command}: ${fault}`];
    });

    expect(faults).toEqual([]);
  });

  it('links to files and headings that exist', () => {
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [file = '', heading] = target.split('#');
        const found =
          file === '' ? join(projectRoot, path) : join(projectRoot, dirname(path), file);
        if (!existsSync(found)) return true;
        return heading !== undefined && !anchorsOf(readFileSync(found, 'utf8')).includes(heading);
      });

    expect(broken).toEqual([]);
  });

  it('names files of the project that exist', () => {
    const folders = /^(src|test|config|docs|bin|scripts|migrations|bench|changelog)\//;
    const missing = [...text.matchAll(/`([^`\s]+)`/g)]
      .map(([, span = '']) => span)
      .filter((span) => folders.test(span) && !span.includes('*'))
      .filter((span) => !existsSync(join(projectRoot, span)));

    expect(missing).toEqual([]);
  });
});

/** As the usual renderers make them. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('hints in the source', () => {
  it('name commands that exist', () => {
    const faults = sourceFiles('src').flatMap(({ path, text }) =>
      [...text.matchAll(/\bmlc ((?:[a-z]+(?:-[a-z]+)* ?){1,2}(?:--[a-z-]+)?)/g)]
        .map(([found]) => found.trim())
        .filter((command) =>
          /^mlc (init|credentials|sync|replay|flagged|trace|status|sandbox|demo|doctor|mapping|audit|schedule|runs|backup|webhooks|alerts|reconcile|close|drill|rehearse)\b/.test(
            command,
          ),
        )
        .flatMap((command) => {
          const fault = faultOf(command);
          return fault === null ? [] : [`${path}: ${command}: ${fault}`];
        }),
    );

    expect(faults).toEqual([]);
  });
});
