/**
 * What a database says of its postings and open questions, read straight from the file, with none
 * of the engine's own code: for judges of crash tests. Give it a copy, since opening a file that a
 * dead process left behind recovers it.
 */
import Database from 'better-sqlite3';
import { z } from 'zod';

export interface LedgerFile {
  /** `order:1` and so on: records with an open question. */
  flagged: Set<string>;
  postings: { key: string; kind: string; state: string; number: string | null; record: string }[];
  flags: { record: string; code: string; postingId: number | null }[];
  /** Charges of journals, by journal key. */
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

export function readLedgerFile(path: string): LedgerFile {
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
}
