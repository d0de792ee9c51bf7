import { type Mutation, mutation } from './mutation.ts';

/** How ShipBob is read, what is believed of it, and what is planned. */
export const readingMutations: readonly Mutation[] = [
  mutation({
    name: 'read-pages-first-to-last',
    harm: 'A row that leaves the window while it is read hides another one: an order is lost.',
    file: 'src/shipbob/paging.ts',
    from: 'for (let page = size.pages; page >= 1; page -= 1) {',
    to: 'for (let page = 1; page <= size.pages; page += 1) {',
    caughtBy: [
      'test/unit/shipbob-paging.test.ts',
      'a list that changes while it is read',
      'misses no row when rows leave anywhere and join at the end',
    ],
  }),
  mutation({
    name: 'take-an-empty-body-for-no-rows',
    harm: 'A broken answer in the middle of a list passes for an empty page: its rows are lost.',
    file: 'src/shipbob/paging.ts',
    from: 'return pastTheEnd ? { value: { rows: [], pages, count } } : null;',
    to: 'return pastTheEnd || wanted.page > 0 ? { value: { rows: [], pages, count } } : null;',
    caughtBy: [
      'test/unit/shipbob-paging.test.ts',
      'a sweep of orders',
      'asks again for an empty body elsewhere, so that no row is skipped',
    ],
  }),
  mutation({
    name: 'take-a-bare-blank-for-an-empty-page',
    harm: 'An empty answer of some proxy, without headers, hides a page of orders.',
    file: 'src/shipbob/paging.ts',
    from: 'const known = pages ?? wanted.pages;',
    to: 'const known = pages;',
    caughtBy: [
      'test/unit/shipbob-paging.test.ts',
      'a sweep of orders',
      'asks again for an empty answer without headers where a page is known to be',
    ],
  }),
  mutation({
    name: 'sweep-without-lag',
    harm: 'Orders that ShipBob lists some seconds late lie behind the checkpoint for ever.',
    file: 'src/core/window.ts',
    from: 'const toMs = nowMs - lagMs;',
    to: 'const toMs = nowMs + 0 * lagMs;',
    caughtBy: [
      'test/unit/window.test.ts',
      'sweep windows',
      'begin an overlap before the checkpoint and end before the newest moments',
    ],
  }),
  mutation({
    name: 'believe-the-older-observation',
    harm: 'A slow page overwrites what a webhook has read since: a shipment is forgotten.',
    file: 'src/core/observation.ts',
    from: `if (seen.startedAtMs < stored.startedAtMs) return { verdict: 'stale' };`,
    to: '',
    caughtBy: [
      'test/unit/observation.test.ts',
      'an observation',
      'is stale when its request started earlier, whatever it says',
    ],
  }),
  mutation({
    name: 'believe-a-regression-at-once',
    harm: 'One stale read takes a shipment back that has left.',
    file: 'src/core/observation.ts',
    from: `return difference === null ? { verdict: 'newer' } : { verdict: 'regressed', difference };`,
    to: `return difference === '' ? { verdict: 'regressed', difference } : { verdict: 'newer' };`,
    caughtBy: [
      'test/unit/observation.test.ts',
      'an observation',
      'regresses when a stowed quantity fell, compared as numbers',
    ],
  }),
  mutation({
    name: 'accept-a-webhook-unverified',
    harm: 'Whoever finds the address can make the tool read, and fill the inbox.',
    file: 'src/webhook/verify.ts',
    from: `if (!isSignedWithAny(rule.keys, message, text)) return { proved: false, because: 'badSignature' };`,
    to: 'void isSignedWithAny;',
    caughtBy: [
      'test/unit/webhook-verify.test.ts',
      'a delivery is refused',
      'with one bit of the body changed',
    ],
  }),
  mutation({
    name: 'accept-a-replayed-webhook',
    harm: 'A delivery that was recorded once is taken again for ever.',
    file: 'src/webhook/verify.ts',
    from: `return offMs > rule.toleranceMs ? { proved: false, because: 'clockOff' } : { proved: true, text };`,
    to: `return offMs < 0 ? { proved: false, because: 'clockOff' } : { proved: true, text };`,
    caughtBy: [
      'test/unit/webhook-verify.test.ts',
      'a delivery is refused',
      'for the sake of a clock when it is too old, and as a forgery when it is one',
    ],
  }),
  mutation({
    name: 'answer-a-webhook-before-storing',
    harm: 'ShipBob takes a delivery for received that a crash then loses.',
    file: 'src/webhook/group-commit.ts',
    from: '      const outcomes = await this.#sink.saveDeliveries(',
    to: `      for (const entry of batch) this.#settle(entry, 'stored');
      const outcomes = await this.#sink.saveDeliveries(`,
    caughtBy: [
      'test/unit/webhook-group-commit.test.ts',
      'group commit',
      'tries a batch once when the trouble is in none of its rows',
    ],
  }),
  mutation({
    name: 'post-cumulative-quantities',
    harm: 'Every growth of a receiving order books all that was stowed so far, once more.',
    file: 'src/core/receipt-growth.ts',
    from: 'const quantity = subtractQuantities(stowed.stowed, booked);',
    to: 'const quantity = subtractQuantities(stowed.stowed, zero);',
    caughtBy: [
      'test/unit/plan-receipt.test.ts',
      'goods receipt',
      'posts only the growth of the stowed quantity',
    ],
  }),
  mutation({
    name: 'forget-the-unknown-receipt',
    harm: 'A receipt whose outcome is not known yet is planned, and booked, a second time.',
    file: 'src/core/posting-standing.ts',
    from: `return posting.state !== 'cancelled' && !isReplaceable(posting) && !isRejected(posting);`,
    to: `return posting.state === 'posted' && !isReplaceable(posting) && !isRejected(posting);`,
    caughtBy: [
      'test/unit/plan-receipt.test.ts',
      'goods receipt',
      'counts a receipt whose outcome is unknown as booked',
    ],
  }),
  mutation({
    name: 'forget-the-baseline',
    harm: 'What was received by hand before the cut-over is received a second time.',
    file: 'src/core/receipt-growth.ts',
    from: 'if (!inventoryIds.has(line.inventoryId) || isZero(line.stowed)) continue;',
    to: 'if (inventoryIds.has(line.inventoryId) || isZero(line.stowed)) continue;',
    caughtBy: [
      'test/unit/plan-receipt.test.ts',
      'receiving order at its edges',
      'from before the cut-over needs its baseline',
    ],
  }),
  mutation({
    name: 'float-quantities',
    harm: 'Quantities of 0.1 drift: the sum of the receipts is not what was stowed.',
    file: 'src/core/quantity.ts',
    from: 'return canonicalQuantity(canonicalDecimal(new Big(left).plus(right)));',
    to: 'return canonicalQuantity(String(Number(left) + Number(right)));',
    caughtBy: ['test/unit/quantity.test.ts', 'quantity', 'adds without the error of floats'],
  }),
  mutation({
    name: 'post-to-an-unknown-customer',
    harm: 'Orders go to a customer number that Infor does not have, or that somebody else gets.',
    file: 'src/core/plan-party.ts',
    from: `    const evidence = { value: \`number \${code.code}\`, orderNumber: order.orderNumber };
    flags.raise('UNKNOWN_CUSTOMER', { cause, evidence, ...units });
    return null;`,
    to: '    return code.code;',
    caughtBy: [
      'test/property/routing.test.ts',
      'a planned document',
      'names nothing that Infor does not have, whatever of the master data is missing',
    ],
  }),
  mutation({
    name: 'post-from-before-the-cut-over',
    harm: 'Orders that were entered by hand before going live are entered again.',
    file: 'src/core/plan-order.ts',
    from: 'if (before && booked === null && eligibleShipments(work, order).length === 0) {',
    to: 'if (before && booked !== null && eligibleShipments(work, order).length === 0) {',
    caughtBy: ['test/unit/plan-order.test.ts', 'cut-over', 'leaves orders from before it alone'],
  }),
  mutation({
    name: 'overlook-what-is-ignored',
    harm: 'What somebody chose to leave alone is posted as soon as its cause has gone.',
    file: 'src/core/ignored.ts',
    from: 'return holders.length === 0;',
    to: 'return holders.length >= 0;',
    caughtBy: [
      'test/property/ignored.test.ts',
      'an ignored question',
      'never lets anything go that it has held up, whatever comes and goes',
    ],
  }),
];
