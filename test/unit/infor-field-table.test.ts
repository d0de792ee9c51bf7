import { describe, expect, it } from 'vitest';
import {
  checkRecord,
  hasInput,
  isList,
  knownTransactions,
} from '../../src/infor/m3/field-table.ts';

function messageOf(program: string, transaction: string, record: Record<string, string>): string {
  return checkRecord(program, transaction, record)?.message ?? 'fine';
}

describe('field tables', () => {
  it('can all be read', () => {
    const calls = knownTransactions();

    expect(calls.length).toBeGreaterThan(75);
    for (const { program, transaction } of calls) {
      const problem = checkRecord(program, transaction, { NOPE: '1' });
      expect(problem?.message).toBe(`${program}/${transaction} has no input field NOPE`);
    }
  });

  it('know which transactions are lists and what they take', () => {
    expect(isList('OIS100MI', 'LstBatchLine')).toBe(true);
    expect(isList('OIS100MI', 'GetBatchHead')).toBe(false);
    expect(isList('OIS100MI', 'toString')).toBe(false);
    expect(hasInput('OIS175MI', 'LstHeadByRef', 'YREF')).toBe(true);
    expect(hasInput('MHS850MI', 'AddCOPick', 'E0PB')).toBe(false);
  });
});

describe('checking a record', () => {
  const head = { CUNO: 'WEB001', CUOR: 'SB309589638', ORDT: '20261103', OHEA: '1' };

  it('accepts what fits, blanks and the mark for blank included', () => {
    const record = { ...head, YREF: '', FACI: '?', RLDT: '?' };

    expect(checkRecord('OIS100MI', 'AddBatchHead', record)).toBeNull();
  });

  it('names program, transaction, field, value and limit of what is too long', () => {
    const problem = checkRecord('OIS100MI', 'AddBatchHead', { ...head, CUOR: 'S'.repeat(21) });

    expect(problem?.kind).toBe('rejected');
    expect(problem?.message).toBe(
      `OIS100MI/AddBatchHead field CUOR: "${'S'.repeat(21)}" has 21 characters, at most 20 are allowed`,
    );
  });

  it('counts characters, not bytes or halves of them', () => {
    const name = '😀é'.repeat(18);

    const record = { ORNO: '1000012345', ADRT: '1', CUNM: name };

    expect(checkRecord('OIS100MI', 'AddBatchAddress', record)).toBeNull();
    expect(messageOf('OIS100MI', 'AddBatchAddress', { ...record, CUNM: `${name}x` })).toContain(
      'has 37 characters',
    );
  });

  it.each(['', '   '])('misses a mandatory field given as %j', (CUNO) => {
    expect(messageOf('OIS100MI', 'AddBatchHead', { ...head, CUNO })).toBe(
      'OIS100MI/AddBatchHead field CUNO: a value is mandatory',
    );
  });

  it('misses a mandatory field that is not given', () => {
    expect(messageOf('OIS100MI', 'Confirm', {})).toContain('ORNO: a value is mandatory');
  });

  it.each(['2026-11-03', '261103', '20261103 ', 'today'])('refuses %j as a day', (ORDT) => {
    expect(messageOf('OIS100MI', 'AddBatchHead', { ...head, ORDT })).toContain('is not a day');
  });

  it.each(['1,5', 'one', '1e3', '+1', '.5'])('refuses %j as a number', (ORQA) => {
    const record = { MSGN: '1', ITNO: 'ABC', ORQA };

    expect(messageOf('PPS370MI', 'AddLine', record)).toContain('is not a number');
  });

  it.each(['0', '-1.5', '007', '12.500000'])('accepts %j as a number', (ORQA) => {
    expect(messageOf('PPS370MI', 'AddLine', { MSGN: '1', ITNO: 'ABC', ORQA })).toBe('fine');
  });

  it('takes an unknown field or transaction for a defect of ours', () => {
    const field = checkRecord('OIS100MI', 'Confirm', { ORNO: '1', XXXX: '1' });
    const transaction = checkRecord('OIS100MI', 'Explode', {});
    const program = checkRecord('constructor', 'toString', {});

    expect([field?.kind, transaction?.kind, program?.kind]).toEqual(['defect', 'defect', 'defect']);
  });
});
