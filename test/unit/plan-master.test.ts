import { describe, expect, it } from 'vitest';
import { flagDraft, flagReason, flagReasons } from '../../src/core/flag-reason.ts';
import type { MasterNeed } from '../../src/core/glossary.ts';
import { masterView, needKey, needOfCause } from '../../src/core/master.ts';
import { inventoryId } from '../../src/core/schema.ts';

const needs: MasterNeed[] = [
  { kind: 'item', sku: 'A:B%3A' },
  { kind: 'itemWarehouse', item: 'A:B', warehouse: 'W:%' },
  { kind: 'customer', number: 'C1' },
  { kind: 'supplier', number: 'S1' },
  { kind: 'warehouse', number: '100' },
  { kind: 'dimension', dimension: 2, value: 'CC:10', division: '' },
  { kind: 'purchaseOrder', number: '4500012' },
  { kind: 'inventory', inventoryId: inventoryId('8588331') },
  { kind: 'product', sku: 'SET' },
];

describe('need', () => {
  it('can be read back from its key', () => {
    for (const need of needs) expect(needOfCause(needKey(need))).toEqual(need);
  });

  it('is told from other causes', () => {
    for (const cause of [
      'centre:10',
      'posting:SB1',
      'lookup:customers:x',
      'item:',
      'inventory:x',
    ]) {
      expect(needOfCause(cause)).toBeNull();
    }
  });
});

describe('view of master data', () => {
  it('notes what it does not know, once', () => {
    const view = masterView(new Map([['item:B', { kind: 'absent' } as const]]));

    view.ask({ kind: 'item', sku: 'A' });
    view.ask({ kind: 'item', sku: 'A' });

    expect(view.ask({ kind: 'item', sku: 'B' })).toEqual({ state: 'absent' });
    expect(view.needs()).toEqual([{ kind: 'item', sku: 'A' }]);
    expect(view.fresh().needs()).toEqual([]);
  });
});

describe('flag', () => {
  it('fills its sentence from the evidence', () => {
    const flag = flagDraft('UNKNOWN_ITEM', { cause: 'item:X', evidence: { sku: 'X' } });
    const bare = flagDraft('UNKNOWN_ITEM', { cause: 'item:', evidence: {} });

    expect(flag.sentence).toBe('SKU X is neither an item number nor an alias in Infor.');
    expect(bare.sentence).toContain('SKU unknown');
    expect(flagReason('UNKNOWN_ITEM')?.stream).toBe('all');
    expect(flagReason('OF_ANOTHER_VERSION')).toBeNull();
  });

  it('has a whole sentence and a whole hint for every code', () => {
    for (const [code, reason] of Object.entries(flagReasons)) {
      expect([code, /^[A-Z{].*\.$/.test(reason.sentence)]).toEqual([code, true]);
      expect([code, /^[A-Z].*\.$/.test(reason.hint)]).toEqual([code, true]);
    }
  });
});
