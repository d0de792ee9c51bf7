import { existsSync, readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { PurgeRequest } from '../../src/app/ports.ts';
import { purge } from '../../src/app/purge.ts';
import type { OrderRecord, RecordKey } from '../../src/core/glossary.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { aHandLink, aHeld } from '../support/hand-link.ts';
import { freshPath, handClock, openTestStore, takeLease } from '../support/store-open.ts';
import {
  aFlag,
  aMove,
  anIntent,
  anOrder,
  anOutcome,
  aReceiving,
  aShipment,
  plannedOrder,
} from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const dayMs = 86_400_000;
const order1 = { kind: 'order', id: '1' } as const;
/** Each must be nowhere afterwards, in whatever case. */
const canaries = ['Quetzalina', 'Zanzibar Lane', '+15550001234', 'q.canary@example.org'];
const earlier = 'former-canary@example.org';

function personal(email = 'Q.Canary@Example.org'): OrderRecord {
  const order = anOrder('1', { shipments: [aShipment('5')] });
  const recipient = {
    ...order.recipient,
    name: 'Quetzalina Canary',
    street1: '7 Zanzibar Lane',
    phone: '+15550001234',
    email,
  };
  return { ...order, recipient, tags: [{ name: 'gift', value: 'for Quetzalina' }] };
}

interface World {
  store: OpenedStore;
  path: string;
  fence: Awaited<ReturnType<typeof takeLease>>;
}

/** One order that was flagged, mapped, posted, cared for and announced, all with canaries. */
async function worked(): Promise<World> {
  const path = freshPath();
  const store = await openTestStore({ path, clock: handClock(t0) });
  const fence = await takeLease(store, { nowMs: t0 });
  const page = { stream: 'orders', nowMs: t0, unreadable: [], checkpointMs: null };
  const cause = (email: string) => `lookup:shops:${email}`;
  await store.saveObservations(fence, {
    ...page,
    observations: [{ record: personal(earlier), startedAtMs: t0 }],
  });
  const evidence = { value: earlier, orderNumber: '#1' };
  const flags = [aFlag('UNKNOWN_CUSTOMER', cause(earlier), { evidence })];
  await plan({ store, path, fence }, { flags });
  await store.saveObservations(fence, {
    ...page,
    observations: [{ record: personal(), startedAtMs: t0 + 1 }],
  });
  const again = [aFlag('UNKNOWN_CUSTOMER', cause('Q.Canary@Example.org'))];
  await plan({ store, path, fence }, { flags: again });
  const planned = plannedOrder('SB1');
  if (planned.document.kind !== 'salesOrder') throw new Error('an order is planned');
  planned.document.deliveryAddress = personal().recipient;
  await plan({ store, path, fence }, { put: [planned] });
  await post({ store, path, fence });
  await store.saveDeliveries([
    {
      webhookId: 'w1',
      topic: 'order.shipped',
      body: JSON.stringify(personal().recipient),
      receivedAtMs: t0,
      proof: 'signature',
      subject: null,
      keptBecause: 'a test',
    },
  ]);
  sayThings(path);
  return { store, path, fence };
}

function plan({ store, fence }: World, change: Parameters<typeof anOutcome>[2]): Promise<void> {
  return planOf(store, fence, order1, change);
}

const openFlags = { codes: null, kinds: null, ids: null, state: 'open', limit: 1 } as const;

async function planOf(
  store: OpenedStore,
  fence: World['fence'],
  key: RecordKey,
  change: Parameters<typeof anOutcome>[2],
): Promise<void> {
  const due = (await store.casesDue(10)).find(({ stored }) => stored.key.id === key.id);
  await store.savePlans(fence, [anOutcome(key, due?.stored.contentHash ?? '', change)], t0);
}

async function post({ store, fence }: World): Promise<void> {
  const posting = await store.posting(plannedOrder('SB1').key);
  if (posting === null) throw new Error('there is a posting');
  const staged = { attempt: 1, handle: 'H1' };
  await store.movePostings(fence, [aMove(posting, 'staged', { patch: staged })], t0);
  const held = { ...posting, ...staged };
  await store.movePostings(fence, [aMove({ ...held, state: 'staged' }, 'committing')], t0);
  const request = { name: 'Quetzalina Canary', street: '7 Zanzibar Lane' };
  const intent = anIntent(held, 'commit', { request });
  await store.recordIntents(fence, [intent], t0);
  const { postingId, key, call } = intent;
  const answer = { phone: '+15550001234', mail: 'Q.Canary@Example.org' };
  const exchange = { postingId, key, call, request, step: 'commit' as const, answer };
  await store.recordExchanges(fence, [{ ...exchange, outcome: 'ok', durationMs: 1 }], t0);
  const reference = { number: '0010001', detail: {} };
  const posted = aMove({ ...held, state: 'committing' }, 'posted', { patch: { reference } });
  await store.movePostings(fence, [posted], t0);
}

/** What people do with the queue and with mappings, as rows. */
function sayThings(path: string): void {
  const database = new Database(path);
  const says = (text: string) => database.exec(text);
  says(`insert into flag_care (id, record_kind, record_id, posting_key, code, cause, assignee,
    tags_json, updated_at_ms) values (1, 'order', '1', '', 'UNKNOWN_CUSTOMER',
    'lookup:shops:Q.Canary@Example.org', 'bob', '["Quetzalina"]', ${t0})`);
  says(`insert into flag_note (care_id, at_ms, actor, text)
    values (1, ${t0}, 'bob', 'Quetzalina phoned')`);
  says(`insert into mapping (kind, list, source, compared_as, target_json, because, valid_from_ms,
    valid_to_ms, set_by, set_at_ms, ended_because) values ('customer', 'shops', 'Q.Canary@example.org',
    'q.canary@example.org', '{}', 'Quetzalina asked', ${t0}, ${t0 + 1}, 'bob', ${t0},
    'Quetzalina moved')`);
  database.close();
}

function aRequest(change: Partial<PurgeRequest> = {}): PurgeRequest {
  const nowMs = t0 + 500 * dayMs;
  return {
    beforeMs: nowMs - 400 * dayMs,
    record: null,
    nowMs,
    actor: 'ann',
    fence: null,
    ...change,
  };
}

function run(
  store: OpenedStore,
  change: Partial<PurgeRequest> = {},
  recordsMax: number | null = null,
) {
  return purge({
    store,
    request: aRequest(change),
    recordsMax,
    tidy: 'whole',
    signal: new AbortController().signal,
    progress: () => {},
  });
}

/** Every canary that is still in the files, in plain bytes or in what is packed. */
function leftIn(path: string): string[] {
  const bytes = [path, `${path}-wal`]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file).toString('latin1'));
  const database = new Database(path, { readonly: true });
  const packed = database
    .prepare<[], { body: Buffer | null; unreadable: Buffer | null }>(
      'select body, unreadable from source_record',
    )
    .all()
    .flatMap(({ body, unreadable }) => [body, unreadable])
    .flatMap((blob) => (blob === null ? [] : [inflateRawSync(blob).toString('utf8')]));
  database.close();
  const all = [...bytes, ...packed].join('\n').toLowerCase();
  return [...canaries, earlier].filter((canary) => all.includes(canary.toLowerCase()));
}

