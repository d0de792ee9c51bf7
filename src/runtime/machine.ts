import { createPrivateKey, X509Certificate } from 'node:crypto';
import { accessSync, constants, readFileSync, type Stats, statfsSync, statSync } from 'node:fs';
import type { CertificateFacts, DiskFacts, FileFacts, Machine } from '../app/ports.ts';

/**
 * Types of file systems that lie on another machine, as Linux numbers them (statfs(2)). SQLite's
 * write-ahead log needs memory that all its users share, which these do not give.
 */
const networkTypes = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9p'],
]);

/** Looks at this computer; reads only, and never throws. */
export function createMachine(): Machine {
  return {
    nodeVersion: () => process.versions.node,
    file: fileFacts,
    access,
    disk,
    certificate,
    keyFits,
  };
}

function fileFacts(path: string): FileFacts | null {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch {
    return null;
  }
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  return {
    kind,
    bytes: stats.size,
    mode: stats.mode & 0o777,
    modifiedAtMs: Math.round(stats.mtimeMs),
  };
}

function access(path: string, wanted: 'read' | 'write'): 'yes' | 'no' {
  try {
    accessSync(path, wanted === 'read' ? constants.R_OK : constants.W_OK);
    return 'yes';
  } catch {
    return 'no';
  }
}

function disk(folder: string): DiskFacts | null {
  try {
    const { type, bsize, bavail, blocks } = statfsSync(folder);
    const known = process.platform === 'linux' ? networkTypes.get(type >>> 0) : undefined;
    return {
      freeBytes: bsize * bavail,
      totalBytes: bsize * blocks,
      network: known ?? null,
    };
  } catch {
    return null;
  }
}

function certificate(path: string): CertificateFacts | null {
  try {
    const { subject, validFrom, validTo } = new X509Certificate(readFileSync(path));
    return {
      subject: subject.replaceAll('\n', ', '),
      validFromMs: Date.parse(validFrom),
      validToMs: Date.parse(validTo),
    };
  } catch {
    return null;
  }
}

function keyFits(certificatePath: string, keyPath: string): 'yes' | 'no' | 'unreadable' {
  try {
    const own = new X509Certificate(readFileSync(certificatePath));
    return own.checkPrivateKey(createPrivateKey(readFileSync(keyPath))) ? 'yes' : 'no';
  } catch {
    return 'unreadable';
  }
}
