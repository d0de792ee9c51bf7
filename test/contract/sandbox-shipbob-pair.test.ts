import { describe, expect, it } from 'vitest';
import { describeMapping } from '../../src/sandbox/seed.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { NOON_MS, stillClock } from '../support/shipbob-sandbox.ts';

describe('both simulators together', () => {
  it('listen, hold one week and close', async () => {
    const clock = stillClock(NOON_MS);
    const running = await startSandbox({ clock, seed: 3, orders: 60 });
    clock.advance(7 * 86_400_000);
    const headers = { authorization: `Bearer ${running.shipbob.token}` };

    const orders = await fetch(`${running.shipbob.url}/2026-07/order?Limit=250`, { headers });
    const rows: unknown = await orders.json();
    await running.close();

    expect(rows).toHaveLength(60);
    expect(Object.values(running.infor.ionapi).join(' ')).toContain(running.infor.url);
    await expect(fetch(`${running.infor.url}/`)).rejects.toThrow();
    await expect(fetch(`${running.shipbob.url}/`)).rejects.toThrow();
  });

  it('agree on centres, warehouses, accounts and customers', async () => {
    const running = await startSandbox({ clock: stillClock(), seed: 3, orders: 10 });
    await running.close();
    const { infor } = running.week;
    const mapping = describeMapping(running.week);
    const accounts = infor.accounts.filter((row) => !row.blocked).map((row) => row.value);

    const named = [
      mapping.clearingAccount,
      mapping.defaultCostCentre,
      ...mapping.fees.map((fee) => fee.account),
      ...mapping.centres.map((centre) => centre.costCentre),
    ];

    expect(named.filter((value) => !accounts.includes(value))).toEqual([]);
    expect(mapping.centres.map((centre) => centre.warehouse)).toEqual(
      infor.warehouses.map((warehouse) => warehouse.number),
    );
    expect(
      mapping.customersByEmail.filter(
        ({ customer }) => !infor.customers.some(({ number }) => number === customer),
      ),
    ).toEqual([]);
  });
});
