/**
 * Brings the database to the shape this version needs: numbered SQL files, forward only, each in
 * its own transaction. Any number of processes may do it at once.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CrashPoint } from '../app/ports.ts';
import { assert, defect, Problem } from '../core/problem.ts';
import type { Handle } from './database.ts';
import { corrupt, storeProblem } from './problem.ts';
import { migrationRows } from './schema.ts';

export interface Migration {
  number: number;
  name: string;
  why: string;
  /** An older version of the tool must not use a database that has it. */
  breaking: 'yes' | 'no';
  sql: string;
  checksum: string;
}

// The same two steps up from `src/store` and from `dist/store`.
const folder = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** All migrations of this version, in order. Throws DEFECT for a gap or a missing header. */
export function readMigrations(from: string = folder): Migration[] {
  const names = readdirSync(from).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => {
    const sql = readFileSync(`${from}/${name}`, 'utf8').replaceAll('\r\n', '\n');
    const migration = parseMigration(name, sql);
    assert(migration.number === index + 1, `migrations are numbered without a gap: ${name}`);
    return migration;
  });
}

function parseMigration(name: string, sql: string): Migration {
  const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
  const why = /^-- why: (.+)$/m.exec(sql)?.[1];
  const breaking = /^-- breaking: (yes|no)$/m.exec(sql)?.[1];
  if (number === undefined || why === undefined || breaking === undefined) {
    throw defect(`migration ${name} needs a number, "-- why:" and "-- breaking: yes|no"`);
  }
  const checksum = createHash('sha256').update(sql, 'utf8').digest('hex');
  return {
    number: Number(number),
    name,
    why,
    breaking: breaking === 'yes' ? 'yes' : 'no',
    sql,
    checksum,
  };
}

/**
 * Applies what is missing. Throws DATABASE_NEWER when a newer version of the tool changed the
 * database in a way this one does not understand, DATABASE_MIGRATION_CHANGED when an applied file
 * was edited, DATABASE_FOREIGN when the file belongs to another program.
 */
export function migrate(
  handle: Handle,
  request: {
    path: string;
    migrations: Migration[];
    nowMs: number;
    readOnly: 'yes' | 'no';
    crash?: CrashPoint;
  },
): void {
  const { path, migrations, crash } = request;
  try {
    let applied = appliedMigrations(handle, path);
    check(applied, request);
    if (applied.length >= migrations.length) return;
    if (request.readOnly === 'yes') throw older(path, applied.length, migrations.length);
    for (const migration of migrations.slice(applied.length)) {
      crash?.('before-migration');
      apply(handle, migration, request);
      crash?.('after-migration');
    }
    applied = appliedMigrations(handle, path);
    check(applied, request);
    assert(applied.length >= migrations.length, 'every migration is applied');
  } catch (thrown) {
    throw storeProblem(thrown, path);
  }
}

function apply(
  handle: Handle,
  migration: Migration,
  request: { path: string; nowMs: number },
): void {
  const run = handle.transaction(() => {
    // Someone else may have done it while we waited for the lock; that is success.
    const applied = appliedMigrations(handle, request.path);
    if (applied.some((other) => other.number === migration.number)) return;
    handle.exec(
      `create table if not exists migration (
        number integer primary key, name text not null, breaking text not null,
        checksum text not null, applied_at_ms integer not null) strict`,
    );
    handle.exec(migration.sql);
    handle
      .prepare('insert into migration values (?, ?, ?, ?, ?)')
      .run(
        migration.number,
        migration.name,
        migration.breaking,
        migration.checksum,
        Math.trunc(request.nowMs),
      );
  });
  run.immediate();
}

interface Applied {
  number: number;
  name: string;
  breaking: string;
  checksum: string;
}

function appliedMigrations(handle: Handle, path: string): Applied[] {
  const names = handle
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`)
    .pluck()
    .all();
  if (names.length === 0) return [];
  if (!names.includes('migration')) {
    throw new Problem({
      code: 'DATABASE_FOREIGN',
      kind: 'configuration',
      message: `the file is a database of another program: ${path}`,
      hint: 'Correct the path of the database in the configuration.',
      evidence: { database: path },
    });
  }
  return migrationRows(
    handle.prepare('select number, name, breaking, checksum from migration order by number').all(),
  );
}

function check(applied: Applied[], request: { path: string; migrations: Migration[] }): void {
  for (const [index, row] of applied.entries()) {
    if (row.number !== index + 1) throw corrupt(request.path, 'its list of migrations has a gap');
    const ours = request.migrations[index];
    if (ours === undefined) {
      if (row.breaking === 'no') continue;
      throw newer(request.path, applied.length, request.migrations.length);
    }
    if (ours.checksum !== row.checksum) throw changed(request.path, row.name);
  }
}

function newer(path: string, database: number, ours: number): Problem {
  return new Problem({
    code: 'DATABASE_NEWER',
    kind: 'configuration',
    message: `the database has version ${database}, this mlc knows version ${ours}: ${path}`,
    hint: 'Run the newer mlc that upgraded it, or restore the backup made before the upgrade.',
    evidence: { database: path, databaseVersion: String(database), toolVersion: String(ours) },
  });
}

function older(path: string, database: number, ours: number): Problem {
  return new Problem({
    code: 'DATABASE_OLDER',
    kind: 'configuration',
    message: `the database has version ${database}, this mlc needs version ${ours}: ${path}`,
    hint: 'Run any command that may write, e.g. `mlc status`; it upgrades the database.',
    evidence: { database: path, databaseVersion: String(database), toolVersion: String(ours) },
  });
}

function changed(path: string, name: string): Problem {
  return new Problem({
    code: 'DATABASE_MIGRATION_CHANGED',
    kind: 'configuration',
    message: `migration ${name} differs from the one this database was made with: ${path}`,
    hint: 'Install an unmodified mlc. Migrations are never edited; changes get a new number.',
    evidence: { database: path, migration: name },
  });
}
