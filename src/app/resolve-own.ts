/** What of our own may stand in Infor for a subject that a person says is booked by hand. */
import type { DocumentReference, Posting } from '../core/glossary.ts';
import { handGroup } from '../core/hand-booking.ts';
import type { ExpectedBooking, HandSubject } from '../core/hand-expectation.ts';
import { stagedCopy, unsettled } from '../core/hand-problem.ts';
import { isBinding, isDeletedInInfor, isGivenUp } from '../core/posting-standing.ts';
import type { Engine } from './engine.ts';
import type { LookupAnswer, Target, WriteJournal } from './ports.ts';
import { notGone } from './post.ts';
import { targetOf, type Work, zip } from './posting-work.ts';
import { writeJournal } from './write-journal.ts';

/** Postings about the same order, shipment or receiving order. */
export function ownPostings(postings: readonly Posting[], booking: ExpectedBooking): Posting[] {
  const group = handGroup(booking.kind);
  return postings.filter(
    (posting) =>
      handGroup(posting.kind) === group &&
      (group !== 'issue' || posting.shipmentId === booking.shipbobId),
  );
}

/**
 * Throws while a commit of one of them may still come to something. One that was given up may come
 * to nothing more once its handle is deleted: that is done, and proved, before the link.
 */
export function requireSettled(postings: readonly Posting[], subject: HandSubject): void {
  const open = postings.find(
    (posting) =>
      posting.state !== 'posted' &&
      isBinding(posting) &&
      !isDeletedInInfor(posting) &&
      !(isGivenUp(posting) && isMeant(posting, subject)),
  );
  if (open !== undefined) throw unsettled(open.key);
}

/** Of a receiving order, which may have several, only the receipt that the person speaks of. */
export function isMeant({ key }: Posting, subject: HandSubject): boolean {
  return subject.of !== 'receiving' || subject.instead === key;
}

export interface OwnLook {
  /** Null for a key that this database has no posting of. */
  posting: Posting | null;
  answer: LookupAnswer;
}

/** Looks every key up that may stand in Infor; also one that a lost database does not know. */
export async function lookUpOwn(
  engine: Engine,
  postings: readonly Posting[],
  booking: ExpectedBooking,
): Promise<OwnLook[]> {
  const looks: OwnLook[] = [];
  for (const posting of postings.filter(({ state }) => state !== 'posted')) {
    const work = await workOf(engine, posting);
    const [answer] = await engine.infor.lookup(
      posting.kind,
      [targetOf(work)],
      writeJournal(engine),
    );
    if (answer !== undefined) looks.push({ posting, answer });
  }
  if (postings.some(({ key }) => key === booking.key)) return looks;
  const target: Target = {
    postingId: 0,
    key: booking.key,
    document: booking.document,
    attempt: 1,
    handle: null,
    dependency: null,
    neverCommitted: 'yes',
  };
  const [answer] = await engine.infor.lookup(booking.kind, [target], readsOnly);
  return answer === undefined ? looks : [...looks, { posting: null, answer }];
}

/** A look at what has no posting leaves no row; nothing may be written for it. */
const readsOnly: WriteJournal = {
  intend: () => Promise.reject(new Error('a look-up writes nothing')),
  done: () => Promise.resolve(),
};

async function workOf(engine: Engine, posting: Posting): Promise<Work> {
  const { dependsOn } = posting;
  const before = dependsOn === null ? null : await engine.store.posting(dependsOn);
  return { posting, dependency: before?.reference ?? null };
}

/** Whether the reference is the document that a person names. */
export function isNamed(reference: DocumentReference, numbers: readonly string[]): boolean {
  const { salesOrder, message, receipts, deliveries } = reference.detail;
  const lists = [receipts, deliveries].flatMap((list) => (Array.isArray(list) ? list : []));
  const names = [reference.number, salesOrder, message, ...lists];
  return numbers.some((number) => names.includes(number));
}

/**
 * Deletes what of ours is staged and reads it back as gone. Throws Problem
 * `HAND_BOOKING_STAGED_COPY` when that cannot be proved; nothing is linked then.
 */
export async function discardStaged(engine: Engine, looks: readonly OwnLook[]): Promise<void> {
  for (const { posting, answer } of looks) {
    const staged = answer.state === 'staged' ? answer.handles : [];
    if (posting === null) {
      const [handle] = staged;
      if (handle !== undefined) {
        throw stagedCopy('a document', handle, 'this database does not know it');
      }
      continue;
    }
    const own = posting.handle === null || isDeletedInInfor(posting) ? [] : [posting.handle];
    const handles = [...new Set([...staged, ...own])];
    if (handles.length === 0) continue;
    const work = await workOf(engine, posting);
    const targets = handles.map((handle) => ({ ...targetOf(work), handle }));
    const answers = await engine.infor.discard(posting.kind, targets, writeJournal(engine));
    for (const [handle, discarded] of zip(handles, answers)) {
      const problem = notGone(discarded);
      if (problem !== null) throw stagedCopy(posting.key, handle, problem.message);
    }
  }
}
