// Compiles src/ to dist/, and joins what `mlc` loads into few files under dist/bundle/: most of the
// time of a short command went into finding and reading hundreds of small modules. A folder that npm
// installs without its sources' compiler (a published package) already holds dist/ and has nothing
// to compile.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

let compiler;
try {
  compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
} catch {
  // What bin/mlc.js starts; compiled modules alone would be no program.
  if (existsSync(join(root, 'dist', 'bundle', 'main.js'))) process.exit(0);
  console.error('build: typescript is not installed; run `npm ci` (with dev dependencies) first');
  process.exit(1);
}
rmSync(join(root, 'dist'), { recursive: true, force: true });
// A process of its own for each: where nothing is compiled, rolldown is not installed either.
for (const words of [
  [compiler, '-p', join(root, 'tsconfig.build.json')],
  [join(root, 'scripts', 'join-modules.mjs')],
]) {
  const run = spawnSync(process.execPath, words, { stdio: 'inherit' });
  if (run.status !== 0) process.exit(run.status ?? 1);
}
