import { describe, expect, it } from 'vitest';
import type { Fence } from '../../src/app/ports.ts';
import type { PlannedDocument, RecordKey } from '../../src/core/glossary.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { calendarDay, chargeId, type Day, externalKey } from '../../src/core/schema.ts';
import {
  caredQuery,
  entryQuery,
  handBookingQuery,
  pageSize,
  postingsByDayQuery,
  postingsByTimeQuery,
  postingsInQuery,
  standingQuery,
} from '../../src/store/ledger-books.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { aHandLink } from '../support/hand-link.ts';
import { planOf, writeInto } from '../support/store-explain.ts';
import { freshPath, openTestStore, takeLease } from '../support/store-open.ts';
import {
  aCharge,
  aFlag,
  aMove,
  anEntry,
  anOrder,
  anOutcome,
  plannedIssue,
  plannedJournal,
  plannedOrder,
} from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const day = calendarDay('2026-11-03');
const month = { fromDay: calendarDay('2026-11-01'), toDay: calendarDay('2026-11-30') };
const everyDay = { fromDay: calendarDay('2020-01-01'), toDay: calendarDay('2030-12-31') };

/** Orders, each with one document. */
async function started(documents: PlannedDocument[], path?: string) {
  const store = await openTestStore(path === undefined ? {} : { path });
  const fence = await takeLease(store, { nowMs: t0 });
  await store.saveObservations(fence, {
    stream: 'orders',
    nowMs: t0,
    observations: documents.map((_, at) => ({ record: anOrder(String(at + 1)), startedAtMs: t0 })),
    unreadable: [],
    checkpointMs: null,
  });
  const due = await store.casesDue(10_000);
  await store.savePlans(
    fence,
    due.map(({ stored }) => {
      const planned = documents[Number(stored.key.id) - 1];
      return anOutcome(stored.key, stored.contentHash, {
        put: planned === undefined ? [] : [planned],
      });
    }),
    t0,
  );
  return { store, fence };
}

async function post(store: OpenedStore, fence: Fence, key: string, atMs: number): Promise<void> {
  const found = await store.posting(externalKey(key));
  if (found === null) throw new Error('there is a posting');
  const patch = { attempt: 1, handle: 'H1' };
  const staged = { ...found, ...patch };
  const reference = { number: `N-${key}`, detail: {} };
  await store.movePostings(fence, [aMove(found, 'staged', { patch })], atMs);
  await store.movePostings(fence, [aMove({ ...staged, state: 'staged' }, 'committing')], atMs);
  const done = aMove({ ...staged, state: 'committing' }, 'posted', { patch: { reference } });
  await store.movePostings(fence, [done], atMs);
}

function on(planned: PlannedDocument, ordered: string): PlannedDocument {
  const { document } = planned;
  if (document.kind !== 'salesOrder') throw new Error('a sales order');
  return { ...planned, document: { ...document, orderedOn: calendarDay(ordered) } };
}

async function keysOf(pages: AsyncGenerator<{ key: string }[]>): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of pages) {
    expect(page.length).toBeLessThanOrEqual(pageSize);
    keys.push(...page.map(({ key }) => key));
  }
  return keys;
}

