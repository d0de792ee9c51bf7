import type { DeliverySink, Random } from '../../src/app/ports.ts';
import type { ShipbobSandbox } from '../../src/sandbox/shipbob/server.ts';
import type { PostedWebhook, WebhookCarrier } from '../../src/sandbox/shipbob/webhook-sender.ts';
import { subjectOfDelivery } from '../../src/shipbob/webhook.ts';
import { answers, type Outcome } from '../../src/webhook/answer.ts';
import { createProofSource } from '../../src/webhook/proof.ts';
import { type Posted, prove, refusalByHeaders } from '../../src/webhook/prove.ts';
import { quietLog } from './recipe-target.ts';

/** What the way does to one delivery. `kept` comes with the next ride, `gone` never. */
export type Mishap = 'none' | 'lost' | 'gone' | 'answerLost' | 'twice' | 'kept';

export interface Courier {
  carrier: WebhookCarrier;
  /** Has ShipBob tell of everything, signed with our secret. */
  subscribe(shipbob: ShipbobSandbox): void;
  /** What was kept arrives in some order, then ShipBob sends what is due, each with its mishap. */
  ride(shipbob: ShipbobSandbox, sink: DeliverySink, luck: Random): Promise<void>;
  /** What became of deliveries at the receiver, and of those that somebody forged. */
  outcomes: Partial<Record<Outcome, number>>;
  /** Ids of those that were answered 2xx. */
  promised: Set<string>;
  mishaps: Partial<Record<Mishap, number>>;
  forged: Partial<Record<Outcome, number>>;
}

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const receiverUrl = 'https://hooks.merchant.example/shipbob';
const topics = [
  'order.shipment.cancelled',
  'order.shipment.exception',
  'order.shipment.on_hold',
  'order.shipment.tracking.updated',
  'order.shipped',
  'order.delivered',
  'wro.created',
  'wro.updated',
  'wro.completed',
  'wro.box.arrived',
  'wro.box.stowed',
];
const toleranceMs = 300_000;
const mishapChance = 0.5;

/**
 * The way from ShipBob's sender to the receiver, without a socket: what arrives is proved and stored
 * by the receiver's own functions, and ShipBob hears their answer unless that is lost as well.
 */
export function createCourier(nowMs: () => number): Courier {
  const bag: PostedWebhook[] = [];
  let next: WebhookCarrier = async () => null;
  const courier: Courier = {
    carrier: (posted) => next(posted),
    subscribe({ world }) {
      const { nowMs: createdAtMs, subscriptions } = world.state;
      const rest = { description: null, enabled: true, createdAtMs };
      subscriptions.push({ id: 'merchant', topics, url: receiverUrl, secret, ...rest });
    },
    async ride(shipbob, sink, luck) {
      const waiting = shuffled(bag.splice(0), luck);
      for (const posted of waiting) await arrive(posted, sink);
      next = async (posted) => carry(posted, sink, luck);
      await shipbob.sendWebhooks();
      next = async () => null;
      if (luck.next() < 0.3) await forge(sink, luck);
    },
    outcomes: {},
    promised: new Set(),
    mishaps: {},
    forged: {},
  };

  async function carry(
    posted: PostedWebhook,
    sink: DeliverySink,
    luck: Random,
  ): Promise<number | null> {
    const mishap = drawn(luck);
    courier.mishaps[mishap] = (courier.mishaps[mishap] ?? 0) + 1;
    switch (mishap) {
      case 'lost':
        return null;
      case 'gone':
        return 202;
      case 'kept':
        bag.push(posted);
        return 202;
      case 'answerLost':
        await arrive(posted, sink);
        return null;
      case 'twice':
        await arrive(posted, sink);
        return arrive(posted, sink);
      case 'none':
        return arrive(posted, sink);
    }
  }

  async function arrive(posted: PostedWebhook, sink: DeliverySink): Promise<number> {
    const outcome = await receive(posted, sink, nowMs());
    courier.outcomes[outcome] = (courier.outcomes[outcome] ?? 0) + 1;
    const { status } = answers[outcome];
    if (status < 300) courier.promised.add(posted.headers['webhook-id'] ?? '');
    return status;
  }

  /** Somebody who knows everything but the secret. */
  async function forge(sink: DeliverySink, luck: Random): Promise<void> {
    const body = '{"id":309600001,"order_id":309600001,"status":"Completed"}';
    const id = `forged_${Math.floor(luck.next() * 1e9)}`;
    const headers = {
      'x-webhook-topic': 'order.shipped',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(nowMs() / 1000)),
      ...(luck.next() < 0.3 ? {} : { 'webhook-signature': `v1,${'A'.repeat(43)}=` }),
    };
    const outcome = await receive({ url: receiverUrl, headers, body }, sink, nowMs());
    courier.forged[outcome] = (courier.forged[outcome] ?? 0) + 1;
  }

  return courier;
}

/** As the receiver does behind its HTTP server. */
async function receive(
  { headers, body }: PostedWebhook,
  sink: DeliverySink,
  nowMs: number,
): Promise<Outcome> {
  const clock = { now: () => nowMs, sleep: () => new Promise<never>(() => undefined) };
  const source = createProofSource({
    clock,
    log: quietLog,
    secrets: async () => [secret],
    pathToken: async () => null,
  });
  const proofs = await source.read();
  const posted: Posted = { headers, body: Buffer.from(body), token: null };
  const refusal = refusalByHeaders(posted, proofs);
  if (refusal !== null) return refusal;
  const delivery = prove(posted, { proofs, nowMs, toleranceMs, subjectOf: subjectOfDelivery });
  if (typeof delivery === 'string') return delivery;
  const [saved] = await sink.saveDeliveries([delivery]);
  return saved === 'differing' ? 'stored' : (saved ?? 'failed');
}

const mishaps: readonly Mishap[] = ['lost', 'gone', 'answerLost', 'twice', 'kept'];

function drawn(luck: Random): Mishap {
  if (luck.next() >= mishapChance) return 'none';
  return mishaps[Math.floor(luck.next() * mishaps.length)] ?? 'none';
}

function shuffled<Value>(values: Value[], luck: Random): Value[] {
  return values
    .map((value) => ({ value, rank: luck.next() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ value }) => value);
}
