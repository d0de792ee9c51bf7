/** `mlc backup`: a copy under another name, checked, then put in place. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '../core/problem.ts';
import { deriveKeys, loadKey } from '../runtime/key.ts';
import { newFile } from '../runtime/new-file.ts';
import { backupDatabase } from '../store/copy.ts';
import { examineDatabase } from '../store/examination.ts';
import type { CommandContext } from './command-spec.ts';
import { configDirOf, configOf } from './compose-workspace.ts';

export interface BackupReport {
  file: string;
  database: string;
  bytes: number;
  /** Newest rows of the copy's audit trail that were proved. */
  auditRowsChecked: number;
  /** Where the key is that the copy cannot be used without. */
  keySource: string;
}

/** Throws Problem: FILE_EXISTS, FILE_UNWRITABLE, DATABASE_…, KEY_…, BACKUP_UNSOUND. */
export async function backUp(
  context: CommandContext,
  request: { file: string; replace: 'yes' | 'no' },
): Promise<BackupReport> {
  const config = await configOf(context);
  const { environment, stop, progress } = context;
  const key = await loadKey({ environment, configDir: configDirOf(context, config) });
  const file = resolve(context.cwd, request.file);
  refuseDatabase(file, config.database);
  const target = newFile(file, request.replace);
  try {
    await backupDatabase({
      fromPath: config.database,
      toPath: target.draft,
      progress(pages, of) {
        stop.throwIfAborted();
        progress.update(`copied ${Math.floor((100 * pages) / Math.max(1, of))} %`);
      },
    });
    progress.update('checking the copy');
    const facts = examineDatabase(target.draft, deriveKeys(key.master).audit);
    const brokenAt = facts.auditTail?.brokenAt ?? null;
    if (brokenAt !== null) throw unsound(brokenAt);
    target.place();
    progress.clear();
    return {
      file,
      database: config.database,
      bytes: facts.bytes,
      auditRowsChecked: facts.auditTail?.rows ?? 0,
      keySource: key.source,
    };
  } finally {
    target.drop();
  }
}

/**
 * Also by another name of it. Nor may what a database left beside its file lie there: SQLite would
 * take that for newer pages of the copy.
 */
function refuseDatabase(file: string, database: string): void {
  const there = statSync(file, { throwIfNoEntry: false });
  const live = statSync(database, { throwIfNoEntry: false });
  if (there && live && there.ino === live.ino && there.dev === live.dev) throw ontoItself(file);
  const left = ['-wal', '-journal'].map((end) => `${file}${end}`).find((each) => existsSync(each));
  if (left === undefined) return;
  throw new Problem({
    code: 'FILE_EXISTS',
    kind: 'configuration',
    message: `a database is in use there, or was left so: ${left}`,
    hint: 'Name another file. What lies beside it would spoil the copy.',
    evidence: { file: left },
  });
}

function ontoItself(file: string): Problem {
  return new Problem({
    code: 'FILE_EXISTS',
    kind: 'configuration',
    message: `this is the database itself: ${file}`,
    hint: 'Name another file, best on another machine.',
    evidence: { file },
  });
}

function unsound(row: number): Problem {
  return new Problem({
    code: 'BACKUP_UNSOUND',
    kind: 'rejected',
    message: `no backup was made: row ${row} of the audit trail is not as it was written with this key`,
    hint: 'See `mlc audit verify`. Keep earlier backups; copy the file by hand if you need it as it is.',
    evidence: { row: String(row) },
  });
}
