import { describe, expect, it } from 'vitest';
import type { MiResult } from '../../src/infor/m3/mi.ts';
import {
  type Asked,
  codeInText,
  type ErrorType,
  errorTypes,
  isAbsentCode,
  isLockCode,
  readAnswer,
} from '../../src/infor/m3/outcome.ts';

type Kind = MiResult['kind'];

function asked(changes: Partial<Asked> & { count?: number; list?: boolean } = {}): Asked {
  const { count = 1, list = false, ...rest } = changes;
  const transactions = Array.from({ length: count }, () => ({ name: 'Add', list }));
  return { program: 'OIS100MI', transactions, access: 'write', recordsMax: 0, ...rest };
}

function answer(status: number, body: unknown) {
  return { status, text: JSON.stringify(body) };
}

function kinds(results: MiResult[]): Kind[] {
  return results.map(({ kind }) => kind);
}

const good = { transaction: 'Add', records: [{ ORNO: '1000012345' }] };

describe('error type of one result', () => {
  const expected: Record<ErrorType, Kind> = {
    ServerReturnedNOK: 'nok',
    MandatoryInputFieldNotFound: 'invalid',
    InputFieldTooLong: 'invalid',
    MalformedRequest: 'invalid',
    TransactionNotFound: 'invalid',
    InvalidTenant: 'invalid',
    InvalidUser: 'invalid',
    InvalidUserConoDivi: 'invalid',
    InvalidSystemConfiguration: 'invalid',
    InvalidLanguage: 'invalid',
    RunAsNotAllowed: 'invalid',
    RunAsTenantNotAllowed: 'invalid',
    InvalidPositionKey: 'invalid',
    ServiceNotAvailable: 'unclear',
    BackendInternalError: 'unclear',
    InternalError: 'unclear',
    RequestIOError: 'unclear',
  };

  for (const errorType of errorTypes) {
    for (const status of [200, 400]) {
      it(`${errorType} in HTTP ${status} is ${expected[errorType]}, wherever it stands`, () => {
        const fault = { errorType, errorMessage: 'no  such\r\nthing', errorCode: 'XRE0103' };

        const inside = readAnswer(answer(status, { results: [fault] }), asked());
        const atTop = readAnswer(answer(status, { ...fault, wasTerminated: true }), asked());

        expect(kinds(inside)).toEqual([expected[errorType]]);
        expect(kinds(atTop)).toEqual([expected[errorType]]);
      });
    }
  }
});

/** Every way in which an answer to one write can be shaped. */
type Case =
  | 'one record'
  | 'no records key'
  | 'an empty record'
  | 'a single object instead of arrays'
  | 'NOK with code'
  | 'NOK with the code in the text only'
  | 'NOK beside records'
  | 'an error without a type but with a code'
  | 'an error without type and code'
  | 'an error at the top without type and code'
  | 'an unknown error type'
  | 'success counted as failure'
  | 'success counted as not processed'
  | 'terminated without an error'
  | 'not processed'
  | 'no results'
  | 'too many results'
  | 'the result of another transaction'
  | 'success in HTTP 400'
  | 'success in HTTP 202'
  | 'success in HTTP 302'
  | 'a page'
  | 'half a body'
  | 'nothing'
  | 'JSON that is no envelope';

