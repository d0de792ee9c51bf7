/** Many lines to a file or to standard output, never faster than they are taken. */
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { type NewFile, newFile, unwritable } from './new-file.ts';

export interface LineSink {
  /** `gone` when whoever read standard output has left. */
  write(lines: readonly string[]): Promise<'taken' | 'gone'>;
  /** Puts the file in place. */
  end(): Promise<void>;
  /** Leaves no part of a file behind. */
  drop(): void;
}

export function stdoutSink(): LineSink {
  const { stdout } = process;
  return {
    async write(lines) {
      if (stdout.destroyed || !stdout.writable) return 'gone';
      if (stdout.write(lines.map((line) => `${line}\n`).join(''))) return 'taken';
      const left = new AbortController();
      const { signal } = left;
      const ends = ['drain', 'close', 'error'].map((name) => once(stdout, name, { signal }));
      await Promise.race(ends).catch(() => undefined);
      for (const end of ends) end.catch(() => undefined);
      left.abort();
      return stdout.destroyed ? 'gone' : 'taken';
    },
    end: async () => {},
    drop: () => {},
  };
}

/** Readable by its owner only. Throws FILE_EXISTS and FILE_UNWRITABLE. */
export function fileSink(path: string, replace: 'yes' | 'no'): LineSink {
  const target = newFile(path, replace);
  let file: number;
  try {
    file = openSync(target.draft, 'wx', 0o600);
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
  return {
    async write(lines) {
      try {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'utf8');
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
        return 'taken';
      } catch (thrown) {
        throw unwritable(path, thrown);
      }
    },
    async end() {
      closeSync(file);
      target.place();
    },
    drop: () => dropped(file, target),
  };
}

function dropped(file: number, target: NewFile): void {
  try {
    closeSync(file);
  } catch {
    // It was closed already.
  }
  target.drop();
}
