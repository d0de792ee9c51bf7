import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NotedHead } from '../../src/app/ports.ts';
import { freshPath, openTestStore, takeLease } from '../support/store-open.ts';
import { aFlag, anOrder, anOutcome } from '../support/store-record.ts';

const t0 = 1_760_000_000_000;

/** A file with rows of a run and of people, some with bodies, folded into one file. */
async function trail(): Promise<{ path: string; head: NotedHead }> {
  const path = freshPath();
  const store = await openTestStore({ path });
  const fence = await takeLease(store, { nowMs: t0 });
  const key = { kind: 'order', id: '1' } as const;
  await store.saveObservations(fence, {
    stream: 'orders',
    nowMs: t0,
    observations: [{ record: anOrder('1'), startedAtMs: t0 }],
    unreadable: [],
    checkpointMs: null,
  });
  const flags = [aFlag('UNKNOWN_ITEM', 'item:TÉA')];
  const [due] = await store.casesDue(1);
  await store.savePlans(fence, [anOutcome(key, due?.stored.contentHash ?? '', { flags })], t0);
  const [flag] = await store.flags({
    codes: null,
    kinds: null,
    ids: null,
    state: 'open',
    limit: 1,
  });
  const by = { actor: 'ann', nowMs: t0 };
  await store.careForFlags([flag?.id ?? 0], { do: 'note', text: 'naïve – asked' }, by);
  await store.careForFlags([flag?.id ?? 0], { do: 'ignore', because: 'later', untilMs: null }, by);
  await store.tidyFile('whole');
  const head = { ...(await store.auditHead()), by: 'an anchor' };
  await store.close();
  return { path, head };
}

/** Where the pages lie that hold the rows of these tables, as bytes from the file's beginning. */
function bytesOf(path: string): number[] {
  const database = new Database(path, { readonly: true });
  const pageSize = Number(database.pragma('page_size', { simple: true }));
  const pages = database
    .prepare<[], number>(
      `select rootpage from sqlite_schema where type = 'table' and name in ('audit', 'audit_body')`,
    )
    .pluck()
    .all();
  database.close();
  return pages.flatMap((page) =>
    Array.from({ length: pageSize }, (_, index) => (page - 1) * pageSize + index),
  );
}

/** What the rows say; null where they cannot be read. */
function said(path: string): Record<string, unknown>[] | null {
  const database = new Database(path, { readonly: true });
  try {
    return database
      .prepare<[], Record<string, unknown>>(
        'select audit.*, body from audit left join audit_body using (seq) order by seq',
      )
      .all();
  } catch {
    return null;
  } finally {
    database.close();
  }
}

/** A body that is gone is as one that was purged: the chain cannot tell. */
function isSame(before: Record<string, unknown>[], after: ReturnType<typeof said>): boolean {
  if (after?.length !== before.length) return false;
  return before.every((row, index) => {
    const now = after[index];
    const purged = now?.body === null ? { ...row, body: null } : row;
    return isDeepStrictEqual(purged, now);
  });
}

/** With an anchor: a count in a page’s head can cut the newest row off. */
async function verdict(path: string, head: NotedHead): Promise<'sound' | 'found'> {
  try {
    const store = await openTestStore({ path });
    const { broken } = await store.proveAudit({ noted: [head], progress: () => {} });
    await store.close();
    return broken === null ? 'sound' : 'found';
  } catch {
    return 'found';
  }
}

describe('the proof of the audit trail', () => {
  it('finds every byte of the file whose change makes the rows say something else', async () => {
    const { path, head } = await trail();
    const before = said(path) ?? [];
    const whole = readFileSync(path);
    const changed = freshPath();
    const tally = { found: 0, unused: 0 };

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...bytesOf(path).filter((at) => whole[at] !== 0)),
        fc.integer({ min: 1, max: 255 }),
        async (at, difference) => {
          const bytes = Buffer.from(whole);
          bytes[at] = (bytes[at] ?? 0) ^ difference;
          writeFileSync(changed, bytes);
          if (isSame(before, said(changed))) {
            tally.unused += 1;
            return;
          }
          tally.found += 1;
          expect(await verdict(changed, head)).toBe('found');
        },
      ),
      { numRuns: 400 },
    );

    expect(tally.found).toBeGreaterThan(100);
  }, 120_000);
});
