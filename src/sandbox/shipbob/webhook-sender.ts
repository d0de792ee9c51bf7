import { createHmac } from 'node:crypto';
import type { Random } from '../../runtime/random.ts';
import type { Subscription } from './model.ts';
import type { Happening, ShipbobState } from './state.ts';
import { stampOrNull } from './wire.ts';
import { orderJson, shipmentJson } from './wire-order.ts';
import { boxJson, wroJson } from './wire-receiving.ts';

/** Waits before each further attempt, counted from the failure before it (section 9.4). */
const RETRY_MS = [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000];
const DISABLE_AFTER_MS = 5 * 86_400_000;
const ANSWER_WITHIN_MS = 15_000;
const BODY_VERSION = '2026-07';

export interface Delivery {
  id: string;
  topic: string;
  subscriptionId: string;
  body: string;
  attempts: number;
  dueAtMs: number;
  state: 'waiting' | 'delivered' | 'failed';
}

/** A signed request on its way to a receiver. */
export interface PostedWebhook {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Carries it there; answers the receiver's status, or null where none came back. */
export type WebhookCarrier = (posted: PostedWebhook) => Promise<number | null>;

/**
 * Signs and posts what happened, at least once and in no promised order. A delivery is judged by
 * its status: 2xx is success, anything else (a redirect included) is tried again.
 */
export class WebhookSender {
  readonly deliveries: Delivery[] = [];
  readonly #state: ShipbobState;
  readonly #random: Random;
  readonly #carry: WebhookCarrier;
  readonly #failingSinceMs = new Map<string, number>();
  #sending = false;

  constructor(state: ShipbobState, random: Random, carry: WebhookCarrier = overNetwork) {
    this.#state = state;
    this.#random = random;
    this.#carry = carry;
  }

  /** Sends what is due by now; returns how many attempts were made. */
  async flush(): Promise<number> {
    if (this.#sending) return 0;
    this.#sending = true;
    try {
      this.#queueHappenings();
      const nowMs = this.#state.nowMs;
      const due = this.deliveries.filter(
        (each) => each.state === 'waiting' && each.dueAtMs <= nowMs,
      );
      for (const delivery of due) await this.#attempt(delivery, nowMs);
      return due.length;
    } finally {
      this.#sending = false;
    }
  }

  /** Sends a delivered message a second time under its own id, as ShipBob may. */
  repeat(deliveryId: string): void {
    const delivery = this.deliveries.find((each) => each.id === deliveryId);
    if (!delivery) throw new Error(`No webhook delivery ${deliveryId} is known.`);
    delivery.state = 'waiting';
    delivery.attempts = 0;
    delivery.dueAtMs = this.#state.nowMs;
  }

  #queueHappenings(): void {
    for (const happening of this.#state.happenings.splice(0)) {
      for (const subscription of this.#state.subscriptions) {
        if (!subscription.enabled || !subscription.topics.includes(happening.topic)) continue;
        this.deliveries.push({
          id: `msg_${this.#letters(27)}`,
          topic: happening.topic,
          subscriptionId: subscription.id,
          body: JSON.stringify(bodyOf(this.#state, happening)),
          attempts: 0,
          dueAtMs: this.#state.nowMs,
          state: 'waiting',
        });
      }
    }
  }

  async #attempt(delivery: Delivery, nowMs: number): Promise<void> {
    const { subscriptions } = this.#state;
    const subscription = subscriptions.find((each) => each.id === delivery.subscriptionId);
    if (!subscription?.enabled) {
      delivery.state = 'failed';
      return;
    }
    delivery.attempts += 1;
    const status = await this.#carry(sealed(subscription, delivery, nowMs));
    if (status !== null && status >= 200 && status < 300) {
      delivery.state = 'delivered';
      this.#failingSinceMs.delete(subscription.id);
      return;
    }
    const sinceMs = this.#failingSinceMs.get(subscription.id) ?? nowMs;
    this.#failingSinceMs.set(subscription.id, sinceMs);
    if (nowMs - sinceMs >= DISABLE_AFTER_MS) subscription.enabled = false;
    const waitMs = RETRY_MS[delivery.attempts - 1];
    if (waitMs === undefined) delivery.state = 'failed';
    else delivery.dueAtMs = nowMs + waitMs;
  }

  #letters(count: number): string {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    let text = '';
    while (text.length < count) text += letters[Math.floor(this.#random.next() * letters.length)];
    return text;
  }
}

/** `v1,` and the base64 HMAC-SHA256 of id, time and body, joined by dots (section 9.3). */
export function signature(
  secret: string,
  message: { id: string; timestamp: string; body: string },
): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const text = `${message.id}.${message.timestamp}.${message.body}`;
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}

function sealed(subscription: Subscription, delivery: Delivery, nowMs: number): PostedWebhook {
  const timestamp = String(Math.floor(nowMs / 1000));
  const message = { id: delivery.id, timestamp, body: delivery.body };
  return {
    url: subscription.url,
    headers: {
      'content-type': 'application/json',
      'x-webhook-topic': delivery.topic,
      'webhook-id': delivery.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature(subscription.secret, message),
    },
    body: delivery.body,
  };
}

async function overNetwork({ url, headers, body }: PostedWebhook): Promise<number | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

function bodyOf(state: ShipbobState, happening: Happening): unknown {
  if ('order' in happening) return orderJson(state, happening.order, BODY_VERSION);
  if ('shipment' in happening) return shipmentJson(state, happening.shipment, BODY_VERSION);
  if ('charge' in happening) {
    const { charge } = happening;
    return {
      transaction_id: charge.id,
      transaction_type: charge.type,
      transaction_fee: charge.fee,
      reference_id: charge.referenceId,
      amount: charge.amountCents / 100,
      charge_date: stampOrNull(charge.chargedAtMs, 0),
    };
  }
  if (happening.box === null) return wroJson(state, happening.wro, BODY_VERSION);
  const box = happening.wro.boxes.find((each) => each.number === happening.box);
  return { id: happening.wro.id, box: box ? boxJson(box) : null };
}
