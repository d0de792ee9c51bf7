import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { createClock } from '../../src/runtime/clock.ts';
import { deriveKeys, loadKey } from '../../src/runtime/key.ts';
import { openStore } from '../../src/store/open.ts';
import type { CrashWorld } from './crash-world.ts';

/** What the connector's own database says, read from a copy: nobody else may recover the original. */
export interface LedgerPage {
  /** `order:1` and so on: records with an open question. */
  flagged: Set<string>;
  /** Charges that lie in a journal about which there is an open question. */
  postings: { key: string; kind: string; state: string; number: string | null; record: string }[];
  flags: { record: string; code: string; postingId: number | null }[];
  /** Charges of journals that are not posted, by journal key. */
  journalCharges: Map<string, string[]>;
  auditRows: number;
  /** The kind of document that the newest audit row about any posting is about. */
  lastKind: string | null;
}

const postingRow = z.object({
  key: z.string(),
  kind: z.string(),
  state: z.string(),
  number: z.string().nullable(),
  record: z.string(),
});
const flagRow = z.object({
  record: z.string(),
  code: z.string(),
  postingId: z.number().nullable(),
});
const chargeRow = z.object({ journal: z.string(), charge: z.string() });
const kindRow = z.object({ kind: z.string() });
const countRow = z.object({ rows: z.number() });

export function readLedger(world: CrashWorld): LedgerPage {
  return onCopy(world, (path) => {
    const db = new Database(path);
    try {
      const all = (sql: string): unknown[] => db.prepare(sql).all();
      const postings = z.array(postingRow).parse(
        all(`select key, kind, state, reference_number number,
                    record_kind || ':' || record_id record from posting`),
      );
      const flags = z.array(flagRow).parse(
        all(`select record_kind || ':' || record_id record, code, posting_id postingId
             from flag where cleared_at_ms is null`),
      );
      const charges = z.array(chargeRow).parse(
        all(
          `select journal_key journal, charge_id charge from journal_entry
             where journal_key is not null`,
        ),
      );
      const journalCharges = new Map<string, string[]>();
      for (const { journal, charge } of charges) {
        journalCharges.set(journal, [...(journalCharges.get(journal) ?? []), charge]);
      }
      const last = z.array(kindRow).parse(
        all(`select p.kind from audit a join posting p on p.key = a.posting_key
             order by a.seq desc limit 1`),
      );
      const [counted] = z.array(countRow).parse(all('select count(*) rows from audit'));
      return {
        flagged: new Set(flags.map(({ record }) => record)),
        postings,
        flags,
        journalCharges,
        auditRows: counted?.rows ?? 0,
        lastKind: last[0]?.kind ?? null,
      };
    } finally {
      db.close();
    }
  });
}

/** Recomputes the whole audit chain under the workspace's own key; null when it is whole. */
export async function auditBrokenAt(world: CrashWorld): Promise<number | null> {
  return onCopy(world, async (path) => {
    const { master } = await loadKey({ environment: {}, configDir: world.folder });
    const store = await openStore({
      path,
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
  });
}

function onCopy<Result>(world: CrashWorld, work: (path: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-copy-'));
  const path = join(folder, 'mlc.db');
  for (const suffix of ['', '-wal']) {
    if (existsSync(`${world.database}${suffix}`)) {
      copyFileSync(`${world.database}${suffix}`, `${path}${suffix}`);
    }
  }
  const clean = () => rmSync(folder, { recursive: true, force: true });
  try {
    const result = work(path);
    if (result instanceof Promise) result.finally(clean).catch(() => undefined);
    else clean();
    return result;
  } catch (thrown) {
    clean();
    throw thrown;
  }
}
