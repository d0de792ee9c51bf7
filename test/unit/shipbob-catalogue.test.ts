import { describe, expect, it } from 'vitest';
import type { MasterNeed } from '../../src/core/glossary.ts';
import { inventoryId } from '../../src/core/schema.ts';
import type { HttpAnswer } from '../../src/runtime/http-server.ts';
import { answeringHttp, json, type SeenCall, shipbobSource } from '../support/shipbob-source.ts';

interface Article {
  sku: string;
  status?: string;
  name?: string;
  parts?: [string | null, number][];
}

function productJson(article: Article) {
  const { sku, status = 'Active', name = `name of ${sku}`, parts = [] } = article;
  const bundle_definition = parts.map(([variant_sku, quantity]) => ({ variant_sku, quantity }));
  return { id: 1, name: 'product', variants: [{ id: 2, sku, status, name, bundle_definition }] };
}

/** A catalogue that understands lists only as ShipBob does: literal, behind `any:`. */
function catalogue(articles: Article[], options: { any?: 'ignored' } = {}) {
  return (call: SeenCall): HttpAnswer => {
    const raw = /[?&]SKU=([^&]*)/.exec(call.url)?.[1] ?? '';
    const many = options.any ? raw : raw.replace(/^any:/, '');
    const wanted = new Set(many.split(',').map(decodeURIComponent));
    return json({ items: articles.filter(({ sku }) => wanted.has(sku)).map(productJson) });
  };
}

function product(sku: string): MasterNeed {
  return { kind: 'product', sku };
}

function inventory(id: number): MasterNeed {
  return { kind: 'inventory', inventoryId: inventoryId(String(id)) };
}

describe('products by SKU', () => {
  it('are asked for in one call and answered in the order asked', async () => {
    const http = answeringHttp(
      catalogue([{ sku: 'A-1' }, { sku: 'SET', parts: [['A-1', 2]] }, { sku: 'OTHER' }]),
    );
    const { source } = shipbobSource(http);

    const facts = await source.catalogue([product('SET'), product('NONE'), product('A-1')]);

    expect(http.calls.map((call) => call.url)).toEqual([
      'https://api.shipbob.test/2026-07/product?SKU=any:SET,NONE,A-1&PageSize=250',
    ]);
    expect(facts).toEqual([
      {
        kind: 'product',
        sku: 'SET',
        name: 'name of SET',
        components: [{ sku: 'A-1', quantity: '2' }],
      },
      { kind: 'absent' },
      { kind: 'product', sku: 'A-1', name: 'name of A-1', components: [] },
    ]);
  });

  it.each(['A,B', 'A:B', '50%', 'é', '"x"', ' x', 'any:A', 'half \ud800'])(
    'with %j in it are asked for alone, so that the others are still found',
    async (odd) => {
      const http = answeringHttp(catalogue([{ sku: 'PLAIN-1' }, { sku: 'PLAIN 2' }, { sku: odd }]));
      const { source } = shipbobSource(http);

      const facts = await source.catalogue([product('PLAIN-1'), product(odd), product('PLAIN 2')]);

      expect(http.calls.map((call) => /SKU=([^&]*)/.exec(call.url)?.[1])).toEqual([
        'any:PLAIN-1,PLAIN%202',
        encodeURIComponent(Buffer.from(odd).toString()),
      ]);
      expect(facts.map((fact) => fact.kind).slice(0, 1)).toEqual(['product']);
      expect(facts[2]?.kind).toBe('product');
    },
  );

  it('without any text are absent without a call, which would mean the whole catalogue', async () => {
    const http = answeringHttp(() => json({ items: [] }));
    const { source } = shipbobSource(http);

    expect(await source.catalogue([product(''), product('  ')])).toEqual([
      { kind: 'absent' },
      { kind: 'absent' },
    ]);
    expect(http.calls).toEqual([]);
  });

  it('are asked for alone when the list is not understood', async () => {
    const http = answeringHttp(catalogue([{ sku: 'A' }, { sku: 'B' }], { any: 'ignored' }));
    const { source } = shipbobSource(http);

    const facts = await source.catalogue([product('A'), product('C')]);

    expect(facts.map((fact) => fact.kind)).toEqual(['product', 'absent']);
    expect(http.calls).toHaveLength(3);
  });

  it('come fifty to a call', async () => {
    const articles = Array.from({ length: 120 }, (_, index) => ({ sku: `S${index}` }));
    const http = answeringHttp(catalogue(articles));
    const { source } = shipbobSource(http);

    const facts = await source.catalogue(articles.map(({ sku }) => product(sku)));

    expect(http.calls).toHaveLength(3);
    expect(facts.map((fact) => fact.kind === 'product' && fact.sku)).toEqual(
      articles.map(({ sku }) => sku),
    );
  });

  it('prefer the active variant, and are ambiguous when two differ in content', async () => {
    const http = answeringHttp(
      catalogue([
        { sku: 'OLD', status: 'Inactive', parts: [['X', 1]] },
        { sku: 'OLD', parts: [['Y', 1]] },
        { sku: 'TWO', name: 'one', parts: [['X', 1]] },
        { sku: 'TWO', name: 'other', parts: [['X', 2]] },
        { sku: 'SAME' },
        { sku: 'SAME' },
      ]),
    );
    const { source } = shipbobSource(http);

    const facts = await source.catalogue([product('OLD'), product('TWO'), product('SAME')]);

    expect(facts).toMatchObject([
      { kind: 'product', components: [{ sku: 'Y' }] },
      { kind: 'ambiguous', candidates: ['one', 'other'] },
      { kind: 'product', components: [] },
    ]);
  });

  it('that cannot be understood are absent, and the log says why', async () => {
    const http = answeringHttp(catalogue([{ sku: 'SET', parts: [[null, 1]] }, { sku: 'A' }]));
    const { source, lines } = shipbobSource(http);

    const facts = await source.catalogue([product('SET'), product('A')]);

    expect(facts.map((fact) => fact.kind)).toEqual(['absent', 'product']);
    expect(lines.map((line) => line.facts)).toContainEqual({
      problem: 'Field variants[0].bundle_definition[0].variant_sku is missing.',
    });
  });

  it('stop reading once the one asked for is found, should the filter be ignored', async () => {
    const http = answeringHttp((call) => {
      const page = Number(call.query.cursor ?? '1');
      const next = page < 9 ? `/Product?cursor=${page + 1}` : null;
      return json({ items: [productJson({ sku: page === 2 ? 'A,B' : `S${page}` })], next });
    });
    const { source } = shipbobSource(http);

    const facts = await source.catalogue([product('A,B')]);

    expect(facts).toMatchObject([{ kind: 'product', sku: 'A,B' }]);
    expect(http.calls).toHaveLength(2);
  });
});

