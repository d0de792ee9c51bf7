/**
 * The harness shown to fail: copies of the program broken as a careless author would, killed by the
 * same matrix, must be caught by it; and a program that does not die, or says nothing, is no pass.
 */
import { describe, expect, it } from 'vitest';
import { readLedger } from '../../src/cli/drill/ledger.ts';
import { killKind } from '../../src/cli/drill/matrix.ts';
import { addOrders } from '../../src/cli/drill/orders.ts';
import { isHit } from '../../src/cli/drill/tally.ts';
import { findDoubles, judgeAtRest } from '../../src/sandbox/judge.ts';
import { tellTopic } from '../support/crash-report.ts';
import { crashTestMs } from '../support/crash-seeds.ts';
import { type Breakage, brokenBuild } from '../support/crash-twin.ts';
import { longPauseMs, openCrashWorld, runToRest } from '../support/crash-world.ts';

const small = { orders: 20, batchSize: 2, tenant: 'poorest' } as const;

const doubtfulPatch = `patch: { nextAttemptAtMs: nowMs, doubtfulSinceMs: nowMs },
    })), left);`;
const leftInCommit = `move(posting, 'unknown', {
        because: 'a run ended between the write-ahead row and the answer',`;

/** What a run left in its commit is sent anew, as a queue with retries would do it. */
const blindRepeat: Breakage[] = [
  {
    file: 'app/settle.js',
    from: leftInCommit,
    to: `move({ ...posting }, 'pending', {
        because: 'sent again',`,
  },
  {
    file: 'app/settle.js',
    from: doubtfulPatch,
    to: `patch: { handle: null, handedToCommit: 'no', nextAttemptAtMs: nowMs, doubtfulSinceMs: null },\n    })), left);`,
  },
  {
    file: 'app/settle.js',
    from: "posting.state === 'unknown' || taken.has(posting.id)",
    to: "posting.state === 'unknown'",
  },
  ...['app/post.js', 'app/post-commit.js'].map((file) => ({
    file,
    from: 'await engine.infor.lookup(kind, works.map(targetOf), writeJournal(engine))',
    to: "works.map(() => ({ state: 'absent' }))",
  })),
];

/** What a run left in its commit is called done, as if the write-ahead row were the effect. */
const believesItsRow: Breakage[] = [
  {
    file: 'app/settle.js',
    from: leftInCommit,
    to: `move(posting, 'posted', {
        because: 'surely done',`,
  },
  {
    file: 'app/settle.js',
    from: doubtfulPatch,
    to: `patch: { reference: { number: '0', detail: {} }, held: [], doubtfulSinceMs: null },
    })), left);`,
  },
  {
    file: 'app/settle.js',
    from: "posting.state === 'unknown' || taken.has(posting.id)",
    to: "posting.state === 'unknown'",
  },
];

describe('a broken twin of the program', () => {
  it(
    'that sends again without looking is caught with doubles',
    async () => {
      const world = await openCrashWorld({ ...small, seed: 501, root: brokenBuild(blindRepeat) });
      addOrders(world, 2);

      const kills = await killKind(world, 'salesOrder', ['sent:commit', 'before-answer:commit']);
      world.pass(longPauseMs);
      const doubles = findDoubles(world.sandbox);

      expect(kills.map(isHit)).toEqual([true, true]);
      expect(doubles.join('\n')).toMatch(/SB\d+ stands 2 times as order/);
      tellTopic('broken twins caught', 1, 1);
    },
    crashTestMs,
  );

  it(
    'that takes its intent for the effect is caught with losses',
    async () => {
      const world = await openCrashWorld({
        ...small,
        seed: 502,
        root: brokenBuild(believesItsRow),
      });
      addOrders(world, 2);

      const kills = await killKind(world, 'salesOrder', ['after-committing']);
      await runToRest(world).catch(() => undefined);
      const said = judgeAtRest(world.sandbox, readLedger(world)).join('\n');

      expect(kills.map(isHit)).toEqual([true]);
      expect(said).toMatch(/order SB\d+ is called posted and is not in Infor/);
      expect(said).toMatch(/order:\d+ is lost/);
      tellTopic('broken twins caught', 1, 1);
    },
    crashTestMs,
  );

  it(
    'that does not die, or says nothing, counts as no kill and as no pass',
    async () => {
      const immortal = brokenBuild([
        { file: 'runtime/crash-point.js', from: 'if (passesLeft === 0)', to: 'if (false)' },
      ]);
      const world = await openCrashWorld({ ...small, seed: 503, root: immortal });
      const [kill] = await killKind(world, 'salesOrder', ['after-committing']);
      expect(kill).toMatchObject({ aimedAt: 'salesOrder', hit: null });

      const mute = brokenBuild([{ file: 'cli/main.js', from: 'await runProgram(', to: '0; (' }]);
      const end = await world.run(['sync', '--json'], { root: mute });
      expect(end).toMatchObject({ code: 0, stdout: '' });
      const silent = { ...world, run: async () => end };
      await expect(runToRest(silent)).rejects.toThrow('no answer');
      tellTopic('broken twins caught', 2, 2);
    },
    crashTestMs,
  );
});
