import { describe, expect, it } from 'vitest';
import { firstCostRule, firstOrderRule, resolveCode } from '../../src/core/rules.ts';
import type { CodeSource, OrderCondition } from '../../src/core/settings.ts';
import { aCharge, anOrder } from '../support/builders.ts';
import { anyOrder, someSettings } from '../support/builders-settings.ts';

const order = anOrder()
  .line('COFFEE', '1')
  .having({ type: 'B2B', orderNumber: 'WH-77', tags: [{ name: 'REPLENISH', value: '1' }] })
  .preparing({ centre: { id: '20', name: 'Cicero' } })
  .build();

function matches(when: Partial<OrderCondition>, countries: Record<string, string> = {}): boolean {
  const rules = [{ when: { ...anyOrder, ...when }, route: { as: 'skip', reason: '' } as const }];
  return firstOrderRule(order, someSettings({ orders: { rules, countries } }).orders) !== null;
}

describe('routing rule', () => {
  it('matches by each of its conditions', () => {
    const fitting: Partial<OrderCondition>[] = [
      {},
      { type: ['DTC', 'b2b'] },
      { channel: ['432951'] },
      { channel: ['web shop'] },
      { centre: ['20'] },
      { country: ['us'] },
      { tag: { replenish: '1' } },
      { tag: { REPLENISH: '*' } },
      { sku: ['MUG', 'COFFEE'] },
      { orderNumberPrefix: 'wh-' },
      { type: ['B2B'], centre: ['20'], sku: ['COFFEE'] },
    ];
    const other: Partial<OrderCondition>[] = [
      { type: ['DTC'] },
      { channel: ['1'] },
      { centre: ['10'] },
      { country: ['CA'] },
      { tag: { REPLENISH: '2' } },
      { tag: { REPLENISH: '1', MORE: '*' } },
      { sku: ['MUG'] },
      { orderNumberPrefix: '77' },
      { type: [] },
      { type: ['B2B'], centre: ['10'] },
    ];

    for (const when of fitting) expect([when, matches(when)]).toEqual([when, true]);
    for (const when of other) expect([when, matches(when)]).toEqual([when, false]);
  });

  it('sees Infor’s country code as well as ShipBob’s', () => {
    expect(matches({ country: ['USA'] }, { US: 'USA' })).toBe(true);
  });

  it('that comes first wins', () => {
    const rules = ['a', 'b'].map((reason) => ({
      when: { ...anyOrder },
      route: { as: 'skip', reason } as const,
    }));

    const found = firstOrderRule(order, someSettings({ orders: { rules } }).orders);

    expect(found).toMatchObject({ index: 0, rule: { route: { reason: 'a' } } });
  });
});

describe('code of an order', () => {
  const lookups = {
    customers: { 'DANA@example.com': ' C1 ', 'example.com': 'C2', '432951': 'C3' },
  };
  const by = (field: Extract<CodeSource, { lookup: string }>['by']) =>
    resolveCode({ lookup: 'customers', by: field }, order, lookups);

  it('is fixed or looked up without regard to case', () => {
    expect(resolveCode({ fixed: 'WEB' }, order, {})).toEqual({ state: 'found', code: 'WEB' });
    expect(by('recipient.email')).toEqual({ state: 'found', code: 'C1' });
    expect(by('recipient.emailDomain')).toEqual({ state: 'found', code: 'C2' });
    expect(by('channel.id')).toEqual({ state: 'found', code: 'C3' });
  });

  it('says what it looked for when there is none', () => {
    expect(by('recipient.name')).toEqual({
      state: 'missing',
      cause: 'lookup:customers:dana reyes',
      value: 'Dana Reyes',
    });
    expect(by('recipient.company')).toMatchObject({ state: 'missing', value: null });
    expect(resolveCode({ lookup: 'toString', by: 'channel.id' }, order, {}).state).toBe('missing');
  });
});

describe('cost rule', () => {
  it('matches by fee, type and centre', () => {
    const rules = [
      { when: { fee: ['storage'], type: null, centre: null }, as: { skip: 'a' } },
      { when: { fee: ['shipping'], type: ['refund' as const], centre: null }, as: { skip: 'b' } },
      { when: { fee: null, type: null, centre: ['moreno valley'] }, as: { skip: 'c' } },
    ];
    const { costs } = someSettings({ costs: { rules } });

    expect(firstCostRule(aCharge(), costs)?.index).toBe(2);
    expect(firstCostRule(aCharge({ type: 'refund' }), costs)?.index).toBe(1);
    expect(firstCostRule(aCharge({ centreName: null }), costs)).toBeNull();
  });
});
