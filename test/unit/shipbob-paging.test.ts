import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TimeWindow } from '../../src/app/ports.ts';
import { chargeId, receivingId } from '../../src/core/schema.ts';
import type { HttpAnswer } from '../../src/runtime/http-server.ts';
import { nextQuery } from '../../src/shipbob/paging.ts';
import { chargeJson, orderJson, receivingJson } from '../support/shipbob-json.ts';
import {
  answeringHttp,
  collect,
  json,
  type SeenCall,
  shipbobSource,
  TOKEN,
  thrownBy,
} from '../support/shipbob-source.ts';

const WINDOW: TimeWindow = {
  fromMs: Date.parse('2026-11-01T00:00:00Z'),
  toMs: Date.parse('2026-11-02T12:30:00.250Z'),
};

function row(id: number) {
  return orderJson({ id, shipments: [] });
}

/** One page of a list as ShipBob gives it. */
function pageOf(
  rows: readonly number[],
  call: SeenCall,
  write: (id: number) => unknown = row,
): HttpAnswer {
  const page = Number(call.query.Page);
  const limit = Number(call.query.Limit);
  const pages = Math.ceil(rows.length / limit);
  const headers = { 'total-pages': String(pages), 'total-count': String(rows.length) };
  if (page > 1 && page > pages) return { status: 200, headers, body: '' };
  return json(rows.slice((page - 1) * limit, page * limit).map(write), headers);
}

function pagesAsked(calls: readonly SeenCall[]): number[] {
  return calls.map((call) => Number(call.query.Page));
}

function range(count: number, from = 1): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

