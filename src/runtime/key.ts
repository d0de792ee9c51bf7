import { execFile } from 'node:child_process';
import { hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Problem } from '../core/problem.ts';
import type { Environment } from './environment.ts';

export const keyFileName = 'mlc.key';
const keyBytes = 32;
const commandTimeoutMs = 30_000;

export interface LoadedKey {
  /** 32 bytes; only for `deriveKeys`. */
  master: Uint8Array;
  /** Where it came from, for people: a variable, or the path of a file. */
  source: string;
  /** Its file, where it lies beside the configuration; null when it is given otherwise. */
  file: string | null;
}

/**
 * The master key, from the first of: MLC_KEY (base64 or hex), MLC_KEY_COMMAND (its output),
 * MLC_KEY_FILE, `mlc.key` in `configDir`. Throws Problem (`configuration`): `KEY_MISSING`,
 * `KEY_MALFORMED`, `KEY_FILE_EXPOSED`, `KEY_COMMAND_FAILED`.
 */
export async function loadKey(request: {
  environment: Environment;
  configDir: string;
}): Promise<LoadedKey> {
  const { environment, configDir } = request;
  if (environment.MLC_KEY) {
    const master = decodeKey(environment.MLC_KEY, 'MLC_KEY');
    return { master, source: 'MLC_KEY', file: null };
  }
  if (environment.MLC_KEY_COMMAND) {
    const text = await keyFromCommand(environment.MLC_KEY_COMMAND);
    const source = 'MLC_KEY_COMMAND';
    return { master: decodeKey(text, source), source, file: null };
  }
  if (environment.MLC_KEY_FILE) {
    return { ...keyFromFile(resolve(environment.MLC_KEY_FILE)), file: null };
  }
  return keyFromFile(join(configDir, keyFileName));
}

/** Throws Problem: `KEY_MISSING`, `KEY_UNREADABLE`, `KEY_MALFORMED`, `KEY_FILE_EXPOSED`. */
export function keyFromFile(path: string): LoadedKey {
  return { master: decodeKey(readKeyFile(path), path), source: path, file: path };
}

/** Writes a new random key, readable by its owner only; refuses to replace one (`KEY_EXISTS`). */
export function createKeyFile(path: string): void {
  try {
    writeFileSync(path, `${randomBytes(keyBytes).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (thrown) {
    if (errorCode(thrown) !== 'EEXIST') throw thrown;
    throw keyExists(path);
  }
}

export function keyExists(path: string): Problem {
  return problem({
    code: 'KEY_EXISTS',
    message: `There is a key in ${path} already.`,
    hint: 'Keep it: the stored credentials and the audit trail may open with no other.',
    evidence: { file: path },
  });
}

/** One key per purpose, so that what one of them leaks says nothing about the other. */
export function deriveKeys(master: Uint8Array): { vault: Uint8Array; audit: Uint8Array } {
  return { vault: derive(master, 'mlc/vault/v1'), audit: derive(master, 'mlc/audit/v1') };
}

function derive(master: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', master, new Uint8Array(0), purpose, keyBytes));
}

function decodeKey(given: string, source: string): Uint8Array {
  const text = given.trim();
  if (/^[0-9a-fA-F]{64}$/.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : null;
  if (bytes?.length === keyBytes) return new Uint8Array(bytes);
  throw problem({
    code: 'KEY_MALFORMED',
    message: `The key in ${source} is not 32 bytes in base64 or hex.`,
    hint: 'Give the key that mlc init wrote. A new one is made with: openssl rand -base64 32',
    evidence: { source, characters: String(text.length) },
  });
}

function readKeyFile(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (thrown) {
    const absent = errorCode(thrown) === 'ENOENT';
    throw problem({
      code: absent ? 'KEY_MISSING' : 'KEY_UNREADABLE',
      message: absent ? `There is no key file ${path}.` : `The key file ${path} cannot be read.`,
      hint: [
        'Put the key there, or give it in MLC_KEY, MLC_KEY_FILE or MLC_KEY_COMMAND.',
        'A new installation makes one with: mlc init',
      ].join(' '),
      evidence: { file: path, reason: errorCode(thrown) },
    });
  }
  try {
    // Asked of the open file, so that it cannot be swapped between the check and the read.
    const mode = fstatSync(descriptor).mode & 0o777;
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw exposed(path, mode);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function exposed(path: string, mode: number): Problem {
  return problem({
    code: 'KEY_FILE_EXPOSED',
    message: `Others than its owner may open the key file ${path}.`,
    hint: `Close it with: chmod 600 ${path}`,
    evidence: { file: path, mode: mode.toString(8).padStart(4, '0') },
  });
}

/** Runs without a shell, so that nothing in the variable can start a second program. */
async function keyFromCommand(command: string): Promise<string> {
  const [program, ...parameters] = splitCommand(command);
  if (program === undefined) throw commandFailed(command, 'it is empty');
  try {
    const { stdout } = await promisify(execFile)(program, parameters, {
      timeout: commandTimeoutMs,
      maxBuffer: 64 * 1024,
      windowsHide: true,
    });
    return stdout;
  } catch (thrown) {
    // Neither its output nor the whole error goes on: the key could be in it.
    throw commandFailed(program, `it ended with ${errorCode(thrown) || 'an error'}`);
  }
}

/** Splits at spaces; quotes keep a part together. */
export function splitCommand(command: string): string[] {
  const parts = command.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return parts.map((part) =>
    part.replace(/"([^"]*)"|'([^']*)'/g, (_all, double?: string, single?: string) => {
      return double ?? single ?? '';
    }),
  );
}

function commandFailed(program: string, reason: string): Problem {
  return problem({
    code: 'KEY_COMMAND_FAILED',
    message: `MLC_KEY_COMMAND (${program}) did not give a key: ${reason}.`,
    hint: [
      'Run the command by hand; it must print the key and nothing else within 30 s.',
      'No shell is used: pipes and variables do not work.',
    ].join(' '),
    evidence: { program },
  });
}

function problem(details: {
  code: string;
  message: string;
  hint: string;
  evidence: Record<string, string>;
}): Problem {
  return new Problem({ ...details, kind: 'configuration' });
}

function errorCode(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return String(thrown.code);
}
