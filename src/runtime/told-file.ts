import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToldMark } from '../app/ports.ts';

/**
 * When people were last told that the database cannot be written: beside it, or in the folder for
 * temporary files where that is what cannot be written. It must not need the database.
 */
export function createToldFile(databasePath: string, folder: string = tmpdir()): ToldMark {
  const name = createHash('sha256').update(databasePath).digest('hex').slice(0, 16);
  const places = [`${databasePath}.told`, join(folder, `mlc-${name}.told`)];
  return {
    async toldAtMs() {
      const times = places.flatMap((place) => timeIn(place));
      return times.length === 0 ? null : Math.max(...times);
    },
    async tell(nowMs) {
      let failure: unknown = null;
      for (const place of places) {
        try {
          writeFileSync(place, `${nowMs}\n`, { mode: 0o600 });
          return;
        } catch (thrown) {
          failure = thrown;
        }
      }
      throw failure;
    },
  };
}

/** On a full disk a file may be made and stay empty. */
function timeIn(place: string): number[] {
  try {
    const text = readFileSync(place, 'utf8').trim();
    return /^\d{1,15}$/.test(text) ? [Number(text)] : [];
  } catch {
    return [];
  }
}
