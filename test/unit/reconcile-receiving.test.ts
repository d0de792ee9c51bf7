import { describe, expect, it } from 'vitest';
import type { ReceivingRecord } from '../../src/core/glossary.ts';
import { masterView } from '../../src/core/master.ts';
import { planCase } from '../../src/core/plan.ts';
import { planWork } from '../../src/core/plan-input.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { type LedgerCase, noResults } from '../../src/core/reconcile-case.ts';
import type { ReconcileFrame } from '../../src/core/reconcile-frame.ts';
import type { LedgerMovement } from '../../src/core/reconcile-ledger.ts';
import { compareReceiving } from '../../src/core/reconcile-receiving.ts';
import { aReceiving, dayMs, noonMs } from '../support/builders.ts';
import { aFrame, aMovement } from '../support/builders-books.ts';
import { someFacts } from '../support/builders-facts.ts';
import { aBaseline, anInput, aPosted } from '../support/builders-planning.ts';
import { someSettings } from '../support/builders-settings.ts';

function compared(
  record: ReceivingRecord,
  change: {
    booked?: LedgerMovement[];
    ledger?: Partial<LedgerCase>;
    frame?: ReconcileFrame;
    facts?: ReturnType<typeof someFacts>;
    baseline?: ReturnType<typeof aBaseline>[];
  } = {},
) {
  const frame = change.frame ?? aFrame();
  const master = masterView((change.facts ?? someFacts()).build());
  const { settings } = frame;
  const input = anInput(record, { settings, baseline: change.baseline ?? [] });
  const ledger: LedgerCase = {
    ...{ record: { kind: 'receiving', id: record.id }, postings: [], flags: [], links: [] },
    ...{ movements: change.booked ?? [], due: 'no', read: 'upToDate' },
    ...change.ledger,
  };
  const results = noResults();
  compareReceiving(frame, { work: planWork({ ...input, master }), record, ledger }, results);
  return results;
}

function booked(quantity: string, more: Parameters<typeof aMovement>[0] = {}): LedgerMovement {
  const lines = [{ item: 'COFFEE', quantity }];
  const key = 'R443002-1';
  return aMovement({ kind: 'goodsReceipt', key, order: '4500012', mark: key, lines, ...more });
}

const stowed = (quantity: string) => aReceiving().stowed('COFFEE', quantity);
const codes = (found: ReturnType<typeof compared>) => found.findings.map(({ code }) => code);

