import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import {
  isToken,
  type SignedMessage,
  signingKey,
  tokenDigest,
  type Verdict,
  verifyDelivery,
} from '../../src/webhook/verify.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const toleranceMs = 300_000;

/** The two vectors of the fact sheet, shipbob-api §9.3. */
const vectors = [
  {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    text: '{"test": 2432232314}',
    signatures: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  {
    id: 'msg_31eW7bWRi16lL0Ajjik68kfyeUh',
    timestamp: '1785320100',
    text: '{"id":109900001,"order_id":309589638,"reference_id":"SO-100045","status":"Completed"}',
    signatures: 'v1,0YZvNJQlvpTdthNWfsFSyE2iZU7zkG03ymocC1uH6/I=',
  },
] as const;

const message = vectors[1];
const sentAtMs = Number(message.timestamp) * 1000;

function verdict(
  change: Partial<SignedMessage> & { text?: string } = {},
  rule: { secrets?: string[]; nowMs?: number; toleranceMs?: number } = {},
): Verdict {
  const { text = message.text, ...headers } = change;
  const { id, timestamp, signatures } = message;
  const keys = (rule.secrets ?? [secret]).flatMap((each) => signingKey(each) ?? []);
  return verifyDelivery(
    { id, timestamp, signatures, body: Buffer.from(text, 'utf8'), ...headers },
    { keys, nowMs: rule.nowMs ?? sentAtMs, toleranceMs: rule.toleranceMs ?? toleranceMs },
  );
}

function signed(details: { id?: string; timestamp?: string; text?: string; secret?: string }) {
  const { id = message.id, timestamp = message.timestamp, text = message.text } = details;
  const at = new Date(Number(timestamp) * 1000);
  return new Webhook(details.secret ?? secret).sign(id, at, text);
}

const badSignature = { proved: false, because: 'badSignature' };
const badTimestamp = { proved: false, because: 'badTimestamp' };

describe('a signed delivery', () => {
  it.each(vectors)('passes as published: $id', ({ text, ...headers }) => {
    const nowMs = Number(headers.timestamp) * 1000;

    expect(verdict({ text, ...headers }, { nowMs })).toEqual({ proved: true, text });
  });

  it('passes without the `=` at the end of its signature', () => {
    expect(verdict({ signatures: message.signatures.slice(0, -1) }).proved).toBe(true);
  });

  it('passes when any of several signatures matches', () => {
    const signatures = ['v1a,Zm9v', signed({ secret: other }), 'v1,', message.signatures].join(' ');

    expect(verdict({ signatures }).proved).toBe(true);
  });

  it('passes with the old and with the new secret while one is rotated', () => {
    const secrets = [other, secret];

    expect(verdict({ signatures: signed({ secret: other }) }, { secrets }).proved).toBe(true);
    expect(verdict({}, { secrets }).proved).toBe(true);
  });

  it('passes with a body of any UTF-8, a byte order mark included', () => {
    const text = '\ufeff{"name":"Zoë 日本 𝄞","nul":"\u0000"}';

    expect(verdict({ text, signatures: signed({ text }) })).toEqual({ proved: true, text });
  });

  it('passes with an empty body', () => {
    expect(verdict({ text: '', signatures: signed({ text: '' }) }).proved).toBe(true);
  });

  it.each([-toleranceMs, toleranceMs])('passes at the edge of the tolerance: %i ms', (offMs) => {
    expect(verdict({}, { nowMs: sentAtMs + offMs }).proved).toBe(true);
  });

  it('passes an hour late where the tolerance is two, whatever the package holds', () => {
    const rule = { nowMs: sentAtMs + 3_600_000, toleranceMs: 7_200_000 };

    expect(verdict({}, rule).proved).toBe(true);
  });
});

describe('a delivery is refused', () => {
  it('with another secret', () => {
    expect(verdict({}, { secrets: [other] })).toEqual(badSignature);
  });

  it('without any secret to hold it against', () => {
    expect(verdict({}, { secrets: [] })).toEqual(badSignature);
  });

  it('with one bit of the body changed', () => {
    expect(verdict({ text: message.text.replace('SO-1', 'SO-0') })).toEqual(badSignature);
  });

  it('with its body parsed and printed again', () => {
    const text = JSON.stringify(JSON.parse(vectors[0].text));
    const { id, timestamp, signatures } = vectors[0];
    const nowMs = Number(timestamp) * 1000;

    expect(verdict({ id, timestamp, signatures, text }, { nowMs })).toEqual(badSignature);
  });

  it('with another id or time than was signed', () => {
    const timestamp = String(Number(message.timestamp) + 1);

    expect(verdict({ id: 'msg_another' })).toEqual(badSignature);
    expect(verdict({ timestamp })).toEqual(badSignature);
  });

  it.each([
    ['too old', toleranceMs + 1],
    ['from the future', -toleranceMs - 1],
  ])('for the sake of a clock when it is %s, and as a forgery when it is one', (_, offMs) => {
    const nowMs = sentAtMs + offMs;

    expect(verdict({}, { nowMs })).toEqual({ proved: false, because: 'clockOff' });
    expect(verdict({}, { nowMs, secrets: [other] })).toEqual(badSignature);
  });

  it.each(['', '1785320100abc', ' 1785320100', '+1785320100', '1785320100.0', '1.7e9', '１７８５'])(
    'when its time is no plain number: "%s"',
    (timestamp) => {
      expect(verdict({ timestamp })).toEqual(badTimestamp);
    },
  );

  it('when its time has more digits than any time', () => {
    expect(verdict({ timestamp: `${'0'.repeat(20)}1785320100` })).toEqual(badTimestamp);
  });

  it('when its bytes are not UTF-8, though the package makes the same code of them', () => {
    const first = Buffer.from([0x7b, 0xff, 0x7d]);
    const second = Buffer.from([0x7b, 0xfe, 0x7d]);
    const at = new Date(sentAtMs);
    const made = [first, second].map((body) => new Webhook(secret).sign(message.id, at, body));

    expect(made[0]).toBe(made[1]);
    expect(verdict({ body: first, signatures: made[0] ?? '' })).toEqual({
      proved: false,
      because: 'notUtf8',
    });
  });

  it.each(['', ' ', 'a b', 'Zoë', 'x'.repeat(201)])('when its id is no id: "%s"', (id) => {
    expect(verdict({ id, signatures: signed({ id }) })).toEqual({
      proved: false,
      because: 'malformed',
    });
  });

  it.each(['', 'v1', 'v1,', 'v1,abc', 'v2,', ',,,', `v1,${'A'.repeat(44)}`])(
    'when its signature is none: "%s"',
    (signatures) => {
      expect(verdict({ signatures })).toEqual(badSignature);
    },
  );

  it('with the right code under another version', () => {
    expect(verdict({ signatures: message.signatures.replace('v1', 'v2') })).toEqual(badSignature);
  });

  it('with the url-safe or the hex form of the right code', () => {
    const code = Buffer.from(message.signatures.slice(3), 'base64');

    expect(verdict({ signatures: `v1,${code.toString('hex')}` })).toEqual(badSignature);
    expect(verdict({ signatures: `v1a,${code.toString('base64')}` })).toEqual(badSignature);
  });
});

describe('a secret', () => {
  it('is taken with or without its prefix and with spaces around', () => {
    expect(verdict({}, { secrets: [` ${secret}\n`] }).proved).toBe(true);
    expect(verdict({}, { secrets: [secret.slice('whsec_'.length)] }).proved).toBe(true);
  });

  it.each(['', 'whsec_', 'whsec_not base64!', '%%%%'])('is none when it is "%s"', (text) => {
    expect(signingKey(text)).toBeNull();
  });
});

describe('the token in the path', () => {
  it('is told from any other, of any length', () => {
    const wanted = tokenDigest('a-long-token');

    expect(isToken('a-long-token', wanted)).toBe(true);
    expect(
      ['', 'a-long-toke', 'a-long-token ', 'b'.repeat(500)].filter((t) => isToken(t, wanted)),
    ).toEqual([]);
  });
});