const shapes: Record<Case, { status: number; text: string; kind: Kind }> = {
  'one record': { ...answer(200, { results: [good] }), kind: 'ok' },
  'no records key': { ...answer(200, { results: [{ transaction: 'Add' }] }), kind: 'ok' },
  'an empty record': { ...answer(200, { results: [{ records: [{}] }] }), kind: 'ok' },
  'a single object instead of arrays': {
    ...answer(200, { results: { transaction: 'Add', records: { ORNO: '1' } } }),
    kind: 'ok',
  },
  'NOK with code': {
    ...answer(200, { results: [{ errorType: 'ServerReturnedNOK', errorCode: 'XRE0103' }] }),
    kind: 'nok',
  },
  'NOK with the code in the text only': {
    ...answer(200, {
      results: [
        { errorType: 'ServerReturnedNOK', errorMessage: 'No   WIT0103 ITNO', errorCode: '' },
      ],
    }),
    kind: 'nok',
  },
  'NOK beside records': {
    ...answer(200, { results: [{ ...good, errorType: 'ServerReturnedNOK', errorCode: 'X' }] }),
    kind: 'nok',
  },
  'an error without a type but with a code': {
    ...answer(200, { results: [{ errorMessage: 'Record does not exist   XRE0103 CUNO' }] }),
    kind: 'nok',
  },
  'an error without type and code': {
    ...answer(200, { results: [{ errorMessage: 'something went wrong' }] }),
    kind: 'unclear',
  },
  'an error at the top without type and code': {
    ...answer(400, { errorMessage: 'upstream ERR50012' }),
    kind: 'unclear',
  },
  'an unknown error type': {
    ...answer(200, { results: [{ errorType: 'Brandnew', errorCode: 'XRE0103' }] }),
    kind: 'unclear',
  },
  'success counted as failure': {
    ...answer(200, { results: [good], nrOfFailedTransactions: 1 }),
    kind: 'unclear',
  },
  'success counted as not processed': {
    ...answer(200, { results: [good], nrOfNotProcessedTransactions: 1 }),
    kind: 'unclear',
  },
  'terminated without an error': {
    ...answer(200, { results: [good], wasTerminated: true }),
    kind: 'unclear',
  },
  'not processed': {
    ...answer(200, { results: [{ notProcessed: true }], wasTerminated: true }),
    kind: 'notSent',
  },
  'no results': { ...answer(200, { results: [] }), kind: 'unclear' },
  'too many results': { ...answer(200, { results: [good, good] }), kind: 'unclear' },
  'the result of another transaction': {
    ...answer(200, { results: [{ ...good, transaction: 'Confirm' }] }),
    kind: 'unclear',
  },
  'success in HTTP 400': { ...answer(400, { results: [good] }), kind: 'unclear' },
  'success in HTTP 202': { ...answer(202, { results: [good] }), kind: 'unclear' },
  'success in HTTP 302': { ...answer(302, { results: [good] }), kind: 'unclear' },
  'a page': { status: 200, text: '<html>Sign in</html>', kind: 'unclear' },
  'half a body': { status: 200, text: '{"results":[{"transact', kind: 'unclear' },
  nothing: { status: 200, text: '', kind: 'unclear' },
  'JSON that is no envelope': { ...answer(200, { message: 'hello' }), kind: 'unclear' },
};

describe('answer to one write', () => {
  for (const [name, { status, text, kind }] of Object.entries(shapes)) {
    it(`with ${name} is ${kind}`, () => {
      expect(kinds(readAnswer({ status, text }, asked()))).toEqual([kind]);
    });
  }

  it('keeps values as trimmed text, every digit of numbers included', () => {
    const text =
      '{"results":[{"records":[{"ITNO":"ABC-1     ","ORQT":12.50,"DLIX":90071992547409931,"X":null}]}]}';

    const [result] = readAnswer({ status: 200, text }, asked());

    expect(result).toEqual({
      kind: 'ok',
      records: [{ ITNO: 'ABC-1', ORQT: '12.50', DLIX: '90071992547409931', X: '' }],
      complete: 'yes',
    });
  });

  it('gives a refusal with code, field and a text of single blanks', () => {
    const errorMessage = 'Record does not exist                  \r\n     XRE0103 CUNO      ';
    const item = { errorMessage, errorType: 'ServerReturnedNOK', errorField: 'CUNO      ' };

    const [result] = readAnswer(answer(200, { results: [item] }), asked());

    expect(result).toEqual({
      kind: 'nok',
      code: 'XRE0103',
      field: 'CUNO',
      message: 'Record does not exist XRE0103 CUNO',
    });
  });

  it('may have happened when it is not clear, while an unclear read has not', () => {
    const page = { status: 200, text: '<html>' };

    const [written] = readAnswer(page, asked());
    const [read] = readAnswer(page, asked({ access: 'read' }));

    expect(written?.kind === 'unclear' && written.problem.kind).toBe('unknown');
    expect(read?.kind === 'unclear' && read.problem.kind).toBe('retryable');
  });
});

