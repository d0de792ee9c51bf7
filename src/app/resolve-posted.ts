/**
 * A person has entered a document in Infor by hand and names its number. It is believed only after
 * Infor was asked, and what it stands for is never posted after that.
 *
 * The order of the steps is what makes a kill harmless. All that is asked comes first and changes
 * nothing. Then what of ours is staged is deleted; a kill there leaves what a run without the
 * command would find. Then one transaction links, and makes the record due: a kill after it leaves
 * a link that the next run finishes. Everything is done under the lease, so no run is on meanwhile.
 */
import type { Flag, HeldLine, MasterFact, Posting, RecordKey } from '../core/glossary.ts';
import {
  type BookingRow,
  type HandKind,
  handGroup,
  matchBooking,
  totalOf,
} from '../core/hand-booking.ts';
import { type ExpectedBooking, expectBooking, type HandSubject } from '../core/hand-expectation.ts';
import {
  claimedAlready,
  differs,
  duplicate,
  linkedOtherwise,
  notComparable,
  notFound,
  otherParty,
} from '../core/hand-problem.ts';
import { masterView } from '../core/master.ts';
import { isDeletedInInfor } from '../core/posting-standing.ts';
import { defect, Problem, toProblem } from '../core/problem.ts';
import { isZero } from '../core/quantity.ts';
import type { ExternalKey } from '../core/schema.ts';
import type { Engine } from './engine.ts';
import { readFacts } from './facts.ts';
import { planInput, planRecord } from './plan.ts';
import type { HandBookingReader, HandFound, HandLink, PlanningCase } from './ports.ts';
import { apply, move, postingFlag, settled } from './posting-work.ts';
import {
  discardStaged,
  isMeant,
  isNamed,
  lookUpOwn,
  ownPostings,
  requireSettled,
} from './resolve-own.ts';
import { type Weighed, weigh } from './resolve-weigh.ts';
import { type RunParts, type RunResult, underLease } from './run.ts';

export interface PostedAsRequest {
  record: RecordKey;
  subject: HandSubject;
  /** Several only for receipts, of which every line has a number. */
  numbers: string[];
  /** Of the sales order, for a goods issue. */
  delivery: string | null;
  because: string;
  acceptDifference: 'yes' | 'no';
  actor: string;
}

export interface PostedAsOutcome {
  /** `already`: it was known under that number, by our own posting or by a link. */
  state: 'linked' | 'already';
  kind: HandKind;
  key: ExternalKey;
  shipbobId: string;
  documents: { number: string; share: HeldLine[] }[];
  rows: BookingRow[];
  accepted: string[];
  cleared: number;
  /** Still open about the record. */
  open: Flag[];
}

const factRoundsMax = 8;

/** Throws Problem `LEASE_HELD`, one of `HAND_BOOKING_…`, or what Infor's reads throw. */
export async function resolvePosted(
  parts: RunParts & { handBookings: HandBookingReader },
  request: PostedAsRequest,
): Promise<PostedAsOutcome> {
  let outcome: PostedAsOutcome | null = null;
  let refusal: Problem | null = null;
  const run = await underLease(parts, 'flagged resolve', async (engine) => {
    try {
      await engine.infor.probe();
      outcome = await link(engine, parts.handBookings, request);
      return [];
    } catch (thrown) {
      refusal = toProblem(thrown);
      // What is refused is an answer, no trouble of the run.
      return refusal.kind === 'rejected' ? [] : [{ stream: 'infor', problem: refusal }];
    }
  });
  if (refusal !== null) throw refusal;
  if (outcome === null) throw troubleOf(run);
  return outcome;
}

/** It did not come to the work: what the run reports instead. */
function troubleOf({ troubles }: RunResult): Problem {
  const [first] = troubles;
  if (first === undefined) return defect('a link has an outcome');
  const { code, message, hint, evidence } = first;
  return new Problem({ code, kind: 'configuration', message, hint, evidence });
}

