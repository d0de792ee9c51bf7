/**
 * An anchor: one line that says what the newest row of the audit trail was at a moment. Kept where
 * whoever has the database and the key cannot reach it, it shows a trail that was cut or written
 * anew since.
 */
import { Problem } from './problem.ts';

export interface AuditAnchor {
  atMs: number;
  databaseId: string;
  seq: number;
  mac: string;
}

const marker = 'mlc-audit-anchor';
const headForm = /^(\d{1,15}):([0-9a-f]{64})$/;
const lineForm =
  /mlc-audit-anchor at=(\S+) database=([0-9a-f-]{1,64}) head=(\d{1,15}):([0-9a-f]{64})\s*$/;

/** `mlc-audit-anchor at=… database=… head=SEQ:MAC`, without a line break. */
export function anchorLine({ atMs, databaseId, seq, mac }: AuditAnchor): string {
  const at = new Date(atMs).toISOString();
  return `${marker} at=${at} database=${databaseId} head=${seq}:${mac}`;
}

/** What an anchor says that was given by hand: the moment and the database may be left out. */
export interface ExpectedHead {
  databaseId: string | null;
  seq: number;
  mac: string;
}

/** `SEQ:MAC`, or a whole anchor line; throws ANCHOR_INVALID for anything else. */
export function readExpectedHead(text: string): ExpectedHead {
  const expected = expectedHead(text.trim());
  if (expected !== null) return expected;
  throw invalid(`not the head of an audit trail: ${JSON.stringify(text.slice(0, 100))}`);
}

export interface AnchorFile {
  anchors: (ExpectedHead & { line: number })[];
  /** Lines that are something else, as in a log that other programs write too. */
  otherLines: number;
}

/**
 * All anchors of a file, also of a system log, whose own words may stand before each. A line that
 * begins an anchor and does not end as one is no other program's: ANCHOR_INVALID.
 */
export function readAnchorFile(text: string): AnchorFile {
  const file: AnchorFile = { anchors: [], otherLines: 0 };
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const expected = expectedHead(line);
    if (expected !== null) file.anchors.push({ ...expected, line: index + 1 });
    else if (line.includes(marker)) throw invalid(`line ${index + 1} is no whole anchor`);
    else file.otherLines += 1;
  }
  return file;
}

function expectedHead(line: string): ExpectedHead | null {
  const bare = headForm.exec(line);
  if (bare) return { databaseId: null, seq: Number(bare[1]), mac: bare[2] ?? '' };
  const whole = lineForm.exec(line);
  if (whole === null || Number.isNaN(Date.parse(whole[1] ?? ''))) return null;
  return { databaseId: whole[2] ?? '', seq: Number(whole[3]), mac: whole[4] ?? '' };
}

function invalid(message: string): Problem {
  return new Problem({
    code: 'ANCHOR_INVALID',
    kind: 'configuration',
    message,
    hint: 'Give SEQ:MAC with the 64 digits of the MAC, or a line as `mlc audit anchor` prints it.',
  });
}
