import { describe, expect, it } from 'vitest';
import type { MasterFact } from '../../src/core/glossary.ts';
import { freshPath, openTestStore } from '../support/store-open.ts';

const t0 = 1_760_000_000_000;
const windowMs = 60_000;
const upstream = 'shipbob';

describe('the call budget', () => {
  it('gives so many places in any window', async () => {
    const store = await openTestStore();
    const take = (nowMs: number) => store.takeCall({ upstream, limit: 3, windowMs, nowMs });

    const waits = [await take(t0), await take(t0 + 10), await take(t0 + 20), await take(t0 + 30)];

    expect(waits).toEqual([0, 0, 0, windowMs - 30]);
    expect(await take(t0 + windowMs - 1)).toBe(1);
    expect(await take(t0 + windowMs)).toBe(0);
    expect(await take(t0 + windowMs)).toBe(10);
  });

  it('is one for all processes on the database, and one for each upstream', async () => {
    const path = freshPath();
    const first = await openTestStore({ path });
    const second = await openTestStore({ path });
    const request = { upstream, limit: 1, windowMs, nowMs: t0 };

    expect(await first.takeCall(request)).toBe(0);
    expect(await second.takeCall(request)).toBe(windowMs);
    expect(await second.takeCall({ ...request, upstream: 'infor' })).toBe(0);
  });

  it('never allows more than the limit in any window, however it is asked', async () => {
    const store = await openTestStore();
    const taken: number[] = [];
    let nowMs = t0;
    for (let asked = 0; asked < 200; asked += 1) {
      const wait = await store.takeCall({ upstream, limit: 5, windowMs: 1000, nowMs });
      if (wait === 0) taken.push(nowMs);
      nowMs += wait === 0 ? (asked * 37) % 90 : wait;
    }

    const crowded = taken.filter((at) => {
      return taken.filter((other) => other > at - 1000 && other <= at).length > 5;
    });
    expect(crowded).toEqual([]);
    expect(taken.length).toBeGreaterThan(100);
  });

  it('is lowered by what the upstream says is left, until that is over', async () => {
    const store = await openTestStore();
    const take = (nowMs: number) => store.takeCall({ upstream, limit: 100, windowMs, nowMs });
    await take(t0);

    await store.noteRemaining({ upstream, remaining: 1, nowMs: t0 + 10 });

    expect(await take(t0 + 11)).toBe(0);
    expect(await take(t0 + 12)).toBe(windowMs - 12);
    expect(await take(t0 + windowMs)).toBe(0);
    expect(await take(t0 + windowMs + 10)).toBe(0);
  });

  it('says what is left without taking anything', async () => {
    const store = await openTestStore();
    const asked = { upstream, limit: 5, windowMs };
    await store.takeCall({ ...asked, nowMs: t0 });
    await store.takeCall({ ...asked, nowMs: t0 + 10 });

    expect(await store.callsLeft({ ...asked, nowMs: t0 + 20 })).toBe(3);
    expect(await store.callsLeft({ ...asked, nowMs: t0 + 20 })).toBe(3);
    await store.noteRemaining({ upstream, remaining: 1, nowMs: t0 + 30 });
    expect(await store.callsLeft({ ...asked, nowMs: t0 + 40 })).toBe(1);
    expect(await store.callsLeft({ ...asked, nowMs: t0 + 2 * windowMs })).toBe(5);
  });

  it('is not raised by an answer that comes late', async () => {
    const store = await openTestStore();
    const take = (nowMs: number) => store.takeCall({ upstream, limit: 100, windowMs, nowMs });
    await take(t0);
    await store.noteRemaining({ upstream, remaining: 0, nowMs: t0 + 10 });

    await store.noteRemaining({ upstream, remaining: 50, nowMs: t0 + 20 });

    expect(await take(t0 + 21)).toBeGreaterThan(0);
  });

  it('does not wait for the future after the clock was moved back', async () => {
    const store = await openTestStore();
    const take = (nowMs: number) => store.takeCall({ upstream, limit: 1, windowMs, nowMs });
    await take(t0);

    const wait = await take(t0 - 86_400_000);

    expect(wait).toBe(windowMs);
    expect(await take(t0 - 86_400_000 + windowMs)).toBe(0);
  });
});

describe('facts', () => {
  const fact: MasterFact = {
    kind: 'customer',
    name: 'A',
    active: true,
    stopped: false,
    currency: 'USD',
  };

  it('are known until they expire, are replaced, or are forgotten', async () => {
    const store = await openTestStore();
    const known = async (nowMs: number) => [...(await store.facts(['a', 'b', 'c'], nowMs)).keys()];
    await store.putFacts(
      [
        { key: 'a', fact, expiresAtMs: t0 + 10 },
        { key: 'b', fact: { kind: 'absent' }, expiresAtMs: t0 + 20 },
      ],
      t0,
    );

    expect((await store.facts(['a'], t0)).get('a')).toEqual(fact);
    expect(await known(t0)).toEqual(['a', 'b']);
    expect(await known(t0 + 10)).toEqual(['b']);
    await store.putFacts([{ key: 'a', fact, expiresAtMs: t0 + 99 }], t0 + 10);
    expect(await known(t0 + 19)).toEqual(['a', 'b']);
    await store.forgetFacts(['a']);
    expect(await known(t0 + 19)).toEqual(['b']);
  });

  it('stored under a clock that was ahead are not believed', async () => {
    const store = await openTestStore();
    await store.putFacts([{ key: 'a', fact, expiresAtMs: t0 + 86_400_000 }], t0 + 80_000_000);

    expect((await store.facts(['a'], t0)).size).toBe(0);
  });
});

describe('the vault', () => {
  it('keeps sealed bytes by name', async () => {
    const store = await openTestStore();

    await store.putSealed('shipbob', Buffer.from([1, 2, 255]), t0);
    await store.putSealed('shipbob', Buffer.from([3]), t0 + 1);

    expect(await store.sealed('infor')).toBeNull();
    expect([...((await store.sealed('shipbob')) ?? [])]).toEqual([3]);
    expect(await store.sealedNames()).toEqual([{ name: 'shipbob', updatedAtMs: t0 + 1 }]);
  });
});
