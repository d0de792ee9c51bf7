import type { Random, Subscription, SubscriptionSource } from '../app/ports.ts';
import { toProblem } from '../core/problem.ts';
import { parseExactJson } from '../runtime/exact-json.ts';
import { walkCursors } from './paging.ts';
import { subscriptionProblem } from './problem.ts';
import { isObject, Row, UnreadableField } from './schema.ts';
import { createTransport, type Transport, type TransportParts } from './transport.ts';

/** ShipBob has no more than that a page (reference: shipbob-api §9.2). */
const PAGE_SIZE = 250;
const TRIES_MAX = 3;

interface Wanted {
  url: string;
  topics: string[];
  description: string;
}

/**
 * ShipBob's subscription API (port `SubscriptionSource`, reference: shipbob-api §9.2): the only
 * writes that are ever made to ShipBob. None is repeated blindly: an unclear answer is followed by
 * a look at the list. Throws Problem as the reads do, and `SHIPBOB_SUBSCRIPTION_UNCLEAR`.
 */
export function createSubscriptionSource(parts: TransportParts): SubscriptionSource {
  const transport = createTransport(parts);
  return {
    list: () => list(transport),
    create: (wanted) => create(transport, parts.random, wanted),
    remove: (id) => remove(transport, id),
  };
}

async function list(transport: Transport): Promise<Subscription[]> {
  const pages = walkCursors(transport, {
    method: 'GET',
    template: '/webhook',
    scope: 'webhooks_read',
    query: { RecordsPerPage: PAGE_SIZE },
    body: null,
    channel: null,
  });
  const all: Subscription[] = [];
  for await (const page of pages) {
    for (const row of page.rows) {
      const subscription = readSubscription(row);
      if (subscription !== null) all.push(subscription);
    }
  }
  return all;
}

/**
 * A subscription whose answer was lost has lost its secret with it: it is found by the mark in its
 * description and deleted, before another is made under a mark of its own.
 */
async function create(
  transport: Transport,
  random: Random,
  wanted: Wanted,
): ReturnType<SubscriptionSource['create']> {
  let why = '';
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const description = `${wanted.description} #${mark(random)}`;
    const made = await transport.write({
      method: 'POST',
      template: '/webhook',
      path: '/webhook',
      scope: 'webhooks_write',
      query: '',
      body: JSON.stringify({ topics: wanted.topics, url: wanted.url, description }),
      channel: null,
      read: ({ text }) => readCreated(text),
    });
    if (made.written === 'yes') return made.value;
    why = made.written === 'unclear' ? made.why : 'HTTP 404';
    try {
      await removeOrphans(transport, { url: wanted.url, description });
    } catch (thrown) {
      const { message } = toProblem(thrown);
      const what = 'A webhook subscription may have been made, and could not be looked for';
      throw subscriptionProblem({ what, why: `${why}; then: ${message}` });
    }
  }
  throw subscriptionProblem({ what: 'The webhook subscription could not be made', why });
}

async function removeOrphans(
  transport: Transport,
  lost: { url: string; description: string },
): Promise<void> {
  for (const { id, url, description } of await list(transport)) {
    if (url === lost.url && description === lost.description) await remove(transport, id);
  }
}

async function remove(transport: Transport, id: string): Promise<boolean> {
  let why = '';
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const gone = await transport.write({
      method: 'DELETE',
      template: '/webhook/{id}',
      path: `/webhook/${encodeURIComponent(id)}`,
      scope: 'webhooks_write',
      query: '',
      body: null,
      channel: null,
      // 204 by the specification, 200 observed; the body says nothing.
      read: () => ({ value: true }),
    });
    if (gone.written === 'yes') return true;
    // After an unclear try, 404 means that it was that try which deleted it.
    if (gone.written === 'missing') return tries > 1;
    why = gone.why;
    if (!(await list(transport)).some((each) => each.id === id)) return true;
  }
  throw subscriptionProblem({ what: `Webhook subscription ${id} could not be deleted`, why });
}

/** Six letters that tell one try from every other. */
function mark(random: Random): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return Array.from(
    { length: 6 },
    () => letters[Math.floor(random.next() * letters.length)] ?? 'a',
  ).join('');
}

/** Null when it is not a subscription with its secret: then nobody can tell what happened. */
function readCreated(
  text: string,
): { value: { subscription: Subscription; secret: string } } | null {
  const parsed = parseExactJson(text);
  const subscription = parsed ? readSubscription(parsed.value) : null;
  if (subscription === null || !parsed || !isObject(parsed.value)) return null;
  const { secret } = parsed.value;
  if (typeof secret !== 'string' || !secret.startsWith('whsec_')) return null;
  return { value: { subscription, secret } };
}

/** Null for a row without a usable id: nothing could be done with it. */
function readSubscription(value: unknown): Subscription | null {
  if (!isObject(value)) return null;
  try {
    const row = new Row(value);
    const id = row.requiredText('id').trim();
    if (!/^[\w-]{1,64}$/.test(id)) return null;
    return {
      id,
      topics: row.texts('topics'),
      url: row.text('url'),
      description: row.textOrNull('description'),
      // The answer to its creation does not say; it begins enabled.
      state: value.enabled === false ? 'disabled' : 'enabled',
      createdAtMs: row.looseInstant('created_at'),
    };
  } catch (thrown) {
    if (thrown instanceof UnreadableField) return null;
    throw thrown;
  }
}
