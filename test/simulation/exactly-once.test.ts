import { afterAll, describe, expect, it } from 'vitest';
import { judgeLedger, type LedgerVerdict } from '../support/simulation-ledger.ts';
import { liveThroughWeek, parametersOf, type WeekOutcome } from '../support/simulation-week.ts';

/**
 * Whole weeks from a seed: the real engine over a real database file, both simulated systems over
 * loopback HTTP, faults on every call of both sides, the poorest tenant, processes that die. One seed
 * again: MLC_SEED=n. More of them: MLC_SEEDS=n.
 */
const seedsByDefault = 6;
const postedShareMin = 0.99;

const seeds =
  process.env.MLC_SEED === undefined
    ? Array.from({ length: Number(process.env.MLC_SEEDS ?? seedsByDefault) }, (_, at) => at + 1)
    : [Number(process.env.MLC_SEED)];

const lived: { outcome: WeekOutcome; verdict: LedgerVerdict }[] = [];

describe('a week of a merchant under faults and crashes', () => {
  it.each(seeds)(
    'has one effect for every movement (seed %i)',
    { timeout: 300_000 },
    async (seed) => {
      const parameters = parametersOf(seed);
      const { outcome, verdict } = await liveThroughWeek(parameters, judgeLedger);
      lived.push({ outcome, verdict });
      const replay =
        `SEED=${seed}: MLC_SEED=${seed} npx vitest run test/simulation\n` +
        `${JSON.stringify(parameters)}\nlast run: ${outcome.lastRun}\ncrashes: ${outcome.crashes.join(', ')}` +
        `\npeople: ${JSON.stringify(outcome.acts)}`;

      expect(verdict.doubles, replay).toEqual([]);
      expect(verdict.wrong, replay).toEqual([]);
      expect(verdict.losses, replay).toEqual([]);
      expect(verdict.unasked, replay).toEqual([]);
      expect(verdict.restless, replay).toEqual([]);
      expect(verdict.untrue, replay).toEqual([]);
      expect(verdict.auditBrokenAt, replay).toBeNull();
      expect(outcome.defects, replay).toEqual([]);
      expect(verdict.posted / verdict.eligible, replay).toBeGreaterThanOrEqual(postedShareMin);
      // A week without trouble would prove nothing.
      expect(outcome.crashes.length, replay).toBeGreaterThan(0);
      expect(Object.keys(outcome.faults).length, replay).toBeGreaterThan(8);
    },
  );
});

afterAll(() => {
  const rows = lived.map(({ outcome, verdict }) => ({
    seed: outcome.parameters.seed,
    runs: outcome.runs,
    crashes: outcome.crashes.length,
    faults: sum(Object.values(outcome.faults)),
    documents: sum(Object.values(verdict.documents)),
    doubles: verdict.doubles.length,
    losses: verdict.losses.length + verdict.wrong.length,
    posted: `${verdict.posted}/${verdict.eligible}`,
    acts: sum(Object.values(outcome.acts)),
    ignored: verdict.ignored,
    unprovable: verdict.unprovable,
  }));
  const kinds = new Map<string, number>();
  for (const { outcome } of lived) {
    for (const [kind, count] of Object.entries(outcome.faults)) {
      kinds.set(kind, (kinds.get(kind) ?? 0) + count);
    }
  }
  console.table(rows);
  console.log([...kinds].map(([kind, count]) => `${kind} ${count}`).join(', '));
});

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
