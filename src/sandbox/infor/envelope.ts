import type { Refusal, Row } from './call.ts';

/** A fault of the request itself, not a business "no" (reference/infor-api.md §2.2). */
export class RequestFault extends Error {
  readonly type: string;
  readonly field: string;

  constructor(type: string, message: string, field = '') {
    super(message);
    this.type = type;
    this.field = field;
  }
}

/** One entry of `results`; keys that say "none" are absent. */
export interface ItemResult {
  transaction: string;
  parameters?: Row;
  errorMessage?: string;
  errorType?: string;
  errorCode?: string;
  errorCfg?: string;
  errorField?: string;
  notProcessed?: true;
  records?: Row[];
  positionKey?: string;
}

/** The message text is padded and ends in code and field, as M3 sends it. */
export function refused(
  transaction: string,
  refusal: Refusal,
  settings: { blankCode: boolean; records: Row[] },
): ItemResult {
  const { code, field, text } = refusal;
  return {
    transaction,
    errorMessage: `${text.padEnd(43)} ${code} ${field}`,
    errorType: 'ServerReturnedNOK',
    errorCode: settings.blankCode ? '' : code,
    errorCfg: '',
    errorField: field,
    records: settings.records,
  };
}

export function faulty(transaction: string, fault: RequestFault): ItemResult {
  return {
    transaction,
    errorMessage: fault.message,
    errorType: fault.type,
    errorCode: '',
    errorCfg: '',
    errorField: fault.field,
    records: [],
  };
}

export function notProcessed(transaction: string): ItemResult {
  return { transaction, notProcessed: true };
}

/** The body of every answer; `nrOfSuccessfullTransactions` is spelt as the service spells it. */
export function envelope(results: ItemResult[], terminated: boolean): string {
  const skipped = results.filter((result) => result.notProcessed).length;
  const failed = results.filter((result) => result.errorType !== undefined).length;
  return JSON.stringify({
    results,
    wasTerminated: terminated,
    ...(terminated && {
      terminationReason: 'The M3 job ended before all transactions were run',
      terminationErrorType: 'ServiceNotAvailable',
      nrOfNotProcessedTransactions: skipped,
    }),
    nrOfSuccessfullTransactions: results.length - skipped - failed,
    nrOfFailedTransactions: failed,
  });
}

/** The body of an HTTP 400: the error stands at the top, there are no results. */
export function faultEnvelope(fault: RequestFault): string {
  return JSON.stringify({
    errorMessage: fault.message,
    errorType: fault.type,
    ...(fault.field !== '' && { errorField: fault.field }),
    terminationReason: fault.message,
    terminationErrorType: fault.type,
    wasTerminated: true,
  });
}
