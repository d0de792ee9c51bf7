import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  goodsErrors,
  lastError,
  ledgerErrors,
  moneyErrors,
  type Planted,
  salesErrors,
} from '../support/planted-error.ts';
import { quietStory } from '../support/quiet-story.ts';
import type { LedgerVerdict } from '../support/simulation-ledger.ts';
import { liveThrough, type SpoilableEnd } from '../support/simulation-life.ts';
import type { LifeOutcome } from '../support/simulation-outcome.ts';

const kinds = ['doubles', 'losses', 'wrong', 'untrue', 'restless', 'unasked'] as const;
const kindNames = ['double', 'loss', 'wrong', 'untrue', 'restless', 'unasked'] as const;

function wordsOf(verdict: LedgerVerdict): string[] {
  const { auditBrokenAt } = verdict;
  return [
    ...kinds.flatMap((kind, at) => verdict[kind].map((words) => `${kindNames[at]}: ${words}`)),
    ...(auditBrokenAt === null ? [] : [`audit: broken at row ${auditBrokenAt}`]),
  ];
}

/** Spoils, judges and mends again; of the connector's database only a copy is spoilt. */
async function judgeSpoilt(planted: Planted, end: SpoilableEnd): Promise<string[]> {
  const { sandbox } = end;
  const { state } = sandbox.inforSandbox.world;
  const { orders, purchaseOrders, movements, vouchers } = state;
  const kept = structuredClone({ orders, purchaseOrders, movements, vouchers });
  const path = `${end.path}-copy`;
  writeTo(end.path, `vacuum into '${path}'`);
  try {
    planted.spoil({ sandbox, state, write: (sql) => writeTo(path, sql) });
    return wordsOf(await end.judgeAt(path));
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    orders.clear();
    for (const [number, each] of kept.orders) orders.set(number, each);
    purchaseOrders.clear();
    for (const [number, each] of kept.purchaseOrders) purchaseOrders.set(number, each);
    movements.splice(0, movements.length, ...kept.movements);
    vouchers.splice(0, vouchers.length, ...kept.vouchers);
  }
}

const atTheEnd = [...salesErrors, ...goodsErrors, ...moneyErrors, ...ledgerErrors].filter(
  ({ after }) => !after,
);
const onTheWay = ledgerErrors.filter(({ after }) => after);
const patience = { timeout: 120_000 };

function writeTo(path: string, sql: string): void {
  const database = new Database(path);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

describe('the oracle', () => {
  const seen = new Map<string, string[]>();
  let quiet: LifeOutcome | null = null;

  beforeAll(async () => {
    quiet = await liveThrough(quietStory(), {
      async meddle(moment, end) {
        if (moment !== 'judge') return;
        for (const planted of atTheEnd) {
          // The cancelled order is not mended again: see below.
          if (planted !== lastError) seen.set(planted.error, await judgeSpoilt(planted, end));
        }
        const copy = await end.judgeAt(end.path);
        seen.set('nothing', wordsOf(copy));
        seen.set(lastError.error, await judgeSpoilt(lastError, end));
      },
    });
  }, 120_000);

  it('has nothing against a quiet life, in which all kinds of documents come to be', () => {
    const { documents = {}, posted, eligible } = quiet?.verdict ?? {};

    expect(seen.get('nothing')).toEqual([]);
    expect(Object.entries(documents).filter(([, count]) => count > 0)).toHaveLength(6);
    expect(posted).toBe(eligible);
  });

  it.each(atTheEnd)('sees $error', ({ error, seen: [kind, words] }) => {
    expect(seen.get(error)?.join('\n')).toMatch(violationOf(kind, words));
  });

  it.each(onTheWay)('sees $error', patience, async ({ after, spoil, seen: [kind, words] }) => {
    const { violations } = await liveThrough(quietStory(), {
      meddle(moment, { sandbox, path }) {
        const { state } = sandbox.inforSandbox.world;
        if (moment === after) spoil({ sandbox, state, write: (sql) => writeTo(path, sql) });
      },
    });

    expect(violations.map((one) => `${one.kind}: ${one.words}`).join('\n')).toMatch(
      violationOf(kind, words),
    );
  });
});

function violationOf(kind: string, words: RegExp): RegExp {
  return new RegExp(`^${kind}: .*${words.source.replace(/^\^/, '')}`, 'm');
}
