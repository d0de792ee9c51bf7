import { describe, expect, it } from 'vitest';
import type { AuditEntry, TraceReport } from '../../src/app/ports.ts';
import { storyOf } from '../../src/cli/command/trace-story.ts';
import type { JsonObject } from '../../src/core/glossary.ts';

const t0 = Date.UTC(2026, 10, 30, 12);
const record = { kind: 'order', id: '1' } as const;

/** Rows of the trail, a second apart. */
function report(rows: Partial<AuditEntry>[], change: Partial<TraceReport> = {}): TraceReport {
  return {
    found: { as: 'order', record },
    hits: [{ as: 'order', record }],
    records: [],
    charges: [],
    postings: [],
    flags: [],
    crosswalk: [],
    mappings: [],
    entries: rows.map((row, index) => ({
      seq: index + 1,
      atMs: t0 + index * 1000,
      runId: 1,
      actor: 'engine',
      action: 'moved',
      record,
      postingKey: 'SB1',
      detail: {},
      bodyHash: null,
      body: null,
      ...row,
    })),
    brokenAt: null,
    ...change,
  };
}

const sent = (step: string, call: string): Partial<AuditEntry> => ({
  action: 'intended',
  detail: { step, call },
});
const answered = (detail: JsonObject): Partial<AuditEntry> => ({ action: 'exchanged', detail });
const confirm = 'OIS100MI/Confirm';

describe('the story of a trace', () => {
  it('tells a call and its answer on one line, where it was sent', () => {
    const [turn] = storyOf(
      report([
        sent('commit', confirm),
        answered({ step: 'lookup', call: 'X', outcome: 'ok', durationMs: 5 }),
        answered({ step: 'commit', call: confirm, outcome: 'ok', durationMs: 7, intent: 1 }),
        { detail: { from: 'committing', to: 'posted', because: 'read back as done' } },
      ]),
    );

    expect(turn?.text).toBe('SB1: posted (2 calls, 3 s)');
    expect(
      turn?.steps.map(({ question, text, durationMs }) => [question, text, durationMs]),
    ).toEqual([
      ['commit', 'turns the draft into an order (OIS100MI/Confirm): done', 7],
      ['there already?', 'X: answered', 5],
    ]);
  });

  it('says of a call without an answer that none was written down', () => {
    const [turn] = storyOf(report([sent('commit', confirm)]));

    expect(turn?.steps[0]).toMatchObject({
      text: 'turns the draft into an order (OIS100MI/Confirm): sent, and no answer was written down',
      tone: 'warning',
    });
  });

  it('tells each run’s turn by itself: a lost answer, and what was found later', () => {
    const story = storyOf(
      report([
        sent('commit', confirm),
        answered({ step: 'commit', call: confirm, outcome: 'unclear', durationMs: 1, intent: 1 }),
        { detail: { from: 'committing', to: 'unknown', because: 'no clear answer to the commit' } },
        { action: 'observed', postingKey: null, detail: { change: 'changed' } },
        {
          runId: 2,
          detail: { from: 'unknown', to: 'posted', because: 'found in Infor under its key' },
        },
      ]),
    );

    expect(story.map(({ text, tone }) => [text, tone])).toEqual([
      ['SB1: outcome unknown: no clear answer to the commit (1 call, 2 s)', 'warning'],
      ['seen changed in ShipBob', null],
      ['SB1: posted: found in Infor under its key', 'good'],
    ]);
  });

  it('puts the same call in a row on one line, with the time of all', () => {
    const line = { step: 'stage', call: 'A' };
    const [turn] = storyOf(
      report([
        sent('stage', 'A'),
        sent('stage', 'A'),
        answered({ ...line, outcome: 'ok', durationMs: 3, intent: 1 }),
        answered({ ...line, outcome: 'ok', durationMs: 4, intent: 2 }),
      ]),
    );

    expect(turn?.steps).toMatchObject([{ text: 'A: done', times: 2, durationMs: 7 }]);
  });

  it('says of a link what was linked, what it holds, and why, as long as that is kept', () => {
    const linked = {
      actor: 'ann',
      action: 'linked',
      postingKey: null,
      detail: {
        kind: 'goodsReceipt',
        shipbobId: '443007',
        number: '600018',
        purchaseOrder: '7000003',
        held: [{ item: 'TOWEL', lot: 'L1', quantity: '40' }],
        acceptedDifferences: 0,
      },
    };

    const [whole, purged] = storyOf(
      report([{ ...linked, body: { because: 'dock', accepted: [] } }, linked]),
    );

    const what = 'ann: linked goods receipt 600018, entered by hand';
    expect(whole?.text).toBe(
      `${what} (on purchase order 7000003; holds 40 TOWEL lot L1; because dock)`,
    );
    expect(purged?.text).toBe(`${what} (on purchase order 7000003; holds 40 TOWEL lot L1)`);
  });

  it('names who did what, and why, with words that can be purged', () => {
    const story = storyOf(
      report([
        {
          actor: 'ann',
          action: 'ignored',
          runId: null,
          postingKey: null,
          detail: { flag: 7, code: 'CUSTOMER_BLOCKED', until: 'a person ends it' },
          body: { because: 'a test order' },
        },
      ]),
    );

    expect(story[0]?.text).toBe(
      'ann: does not want to be asked again (flag 7, code CUSTOMER_BLOCKED, until a person ends it, because a test order)',
    );
  });

  it('tells what was mapped in between', () => {
    const mapping = {
      kind: 'sku',
      source: 'COFFEE',
      target: { kind: 'sku', item: 'A100', factor: '6' },
      because: 'new packaging',
      validFromMs: t0 + 500,
      validToMs: null,
      setBy: 'ann',
      setAtMs: t0 + 500,
      endedBy: 'bob',
      endedAtMs: t0 + 9000,
      endedBecause: 'gone',
    };
    const entries = [
      {
        action: 'flagged',
        postingKey: null,
        detail: { code: 'UNKNOWN_ITEM', cause: 'item:COFFEE' },
      },
      { action: 'cleared', postingKey: null, detail: { code: 'UNKNOWN_ITEM' } },
    ];

    const story = storyOf(report(entries, { mappings: [mapping] }));

    expect(story.map(({ text }) => text)).toEqual([
      'flagged for a person: UNKNOWN_ITEM (item:COFFEE)',
      'ann: mapped sku COFFEE to item A100, factor 6, because: new packaging',
      'flag UNKNOWN_ITEM cleared',
      'bob: ended the mapping of sku COFFEE, because: gone',
    ]);
  });
});
