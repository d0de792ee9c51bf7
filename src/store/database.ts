/**
 * The connection: SQLite through Kysely, set so that a commit that resolved survives a power cut.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import Big from 'big.js';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import { assert, Problem } from '../core/problem.ts';
import { canonicalDecimal } from '../core/quantity.ts';
import { defineBodyAt } from './audit-body.ts';
import { enterGate } from './gate.ts';
import { corrupt, storeProblem } from './problem.ts';
import type { Tables } from './table.ts';

export type Db = Kysely<Tables>;
export type Handle = InstanceType<typeof Database>;

/** How long a statement waits for another process's lock. Write transactions last under 50 ms. */
const busyTimeoutMs = 5000;
/** Many processes may meet at a new file: one of them migrates it, the others wait for that. */
const creatingTimeoutMs = 60_000;

/** Distinct statements kept prepared; the store has fewer. */
const preparedMax = 400;

/** Pages (of 4 KiB) after which the write-ahead file is folded back: 8 MiB. */
const checkpointPages = 2000;

/**
 * Older ones can corrupt a WAL file that several processes write and checkpoint
 * (sqlite.org/wal.html#the_wal_reset_bug), which is how mlc is used.
 */
const sqliteVersionMin = [3, 51, 3] as const;

/** Opens the file and sets it up. Throws Problem with one of the DATABASE_… codes. */
export function openHandle(request: {
  path: string;
  create: 'yes' | 'no';
  readOnly: 'yes' | 'no';
}): Handle {
  const { path } = request;
  const waitMs = request.create === 'yes' ? creatingTimeoutMs : busyTimeoutMs;
  if (request.create === 'yes' && request.readOnly === 'no') createFile(path);
  let handle: Handle;
  try {
    const readonly = request.readOnly === 'yes';
    const fileMustExist = path !== ':memory:';
    handle = new Database(path, { readonly, fileMustExist, timeout: waitMs });
  } catch (thrown) {
    throw openProblem(thrown, path);
  }
  try {
    refuseOldSqlite(String(handle.prepare('select sqlite_version()').pluck().get()));
    setUp(handle, request.readOnly, waitMs);
  } catch (thrown) {
    handle.close();
    throw storeProblem(thrown, path);
  }
  return handle;
}

// Owner only: the records hold names and addresses.
function createFile(path: string): void {
  if (path === ':memory:') return;
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'a', 0o600));
  } catch (thrown) {
    throw new Problem({
      code: 'DATABASE_UNREADABLE',
      kind: 'configuration',
      message: `the database file cannot be created: ${path}`,
      hint: 'Check the path and the permissions of its folder.',
      evidence: { database: path },
      cause: thrown,
    });
  }
}

function openProblem(thrown: unknown, path: string): Problem {
  const problem = storeProblem(thrown, path);
  const absent =
    (thrown instanceof Database.SqliteError && thrown.code === 'SQLITE_CANTOPEN') ||
    (thrown instanceof TypeError && thrown.message.includes('directory does not exist'));
  if (!absent) return problem;
  return new Problem({
    code: 'DATABASE_MISSING',
    kind: 'configuration',
    message: `there is no database that can be opened at ${path}`,
    hint: 'Run `mlc init` to create it, or correct the path in the configuration.',
    evidence: { database: path },
    cause: thrown,
  });
}

/** Throws DATABASE_ENGINE_OLD for an SQLite below the floor. */
export function refuseOldSqlite(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [index, least] of sqliteVersionMin.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least) {
      throw new Problem({
        code: 'DATABASE_ENGINE_OLD',
        kind: 'configuration',
        message: `SQLite ${version} can corrupt a database that several processes use`,
        hint: `Install better-sqlite3 as pinned; at least SQLite ${sqliteVersionMin.join('.')}.`,
      });
    }
  }
}