describe('answer to several writes', () => {
  const refused = { errorType: 'ServerReturnedNOK', errorCode: 'WIT0103' };

  it('gives each its own result', () => {
    const body = {
      results: [good, refused, { notProcessed: true }, good],
      nrOfFailedTransactions: 1,
      nrOfNotProcessedTransactions: 1,
    };

    expect(kinds(readAnswer(answer(200, body), asked({ count: 4 })))).toEqual([
      'ok',
      'nok',
      'notSent',
      'ok',
    ]);
  });

  it('that broke off keeps what was said and doubts the rest', () => {
    const body = { results: [good, refused, { notProcessed: true }], wasTerminated: true };

    expect(kinds(readAnswer(answer(200, body), asked({ count: 4 })))).toEqual([
      'unclear',
      'nok',
      'notSent',
      'unclear',
    ]);
  });

  it('leaves open which one a refusal at the top means', () => {
    const body = { ...refused, results: [] };

    expect(kinds(readAnswer(answer(400, body), asked({ count: 2 })))).toEqual([
      'unclear',
      'unclear',
    ]);
  });

  it('that met a bad record may have run the earlier ones, unless it says that none ran', () => {
    const fault = { errorType: 'InputFieldTooLong', results: [] };
    const none = { ...fault, nrOfSuccessfullTransactions: 0 };

    const open = readAnswer(answer(400, fault), asked({ count: 2 }));
    const sure = readAnswer(answer(400, none), asked({ count: 2 }));

    expect(kinds(open)).toEqual(['unclear', 'unclear']);
    expect(kinds(sure)).toEqual(['invalid', 'invalid']);
  });

  it('takes no error at the top for the word on a call that has a result', () => {
    const body = { errorType: 'InvalidUser', errorMessage: 'no', results: [good] };

    expect(kinds(readAnswer(answer(200, body), asked({ count: 2 })))).toEqual([
      'unclear',
      'invalid',
    ]);
  });

  it('is refused as a whole when company and division are not allowed', () => {
    const body = { errorType: 'InvalidUserConoDivi', errorMessage: 'no' };

    const results = readAnswer(answer(400, body), asked({ count: 2 }));

    expect(kinds(results)).toEqual(['invalid', 'invalid']);
    const [first] = results;
    expect(first?.kind === 'invalid' && first.problem.kind).toBe('configuration');
  });
});

describe('list', () => {
  function rows(count: number) {
    return Array.from({ length: count }, (_, index) => ({ ORNO: String(index) }));
  }

  it.each([
    [2, 3, 'yes'],
    [3, 3, 'no'],
    [0, 3, 'yes'],
    [999, 5000, 'yes'],
    [1000, 5000, 'no'],
  ])('of %i rows where %i were asked for is complete: %s', (count, recordsMax, complete) => {
    const body = { results: [{ transaction: 'Add', records: rows(count) }] };

    const [result] = readAnswer(
      answer(200, body),
      asked({ access: 'read', list: true, recordsMax }),
    );

    expect(result?.kind === 'ok' && result.complete).toBe(complete);
  });

  it('with a position to go on from is not complete', () => {
    const body = { results: [{ records: rows(1), positionKey: 'abc' }] };

    const [result] = readAnswer(
      answer(200, body),
      asked({ access: 'read', list: true, recordsMax: 9 }),
    );

    expect(result?.kind === 'ok' && result.complete).toBe('no');
  });

  it('is not meant by a single record that was asked for as one', () => {
    const body = { results: [{ records: rows(1) }] };

    const [result] = readAnswer(answer(200, body), asked({ access: 'read', recordsMax: 1 }));

    expect(result?.kind === 'ok' && result.complete).toBe('yes');
  });
});

describe('message code', () => {
  it.each([
    ['Record does not exist                       XRE0103 CUNO', 'XRE0103'],
    ['Item AB1234 does not exist  WIT0103 ITNO', 'WIT0103'],
    ['Item AB1234 does not exist  WIT0103', 'WIT0103'],
    ['XO_1130 try again later', 'XO_1130'],
    ['locked M3LOCK', 'M3LOCK'],
    ['no code at all', ''],
    ['', ''],
  ])('in %j is %j', (text, code) => {
    expect(codeInText(text)).toBe(code);
  });

  it.each(['XUP0001', 'XO_1130', 'M3LOCK'])('%s is a lock', (code) => {
    expect(isLockCode(code)).toBe(true);
  });

  it.each(['XRE0103', 'WIT0103', 'WWS0103'])('%s says that there is none', (code) => {
    expect([isAbsentCode(code), isLockCode(code)]).toEqual([true, false]);
  });

  it.each(['XRE0104', 'WIT0101', 'XAU0008', '', 'XRE01033'])('%s does not', (code) => {
    expect(isAbsentCode(code)).toBe(false);
  });
});
