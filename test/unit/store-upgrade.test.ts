/**
 * Databases of every released level, made by the migrations of that level alone: the newest program
 * takes each of them over with what is in it, and the one before refuses what it would not understand.
 */
import { describe, expect, it } from 'vitest';
import { openHandle } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { freshPath, handClock, openTestStore, takeLease } from '../support/store-open.ts';

const migrations = readMigrations();
const levels = migrations.slice(0, -1).map((_, index) => index + 1);

function migrateTo(path: string, level: number): void {
  const handle = openHandle({ path, create: 'yes', readOnly: 'no' });
  try {
    const known = migrations.slice(0, level);
    migrate(handle, { path, migrations: known, nowMs: 0, readOnly: 'no' });
  } finally {
    handle.close();
  }
}

/** What a run of the first release had left: a checkpoint, and a posting in its commit. */
function leaveWork(path: string): void {
  const handle = openHandle({ path, create: 'no', readOnly: 'no' });
  try {
    handle.exec(`
      insert into checkpoint (stream, swept_to_ms, updated_at_ms) values ('orders', 123, 456);
      insert into posting (key, kind, state, record_kind, record_id, document_json, document_hash,
        dependency_posted, attempt, handle, handed_to_commit, commit_fence, adopted,
        next_attempt_at_ms, failures, negative_lookups_json, created_at_ms, updated_at_ms)
      values ('SB1', 'salesOrder', 'committing', 'order', '1', '{"kind":"salesOrder"}', 'hash',
        1, 1, 'T1', 1, 0, 0, 0, 0, '[]', 1, 1);`);
  } finally {
    handle.close();
  }
}

describe('a database of an earlier release', () => {
  it.each(levels)('(level %i) is upgraded with what is in it', async (level) => {
    const path = freshPath();
    migrateTo(path, level);
    leaveWork(path);

    const store = await openTestStore({ path });
    const fence = await takeLease(store);
    const nowMs = handClock().now();
    const [work] = await store.postingsDoubtful({ fence, nowMs, limit: 10 });

    expect(await store.checkpoint('orders')).toBe(123);
    expect(work?.posting).toMatchObject({ key: 'SB1', state: 'committing', handle: 'T1' });
    expect(await store.verifyAudit()).toMatchObject({ brokenAt: null });
  });

  it.each(levels)('(level %i) opens a newer one only if nothing breaks it', (level) => {
    const path = freshPath();
    migrateTo(path, migrations.length);
    const breaks = migrations.slice(level).some(({ breaking }) => breaking === 'yes');

    const opened = () => migrateTo(path, level);

    if (breaks) {
      expect(opened).toThrow(
        expect.objectContaining({ code: 'DATABASE_NEWER', hint: expect.stringContaining('mlc') }),
      );
    } else expect(opened).not.toThrow();
  });
});
