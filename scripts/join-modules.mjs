// Joins the compiled modules under dist/ and the libraries that short commands load into few files
// under dist/bundle/, which is what bin/mlc.js starts. Of this folder, or of the one that is named.
import { readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** The libraries that short commands load. All others stay as they are installed. */
const joined = [
  'big.js',
  'commander',
  'cosmiconfig',
  'csv-stringify',
  'kysely',
  'lossless-json',
  'yaml',
  'zod',
];

/** Names stay, for stack traces; two thirds of the text are comments of the libraries. */
const withoutComments = { compress: false, mangle: false, codegen: { removeWhitespace: true } };

/** Asked for by one of them for what mlc never reads, and large. */
const leftOut = 'typescript';

const root = process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url)));
const dist = realpathSync(join(root, 'dist'));
const folder = join(dist, 'bundle');
// What an earlier joining has left there goes.
rmSync(folder, { recursive: true, force: true });
const isJoined = (id) => joined.some((name) => id === name || id.startsWith(`${name}/`));
const bundle = await rolldown({
  input: join(dist, 'cli', 'main.js'),
  platform: 'node',
  // What a joined library asks for goes with it: from here its own version of that need not be
  // found, since npm may have put it beneath the library.
  external: (id, asker) => {
    if (/^[./]/.test(id)) return false;
    return isBuiltin(id) || id === leftOut || (asker?.startsWith(dist) && !isJoined(id));
  },
});
const { output } = await bundle.write({ dir: folder, format: 'esm', minify: withoutComments });
await bundle.close();
writeFileSync(join(folder, 'LICENCES.txt'), licences(output));

/** They ask to be named wherever their text is. */
function licences(output) {
  const folders = output
    .flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
    .flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id) ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const name = folder.replace(/^.*[\\/]node_modules[\\/]/, '');
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    return `${name}\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8')}`;
  });
  return texts.join('\n\n---\n\n');
}