async function link(
  engine: Engine,
  reader: HandBookingReader,
  request: PostedAsRequest,
): Promise<PostedAsOutcome> {
  const one = await engine.store.planningCase(request.record);
  if (one === null) {
    const why = 'the record is not known, or finished and its personal data removed';
    throw notComparable([why], 'See mlc trace of it.');
  }
  const booking = await expected(engine, one, request.subject);
  const own = ownPostings(one.postings, booking);
  requireOneNumber(booking, one, request);
  const posted = own.find(({ state }) => state === 'posted');
  if (posted !== undefined && booking.kind !== 'goodsReceipt') {
    return alreadyPosted(engine, reader, { booking, one, posted, request });
  }
  requireSettled(own, request.subject);
  const looks = await lookUpOwn(engine, own, booking);
  for (const { posting, answer } of looks) {
    if (answer.state === 'unclear') throw answer.problem;
    if (answer.state === 'partly') throw answer.problem;
    if (answer.state !== 'posted') continue;
    const named = isNamed(answer.reference, request.numbers);
    if (posting === null || posting.state === 'cancelled') {
      if (named) continue;
      throw duplicate(booking.key, [answer.reference.number, ...request.numbers]);
    }
    return foundOurs(engine, reader, { booking, one, posting, answer, request, named });
  }
  const named = await readNamed(reader, booking, request);
  const fresh = named.documents.filter(({ number }) => !isLinked(one, booking, number));
  if (fresh.length === 0) return known(engine, { booking, one, numbers: request.numbers });
  const weighed = await weigh(engine, { booking, documents: fresh, whole: named.whole, request });
  const issued = await issuedByHand(engine, reader, booking, request.numbers);
  const accepted = agreed({ booking, one, request, weighed }, issued);
  await discardStaged(engine, looks);
  engine.crash('before-link');
  await engine.store.linkByHand(engine.fence, {
    record: request.record,
    kind: booking.kind,
    shipbobId: booking.shipbobId,
    documents: weighed.documents,
    release: looks.flatMap(({ posting }) => releaseOf(posting, request.subject)),
    actor: request.actor,
    because: request.because,
    accepted,
    nowMs: engine.clock.now(),
  });
  engine.crash('after-link');
  const documents = weighed.documents.map(({ number, share }) => ({ number, share }));
  const end = await finish(engine, { booking, one, documents });
  return { ...end, state: 'linked', rows: weighed.match.rows, accepted };
}

/** Facts are read in rounds, as for a plan. */
async function expected(
  engine: Engine,
  one: PlanningCase,
  subject: HandSubject,
): Promise<ExpectedBooking> {
  const facts = new Map<string, MasterFact>();
  for (let round = 0; round < factRoundsMax; round += 1) {
    const input = { ...(await planInput(engine, one, facts)), master: masterView(facts) };
    const found = expectBooking(input, subject);
    if (found.state === 'expected') return found.booking;
    if (found.state === 'unclear') throw notComparable(found.reasons, found.hint);
    for (const [key, fact] of await readFacts(engine, found.needs)) facts.set(key, fact);
  }
  throw notComparable(['its master data could not be read to the end'], 'Try again.');
}

/** An order or a shipment is booked once; only a receiving order may have several links. */
function requireOneNumber(
  booking: ExpectedBooking,
  one: PlanningCase,
  { numbers }: PostedAsRequest,
): void {
  const { kind, shipbobId } = booking;
  if (kind === 'goodsReceipt') return;
  if (numbers.length > 1) throw notComparable(['it has one number'], 'Give one --posted-as.');
  const group = handGroup(kind);
  const other = one.links.find(
    (linked) =>
      linked.shipbobId === shipbobId &&
      handGroup(linked.kind) === group &&
      !numbers.includes(linked.number.replace(/\/.*$/, '')),
  );
  if (other !== undefined) throw linkedOtherwise(shipbobId, other.number);
}

function isLinked(one: PlanningCase, booking: ExpectedBooking, number: string): boolean {
  return one.links.some(
    (linked) =>
      linked.shipbobId === booking.shipbobId &&
      linked.kind === booking.kind &&
      linked.number === number &&
      linked.held !== null,
  );
}

interface Standing {
  booking: ExpectedBooking;
  one: PlanningCase;
  request: PostedAsRequest;
}

/** Ours is posted: under that number all is well, under another one Infor holds it twice. */
async function alreadyPosted(
  engine: Engine,
  reader: HandBookingReader,
  found: Standing & { posted: Posting },
): Promise<PostedAsOutcome> {
  const { booking, one, posted, request } = found;
  const { reference } = posted;
  const { numbers } = request;
  if (reference !== null && isNamed(reference, numbers)) {
    return known(engine, { booking, one, numbers });
  }
  await readNamed(reader, booking, request);
  const both = [reference?.number ?? posted.key, ...numbers];
  const flag = postingFlag(posted, {
    code: 'DUPLICATE_IN_INFOR',
    sentence: `Infor holds several documents for ${posted.key}: ${both.join(', ')}.`,
    hint: 'Decide which one stands, and take the others back in Infor by hand.',
    evidence: { numbers: both.join(', ') },
  });
  const because = `a person says that ${numbers.join(', ')} stands for it too`;
  await apply(engine, [move(posted, 'posted', { because, flag })], []);
  throw duplicate(posted.key, both);
}

/** Infor holds ours and this database did not know: it is taken over as after any look-up. */
async function foundOurs(
  engine: Engine,
  reader: HandBookingReader,
  found: Standing & {
    posting: Posting;
    answer: Parameters<typeof settled>[1];
    named: boolean;
  },
): Promise<PostedAsOutcome> {
  const { booking, one, posting, answer, request, named } = found;
  const { numbers } = request;
  const how = 'found in Infor under its key';
  if (named) {
    await apply(engine, [settled(posting, answer, how)], []);
    return known(engine, { booking, one, numbers });
  }
  await readNamed(reader, booking, request);
  const { reference } = answer;
  const detail = { ...reference.detail, duplicates: numbers };
  const twice = { ...answer, reference: { ...reference, detail } };
  await apply(engine, [settled(posting, twice, how)], []);
  throw duplicate(posting.key, [reference.number, ...numbers]);
}

