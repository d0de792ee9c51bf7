import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { MappingAct } from '../../src/app/ports.ts';
import type { MappingDraft, MappingTarget } from '../../src/core/mapping.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { aDraft, skuTo } from '../support/builders-mapping.ts';
import { freshPath, openTestStore } from '../support/store-open.ts';

const t0 = 1_760_000_000_000;
const dayMs = 86_400_000;
const customer = (code: string): MappingTarget => ({ kind: 'customer', code });

function by(nowMs: number, actor = 'ada', because: string | null = null): MappingAct {
  return { actor, because, nowMs };
}

/** What stands at that time, as `source → item × factor`. */
async function standing(store: OpenedStore, nowMs: number): Promise<string[]> {
  const found = await store.currentMappings(nowMs);
  return found.map(({ source, target }) => {
    const says = target.kind === 'sku' ? `${target.item} × ${target.factor}` : target.kind;
    return `${source} → ${says}`;
  });
}

async function lastAudit(store: OpenedStore, path: string) {
  const { seq } = await store.auditHead();
  const handle = new Database(path, { readonly: true });
  const row = handle.prepare<[number], Record<string, unknown>>(
    'select action, actor, detail, body from audit left join audit_body using (seq) where seq = ?',
  );
  const found = row.get(seq);
  handle.close();
  return found;
}

