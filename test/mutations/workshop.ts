import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../support/source-tree.ts';
import { type Mutation, occurrences } from './mutation.ts';

const copied = [
  'bin',
  'config',
  'docs',
  'migrations',
  'src',
  'test',
  'package.json',
  'sync.config.example.yaml',
  'tsconfig.json',
];

/** Own settings: one test at a time in one process, and a time-out that is no verdict. */
const settings = `import { defineConfig } from 'vitest/config';
export default defineConfig({
  cacheDir: './.cache',
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 90_000,
    hookTimeout: 90_000,
    reporters: ['./test/mutations/reporter.ts'],
  },
});
`;

/** A copy of the project in which mutations are tried; the project itself is never touched. */
export interface Workshop {
  folder: string;
  /** Breaks the copy for as long as `work` lasts. */
  broken<T>(mutation: Mutation, work: () => Promise<T>): Promise<T>;
  remove(): void;
}

export function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-mutations-'));
  for (const name of copied) {
    cpSync(join(projectRoot, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'vitest.config.ts'), settings);
  return {
    folder,
    async broken(mutation, work) {
      const before = new Map<string, string>();
      try {
        for (const { file, from, to } of mutation.changes) {
          const path = join(folder, file);
          const text = readFileSync(path, 'utf8');
          if (!before.has(path)) before.set(path, text);
          writeFileSync(path, changed(text, { file, from, to, name: mutation.name }));
        }
        return await work();
      } finally {
        for (const [path, text] of before) writeFileSync(path, text);
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function changed(
  text: string,
  change: { file: string; from: string; to: string; name: string },
): string {
  const { file, from, to, name } = change;
  const count = occurrences(text, from);
  if (count !== 1) {
    throw new Error(`${name}: its text stands ${count} times in ${file}, not once:\n${from}`);
  }
  return text.replace(from, () => to);
}
