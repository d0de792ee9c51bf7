import { isUtf8 } from 'node:buffer';
import { createHash, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** A secret made ready to sign with. */
export type SigningKey = Pick<Webhook, 'sign'>;

/** The three headers of the scheme, as they came, and the bytes that they vouch for. */
export interface SignedMessage {
  id: string;
  timestamp: string;
  signatures: string;
  body: Buffer;
}

export type Verdict =
  | { proved: true; text: string }
  | { proved: false; because: HeaderFault | 'notUtf8' | 'clockOff' };

/** What can be said before the body is read. */
export type HeaderFault = 'malformed' | 'badTimestamp' | 'badSignature';

/**
 * Ids that begin so belong to samples that mlc signs and sends to itself. The id is under the
 * signature, so nobody else can claim one.
 */
export const sampleIdPrefix = 'mlc_sample_';

const idShape = /^[\x21-\x7e]{1,200}$/;
const secondsShape = /^\d{1,12}$/;
/** 32 bytes in base64; the portal's own sample lacks the `=` (reference: shipbob-api §9.3). */
const signatureShape = /^v1,([A-Za-z0-9+/]{43})=?$/;

/** Null when the text cannot be a secret: empty, or not base64 after `whsec_`. */
export function signingKey(secret: string): SigningKey | null {
  try {
    return new Webhook(secret.trim());
  } catch {
    return null;
  }
}

/**
 * Checks a delivery by the Standard Webhooks scheme (reference: shipbob-api §9.3). `proved` when
 * any of the signatures was made with any of the keys, and its own time is within `toleranceMs`
 * of `nowMs`. The cheap checks come first; the time comes last, since only of what is signed well
 * can be said that it is a clock that is wrong (`clockOff`).
 *
 * Only `sign` of the package is used. Its `verify` reads the machine's clock and has a fixed
 * tolerance of five minutes, takes `1700000000abc` for a time, puts U+FFFD in place of bytes that
 * are not UTF-8 before it computes the code, and compares base64 texts, so that a signature
 * without its `=` fails (reference: engineering A7).
 */
export function verifyDelivery(
  message: SignedMessage,
  rule: { keys: readonly SigningKey[]; nowMs: number; toleranceMs: number },
): Verdict {
  const fault = headerFault(message);
  if (fault !== null) return { proved: false, because: fault };
  if (!isUtf8(message.body)) return { proved: false, because: 'notUtf8' };
  const text = message.body.toString('utf8');
  if (!isSignedWithAny(rule.keys, message, text)) return { proved: false, because: 'badSignature' };
  const offMs = Math.abs(rule.nowMs - sentAtMsOf(message));
  return offMs > rule.toleranceMs ? { proved: false, because: 'clockOff' } : { proved: true, text };
}

/** Null when the headers could be those of a delivery. */
export function headerFault(message: Omit<SignedMessage, 'body'>): HeaderFault | null {
  if (!idShape.test(message.id)) return 'malformed';
  if (!secondsShape.test(message.timestamp)) return 'badTimestamp';
  return signaturesIn(message.signatures).length === 0 ? 'badSignature' : null;
}

export function sentAtMsOf({ timestamp }: Pick<SignedMessage, 'timestamp'>): number {
  return Number(timestamp) * 1000;
}

function isSignedWithAny(
  keys: readonly SigningKey[],
  message: SignedMessage,
  text: string,
): boolean {
  const given = signaturesIn(message.signatures);
  const sentAt = new Date(sentAtMsOf(message));
  for (const key of keys) {
    const wanted = Buffer.from(key.sign(message.id, sentAt, text).slice('v1,'.length), 'base64');
    if (given.some((each) => timingSafeEqual(each, wanted))) return true;
  }
  return false;
}

/** The decoded signatures of the one version there is; others are passed over. */
function signaturesIn(header: string): Buffer[] {
  return header.split(' ').flatMap((each) => {
    const encoded = signatureShape.exec(each)?.[1];
    return encoded === undefined ? [] : [Buffer.from(encoded, 'base64')];
  });
}

/** Equal length whatever the text, so that comparing tells nothing of it. */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** Compares in constant time. */
export function isToken(given: string, wanted: Buffer): boolean {
  return timingSafeEqual(tokenDigest(given), wanted);
}
