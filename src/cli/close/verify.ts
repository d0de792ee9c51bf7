/** Whether a pack is as it was written, and the audit trail still says so. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditProof, ClosingAct, Store } from '../../app/ports.ts';
import { Problem } from '../../core/problem.ts';
import { type Manifest, readManifest, sha256Of } from './manifest-schema.ts';
import { manifestName, sumsName, sumsOf } from './pack.ts';

export interface PackFault {
  /** The file, or `audit trail`. */
  where: string;
  what: string;
}

export interface VerifiedPack {
  manifest: Manifest;
  manifestSha256: string;
  /** Files that were looked at, the manifest and the sums among them. */
  files: number;
  faults: PackFault[];
  /** The row that binds the manifest; null when there is none. */
  act: ClosingAct | null;
  /** Packs of the same period that were made after it. */
  later: ClosingAct[];
  proof: AuditProof;
}

/** Throws CLOSE_PACK_UNREADABLE for a folder that holds no pack. */
export async function verifyPack(request: {
  folder: string;
  store: Pick<Store, 'closingOf' | 'closingsAfter' | 'proveAudit' | 'meta'>;
  progress(rows: number, of: number): void;
}): Promise<VerifiedPack> {
  const { folder, store, progress } = request;
  const text = readIn(folder, manifestName);
  const manifest = typeof text === 'string' ? null : readManifest(text.toString('utf8'));
  if (typeof text === 'string' || manifest === null) throw noPack(folder);
  const manifestSha256 = sha256Of(text);
  const { seq, head: mac, brokenAt } = manifest.audit;
  const own = manifest.databaseId === (await store.meta('databaseId'));
  // What was broken when the pack was made is no anchor now; nor is the head of another trail.
  const noted = own && brokenAt === null ? [{ seq, mac, by: 'the close pack' }] : [];
  const act = await store.closingOf(manifestSha256);
  const later = act === null ? [] : await store.closingsAfter(act);
  const proof = await store.proveAudit({ noted, progress });
  const faults = [
    ...fileFaults(folder, manifest, text),
    ...(own ? [] : [{ where: trail, what: otherTrail }]),
    ...actFaults(manifest, act),
    ...proofFaults(proof),
  ];
  return { manifest, manifestSha256, files: manifest.files.length + 2, faults, act, later, proof };
}

/** Where a fault is that is in no file. */
export const trail = 'audit trail';
const otherTrail = 'is that of another database than the one the pack was made with';

function fileFaults(folder: string, manifest: Manifest, manifestBytes: Buffer): PackFault[] {
  const faults: PackFault[] = [];
  const found = manifest.files.flatMap(({ name, bytes: length, sha256 }) => {
    const bytes = readIn(folder, name);
    if (typeof bytes === 'string') {
      faults.push({ where: name, what: bytes });
      return [];
    }
    if (sha256Of(bytes) !== sha256) faults.push({ where: name, what: changed(bytes, length) });
    return [{ name, bytes }];
  });
  const sums = sumsOf([...found, { name: manifestName, bytes: manifestBytes }]);
  const sumsFound = readIn(folder, sumsName);
  if (typeof sumsFound === 'string') faults.push({ where: sumsName, what: sumsFound });
  else if (faults.length === 0 && sumsFound.toString('utf8') !== sums) {
    faults.push({ where: sumsName, what: 'does not list the files as they are' });
  }
  const known = new Set([...manifest.files.map(({ name }) => name), manifestName, sumsName]);
  const others = readdirSync(folder).filter((name) => !known.has(name));
  return [...faults, ...others.sort().map((where) => ({ where, what: 'is no part of the pack' }))];
}

function changed(bytes: Buffer, length: number): string {
  return bytes.length === length
    ? 'was changed'
    : `was changed: it had ${length} bytes and has ${bytes.length}`;
}

function actFaults(manifest: Manifest, act: ClosingAct | null): PackFault[] {
  const where = trail;
  if (act === null) return [{ where, what: 'holds no row for this manifest' }];
  const { period, verdict } = act.detail;
  const same = period === manifest.period.from.slice(0, 7) && verdict === manifest.verdict;
  const later = act.seq > manifest.audit.seq;
  return [
    ...(same ? [] : [{ where, what: `row ${act.seq} tells of another period or verdict` }]),
    ...(later ? [] : [{ where, what: `row ${act.seq} is older than the pack's own head` }]),
  ];
}

function proofFaults({ broken }: AuditProof): PackFault[] {
  if (broken === null) return [];
  const by = broken.notedBy === null ? '' : `, noted by ${broken.notedBy}`;
  return [
    {
      where: trail,
      what: `does not verify from row ${broken.seq} on (${broken.what}${by})`,
    },
  ];
}

/**
 * The bytes, or what is wrong. Names come from a file that anyone may have written: none leads out
 * of the folder.
 */
function readIn(folder: string, name: string): Buffer | string {
  if (name.includes('/') || name.includes('\\') || name.startsWith('..')) return 'is missing';
  try {
    return readFileSync(join(folder, name));
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    return code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`;
  }
}

function noPack(folder: string): Problem {
  return new Problem({
    code: 'CLOSE_PACK_UNREADABLE',
    kind: 'rejected',
    message: `${folder} is no close pack: it has no ${manifestName} that this version can read`,
    hint: 'Name the folder that `mlc close` wrote, such as close-2026-11.',
    evidence: { folder },
  });
}
