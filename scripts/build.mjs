// Compiles src/ to dist/. A folder that npm installs without its sources' compiler
// (a published package) already holds dist/ and has nothing to compile.
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
  if (existsSync(join(root, 'dist', 'cli', 'main.js'))) process.exit(0);
  console.error('build: typescript is not installed; run `npm ci` (with dev dependencies) first');
  process.exit(1);
}
rmSync(join(root, 'dist'), { recursive: true, force: true });
const run = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
