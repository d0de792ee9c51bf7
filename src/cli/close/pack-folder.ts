/**
 * A pack on disk. It is written whole under another name and put in place by a rename; the one that
 * was there before is moved aside only then, and never deleted. Whatever fails, and wherever the
 * machine stops, a whole pack remains.
 */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { unwritable } from '../../runtime/new-file.ts';
import type { PackFile } from './pack.ts';

/** Makes the folder that packs go to, before a long comparison is made for nothing. */
export function requireWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (thrown) {
    throw unwritable(folder, thrown);
  }
}

/** Writes the files to a new folder beside `target` and answers its path. Throws FILE_UNWRITABLE. */
export function writeDraft(target: string, files: readonly PackFile[]): string {
  const draft = `${draftStem(target)}${randomBytes(4).toString('hex')}.partial`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    mkdirSync(draft);
    for (const { name, bytes } of files) writeDurably(join(draft, name), bytes);
    syncPath(draft);
    return draft;
  } catch (thrown) {
    dropDraft(draft);
    throw unwritable(target, thrown);
  }
}

/** What was begun and cannot be finished. Whatever keeps it there has a cause that is told. */
function dropDraft(draft: string): void {
  try {
    rmSync(draft, { recursive: true, force: true });
  } catch {
    // There is no such folder to take it from.
  }
}

/** `close-2026-11` → `.close-2026-11.` in the same folder, and so on the same file system. */
function draftStem(target: string): string {
  return join(dirname(target), `.${basename(target)}.`);
}

function writeDurably(path: string, bytes: Buffer): void {
  const opened = openSync(path, 'wx');
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(opened, bytes, written);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function syncPath(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

export type Rename = (from: string, to: string) => void;

/** How often others may get in between before it is given up. */
const triesMax = 5;

/**
 * Puts a draft at its place. Answers where the pack went that was there before; null when there was
 * none. Throws CLOSE_NOT_PLACED, with the old pack back at its place and the draft kept.
 */
export function placeDraft(
  draft: string,
  target: string,
  rename: Rename = renameSync,
): string | null {
  let failure: unknown = null;
  for (let tries = 0; tries < triesMax; tries += 1) {
    let aside: string | null = null;
    try {
      aside = existsSync(target) ? moveAside(target, rename) : null;
      rename(draft, target);
      syncPath(dirname(target));
      return aside;
    } catch (thrown) {
      failure = thrown;
      if (!existsSync(draft)) break;
      if (aside !== null && !existsSync(target)) putBack(aside, target, rename);
    }
  }
  throw new Problem({
    code: 'CLOSE_NOT_PLACED',
    kind: 'configuration',
    message: `the pack is written, but could not be moved to ${target}`,
    hint: `It is complete in ${draft}: check the permissions, and move it there by hand.`,
    evidence: { draft, target },
    cause: failure,
  });
}

/** To the first free of `close-2026-11.1`, `.2` and so on. */
function moveAside(target: string, rename: Rename): string {
  let number = 1;
  while (existsSync(`${target}.${number}`)) number += 1;
  const aside = `${target}.${number}`;
  rename(target, aside);
  return aside;
}

/** If even that fails, the old pack is whole where it is, and the message names the new one. */
function putBack(aside: string, target: string, rename: Rename): void {
  try {
    rename(aside, target);
  } catch {
    // Nothing is lost: both are whole.
  }
}

/** Drafts of a run that was stopped, or is still running. */
export function leftDrafts(target: string): string[] {
  const stem = basename(draftStem(target));
  const folder = dirname(target);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(stem) && name.endsWith('.partial'))
    .map((name) => join(folder, name));
}
