// `npm run test:mutations [-- --only NAME] [--list]`: see docs/mutations.md. The program is
// TypeScript and runs through Vite's module runner, since Node 20 does not read TypeScript.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { module } = await runnerImport(join(root, 'test', 'mutations', 'main.ts'), {
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.main(process.argv.slice(2));
