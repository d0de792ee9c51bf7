import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a body of an order or a shipment stays far below. */
const smallBytes = 64 * 1024;

export interface BodyLimits {
  /** Of all bodies together. */
  bytesMax: number;
  /** Of those that are larger than any order, or do not say how large they are. */
  largeBytesMax: number;
}

export const standardBodyLimits: BodyLimits = {
  bytesMax: 128 * 1024 * 1024,
  largeBytesMax: 64 * 1024 * 1024,
};

/**
 * Bounds the memory that bodies hold before they are proved: each request counts with the bytes
 * that it announces, or with the greatest size allowed, from its headers to its answer. Few large
 * ones cannot use up the room of the small ones, which are what ShipBob sends.
 */
export class BodyBudget {
  readonly #limits: BodyLimits;
  readonly #bodyBytesMax: number;
  #bytes = 0;
  #largeBytes = 0;

  constructor(limits: BodyLimits, bodyBytesMax: number) {
    this.#limits = limits;
    this.#bodyBytesMax = bodyBytesMax;
  }

  bytes(): number {
    return this.#bytes;
  }

  /** False when there is no room; otherwise it is given back when the request is over. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const bytes = Math.min(announcedBytes(request) ?? this.#bodyBytesMax, this.#bodyBytesMax);
    const largeBytes = bytes > smallBytes ? bytes : 0;
    if (this.#bytes + bytes > this.#limits.bytesMax) return false;
    if (this.#largeBytes + largeBytes > this.#limits.largeBytesMax) return false;
    this.#bytes += bytes;
    this.#largeBytes += largeBytes;
    let taken = true;
    const giveBack = () => {
      if (!taken) return;
      taken = false;
      this.#bytes -= bytes;
      this.#largeBytes -= largeBytes;
    };
    response.once('close', giveBack);
    // An answer that waits behind another has no socket yet, and hears nothing of its end.
    request.socket.once('close', giveBack);
    response.once('close', () => request.socket.off('close', giveBack));
    return true;
  }
}

/** Null when it is not known beforehand. Node has refused what is no number. */
function announcedBytes({ headers }: IncomingMessage): number | null {
  if (headers['transfer-encoding'] !== undefined) return null;
  const length = headers['content-length'];
  return length === undefined ? 0 : Number(length);
}
