/** Reads a workbook as a spreadsheet would, far enough to say what stands in which cell. */
import { inflateRawSync } from 'node:zlib';

export interface SheetCell {
  /** `number` stands for days and times too, as in the file. */
  type: 'text' | 'number' | 'formula';
  value: string;
}

export interface ReadSheet {
  name: string;
  /** By address, such as `B2`. */
  cells: Map<string, SheetCell>;
  xml: string;
}

/** The files of a zip archive by name, with the time each says it was packed. */
export function zipEntries(archive: Buffer): Map<string, { bytes: Buffer; time: number }> {
  const end = archive.length - 22;
  let at = archive.readUInt32LE(end + 16);
  const entries = new Map<string, { bytes: Buffer; time: number }>();
  for (let count = archive.readUInt16LE(end + 10); count > 0; count -= 1) {
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const packed = archive.subarray(from, from + archive.readUInt32LE(at + 20));
    const bytes = archive.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed);
    entries.set(name, { bytes, time: archive.readUInt32LE(local + 10) });
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}

export function readWorkbook(archive: Buffer): ReadSheet[] {
  const entries = zipEntries(archive);
  const file = (name: string) => entries.get(name)?.bytes.toString('utf8') ?? '';
  const strings = [
    ...file('xl/sharedStrings.xml').matchAll(/<si>.*?<t[^>]*>(.*?)<\/t><\/si>/gs),
  ].map(([, text = '']) => unescaped(text));
  const names = [...file('xl/workbook.xml').matchAll(/<sheet [^>]*name="([^"]*)"/g)];
  return names.map(([, name = ''], index) => {
    const xml = file(`xl/worksheets/sheet${index + 1}.xml`);
    const cells = new Map<string, SheetCell>();
    for (const [, address = '', attributes = '', body = ''] of xml.matchAll(
      /<c r="([A-Z]+\d+)"([^>]*)>(.*?)<\/c>/gs,
    )) {
      const value = /<v>(.*?)<\/v>/s.exec(body)?.[1] ?? '';
      const text = attributes.includes('t="s"');
      const type = body.includes('<f>') ? 'formula' : text ? 'text' : 'number';
      cells.set(address, { type, value: text ? (strings[Number(value)] ?? '') : value });
    }
    return { name: unescaped(name), cells, xml };
  });
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
