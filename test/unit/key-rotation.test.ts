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

  it('do not take a key that was not written whole', () => {
    const { file, old } = aKeyFile();
    writeFileSync(`${file}.next`, 'AAAA', { mode: 0o600 });

    const found = nextKey(file);
    const next = prepareNextKey(file, old);

    expect(found).toBeNull();
    expect(next.master).toHaveLength(32);
    expect(nextKey(file)?.master).toEqual(next.master);
  });

  it('may be put in place by two processes: the old key is kept once', () => {
    const { folder, file, old } = aKeyFile();
    const next = prepareNextKey(file, old).master;

    const kept = [1, 2].map(() => completeRotation({ file, old, next, nowMs }));

    expect(new Set(kept).size).toBe(1);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(keyFromFile(file).master).toEqual(next);
  });

  it('fail when neither key is in place at the end', () => {
    const { file, old } = aKeyFile();
    const lost = new Uint8Array(32).fill(5);

    expect(() => completeRotation({ file, old, next: lost, nowMs })).toThrow(/ENOENT/);
    expect(keyFromFile(file).master).toEqual(old);
  });

  it('never replace a file that is there', () => {
    const { file } = aKeyFile();
    const text = readFileSync(file, 'utf8');

    expect(() => writeNewKey(file)).toThrow(expect.objectContaining({ code: 'KEY_EXISTS' }));
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(existsSync(`${file}.next`)).toBe(false);
  });
});
