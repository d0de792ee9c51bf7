/** Rotation of the key: files and database, in an order that survives a crash at any point. */
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '../core/problem.ts';
import { crashPoint } from '../runtime/crash-point.ts';
import { deriveKeys, type LoadedKey } from '../runtime/key.ts';
import { completeRotation, prepareNextKey, writeNewKey } from '../runtime/key-rotation.ts';
import { openAuditKey, reseal, sealAuditKey } from '../runtime/vault.ts';
import { usageProblem } from './command-options.ts';
import type { CommandContext } from './command-spec.ts';
import { asKeyPlacer, type KeyedStore, openKeyed } from './compose-key.ts';
import { configDirOf, configOf } from './compose-workspace.ts';

export interface RotationReport {
  /** How many credentials were sealed anew. */
  sealed: number;
  /** Where the new key is. */
  keyFile: string;
  /** Where the old one is kept; null where it was not in a file of ours. */
  oldKeyFile: string | null;
  /** The variable that still gives the old key and must be changed; null when nothing must. */
  variable: string | null;
}

/**
 * New key on disk, then the database in one transaction, then the new key in the old one's place
 * (see `openKeyed` for what heals a crash in between). Throws Problem: `LEASE_HELD` while another
 * process is at work, `KEY_EXISTS`, `USAGE`.
 */
export async function rotateKey(
  context: CommandContext,
  request: { to: string | null },
): Promise<RotationReport> {
  const config = await configOf(context);
  const opened = await openKeyed({
    environment: context.environment,
    clock: context.clock,
    configDir: configDirOf(context, config),
    databasePath: config.database,
    create: 'no',
    heal: 'yes',
  });
  try {
    const { file } = opened.key;
    const { to } = request;
    if (file === null) {
      if (to === null) throw targetMissing(opened.key);
      return await rotateInto(context, opened, resolve(context.cwd, to));
    }
    if (to === null) return await rotateInPlace(context, opened, file);
    throw usageProblem(
      `--to is for keys that are given by a variable; this one is in ${file}`,
      'mlc credentials rotate-key',
    );
  } finally {
    await opened.store.close();
  }
}

async function rotateInPlace(
  context: CommandContext,
  opened: KeyedStore,
  file: string,
): Promise<RotationReport> {
  const crash = crashPoint(context.environment);
  const old = opened.key.master;
  const next = prepareNextKey(file, old);
  crash('rotate-key-written');
  const sealed = await changeDatabase(context, opened, next);
  crash('rotate-key-committed');
  const oldKeyFile = await placeKey(context, opened, { file, old, next: next.master });
  crash('rotate-key-renamed');
  return { sealed, keyFile: file, oldKeyFile, variable: null };
}

/** Another process that met the change may be placing the same key just now: then after it. */
async function placeKey(
  { clock, stop }: CommandContext,
  { store }: KeyedStore,
  step: { file: string; old: Uint8Array; next: Uint8Array },
): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const nowMs = clock.now();
    const kept = await asKeyPlacer(store, clock, () => completeRotation({ ...step, nowMs }));
    if (kept !== null) return kept;
    if (tries >= placeTriesMax) throw placeTaken(step.file);
    await clock.sleep(placePauseMs, stop);
  }
}

const placeTriesMax = 200;
const placePauseMs = 200;

function placeTaken(file: string): Problem {
  return new Problem({
    code: 'LEASE_HELD',
    kind: 'retryable',
    message: `the key was rotated, and another process is putting it in place: ${file}`,
    hint: 'Nothing is lost: the next command finishes it by itself.',
    evidence: { file },
  });
}

/** Whoever set the variable must change it: the old key opens nothing from then on. */
async function rotateInto(
  context: CommandContext,
  opened: KeyedStore,
  path: string,
): Promise<RotationReport> {
  const crash = crashPoint(context.environment);
  const next = writeNewKey(path);
  crash('rotate-key-written');
  let sealed: number;
  try {
    sealed = await changeDatabase(context, opened, next);
  } catch (thrown) {
    // A refusal has changed nothing; after anything else the key may be the one that fits.
    if (thrown instanceof Problem && refusals.has(thrown.code)) rmSync(path);
    throw thrown;
  }
  crash('rotate-key-committed');
  return { sealed, keyFile: path, oldKeyFile: null, variable: variableOf(context) };
}

const refusals = new Set(['LEASE_HELD', 'AUDIT_KEY_DIFFERS', 'VAULT_KEY_WRONG', 'VAULT_DAMAGED']);

async function changeDatabase(
  context: CommandContext,
  opened: KeyedStore,
  next: LoadedKey,
): Promise<number> {
  const from = opened.keys;
  const to = deriveKeys(next.master);
  const { sealed } = await opened.store.rotateKeys({
    resealed: (name, bytes) => reseal({ name, sealed: bytes, from: from.vault, to: to.vault }),
    newAuditKey: to.audit,
    oldAuditKeySealed: sealAuditKey(from.audit, to.vault),
    resealOldAuditKeys: (bytes) => sealAuditKey(openAuditKey(bytes, from.vault), to.vault),
    actor: context.global.actor,
    nowMs: context.clock.now(),
  });
  return sealed;
}

function variableOf({ environment }: CommandContext): string {
  if (environment.MLC_KEY) return 'MLC_KEY';
  return environment.MLC_KEY_COMMAND ? 'MLC_KEY_COMMAND' : 'MLC_KEY_FILE';
}

function targetMissing(key: LoadedKey): Problem {
  return usageProblem(
    `the key is given by ${key.source}, which mlc cannot change; say with --to FILE where to write the new one`,
    'mlc credentials rotate-key',
  );
}
