import { describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../src/core/glossary.ts';
import { judgeObservation } from '../../src/core/observation.ts';
import { canonicalQuantity } from '../../src/core/schema.ts';
import { aCharge, anOrder, aReceiving, aShipment } from '../support/store-record.ts';

function judge(before: SourceRecord, after: SourceRecord, startedAtMs = 2000) {
  return judgeObservation({ record: before, startedAtMs: 1000 }, { record: after, startedAtMs });
}

describe('an observation', () => {
  it('is believed when its request started later', () => {
    expect(judge(anOrder('1'), anOrder('1'))).toEqual({ verdict: 'newer' });
    expect(judge(aCharge('1'), aCharge('1'))).toEqual({ verdict: 'newer' });
  });

  it('is stale when its request started earlier, whatever it says', () => {
    const after = anOrder('1', { updatedAtMs: 9_999_999_999_999 });

    expect(judge(anOrder('1'), after, 999)).toEqual({ verdict: 'stale' });
  });

  it('is stale when it is older by its own clock', () => {
    expect(judge(anOrder('1', { updatedAtMs: 50 }), anOrder('1', { updatedAtMs: 40 }))).toEqual({
      verdict: 'stale',
    });
  });

  it('of the same millisecond needs its own clock to count as newer', () => {
    const before = anOrder('1', { updatedAtMs: 50 });

    expect(judge(before, anOrder('1', { updatedAtMs: 60 }), 1000).verdict).toBe('newer');
    expect(judge(before, anOrder('1', { updatedAtMs: 50 }), 1000).verdict).toBe('stale');
    expect(judge(aReceiving('7', { 1: '5' }), aReceiving('7', { 1: '6' }), 1000).verdict).toBe(
      'newer',
    );
  });

  it('regresses when a stowed quantity fell, compared as numbers', () => {
    const verdict = judge(aReceiving('7', { 1: '10' }), aReceiving('7', { 1: '9' }));

    expect(verdict).toEqual({
      verdict: 'regressed',
      difference: 'stowed quantity of inventory 1 fell from 10 to 9',
    });
    expect(judge(aReceiving('7', { 1: '9' }), aReceiving('7', { 1: '10' })).verdict).toBe('newer');
  });

  it('adds up the lines of one inventory item before it compares', () => {
    const [line] = aReceiving('7', { 1: '4' }).lines;
    if (line === undefined) throw new Error('a receiving order has a line');
    const split = { ...line, stowed: canonicalQuantity('2') };
    const after = aReceiving('7', {}, { lines: [split, split] });

    expect(judge(aReceiving('7', { 1: '4' }), after).verdict).toBe('newer');
  });

  it('regresses when a stowed line is gone', () => {
    expect(judge(aReceiving('7', { 1: '10' }), aReceiving('7', {})).verdict).toBe('regressed');
  });

  it('regresses when a completed receiving order is open again', () => {
    const before = aReceiving('7', {}, { phase: 'completed', status: 'Completed' });

    expect(judge(before, aReceiving('7', {})).verdict).toBe('regressed');
  });

  it('regresses when a shipment that left has come back or is gone', () => {
    const left = anOrder('1', {
      shipments: [aShipment('5', { phase: 'left', status: 'Completed' })],
    });

    const back = judge(left, anOrder('1', { shipments: [aShipment('5')] }));
    const gone = judge(left, anOrder('1'));

    expect(back).toEqual({
      verdict: 'regressed',
      difference: 'shipment 5 had left (Completed) and is now Processing',
    });
    expect(gone.verdict).toBe('regressed');
  });

  it('does not regress when an order is cancelled before anything left', () => {
    const before = anOrder('1', { shipments: [aShipment('5')] });

    expect(judge(before, anOrder('1', { phase: 'cancelled' })).verdict).toBe('newer');
  });
});
