import { describe, expect, it } from 'vitest';
import { parseAmount } from '../../src/core/money.ts';
import { orderValue, shipmentValue, withValue } from '../../src/core/value-at-stake.ts';
import { aCharge, anOrder, type OrderBuilder } from '../support/builders.ts';
import { aFlag } from '../support/store-record.ts';

const each = (price: string) => ({ unitPrice: parseAmount(price) });
const one = (order: OrderBuilder) => {
  const built = order.build();
  const [shipment] = built.shipments;
  if (shipment === undefined) throw new Error('there is a shipment');
  return shipmentValue(built, shipment);
};

describe('the value of an order', () => {
  it('is what ShipBob says, else the sum of its lines, to the last digit', () => {
    const order = anOrder().line('COFFEE', '3', each('0.1')).line('MUG', '1', each('0.2'));

    expect(orderValue(order.having({ totalPrice: parseAmount('9.99') }).build())).toBe('9.99');
    expect(orderValue(order.build())).toBe('0.5');
  });

  it('is not known when a line has no price', () => {
    expect(
      orderValue(anOrder().line('COFFEE', '3', each('1')).line('MUG', '1').build()),
    ).toBeNull();
  });
});

describe('the value of a shipment', () => {
  it('is its own pieces at the prices of the lines', () => {
    const order = anOrder().line('COFFEE', '3', each('2.5')).line('MUG', '1', each('7'));

    expect(one(order.shipped({ parts: [{ sku: 'COFFEE', quantity: '2' }] }))).toBe('5');
  });

  it.each([
    [
      'a bundle',
      [
        { sku: 'MUG', quantity: '1', product: 'COFFEE' },
        { sku: 'COFFEE', quantity: '1' },
      ],
    ],
    ['a pack', [{ sku: 'COFFEE', quantity: '12' }]],
    ['goods that were not ordered', [{ sku: 'TEA', quantity: '1' }]],
  ])('is not known of %s', (_, parts) => {
    expect(one(anOrder().line('COFFEE', '3', each('2.5')).shipped({ parts }))).toBeNull();
  });
});

describe('a flag', () => {
  const order = anOrder('1')
    .line('COFFEE', '3', each('2.5'))
    .shipped({ id: '5', parts: [{ sku: 'COFFEE', quantity: '1' }] })
    .build();
  const amounts = (holds?: string[]) => {
    const flag = aFlag('UNKNOWN_ITEM', 'item:COFFEE', holds === undefined ? {} : { holds });
    return withValue([flag], order, 'USD').map(({ amount, currency }) => [amount, currency]);
  };

  it('stands for the value of what it holds up', () => {
    expect(amounts()).toEqual([['7.5', 'USD']]);
    expect(amounts(['SB1', 'S5-1'])).toEqual([['7.5', 'USD']]);
    expect(amounts(['S5-1'])).toEqual([['2.5', 'USD']]);
    expect(amounts(['S6-1'])).toEqual([[null, null]]);
  });

  it('keeps an amount of its own, and has none where ShipBob names no price', () => {
    const own = { amount: parseAmount('1'), currency: 'EUR' };

    expect(withValue([aFlag('X', 'y', own)], order, 'USD')).toMatchObject([own]);
    expect(withValue([aFlag('X', 'y')], aCharge(), 'USD')).toMatchObject([{ amount: null }]);
  });
});
