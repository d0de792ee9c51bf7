/** Answers that are lost after, before and long before their effect, at every call that commits. */
import { describe, expect, it } from 'vitest';
import { readLedger } from '../../src/cli/drill/ledger.ts';
import { addOrders } from '../../src/cli/drill/orders.ts';
import type { FaultKind } from '../../src/sandbox/faults.ts';
import { findDoubles } from '../../src/sandbox/judge.ts';
import { tellTopic } from '../support/crash-report.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { openCrashWorld, summaryOf, syncArgs } from '../support/crash-world.ts';

/** Every call that makes something final, with how many are lost. */
const commits = [
  ['OIS100MI/Confirm', 3],
  ['PPS370MI/FinishEntry', 1],
  ['MMS850MI/PrcStkTran', 1],
  ['GLS840MI/UpdBatch', 2],
  ['OIS100MI/DelHead', 1],
] as const;
/** Goods issues and goods receipts share this call; issues come first. */
const process = 'MHS850MI/PrcWhsTran';

const faults: FaultKind[] = [
  'gatewayTimeoutAfter',
  'resetAfter',
  'gatewayTimeoutBefore',
  'gatewayTimeoutLate',
];
/** Shorter than the quiet period, so that what comes late meets a connector that still waits. */
const pauseMs = 70_000;

describe('an answer that is lost at a commit', () => {
  it.each(faults)('leaves one effect of each document (%s)', async (kind) => {
    const world = await openCrashWorld({ seed: 51, orders: 24, batchSize: 4 });
    const { inforSandbox, shipbobSandbox } = world.sandbox;
    const toCancel = addOrders(world, 2);
    // What is too new is left to the next sweep, and what waits must be there to be taken back.
    world.pass(pauseMs);
    for (const [match, times] of commits) inforSandbox.faults.script({ match, kind, times });
    inforSandbox.faults.script({ match: process, kind, times: 2 });

    // The issues first: receiving orders are not read yet.
    await world.run(['sync', 'orders', '--json', '--quiet']);
    inforSandbox.faults.script({ match: process, kind, times: 2 });
    for (const orderId of toCancel) shipbobSandbox.world.cancelOrder(orderId);
    world.pass(pauseMs);
    const second = await world.run(syncArgs);
    const doublesEarly = findDoubles(world.sandbox);
    const doubtful = summaryOf(second).doubtful;
    await expectRest(world, pauseMs);

    const asked = commits.reduce((sum, [, times]) => sum + times, 4);
    expect(inforSandbox.world.books().faultCounts).toEqual({ [kind]: asked });
    tellTopic('answers lost', asked, asked);
    expect(doubtful).toBeGreaterThan(0);
    expect(doublesEarly).toEqual([]);
    // Nothing of it needs a person.
    expect(readLedger(world).flags.filter(({ postingId }) => postingId !== null)).toEqual([]);
  });
});
