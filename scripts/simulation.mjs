// Compiles src/ and the simulation into .simulation/ (never into dist/, which is what users run)
// and lives through seeds: `npm run test:simulation -- --seeds 500`.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
// Another folder where two must not come into each other's way.
const compiled = join(root, process.env.MLC_SIMULATION_FOLDER ?? '.simulation');

for (const folder of ['src', 'test', 'migrations']) {
  rmSync(join(compiled, folder), { recursive: true, force: true });
}
const project = ['-p', join(root, 'tsconfig.simulation.json'), '--outDir', compiled];
const run = spawnSync(process.execPath, [compiler, ...project], { stdio: 'inherit' });
if (run.status !== 0) process.exit(run.status ?? 1);
// The store looks for them two folders above its own.
cpSync(join(root, 'migrations'), join(compiled, 'migrations'), { recursive: true });
const entry = join(compiled, 'test', 'support', 'simulation-main.js');
const { main } = await import(pathToFileURL(entry).href);
const stories = relative(process.cwd(), join(compiled, 'stories')) || '.';
process.exitCode = await main(process.argv.slice(2), stories);