describe('a receiving order', () => {
  it('that is booked as it is stowed has nothing to find', () => {
    const found = compared(stowed('10').completed().build(), { booked: [booked('10')] });

    expect(codes(found)).toEqual([]);
    expect(found.waiting).toEqual([]);
    expect(found.moved.map(({ units }) => units)).toEqual(['10']);
  });

  it('whose stowed units grew while it is open counts the rest as not in Infor yet', () => {
    const found = compared(stowed('10').build(), {
      booked: [booked('6')],
      ledger: { read: 'notYet' },
    });

    expect(codes(found)).toEqual([]);
    expect(found.waiting).toMatchObject([{ units: '4', day: null, state: 'waiting' }]);
    expect(found.moved.map(({ units }) => units)).toEqual(['6', '4']);
  });

  it('of which nothing is booked, waits for or is asked about is a finding', () => {
    expect(codes(compared(stowed('10').completed().build()))).toEqual(['NOT_POSTED']);
  });

  it('booked with more than is stowed differs', () => {
    const found = compared(stowed('10').completed().build(), { booked: [booked('12')] });

    expect(found.findings.map(({ code, shipbob, ledger }) => [code, shipbob, ledger])).toEqual([
      ['QUANTITY_DIFFERS', '10', '12'],
    ]);
  });

  it('booked under another lot differs in lot', () => {
    const record = aReceiving().stowed('TEA', '4').box('TEA', '4', 'L1').completed().build();
    const lines = [{ item: 'TEA', quantity: '4', lot: 'L2' }];

    expect(codes(compared(record, { booked: [booked('4', { lines })] }))).toEqual(['LOT_DIFFERS']);
  });

  it.each(['cancelled', 'transfer'] as const)('that is %s and booked is so wrongly', (phase) => {
    const record = stowed('10').having({ phase, status: phase }).build();

    expect(codes(compared(record, { booked: [booked('10')] }))).toEqual([
      'POSTED_THOUGH_CANCELLED',
    ]);
  });

  it('does not ask for what its baseline says was there before', () => {
    const baseline = [aBaseline('COFFEE', '4')];

    const found = compared(stowed('10').completed().build(), { booked: [booked('6')], baseline });

    expect(codes(found)).toEqual([]);
  });

  it('of before the cut-over is left out, and counted as such', () => {
    const settings = someSettings({ sync: { startFromMs: noonMs + dayMs } });
    const record = stowed('10').completed().build();

    const found = compared(record, { frame: aFrame({ settings }) });

    expect(codes(found)).toEqual([]);
    expect(found.beforeStart).toBe(1);
  });

  it('booked in a unit that nobody knows any more is named, and not taken for pieces', () => {
    const strange = { ...booked('2'), lines: [], unclear: [{ item: 'COFFEE', unit: 'CS' }] };

    const found = compared(stowed('24').completed().build(), { booked: [strange] });

    expect(codes(found)).toEqual([]);
    expect(found.notCompared.map(({ why }) => why).join()).toContain('one CS of item COFFEE');
  });

  it('with goods that nothing in Infor stands for waits with its flag', () => {
    const facts = someFacts().absent({ kind: 'item', sku: 'COFFEE' });
    const flag = {
      ...{ id: 7, code: 'UNKNOWN_ITEM', cause: 'item:COFFEE', sentence: '', hint: '' },
      ...{ evidence: {}, quantity: parseQuantity('10'), amount: null, currency: null },
      ...{ postingKey: null, clearedAtMs: null, raisedAtMs: noonMs },
      record: { kind: 'receiving' as const, id: '443002' },
    };

    const asked = compared(stowed('10').build(), {
      facts,
      ledger: { flags: [{ flag, ignored: 'no' }] },
    });
    const unasked = compared(stowed('10').build(), { facts });

    expect(asked.waiting).toMatchObject([{ state: 'flagged', units: '10' }]);
    expect(asked.notCompared).toEqual([]);
    expect(unasked.notCompared).toHaveLength(1);
  });

  it('entered by hand is held against what Infor held of it', () => {
    const link = (held: string | null) => ({
      ...{ kind: 'goodsReceipt' as const, shipbobId: '443002', number: '600001' },
      linkedAtMs: noonMs,
      held:
        held === null
          ? null
          : [{ line: null, item: 'COFFEE', lot: null, quantity: parseQuantity(held) }],
    });
    const of = (held: string | null) =>
      compared(stowed('10').completed().build(), { ledger: { links: [link(held)] } });

    expect(codes(of('10'))).toEqual([]);
    expect(codes(of('12'))).toEqual(['QUANTITY_DIFFERS']);
    expect(codes(of('6'))).toEqual(['NOT_POSTED']);
    expect(of(null).notCompared).toHaveLength(1);
  });
});

describe('a receiving order that was booked by another mapping', () => {
  const mapped = (item: string, factor: string) =>
    someSettings({
      items: {
        acceptedStatuses: ['20'],
        mapping: { COFFEE: { item, factor: parseQuantity(factor) } },
      },
    });
  const done = stowed('10').completed().build();
  const [planned] = planCase(
    anInput(done, {
      facts: someFacts()
        .purchaseOrder('4500012', [{ item: 'COFFEE', remaining: '500' }])
        .build(),
    }),
  ).documents;
  if (planned === undefined) throw new Error('a receipt is planned');
  const posting = aPosted(planned, { kind: 'receiving', id: done.id });
  const found = (now: ReturnType<typeof mapped>, quantity: string) =>
    compared(done, {
      booked: [booked(quantity)],
      ledger: { postings: [posting] },
      frame: aFrame({ settings: now, earlierSettings: () => [mapped('COFFEE', '12')] }),
    });

  it('agrees by that of the last receipt', () => {
    expect(codes(found(mapped('COFFEE', '24'), '120'))).toEqual([]);
    expect(codes(found(mapped('MUG', '12'), '120'))).toEqual([]);
    expect(found(mapped('COFFEE', '24'), '120')).toMatchObject({
      byEarlierMapping: 1,
      waiting: [],
    });
  });

  it('differs where it was booked by none that was in force', () => {
    expect(codes(found(mapped('COFFEE', '24'), '100'))).toEqual(['NOT_POSTED']);
    expect(codes(found(mapped('COFFEE', '1'), '100'))).toEqual(['QUANTITY_DIFFERS']);
  });
});
