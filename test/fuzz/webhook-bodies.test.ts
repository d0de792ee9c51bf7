import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { mlcTopics, subjectOfDelivery } from '../../src/shipbob/webhook.ts';
import { answers } from '../../src/webhook/answer.ts';
import { prove, refusalByHeaders } from '../../src/webhook/prove.ts';
import { signingKey, tokenDigest } from '../../src/webhook/verify.ts';
import { damage, damagedText, fuzzRuns } from '../support/fuzz.ts';
import { orderJson, receivingJson } from '../support/shipbob-json.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const nowMs = Date.UTC(2026, 10, 23, 12);
const seconds = String(nowMs / 1000);
const keys = [signingKey(secret)].flatMap((key) => key ?? []);
const rule = {
  proofs: { keys, token: tokenDigest('open-sesame') },
  nowMs,
  toleranceMs: 300_000,
  subjectOf: subjectOfDelivery,
};

const bodies = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(orderJson(), receivingJson(), { id: 7, order_id: 8 }, { shipment_id: '9' }),
      fc.array(damage, { maxLength: 3 }),
    )
    .map(([json, damages]) => Buffer.from(damages.reduce(damagedText, JSON.stringify(json)))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
const topics = fc.oneof(
  fc.constantFrom(...mlcTopics.map(({ topic }) => topic), 'order_shipped', '__proto__', ''),
  fc.string(),
);
const headerText = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '',
    'v1,',
    `v1,${'A'.repeat(43)}=`,
    seconds,
    'msg_1',
    '1e9',
    '-1',
    '9'.repeat(12),
  ),
);
const headers = fc.record(
  {
    'webhook-id': headerText,
    'webhook-timestamp': headerText,
    'webhook-signature': headerText,
    'x-webhook-topic': topics,
    'shipbob-topic': topics,
    'shipbob-subscription-id': headerText,
  },
  { requiredKeys: [] },
);

describe('any delivery', () => {
  it('without a proof is refused by a classified answer, whatever it brings', () => {
    fc.assert(
      fc.property(headers, bodies, fc.option(fc.string()), (given, body, token) => {
        const posted = { headers: given, body, token };

        const outcome = prove(posted, rule);
        const early = refusalByHeaders(posted, rule.proofs);

        expect(typeof outcome === 'string' ? outcome : 'proved').not.toBe('proved');
        expect(Object.keys(answers)).toContain(outcome);
        if (early !== null) expect(Object.keys(answers)).toContain(early);
      }),
      fuzzRuns(1_000),
    );
  });

  it('with a signature is about a record of ShipBob’s or kept with a reason', () => {
    fc.assert(
      fc.property(bodies, topics, (body, topic) => {
        const text = body.toString('utf8');
        const signature = new Webhook(secret).sign('msg_1', new Date(nowMs), text);
        const signed = {
          'webhook-id': 'msg_1',
          'webhook-timestamp': seconds,
          'webhook-signature': signature,
          'x-webhook-topic': topic,
        };

        const outcome = prove({ headers: signed, body, token: null }, rule);

        if (typeof outcome === 'string') {
          // Bytes that are no UTF-8 are another body than the one that was signed.
          expect(['notUtf8', 'badSignature']).toContain(outcome);
          expect(Buffer.from(text, 'utf8').equals(body)).toBe(false);
          return;
        }
        expect(outcome.proof).toBe('signature');
        expect(outcome.subject === null).toBe(outcome.keptBecause !== null);
        if (outcome.subject !== null) expect(outcome.subject.id).toMatch(/^([1-9]\d{0,18}|all)$/);
      }),
      fuzzRuns(1_000),
    );
  });

  it('by the token in its path has one id for the same body, and never another’s', () => {
    fc.assert(
      fc.property(bodies, bodies, topics, (one, other, topic) => {
        const by = (body: Buffer) =>
          prove({ headers: { 'x-webhook-topic': topic }, body, token: 'open-sesame' }, rule);

        const [first, again, second] = [by(one), by(one), by(other)];

        expect(again).toEqual(first);
        if (typeof first === 'string' || typeof second === 'string') return;
        expect(first.webhookId === second.webhookId).toBe(first.body === second.body);
      }),
      fuzzRuns(500),
    );
  });
});
