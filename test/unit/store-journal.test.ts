import { describe, expect, it } from 'vitest';
import type { Fence, Store } from '../../src/app/ports.ts';
import type { Posting } from '../../src/core/glossary.ts';
import { calendarDay, externalKey } from '../../src/core/schema.ts';
import { openTestStore, takeLease } from '../support/store-open.ts';
import { aCharge, aMove, anEntry, anOutcome, plannedJournal } from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const j1 = 'J20261103AAA-01';
const j2 = 'J20261103AAA-02';
const day = calendarDay('2026-11-03');

async function started(...charges: string[]): Promise<{ store: Store; fence: Fence }> {
  const store = await openTestStore();
  const fence = await takeLease(store, { nowMs: t0 });
  await see(store, fence, ...charges);
  return { store, fence };
}

async function see(store: Store, fence: Fence, ...charges: string[]): Promise<void> {
  await store.saveObservations(fence, {
    stream: 'costs',
    nowMs: t0,
    observations: charges.map((id) => ({ record: aCharge(id), startedAtMs: t0 })),
    unreadable: [],
    checkpointMs: null,
  });
  const due = await store.casesDue(99);
  const outcomes = due.map(({ stored, journalKey }) => {
    const entry = journalKey === null ? anEntry(stored.key.id) : null;
    return anOutcome(stored.key, stored.contentHash, { entry });
  });
  await store.savePlans(fence, outcomes, t0);
}

function freeze(store: Store, fence: Fence, key: string, ...charges: string[]) {
  const entries = charges.map((id) => anEntry(id));
  return store.freezeJournal(fence, plannedJournal(key, charges), entries, t0);
}

async function posting(store: Store, key: string): Promise<Posting> {
  const found = await store.posting(externalKey(key));
  if (found === null) throw new Error(`${key} is there`);
  return found;
}

/** The look-up finds the journal in Infor, with lines of these charges. */
async function found(store: Store, fence: Fence, key: string, ...charges: string[]) {
  const reference = { number: `V-${key}`, detail: { vouchers: [`V-${key}`], charges } };
  const patch = { reference, held: [], adopted: 'yes' as const };
  const move = aMove(await posting(store, key), 'posted', { patch, replan: 'yes' });
  await store.movePostings(fence, [move], t0 + 1);
}

async function loose(store: Store): Promise<string[]> {
  return (await store.looseEntries('2027-01-01', 99)).map(({ chargeId }) => chargeId);
}

async function numbersOf(store: Store, charge: string): Promise<string[]> {
  const { crosswalk } = await store.trace(charge);
  return crosswalk
    .filter(({ shipbobId }) => shipbobId === charge)
    .map(({ inforNumber }) => inforNumber);
}

