import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issueKey, orderKey } from '../../src/core/external-key.ts';
import type {
  FlagDraft,
  MasterFact,
  MasterNeed,
  OrderRecord,
  Posting,
} from '../../src/core/glossary.ts';
import { mergeUnlessIgnored, readyCode, type StandingIgnore } from '../../src/core/ignored.ts';
import { needKey } from '../../src/core/master.ts';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { planCase } from '../../src/core/plan.ts';
import { bindingPosting } from '../../src/core/posting-standing.ts';
import type { OrderBuilder } from '../support/builders.ts';
import { anOrder, hourMs, inventoryOf, noonMs } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anInput, aPosted, aPosting, keyOf } from '../support/builders-planning.ts';

/** What may be missing in Infor or ShipBob at a step. */
const missing: readonly MasterNeed[] = [
  { kind: 'item', sku: 'COFFEE' },
  { kind: 'item', sku: 'MUG' },
  { kind: 'customer', number: 'WEB001' },
  { kind: 'inventory', inventoryId: inventoryOf('TEA') },
  { kind: 'itemWarehouse', item: 'MUG', warehouse: '100' },
];

const skus = ['COFFEE', 'MUG', 'TEA'] as const;
const shipment = fc.record({
  parts: fc.array(fc.tuple(fc.constantFrom(...skus), fc.integer({ min: 1, max: 2 })), {
    minLength: 1,
    maxLength: 2,
  }),
  lot: fc.constantFrom('L1', undefined),
  left: fc.constantFrom(true, true, true, false),
});
const step = fc.record({
  gone: fc.subarray([...missing]),
  lines: fc.array(fc.tuple(fc.constantFrom(...skus), fc.integer({ min: 4, max: 6 })), {
    minLength: 1,
    maxLength: 3,
  }),
  shipments: fc.array(shipment, { minLength: 1, maxLength: 3 }),
  /** What becomes of the documents put at this step. */
  fate: fc.constantFrom('posted' as const, 'pending' as const),
  /** Which of the flags of this step is ignored, if any. */
  ignored: fc.constantFrom(0, 0, 1, 2),
});
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

const plainOrder: Step = {
  gone: [],
  lines: skus.map((sku) => [sku, 6]),
  shipments: [],
  fate: 'posted',
  ignored: 0,
};

function orderOf({ lines, shipments }: Pick<Step, 'lines' | 'shipments'>): OrderRecord {
  let builder: OrderBuilder = anOrder('1');
  for (const [sku, quantity] of lines) builder = builder.line(sku, String(quantity));
  for (const { parts, lot, left } of shipments) {
    const options = {
      leftAtMs: noonMs + hourMs,
      parts: parts.map(([sku, quantity]) => ({
        sku,
        quantity: String(quantity),
        ...(lot === undefined ? {} : { lot }),
      })),
    };
    builder = left ? builder.shipped(options) : builder.preparing(options);
  }
  return builder.build();
}

function factsWithout(gone: readonly MasterNeed[]): Map<string, MasterFact> {
  const facts = someFacts().build();
  for (const need of gone) facts.set(needKey(need), { kind: 'absent' });
  return facts;
}

const isQuestion = (flag: FlagDraft, question: Pick<FlagDraft, 'code' | 'cause'>) =>
  flag.code === question.code && flag.cause === question.cause;

/**
 * What the question holds up, found by planning each part by itself rather than by what flags say:
 * the order without its shipments, and the order with only one of them.
 */
function heldUp(one: Step, postings: Posting[], question: FlagDraft): string[] {
  const facts = factsWithout(one.gone);
  const order = orderOf(one);
  const asks = (part: OrderRecord) =>
    planCase(anInput(part, { facts, postings })).flags.some((flag) => isQuestion(flag, question));
  const key = orderKey(order.id);
  const issues = order.shipments.map(({ id }) => issueKey(id, 1));
  const asksOfOrder = asks({ ...order, shipments: [] });
  if (bindingPosting(postings, key) === null) return asksOfOrder ? [key, ...issues] : [];
  // What is asked about the booked order (that it has changed) holds up none of its issues.
  if (asksOfOrder) return [];
  return order.shipments
    .filter((shipment) => asks({ ...order, shipments: [shipment] }))
    .map(({ id }) => issueKey(id, 1));
}

