import type { ExternalKey } from '../../core/schema.ts';

/** MSGN and MSNR hold 15 characters (reference: infor/mi/MHS850MI, MMS850MI). */
const lengthMax = 15;

/** The four shapes of a goods key; the second letter says that the id is in base 36. */
const shapes = ['S', 'SY', 'R', 'RX'];
const goodsKey = /^(SY|S|RX|R)(0|[1-9A-Z][0-9A-Z]*)-([1-9]\d*)$/;

/** Sequences and attempts from here on are not packed: they do not occur, and space is short. */
const packedMax = 1000n;

/**
 * Our own number for the message of one attempt, or null when none can be made. It depends on
 * nothing but key and attempt, and no two pairs share one: what stands before the last dash is the
 * key and what stands after it the attempt, while packed numbers hold no dash. They start with a
 * letter, so that they stay clear of M3's own series, which is of digits.
 */
export function messageNumber(key: ExternalKey, attempt: number): string | null {
  if (!Number.isSafeInteger(attempt) || attempt < 0) return null;
  const readable = `${key}-${attempt}`;
  if (readable.length <= lengthMax && /^[A-Z]/.test(readable)) return readable;
  return packed(key, BigInt(attempt));
}

/** Ids, sequence and attempt as the digits of one number in base 36. */
function packed(key: string, attempt: bigint): string | null {
  const match = goodsKey.exec(key);
  if (match === null) return null;
  const [, shape = '', idText = '', sequenceText = ''] = match;
  const inBase36 = shape.length === 2;
  if (!inBase36 && !/^\d+$/.test(idText)) return null;
  const id = inBase36 ? fromBase36(idText) : BigInt(idText);
  const sequence = BigInt(sequenceText);
  if (sequence >= packedMax || attempt >= packedMax) return null;
  const number =
    ((id * packedMax + sequence) * packedMax + attempt) * BigInt(shapes.length) +
    BigInt(shapes.indexOf(shape));
  const text = `P${number.toString(36).toUpperCase()}`;
  return text.length <= lengthMax ? text : null;
}

function fromBase36(text: string): bigint {
  let number = 0n;
  for (const character of text) number = number * 36n + BigInt(Number.parseInt(character, 36));
  return number;
}
