import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { isToken, signingKey, tokenDigest, verifyDelivery } from '../../src/webhook/verify.ts';

const compared: [number, number][] = [];

vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>();
  return {
    ...crypto,
    timingSafeEqual(left: Uint8Array, right: Uint8Array) {
      compared.push([left.length, right.length]);
      return crypto.timingSafeEqual(left, right);
    },
  };
});

const secrets = [1, 2].map((fill) => `whsec_${Buffer.alloc(24, fill).toString('base64')}`);
const keys = secrets.flatMap((secret) => signingKey(secret) ?? []);
const at = new Date(1_785_320_100_000);
const body = Buffer.from('{}');

function verify(signatures: string) {
  const message = { id: 'msg_1', timestamp: '1785320100', signatures, body };
  return verifyDelivery(message, { keys, nowMs: at.getTime(), toleranceMs: 1_000 });
}

beforeEach(() => {
  compared.length = 0;
});

describe('comparing', () => {
  it('holds each signature against each key in constant time, over decoded bytes', () => {
    const wrong = `v1,${Buffer.alloc(32).toString('base64')}`;

    const verdict = verify(`${wrong} ${wrong}`);

    expect(verdict.proved).toBe(false);
    expect(compared).toEqual(Array.from({ length: 4 }, () => [32, 32]));
  });

  it('passes a signature only by that comparison', () => {
    const right = new Webhook(secrets[1] ?? '').sign('msg_1', at, '{}');

    const verdict = verify(right);

    expect(verdict.proved).toBe(true);
    expect(compared).toEqual([
      [32, 32],
      [32, 32],
    ]);
  });

  it('compares digests of tokens, so that their length does not show', () => {
    isToken('a', tokenDigest('a much longer token'));

    expect(compared).toEqual([[32, 32]]);
  });
});