describe('a journal that is found in Infor', () => {
  it('gives back the charges that Infor does not have in it', async () => {
    const { store, fence } = await started('C1', 'C2');
    await freeze(store, fence, j1, 'C1', 'C2');

    await found(store, fence, j1, 'C1');

    expect(await numbersOf(store, 'C1')).toEqual([`V-${j1}`]);
    expect(await numbersOf(store, 'C2')).toEqual([]);
    const due = await store.casesDue(9);
    expect(due.map(({ stored, journalKey }) => [stored.key.id, journalKey])).toEqual([
      ['C1', j1],
      ['C2', null],
    ]);
    await see(store, fence);
    expect(await loose(store)).toEqual(['C2']);
  });

  it('takes the loose charges that Infor has in it', async () => {
    const { store, fence } = await started('C1', 'C2');
    await freeze(store, fence, j1, 'C1');

    await found(store, fence, j1, 'C1', 'C2');

    expect(await loose(store)).toEqual([]);
    expect(await numbersOf(store, 'C2')).toEqual([`V-${j1}`]);
  });

  it('holds a charge that was never planned here', async () => {
    const { store, fence } = await started('C1');
    await freeze(store, fence, j1, 'C1');
    await found(store, fence, j1, 'C1', 'C2');

    await see(store, fence, 'C2');

    expect(await loose(store)).toEqual([]);
    await store.touchForPlanning([{ kind: 'charge', id: 'C2' }]);
    const [due] = await store.casesDue(9);
    expect(due?.journalKey).toBe(j1);
  });

  it('keeps a charge from being frozen though its plan was made before', async () => {
    const { store, fence } = await started('C1');
    await freeze(store, fence, j1, 'C1');
    await found(store, fence, j1, 'C1', 'C2');
    const late = anOutcome({ kind: 'charge', id: 'C2' }, 'any', { entry: anEntry('C2') });

    await store.savePlans(fence, [late], t0 + 2);

    expect(await loose(store)).toEqual([]);
  });

  it('takes its charges out of a journal that was not sent', async () => {
    const { store, fence } = await started('C1', 'C2', 'C3');
    await freeze(store, fence, j1, 'C1');
    await freeze(store, fence, j2, 'C2', 'C3');

    await found(store, fence, j1, 'C1', 'C2');

    const { document } = await posting(store, j2);
    expect(document).toMatchObject({ lines: [{ line: 1, chargeId: 'C3' }] });
    expect(await numbersOf(store, 'C2')).toEqual([`V-${j1}`]);
  });

  it('leaves the key of a journal that it empties to the next one', async () => {
    const { store, fence } = await started('C1', 'C2');
    await freeze(store, fence, j1, 'C1');
    await freeze(store, fence, j2, 'C2');
    await found(store, fence, j1, 'C1', 'C2');
    expect((await posting(store, j2)).state).toBe('cancelled');
    await see(store, fence, 'C3');

    const sequence = await store.nextJournalSequence(day, 'AAA');
    await freeze(store, fence, j2, 'C3');

    expect(sequence).toBe(2);
    expect(await posting(store, j2)).toMatchObject({
      state: 'pending',
      document: { lines: [{ chargeId: 'C3' }] },
    });
    expect(await store.nextJournalSequence(day, 'AAA')).toBe(3);
  });

  it('holds back a journal that is staged with one of its charges', async () => {
    const { store, fence } = await started('C1', 'C2');
    await freeze(store, fence, j1, 'C1');
    await freeze(store, fence, j2, 'C2');
    const move = aMove(await posting(store, j2), 'staged', { patch: { attempt: 1, handle: 'H' } });
    await store.movePostings(fence, [move], t0);

    await found(store, fence, j1, 'C1', 'C2');

    expect(await posting(store, j2)).toMatchObject({
      state: 'flagged',
      handle: 'H',
      document: { lines: [{ chargeId: 'C2' }] },
    });
    expect(await flagged(store)).toEqual([j1, j2]);
  });

  it('holds back a journal of which a part was staged once', async () => {
    const { store, fence } = await started('C1', 'C2', 'C3');
    await freeze(store, fence, j1, 'C1');
    await freeze(store, fence, j2, 'C2', 'C3');
    const move = aMove(await posting(store, j2), 'pending', { patch: { attempt: 1 } });
    await store.movePostings(fence, [move], t0);

    await found(store, fence, j1, 'C1', 'C2');

    expect((await posting(store, j2)).state).toBe('flagged');
    expect(await flagged(store)).toEqual([j1, j2]);
  });

  it('says so when another journal with one of its charges was handed to an update', async () => {
    const { store, fence } = await started('C1', 'C2');
    await freeze(store, fence, j1, 'C1');
    await freeze(store, fence, j2, 'C2');
    const patch = { attempt: 1, handle: 'H', handedToCommit: 'yes' as const };
    const move = aMove(await posting(store, j2), 'unknown', { patch });
    await store.movePostings(fence, [move], t0);

    await found(store, fence, j1, 'C1', 'C2');

    expect(await flagged(store)).toEqual([j1]);
    expect((await posting(store, j2)).state).toBe('unknown');
  });
});

async function flagged(store: Store): Promise<(string | null)[]> {
  const filter = { kinds: null, ids: null, state: 'open', limit: 9 } as const;
  const flags = await store.flags({ ...filter, codes: ['ADOPTED_DIFFERENT'] });
  return flags.map(({ postingKey }) => postingKey).sort();
}

describe('journals of one day', () => {
  it('are posted one after the other', async () => {
    const { store, fence } = await started('C1', 'C2');
    await freeze(store, fence, j1, 'C1');
    await freeze(store, fence, j2, 'C2');
    const ready = async () => {
      const request = { kind: 'journal', nowMs: t0 + 9, limit: 9 } as const;
      return (await store.postingsReady(request)).map((one) => one.posting.key);
    };

    expect(await ready()).toEqual([j1]);
    const later = { nextAttemptAtMs: t0 + 1000 };
    const move = aMove(await posting(store, j1), 'pending', { patch: later });
    await store.movePostings(fence, [move], t0);

    expect(await ready()).toEqual([]);
    await found(store, fence, j1, 'C1');
    expect(await ready()).toEqual([j2]);
  });
});
