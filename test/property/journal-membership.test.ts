import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freezeJournals, planDue } from '../../src/app/plan.ts';
import type { ChargeRecord } from '../../src/core/glossary.ts';
import { parseAmount, sumAmounts } from '../../src/core/money.ts';
import { calendarDay, chargeId } from '../../src/core/schema.ts';
import { aCharge } from '../support/builders.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';

const dayMs = 86_400_000;

/** What happens one after the other; charges come late, again and of several days. */
const step = fc.oneof(
  fc.record({
    do: fc.constant('charge' as const),
    /** The same number again is the same charge, read once more. */
    number: fc.nat(11),
    daysAgo: fc.integer({ min: 0, max: 3 }),
    cents: fc.integer({ min: 1, max: 99_999 }),
    type: fc.constantFrom('charge' as const, 'refund' as const, 'credit' as const),
    currency: fc.constantFrom('USD', 'CAD'),
  }),
  fc.constant({ do: 'freeze' as const }),
  fc.constant({ do: 'nextDay' as const }),
);

type Charged = Extract<typeof step extends fc.Arbitrary<infer T> ? T : never, { do: 'charge' }>;

function recordOf(
  { number, daysAgo, cents, type, currency }: Charged,
  nowMs: number,
): ChargeRecord {
  return aCharge({
    id: chargeId(`01AN4Z07BY79KA1307SR9X4M${String(number).padStart(2, '0')}`),
    chargedOn: calendarDay(new Date(nowMs - daysAgo * dayMs).toISOString().slice(0, 10)),
    amount: parseAmount((cents / 100).toFixed(2)),
    type,
    currency,
  });
}

describe('the journals of any days', () => {
  it('hold each charge once, balance, and leave none behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        const made = await planningEngine();
        const { engine, store, clock } = made;
        const seen = new Set<string>();
        for (const one of steps) {
          if (one.do === 'nextDay') clock.pass(dayMs);
          else if (one.do === 'charge') {
            const record = recordOf(one, clock.now());
            seen.add(record.id);
            await observe(made, record);
          } else {
            await planDue(engine);
            await freezeJournals(engine);
          }
        }
        clock.pass(2 * dayMs);
        await planDue(engine);
        await freezeJournals(engine);

        const journals = (await store.postings({ states: ['pending'], limit: 99 })).flatMap(
          ({ document }) => (document.kind === 'journal' ? [document] : []),
        );
        const charged = journals.flatMap(({ lines }) => [
          ...new Set(lines.map(({ chargeId: id }) => String(id))),
        ]);
        const flagged = await store.flags({
          codes: null,
          kinds: null,
          ids: null,
          state: 'open',
          limit: 99,
        });
        expect(charged.length).toBe(new Set(charged).size);
        // What is in none is a question to people; one that changed after it was booked is both.
        const unbooked = [...seen].filter((id) => !charged.includes(id));
        expect(unbooked.filter((id) => !JSON.stringify(flagged).includes(id))).toEqual([]);
        for (const { lines } of journals) {
          expect(sumAmounts(lines.map(({ amount }) => amount))).toBe('0');
        }
        await store.close();
      }),
      fuzzRuns(30),
    );
  });
});
