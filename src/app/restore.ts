import type { Clock, Fence, HeadFile, Log, Store } from './ports.ts';

/**
 * Notices a restored or replaced database (design §2.6): the head file remembers more than the
 * database does, or something else. Then every unfinished posting counts as doubtful, so that
 * nothing is committed before Infor was asked for it.
 */
export async function noticeRestore(work: {
  store: Store;
  fence: Fence;
  headFile: HeadFile;
  clock: Clock;
  log: Log;
}): Promise<'restored' | 'asExpected'> {
  const { store, fence, clock, log } = work;
  const copy = await work.headFile.read();
  const databaseId = await store.meta('databaseId');
  const head = await store.auditHead();
  const why = difference(copy, {
    databaseId,
    ...head,
    macAtCopy: copy ? await store.auditMacAt(copy.seq) : null,
  });
  if (why === null) return 'asExpected';
  const nowMs = clock.now();
  const doubtful = await store.distrustUnfinished(fence, nowMs);
  await store.act({
    actor: 'mlc',
    action: 'restore-noticed',
    record: null,
    detail: { why, doubtful, rememberedRow: copy?.seq ?? 0, databaseRow: head.seq },
    nowMs,
  });
  log.warn(`this database was restored or replaced: ${why}`, { doubtful });
  // No look-up finds what a person entered: it carries no key of ours.
  log.warn(
    'numbers of hand bookings, ignored flags and mappings of after the backup are lost; say them again, or what they held back is posted',
  );
  return 'restored';
}

function difference(
  copy: { databaseId: string; seq: number; mac: string } | null,
  database: { databaseId: string | null; seq: number; macAtCopy: string | null },
): string | null {
  if (copy === null) {
    // The rows of the run that is just starting do not count as history.
    return database.seq > firstRunRowsMax ? 'no copy of the audit head lies beside it' : null;
  }
  if (copy.databaseId !== database.databaseId)
    return 'the audit head beside it belongs to another database';
  if (copy.seq > database.seq) return 'it is older than the audit head beside it';
  if (copy.mac !== database.macAtCopy) return 'its audit log differs from the head beside it';
  return null;
}

/** Rows that `init`, storing credentials and taking the lease write before any head was copied. */
const firstRunRowsMax = 50;

export async function keepHead(work: {
  store: Store;
  headFile: HeadFile;
  clock: Clock;
}): Promise<void> {
  const head = await work.store.auditHead();
  const databaseId = await work.store.meta('databaseId');
  if (databaseId === null || head.seq === 0) return;
  await work.headFile.write({ databaseId, seq: head.seq, mac: head.mac, atMs: work.clock.now() });
}