interface Standing {
  ignore: StandingIgnore;
  question: FlagDraft;
  forbidden: Set<string>;
}

describe('an ignored question', () => {
  it('never lets anything go that it has held up, whatever comes and goes', () => {
    let held = 0;
    let grown = 0;
    fc.assert(
      fc.property(fc.boolean(), fc.array(step, { minLength: 4, maxLength: 9 }), (booked, steps) => {
        let postings: Posting[] = [];
        let standing: Standing | null = null;
        // Questions about shipments come up once the order is booked.
        for (const one of booked ? [plainOrder, ...steps] : steps) {
          const record = orderOf(one);
          const plan = planCase(anInput(record, { facts: factsWithout(one.gone), postings }));
          if (standing !== null) {
            for (const key of heldUp(one, postings, standing.question)) standing.forbidden.add(key);
          }
          const ignores: StandingIgnore[] = standing === null ? [] : [standing.ignore];
          const context = { record: 'Order 1', postings, ignores, nowMs: noonMs };
          const merged = mergeUnlessIgnored(plan, context);
          const free = mergePlan(plan, postings);

          const put = merged.put.map(({ key }) => key);
          const unasked = put.filter((key) => standing?.forbidden.has(key));
          expect(unasked.filter((key) => !isSamePending(postings, key, merged.put))).toEqual([]);
          const back = free.put.filter(({ key }) => !put.includes(key));
          held += back.length;
          expect(merged.flags.some(({ code }) => code === readyCode)).toBe(back.length > 0);

          if (standing !== null) {
            const before = standing.ignore.held?.length ?? 0;
            standing.ignore.held = merged.ignores[0]?.held ?? null;
            if ((standing.ignore.held?.length ?? 0) > before) grown += 1;
          } else {
            const question = plan.flags[one.ignored];
            if (question !== undefined) {
              const ignore = {
                id: 5,
                code: question.code,
                cause: question.cause,
                because: 'x',
                held: question.holds ?? null,
                untilMs: null,
              };
              const forbidden = new Set(heldUp(one, postings, question));
              standing = { ignore, question, forbidden };
            }
          }
          postings = afterwards(postings, merged, { record, fate: one.fate });
        }
      }),
      { numRuns: 500 },
    );
    // Most histories must come to the point, else this proves nothing.
    expect(held).toBeGreaterThan(200);
    expect(grown).toBeGreaterThan(10);
  });
});

/** Another time of day under the same key is no new document. */
function isSamePending(
  postings: readonly Posting[],
  key: string,
  put: readonly { key: string; document: unknown }[],
): boolean {
  const posting = postings.find((other) => other.key === key && other.state === 'pending');
  const planned = put.find((other) => other.key === key);
  const bare = (document: unknown) =>
    JSON.stringify({ ...Object(document), movedAtTime: null, source: null });
  return posting !== undefined && bare(posting.document) === bare(planned?.document);
}

function afterwards(
  postings: readonly Posting[],
  merged: ReturnType<typeof mergeUnlessIgnored>,
  step: { record: OrderRecord; fate: 'posted' | 'pending' },
): Posting[] {
  const { record, fate } = step;
  const put = merged.put.map((planned) =>
    fate === 'pending' ? aPosting(planned, keyOf(record)) : aPosted(planned, keyOf(record)),
  );
  const replaced = new Set(put.map(({ key }) => key));
  const left = postings
    .filter(({ key }) => !replaced.has(key))
    .map((posting) =>
      merged.withdraw.includes(posting.key) ? { ...posting, state: 'cancelled' as const } : posting,
    );
  return [...left, ...put];
}
