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
  | { proved: false; because: 'malformed' | 'badTimestamp' | 'notUtf8' | 'badSignature' };

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
 * of `nowMs`. The cheap checks come first.
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
  if (!idShape.test(message.id)) return { proved: false, because: 'malformed' };
  if (!secondsShape.test(message.timestamp)) return { proved: false, because: 'badTimestamp' };
  const sentAtMs = Number(message.timestamp) * 1000;
  if (Math.abs(rule.nowMs - sentAtMs) > rule.toleranceMs) {
    return { proved: false, because: 'badTimestamp' };
  }
  if (!isUtf8(message.body)) return { proved: false, because: 'notUtf8' };
  const given = signaturesIn(message.signatures);
  if (given.length === 0) return { proved: false, because: 'badSignature' };

  const text = message.body.toString('utf8');
  const sentAt = new Date(sentAtMs);
  for (const key of rule.keys) {
    const wanted = Buffer.from(key.sign(message.id, sentAt, text).slice('v1,'.length), 'base64');
    if (given.some((each) => timingSafeEqual(each, wanted))) return { proved: true, text };
  }
  return { proved: false, because: 'badSignature' };
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
