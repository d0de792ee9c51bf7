import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createKeyFile, keyFromFile } from '../../src/runtime/key.ts';
import {
  completeRotation,
  nextKey,
  prepareNextKey,
  writeNewKey,
} from '../../src/runtime/key-rotation.ts';

const nowMs = Date.UTC(2026, 10, 23, 12);

function aKeyFile() {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-rotation-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'mlc.key');
  createKeyFile(file);
  return { folder, file, old: keyFromFile(file).master };
}

describe('the files of a key rotation', () => {
  it('end with the new key in place and the old one beside it, both for their owner only', () => {
    const { folder, file, old } = aKeyFile();

    const next = prepareNextKey(file, old);
    const kept = completeRotation({ file, old, next: next.master, nowMs });

    expect(keyFromFile(file).master).toEqual(next.master);
    expect(keyFromFile(kept).master).toEqual(old);
    expect(readdirSync(folder).sort()).toEqual(['mlc.key', 'mlc.key.until-2026-11-23']);
    expect([file, kept].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('of a second rotation on one day do not replace what the first one kept', () => {
    const { file, old } = aKeyFile();
    const first = prepareNextKey(file, old).master;
    completeRotation({ file, old, next: first, nowMs });

    const second = prepareNextKey(file, first).master;
    const kept = completeRotation({ file, old: first, next: second, nowMs });

    expect(kept).toBe(`${file}.until-2026-11-23-2`);
    expect(keyFromFile(`${file}.until-2026-11-23`).master).toEqual(old);
    expect(keyFromFile(kept).master).toEqual(first);
    expect(keyFromFile(file).master).toEqual(second);
  });

  it('take the key that an interrupted rotation has left, instead of another', () => {
    const { file, old } = aKeyFile();

    const left = prepareNextKey(file, old);
    const again = prepareNextKey(file, old);

    expect(again.master).toEqual(left.master);
    expect(again.master).not.toEqual(old);
  });

  it('appear whole or not at all, and leave nothing else behind', () => {
    const { folder, file, old } = aKeyFile();

    prepareNextKey(file, old);

    expect(readdirSync(folder).sort()).toEqual(['mlc.key', 'mlc.key.next']);
  });

  it('stop at what is no key, and leave it to a person', () => {
    const { file, old } = aKeyFile();
    writeFileSync(`${file}.next`, 'AAAA', { mode: 0o600 });

    expect(nextKey(file)).toBeNull();
    expect(() => prepareNextKey(file, old)).toThrow(
      expect.objectContaining({ code: 'KEY_MALFORMED' }),
    );
    expect(readFileSync(`${file}.next`, 'utf8')).toBe('AAAA');
  });

  it('of a present key that still waits are made anew', () => {
    const { file, old } = aKeyFile();
    writeFileSync(`${file}.next`, readFileSync(file), { mode: 0o600 });

    expect(prepareNextKey(file, old).master).not.toEqual(old);
  });

  it('may be put in place by two processes: the old key is kept once', () => {
    const { folder, file, old } = aKeyFile();
    const next = prepareNextKey(file, old).master;

    const kept = [1, 2].map(() => completeRotation({ file, old, next, nowMs }));

    expect(new Set(kept).size).toBe(1);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(keyFromFile(file).master).toEqual(next);
  });

  it('put in place the key that the database was opened with, whatever lies beside it', () => {
    const { file, old } = aKeyFile();
    const seen = prepareNextKey(file, old).master;
    rmSync(`${file}.next`);
    const later = prepareNextKey(file, old).master;

    completeRotation({ file, old, next: seen, nowMs });

    expect(keyFromFile(file).master).toEqual(seen);
    expect(nextKey(file)?.master).toEqual(later);
  });

  it('never replace a file that is there', () => {
    const { file } = aKeyFile();
    const text = readFileSync(file, 'utf8');

    expect(() => writeNewKey(file)).toThrow(expect.objectContaining({ code: 'KEY_EXISTS' }));
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(existsSync(`${file}.next`)).toBe(false);
  });
});
