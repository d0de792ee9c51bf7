// Compiles src/ to dist/, and joins what `mlc` loads into few files under dist/bundle/: most of the
// time of a short command went into finding and reading hundreds of small modules. A folder that npm
// installs without its sources' compiler (a published package) already holds dist/ and has nothing
// to compile.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
if (run.status !== 0) process.exit(run.status ?? 1);

/** The libraries that short commands load. All others stay as they are installed. */
const joined = ['big.js', 'commander', 'cosmiconfig', 'kysely', 'lossless-json', 'yaml', 'zod'];

/** Names stay, for stack traces; two thirds of the text are comments of the libraries. */
const withoutComments = { compress: false, mangle: false, codegen: { removeWhitespace: true } };

const { rolldown } = await import('rolldown');
const bundle = await rolldown({
  input: join(root, 'dist', 'cli', 'main.js'),
  platform: 'node',
  // Also what a joined library asks for itself stays outside.
  external: (id) =>
    !/^[./]/.test(id) && !joined.some((name) => id === name || id.startsWith(`${name}/`)),
});
await bundle.write({ dir: join(root, 'dist', 'bundle'), format: 'esm', minify: withoutComments });

// Their licences ask to be named wherever their text is.
const licences = joined.map((name) => {
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return `${name}\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8')}`;
});
writeFileSync(join(root, 'dist', 'bundle', 'LICENCES.txt'), licences.join('\n\n---\n\n'));
