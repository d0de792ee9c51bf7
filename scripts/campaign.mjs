// `npm run test:campaign [-- --seeds N] [--skip PART]`: everything that tries to break the tool, and
// docs/reliability.md from it. TypeScript by Vite's module runner, as scripts/mutations.mjs.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { module } = await runnerImport(join(root, 'test', 'campaign', 'main.ts'), {
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.main(process.argv.slice(2));
