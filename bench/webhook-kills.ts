/** Kills a receiver under load again and again, and looks after each kill for what it lost. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createClock } from '../src/runtime/clock.ts';
import { seededRandom } from '../src/runtime/random.ts';
import { type InboxTruth, inboxTruth, missingFrom } from './webhook-inbox.ts';
import { type Feed, sendLoad } from './webhook-load.ts';
import { type PlannedDelivery, planLoad, signedRequest, statedShape } from './webhook-plan.ts';
import {
  type Child,
  type ChildProgram,
  killChild,
  startChild,
  stopChild,
} from './webhook-process.ts';
import { isAccepted } from './webhook-speed.ts';

export interface KillRequest {
  folder: string;
  program: ChildProgram;
  /** `beforeCommit` is the twin: it answers, and stores a moment later. */
  answers: 'afterCommit' | 'beforeCommit';
  kills: number;
  connections: number;
  seed: number;
  /** The twin need not be killed again once it was caught. */
  until: 'allKills' | 'firstLoss';
}

export interface KillResult {
  databasePath: string;
  kills: number;
  /** Kills that fell while the sink was called and had not answered. */
  whileWriting: number;
  /** Kills that left requests without an answer, and how many such requests. */
  withUnanswered: number;
  unanswered: number;
  /** Of those, messages that were stored all the same: killed between commit and answer. */
  unansweredStored: number;
  /** Answers of 2xx, and the messages they were for. */
  answers2xx: number;
  acknowledged: number;
  /** Some of those messages. */
  sample: PlannedDelivery[];
  /** Messages that were answered 2xx and were not in the inbox after the kill. */
  missing: string[];
  /** Every true message that was ever sent. */
  sent: number;
  /** True messages that were answered otherwise, and forgeries that were accepted. */
  misjudged: number;
  truth: InboxTruth;
  /** From the start of the process to the line that says it listens. */
  restartsMs: number[];
}

/** Kept over all lives of the receiver. */
interface Campaign {
  request: KillRequest;
  databasePath: string;
  flagPath: string;
  seed: number;
  /** To be sent next; those that were lost come first, as ShipBob repeats them. */
  queue: PlannedDelivery[];
  sent: Set<string>;
  acknowledged: Set<string>;
  result: Omit<KillResult, 'databasePath' | 'truth' | 'acknowledged' | 'sent'>;
}

const readySchema = z.object({ port: z.number().int() });
const path = '/shipbob';
const batch = 2000;
/** A life lasts up to this long after its first acknowledgement: some hundred commits. */
const lifeMsMax = 600;

export async function runKills(request: KillRequest): Promise<KillResult> {
  const name = `kills-${request.answers}`;
  const campaign: Campaign = {
    request,
    databasePath: join(request.folder, `${name}.sqlite`),
    flagPath: join(request.folder, `${name}.writing`),
    seed: request.seed,
    queue: [],
    sent: new Set(),
    acknowledged: new Set(),
    result: {
      kills: 0,
      whileWriting: 0,
      withUnanswered: 0,
      unanswered: 0,
      unansweredStored: 0,
      answers2xx: 0,
      sample: [],
      missing: [],
      misjudged: 0,
      restartsMs: [],
    },
  };
  const random = seededRandom(request.seed);
  for (let kill = 0; kill < request.kills; kill += 1) {
    await liveAndDie(campaign, random.next() * lifeMsMax);
    if (request.until === 'firstLoss' && campaign.result.missing.length > 0) break;
  }
  await finish(campaign);
  return {
    ...campaign.result,
    databasePath: campaign.databasePath,
    truth: inboxTruth(campaign.databasePath),
    acknowledged: campaign.acknowledged.size,
    sent: campaign.sent.size,
  };
}

async function start(campaign: Campaign): Promise<{ child: Child; port: number }> {
  const { databasePath, flagPath, request } = campaign;
  const began = performance.now();
  const flag = openSync(flagPath, 'w');
  writeSync(flag, '0');
  closeSync(flag);
  const about = { databasePath, port: 0, answers: request.answers, flagPath };
  const child = startChild({ program: request.program, role: 'receiver', about });
  const { port } = readySchema.parse(await child.ready);
  campaign.result.restartsMs.push(performance.now() - began);
  return { child, port };
}

