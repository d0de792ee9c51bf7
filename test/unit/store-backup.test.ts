import { existsSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backupDatabase } from '../../src/store/copy.ts';
import { examineDatabase } from '../../src/store/examination.ts';
import { freshPath, openTestStore, testAuditKey } from '../support/store-open.ts';

const t0 = 1_760_000_000_000;

describe('a backup of the database', () => {
  it('is of one moment, although others write all the while', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    const act = (text: string) =>
      store.act({ actor: 'ann', action: 'acted', detail: { text }, record: null, nowMs: t0 });
    // More pages than one step copies.
    for (let each = 0; each < 300; each += 1) await act('x'.repeat(40_000));
    const head = await store.auditHead();
    const later: Promise<void>[] = [];
    let steps = 0;

    await backupDatabase({
      fromPath: path,
      toPath: `${path}.copy`,
      progress() {
        steps += 1;
        later.push(act('meanwhile'));
      },
    });
    await Promise.all(later);

    expect(steps).toBeGreaterThan(1);
    expect((await store.auditHead()).seq).toBe(head.seq + steps);
    const copy = await openTestStore({ path: `${path}.copy` });
    expect(await copy.auditHead()).toEqual(head);
    expect(await copy.verifyAudit()).toEqual({ rows: head.seq, brokenAt: null });
  });

  it('is one file for its owner alone, sound by itself', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    await store.act({ actor: 'ann', action: 'acted', detail: {}, record: null, nowMs: t0 });

    await backupDatabase({ fromPath: path, toPath: `${path}.copy`, progress: () => {} });

    expect(statSync(`${path}.copy`).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.copy-wal`)).toBe(false);
    expect(examineDatabase(`${path}.copy`, testAuditKey).auditTail).toEqual({
      rows: 1,
      brokenAt: null,
    });
    expect(existsSync(`${path}.copy-wal`)).toBe(false);
  });

  it('ends when it is told to', async () => {
    const path = freshPath();
    await openTestStore({ path });
    const stopped = backupDatabase({
      fromPath: path,
      toPath: `${path}.copy`,
      progress() {
        throw new Error('stopped by a person');
      },
    });

    await expect(stopped).rejects.toThrow('stopped by a person');
  });
});
