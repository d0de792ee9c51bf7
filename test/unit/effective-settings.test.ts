import { describe, expect, it } from 'vitest';
import { effectiveSettings } from '../../src/core/effective-settings.ts';
import type { Mapping } from '../../src/core/mapping.ts';
import { firstCostRule, resolveCode } from '../../src/core/rules.ts';
import { canonicalQuantity } from '../../src/core/schema.ts';
import type { CostRule, Settings } from '../../src/core/settings.ts';
import { anOrder } from '../support/builders.ts';
import { aMapping, centreTo, skuTo } from '../support/builders-mapping.ts';
import { someSettings } from '../support/builders-settings.ts';
import { aCharge } from '../support/store-record.ts';

const customer = (source: string, code: string): Mapping =>
  aMapping(source, { kind: 'customer', code }, { list: 'customers' });
const byEmail = { lookup: 'customers', by: 'recipient.email' } as const;
const skipped = (fee: string[] | null, reason: string): CostRule => ({
  when: { fee, type: null, centre: null },
  as: { skip: reason },
});

function configured(change: Partial<Settings>): Settings {
  return { ...someSettings(), ...change };
}

function codeFor(settings: Settings, email: string): string | null {
  const order = anOrder().build();
  const from = { ...order, recipient: { ...order.recipient, email } };
  const code = resolveCode(byEmail, from, settings.lookups);
  return code.state === 'found' ? code.code : null;
}

describe('settings with the mappings of people', () => {
  it('are the configuration where nobody set any', () => {
    const settings = someSettings();

    expect(effectiveSettings(settings, [])).toBe(settings);
  });

  it('take an item and its factor before the configured one', () => {
    const items = {
      acceptedStatuses: ['20'],
      mapping: {
        PACK: { item: 'OLD', factor: canonicalQuantity('6') },
        MUG: { item: 'MUG-WHITE', factor: canonicalQuantity('1') },
      },
    };

    const { items: taken } = effectiveSettings(configured({ items }), [
      aMapping('PACK', skuTo('COFFEE', '12')),
      aMapping('__proto__', skuTo('ODD')),
    ]);

    expect(taken.mapping.PACK).toEqual({ item: 'COFFEE', factor: '12' });
    expect(taken.mapping.MUG).toEqual({ item: 'MUG-WHITE', factor: '1' });
    expect(Object.hasOwn(taken.mapping, '__proto__')).toBe(true);
  });

  it('take a customer before the configured one, however that is spelt', () => {
    const lookups = {
      customers: { 'buying@bigbox.example': 'OLD', 'orders@corner.example': 'CORNER' },
    };

    const settings = effectiveSettings(configured({ lookups }), [
      customer('Buying@BigBox.example', 'BIGBOX'),
    ]);

    expect(codeFor(settings, 'buying@bigbox.example')).toBe('BIGBOX');
    expect(codeFor(settings, 'BUYING@bigbox.example')).toBe('BIGBOX');
    expect(codeFor(settings, 'orders@corner.example')).toBe('CORNER');
  });

  it('take a centre in the place of the configured one, and add new ones', () => {
    const settings = someSettings();
    const [first, ...rest] = settings.centres;
    if (first === undefined) throw new Error('there is a centre');

    const { centres } = effectiveSettings(settings, [
      aMapping(first.id, centreTo('777')),
      aMapping('999', centreTo('888')),
    ]);

    expect(centres.map(({ id, warehouse }) => `${id} ${warehouse}`)).toEqual([
      `${first.id} 777`,
      ...rest.map(({ id, warehouse }) => `${id} ${warehouse}`),
      '999 888',
    ]);
  });

  it('ask the mapping of a fee before the rules, one for its type of charge first', () => {
    const costs = { ...someSettings().costs, rules: [skipped(null, 'configured')] };
    const account = (list: string, reason: string) =>
      aMapping('Shipping', { kind: 'account', as: { skip: reason } }, { list });

    const { costs: taken } = effectiveSettings(configured({ costs }), [
      account('', 'all'),
      account('refund', 'refunds'),
    ]);

    const chosen = (change: Parameters<typeof aCharge>[1]) =>
      firstCostRule(aCharge('01', change), taken)?.rule.as;
    expect(chosen({ fee: 'shipping', type: 'refund' })).toEqual({ skip: 'refunds' });
    expect(chosen({ fee: 'Shipping', type: 'charge' })).toEqual({ skip: 'all' });
    expect(chosen({ fee: 'Storage', type: 'charge' })).toEqual({ skip: 'configured' });
  });

  it('are the same in whatever order the mappings come', () => {
    const mappings = [
      aMapping('A', skuTo('ONE')),
      aMapping('B', skuTo('TWO')),
      customer('a@b.example', 'BIGBOX'),
      aMapping('999', centreTo('888')),
    ];

    const forth = effectiveSettings(someSettings(), mappings);
    const back = effectiveSettings(someSettings(), [...mappings].reverse());

    expect(JSON.stringify(back)).toBe(JSON.stringify(forth));
  });
});
