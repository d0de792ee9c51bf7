/** A file that is whole or not there: written under another name beside it, then put in place. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Problem } from '../core/problem.ts';

export interface NewFile {
  /** Where to write; it does not exist yet. */
  draft: string;
  /** Puts it in place, durable when this returns. Throws FILE_EXISTS or FILE_UNWRITABLE. */
  place(): void;
  /** Takes away what was written; does nothing after `place`. */
  drop(): void;
}

/**
 * With `replace: 'no'` nothing that exists is written over, also when it came meanwhile. Throws
 * FILE_EXISTS, and FILE_UNWRITABLE where there is no such folder.
 */
export function newFile(path: string, replace: 'yes' | 'no'): NewFile {
  if (replace === 'no' && existsSync(path)) throw exists(path);
  const folder = dirname(path);
  const draft = `${path}.${randomBytes(4).toString('hex')}.partial`;
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw unwritable(path);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw unwritable(path);
  return {
    draft,
    place() {
      try {
        sync(draft);
        if (replace === 'yes') renameSync(draft, path);
        else moveUnless(draft, path);
        sync(folder);
      } catch (thrown) {
        rmSync(draft, { force: true });
        throw thrown instanceof Problem ? thrown : unwritable(path, thrown);
      }
    },
    drop: () => rmSync(draft, { force: true }),
  };
}

// A rename replaces what came meanwhile; a link does not. Some file systems have no links.
function moveUnless(draft: string, path: string): void {
  try {
    linkSync(draft, path);
    rmSync(draft);
  } catch {
    if (existsSync(path)) throw exists(path);
    renameSync(draft, path);
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export function exists(path: string): Problem {
  return new Problem({
    code: 'FILE_EXISTS',
    kind: 'configuration',
    message: `there is a file already: ${path}`,
    hint: 'Name another one, or give --force to replace it.',
    evidence: { file: path },
  });
}

export function unwritable(path: string, cause?: unknown): Problem {
  return new Problem({
    code: 'FILE_UNWRITABLE',
    kind: 'configuration',
    message: `the file cannot be written: ${path}`,
    hint: 'Check that its folder exists, the permissions, and that there is room.',
    evidence: { file: path },
    cause,
  });
}
