import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Asked, errorTypes, readAnswer } from '../../src/infor/m3/outcome.ts';

const asked: fc.Arbitrary<Asked> = fc.record({
  program: fc.constant('OIS100MI'),
  transactions: fc.array(fc.record({ name: fc.constant('Add'), list: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  }),
  access: fc.constantFrom('read', 'write'),
  recordsMax: fc.nat(5),
});

const status = fc.constantFrom(200, 201, 204, 302, 400, 409, 500);

const item = fc.record(
  {
    transaction: fc.oneof(fc.constant('Add'), fc.anything()),
    errorType: fc.oneof(fc.constantFrom(...errorTypes), fc.anything()),
    errorMessage: fc.oneof(fc.string(), fc.anything()),
    errorCode: fc.oneof(fc.constant(''), fc.string(), fc.anything()),
    notProcessed: fc.oneof(fc.boolean(), fc.anything()),
    records: fc.oneof(fc.array(fc.dictionary(fc.string(), fc.string())), fc.anything()),
  },
  { requiredKeys: [] },
);

const envelope = fc.record(
  {
    results: fc.oneof(fc.array(item, { maxLength: 6 }), fc.anything()),
    wasTerminated: fc.oneof(fc.boolean(), fc.anything()),
    nrOfFailedTransactions: fc.oneof(fc.nat(3), fc.anything()),
    errorType: fc.oneof(fc.constantFrom(...errorTypes), fc.anything()),
    errorMessage: fc.anything(),
  },
  { requiredKeys: [] },
);

function serialised(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

describe('reading an answer', () => {
  it('classifies every text, one result per call', () => {
    fc.assert(
      fc.property(status, fc.oneof(fc.string(), fc.json()), asked, (code, text, request) => {
        const results = readAnswer({ status: code, text }, request);

        expect(results).toHaveLength(request.transactions.length);
      }),
    );
  });

  it('classifies every envelope and believes only a whole HTTP 200', () => {
    fc.assert(
      fc.property(status, envelope, asked, (code, body, request) => {
        const text = serialised(body);

        const results = readAnswer({ status: code, text }, request);

        expect(results).toHaveLength(request.transactions.length);
        if (code !== 200 || body.wasTerminated === true) {
          expect(results.map(({ kind }) => kind)).not.toContain('ok');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never makes an ok of a body that was cut', () => {
    const whole = JSON.stringify({
      results: [{ transaction: 'Add', records: [{ ORNO: '1000012345' }] }],
      wasTerminated: false,
      nrOfSuccessfullTransactions: 1,
    });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        const request: Asked = {
          program: 'OIS100MI',
          transactions: [{ name: 'Add', list: false }],
          access: 'write',
          recordsMax: 0,
        };

        const [result] = readAnswer({ status: 200, text: whole.slice(0, length) }, request);

        expect(result?.kind).toBe('unclear');
      }),
    );
  });
});
