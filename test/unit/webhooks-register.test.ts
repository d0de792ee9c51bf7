import { describe, expect, it } from 'vitest';
import type { SubscriptionSource } from '../../src/app/ports.ts';
import { createWithOurs } from '../../src/cli/command/webhooks-register-run.ts';
import { Problem } from '../../src/core/problem.ts';
import { thrownBy } from '../support/shipbob-source.ts';

const wanted = {
  url: 'https://hooks.example.com/shipbob',
  description: 'mlc',
  topics: [
    { topic: 'order.shipped', scopes: [], since: null },
    { topic: 'billing.charge.created', scopes: [], since: '2026-01' },
    { topic: 'wro.completed', scopes: [], since: '2026-07' },
  ] as const,
};

/** A ShipBob that knows these topics, and refuses others. */
function knowing(known: string[], code = 'SHIPBOB_REJECTED') {
  const tried: string[][] = [];
  const source: SubscriptionSource = {
    list: () => Promise.resolve([]),
    remove: () => Promise.resolve(true),
    async create({ url, topics, description }) {
      tried.push(topics);
      const unknown = topics.find((topic) => !known.includes(topic));
      if (unknown !== undefined) {
        throw new Problem({ code, kind: 'rejected', message: `${unknown}?`, hint: 'No.' });
      }
      const subscription = { id: '7', url, topics, description, createdAtMs: null };
      return { subscription: { ...subscription, state: 'enabled' }, secret: 'whsec_x' };
    },
  };
  return { source, tried };
}

describe('the topics of a new subscription', () => {
  it('are all that are wanted, where ShipBob knows them', async () => {
    const { source, tried } = knowing(['order.shipped', 'billing.charge.created', 'wro.completed']);

    const made = await createWithOurs(source, { ...wanted, topics: [...wanted.topics] });

    expect(made.leftOut).toEqual([]);
    expect(tried).toHaveLength(1);
  });

  it('are those of an earlier version where ShipBob does not know the newest', async () => {
    const { source } = knowing(['order.shipped', 'billing.charge.created']);

    const made = await createWithOurs(source, { ...wanted, topics: [...wanted.topics] });

    expect(made.topics).toEqual(['order.shipped', 'billing.charge.created']);
    expect(made.leftOut).toEqual(['wro.completed']);
  });

  it('are none when ShipBob refuses even the oldest, and its first words are told', async () => {
    const { source, tried } = knowing([]);

    const thrown = await thrownBy(
      createWithOurs(source, { ...wanted, topics: [...wanted.topics] }),
    );

    expect(tried).toHaveLength(3);
    expect(thrown).toMatchObject({
      code: 'WEBHOOK_REGISTRATION_REFUSED',
      kind: 'configuration',
      message: 'order.shipped?',
    });
  });

  it('are not tried one after the other when it is not the topics that are refused', async () => {
    const { source, tried } = knowing([], 'SHIPBOB_SCOPE_MISSING');

    const thrown = await thrownBy(
      createWithOurs(source, { ...wanted, topics: [...wanted.topics] }),
    );

    expect(tried).toHaveLength(1);
    expect(thrown).toMatchObject({ code: 'SHIPBOB_SCOPE_MISSING' });
  });
});
