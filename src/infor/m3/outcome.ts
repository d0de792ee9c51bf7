import { Problem, type ProblemKind } from '../../core/problem.ts';
import { evidenceOf } from '../ion/problem.ts';
import type { MiResult } from './mi.ts';
import { type Envelope, type EnvelopeItem, readEnvelope } from './schema.ts';

/** What was asked in one request, for reading its answer. */
export interface Asked {
  program: string;
  transactions: { name: string; list: boolean }[];
  access: 'read' | 'write';
  /** Rows per transaction; 0 is no limit. */
  recordsMax: number;
}

/** The fault classes of M3's REST service (reference: infor-api §2.2). */
export const errorTypes = [
  'ServerReturnedNOK',
  'MandatoryInputFieldNotFound',
  'InputFieldTooLong',
  'MalformedRequest',
  'TransactionNotFound',
  'InvalidTenant',
  'InvalidUser',
  'InvalidUserConoDivi',
  'InvalidSystemConfiguration',
  'InvalidLanguage',
  'RunAsNotAllowed',
  'RunAsTenantNotAllowed',
  'InvalidPositionKey',
  'ServiceNotAvailable',
  'BackendInternalError',
  'InternalError',
  'RequestIOError',
] as const;

export type ErrorType = (typeof errorTypes)[number];

/**
 * `business` the program said no; `request` this record was refused before the program ran;
 * `context` nobody's record would have run; `unknown` it may have run.
 */
export type Fault = 'business' | 'request' | 'context' | 'unknown';

const faults: Record<ErrorType, Fault> = {
  ServerReturnedNOK: 'business',
  MandatoryInputFieldNotFound: 'request',
  InputFieldTooLong: 'request',
  MalformedRequest: 'request',
  TransactionNotFound: 'request',
  InvalidTenant: 'context',
  InvalidUser: 'context',
  InvalidUserConoDivi: 'context',
  InvalidSystemConfiguration: 'context',
  InvalidLanguage: 'context',
  RunAsNotAllowed: 'context',
  RunAsTenantNotAllowed: 'context',
  InvalidPositionKey: 'request',
  ServiceNotAvailable: 'unknown',
  BackendInternalError: 'unknown',
  InternalError: 'unknown',
  RequestIOError: 'unknown',
};

interface Failure {
  message: string;
  type: string;
  code: string;
  field: string;
}

/**
 * Reads the answer of one request into one result per transaction, in order. Only an HTTP 200 with
 * a complete, contradiction-free envelope can make an `ok`. Any text gives a result; never throws.
 */
export function readAnswer(answer: { status: number; text: string }, asked: Asked): MiResult[] {
  const envelope = readEnvelope(answer.text);
  if (envelope === null || (answer.status !== 200 && answer.status !== 400)) {
    const why = envelope === null ? 'is not an M3 answer' : 'has an unexpected status';
    return asked.transactions.map(() =>
      unclear(asked, `HTTP ${answer.status} ${why}`, answer.text),
    );
  }
  const doubt = answer.status === 200 ? doubtOf(envelope, asked) : 'the answer is HTTP 400';
  const whole = failureOf(envelope);
  return asked.transactions.map((transaction, index) => {
    const item = envelope.items[index];
    const misplaced = item !== undefined && envelope.items.length > asked.transactions.length;
    const foreign = item !== undefined && differs(item.transaction, transaction.name);
    if (misplaced || foreign) {
      return unclear(asked, 'the results do not match what was asked', answer.text);
    }
    if (item?.notProcessed) return notProcessed(asked, envelope);
    const own = item === undefined ? null : failureOf(item);
    if (own !== null) return resultOf(asked, own, answer.text);
    if (item === undefined) {
      if (whole !== null) return resultOfWhole(asked, envelope, whole, answer.text);
      return unclear(asked, 'the answer leaves this call out', answer.text);
    }
    if (whole !== null) {
      return unclear(asked, `a result stands beside an error: ${whole.message}`, answer.text);
    }
    if (doubt !== null) return unclear(asked, doubt, answer.text);
    return { kind: 'ok', records: item.records, complete: completeness(item, transaction, asked) };
  });
}

/** Codes after which the same call may succeed a little later (reference: infor-api §7.4). */
export function isLockCode(code: string): boolean {
  return code === 'XUP0001' || code === 'XO_1130' || code === 'M3LOCK';
}

/** M3 ends the codes for "does not exist" in 03 (reference: infor-api §7, message families). */
export function isAbsentCode(code: string): boolean {
  return /^[A-Z]{2,3}_?\d{2,3}03$/.test(code);
}

/** The fault class of an error type; one that is not known may mean anything. */
export function faultOf(errorType: string): Fault {
  const known = errorTypes.find((type) => type === errorType);
  return known === undefined ? 'unknown' : faults[known];
}

/**
 * The message code in a text, for answers that leave `errorCode` blank. M3 ends its texts with the
 * code and the field, so one at the end wins over one inside. Empty when there is none.
 */
