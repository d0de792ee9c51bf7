import { randomBytes } from 'node:crypto';
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file that other users read, whole or not at all: under another name first, then renamed.
 * The other name does not end as the file does, since collectors read every file of one ending.
 * Throws what the file system says.
 */
export function writeWhole(path: string, text: string): void {
  const draft = `${path}.${randomBytes(4).toString('hex')}.new`;
  try {
    writeFileSync(draft, text, { mode: 0o644, flag: 'wx' });
    // The mode above is cut by the umask, which a service often has at 077.
    chmodSync(draft, 0o644);
    renameSync(draft, path);
  } catch (thrown) {
    rmSync(draft, { force: true });
    throw thrown;
  }
}
