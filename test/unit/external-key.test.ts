import { describe, expect, it } from 'vitest';
import {
  cancellationKey,
  issueKey,
  journalKey,
  orderKey,
  receiptKey,
  sequenceOf,
} from '../../src/core/external-key.ts';
import { calendarDay, orderId, receivingId, shipmentId } from '../../src/core/schema.ts';

describe('external key', () => {
  it('shows the ShipBob id to a person', () => {
    expect(orderKey(orderId('309589638'))).toBe('SB309589638');
    expect(cancellationKey(orderId('309589638'))).toBe('C309589638');
    expect(issueKey(shipmentId('388185605'), 1)).toBe('S388185605-1');
    expect(receiptKey(receivingId('443002'), 3)).toBe('R443002-3');
    expect(journalKey(calendarDay('2026-11-03'), 'aaa', 1)).toBe('J20261103AAA-01');
    expect(journalKey(calendarDay('2026-11-03'), ' ', 12)).toBe('J20261103-12');
  });

  it('shortens an id that is too long, under another prefix', () => {
    const long = '9223372036854775807';

    expect(orderKey(orderId(long))).toBe('SX1Y2P0IJ32E8E7');
    expect(issueKey(shipmentId(long), 1)).toBe('SY1Y2P0IJ32E8E7-1');
    expect(receiptKey(receivingId(long), 9)).toBe('RX1Y2P0IJ32E8E7-9');
    expect(cancellationKey(orderId(long))).toBe('CX1Y2P0IJ32E8E7');
  });

  it('tells its sequence', () => {
    expect(sequenceOf(receiptKey(receivingId('443002'), 12))).toBe(12);
    expect(sequenceOf(orderKey(orderId('1')))).toBeNull();
  });

  it('refuses what would not fit', () => {
    const day = calendarDay('2026-11-03');

    expect(() => journalKey(day, 'LONG', 1)).toThrow(/does not fit/);
    expect(() => journalKey(day, 'AAA', 100)).toThrow(/already has 99/);
    expect(() => receiptKey(receivingId('1'), 0)).toThrow(/counts from 1/);
  });
});