describe('a mapping', () => {
  it('is in force from when it is set, and ended by the next one', async () => {
    const store = await openTestStore();

    const first = await store.setMapping(aDraft('PACK', skuTo('COFFEE', '12')), by(t0));
    const second = await store.setMapping(aDraft('PACK', skuTo('TEA', '6')), by(t0 + 5));

    expect(first).toMatchObject({ change: 'added', before: null, after: { item: 'COFFEE' } });
    expect(second).toMatchObject({
      change: 'changed',
      before: { item: 'COFFEE', factor: '12' },
      after: { item: 'TEA', factor: '6' },
    });
    expect(await standing(store, t0 + 5)).toEqual(['PACK → TEA × 6']);
    const rows = await store.mappings({ kinds: null, state: 'all', nowMs: t0 + 5 });
    expect(rows).toMatchObject([
      { standing: 'ended', validFromMs: t0, validToMs: t0 + 5, endedBy: 'ada' },
      { standing: 'inForce', validFromMs: t0 + 5, validToMs: null },
    ]);
  });

  it('that is the same again changes nothing and says nothing', async () => {
    const store = await openTestStore();
    await store.setMapping(aDraft('PACK', skuTo('COFFEE')), by(t0));
    const before = await store.auditHead();

    const again = await store.setMapping(aDraft('PACK', skuTo('COFFEE')), by(t0 + 5));

    expect(again).toMatchObject({ change: 'same', validFromMs: t0 });
    expect(await store.auditHead()).toEqual(before);
  });

  it('may begin later, and end by itself', async () => {
    const store = await openTestStore();
    await store.setMapping(aDraft('PACK', skuTo('OLD')), by(t0));

    await store.setMapping(
      aDraft('PACK', skuTo('NEW'), { validFromMs: t0 + dayMs, validToMs: t0 + 2 * dayMs }),
      by(t0),
    );

    expect(await standing(store, t0 + dayMs - 1)).toEqual(['PACK → OLD × 1']);
    expect(await standing(store, t0 + dayMs)).toEqual(['PACK → NEW × 1']);
    expect(await standing(store, t0 + 2 * dayMs)).toEqual([]);
  });

  it('lasts until one begins that was set for later', async () => {
    const store = await openTestStore();
    await store.setMapping(aDraft('PACK', skuTo('OLD')), by(t0));
    await store.setMapping(aDraft('PACK', skuTo('NEXT'), { validFromMs: t0 + dayMs }), by(t0));

    const now = await store.setMapping(aDraft('PACK', skuTo('NOW')), by(t0 + 1));

    expect(now).toMatchObject({ before: { item: 'OLD' }, validToMs: t0 + dayMs });
    expect(await standing(store, t0 + dayMs - 1)).toEqual(['PACK → NOW × 1']);
    expect(await standing(store, t0 + dayMs)).toEqual(['PACK → NEXT × 1']);
  });

  it('is refused when it would reach into one that was set for later', async () => {
    const store = await openTestStore();
    await store.setMapping(aDraft('PACK', skuTo('NEXT'), { validFromMs: t0 + dayMs }), by(t0));

    const draft = aDraft('PACK', skuTo('NOW'), { validToMs: t0 + 2 * dayMs });

    await expect(store.setMapping(draft, by(t0))).rejects.toMatchObject({
      code: 'MAPPING_OVERLAPS',
    });
    expect(await standing(store, t0)).toEqual([]);
  });

  it('never begins in the past', async () => {
    const store = await openTestStore();

    const draft = aDraft('PACK', skuTo('NEW'), { validFromMs: t0 - 1 });

    await expect(store.setMapping(draft, by(t0))).rejects.toMatchObject({
      code: 'MAPPING_BACKDATED',
    });
  });

  it.each<[string, MappingDraft]>([
    ['a factor of nothing', aDraft('PACK', { ...skuTo('COFFEE'), factor: skuTo('x', '0').factor })],
    ['a lower-case item', aDraft('PACK', skuTo('coffee'))],
    ['a skipped fee without reason', aDraft('Shipping', { kind: 'account', as: { skip: '' } })],
    ['a customer without list', aDraft('a@b.example', customer('BIGBOX'))],
  ])('is refused with %s', async (_, draft) => {
    const store = await openTestStore();

    await expect(store.setMapping(draft, by(t0))).rejects.toMatchObject({
      code: 'MAPPING_INVALID',
    });
    expect(await store.mappings({ kinds: null, state: 'all', nowMs: t0 })).toEqual([]);
  });

  it('that is removed gives way to the configuration, with all that was to come', async () => {
    const store = await openTestStore();
    await store.setMapping(aDraft('PACK', skuTo('OLD')), by(t0));
    await store.setMapping(aDraft('PACK', skuTo('NEXT'), { validFromMs: t0 + dayMs }), by(t0));
    const key = { kind: 'sku', list: '', source: 'PACK' } as const;

    const removed = await store.removeMapping(key, by(t0 + 9));

    expect(removed).toMatchObject({ change: 'removed', before: { item: 'OLD' }, after: null });
    expect(await standing(store, t0 + 9)).toEqual([]);
    expect(await standing(store, t0 + dayMs)).toEqual([]);
    expect(await store.removeMapping(key, by(t0 + 10))).toBeNull();
  });

  it('of a customer is one, however the address is spelt', async () => {
    const store = await openTestStore();
    const list = 'customers';
    await store.setMapping(aDraft('Buying@Bigbox.example', customer('OLD'), { list }), by(t0));

    const change = await store.setMapping(
      aDraft(' buying@bigbox.EXAMPLE', customer('BIGBOX'), { list }),
      by(t0 + 1),
    );

    expect(change).toMatchObject({ change: 'changed', before: { code: 'OLD' } });
    expect(await store.currentMappings(t0 + 1)).toHaveLength(1);
  });

  it('set after the clock was set back goes before those set earlier', async () => {
    const store = await openTestStore();
    await store.setMapping(aDraft('PACK', skuTo('AHEAD')), by(t0 + dayMs));

    await store.setMapping(aDraft('PACK', skuTo('NOW')), by(t0));

    expect(await standing(store, t0)).toEqual(['PACK → NOW × 1']);
    expect(await standing(store, t0 + 2 * dayMs)).toEqual(['PACK → NOW × 1']);
  });

  it('that no longer reads stops who would plan by it, and can be set anew', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    const handle = new Database(path);
    handle
      .prepare(
        `insert into mapping (kind, list, source, compared_as, target_json, valid_from_ms, set_by,
           set_at_ms) values ('sku', '', 'PACK', 'PACK', '{"item":"COFFEE","factor":"-1"}', 0, 'x', 0)`,
      )
      .run();
    handle.close();

    await expect(store.currentMappings(t0)).rejects.toMatchObject({
      code: 'MAPPING_BROKEN',
      message: expect.stringContaining('factor is "-1"'),
    });
    expect(await store.mappings({ kinds: null, state: 'standing', nowMs: t0 })).toMatchObject([
      { target: null, broken: expect.stringContaining('factor') },
    ]);
    await store.setMapping(aDraft('PACK', skuTo('COFFEE', '12')), by(t0));
    expect(await standing(store, t0)).toEqual(['PACK → COFFEE × 12']);
  });
});

