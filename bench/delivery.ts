/** What the store does for each document on its way, with nobody at the other end. */
import type { Exchange, Fence, Move, Store, WriteIntent } from '../src/app/ports.ts';
import type { OrderRecord, PlannedDocument, Posting } from '../src/core/glossary.ts';
import { calendarDay, externalKey } from '../src/core/schema.ts';

/** One sales order for each record that is due. Answers how many. */
export async function planAll(store: Store, fence: Fence, limit: number): Promise<number> {
  let planned = 0;
  for (;;) {
    const cases = await store.casesDue(limit, []);
    if (cases.length === 0) return planned;
    const outcomes = cases.flatMap(({ stored }) =>
      stored.record?.kind === 'order'
        ? [
            {
              key: stored.key,
              contentHash: stored.contentHash,
              ...{ adopt: [], withdraw: [], flags: [], entry: null, ignores: [] },
              decisions: ['planned by the bench'],
              put: [salesOrderOf(stored.record)],
            },
          ]
        : [],
    );
    await store.savePlans(fence, outcomes, Date.now());
    planned += outcomes.length;
  }
}

function salesOrderOf(order: OrderRecord): PlannedDocument {
  const day = calendarDay('2026-11-03');
  return {
    key: externalKey(`SB${order.id}`),
    document: {
      kind: 'salesOrder',
      customer: 'WEB001',
      orderType: 'C01',
      facility: 'A01',
      warehouse: 'CIC',
      currency: null,
      orderedOn: day,
      requestedOn: day,
      orderNumber: order.orderNumber,
      responsible: null,
      lines: order.lines.map((line, index) => ({
        line: index + 1,
        item: line.sku,
        quantity: line.quantity,
        price: line.unitPrice,
        warehouse: 'CIC',
        reasonCode: null,
        productId: line.productId,
        productReferenceId: line.referenceId,
        sku: line.sku,
      })),
      deliveryAddress: order.recipient,
      charge: null,
    },
    dependsOn: null,
    shipmentId: null,
  };
}

/**
 * The least that the protocol writes of a document: the look-up; what is staged before and after;
 * the handle; what is committed before and after; the end. Each is durable before the next.
 */
export async function deliverAll(store: Store, fence: Fence, batch: number): Promise<number> {
  let delivered = 0;
  for (;;) {
    const ready = await store.postingsReady({
      kind: 'salesOrder',
      nowMs: Date.now(),
      limit: batch,
    });
    if (ready.length === 0) return delivered;
    const postings = ready.map(({ posting }) => posting);
    await store.recordExchanges(fence, exchangesOf(postings, 'lookup'), Date.now());
    await store.recordIntents(fence, intentsOf(postings, 'stage'), Date.now());
    await store.recordExchanges(fence, exchangesOf(postings, 'stage'), Date.now());
    const staged = await moveAll(store, fence, postings, 'staged');
    const committing = await moveAll(store, fence, staged, 'committing');
    await store.recordIntents(fence, intentsOf(committing, 'commit'), Date.now());
    await store.recordExchanges(fence, exchangesOf(committing, 'commit'), Date.now());
    await moveAll(store, fence, committing, 'posted');
    delivered += postings.length;
  }
}

async function moveAll(
  store: Store,
  fence: Fence,
  postings: Posting[],
  to: 'staged' | 'committing' | 'posted',
): Promise<Posting[]> {
  const moved = postings.map((posting): Posting => {
    if (to === 'staged') return { ...posting, attempt: 1, handle: `T${posting.id}`, state: to };
    return { ...posting, state: to };
  });
  const moves = postings.map((posting, index): Move => {
    const { handle = null } = moved[index] ?? {};
    const patches: Record<typeof to, Move['patch']> = {
      staged: { attempt: 1, handle },
      committing: { handedToCommit: 'yes' },
      posted: {
        reference: { number: `00${posting.id}`, detail: {} },
        held: [],
        failures: 0,
      },
    };
    return {
      postingId: posting.id,
      expected: { state: posting.state, attempt: posting.attempt },
      to,
      patch: patches[to],
      flag: null,
      because: 'the bench says so',
      replan: 'no',
    };
  });
  const applied = await store.movePostings(fence, moves, Date.now());
  if (!applied.every(Boolean)) throw new Error(`not every posting became ${to}`);
  return moved;
}

function intentsOf(postings: Posting[], step: WriteIntent['step']): WriteIntent[] {
  return postings.map((posting) => ({
    postingId: posting.id,
    key: posting.key,
    attempt: posting.attempt,
    step,
    call: `OIS100MI/${step}`,
    handle: posting.handle,
    request: { CUNO: 'WEB001', YREF: posting.key },
  }));
}

function exchangesOf(postings: Posting[], step: Exchange['step']): Exchange[] {
  return postings.map((posting) => ({
    postingId: posting.id,
    key: posting.key,
    step,
    call: `OIS100MI/${step}`,
    outcome: 'ok',
    request: { CUNO: 'WEB001', YREF: posting.key },
    answer: { ORNO: `T${posting.id}` },
    durationMs: 0,
  }));
}
