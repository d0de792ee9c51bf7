import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createToldFile } from '../../src/runtime/told-file.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-told-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('when people were told that the database refuses', () => {
  it('is known to the next process, and forgotten by none', async () => {
    const path = join(aFolder(), 'mlc.db');

    expect(await createToldFile(path).toldAtMs()).toBeNull();
    await createToldFile(path).tell(1_700_000_000_000);

    expect(await createToldFile(path).toldAtMs()).toBe(1_700_000_000_000);
  });

  it('is kept elsewhere where nothing can be written beside the database', async () => {
    const folder = aFolder();
    const path = join(folder, 'mlc.db');
    // A folder of that name can hold no text, as a read-only disk cannot.
    mkdirSync(`${path}.told`);
    const elsewhere = aFolder();

    await createToldFile(path, elsewhere).tell(5);

    expect(await createToldFile(path, elsewhere).toldAtMs()).toBe(5);
    expect(await createToldFile(join(folder, 'other.db'), elsewhere).toldAtMs()).toBeNull();
  });
});
