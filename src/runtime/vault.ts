import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Clock, Secrets, Store } from '../app/ports.ts';
import { Problem } from '../core/problem.ts';
import type { Environment } from './environment.ts';

/**
 * A sealed secret: version (1 byte), key id (8), nonce (12), tag (16), ciphertext. The name is
 * authenticated with it, so that one record cannot be passed off as another.
 */
const version = 1;
const keyIdBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + keyIdBytes + nonceBytes + tagBytes;

type SealedStore = Pick<Store, 'sealed' | 'putSealed' | 'sealedNames' | 'removeSealed'>;

export interface SecretEntry {
  name: string;
  /** Null when it comes from the environment. */
  updatedAtMs: number | null;
  from: 'vault' | 'environment';
}

export interface Vault extends Secrets {
  /** Names only; no value is opened. */
  list(): Promise<SecretEntry[]>;
  /** False when nothing was stored under this name. The act is told in the audit trail. */
  remove(name: string, actor: string): Promise<boolean>;
}

/**
 * Credentials by name. `MLC_SECRET_…` in the environment wins over what is stored. Everything read
 * or written is given to `register`, so that it can be redacted. Throws Problem (`configuration`):
 * `VAULT_KEY_WRONG`, `VAULT_DAMAGED`, `SECRET_NAME_INVALID`.
 */
export function createVault(settings: {
  store: SealedStore;
  key: Uint8Array;
  clock: Pick<Clock, 'now'>;
  environment: Environment;
  register: (secret: string, slot: string) => void;
}): Vault {
  const { store, key, clock, environment } = settings;
  return {
    async read(name) {
      const given = environment[variableName(checkName(name))];
      const sealed = given ? null : await store.sealed(name);
      const value = given || (sealed === null ? null : open({ name, sealed, key }));
      if (value !== null) registerParts({ name, value }, settings.register);
      return value;
    },
    async write(name, value, act) {
      registerParts({ name, value }, settings.register);
      const sealed = seal({ name, value, key });
      await store.putSealed(checkName(name), sealed, clock.now(), act);
    },
    async list() {
      const stored = await store.sealedNames();
      const shadowed = new Set(stored.map(({ name }) => variableName(name)));
      const kept = stored.map(({ name, updatedAtMs }): SecretEntry => {
        const given = environment[variableName(name)];
        return given
          ? { name, updatedAtMs: null, from: 'environment' }
          : { name, updatedAtMs, from: 'vault' };
      });
      const others = Object.keys(environment)
        .filter((name) => name.startsWith('MLC_SECRET_') && environment[name])
        .filter((name) => !shadowed.has(name))
        .map((name): SecretEntry => ({ name, updatedAtMs: null, from: 'environment' }));
      return [...kept, ...others];
    },
    remove: (name, actor) => store.removeSealed(checkName(name), actor, clock.now()),
  };
}

/** The same secret sealed with another key. Throws Problem as reading it would. */
export function reseal(secret: {
  name: string;
  sealed: Uint8Array;
  from: Uint8Array;
  to: Uint8Array;
}): Uint8Array {
  const { name, sealed, from, to } = secret;
  return seal({ name, value: open({ name, sealed, key: from }), key: to });
}

/** No credential can have this name: it begins with a capital. */
const auditKeyName = 'Audit-key';

/** An audit key that is no longer used, kept to check what was written with it. */
export function sealAuditKey(auditKey: Uint8Array, key: Uint8Array): Uint8Array {
  return seal({ name: auditKeyName, value: Buffer.from(auditKey).toString('base64'), key });
}

/** Throws Problem: `VAULT_KEY_WRONG`, `VAULT_DAMAGED`. */
export function openAuditKey(sealed: Uint8Array, key: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.from(open({ name: auditKeyName, sealed, key }), 'base64'));
}

/** `shipbob.clientSecret` → `MLC_SECRET_SHIPBOB_CLIENT_SECRET` */
export function variableName(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[.-]/g, '_');
  return `MLC_SECRET_${words.toUpperCase()}`;
}

function checkName(name: string): string {
  if (/^[a-z][A-Za-z0-9.-]{0,63}$/.test(name)) return name;
  throw new Problem({
    code: 'SECRET_NAME_INVALID',
    kind: 'configuration',
    message: `${JSON.stringify(name)} cannot be the name of a credential.`,
    hint: 'Begin with a lower-case letter; then letters, digits, dots and dashes, as in shipbob.token.',
  });
}

function seal(details: { name: string; value: string; key: Uint8Array }): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', details.key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associated(details.name));
  const body = Buffer.concat([cipher.update(details.value, 'utf8'), cipher.final()]);
  const head = Buffer.concat([Buffer.from([version]), keyId(details.key), nonce]);
  return new Uint8Array(Buffer.concat([head, cipher.getAuthTag(), body]));
}

function open(details: { name: string; sealed: Uint8Array; key: Uint8Array }): string {
  const { name, key } = details;
  const sealed = Buffer.from(details.sealed);
  if (sealed.length < headBytes || sealed[0] !== version) throw damaged(name);
  if (!isSealedWith(sealed, key)) throw wrongKey(name);
  const nonce = sealed.subarray(1 + keyIdBytes, 1 + keyIdBytes + nonceBytes);
  const tag = sealed.subarray(1 + keyIdBytes + nonceBytes, headBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(associated(name));
  decipher.setAuthTag(tag);
  try {
    const body = sealed.subarray(headBytes);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch {
    throw damaged(name);
  }
}

function associated(name: string): Buffer {
  return Buffer.from(`mlc/secret/${version}/${name}`, 'utf8');
}

/** Tells a wrong key from a damaged record; it says nothing about the key itself. */
function keyId(key: Uint8Array): Buffer {
  return createHmac('sha256', key).update('mlc/key-id').digest().subarray(0, keyIdBytes);
}

function isSealedWith(sealed: Uint8Array, key: Uint8Array): boolean {
  return keyId(key).equals(sealed.subarray(1, 1 + keyIdBytes));
}

/** Parts of a credential file that are not secret, and that would blank out whole logs. */
const secretPart = /secret|token|passw|private|^(cs|sask|saak)$/i;

/** A credential file is JSON: its secret fields travel one by one, never as the whole text. */
function registerParts(
  secret: { name: string; value: string },
  register: (secret: string, slot: string) => void,
): void {
  const parts = Object.entries(parseObject(secret.value) ?? {}).flatMap(([part, value]) =>
    typeof value === 'string' && secretPart.test(part) ? [{ part, value }] : [],
  );
  if (parts.length === 0) register(secret.value, secret.name);
  for (const { part, value } of parts) register(value, `${secret.name}/${part}`);
}

function parseObject(text: string): object | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}

function wrongKey(name: string): Problem {
  return new Problem({
    code: 'VAULT_KEY_WRONG',
    kind: 'configuration',
    message: `The credential ${name} was sealed with another key.`,
    hint: [
      'Give the key that was used then (mlc.key, MLC_KEY, MLC_KEY_FILE or MLC_KEY_COMMAND),',
      'or enter the credential again with: mlc credentials set',
    ].join(' '),
    evidence: { credential: name },
  });
}

function damaged(name: string): Problem {
  return new Problem({
    code: 'VAULT_DAMAGED',
    kind: 'configuration',
    message: `The stored credential ${name} is damaged: its seal does not match.`,
    hint: 'Enter it again with: mlc credentials set — or restore the database from a backup.',
    evidence: { credential: name },
  });
}
