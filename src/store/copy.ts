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
