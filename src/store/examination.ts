/** Looks at a database file without changing it; for `mlc doctor`. */
import type { DatabaseFacts } from '../app/ports.ts';
import { verifyAuditTail } from './audit-tail.ts';
import { checkIntegrity, openHandle } from './database.ts';
import { readMigrations } from './migrate.ts';
import { storeProblem } from './problem.ts';

const auditRowsMax = 5000;

/** Counts of finished documents that are kept as they finish, held against the documents. */
const wrongCounts = `
  with kept as (select kind, state, count from posting_count where count > 0),
    counted as (select kind, state, count(*) as count from posting
      where state in ('posted', 'cancelled') group by kind, state)
  select count(*) from (select distinct kind, state from (
    select * from (select * from kept except select * from counted)
    union all select * from (select * from counted except select * from kept)))`;

/**
 * Opens the file read-only and has SQLite check all of it (`quick_check`: about a second per
 * gigabyte). Throws Problem: `DATABASE_CORRUPT` where that finds damage, another DATABASE_… code where
 * it cannot be opened at all.
 */
export function examineDatabase(path: string, auditKey: Uint8Array | null): DatabaseFacts {
  const handle = openHandle({ path, create: 'no', readOnly: 'yes' });
  try {
    const one = (query: string) => handle.prepare(query).pluck().get();
    const size = 'select page_count * page_size from pragma_page_count(), pragma_page_size()';
    const hasMigrations = one(`select count(*) from sqlite_schema where name = 'migration'`) === 1;
    const migrations = {
      applied: hasMigrations ? Number(one('select count(*) from migration')) : 0,
      known: readMigrations().length,
    };
    checkIntegrity(handle, path);
    const isCurrent = migrations.applied >= migrations.known;
    return {
      sqliteVersion: String(one('select sqlite_version()')),
      bytes: Number(one(size)),
      migrations,
      auditTail:
        isCurrent && auditKey !== null ? verifyAuditTail(handle, auditKey, auditRowsMax) : null,
      countsWrong: isCurrent ? Number(one(wrongCounts)) : 0,
    };
  } catch (thrown) {
    throw storeProblem(thrown, path);
  } finally {
    handle.close();
  }
}
