/**
 * The files of a key rotation. The new key is on disk before the database changes, the old one is
 * kept, and the new one then replaces it in one step: at every moment a key that fits is there.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../core/problem.ts';
import { keyExists, keyFromFile, type LoadedKey } from './key.ts';

/** Where the key waits that is to replace the one in `file`. */
export function nextKeyPath(file: string): string {
  return `${file}.next`;
}

/**
 * Null when no rotation was begun, or it died before the key was written whole: then the database
 * has not changed. Throws Problem as `keyFromFile` otherwise.
 */
export function nextKey(file: string): LoadedKey | null {
  const path = nextKeyPath(file);
  if (!existsSync(path)) return null;
  try {
    return keyFromFile(path);
  } catch (thrown) {
    // It may also have been put in its place by another process just now.
    const absent = ['KEY_MALFORMED', 'KEY_MISSING'];
    if (thrown instanceof Problem && absent.includes(thrown.code)) return null;
    throw thrown;
  }
}

/**
 * The key to change to, on disk when it returns. One left by a rotation that died before it changed
 * the database is taken again, so that two rotations never end with different keys. Throws Problem
 * `KEY_MALFORMED` when what was left is no key.
 */
export function prepareNextKey(file: string, current: Uint8Array): LoadedKey {
  const path = nextKeyPath(file);
  const left = existsSync(path) ? keyFromFile(path) : null;
  if (left !== null && !sameKey(left.master, current)) return left;
  // The present one, left by a rotation that died when all but this was done.
  if (left !== null) rmSync(path, { force: true });
  const fresh = `${path}-${randomBytes(6).toString('hex')}`;
  writeDurably(fresh, keyText(randomBytes(32)));
  try {
    // It appears whole or not at all, so that nobody takes a half-written one for damaged.
    linkSync(fresh, path);
  } catch (thrown) {
    if (!isExisting(thrown)) throw thrown;
  } finally {
    rmSync(fresh, { force: true });
  }
  syncFolder(dirname(path));
  return keyFromFile(path);
}

/** A new key in a new file, readable by its owner only. Throws Problem `KEY_EXISTS`. */
export function writeNewKey(path: string): LoadedKey {
  try {
    writeDurably(path, keyText(randomBytes(32)));
  } catch (thrown) {
    if (isExisting(thrown)) throw keyExists(path);
    throw thrown;
  }
  return keyFromFile(path);
}

/**
 * Keeps the old key beside `file` and puts `next` in its place: what the caller has seen the
 * database opened with, not whatever lies beside it by now. Answers where the old one is. Safe to
 * repeat; the caller sees to it that the database is held to `next` while this runs.
 */
export function completeRotation(step: {
  file: string;
  old: Uint8Array;
  next: Uint8Array;
  nowMs: number;
}): string {
  const kept = keepOldKey(step);
  const fresh = `${step.file}.placing-${randomBytes(6).toString('hex')}`;
  writeDurably(fresh, keyText(step.next));
  renameSync(fresh, step.file);
  syncFolder(dirname(step.file));
  const left = nextKey(step.file);
  if (left !== null && sameKey(left.master, step.next)) {
    rmSync(nextKeyPath(step.file), { force: true });
  }
  return kept;
}

function keepOldKey(step: { file: string; old: Uint8Array; nowMs: number }): string {
  const text = keyText(step.old);
  const folder = dirname(step.file);
  const stem = `${basename(step.file)}.until-`;
  const kept = readdirSync(folder)
    .filter((name) => name.startsWith(stem))
    .map((name) => join(folder, name))
    .find((path) => readFileSync(path, 'utf8') === text);
  if (kept !== undefined) return kept;
  const day = new Date(step.nowMs).toISOString().slice(0, 10);
  for (let number = 1; ; number += 1) {
    const path = join(folder, `${stem}${day}${number === 1 ? '' : `-${number}`}`);
    try {
      writeDurably(path, text);
      return path;
    } catch (thrown) {
      if (!isExisting(thrown)) throw thrown;
    }
  }
}

/** New, mode 0600, and on disk with its name when it returns. */
function writeDurably(path: string, text: string): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  syncFolder(dirname(path));
}

function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function keyText(master: Uint8Array): string {
  return `${Buffer.from(master).toString('base64')}\n`;
}

function sameKey(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.from(left).equals(right);
}

function isExisting(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
}
