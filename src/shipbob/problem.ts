import { Problem } from '../core/problem.ts';
import { parseExactJson } from '../runtime/exact-json.ts';
import { encodeText } from '../runtime/percent-text.ts';
import { isObject } from './schema.ts';

/** A refusal that no repetition will change. `call` is the endpoint template, never a full URL. */
export interface Refusal {
  call: string;
  scope: string;
  status: number;
  text: string;
  /** Taken out of every text that goes into the Problem. */
  secrets: readonly string[];
}

/** Translates a 3xx or 4xx answer (reference: shipbob-api §10). */
export function refusalProblem(refusal: Refusal): Problem {
  const { call, scope, status } = refusal;
  const said = scrub(saidIn(refusal.text), refusal.secrets);
  const evidence = { call, status: String(status), answer: said };
  if (status === 401 || (status >= 300 && status < 400)) {
    return new Problem({
      code: 'SHIPBOB_CREDENTIALS_REFUSED',
      kind: 'credentials',
      message: `ShipBob refused the token at ${call} (HTTP ${status}).`,
      hint:
        'Store a valid token with `mlc credentials set shipbob`, or log in again with ' +
        '`mlc credentials login shipbob`. A token keeps the scopes it was made with: if others ' +
        `still work, make a new one that has ${scope}.`,
      evidence,
    });
  }
  if (status === 403) {
    return new Problem({
      code: 'SHIPBOB_SCOPE_MISSING',
      kind: 'credentials',
      message: `The ShipBob token may not use ${call}.`,
      hint: `Make a new personal access token with the scope ${scope} and store it; or allow it for the application, then log in again.`,
      evidence: { ...evidence, scope },
    });
  }
  const words = said === '' ? 'without saying why' : `and said: ${said}`;
  return new Problem({
    ...refusalWords(status, call),
    message: `ShipBob refused ${call} (HTTP ${status}) ${words}`,
    evidence,
  });
}

function refusalWords(
  status: number,
  call: string,
): { code: string; kind: 'configuration' | 'rejected'; hint: string } {
  if (status === 422) {
    return {
      code: 'SHIPBOB_REJECTED',
      kind: 'rejected',
      hint: 'ShipBob understood the call and its rules forbid it; its words say which one.',
    };
  }
  if (status === 404) {
    return {
      code: 'SHIPBOB_NOT_FOUND',
      kind: call.includes('{') ? 'rejected' : 'configuration',
      hint: 'Check the API version and the address of ShipBob in the settings, and the id asked for.',
    };
  }
  return {
    code: 'SHIPBOB_BAD_REQUEST',
    kind: 'configuration',
    hint: 'Check the ShipBob section of the settings (API version, channels, page sizes).',
  };
}

/** Every try failed until the deadline; nothing was lost, the next run starts over. */
export function unavailableProblem(details: {
  call: string;
  tries: number;
  last: string;
  retryAfterMs: number | null;
}): Problem {
  const { last } = details;
  return new Problem({
    code: 'SHIPBOB_UNAVAILABLE',
    kind: 'retryable',
    message: `ShipBob gave no usable answer to ${details.call} in ${details.tries} tries: ${last}`,
    hint:
      'Nothing was lost; the next run reads it again. If it lasts, look at ShipBob’s status page, ' +
      'the network and proxy; one that always answers 500 may want a new token.',
    evidence: { call: details.call, tries: String(details.tries), last },
    retryAfterMs: details.retryAfterMs,
  });
}

/** ShipBob's paging does not come to an end, or contradicts itself. */
export function pagingProblem(call: string, what: string): Problem {
  return new Problem({
    code: 'SHIPBOB_PAGING_BROKEN',
    kind: 'retryable',
    message: `The pages of ${call} do not come to an end: ${what}.`,
    hint: 'Run again; if it lasts, narrow the window in the settings and report it to ShipBob.',
    evidence: { call },
  });
}

/** Boxes carry the lots: guessing at them would book the wrong ones. */
export function boxesProblem(receivingId: string, sentence: string): Problem {
  return new Problem({
    code: 'SHIPBOB_BOXES_UNREADABLE',
    kind: 'rejected',
    message: `The boxes of receiving order ${receivingId} could not be understood. ${sentence}`,
    hint: 'Look at the receiving order in ShipBob, and report the field if it looks right there.',
    evidence: { receivingId },
  });
}

/** Without its order a shipment leads nowhere. */
export function shipmentProblem(shipmentId: string, sentence: string): Problem {
  return new Problem({
    code: 'SHIPBOB_SHIPMENT_UNREADABLE',
    kind: 'rejected',
    message: `Shipment ${shipmentId} could not be understood. ${sentence}`,
    hint: 'Nothing is lost: polling reads its order. Report the field if it looks right in ShipBob.',
    evidence: { shipmentId },
  });
}

/** Its answers stayed unclear, and so did a look at the list. */
export function subscriptionProblem(failed: { what: string; why: string }): Problem {
  return new Problem({
    code: 'SHIPBOB_SUBSCRIPTION_UNCLEAR',
    kind: 'retryable',
    message: `${failed.what}: ${failed.why}.`,
    hint: 'See what there is with `mlc webhooks list`, and try again.',
  });
}

/**
 * The words in an error body of any of ShipBob's services, shortened; empty when there are none.
 */
export function saidIn(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  if (trimmed.startsWith('<')) return 'an HTML page';
  const parsed = parseExactJson(trimmed);
  const words = parsed ? wordsOf(parsed.value, 0).join('; ') : trimmed;
  return words.length > 500 ? `${words.slice(0, 500)}…` : words;
}

/** Keys that hold no words for people, or that may hold a stack trace. */
const silent = new Set(['type', 'status', 'instance', 'statusCode', 'stackTrace', '$type']);

function wordsOf(value: unknown, depth: number): string[] {
  if (depth > 4) return [];
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
  if (Array.isArray(value)) return value.flatMap((each: unknown) => wordsOf(each, depth + 1));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    if (silent.has(name)) return [];
    const words = wordsOf(each, depth + 1).join(', ');
    if (words === '') return [];
    // The key of a business rule may be the empty string (§10).
    return [name === '' || name === 'errors' || name === 'message' ? words : `${name}: ${words}`];
  });
}

/** Takes secrets out of a text, also in the forms in which an error message may repeat them. */
export function scrub(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    for (const form of [secret, encodeText(secret)]) {
      clean = clean.replaceAll(form, '[token]');
    }
  }
  return clean;
}