describe('postings of a period', () => {
  const period = (change: { fromMs?: number; toMs?: number; fromDay?: Day; toDay?: Day } = {}) => ({
    ...month,
    fromMs: t0,
    toMs: t0 + 1000,
    ...change,
  });

  it('are those of its days and those posted in it, each once', async () => {
    const { store, fence } = await started([
      on(plannedOrder('SB1'), '2026-10-31'),
      on(plannedOrder('SB2'), '2026-11-01'),
      on(plannedOrder('SB3'), '2026-11-30'),
      on(plannedOrder('SB4'), '2026-12-01'),
      on(plannedOrder('SB5'), '2026-10-31'),
      on(plannedOrder('SB6'), '2026-12-01'),
    ]);
    await post(store, fence, 'SB1', t0 + 999);
    await post(store, fence, 'SB2', t0 + 500);
    await post(store, fence, 'SB5', t0 - 1);
    await post(store, fence, 'SB6', t0 + 1000);

    const keys = await keysOf(store.ledgerPostings(period()));

    expect(keys.sort()).toEqual(['SB1', 'SB2', 'SB3']);
  });

  it('come in pages, none left out and none twice', async () => {
    const many = Array.from({ length: pageSize * 2 + 50 }, (_, at) =>
      on(plannedOrder(`SB${at + 1}`), at % 2 === 0 ? '2026-11-03' : '2026-11-04'),
    );
    const { store } = await started(many);

    const keys = await keysOf(store.ledgerPostings(period()));

    expect(keys).toHaveLength(many.length);
    expect(new Set(keys).size).toBe(many.length);
  });

  it('posted at one instant come in pages too', async () => {
    const many = Array.from({ length: 8 }, (_, at) =>
      on(plannedOrder(`SB${at + 1}`), '2026-01-01'),
    );
    const { store, fence } = await started(many);
    for (const { key } of many) await post(store, fence, key, t0);

    expect(await keysOf(store.ledgerPostings(period()))).toHaveLength(8);
    expect(await keysOf(store.ledgerPostings(period({ fromMs: t0 + 1 })))).toEqual([]);
  });

  it('hold documents without a day when they were posted in it', async () => {
    const cancellation = {
      ...plannedOrder('C1'),
      document: { kind: 'orderCancellation' as const, salesOrderKey: externalKey('SB1') },
    };
    const { store, fence } = await started([cancellation]);
    await post(store, fence, 'C1', t0);

    expect(await keysOf(store.ledgerPostings(period()))).toEqual(['C1']);
  });
});

