/**
 * A zip archive notes when each of its files was packed. For a file that is known by its hash that
 * is noise: the same content has to be the same bytes.
 */
import { assert } from '../../core/problem.ts';

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
/** 1980-01-01 00:00, the first moment a zip can name. */
const firstTime = 0;
const firstDate = (1 << 5) | 1;

/** A copy in which every file was packed in the first moment that the format knows. */
export function withFixedTimes(archive: Buffer): Buffer {
  const fixed = Buffer.from(archive);
  const end = fixed.length - 22;
  assert(end >= 0 && fixed.readUInt32LE(end) === endSignature, 'a zip without comment ends so');
  const count = fixed.readUInt16LE(end + 10);
  let at = fixed.readUInt32LE(end + 16);
  for (let entry = 0; entry < count; entry += 1) {
    assert(
      fixed.readUInt32LE(at) === entrySignature,
      'the directory of a zip is one row of entries',
    );
    writeTime(fixed, at + 12);
    const local = fixed.readUInt32LE(at + 42);
    assert(fixed.readUInt32LE(local) === localSignature, 'an entry points to its file');
    writeTime(fixed, local + 10);
    const names = fixed.readUInt16LE(at + 28);
    const extras = fixed.readUInt16LE(at + 30);
    at += 46 + names + extras + fixed.readUInt16LE(at + 32);
  }
  return fixed;
}

function writeTime(bytes: Buffer, at: number): void {
  bytes.writeUInt16LE(firstTime, at);
  bytes.writeUInt16LE(firstDate, at + 2);
}
