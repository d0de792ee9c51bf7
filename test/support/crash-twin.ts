import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { buildRoot } from './crash-world.ts';
import { projectRoot } from './source-tree.ts';

/** One change to the built program, such as a careless author would have made. */
export interface Breakage {
  /** Under dist/. */
  file: string;
  from: string;
  to: string;
}

/** A copy of the built program with these changes; throws where a text does not stand once. */
export function brokenBuild(breakages: readonly Breakage[]): string {
  const root = mkdtempSync(join(tmpdir(), 'mlc-twin-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ['bin', 'dist', 'package.json', 'sync.config.example.yaml']) {
    cpSync(join(buildRoot, name), join(root, name), { recursive: true });
  }
  for (const name of ['node_modules', 'config', 'migrations']) {
    symlinkSync(join(buildRoot, name), join(root, name));
  }
  for (const { file, from, to } of breakages) {
    const path = join(root, 'dist', file);
    const parts = readFileSync(path, 'utf8').split(from);
    if (parts.length !== 2) {
      throw new Error(`dist/${file} holds ${parts.length - 1} times what is to be broken: ${from}`);
    }
    writeFileSync(path, parts.join(to));
  }
  // What is started are the joined modules; without this the twin would be the program itself.
  execFileSync(process.execPath, [join(projectRoot, 'scripts', 'join-modules.mjs'), root]);
  return root;
}