describe('a purge', () => {
  it('leaves no byte of a person in the file, and the trail whole', async () => {
    const { store, path } = await worked();
    expect(leftIn(path)).toEqual([...canaries, earlier]);
    // In the chain itself nothing can be removed: causes of look-ups that stand there were written
    // before they were hashed. That is what threat-model.md says.
    const chained = chainedCanaries(path);

    const report = await run(store);

    expect(report).toMatchObject({ records: 1, notices: [] });
    expect(leftIn(path)).toEqual(chained);
    expect(await store.verifyAudit()).toEqual({
      rows: (await store.auditHead()).seq,
      brokenAt: null,
    });
  });

  it('takes out the words of people about what is closed, wherever they stand', async () => {
    const { store, path, fence } = await worked();
    const by = { actor: 'ann', nowMs: t0 };
    const wro = { kind: 'receiving', id: '9' } as const;
    await store.saveObservations(fence, {
      stream: 'receiving',
      nowMs: t0,
      observations: [{ record: aReceiving('9', { '5': '1' }), startedAtMs: t0 }],
      unreadable: [],
      checkpointMs: null,
    });
    const flags = [aFlag('NO_PURCHASE_ORDER', 'receiving:9')];
    await planOf(store, fence, wro, { flags });
    const [flag] = await store.flags(openFlags);
    const ids = [flag?.id ?? 0];
    const because = 'asked Quetzalina';
    await store.careForFlags(ids, { do: 'assign', assignee: 'Quetzalina' }, by);
    await store.careForFlags(ids, { do: 'tag', add: ['Quetzalina'], remove: [] }, by);
    await store.careForFlags(ids, { do: 'note', text: because }, by);
    await store.careForFlags(ids, { do: 'ignore', because, untilMs: null }, by);
    await store.careForFlags(ids, { do: 'unignore' }, by);
    const share = [aHeld('A100', '1')];
    const link = { kind: 'goodsReceipt', shipbobId: '9', number: '600018', share } as const;
    await store.linkByHand(fence, aHandLink(wro, link, { because, accepted: [because] }));
    await planOf(store, fence, wro, {});
    const mapping = { kind: 'sku', list: '', source: 'MUG' } as const;
    const target = { kind: 'sku', item: 'A100', factor: parseQuantity('1') } as const;
    const act = { actor: 'ann', because, nowMs: t0 };
    await store.setMapping({ ...mapping, target, validFromMs: null, validToMs: null }, act);
    await store.removeMapping(mapping, act);
    const message = { cause: 'x', severity: 'problem', title: because, lines: [because] } as const;
    await store.putAlertStates([
      {
        cause: 'x',
        firstAtMs: t0,
        lastSeenAtMs: t0,
        sentAtMs: null,
        seenSinceSent: 1,
        message: { ...message, lines: [because] },
      },
    ]);

    await run(store);

    expect(leftIn(path)).toEqual(chainedCanaries(path));
    expect((await store.verifyAudit()).brokenAt).toBeNull();
    expect((await store.trace('600018')).hits).toEqual([{ as: 'handBooking', record: wro }]);
  });

  it('of a record that was purged before and asked about again goes as well', async () => {
    const { store, path, fence } = await worked();
    await run(store);
    const page = { stream: 'orders', nowMs: t0 + 2, unreadable: [], checkpointMs: null };
    const observations = [{ record: { ...personal(), status: 'Exception' }, startedAtMs: t0 + 2 }];
    await store.saveObservations(fence, { ...page, observations });
    const flags = [aFlag('UNKNOWN_CUSTOMER', 'lookup:shops:Q.Canary@Example.org')];
    await planOf(store, fence, order1, { flags });
    const [flag] = await store.flags(openFlags);
    const by = { actor: 'ann', nowMs: t0 + 2 };
    await store.careForFlags([flag?.id ?? 0], { do: 'note', text: 'Quetzalina again' }, by);
    await planOf(store, fence, order1, {});

    expect(await run(store)).toMatchObject({ records: 1 });
    expect(leftIn(path)).toEqual(chainedCanaries(path));
  });

  it('that a run does by the way leaves none either, without rewriting the file', async () => {
    const { store, path, fence } = await worked();

    await purge({
      store,
      request: aRequest({ fence, actor: 'engine' }),
      recordsMax: 100,
      tidy: 'log',
      signal: new AbortController().signal,
      progress: () => {},
    });

    expect(leftIn(path)).toEqual(chainedCanaries(path));
  });

  it('keeps what was booked and when, and tells of itself', async () => {
    const { store } = await worked();

    await run(store);

    const { records, postings, flags, entries } = await store.trace('1');
    expect(records[0]?.record).toMatchObject({ lines: personal().lines, shipments: [{ id: '5' }] });
    expect(postings).toMatchObject([
      { key: 'SB1', state: 'posted', reference: { number: '0010001' } },
    ]);
    expect(flags.map(({ sentence }) => sentence)).toEqual([
      'No customer in Infor for ….',
      'No customer in Infor for ….',
    ]);
    // Equal causes are still told from others.
    expect(new Set(flags.map(({ cause }) => cause)).size).toBe(2);
    expect(flags[0]?.evidence).toEqual({ orderNumber: '#1' });
    expect(entries.every(({ body }) => body === null)).toBe(true);
    expect(entries.at(-1)).toMatchObject({ actor: 'ann', action: 'purged' });
  });

  it('does nothing the second time', async () => {
    const { store } = await worked();
    await run(store);
    const { seq } = await store.auditHead();

    expect(await run(store)).toMatchObject({ records: 0, bodies: 0, loose: 0 });
    expect((await store.auditHead()).seq).toBe(seq);
  });

  it('of a record that is seen again lets it be unchanged, and plans nothing', async () => {
    const { store, path, fence } = await worked();
    await run(store);

    const counts = await store.saveObservations(fence, {
      stream: 'orders',
      nowMs: t0 + 2,
      observations: [{ record: personal(), startedAtMs: t0 + 2 }],
      unreadable: [],
      checkpointMs: null,
    });
    await store.touchForPlanning([order1]);

    expect(counts).toMatchObject({ unchanged: 1, changed: 0 });
    expect(await store.casesDue(10)).toEqual([]);
    // Nor when a person names a number for it: its customer could not be looked up.
    expect(await store.planningCase(order1)).toBeNull();
    expect((await store.status(t0)).recordsDue).toBe(0);
    expect(leftIn(path)).toEqual(chainedCanaries(path));
  });

  it('ends when ShipBob shows another content: then it is whole and planned again', async () => {
    const { store, fence } = await worked();
    await run(store);
    const changed = { ...personal(), status: 'Exception' };

    await store.saveObservations(fence, {
      stream: 'orders',
      nowMs: t0 + 2,
      observations: [{ record: changed, startedAtMs: t0 + 2 }],
      unreadable: [],
      checkpointMs: null,
    });

    const [due] = await store.casesDue(10);
    expect(due?.stored.record).toEqual(changed);
    expect(due?.postings).toMatchObject([{ state: 'posted' }]);
  });

  it('makes a record whole that comes back after it was gone', async () => {
    const { store, fence } = await worked();
    await run(store);
    await store.markVanished(fence, order1, t0 + 2);
    expect(await store.casesDue(10)).toHaveLength(1);

    await store.saveObservations(fence, {
      stream: 'orders',
      nowMs: t0 + 3,
      observations: [{ record: personal(), startedAtMs: t0 + 3 }],
      unreadable: [],
      checkpointMs: null,
    });

    const [due] = await store.casesDue(10);
    expect(due?.stored.record).toEqual(personal());
  });

  it.each([
    ['is planned by the next run', `update source_record set plan_due = 1`],
    ['SB1 is unknown', `update posting set state = 'unknown'`],
    ['open flag', `update flag set cleared_at_ms = null where id = 1`],
    [
      'ignored by a person',
      `update flag_care set ignored_at_ms = 1, ignored_by = 'bob', ignored_because = 'x'`,
    ],
  ])('waits while a record is not finished: %s', async (why, sql) => {
    const { store, path } = await worked();
    const database = new Database(path);
    database.exec(sql);
    database.close();

    expect(await run(store)).toMatchObject({ records: 0 });
    expect(await store.unfinished(order1)).toContain(why);
    expect((await store.purgeable(aRequest())).records).toBe(0);
  });

  it('waits until the record and its documents are old enough', async () => {
    const { store } = await worked();

    expect(await run(store, { beforeMs: t0 - 1 })).toMatchObject({ records: 0 });
    expect(await store.purgeable(aRequest({ beforeMs: t0 - 1 }))).toEqual({
      records: 0,
      oldestAtMs: null,
    });
    expect((await store.purgeable(aRequest())).records).toBe(1);
  });

  it('takes one record whatever its age', async () => {
    const { store } = await worked();

    expect(await run(store, { beforeMs: t0 - 1, record: order1 })).toMatchObject({ records: 1 });
    await expect(store.unfinished({ kind: 'order', id: '404' })).rejects.toMatchObject({
      code: 'RECORD_NOT_FOUND',
    });
  });

  it('goes in batches, and stops at its bound', async () => {
    const store = await openTestStore({ path: freshPath() });
    const fence = await takeLease(store, { nowMs: t0 });
    const observations = Array.from({ length: 50 }, (_, index) => ({
      record: anOrder(String(index + 1)),
      startedAtMs: t0,
    }));
    const page = { stream: 'orders', nowMs: t0, unreadable: [], checkpointMs: null };
    await store.saveObservations(fence, { ...page, observations });
    const due = await store.casesDue(100);
    const outcomes = due.map(({ stored }) => anOutcome(stored.key, stored.contentHash));
    await store.savePlans(fence, outcomes, t0);

    expect(await run(store, {}, 20)).toMatchObject({ records: 20 });
    expect(await run(store)).toMatchObject({ records: 30 });
  });

  it('removes the words of people about receiving orders, and keeps what was sent', async () => {
    const store = await openTestStore({ path: freshPath() });
    const fence = await takeLease(store, { nowMs: t0 });
    await store.saveObservations(fence, {
      stream: 'receiving',
      nowMs: t0,
      observations: [{ record: aReceiving('9', { '5': '1' }), startedAtMs: t0 }],
      unreadable: [],
      checkpointMs: null,
    });

    expect(await run(store)).toMatchObject({ records: 0 });
    expect((await store.trace('9')).records[0]?.record).toMatchObject({ kind: 'receiving' });
  });

  it('is not failed by a reader that keeps the file busy, and says so', async () => {
    const { store, path } = await worked();
    const reader = new Database(path);
    reader.exec('begin; select count(*) from audit;');
    reader.prepare('select count(*) from audit').get();

    const { records, notices } = await run(store);

    expect(records).toBe(1);
    expect(notices.join()).toContain('-wal');
    reader.close();
  });
});

describe('what is overwritten day by day', () => {
  it('leaves no earlier version behind in the file', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    const delivery = {
      topic: 'order.shipped',
      receivedAtMs: t0,
      proof: 'signature',
      subject: null,
      keptBecause: 'a test',
    } as const;
    await store.saveDeliveries([
      { ...delivery, webhookId: 'w1', body: '{"name":"Quetzalina"}' },
      { ...delivery, webhookId: 'w2', body: '{}', receivedAtMs: t0 + 9 },
    ]);
    expect(leftIn(path)).toEqual(['Quetzalina']);

    await store.forgetDeliveries(t0 + 1);
    await store.tidyFile('log');

    expect(leftIn(path)).toEqual([]);
  });
});

function chainedCanaries(path: string): string[] {
  const database = new Database(path, { readonly: true });
  const text = JSON.stringify(database.prepare('select * from audit').all()).toLowerCase();
  database.close();
  return [...canaries, earlier].filter((canary) => text.includes(canary.toLowerCase()));
}
