import Database from 'better-sqlite3';
import { Problem, toProblem } from '../core/problem.ts';

/** What went wrong in SQLite, as a Problem with advice. Anything else passes as it is. */
export function storeProblem(thrown: unknown, path: string): Problem {
  if (!(thrown instanceof Database.SqliteError)) return toProblem(thrown);
  const evidence = { database: path, sqlite: thrown.code };
  const about = { evidence, cause: thrown };
  const code = thrown.code;
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return corrupt(path, thrown.message, thrown);
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new Problem({
      ...about,
      code: 'DATABASE_BUSY',
      kind: 'retryable',
      message: `another process kept the database locked for more than 5 s: ${path}`,
      hint: 'Try again. If it stays, look for another mlc process or a backup tool holding it.',
    });
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return new Problem({
      ...about,
      code: 'DATABASE_READ_ONLY',
      kind: 'configuration',
      message: `the database cannot be written: ${path}`,
      hint: 'Give this user write permission on the file and on its folder.',
    });
  }
  if (code === 'SQLITE_FULL') {
    return new Problem({
      ...about,
      code: 'DATABASE_FULL',
      kind: 'retryable',
      message: `no space is left for the database: ${path}`,
      hint: 'Free space on its disk. Nothing was lost; the next run carries on.',
    });
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN')) {
    return new Problem({
      ...about,
      code: 'DATABASE_UNREADABLE',
      kind: 'configuration',
      message: `the database could not be opened or read (${thrown.message}): ${path}`,
      hint: 'Check the path, its permissions and its disk. Network drives are not supported.',
    });
  }
  return new Problem({
    ...about,
    code: 'DATABASE_REFUSED',
    kind: 'defect',
    message: `the database refused a statement: ${thrown.message}`,
    hint: 'This is a defect of mlc. Keep the log and the database, and report it.',
  });
}

export function corrupt(path: string, message: string, cause?: unknown): Problem {
  return new Problem({
    code: 'DATABASE_CORRUPT',
    kind: 'configuration',
    message: `the file is damaged or not a database (${message}): ${path}`,
    hint:
      'Stop every mlc process, keep a copy of the file with its -wal and -shm files, and restore ' +
      'the last backup. After a restore mlc looks every document up before it posts.',
    evidence: { database: path },
    cause,
  });
}

export function leaseLost(by: { owner: string; fence: number } | null): Problem {
  return new Problem({
    code: 'LEASE_LOST',
    kind: 'retryable',
    message:
      by === null
        ? 'this run does not hold the lease any more'
        : `another run took over the lease: ${by.owner} (fence ${by.fence})`,
    hint: 'Nothing is wrong: the newer run carries on from here.',
    evidence: by === null ? {} : { owner: by.owner, fence: String(by.fence) },
  });
}
