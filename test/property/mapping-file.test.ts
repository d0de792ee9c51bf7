import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMappings, writeMappings } from '../../src/app/mapping-file.ts';
import { readCell, safeCell } from '../../src/core/csv-cell.ts';
import { type MappingDraft, mappingKinds } from '../../src/core/mapping.ts';
import { aDraft, centreTo, skuTo } from '../support/builders-mapping.ts';

/** Texts of the kind that spreadsheets, CSV and people trip over. */
const cell = fc.string({
  unit: fc.constantFrom(...'=+-@\'"`,;\t A1é ü日0.5'.split('')),
  minLength: 1,
  maxLength: 12,
});
const source = cell.filter((text) => text.trim() !== '' && !/\p{Cc}/u.test(text));

const draft: fc.Arbitrary<MappingDraft> = fc.oneof(
  source.map((sku) => aDraft(sku, skuTo('COFFEE', '2.5'))),
  source.map((value) =>
    aDraft(value, { kind: 'customer', code: '-BIG@BOX' }, { list: 'customers' }),
  ),
  fc.nat().map((id) => aDraft(String(id), centreTo('001', { name: '=SUM(A1)' }))),
  source.map((fee) =>
    aDraft(fee, { kind: 'account', as: { journal: { debit: ['6200', '', 'CC'], credit: ['1'] } } }),
  ),
  source.map((fee) => aDraft(fee, { kind: 'account', as: { skip: '@home' } }, { list: 'refund' })),
);

describe('a cell', () => {
  it('comes back as it was', () => {
    fc.assert(fc.property(fc.string(), (text) => readCell(safeCell(text)) === text));
    fc.assert(fc.property(cell, (text) => readCell(safeCell(text)) === text));
  });

  it('is never a formula', () => {
    fc.assert(
      fc.property(cell, (text) => {
        const written = safeCell(text);
        expect(/^[=+\-@\t\r]/.test(written) && !/^[+-]?\d+(\.\d+)?$/.test(written)).toBe(false);
      }),
    );
  });
});

describe('a file of mappings', () => {
  it('is read as it was written', () => {
    const drafts = fc.uniqueArray(draft, {
      selector: (one) =>
        JSON.stringify([one.target.kind, one.list, one.source.trim().toLowerCase()]),
      maxLength: 30,
    });
    fc.assert(
      fc.property(drafts, (given) => {
        const reading = readMappings(writeMappings(given, mappingKinds));

        expect(
          reading.state === 'read' ? reading.lines.map((line) => line.draft) : reading,
        ).toEqual(given);
      }),
    );
  });

  it('that is anything at all is read or refused, and never thrown at', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(['read', 'wrong']).toContain(readMappings(text).state);
        expect(['read', 'wrong']).toContain(readMappings(`kind,source,item\n${text}`).state);
      }),
    );
  });

  it('that is too long for one transaction is refused with its length', () => {
    const lines = Array.from({ length: 20_001 }, (_, index) => `sku,S${index},COFFEE,1`);

    expect(readMappings(['kind,source,item,factor', ...lines].join('\n'))).toMatchObject({
      state: 'wrong',
      mistakes: [{ line: 20_002, found: '20001 lines' }],
    });
  });
});
