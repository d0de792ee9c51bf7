/**
 * What a child process does to a store: `open` opens it once; `commit` makes `count` durable commits;
 * `map` maps one source `count` times. It says `ready`, and begins when its input ends, so that many
 * can begin at the same moment. It is run through Vite's module runner, since Node 20 does not read
 * TypeScript.
 */
import { openStore } from '../../src/store/open.ts';
import { handClock, takeLease, testAuditKey } from './store-process.ts';

export async function runChild(path: string, task: string, count: number): Promise<void> {
  process.stdout.write('ready\n');
  for await (const _ of process.stdin);
  const clock = handClock();
  const store = await openStore({ path, auditKey: testAuditKey, clock, create: 'yes' });
  if (task === 'commit') {
    const fence = await takeLease(store);
    for (let index = 0; index < count; index += 1) {
      await store.saveObservations(fence, {
        stream: 'orders',
        nowMs: clock.now(),
        observations: [],
        unreadable: [],
        checkpointMs: index + 1,
      });
    }
  }
  if (task === 'map') {
    for (let index = 0; index < count; index += 1) {
      const target = { kind: 'customer', code: `C${process.pid}${index}` } as const;
      const draft = {
        list: 'customers',
        source: 'a@b.example',
        validFromMs: null,
        validToMs: null,
      };
      const act = { actor: `pid ${process.pid}`, because: null, nowMs: clock.now() + index };
      await store.setMapping({ ...draft, target }, act);
    }
  }
  await store.close();
  process.stdout.write(`done ${task}\n`);
}
