/**
 * Loaded before `mlc` by NODE_OPTIONS: writes down each distinct SQL text that the process prepares,
 * and at its end how much it has read from files. It watches the driver and changes nothing.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const Database = createRequire(import.meta.url)('better-sqlite3');
const statements = new Set();
const { prepare } = Database.prototype;

Database.prototype.prepare = function recordedPrepare(text) {
  statements.add(text);
  return prepare.call(this, text);
};

process.on('exit', () => {
  const readBytes = Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0);
  const record = { args: process.argv.slice(2), statements: [...statements], readBytes };
  appendFileSync(process.env.STATEMENTS_FILE, `${JSON.stringify(record)}\n`);
});
