/** A store with the whole story of one order in it. */
import { emptyCounts } from '../../src/app/engine.ts';
import type { Fence } from '../../src/app/ports.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { freshPath, openTestStore, takeLease } from './store-open.ts';
import { aMove, anIntent, anOrder, aPlanOf, aShipment, plannedOrder } from './store-record.ts';

const t0 = 1_760_000_000_000;
const order1 = { kind: 'order', id: '1' } as const;
/** Stands in what was sent. */
export const secret = 'Ada Example, 1 Main Street';

/** A store in which one order was posted, and its run finished. */
export async function worked(
  path = freshPath(),
): Promise<{ store: OpenedStore; path: string; fence: Fence }> {
  const store = await openTestStore({ path });
  const fence = await takeLease(store, { nowMs: t0 });
  const record = anOrder('1', {
    referenceId: 'shop-17',
    orderNumber: '#1001',
    shipments: [aShipment('5')],
  });
  const page = { stream: 'orders', nowMs: t0, unreadable: [], checkpointMs: null };
  await store.saveObservations(fence, { ...page, observations: [{ record, startedAtMs: t0 }] });
  const planned = plannedOrder('SB1');
  await store.savePlans(
    fence,
    [await aPlanOf(store, order1, { put: [planned], decisions: ['post'] })],
    t0,
  );
  const posting = await store.posting(planned.key);
  if (posting === null) throw new Error('there is a posting');
  const staged = { patch: { attempt: 1, handle: 'H1' } };
  await store.movePostings(fence, [aMove(posting, 'staged', staged)], t0);
  const held = { ...posting, ...staged.patch };
  await store.movePostings(fence, [aMove({ ...held, state: 'staged' }, 'committing')], t0);
  const intent = anIntent(held, 'commit', { request: { name: secret } });
  await store.recordIntents(fence, [intent], t0);
  const { postingId, key, call, request } = intent;
  const exchange = { postingId, key, call, request, step: 'commit' as const };
  await store.recordExchanges(
    fence,
    [{ ...exchange, outcome: 'ok', answer: { order: '0010001' }, durationMs: 12 }],
    t0,
  );
  const reference = { number: '0010001', detail: {} };
  const posted = aMove({ ...held, state: 'committing' }, 'posted', { patch: { reference } });
  await store.movePostings(fence, [posted], t0);
  await store.finishRun(fence, { nowMs: t0, exitCode: 0, outcome: 'done', counts: emptyCounts() });
  return { store, path, fence };
}
