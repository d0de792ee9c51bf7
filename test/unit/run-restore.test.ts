import { describe, expect, it } from 'vitest';
import type { HeadFile } from '../../src/app/ports.ts';
import { underLease } from '../../src/app/run.ts';
import { planningEngine } from '../support/planning-engine.ts';

type Head = Awaited<ReturnType<HeadFile['read']>>;

const older: Head = { databaseId: 'another', seq: 9000, mac: 'f'.repeat(64), atMs: 1 };

describe('a run on a restored database', () => {
  it('that ends before it has looked at the head leaves it for the next one to see', async () => {
    const made = await planningEngine();
    await made.store.releaseLease(made.engine.fence);
    let kept: Head = older;
    let readable: 'no' | 'yes' = 'no';
    const headFile: HeadFile = {
      read: () => (readable === 'yes' ? Promise.resolve(kept) : Promise.reject(new Error('EIO'))),
      async write(head) {
        kept = head;
      },
    };
    const parts = { ...made.engine, headFile, owner: 'cron' };

    const first = await underLease(parts, 'sync all', () => Promise.resolve([]));
    readable = 'yes';
    const second = await underLease(parts, 'sync all', () => Promise.resolve([]));

    expect(first.troubles).toHaveLength(1);
    expect(second.restored).toBe('restored');
    expect(kept.seq).toBe(second.auditHead.seq);
  });
});
