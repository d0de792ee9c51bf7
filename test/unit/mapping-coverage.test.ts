import { describe, expect, it } from 'vitest';
import { checkTargets } from '../../src/app/mapping-check.ts';
import { nameOf } from '../../src/app/mapping-context.ts';
import { coverageOf } from '../../src/app/mapping-coverage.ts';
import type { OrderRecord } from '../../src/core/glossary.ts';
import type { MappingTarget } from '../../src/core/mapping.ts';
import { calendarDay } from '../../src/core/schema.ts';
import type { Settings } from '../../src/core/settings.ts';
import { anOrder, dayMs, hourMs, noonMs } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { centreTo, skuTo } from '../support/builders-mapping.ts';
import { someSettings } from '../support/builders-settings.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';

const quiet = () => undefined;
const today = calendarDay('2026-11-03');

async function coverage(orders: OrderRecord[], settings: Settings = someSettings()) {
  const made = await planningEngine();
  await observe(made, ...orders);
  const { clock, store, engine } = made;
  const { infor, shipbob } = engine;
  const parts = { clock, store, infor, shipbob, progress: quiet };
  return coverageOf(parts, { settings, fromMs: noonMs - 90 * dayMs, toMs: noonMs + 90 * dayMs });
}

function shipped(id: string, sku: string, unit: string | null = null): OrderRecord {
  const order = anOrder(id)
    .line(sku, '2')
    .shipped({ leftAtMs: noonMs + hourMs })
    .build();
  return { ...order, lines: order.lines.map((line) => ({ ...line, unit })) };
}

describe('the coverage of mappings', () => {
  it('counts the SKUs that were shipped, and names those that would be flagged', async () => {
    const found = await coverage([shipped('1', 'COFFEE'), shipped('2', 'COFFEE')]);

    expect(found).toMatchObject({ orders: 2, shipments: 2, skus: 1, resolved: 1, wouldFlag: [] });
    expect([...found.used]).toContain(nameOf({ kind: 'sku', list: '', source: 'COFFEE' }));
  });

  it('leaves out what has not left', async () => {
    const found = await coverage([anOrder('1').line('COFFEE', '2').build()]);

    expect(found).toMatchObject({ orders: 0, shipments: 0, skus: 0 });
  });

  it('asks for a pack by its unit', async () => {
    const found = await coverage([shipped('1', 'COFFEE', 'CS')]);

    expect(found).toMatchObject({ skus: 2, resolved: 1 });
    expect(found.wouldFlag).toMatchObject([
      { sku: 'COFFEE@CS', code: 'UNKNOWN_UNIT', orders: 1, units: '2' },
    ]);
  });

  it('goes by the mapping, and flags one that leads nowhere', async () => {
    const items = { ...someSettings().items, mapping: { COFFEE: skuTo('NO-SUCH') } };
    const found = await coverage([shipped('1', 'COFFEE')], { ...someSettings(), items });

    expect(found.resolved).toBe(0);
    expect(found.wouldFlag).toMatchObject([
      { sku: 'COFFEE', code: 'UNKNOWN_ITEM', cause: 'item:NO-SUCH', orders: 1, units: '2' },
    ]);
  });
});

describe('a check of mappings', () => {
  async function verdict(target: MappingTarget, source = 'X') {
    const facts = someFacts().build();
    const { engine } = await planningEngine({}, facts);
    const place = { settings: someSettings(), today, progress: quiet };
    const one = { kind: target.kind, list: '', source, target };
    const [found] = await checkTargets(engine.infor, [one], place);
    return found;
  }

  it('is content with what exists and may be used', async () => {
    expect(await verdict(skuTo('COFFEE'))).toEqual({ verdict: 'ok', what: '' });
  });

  it.each<[string, MappingTarget, string]>([
    ['an item', skuTo('NO-SUCH'), 'item NO-SUCH does not exist'],
    ['a customer', { kind: 'customer', code: 'NOBODY' }, 'customer NOBODY does not exist'],
    ['a supplier', { kind: 'supplier', code: 'NOBODY' }, 'supplier NOBODY does not exist'],
    ['a warehouse', centreTo('ZZZ'), 'warehouse ZZZ does not exist'],
    [
      'an account',
      { kind: 'account', as: { journal: { debit: ['9999'], credit: ['9998'] } } },
      'dimension 1, value 9999, does not exist',
    ],
  ])('finds %s that Infor does not have', async (_, target, what) => {
    expect(await verdict(target)).toMatchObject({
      verdict: 'wrong',
      what: expect.stringContaining(what),
    });
  });
});
