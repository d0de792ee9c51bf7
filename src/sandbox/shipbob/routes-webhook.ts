import { createHash } from 'node:crypto';
import type { HttpAnswer } from '../../runtime/http-server.ts';
import { fieldsOf, textOf, textsOf } from './json.ts';
import type { Subscription } from './model.ts';
import { cursorPage, readCursor } from './paging.ts';
import { emptyReply, jsonReply, mapReply } from './reply.ts';
import type { Call, Route } from './route.ts';
import { stamp } from './wire.ts';

const TOPICS = new Set([
  'order.shipped',
  'order.delivered',
  'order.shipment.delivered',
  'order.shipment.exception',
  'order.shipment.on_hold',
  'order.shipment.cancelled',
  'order.shipment.tracking.updated',
  'order.shipment.address.updated',
  'order.shipment.line_item.added',
  'order.shipment.line_item.removed',
  'order.shipment.line_item.updated',
  'order.shipment.shipping_service.updated',
  'return.created',
  'return.updated',
  'return.completed',
  'wro.created',
  'wro.updated',
  'wro.completed',
  'wro.box.arrived',
  'wro.box.scanned',
  'wro.box.stowed',
  'billing.charge.created',
  'billing.refund.created',
  'billing.credit.created',
]);

export const WEBHOOK_ROUTES: Route[] = [
  { method: 'GET', path: '/webhook', scope: 'webhooks_read', answer: listSubscriptions },
  { method: 'POST', path: '/webhook', scope: 'webhooks_write', answer: subscribe },
  { method: 'DELETE', path: '/webhook/{id}', scope: 'webhooks_write', answer: unsubscribe },
];

/** The only answer that ever shows the secret (section 9.2). */
function subscribe(call: Call): HttpAnswer {
  const { state } = call;
  const fields = fieldsOf(call.body);
  const topics = textsOf(fields.topics);
  const url = textOf(fields.url) ?? '';
  const id = String(12_345 + state.subscriptionsMade);
  const given = textOf(fields.secret);
  const secret =
    given ?? `whsec_${createHash('sha256').update(`${id}${url}`).digest('base64').slice(0, 32)}`;
  if (topics.length === 0 || !topics.every((topic) => TOPICS.has(topic))) {
    return unprocessable('Topics must name at least one known topic.');
  }
  if (!/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)[:/])/.test(url)) {
    return unprocessable('Url must be an HTTPS address.');
  }
  if (!/^whsec_[a-zA-Z0-9+/]{32}$/.test(secret)) return unprocessable('Secret is not valid.');
  const subscription: Subscription = {
    id,
    topics,
    url,
    description: textOf(fields.description),
    secret,
    enabled: true,
    createdAtMs: state.nowMs,
  };
  state.subscriptions.push(subscription);
  state.subscriptionsMade += 1;
  const { enabled: _, ...shown } = subscriptionJson(subscription);
  return jsonReply({ ...shown, secret }, { status: 201 });
}

function listSubscriptions(call: Call): HttpAnswer {
  const token = call.query.text('Cursor');
  const at = token === null ? null : readCursor(token);
  const preset = at?.size ?? 250;
  const size = call.query.integer('RecordsPerPage', { min: 1, max: 250, preset });
  if (call.query.refused()) return mapReply(400, call.query.problems);
  const { items, next, prev } = cursorPage({
    rows: call.state.subscriptions,
    offset: at?.offset ?? 0,
    size,
    filters: '',
    link: (text) => `/${call.version}/webhook?cursor=${text}`,
    write: subscriptionJson,
  });
  return jsonReply({ items, next, prev });
}

function unsubscribe(call: Call): HttpAnswer {
  const rows = call.state.subscriptions;
  const at = rows.findIndex((each) => each.id === call.params.id);
  if (at < 0) return emptyReply(404);
  rows.splice(at, 1);
  return emptyReply(204);
}

function subscriptionJson(subscription: Subscription): Record<string, unknown> {
  return {
    id: subscription.id,
    topics: subscription.topics,
    url: subscription.url,
    description: subscription.description,
    enabled: subscription.enabled,
    created_at: stamp(subscription.createdAtMs, 0),
  };
}

/** Webhooks answer with the framework's own object (section 10). */
function unprocessable(message: string): HttpAnswer {
  const $type = 'Microsoft.AspNetCore.Mvc.UnprocessableEntityObjectResult';
  return jsonReply({ $type, status_code: 422, value: message }, { status: 422 });
}
