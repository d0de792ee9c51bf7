import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  engines: Record<string, string>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
const lock: { packages: Record<string, { version?: string; resolved?: string }> } = JSON.parse(
  readFileSync(join(projectRoot, 'package-lock.json'), 'utf8'),
);

describe('pins', () => {
  it('are exact, so that two machines install the same', () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );

    expect(loose).toEqual([]);
  });

  it('keep better-sqlite3 at 12: version 13 crashes on Node 20 at the first open', () => {
    expect(manifest.dependencies['better-sqlite3']).toBe('12.11.1');
    expect(manifest.engines.node).toBe('>=20.19');
  });

  it('hold no download addresses in the lockfile', () => {
    const addressed = Object.entries(lock.packages).filter(
      ([, entry]) => entry.resolved !== undefined,
    );

    expect(addressed.map(([name]) => name)).toEqual([]);
  });
});
