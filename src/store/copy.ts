import Database from 'better-sqlite3';

/**
 * Writes a consistent copy of a live database to a new file, without stopping its writers. For a
 * dry run, which works on the copy, and for backups.
 */
export function copyDatabase(fromPath: string, toPath: string): void {
  const database = new Database(fromPath, { readonly: true, fileMustExist: true });
  try {
    database.prepare('VACUUM INTO ?').run(toPath);
  } finally {
    database.close();
  }
}
