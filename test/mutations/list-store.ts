import { type Mutation, mutation } from './mutation.ts';

/** What the store alone makes sure of. */
export const storeMutations: readonly Mutation[] = [
  mutation({
    name: 'skip-the-lease',
    harm: 'A run that was taken over goes on writing beside its successor.',
    file: 'src/store/session.ts',
    from: 'await assertFence(db, fence);',
    to: 'void assertFence;',
    caughtBy: [
      'test/unit/store-lease.test.ts',
      'the lease',
      'stops the writes of a holder that was taken over, and leaves no trace of them',
    ],
  }),
  mutation({
    name: 'give-the-lease-to-everybody',
    harm: 'Two engines post from one outbox at the same time.',
    file: 'src/store/lease.ts',
    from: `if (nowMs < expiresAtMs) return { held: 'no', by: lease.owner, expiresAtMs };`,
    to: 'void expiresAtMs;',
    caughtBy: ['test/unit/store-lease.test.ts', 'the lease', 'is held by one owner at a time'],
  }),
  mutation({
    name: 'synchronous-normal',
    harm: 'A power cut takes the newest commits: a handed-over commit is forgotten and made again.',
    file: 'src/store/database.ts',
    from: `handle.pragma('synchronous = full');
  assert(
    handle.pragma('synchronous', { simple: true }) === 2,
    'the database syncs at every commit',
  );`,
    to: `handle.pragma('synchronous = normal');`,
    caughtBy: [
      'test/unit/store-open.test.ts',
      'opening a store',
      'syncs at every commit, also once the file was read and written',
    ],
  }),
  mutation({
    name: 'move-without-compare-and-set',
    harm: 'Two processes that read the same row both commit it.',
    file: 'src/store/move.ts',
    from: 'if (before.state !== state || before.attempt !== attempt) return false;',
    to: 'void [state, attempt];',
    caughtBy: [
      'test/unit/store-posting.test.ts',
      'a move',
      'is applied only from the state and attempt that were expected',
    ],
  }),
  mutation({
    name: 'intend-any-handle',
    harm: 'A handle that the row does not hold, of an older attempt, is handed to a commit.',
    file: 'src/store/intent.ts',
    from: 'if (held) return;',
    to: 'if (held || intent.handle !== null) return;',
    caughtBy: [
      'test/unit/store-posting.test.ts',
      'the write-ahead book',
      'takes a commit only for the handle the row holds',
    ],
  }),
  mutation({
    name: 'checkpoint-with-the-first-page',
    harm: 'A sweep that breaks off after its first page is never finished: rows are lost.',
    file: 'src/app/ingest.ts',
    from: 'const checkpointMs = finished && window ? window.toMs : null;',
    to: 'const checkpointMs = window ? window.toMs : null;',
    caughtBy: [
      'test/unit/ingest.test.ts',
      'a sweep that breaks off',
      'keeps what it has read and leaves the checkpoint where it was',
    ],
  }),
  mutation({
    name: 'checkpoint-before-storing',
    harm: 'A crash between checkpoint and page loses the page for good.',
    file: 'src/app/ingest.ts',
    from: '  const checkpointMs = page.pagesLeft === 0 ? window.toMs : null;',
    to: '  const checkpointMs = window.toMs;',
    caughtBy: [
      'test/unit/ingest.test.ts',
      'a sweep that breaks off',
      'keeps what it has read and leaves the checkpoint where it was',
    ],
  }),
  mutation({
    name: 'freeze-a-charge-twice',
    harm: 'A fulfilment charge is booked in two journals.',
    file: 'src/store/journal-entry.ts',
    from: `      where journal_key is null and charge_id in \${valuesOf(chargeIds)}
        and charge_id not in`,
    to: `      where charge_id in \${valuesOf(chargeIds)}
        and charge_id not in`,
    caughtBy: [
      'test/unit/store-plan.test.ts',
      'journal entries',
      'are frozen into one journal and no other',
    ],
  }),
];
