/** Where anchors of the audit trail are put: at the end of a file, or into the system's log. */
import { execFile } from 'node:child_process';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { Problem } from '../core/problem.ts';
import { unwritable } from './new-file.ts';

/**
 * Adds one line to the end of the file, on the disk when it returns. The file is made for its owner
 * alone where there is none. A line that was torn by a crash is ended first. Throws
 * FILE_UNWRITABLE.
 */
export function appendLine(path: string, line: string): void {
  try {
    const file = openSync(path, 'a+', 0o600);
    try {
      // One write: lines of two processes do not mix.
      writeSync(file, `${endsOpen(file) ? '\n' : ''}${line}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

function endsOpen(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last.toString('latin1') !== '\n';
}

const loggerTimeoutMs = 10_000;

/** Hands one line to the system's log by the program `logger`. Throws SYSLOG_UNAVAILABLE. */
export async function sendToSyslog(line: string, environment: { PATH?: string }): Promise<void> {
  try {
    await promisify(execFile)('logger', ['-t', 'mlc', '-p', 'auth.notice', '--', line], {
      timeout: loggerTimeoutMs,
      env: { PATH: environment.PATH ?? '' },
    });
  } catch (thrown) {
    const missing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    throw new Problem({
      code: 'SYSLOG_UNAVAILABLE',
      kind: 'configuration',
      message: missing
        ? 'there is no program `logger` here to reach the system log with'
        : 'the program `logger` did not hand the line to the system log',
      hint: 'Install util-linux (or bsdutils) and let a log daemon run, or keep anchors in a file: mlc audit anchor --append FILE.',
      cause: thrown,
    });
  }
}
