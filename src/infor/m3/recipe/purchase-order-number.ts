import { assert } from '../../../core/problem.ts';
import type { ExternalKey } from '../../../core/schema.ts';
import type { M3Settings } from '../settings.ts';

/** PUNO. */
const lengthMax = 10;

/**
 * Our own order number out of the reserved series, or null when M3's series is used or the number
 * would not fit. It depends on the key alone, so that an order is found by it exactly.
 */
export function ownOrderNumber(key: ExternalKey, settings: M3Settings): string | null {
  const prefix = settings.purchase.reservedPrefix;
  const match = /^SB(0|[1-9]\d*)$/.exec(key);
  if (prefix === null || match?.[1] === undefined) return null;
  const number = `${prefix}${BigInt(match[1]).toString(36).toUpperCase()}`;
  return number.length <= lengthMax ? number : null;
}

/** An entry is deleted by its message (MSGN) and read by its order number (PUNO). */
export function writeHandle(message: string, order: string): string {
  return `${message}/${order}`;
}

export function parseHandle(handle: string): { message: string; order: string } {
  const [message = '', order = ''] = handle.split('/');
  assert(message !== '' && order !== '', `a purchase handle names entry and order: ${handle}`);
  return { message, order };
}
