/** The port to the inbox of webhook deliveries. Import it from ports.ts. */
import type { RecordKey } from '../core/glossary.ts';
import type { TimeWindow } from './shipbob-port.ts';
import type { Fence } from './store-port.ts';

/**
 * What a delivery is about. A shipment is only the way to its order; a charge stands for all
 * charges, since they are listed by day and not read by id.
 */
export interface HintSubject {
  kind: 'order' | 'shipment' | 'receiving' | 'charge';
  id: string;
}

/** One webhook delivery as it was received. */
export interface Delivery {
  /** ShipBob's id of the message: the same in every repetition. */
  webhookId: string;
  /** Empty when the delivery named none. */
  topic: string;
  /** The body as received; it was valid UTF-8. */
  body: string;
  receivedAtMs: number;
  /** How it proved where it comes from. */
  proof: 'signature' | 'pathToken' | 'sample';
  /** Null when it is kept and nothing is read because of it. */
  subject: HintSubject | null;
  /** Why nothing is read because of it; null where there is a subject. */
  keptBecause: string | null;
}

/**
 * `waiting`: the subject is to be read again. `done`: it was. `kept`: nobody knows what to do with
 * it, and a person may look.
 */
export type DeliveryState = 'waiting' | 'done' | 'kept';

export interface StoredDelivery extends Delivery {
  id: number;
  state: DeliveryState;
  doneAtMs: number | null;
  /** What came of it, in words. */
  outcome: string | null;
}

/** All waiting deliveries about one subject: they need one read. */
export interface Hint {
  subject: HintSubject;
  topics: string[];
  count: number;
  /** The newest delivery that is covered; later ones stay waiting. */
  lastId: number;
  oldestAtMs: number;
  newestAtMs: number;
  /** When the newest read of that record that is stored began; null when it was never read. */
  observedAtMs: number | null;
  /** The order a shipment belongs to, where the store knows it. */
  record: RecordKey | null;
}

export interface InboxReport {
  waiting: number;
  oldestWaitingAtMs: number | null;
  /** Of those that ShipBob sent. */
  lastReceivedAtMs: number | null;
  /** Kept ones by topic and reason, most first. */
  kept: { topic: string; because: string; count: number; newestAtMs: number }[];
}

/** Something that ShipBob should have announced. */
export interface Expectation {
  topic: string;
  record: RecordKey;
  /** The shipment it is about; null for the whole record. */
  shipmentId: string | null;
  atMs: number;
}

export interface InboxStore {
  /**
   * Durable when it resolves; all in one transaction. Answers in order: `repeated` where that
   * message was stored before, `differing` where it was stored beside one of the same id whose
   * body or topic was another.
   */
  saveDeliveries(deliveries: Delivery[]): Promise<('stored' | 'repeated' | 'differing')[]>;
  /** Subjects that wait to be read, the longest waiting first. */
  hintsWaiting(limit: number): Promise<Hint[]>;
  /** Marks each subject's deliveries up to `lastId` as done (or kept, with the reason). */
  finishHints(
    fence: Fence,
    finished: {
      subject: HintSubject;
      lastId: number;
      state: 'done' | 'kept';
      outcome: string;
    }[],
    nowMs: number,
  ): Promise<void>;
  /** Makes stored deliveries of that time wait again. Answers how many; audited. */
  reopenDeliveries(window: TimeWindow, by: { actor: string; nowMs: number }): Promise<number>;
  /** Newest first. */
  deliveries(filter: {
    states: DeliveryState[] | null;
    topic: string | null;
    limit: number;
  }): Promise<StoredDelivery[]>;
  inboxReport(): Promise<InboxReport>;
  /** True for each expectation that some delivery of that topic about it has met. */
  announced(expected: Expectation[]): Promise<boolean[]>;
  /** Drops bodies and rows of finished deliveries older than that. Answers how many rows. */
  forgetDeliveries(beforeMs: number): Promise<number>;
}

/** Where a delivery is put before it is answered; all that the receiver knows of the store. */
export type DeliverySink = Pick<InboxStore, 'saveDeliveries'>;

/** A webhook subscription as ShipBob lists it. */
export interface Subscription {
  id: string;
  topics: string[];
  url: string;
  description: string | null;
  /** `disabled`: ShipBob gave up after days of failures. */
  state: 'enabled' | 'disabled';
  createdAtMs: number | null;
}

/** ShipBob's subscription API. Every method may throw Problem, as the other reads do. */
export interface SubscriptionSource {
  list(): Promise<Subscription[]>;
  /** The secret is shown this once. */
  create(wanted: {
    url: string;
    topics: string[];
    description: string;
  }): Promise<{ subscription: Subscription; secret: string }>;
  /** False when there is none of that id. */
  remove(id: string): Promise<boolean>;
}
