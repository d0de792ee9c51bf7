import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { storeProblem } from './problem.ts';

/**
 * Writes a consistent copy of a live database to a new file, without stopping its writers. For a
 * dry run, which works on the copy, and for backups. Throws Problem `DATABASE_…`, of the copy when
 * it finds no room.
 */
export function copyDatabase(fromPath: string, toPath: string): void {
  try {
    const database = new Database(fromPath, { readonly: true, fileMustExist: true });
    try {
      database.prepare('VACUUM INTO ?').run(toPath);
    } finally {
      database.close();
    }
  } catch (thrown) {
    const problem = storeProblem(thrown, fromPath);
    throw problem.code === 'DATABASE_FULL' ? storeProblem(thrown, toPath) : problem;
  }
}

/** Pages (of 4 KiB) per step; between two steps others get their turn. */
const backupPages = 2000;

/**
 * A copy of the database as it is now, by SQLite's online backup: writers go on, and what they write
 * meanwhile is not in it. `toPath` must not exist. The copy is one file, without a write-ahead file
 * beside it, readable by its owner only. Throws Problem `DATABASE_…`, and what `progress` throws.
 */
export async function backupDatabase(request: {
  fromPath: string;
  toPath: string;
  progress(pages: number, of: number): void;
}): Promise<void> {
  const { fromPath, toPath, progress } = request;
  try {
    closeSync(openSync(toPath, 'wx', 0o600));
    const database = new Database(fromPath, { readonly: true, fileMustExist: true });
    try {
      // Without a transaction that spans the steps, each write of another process would make the
      // copy begin anew: beside a long sync it would never end.
      database.exec('begin');
      database.prepare('select count(*) from sqlite_schema').get();
      await database.backup(toPath, {
        progress({ totalPages, remainingPages }) {
          progress(totalPages - remainingPages, totalPages);
          return backupPages;
        },
      });
    } finally {
      database.close();
    }
    const copy = new Database(toPath);
    copy.pragma('journal_mode = delete');
    copy.close();
  } catch (thrown) {
    const problem = storeProblem(thrown, fromPath);
    throw problem.code === 'DATABASE_FULL' ? storeProblem(thrown, toPath) : problem;
  }
}