/** One life: started, loaded, killed `lifeMs` after it first acknowledged, and looked into. */
async function liveAndDie(campaign: Campaign, lifeMs: number): Promise<void> {
  const { result, request, databasePath } = campaign;
  const { child, port } = await start(campaign);
  const answeredNow = new Set<string>();
  const lost: PlannedDelivery[] = [];
  let began: () => void = () => {};
  const acknowledging = new Promise<void>((resolve) => {
    began = resolve;
  });
  const load = sendLoad({
    port,
    connections: request.connections,
    feed: feedOf(campaign, {
      acknowledged(webhookId) {
        answeredNow.add(webhookId);
        began();
      },
      lost: (delivery) => lost.push(delivery),
      ends: 'never',
    }),
  });
  await Promise.race([acknowledging, child.ended]);
  await createClock().sleep(lifeMs);
  await killChild(child);
  await load;
  if (answeredNow.size === 0) throw new Error('a receiver died before it acknowledged anything');
  result.kills += 1;
  if (readFileSync(campaign.flagPath, 'utf8') !== '0') result.whileWriting += 1;
  result.missing.push(...missingFrom(databasePath, answeredNow));
  countLost(campaign, lost);
  campaign.queue.unshift(...lost);
}

function countLost({ result, databasePath }: Campaign, lost: PlannedDelivery[]): void {
  const truthful = lost.filter(({ kind }) => kind === 'first').map(({ webhookId }) => webhookId);
  if (lost.length > 0) result.withUnanswered += 1;
  result.unanswered += lost.length;
  result.unansweredStored += truthful.length - missingFrom(databasePath, truthful).length;
}

/** Everything that is still owed is sent again, and the receiver ends as its users end it. */
async function finish(campaign: Campaign): Promise<void> {
  const { child, port } = await start(campaign);
  const owed = campaign.queue.filter(({ webhookId }) => campaign.sent.has(webhookId));
  campaign.queue = owed;
  const feed = feedOf(campaign, { acknowledged() {}, lost() {}, ends: 'withTheQueue' });
  await sendLoad({ port, connections: campaign.request.connections, feed });
  await stopChild(child);
  campaign.result.missing.push(
    ...missingFrom(campaign.databasePath, campaign.acknowledged).filter(
      (id) => !campaign.result.missing.includes(id),
    ),
  );
}

function refill(campaign: Campaign): void {
  campaign.seed += 1;
  const shape = { ...statedShape, seed: campaign.seed, deliveries: batch };
  campaign.queue.push(...planLoad(shape));
}

/** Hands out the queue and keeps the accounts of what was sent and answered. */
function feedOf(
  campaign: Campaign,
  listener: {
    acknowledged: (webhookId: string) => void;
    lost: (delivery: PlannedDelivery) => void;
    ends: 'never' | 'withTheQueue';
  },
): Feed {
  const inFlight = new Map<number, PlannedDelivery>();
  let count = 0;
  const take = (number: number): PlannedDelivery => {
    const delivery = inFlight.get(number);
    if (delivery === undefined) throw new Error('an answer to nothing that was sent');
    inFlight.delete(number);
    return delivery;
  };
  return {
    next() {
      if (campaign.queue.length === 0 && listener.ends === 'never') refill(campaign);
      const delivery = campaign.queue.shift();
      if (delivery === undefined) return null;
      count += 1;
      inFlight.set(count, delivery);
      if (delivery.kind !== 'forged') campaign.sent.add(delivery.webhookId);
      return { number: count, bytes: signedRequest(delivery, { path, atMs: Date.now() }) };
    },
    answered(number, { status }) {
      const delivery = take(number);
      const { kind, webhookId } = delivery;
      const accepted = isAccepted(status);
      if (accepted === (kind === 'forged')) campaign.result.misjudged += 1;
      if (!accepted || kind === 'forged') return;
      campaign.result.answers2xx += 1;
      campaign.acknowledged.add(webhookId);
      if (campaign.result.sample.length < batch) campaign.result.sample.push(delivery);
      listener.acknowledged(webhookId);
    },
    lost: (number) => listener.lost(take(number)),
  };
}
