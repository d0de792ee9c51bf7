/**
 * What ShipBob should have announced by webhook, judged by what a record says today. Only topics
 * whose moment a record tells are judged (reference: shipbob-api §9.1): a hold or an exception may
 * be over by the time it is read, a carrier's tracking changes leave one time for all of them, and
 * a cancellation by hand is not announced.
 */
import { z } from 'zod';
import type { OrderRecord, ReceivingRecord, RecordKey, SourceRecord } from './glossary.ts';

export interface Announcement {
  topic: string;
  record: RecordKey;
  /** The shipment it is about; null for the whole record. */
  shipmentId: string | null;
  /** When it happened. */
  atMs: number;
  /** When ShipBob knew of it: a carrier's time may be hours older than its message. */
  knownAtMs: number;
}

/** Topics that can be judged at all. */
export const judgedTopics = [
  'order.shipped',
  'order.delivered',
  'order.shipment.delivered',
  'wro.created',
  'wro.completed',
] as const;

/** What this record, as it stands, should have been announced with, of these topics. */
export function announcementsOf(record: SourceRecord, topics: ReadonlySet<string>): Announcement[] {
  const all =
    record.kind === 'order'
      ? orderAnnouncements(record)
      : record.kind === 'receiving'
        ? receivingAnnouncements(record)
        : [];
  return all.filter(({ topic }) => topics.has(topic));
}

function orderAnnouncements(order: OrderRecord): Announcement[] {
  const record: RecordKey = { kind: 'order', id: order.id };
  const live = order.shipments.filter(({ phase }) => phase !== 'cancelled');
  const found: Announcement[] = [];
  const leftAtMs = lastOf(live.map((shipment) => shipment.leftAtMs));
  // For a split order once, when all its labels are printed; the texts differ on that, so one
  // delivery about any of its shipments will do.
  if (leftAtMs !== null && live.every(({ phase }) => phase === 'left')) {
    const shipped = { topic: 'order.shipped', record, shipmentId: null };
    found.push({ ...shipped, atMs: leftAtMs, knownAtMs: leftAtMs });
  }
  for (const { id, deliveredAtMs, updatedAtMs } of live) {
    if (deliveredAtMs === null) continue;
    const knownAtMs = Math.max(deliveredAtMs, updatedAtMs ?? 0);
    const delivered = { topic: 'order.shipment.delivered', record, shipmentId: id };
    found.push({ ...delivered, atMs: deliveredAtMs, knownAtMs });
  }
  const deliveredAtMs = lastOf(live.map((shipment) => shipment.deliveredAtMs));
  if (deliveredAtMs !== null) {
    const knownAtMs = Math.max(deliveredAtMs, ...live.map(({ updatedAtMs }) => updatedAtMs ?? 0));
    const delivered = { topic: 'order.delivered', record, shipmentId: null };
    found.push({ ...delivered, atMs: deliveredAtMs, knownAtMs });
  }
  return found;
}

function receivingAnnouncements(receiving: ReceivingRecord): Announcement[] {
  const record: RecordKey = { kind: 'receiving', id: receiving.id };
  const of = (topic: string, atMs: number): Announcement => {
    return { topic, record, shipmentId: null, atMs, knownAtMs: atMs };
  };
  const { createdAtMs, completedAtMs, phase } = receiving;
  const completed = phase === 'completed' && completedAtMs !== null;
  return [
    of('wro.created', createdAtMs),
    ...(completed ? [of('wro.completed', completedAtMs)] : []),
  ];
}

/** The latest of them; null when there is none, or one is still to come. */
function lastOf(times: readonly (number | null)[]): number | null {
  let last: number | null = null;
  for (const atMs of times) {
    if (atMs === null) return null;
    last = Math.max(last ?? atMs, atMs);
  }
  return last;
}

const registeredSchema = z.array(
  z.object({
    id: z.string(),
    url: z.string(),
    topics: z.array(z.string()),
    registeredAtMs: z.number(),
  }),
);

/** A subscription that was made through `mlc webhooks register`. */
export type RegisteredSubscription = z.infer<typeof registeredSchema>[number];

/** Empty for a text that is none of ours. */
export function readRegistered(text: string | null): RegisteredSubscription[] {
  const parsed = registeredSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : [];
}

const missedSchema = z.object({
  topic: z.string(),
  record: z.object({ kind: z.enum(['order', 'receiving', 'charge']), id: z.string() }),
  shipmentId: z.string().nullable(),
  atMs: z.number(),
});

const gapSchema = z.object({
  checkedAtMs: z.number(),
  /** What happened in it was looked at. */
  fromMs: z.number(),
  toMs: z.number(),
  topics: z.array(
    z.object({
      topic: z.string(),
      expected: z.number(),
      announced: z.number(),
      missed: z.number(),
    }),
  ),
  /** The newest of those missed. */
  examples: z.array(missedSchema),
  subscriptions: z.array(
    z.object({ id: z.string(), url: z.string(), state: z.enum(['enabled', 'disabled', 'gone']) }),
  ),
  /** Null while ShipBob could not be asked. */
  listedAtMs: z.number().nullable(),
});

/** What webhooks announced of what polling found, over the last day. */
export type AnnouncementGap = z.infer<typeof gapSchema>;

/** Null for a text that is none of ours. */
export function readGap(text: string | null): AnnouncementGap | null {
  const parsed = gapSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string | null): unknown {
  if (!text) return null;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}
