/** Answers that break in the same way on both simulated sides. */
import type { HttpAnswer } from '../runtime/http-server.ts';
import type { FaultKind } from './faults.ts';

/** What every call can suffer before anything happens, besides what its own side adds. */
export const earlyFaults: readonly FaultKind[] = [
  'unauthorized',
  'rateLimited',
  'rateLimitedBare',
  'rateLimitedNow',
  'rateLimitedDate',
  'rateLimitedHuge',
  'rateLimitedRubbish',
  'serverErrorBefore',
  'gatewayTimeoutBefore',
  'resetBefore',
  'html',
  'loginPage',
];

/** What can befall the answer of a call that was carried out. */
export const answerFaults: readonly FaultKind[] = [
  'slow',
  'truncated',
  'emptyBody',
  'duplicateKeys',
];

const dateWaitMs = 3_000;
/** Some thirty years. */
const hugeWaitS = 999_999_999;

/**
 * What a refused call is told about waiting: text of the header, or null where there is none.
 * Undefined when the kind is no rate limit.
 */
export function waitTextOf(
  kind: FaultKind,
  usual: { seconds: number; nowMs: number },
): string | null | undefined {
  switch (kind) {
    case 'rateLimited':
      return String(usual.seconds);
    case 'rateLimitedBare':
      return null;
    case 'rateLimitedNow':
      return '0';
    case 'rateLimitedDate':
      return new Date(usual.nowMs + dateWaitMs).toUTCString();
    case 'rateLimitedHuge':
      return String(hugeWaitS);
    case 'rateLimitedRubbish':
      return 'after 2099';
    default:
      return undefined;
  }
}

/** The answer of a call that was carried out, as it arrives; other kinds leave it as it is. */
export function damaged(answer: HttpAnswer, kind: FaultKind | null, slowMs: number): HttpAnswer {
  const body = answer.body ?? '';
  switch (kind) {
    case 'slow':
      return { ...answer, delayMs: slowMs };
    case 'truncated':
      return { ...answer, truncateAtBytes: Math.floor(body.length / 2) };
    case 'emptyBody':
      return { ...answer, body: '' };
    case 'duplicateKeys':
      return { ...answer, body: body.replace(/\{("[^"]+"):/, '{$1:null,$1:') };
    default:
      return answer;
  }
}
