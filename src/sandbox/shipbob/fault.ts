import type { HttpAnswer } from '../../runtime/http-server.ts';
import { waitTextOf } from '../broken-answer.ts';
import type { FaultKind } from '../faults.ts';
import { emptyReply, htmlReply, jsonReply, textReply } from './reply.ts';

/** What only a call that changes something can suffer: it is done, and the answer is lost. */
export const afterFaults: readonly FaultKind[] = [
  'serverErrorAfter',
  'gatewayTimeoutAfter',
  'resetAfter',
];

/** Seconds that a 429 asks for, as captured. */
const waitS = 25;

/** What goes wrong before anything happens; null where the call still takes place. */
export function before(fault: FaultKind, call: { path: string; nowMs: number }): HttpAnswer | null {
  const wait = waitTextOf(fault, { seconds: waitS, nowMs: call.nowMs });
  if (wait !== undefined) return tooManyCalls(waitS, wait);
  switch (fault) {
    case 'unauthorized':
      return emptyReply(401);
    case 'serverErrorBefore':
      return serverError(call.path);
    case 'gatewayTimeoutBefore':
      return htmlReply(524, 'A timeout occurred');
    case 'resetBefore':
      return { status: 500, reset: true };
    case 'html':
      return htmlReply(200, 'Just a moment...');
    case 'loginPage':
      return emptyReply(302, { location: '/Account/Login?ReturnUrl=%2F' });
    default:
      return null;
  }
}

/** What is told of a call that was carried out; null where its answer comes. */
export function lost(fault: FaultKind | null): HttpAnswer | null {
  switch (fault) {
    case 'serverErrorAfter':
      return serverError('');
    case 'gatewayTimeoutAfter':
      return htmlReply(524, 'A timeout occurred');
    case 'resetAfter':
      return { status: 500, reset: true };
    default:
      return null;
  }
}

/** The body is ShipBob's own wording (section 3); null leaves the header out. */
export function tooManyCalls(seconds: number, wait: string | null): HttpAnswer {
  const message = `Rate limit is exceeded. Try again in ${seconds} seconds.`;
  const headers: Record<string, string> =
    wait === null ? {} : { 'x-retry-after': wait, 'x-remaining-calls': '0' };
  return jsonReply({ statusCode: 429, message }, { status: 429, headers });
}

function serverError(path: string): HttpAnswer {
  const database = path.toLowerCase().startsWith('/order');
  return database
    ? textReply(500, 'An unexpected database error occurred. Please try again later')
    : textReply(500, 'The wait operation timed out.');
}
