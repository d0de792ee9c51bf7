import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { AuditHeadCopy, HeadFile } from '../app/ports.ts';

/**
 * The copy of the newest audit head in a small file of its own. Written whole under another name
 * and renamed, so that a crash leaves the old one or the new one, never half of one. A file that
 * cannot be read counts as missing: then the database is distrusted, which costs look-ups and
 * nothing else.
 */
export function createHeadFile(path: string): HeadFile {
  return {
    async read() {
      try {
        return parse(JSON.parse(readFileSync(path, 'utf8')));
      } catch {
        return null;
      }
    },
    async write(copy) {
      const draft = `${path}.new`;
      const file = openSync(draft, 'w', 0o600);
      try {
        writeSync(file, `${JSON.stringify(copy)}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, path);
    },
  };
}

function parse(value: unknown): AuditHeadCopy | null {
  if (typeof value !== 'object' || value === null) return null;
  const copy = new Map<string, unknown>(Object.entries(value));
  const databaseId = copy.get('databaseId');
  const seq = copy.get('seq');
  const mac = copy.get('mac');
  const atMs = copy.get('atMs');
  if (typeof databaseId !== 'string' || typeof mac !== 'string') return null;
  if (typeof seq !== 'number' || typeof atMs !== 'number') return null;
  return { databaseId, seq, mac, atMs };
}