describe('the ledger for a comparison', () => {
  it('names every posting that is not finished', async () => {
    const { store, fence } = await started([
      plannedOrder('SB1'),
      plannedOrder('SB2'),
      plannedIssue('S3-1', '3', 'SB1'),
    ]);
    await post(store, fence, 'SB2', t0);

    expect((await keysOf(store.unfinishedPostings())).sort()).toEqual(['S3-1', 'SB1']);
  });

  it('finds postings by record and by key, and says what it knows of records', async () => {
    const { store } = await started([plannedOrder('SB1'), plannedOrder('SB2')]);
    const records: RecordKey[] = [
      { kind: 'order', id: '2' },
      { kind: 'receiving', id: '2' },
    ];

    const byRecord = await store.postingsOf(records);
    const byKey = await store.postingsUnder([externalKey('SB1'), externalKey('SB9')]);
    const standings = await store.recordStandings(records);
    await store.touchForPlanning(records);

    expect(byRecord.map(({ key }) => key)).toEqual(['SB2']);
    expect(byKey.map(({ key }) => key)).toEqual(['SB1']);
    expect(standings).toMatchObject([
      { key: { kind: 'order', id: '2' }, due: 'no', unreadable: 'no', vanishedAtMs: null },
    ]);
    expect(await store.recordStandings(records)).toMatchObject([{ due: 'yes' }]);
  });

  it('tells open questions with what people said about them', async () => {
    const path = freshPath();
    const { store, fence } = await started([plannedOrder('SB1')], path);
    const key: RecordKey = { kind: 'order', id: '1' };
    await store.touchForPlanning([key]);
    const [due] = await store.casesDue(10);
    const hash = due?.stored.contentHash ?? '';
    const flags = [aFlag('UNKNOWN_ITEM', 'item:A'), aFlag('UNKNOWN_UNIT', 'unit:B')];
    await store.savePlans(fence, [anOutcome(key, hash, { flags })], t0);

    writeInto(
      path,
      `insert into flag_care (record_kind, record_id, posting_key, code, cause, assignee, tags_json,
        ignored_at_ms, ignored_until_ms, ignored_by, ignored_because, updated_at_ms)
      values
        ('order', '1', '', 'UNKNOWN_UNIT', 'unit:B', 'kim', '[]', ${t0}, null, 'lee', 'test', 0),
        ('order', '1', '', 'UNKNOWN_ITEM', 'item:other', 'sam', '[]', null, null, null, null, 0)`,
    );

    const found = [];
    for await (const page of store.openCaredFlags()) found.push(...page);

    expect(found).toMatchObject([
      { flag: { code: 'UNKNOWN_ITEM', record: key }, assignee: null, ignored: null },
      {
        flag: { code: 'UNKNOWN_UNIT' },
        assignee: 'kim',
        ignored: { atMs: t0, untilMs: null, by: 'lee', because: 'test' },
      },
    ]);
  });

  it('tells hand bookings', async () => {
    const { store, fence } = await started([plannedOrder('SB1')]);
    const link = { kind: 'salesOrder' as const, shipbobId: '1', number: '0020000001' };
    const share = [{ line: 1, item: 'COF-1', quantity: parseQuantity('2'), lot: null }];
    const by = { actor: 'kim', nowMs: t0 };
    await store.linkByHand(fence, aHandLink({ kind: 'order', id: '1' }, { ...link, share }, by));

    const found = [];
    for await (const page of store.handBookings()) found.push(...page);

    expect(found).toEqual([{ ...link, held: share, actor: 'kim', linkedAtMs: t0 }]);
  });

  it('tells charges by day, in a journal or not', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });
    await store.saveObservations(fence, {
      stream: 'costs',
      nowMs: t0,
      observations: ['C1', 'C2', 'C3'].map((id) => ({ record: aCharge(id), startedAtMs: t0 })),
      unreadable: [],
      checkpointMs: null,
    });
    const due = await store.casesDue(99);
    const outcomes = due.map(({ stored: { key, contentHash } }) => {
      const charged = key.id === 'C3' ? calendarDay('2026-12-01') : day;
      return anOutcome(key, contentHash, { entry: anEntry(key.id, { day: charged }) });
    });
    await store.savePlans(fence, outcomes, t0);
    const journal = 'J20261103AAA-01';
    await store.freezeJournal(fence, plannedJournal(journal, ['C1']), [anEntry('C1')], t0);

    const found = [];
    for await (const page of store.ledgerEntries(month)) found.push(...page);

    expect(found).toMatchObject([
      { chargeId: 'C1', journalKey: journal, amount: '4.2' },
      { chargeId: 'C2', journalKey: null },
    ]);
    expect(await store.entriesOf([chargeId('C3'), chargeId('C9')])).toMatchObject([
      { chargeId: 'C3', day: '2026-12-01' },
    ]);
    expect(await store.voucherCharges([externalKey(journal)])).toEqual([]);
  });
});

describe('what a comparison asks of the ledger', () => {
  it('is answered by an index, in order', async () => {
    const path = freshPath();
    await openTestStore({ path });
    const { explain } = planOf(path);
    const period = { ...everyDay, fromMs: 0, toMs: t0 };

    const asked = {
      posting_day: postingsByDayQuery(period, { day: '2026-11-01', id: 0 }),
      posting_posted: postingsByTimeQuery(period, { atMs: 0, id: 0 }),
      posting_tally: postingsInQuery({ kind: 'journal', state: 'flagged', after: 0 }),
      flag_code: caredQuery({ code: '', id: 0 }),
      flag_care_once: caredQuery({ code: '', id: 0 }),
      journal_entry_day: entryQuery(day, { day: '2026-11-01', charge: '' }),
      source_record_key: standingQuery([{ kind: 'order', id: '1' }]),
    };

    for (const [index, query] of Object.entries(asked)) {
      const plan = explain(query);
      expect(plan).toContain(index);
      expect(plan).not.toContain('TEMP B-TREE');
      expect(plan).not.toMatch(/SCAN (posting|flag|journal_entry|source_record)\b(?! USING)/);
    }
    expect(explain(handBookingQuery({ shipbobId: '', kind: '', number: '' }))).toContain(
      'USING PRIMARY KEY',
    );
  });
});