function setUp(handle: Handle, readOnly: 'yes' | 'no', waitMs: number): void {
  handle.pragma(`busy_timeout = ${waitMs}`);
  handle.pragma('foreign_keys = on');
  // Answers `memory` for an in-memory database, which the tests use.
  if (readOnly === 'no') handle.pragma('journal_mode = wal');
  // This build falls back to NORMAL at the first schema access unless the level is set after WAL,
  // and a lost "about to commit" row is a duplicate posting. So: set, touch the schema, set, check.
  handle.pragma('synchronous = full');
  handle.prepare('select count(*) from sqlite_schema').get();
  handle.pragma('synchronous = full');
  assert(
    handle.pragma('synchronous', { simple: true }) === 2,
    'the database syncs at every commit',
  );
  handle.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  handle.pragma('journal_size_limit = 67108864');
  handle.pragma('cache_size = -16000');
  handle.pragma('temp_store = memory');
  defineSum(handle);
  defineBodyAt(handle);
  // What is overwritten in a page that is written anyway is zeroed: rows that change often would
  // else leave earlier versions of what a purge removes later.
  handle.pragma('secure_delete = fast');
}

/** `exact_sum(text)`: decimals as the core adds them; SQLite's own sum is floating point. */
function defineSum(handle: Handle): void {
  handle.aggregate('exact_sum', {
    start: () => new Big(0),
    step: (total: Big, next: unknown) => (typeof next === 'string' ? total.plus(next) : total),
    result: (total: Big) => canonicalDecimal(total),
    deterministic: true,
  });
}

/** `quick_check` of the whole file; for `doctor` and after an unclean end, not for every start. */
export function checkIntegrity(handle: Handle, path: string): void {
  const answer = String(handle.pragma('quick_check(1)', { simple: true }));
  if (answer !== 'ok') throw corrupt(path, answer);
}

export function createKysely(handle: Handle, path: string): Db {
  const database = prepared(handle, path);
  // Every in-memory database is its own.
  const gate = path === ':memory:' ? null : resolve(path);
  return new Kysely<Tables>({ dialect: new ImmediateDialect({ database }, gate) });
}

/** Keeps statements prepared and turns SQLite's errors into Problems. */
function prepared(handle: Handle, path: string): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw storeProblem(thrown, path);
    }
  };
  const prepare = (text: string): SqliteStatement => {
    const statement = handle.prepare<unknown[], unknown>(text);
    return {
      reader: statement.reader,
      all: (parameters) => guarded(() => statement.all(parameters)),
      run: (parameters) => guarded(() => statement.run(parameters)),
      iterate: (parameters) => statement.iterate(parameters),
    };
  };
  return {
    close: () => handle.close(),
    prepare(text) {
      const known = statements.get(text);
      if (known !== undefined) return known;
      const statement = guarded(() => prepare(text));
      if (statements.size >= preparedMax) statements.clear();
      statements.set(text, statement);
      return statement;
    },
  };
}

class ImmediateDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #gate: string | null;

  constructor(config: SqliteDialectConfig, gate: string | null) {
    super(config);
    this.#config = config;
    this.#gate = gate;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#config, this.#gate);
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #gate: string | null;
  #leave: () => void = () => {};

  constructor(config: SqliteDialectConfig, gate: string | null) {
    super(config);
    this.#gate = gate;
  }

  // A transaction that starts as a reader and then writes fails at once when another process wrote
  // in between; one that starts as a writer waits its turn.
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const leave = this.#gate === null ? () => {} : await enterGate(this.#gate);
    try {
      await connection.executeQuery(CompiledQuery.raw('begin immediate'));
      this.#leave = leave;
    } catch (thrown) {
      leave();
      throw thrown;
    }
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#leave();
  }

  // SQLite ends the transaction by itself on a full disk or an I/O error; the rollback then fails
  // and must not hide why.
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (thrown) {
      const text = thrown instanceof Error ? thrown.message : String(thrown);
      if (!text.includes('no transaction is active')) throw thrown;
    } finally {
      this.#leave();
    }
  }
}
