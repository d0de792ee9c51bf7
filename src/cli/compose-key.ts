/** Opens the database with its key, and completes a key rotation that was interrupted. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../app/ports.ts';
import { Problem } from '../core/problem.ts';
import { crashPoint } from '../runtime/crash-point.ts';
import type { Environment } from '../runtime/environment.ts';
import { deriveKeys, type LoadedKey, loadKey } from '../runtime/key.ts';
import { completeRotation, nextKey } from '../runtime/key-rotation.ts';
import { openAuditKey } from '../runtime/vault.ts';
import { type OpenedStore, openStore } from '../store/open.ts';

export interface KeyedStore {
  store: OpenedStore;
  key: LoadedKey;
  keys: ReturnType<typeof deriveKeys>;
}

interface KeyedRequest {
  environment: Environment;
  clock: Clock;
  configDir: string;
  databasePath: string;
  create: 'yes' | 'no';
  /** `yes` refuses a database that has to be upgraded first. */
  readOnly?: 'yes';
  /** `no` leaves key files alone, whatever they are. */
  heal: 'yes' | 'no';
}

/**
 * A rotation changes the database first and puts the new key in its place afterwards. Where it died
 * in between, the key file does not fit and the one left beside it does: then it is completed.
 * Throws Problem as `loadKey` and `openStore` do.
 */
export async function openKeyed(request: KeyedRequest): Promise<KeyedStore> {
  const key = await loadKey(request);
  try {
    return await openWith(request, key);
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.code !== 'AUDIT_KEY_DIFFERS') throw thrown;
    if (request.heal === 'no' || key.file === null) throw thrown;
    return (await healed(request, key)) ?? fail(thrown);
  }
}

async function healed(request: KeyedRequest, old: LoadedKey): Promise<KeyedStore | null> {
  const { file } = old;
  if (file === null) return null;
  const next = nextKey(file);
  if (next !== null) {
    const opened = await openedWith(request, next);
    if (opened === null) return null;
    try {
      const nowMs = request.clock.now();
      await asKeyPlacer(opened.store, request.clock, () =>
        completeRotation({ file, old: old.master, next: next.master, nowMs }),
      );
    } catch (thrown) {
      await opened.store.close();
      throw thrown;
    }
    return { ...opened, key: { ...next, source: file, file } };
  }
  // Another process may have completed it since our first look.
  const again = await loadKey(request);
  return Buffer.from(again.master).equals(old.master) ? null : openedWith(request, again);
}

const placerLock = { name: 'key-files', ttlMs: 30_000 };

/**
 * Changes key files while the database is certainly held to the key that this process has: taking
 * the lock fails after another rotation, and while it is held no rotation can begin. So a process
 * that slept never puts yesterday's key over today's. Null when another process is at it.
 */
export async function asKeyPlacer<T>(
  store: OpenedStore,
  clock: Clock,
  place: () => T,
): Promise<T | null> {
  const owner = randomUUID();
  const { name, ttlMs } = placerLock;
  if (!(await store.takeLock({ name, owner, nowMs: clock.now(), ttlMs }))) return null;
  try {
    return place();
  } finally {
    await store.releaseLock({ name, owner });
  }
}

async function openedWith(request: KeyedRequest, key: LoadedKey): Promise<KeyedStore | null> {
  try {
    return await openWith(request, key);
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === 'AUDIT_KEY_DIFFERS') return null;
    throw thrown;
  }
}

async function openWith(request: KeyedRequest, key: LoadedKey): Promise<KeyedStore> {
  const keys = deriveKeys(key.master);
  const store = await openStore({
    path: request.databasePath,
    auditKey: keys.audit,
    clock: request.clock,
    create: request.create,
    readOnly: request.readOnly ?? 'no',
    openRetiredKey: (sealed) => openAuditKey(sealed, keys.vault),
    crash: crashPoint(request.environment),
  });
  return { store, key, keys };
}

function fail(problem: Problem): never {
  throw problem;
}