describe('the database itself', () => {
  it('lets no two mappings of one source be in force at a time', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    await store.setMapping(aDraft('PACK', skuTo('COFFEE')), by(t0));
    const handle = new Database(path);

    const insert = () =>
      handle
        .prepare(
          `insert into mapping (kind, list, source, compared_as, target_json, valid_from_ms, set_by,
             set_at_ms) values ('sku', '', 'PACK', 'PACK', '{}', ?, 'x', 0)`,
        )
        .run(t0 + 1);

    expect(insert).toThrow('one mapping of a source is in force at a time');
    expect(() => handle.prepare(`update mapping set target_json = '{}'`).run()).toThrow('its end');
    expect(() => handle.prepare('delete from mapping').run()).toThrow('not deleted');
    handle.close();
  });
});

describe('an import', () => {
  it('is one act: a wrong line leaves nothing behind', async () => {
    const store = await openTestStore();
    await store.setMapping(aDraft('A', skuTo('OLD')), by(t0));
    const head = await store.auditHead();
    const wrong = aDraft('C', skuTo('lower'));

    const work = store.importMappings(
      {
        set: [aDraft('B', skuTo('NEW')), wrong],
        remove: [{ kind: 'sku', list: '', source: 'A' }],
      },
      by(t0 + 1),
    );

    await expect(work).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
    expect(await standing(store, t0 + 1)).toEqual(['A → OLD × 1']);
    expect(await store.auditHead()).toEqual(head);
  });

  it('answers what it came to, and tells each change in the audit trail', async () => {
    const store = await openTestStore();
    await store.importMappings(
      { set: [aDraft('A', skuTo('OLD')), aDraft('B', skuTo('SAME'))], remove: [] },
      by(t0),
    );
    const { seq } = await store.auditHead();

    const changes = await store.importMappings(
      {
        set: [aDraft('B', skuTo('SAME')), aDraft('C', skuTo('NEW'))],
        remove: [{ kind: 'sku', list: '', source: 'A' }],
      },
      by(t0 + 1),
    );

    expect(changes.map(({ change, source }) => `${change} ${source}`)).toEqual([
      'removed A',
      'same B',
      'added C',
    ]);
    expect((await store.auditHead()).seq).toBe(seq + 2);
    expect(await store.verifyAudit()).toMatchObject({ brokenAt: null });
  });
});

describe('the audit trail of a mapping', () => {
  it('says who, what it was and what it is', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    await store.setMapping(aDraft('PACK', skuTo('COFFEE', '12')), by(t0));

    await store.setMapping(aDraft('PACK', skuTo('TEA', '6')), by(t0 + 1, 'grace'));

    const row = await lastAudit(store, path);
    expect(row).toMatchObject({ action: 'mapped', actor: 'grace', body: null });
    expect(JSON.parse(String(row?.detail))).toMatchObject({
      kind: 'sku',
      source: 'PACK',
      before: { item: 'COFFEE', factor: '12' },
      after: { item: 'TEA', factor: '6' },
    });
  });

  it('keeps addresses and reasons out of what cannot be purged', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    const source = 'ada.lovelace@bigbox.example';
    const draft = aDraft(source, customer('BIGBOX'), { list: 'customers' });

    await store.setMapping(draft, by(t0, 'grace', 'Ada Lovelace asked for it'));

    const row = await lastAudit(store, path);
    expect(String(row?.detail)).not.toMatch(/lovelace/i);
    expect(JSON.parse(String(row?.detail))).toMatchObject({
      list: 'customers',
      sourceHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(JSON.parse(String(row?.body))).toEqual({
      source,
      because: 'Ada Lovelace asked for it',
    });
  });
});

describe('the history of mappings', () => {
  it('tells each change of a period with who and why', async () => {
    const store = await openTestStore();
    const key = { kind: 'sku', list: '', source: 'PACK' } as const;
    await store.setMapping(aDraft('PACK', skuTo('OLD')), by(t0 - dayMs, 'ada', 'first try'));
    await store.setMapping(aDraft('PACK', skuTo('NEW', '6')), by(t0, 'grace', 'packs of six'));
    await store.removeMapping(key, by(t0 + 1, 'ada', 'back to the file'));
    await store.setMapping(aDraft('PACK', skuTo('LATER')), by(t0 + dayMs));

    const events = await store.mappingHistory({ fromMs: t0, toMs: t0 + dayMs });

    expect(events).toMatchObject([
      {
        atMs: t0,
        actor: 'grace',
        because: 'packs of six',
        change: 'changed',
        before: { item: 'OLD', factor: '1' },
        after: { item: 'NEW', factor: '6' },
      },
      {
        atMs: t0 + 1,
        actor: 'ada',
        because: 'back to the file',
        change: 'removed',
        before: { item: 'NEW' },
        after: null,
      },
    ]);
  });
});