export function codeInText(text: string): string {
  const collapsed = collapse(text);
  const atEnd = /\b([A-Z]{2,3}_?\d{4,5}|M3LOCK)(?: [A-Z][A-Z0-9]{2,5})?$/.exec(collapsed);
  if (atEnd?.[1] !== undefined) return atEnd[1];
  return [...collapsed.matchAll(/\b([A-Z]{2,3}_?\d{4,5}|M3LOCK)\b/g)].at(-1)?.[1] ?? '';
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function failureOf(from: EnvelopeItem | Envelope): Failure | null {
  if (from.errorMessage === '' && from.errorType === '' && from.errorCode === '') return null;
  return {
    message: collapse(from.errorMessage),
    type: from.errorType,
    code: from.errorCode === '' ? codeInText(from.errorMessage) : from.errorCode,
    field: from.errorField,
  };
}

/** Why an item without an error of its own cannot be believed; null when it can. */
function doubtOf(envelope: Envelope, asked: Asked): string | null {
  if (envelope.wasTerminated) {
    return `the run was terminated: ${envelope.terminationReason || 'no reason given'}`;
  }
  const failed = envelope.items.filter((item) => failureOf(item) !== null).length;
  const skipped = envelope.items.filter((item) => item.notProcessed).length;
  if ((envelope.failed ?? 0) > failed) return 'more failures are counted than shown';
  if ((envelope.notProcessed ?? 0) > skipped) return 'more calls were left out than shown';
  if (envelope.items.length > asked.transactions.length) return 'there are too many results';
  return null;
}

function differs(answered: string, asked: string): boolean {
  return answered !== '' && answered.toLowerCase() !== asked.toLowerCase();
}

function completeness(
  item: EnvelopeItem,
  transaction: { list: boolean },
  asked: Asked,
): 'yes' | 'no' {
  const count = item.records.length;
  if (!transaction.list && count <= 1) return 'yes';
  if (item.positionKey !== '') return 'no';
  if (asked.recordsMax > 0 && count >= asked.recordsMax) return 'no';
  // Some grids cut lists at 1,000 or 10,000 rows whatever was asked (reference: infor-api §2.4).
  return count > 0 && count % 1000 === 0 ? 'no' : 'yes';
}

/**
 * An error at the top speaks for every call without a result of its own. The body is read while it
 * runs, so a bulk write that meets a bad record late may have run the earlier ones: that counts as
 * refused only when the answer says that none succeeded.
 */
function resultOfWhole(asked: Asked, envelope: Envelope, whole: Failure, text: string): MiResult {
  const alone = asked.transactions.length === 1;
  const sure = alone || asked.access === 'read' || envelope.succeeded === 0;
  const fault = faultOf(whole.type);
  // Without a type or a code of its own it may as well be a proxy's text.
  if (whole.type === '' && envelope.errorCode === '') {
    return unclear(asked, `error: ${whole.message}`, text);
  }
  if ((fault === 'business' || whole.type === '') && !alone) {
    return unclear(asked, `one of the calls was refused: ${whole.message}`, text);
  }
  if (fault === 'request' && !sure) {
    return unclear(asked, `the request broke off: ${whole.message}`, text);
  }
  return resultOf(asked, whole, text);
}

function resultOf(asked: Asked, failure: Failure, text: string): MiResult {
  // Message codes are the programs' own, so an untyped error with one is a program's word.
  const untyped = failure.type === '' && failure.code !== '';
  const fault = untyped ? 'business' : faultOf(failure.type);
  switch (fault) {
    case 'business':
      return {
        kind: 'nok',
        code: failure.code,
        field: failure.field,
        message: failure.message,
      };
    case 'context':
      return { kind: 'invalid', problem: contextRefused(asked, failure) };
    case 'request':
      return { kind: 'invalid', problem: requestRefused(asked, failure) };
    case 'unknown':
      return unclear(asked, `${failure.type || 'error'}: ${failure.message}`, text);
  }
}

function contextRefused(asked: Asked, failure: Failure): Problem {
  return new Problem({
    code: 'INFOR_CONTEXT_REFUSED',
    kind: 'configuration',
    message:
      `M3 refused the context of ${asked.program}: ${failure.type} ${failure.message}`.trim(),
    hint:
      'Check company, division and language in the configuration, and that the user linked to the ' +
      'service account may work in them (MNS150, MNS151).',
    evidence: { errorType: failure.type, program: asked.program },
  });
}

function requestRefused(asked: Asked, failure: Failure): Problem {
  const missing = failure.type === 'TransactionNotFound';
  return new Problem({
    code: missing ? 'INFOR_TRANSACTION_NOT_FOUND' : 'INFOR_REQUEST_REFUSED',
    kind: missing ? 'configuration' : 'defect',
    message:
      `M3 refused the request to ${asked.program}: ${failure.type} ${failure.message}`.trim(),
    hint: missing
      ? 'This tenant does not have the transaction. Choose the alternative in the configuration.'
      : 'The request did not fit the interface of this tenant. Keep the log and report it.',
    evidence: { errorType: failure.type, program: asked.program, field: failure.field },
  });
}

function notProcessed(asked: Asked, envelope: Envelope): MiResult {
  return {
    kind: 'notSent',
    problem: new Problem({
      code: 'INFOR_NOT_PROCESSED',
      kind: 'retryable',
      message: `M3 stopped before this call of ${asked.program} was tried`,
      hint: 'Nothing happened; it will be tried again.',
      evidence: { reason: envelope.terminationReason, program: asked.program },
    }),
  };
}

function unclear(asked: Asked, why: string, text: string): MiResult {
  const kind: ProblemKind = asked.access === 'read' ? 'retryable' : 'unknown';
  return {
    kind: 'unclear',
    problem: new Problem({
      code: 'INFOR_NO_CLEAR_ANSWER',
      kind,
      message: `no clear answer from ${asked.program}: ${why}`,
      hint:
        asked.access === 'read'
          ? 'Nothing was changed; it will be read again.'
          : 'It may have happened. It is looked up in M3 before anything is repeated.',
      evidence: { program: asked.program, answer: evidenceOf(text) },
    }),
  };
}
