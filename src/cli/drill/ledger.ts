/** The database of a drill, read from a copy: nobody but the program under test may recover it. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../runtime/clock.ts';
import { deriveKeys, loadKey } from '../../runtime/key.ts';
import { type LedgerFile, readLedgerFile } from '../../store/ledger-page.ts';
import { openStore } from '../../store/open.ts';

/** Where a workspace of a drill lies. */
export interface DrillPlace {
  folder: string;
  database: string;
}

export function readLedger(place: DrillPlace): LedgerFile {
  const copy = copyOf(place.database);
  try {
    return readLedgerFile(copy.path);
  } finally {
    copy.remove();
  }
}

/** Recomputes the whole audit chain under the workspace's own key; null when it is whole. */
export async function auditBrokenAt(place: DrillPlace): Promise<number | null> {
  const copy = copyOf(place.database);
  try {
    const { master } = await loadKey({ environment: {}, configDir: place.folder });
    const store = await openStore({
      path: copy.path,
      auditKey: deriveKeys(master).audit,
      clock: createClock(),
      create: 'no',
    });
    try {
      const chain = await store.verifyAudit();
      if (chain.rows === 0) throw new Error('the audit trail is empty, which proves nothing');
      return chain.brokenAt;
    } finally {
      await store.close();
    }
  } finally {
    copy.remove();
  }
}

function copyOf(database: string): { path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-copy-'));
  const path = join(folder, 'mlc.db');
  for (const suffix of ['', '-wal']) {
    if (existsSync(`${database}${suffix}`)) {
      copyFileSync(`${database}${suffix}`, `${path}${suffix}`);
    }
  }
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
