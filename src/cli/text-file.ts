/** Files that people hand in and take away. */
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '../core/problem.ts';

/** A larger file than `bytesMax` is another one than was meant. */
export function readTextFile(cwd: string, name: string, bytesMax: number): string {
  const bytes = readBytes(resolve(cwd, name), name, bytesMax);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Read in another alphabet, a name would be stored with letters that nobody wrote.
    throw new Problem({
      code: 'FILE_UNREADABLE',
      kind: 'configuration',
      message: `${name} is not written in UTF-8`,
      hint: 'Save it as "CSV UTF-8" from your spreadsheet.',
    });
  }
}

function readBytes(path: string, name: string, bytesMax: number): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > bytesMax) throw new Error(`it has ${size} bytes, more than ${bytesMax}`);
    return readFileSync(path);
  } catch (thrown) {
    throw new Problem({
      code: 'FILE_UNREADABLE',
      kind: 'configuration',
      message: `${name} cannot be read`,
      hint: 'Check the path, its permissions and its size.',
      evidence: { reason: thrown instanceof Error ? thrown.message : String(thrown) },
    });
  }
}

/** Before what is to be written has cost an hour: throws as writing it would. */
export function expectWritable(cwd: string, name: string): void {
  writing(resolve(cwd, name), (path) => appendFileSync(path, '', ownerOnly));
}

export function writeTextFile(cwd: string, name: string, text: string): void {
  writing(resolve(cwd, name), (path) => writeFileSync(path, text, ownerOnly));
}

/** What is in it may name people. */
const ownerOnly = { mode: 0o600 };

function writing(path: string, write: (path: string) => void): void {
  try {
    write(path);
  } catch (thrown) {
    throw new Problem({
      code: 'FILE_UNWRITABLE',
      kind: 'configuration',
      message: `${path} cannot be written`,
      hint: 'Check the folder and its permissions, and that the file is not open elsewhere.',
      evidence: { reason: thrown instanceof Error ? thrown.message : String(thrown) },
    });
  }
}
