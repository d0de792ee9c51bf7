// Writes config/schema.json (for editors) and config/default.yaml (for people) from the compiled
// schema, so that neither can say anything else than the program does. Run after `npm run build`.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// Another build may be named, so that a check need not touch dist/.
const compiled = process.argv[2] ?? join(root, 'dist');
const load = (name) => import(pathToFileURL(join(compiled, 'runtime', name)).href);

const { configJsonSchema } = await load('config-schema.js');
const { defaultsYaml } = await load('config-defaults.js');

writeFileSync(
  join(root, 'config', 'schema.json'),
  `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
);
writeFileSync(join(root, 'config', 'default.yaml'), defaultsYaml());
