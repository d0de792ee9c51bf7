/** Loaded before `mlc` by NODE_OPTIONS: writes down the address of each module that is loaded. */
import { appendFileSync } from 'node:fs';
import { register } from 'node:module';

// The hooks run in a thread of their own, which loads this file once more.
if (process.env.MODULES_FILE !== undefined)
  register(import.meta.url, { data: process.env.MODULES_FILE });

let file = '';

export function initialize(path) {
  file = path;
  // A thread's own copy must not register itself again.
  delete process.env.MODULES_FILE;
}

export async function load(address, context, next) {
  const loaded = await next(address, context);
  if (file !== '') appendFileSync(file, `${address}\n`);
  return loaded;
}
