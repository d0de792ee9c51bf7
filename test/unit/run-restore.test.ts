import { describe, expect, it } from 'vitest';
import { planDue } from '../../src/app/plan.ts';
import type { HeadFile } from '../../src/app/ports.ts';
import { move } from '../../src/app/posting-work.ts';
import { underLease } from '../../src/app/run.ts';
import { anOrder } from '../support/builders.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';

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

  it('takes every unfinished posting for doubtful before it does anything else', async () => {
    const made = await planningEngine();
    const { store, engine } = made;
    await observe(made, anOrder().line('COFFEE', '1').build());
    await planDue(engine);
    const [planned] = await store.postings({ states: ['pending'], limit: 1 });
    if (planned === undefined) throw new Error('the order is planned');
    const stage = { attempt: 1, handle: 'T1' };
    await store.movePostings(
      engine.fence,
      [move(planned, 'staged', { because: 'staged', patch: stage })],
      made.clock.now(),
    );
    await store.releaseLease(engine.fence);
    const headFile: HeadFile = { read: () => Promise.resolve(older), write: async () => {} };

    const states: string[] = [];
    await underLease({ ...engine, headFile, owner: 'cron' }, 'sync all', async () => {
      states.push((await store.posting(planned.key))?.state ?? 'none');
      return [];
    });

    expect(states).toEqual(['unknown']);
  });
});