describe('a sweep of orders', () => {
  it('asks for page 1, then from the last page to the first', async () => {
    const http = answeringHttp((call) => pageOf(range(7), call));
    const { source } = shipbobSource(http, { settings: { pageSize: 2 } });

    const pages = await collect(source.orders('updated', WINDOW));

    expect(pagesAsked(http.calls)).toEqual([1, 4, 3, 2, 1]);
    expect(pages.map((page) => page.pagesLeft)).toEqual([4, 3, 2, 1, 0]);
    expect(pages.map((page) => page.observations.map((each) => Number(each.record.id)))).toEqual([
      [1, 2],
      [7],
      [5, 6],
      [3, 4],
      [1, 2],
    ]);
  });

  it.each([0, 1, 2])('of %d rows that fit one page is one call', async (count) => {
    const http = answeringHttp((call) => pageOf(range(count), call));
    const { source } = shipbobSource(http, { settings: { pageSize: 2 } });

    const pages = await collect(source.orders('updated', WINDOW));

    expect(pagesAsked(http.calls)).toEqual([1]);
    expect(pages.map((page) => page.observations.length)).toEqual([count]);
  });

  it.each([
    ['updated', 'LastUpdateStartDate', 'LastUpdateEndDate'],
    ['tracking', 'LastTrackingUpdateStartDate', 'LastTrackingUpdateEndDate'],
    ['created', 'StartDate', 'EndDate'],
  ] as const)('by %s bounds both sides in UTC, with literal colons', async (by, from, to) => {
    const http = answeringHttp((call) => pageOf([], call));
    const { source } = shipbobSource(http);

    await collect(source.orders(by, WINDOW));

    expect(http.calls[0]?.url).toBe(
      'https://api.shipbob.test/2026-07/order?Page=1&Limit=250' +
        `&${from}=2026-11-01T00:00:00.000Z&${to}=2026-11-02T12:30:00.250Z&SortOrder=Oldest`,
    );
    expect(http.calls[0]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}` });
  });

  it('takes an empty body past the end for no rows', async () => {
    let rows = range(5);
    const http = answeringHttp((call) => {
      const answer = pageOf(rows, call);
      rows = range(2);
      return answer;
    });
    const { source } = shipbobSource(http, { settings: { pageSize: 2 } });

    const pages = await collect(source.orders('updated', WINDOW));

    expect(pages.map((page) => page.observations.length)).toEqual([2, 0, 0, 2]);
  });

  it('asks again for an empty body elsewhere, so that no row is skipped', async () => {
    let asked = 0;
    const http = answeringHttp((call) => {
      asked += 1;
      const { headers = {} } = pageOf(range(4), call);
      return asked === 2 ? { status: 200, headers, body: '' } : pageOf(range(4), call);
    });
    const { source } = shipbobSource(http, { settings: { pageSize: 2 } });

    const pages = await collect(source.orders('updated', WINDOW));

    expect(pagesAsked(http.calls)).toEqual([1, 2, 2, 1]);
    expect(pages.map((page) => page.observations.length)).toEqual([2, 2, 2]);
  });

  it('asks again for an empty answer without headers where a page is known to be', async () => {
    let asked = 0;
    const http = answeringHttp((call) => {
      asked += 1;
      return asked === 2 ? { status: 200, body: '' } : pageOf(range(4), call);
    });
    const { source } = shipbobSource(http, { settings: { pageSize: 2 } });

    const pages = await collect(source.orders('updated', WINDOW));

    expect(pagesAsked(http.calls)).toEqual([1, 2, 2, 1]);
    expect(pages.map((page) => page.observations.length)).toEqual([2, 2, 2]);
  });

  it('without headers reads on to the end and back', async () => {
    const http = answeringHttp((call) => {
      const { status, body = '' } = pageOf(range(5), call);
      return { status, body };
    });
    const { source } = shipbobSource(http, { settings: { pageSize: 2 } });

    const pages = await collect(source.orders('updated', WINDOW));

    expect(pagesAsked(http.calls)).toEqual([1, 2, 3, 4, 2, 1]);
    expect(pages.at(-1)?.pagesLeft).toBe(0);
  });

  it('without headers ends even when ShipBob ignores the page', async () => {
    const http = answeringHttp(() => json([row(1), row(2)]));
    const { source } = shipbobSource(http, { settings: { pageSize: 2 } });

    const pages = await collect(source.orders('updated', WINDOW));

    expect(pages.map((page) => page.observations.length)).toEqual([2]);
  });

  it('refuses a number of pages that cannot be', async () => {
    const http = answeringHttp(() => json([row(1)], { 'total-pages': '999999' }));
    const { source } = shipbobSource(http);

    const problem = await thrownBy(collect(source.orders('updated', WINDOW)));

    expect(problem).toMatchObject({ code: 'SHIPBOB_PAGING_BROKEN', kind: 'retryable' });
  });

  it('counts a row once within a page, and again on another', async () => {
    const http = answeringHttp((call) => pageOf([1, 1, 2, 2, 1, 3], call));
    const { source } = shipbobSource(http, { settings: { pageSize: 3 } });

    const pages = await collect(source.orders('updated', WINDOW));

    expect(pages.map((page) => page.observations.map((each) => each.record.id))).toEqual([
      ['1', '2'],
      ['2', '1', '3'],
      ['1', '2'],
    ]);
  });

  it('keeps a row it cannot understand and reads the others', async () => {
    const http = answeringHttp(() =>
      json([row(1), { ...row(2), products: null }, row(3)], { 'total-pages': '1' }),
    );
    const { source } = shipbobSource(http);

    const [page] = await collect(source.orders('updated', WINDOW));

    expect(page?.observations.map((each) => each.record.id)).toEqual(['1', '3']);
    expect(page?.unreadable).toMatchObject([
      { kind: 'order', id: '2', problem: 'Field products is missing.' },
    ]);
  });
});

describe('a list that changes while it is read', () => {
  /** `leave` holds places in the list, in percent of its length. */
  type Change = { leave: number[]; join: 'none' | 'end' | 'front' | 'middle' };

  /** Before each answer the set changes; ids that stayed throughout must have been read. */
  async function missed(start: number, changes: readonly Change[], pageSize: number) {
    let rows = range(start);
    let nextId = 1_000;
    const gone = new Set<number>();
    const left = [...changes];
    let first = true;
    const http = answeringHttp((call) => {
      const change = first ? undefined : left.shift();
      first = false;
      if (change) {
        for (const place of change.leave) {
          const at = Math.floor((place * rows.length) / 100);
          // Only rows of the start leave: a newcomer that went again would hide that it came.
          const [id] = (rows[at] ?? 1_000) < 1_000 ? rows.splice(at, 1) : [];
          if (id !== undefined) gone.add(id);
        }
        nextId += 1;
        const middle = Math.floor(rows.length / 2);
        if (change.join === 'end') rows = [...rows, nextId];
        if (change.join === 'front') rows = [nextId, ...rows];
        if (change.join === 'middle') rows = rows.toSpliced(middle, 0, nextId);
      }
      return pageOf(rows, call);
    });
    const { source } = shipbobSource(http, { settings: { pageSize } });
    const pages = await collect(source.orders('updated', WINDOW));
    const read = new Set(
      pages.flatMap((page) => page.observations.map((each) => Number(each.record.id))),
    );
    return range(start).filter((id) => !gone.has(id) && !read.has(id));
  }

  const leave = fc.array(fc.nat(99), { maxLength: 9 });

  it('misses no row when rows leave anywhere and join at the end', async () => {
    const change = fc.record({ leave, join: fc.constantFrom('none', 'end') });
    const model = fc.tuple(
      fc.integer({ min: 0, max: 60 }),
      fc.array(change, { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
    );

    await fc.assert(
      fc.asyncProperty(model, async ([start, changes, pageSize]) => {
        expect(await missed(start, changes, pageSize)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('misses no row when some join at the front while others leave', async () => {
    const change = fc.record({ leave, join: fc.constant('none' as const) });
    const model = fc.tuple(
      fc.integer({ min: 0, max: 60 }),
      fc.array(change, { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      fc.uniqueArray(fc.nat(20), { maxLength: 2 }),
    );

    await fc.assert(
      fc.asyncProperty(model, async ([start, changes, pageSize, bursts]) => {
        const all = changes.map((each, index) =>
          bursts.includes(index) ? { ...each, join: 'front' as const } : each,
        );
        expect(await missed(start, all, pageSize)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('says that pages are left while it will start over: the checkpoint waits for the last', async () => {
    let calls = 0;
    const http = answeringHttp((call) => {
      calls += 1;
      return pageOf(calls < 3 ? range(4) : [1_001, ...range(4)], call);
    });
    const { source } = shipbobSource(http, { settings: { pageSize: 2 } });

    const pages = await collect(source.orders('updated', WINDOW));

    expect(pages.filter(({ pagesLeft }) => pagesLeft === 0)).toHaveLength(1);
    expect(pages.at(-1)?.pagesLeft).toBe(0);
  });

  it('starts over when one joins at the front as one already read leaves', async () => {
    const still: Change = { leave: [], join: 'none' };
    const swap: Change = { leave: [99], join: 'front' };

    expect(await missed(6, [still, swap], 2)).toEqual([]);
  });

  it('misses no row when some join in the middle and the count grows', async () => {
    const model = fc.tuple(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.uniqueArray(fc.nat(20), { maxLength: 2 }),
    );

    await fc.assert(
      fc.asyncProperty(model, async ([start, pageSize, bursts]) => {
        const changes = range(21, 0).map((index) => ({
          leave: [],
          join: bursts.includes(index) ? ('middle' as const) : ('none' as const),
        }));
        expect(await missed(start, changes, pageSize)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a cursor', () => {
  const opaque = '/8cUk+xJkb=';

  it.each([
    ['an opaque token', opaque, 'Cursor=%2F8cUk%2BxJkb%3D'],
    ['a relative address with the version', '/2026-07/channel?cursor=eyJ0', 'cursor=eyJ0'],
    [
      'a relative address without it',
      '/Product?cursor=H4sI%2B&PageSize=2',
      'cursor=H4sI%2B&PageSize=2',
    ],
    ['an absolute address', 'https://api.shipbob.com/2026-07/inventory?Cursor=a#x', 'Cursor=a'],
  ])('may be %s', (_, next, query) => {
    expect(nextQuery(next)).toBe(query);
  });

  it.each([
    'https://evil.test/2026-07/channel?cursor=2',
    '//evil.test/channel?cursor=2',
    'https://api.shipbob.test@evil.test/channel?cursor=2',
    '/../../../elsewhere?cursor=2',
    '@evil.test/?cursor=2',
  ])('never takes the token elsewhere: %s', async (next) => {
    const http = answeringHttp((call) =>
      json({ items: [{ id: 1, name: 'A' }], next: call.query.cursor ? null : next }),
    );
    const { source } = shipbobSource(http);

    await source.probe();

    expect(http.calls.map((call) => call.url)).toEqual([
      'https://api.shipbob.test/2026-07/channel?RecordsPerPage=50',
      'https://api.shipbob.test/2026-07/channel?cursor=2',
    ]);
  });

  it.each(['{"items":[],"next":{}}', '{"items":[],"next":true}', '{"items":[],"next":["2"]}'])(
    'that is no text is no end: %s is asked for again',
    async (body) => {
      let asked = 0;
      const http = answeringHttp(() => {
        asked += 1;
        return asked === 1 ? { status: 200, body } : json({ items: [], next: null });
      });

      await shipbobSource(http).source.probe();

      expect(asked).toBe(2);
    },
  );

  it('that comes back ends the reading', async () => {
    const http = answeringHttp(() => json({ items: [], next: '/2026-07/channel?cursor=same' }));
    const { source } = shipbobSource(http);

    const problem = await thrownBy(source.probe());

    expect(problem).toMatchObject({ code: 'SHIPBOB_PAGING_BROKEN' });
    expect(http.calls).toHaveLength(2);
  });
});

describe('charges', () => {
  it('are asked for by window in the body and by cursor in the address', async () => {
    const http = answeringHttp((call) =>
      call.query.Cursor === undefined
        ? json({ items: [chargeJson()], next: 'f8cUk/xJ+k=', prev: null })
        : json({ items: [chargeJson({ transaction_id: '01B' }), { amount: 1 }], next: null }),
    );
    const { source } = shipbobSource(http);

    const pages = await collect(source.charges(WINDOW));

    expect(http.calls.map((call) => call.url)).toEqual([
      'https://api.shipbob.test/2026-07/transactions:query',
      'https://api.shipbob.test/2026-07/transactions:query?Cursor=f8cUk%2FxJ%2Bk%3D',
    ]);
    expect(JSON.parse(http.calls[0]?.body ?? '')).toEqual({
      from_date: '2026-11-01T00:00:00.000Z',
      to_date: '2026-11-02T12:30:00.250Z',
      page_size: 250,
      sort_order: 'Ascending',
    });
    expect(pages.flatMap((page) => page.observations.map((each) => each.record.id))).toEqual([
      chargeId('01AN4Z07BY79KA1307SR9X4MV3'),
      chargeId('01B'),
    ]);
    expect(pages[1]?.unreadable).toMatchObject([
      { kind: 'charge', id: null, problem: 'Field transaction_id is missing.' },
    ]);
  });
});

describe('receiving orders', () => {
  const write = (id: number) => receivingJson({ id });

  it('that are open are those of all nine statuses that are not final', async () => {
    const http = answeringHttp((call) => pageOf([1], call, write));
    const { source } = shipbobSource(http);

    await collect(source.receivings({ select: 'open' }));

    const statuses = http.calls[0]?.query.Statuses?.split(',').sort();
    expect(statuses).toEqual(
      [
        'Awaiting,Arrived,PartiallyArrived,PartiallyArrivedAtHub,ArrivedAtHub',
        'ProcessingAtHub,Processing,Incomplete,InternalTransfer',
      ]
        .join(',')
        .split(',')
        .sort(),
    );
    expect(http.calls[0]?.url).toContain('Awaiting,');
  });

  it('that were completed or cancelled are asked for by the clock there is', async () => {
    const http = answeringHttp((call) => pageOf([], call, write));
    const { source } = shipbobSource(http);

    await collect(source.receivings({ select: 'completed', window: WINDOW }));
    await collect(source.receivings({ select: 'cancelled', insertedFromMs: WINDOW.fromMs }));

    const from = '2026-11-01T00:00:00.000Z';
    expect(http.calls.map((call) => call.url.split('Limit=100&')[1])).toEqual([
      `Statuses=Completed&CompletedStartDate=${from}&CompletedEndDate=2026-11-02T12:30:00.250Z`,
      `Statuses=Cancelled&InsertStartDate=${from}`,
    ]);
  });

  it('asked for by id come a hundred at a time, literally separated', async () => {
    const http = answeringHttp((call) =>
      pageOf((call.query.IDs ?? '').split(',').map(Number), call, write),
    );
    const { source } = shipbobSource(http);
    const ids = range(230).map((id) => receivingId(String(id)));

    const pages = await collect(source.receivings({ select: 'ids', ids }));

    expect(http.calls.map((call) => call.query.IDs?.split(',').length)).toEqual([100, 100, 30]);
    expect(http.calls[2]?.url).toContain('IDs=201,202,203,');
    expect(pages.map((page) => page.pagesLeft)).toEqual([2, 1, 0]);
    expect(pages.flatMap((page) => page.observations)).toHaveLength(230);
  });

  it('asked for by no id need no call', async () => {
    const http = answeringHttp(() => json([]));
    const { source } = shipbobSource(http);

    expect(await collect(source.receivings({ select: 'ids', ids: [] }))).toEqual([]);
    expect(http.calls).toEqual([]);
  });
});
