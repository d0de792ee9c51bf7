import { describe, expect, it } from 'vitest';
import { readRequest } from '../../src/infor/m3/mi-request.ts';
import { encodeText } from '../../src/runtime/percent-text.ts';

describe('text in an address', () => {
  it.each([
    ['a b&c=d/é', 'a%20b%26c%3Dd%2F%C3%A9'],
    ['🦆', '%F0%9F%A6%86'],
    ['half \ud83e of a pair', 'half%20%EF%BF%BD%20of%20a%20pair'],
  ])('is percent-encoded, and never thrown at: %j', (text, encoded) => {
    expect(encodeText(text)).toBe(encoded);
  });

  it('may come from a SKU of ShipBob’s that no M3 can have', () => {
    const context = { company: 100, division: 'AAA', language: 'GB' };
    const call = { transaction: 'GetItmBasic', record: { ITNO: 'MUG\ud800' }, columns: [] };

    const request = readRequest(context, { program: 'MMS200MI', calls: [call], recordsMax: 1 });

    expect(request.suffix).toContain('ITNO=MUG%EF%BF%BD&');
  });
});
