import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/app/ports.ts';
import { type OpenedStore, openStore } from '../../src/store/open.ts';
import { handClock, testAuditKey } from './store-process.ts';

export { type HandClock, handClock, takeLease, testAuditKey } from './store-process.ts';

/** A path in a folder of its own, which goes with the test. */
export function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'mlc.sqlite');
}

/**
 * A store that is empty, or the one at `path`; in memory when the test does not need a file. Closed
 * when the test ends.
 */
export async function openTestStore(
  request: { path?: string; clock?: Clock; auditKey?: Uint8Array } = {},
): Promise<OpenedStore> {
  const store = await openStore({
    path: request.path ?? ':memory:',
    auditKey: request.auditKey ?? testAuditKey,
    clock: request.clock ?? handClock(),
    create: 'yes',
  });
  onTestFinished(() => store.close());
  return store;
}