function known(
  engine: Engine,
  found: { booking: ExpectedBooking; one: PlanningCase; numbers: string[] },
): Promise<PostedAsOutcome> {
  const documents = found.numbers.map((number) => ({ number, share: [] }));
  return finish(engine, { ...found, documents });
}

async function finish(
  engine: Engine,
  found: {
    booking: ExpectedBooking;
    one: PlanningCase;
    documents: PostedAsOutcome['documents'];
  },
): Promise<PostedAsOutcome> {
  const { booking, one, documents } = found;
  const { kind, key, shipbobId } = booking;
  await planRecord(engine, one.stored.key);
  const after = await engine.store.planningCase(one.stored.key);
  const open = after?.openFlags ?? [];
  const left = new Set(open.map(({ id }) => id));
  const cleared = one.openFlags.filter(({ id }) => !left.has(id)).length;
  const end = { kind, key, shipbobId, documents, cleared, open };
  return { state: 'already', rows: [], accepted: [], ...end };
}

/** Every document that the person names; throws when one is not there or is somebody else's. */
async function readNamed(
  reader: HandBookingReader,
  booking: ExpectedBooking,
  request: PostedAsRequest,
): Promise<{ documents: HandFound[]; whole: HandFound | null }> {
  const { kind, party, purchaseOrder, warehouse, sinceMs, lines, key } = booking;
  const documents = new Map<string, HandFound>();
  let whole: HandFound | null = null;
  for (const number of request.numbers) {
    const { delivery } = request;
    const items = lines.map(({ item }) => item);
    const query = { kind, number, delivery, purchaseOrder, warehouse, items, sinceMs };
    const answer = await reader.read(query);
    if (answer.state !== 'found') throw notFound(kind, number, answer.state);
    if (party !== null && answer.party !== null && answer.party !== party) {
      throw otherParty(number, party, answer.party);
    }
    for (const one of answer.documents) {
      // Receipts of ours are found by their key; an order may carry the key of its own record.
      const foreign = one.ownKey !== null && (kind === 'goodsReceipt' || one.ownKey !== key);
      if (foreign) {
        throw claimedAlready(one.number, {
          by: [],
          blocked: { why: 'ours', by: one.ownKey ?? '' },
        });
      }
      documents.set(one.number, one);
    }
    whole = answer.whole;
  }
  return { documents: [...documents.values()], whole };
}

/**
 * Goods that left on the sales order and that no link or posting accounts for: once the order is
 * linked, mlc issues its shipments on it, and these would leave a second time.
 */
async function issuedByHand(
  engine: Engine,
  reader: HandBookingReader,
  { kind, shipbobId, lines }: ExpectedBooking,
  [number = '']: string[],
): Promise<string[]> {
  if (kind !== 'salesOrder') return [];
  const about = { kind: 'goodsIssue', number, delivery: null, purchaseOrder: null } as const;
  const items = lines.map(({ item }) => item);
  const answer = await reader.read({ ...about, warehouse: null, items, sinceMs: null });
  if (answer.state !== 'found') return [];
  const held = answer.documents.flatMap((document) => document.lines);
  const claims = await engine.store.claims({ ...about, shipbobId });
  const { share } = matchBooking({ expected: [], held, claimed: claims.lines, surplus: 'take' });
  return share.map(
    ({ item, quantity }) =>
      `${quantity} of ${item} left on it by hand: link their shipments first (--shipment ID)`,
  );
}

/** The differences that the person accepts; throws when there are some and they do not. */
function agreed(
  { booking, one, request, weighed }: Standing & { weighed: Weighed },
  issued: string[],
): string[] {
  const { rows, share } = weighed.match;
  const posted = one.postings.find(
    ({ kind, state }) => kind === 'salesOrder' && state === 'posted',
  );
  const order = posted?.reference?.number;
  const elsewhere =
    booking.kind !== 'goodsIssue' || order === undefined || request.numbers.includes(order)
      ? []
      : [`its sales order in Infor is ${order}`];
  const others = [...elsewhere, ...issued];
  const differences = [...weighed.differences, ...others];
  if (differences.length === 0) return [];
  const acceptable = isZero(totalOf(share)) ? 'no' : 'yes';
  if (request.acceptDifference === 'yes' && acceptable === 'yes') return differences;
  throw differs(request.numbers.join(', '), { rows, others, acceptable });
}

/** Ours, with nothing left in Infor. An order that was deleted there is taken over by the plan. */
function releaseOf(posting: Posting | null, subject: HandSubject): HandLink['release'] {
  if (posting === null || posting.state === 'cancelled') return [];
  if (isDeletedInInfor(posting) && (subject.of === 'order' || !isMeant(posting, subject))) {
    return [];
  }
  const { state, attempt } = posting;
  return [{ postingId: posting.id, expected: { state, attempt } }];
}
