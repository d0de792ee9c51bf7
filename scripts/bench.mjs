// Compiles src/ and bench/ into .bench/ (never into dist/, which is what users run) and runs the
// bench that is named: `npm run bench -- NAME [options]`.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
const compiled = join(root, '.bench');

for (const folder of ['src', 'bench', 'migrations']) {
  rmSync(join(compiled, folder), { recursive: true, force: true });
}
const run = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.bench.json')], {
  stdio: 'inherit',
});
if (run.status !== 0) process.exit(run.status ?? 1);
// The store looks for them two folders above its own.
cpSync(join(root, 'migrations'), join(compiled, 'migrations'), { recursive: true });
const { main } = await import(pathToFileURL(join(compiled, 'bench', 'main.js')).href);
process.exitCode = await main(process.argv.slice(2));
