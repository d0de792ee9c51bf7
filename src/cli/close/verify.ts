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
  proof: AuditProof;
}

/** Throws CLOSE_PACK_UNREADABLE for a folder that holds no pack. */
export async function verifyPack(request: {
  folder: string;
  store: Pick<Store, 'closingOf' | 'proveAudit' | 'meta'>;
  progress(rows: number, of: number): void;
}): Promise<VerifiedPack> {
  const { folder, store, progress } = request;
  const text = readIn(folder, manifestName);
  const manifest = text === null ? null : readManifest(text.toString('utf8'));
  if (text === null || manifest === null) throw noPack(folder);
  const manifestSha256 = sha256Of(text);
  const { seq, head: mac, brokenAt } = manifest.audit;
  // What was broken when the pack was made is no anchor now.
  const noted = brokenAt === null ? [{ seq, mac, by: 'the close pack' }] : [];
  const act = await store.closingOf(manifestSha256);
  const proof = await store.proveAudit({ noted, progress });
  const faults = [
    ...fileFaults(folder, manifest, text),
    ...actFaults(manifest, act),
    ...proofFaults(proof),
  ];
  return { manifest, manifestSha256, files: manifest.files.length + 2, faults, act, proof };
}

function fileFaults(folder: string, manifest: Manifest, manifestBytes: Buffer): PackFault[] {
  const faults: PackFault[] = [];
  const found = manifest.files.flatMap(({ name, bytes: length, sha256 }) => {
    const bytes = readIn(folder, name);
    if (bytes === null) {
      faults.push({ where: name, what: 'is missing' });
      return [];
    }
    if (sha256Of(bytes) !== sha256) faults.push({ where: name, what: changed(bytes, length) });
    return [{ name, bytes }];
  });
  const sums = sumsOf([...found, { name: manifestName, bytes: manifestBytes }]);
  const sumsFound = readIn(folder, sumsName);
  if (sumsFound === null) faults.push({ where: sumsName, what: 'is missing' });
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
  const where = 'audit trail';
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
      where: 'audit trail',
      what: `does not verify from row ${broken.seq} on (${broken.what}${by})`,
    },
  ];
}

/** Names come from a file that anyone may have written: none leads out of the folder. */
function readIn(folder: string, name: string): Buffer | null {
  if (name.includes('/') || name.includes('\\') || name.startsWith('..')) return null;
  try {
    return readFileSync(join(folder, name));
  } catch {
    return null;
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
