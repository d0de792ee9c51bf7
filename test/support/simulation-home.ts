import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder in memory where the machine has one: several connections meet at the files in it, and no
 * fsync is waited for. That rows survive a power cut is what the crash tests are for.
 */
export function makeHome(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(memoryFolder(), 'mlc-story-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function memoryFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

const tails = ['', '-wal'];

/** Copies the database as its log stands now. Nothing may be under way in it. */
export function keepDatabase(path: string): void {
  for (const tail of tails) {
    rmSync(`${path}.kept${tail}`, { force: true });
    if (existsSync(`${path}${tail}`)) copyFileSync(`${path}${tail}`, `${path}.kept${tail}`);
  }
}

/** Puts the copy where the database was, once nobody has it open. */
export function bringBackDatabase(path: string): void {
  for (const tail of [...tails, '-shm']) rmSync(`${path}${tail}`, { force: true });
  for (const tail of tails) {
    if (existsSync(`${path}.kept${tail}`)) copyFileSync(`${path}.kept${tail}`, `${path}${tail}`);
  }
}