describe('SKUs by inventory id', () => {
  /** Lists all but number 3, which only its own address knows. */
  function inventoryItems(call: SeenCall): HttpAnswer {
    const single = /\/inventory\/(\d+)$/.exec(call.path)?.[1];
    if (single === '3') return json({ inventory_id: 3, sku: 'SKU-3', name: 'Three' });
    if (single !== undefined) return { status: 404 };
    const ids = (call.query.InventoryIds ?? '').split(',');
    const rows = ids.filter((id) => Number(id) < 1_000 && id !== '3');
    return json({ items: rows.map((id) => ({ inventory_id: Number(id), sku: `SKU-${id}` })) });
  }

  it('are asked for a hundred to a call, and one by one where the list was silent', async () => {
    const http = answeringHttp(inventoryItems);
    const { source } = shipbobSource(http);
    const needs = [1, 2, 3, 4_000, 1].map(inventory);

    const facts = await source.catalogue(needs);

    expect(facts).toEqual([
      { kind: 'inventory', sku: 'SKU-1', name: '' },
      { kind: 'inventory', sku: 'SKU-2', name: '' },
      { kind: 'inventory', sku: 'SKU-3', name: 'Three' },
      { kind: 'absent' },
      { kind: 'inventory', sku: 'SKU-1', name: '' },
    ]);
    expect(http.calls[0]?.url).toContain('/inventory?InventoryIds=1,2,3,4000&PageSize=250');
    expect(source.callCounts()).toEqual({ 'GET /inventory': 1, 'GET /inventory/{id}': 2 });
  });

  it('are split into several calls when there are many', async () => {
    const http = answeringHttp(inventoryItems);
    const { source } = shipbobSource(http);

    await source.catalogue(Array.from({ length: 250 }, (_, index) => inventory(index + 10)));

    expect(source.callCounts()).toEqual({ 'GET /inventory': 3 });
  });

  it('are the only facts besides products that ShipBob knows', async () => {
    const http = answeringHttp(() => json({ items: [] }));
    const { source } = shipbobSource(http);

    const asked = source.catalogue([{ kind: 'customer', number: '1' }]);

    await expect(asked).rejects.toMatchObject({ kind: 'defect' });
  });
});
