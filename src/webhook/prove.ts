import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Delivery, HintSubject } from '../app/ports.ts';
import type { Outcome } from './answer.ts';
import type { Proofs } from './proof.ts';
import {
  headerFault,
  isToken,
  type SignedMessage,
  sampleIdPrefix,
  verifyDelivery,
} from './verify.ts';

/** A request as it came. */
export interface Posted {
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The last part of the path; null when it was posted to the path itself. */
  token: string | null;
}

/** What a delivery is about, or why nobody knows. */
export type SubjectOf = (
  topic: string,
  body: string,
) => { subject: HintSubject | null; keptBecause: string | null };

const sample = { subject: null, keptBecause: 'a sample that mlc sent to itself' };

/**
 * The delivery that a request proves to be, or why it is refused. One that brings a signature must
 * pass by it, whatever its path; only one without may stand on the token.
 */
export function prove(
  posted: Posted,
  rule: { proofs: Proofs; nowMs: number; toleranceMs: number; subjectOf: SubjectOf },
): Delivery | Outcome {
  const proved = isSigned(posted) ? bySignature(posted, rule) : byToken(posted, rule);
  if (typeof proved === 'string') return proved;
  const topic = topicOf(posted);
  const about = proved.proof === 'sample' ? sample : rule.subjectOf(topic, proved.body);
  return { ...proved, ...about, topic, receivedAtMs: rule.nowMs };
}

/** Why a request is refused whatever its body will be; null when the body decides. */
export function refusalByHeaders(
  posted: Omit<Posted, 'body'>,
  known: Proofs | null,
): 'unsigned' | 'malformed' | 'badTimestamp' | 'badSignature' | null {
  if (isSigned(posted)) return headerFault(signedHeaders(posted));
  if (posted.token === null) return 'unsigned';
  const wanted = known?.token ?? null;
  return wanted === null || isToken(posted.token, wanted) ? null : 'unsigned';
}

/** The three headers of the scheme, empty where they are missing. */
export function signedHeaders({ headers }: Pick<Posted, 'headers'>): Omit<SignedMessage, 'body'> {
  return {
    id: header(headers, 'webhook-id'),
    timestamp: header(headers, 'webhook-timestamp'),
    signatures: header(headers, 'webhook-signature'),
  };
}

function isSigned({ headers }: Pick<Posted, 'headers'>): boolean {
  return headers['webhook-signature'] !== undefined;
}

type Proved = Pick<Delivery, 'webhookId' | 'body' | 'proof'>;

function bySignature(
  posted: Posted,
  rule: { proofs: Proofs; nowMs: number; toleranceMs: number },
): Proved | Outcome {
  const { keys } = rule.proofs;
  if (keys.length === 0) return 'noSecret';
  const message = { ...signedHeaders(posted), body: posted.body };
  const { id } = message;
  const verdict = verifyDelivery(message, { ...rule, keys });
  if (!verdict.proved) return verdict.because;
  const proof = id.startsWith(sampleIdPrefix) ? 'sample' : 'signature';
  return { webhookId: id, body: verdict.text, proof };
}

function byToken(posted: Posted, rule: { proofs: Proofs; nowMs: number }): Proved | Outcome {
  const { token } = rule.proofs;
  if (posted.token === null) return 'unsigned';
  if (token === null) return 'noSecret';
  if (!isToken(posted.token, token)) return 'unsigned';
  if (!isUtf8(posted.body)) return 'notUtf8';
  const body = posted.body.toString('utf8');
  return { webhookId: legacyId(posted, { body, nowMs: rule.nowMs }), body, proof: 'pathToken' };
}

/**
 * Legacy deliveries have no id of their own. The same body within the hour is taken for a
 * repetition; a later one is worth another read.
 */
function legacyId(posted: Posted, { body, nowMs }: { body: string; nowMs: number }): string {
  const from = header(posted.headers, 'shipbob-subscription-id');
  const digest = createHash('sha256')
    .update(JSON.stringify([from, topicOf(posted)]))
    .update(body)
    .digest('hex');
  return `legacy_${Math.floor(nowMs / 3_600_000)}_${digest}`;
}

/** The topic is in a header alone, and not under the signature: it is a hint too. */
function topicOf({ headers }: Posted): string {
  const topic = header(headers, 'x-webhook-topic') || header(headers, 'shipbob-topic');
  return topic.trim().slice(0, 200);
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}
