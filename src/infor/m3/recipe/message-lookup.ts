import type { LookupAnswer, Target } from '../../../app/ports.ts';
import { Problem } from '../../../core/problem.ts';
import { type Found, found, problemOf, withDuplicates } from './answer.ts';
import type { MessageOf } from './message-family.ts';
import {
  type Headed,
  type Judged,
  judgeHeaded,
  type MessageKind,
  readHeads,
  underWay,
} from './message-status.ts';
import { inOrder, type Session } from './session.ts';

/** Messages looked at under one key: more than one is already a rare thing. */
const messagesMax = 20;
/**
 * Rows of the list of messages in the first round and the second. The list starts at our key and
 * runs on into those of others: one row of theirs proves that all of ours were seen, and every
 * further one would only be one more head to read.
 */
const listRounds = [2, messagesMax];

interface KnownKey {
  target: Target;
  /** What the keyed read has found. */
  number: string;
}

/** Keys whose messages are listed together, and where their answers go. */
interface ListRound {
  keys: KnownKey[];
  rowsMax: number;
  session: Session;
  answers: Map<Target, LookupAnswer>;
}

/** A key with the heads that stand at its place, ours first. */
interface Listing {
  target: Target;
  messages: Headed[];
  /** The list went on behind these. */
  more: 'yes' | 'no';
}

/**
 * Is there a message under this key, and did it take effect (posting-protocol §2.3)? Each kind of
 * read is one for all the targets together.
 */
export async function lookUpMessages(
  kind: MessageKind,
  targets: Target[],
  session: Session,
): Promise<LookupAnswer[]> {
  const { family } = kind;
  const answers = new Map<Target, LookupAnswer>();
  const gets = await session.read(
    'lookup',
    family.program,
    targets.map((target) => keyed(kind, 'GetMvxMsg', { target, session })),
    messagesMax,
  );
  let open: KnownKey[] = [];
  targets.forEach((target, index) => {
    const get = found(`${family.program}/GetMvxMsg`, gets[index], ['PMSN', family.numberField]);
    if (get.state === 'missing') answers.set(target, { state: 'absent' });
    else if (get.state === 'unclear') answers.set(target, get);
    else open.push({ target, number: get.row.MSGN ?? '' });
  });
  for (const rowsMax of listRounds) {
    open = await lookInto(kind, { keys: open, rowsMax, session, answers });
  }
  return inOrder(targets, answers);
}

function keyed(
  kind: MessageKind,
  transaction: string,
  { target, session }: { target: Target; session: Session },
) {
  const partner = kind.family.partner(session.settings);
  return {
    targets: [target],
    call: { transaction, record: { E0PB: partner, PMSN: target.key }, columns: ['MSGN'] },
  };
}

/** Answers the keys whose messages were all seen; hands back those that want a longer list. */
async function lookInto(kind: MessageKind, from: ListRound): Promise<KnownKey[]> {
  const { keys, rowsMax, session, answers } = from;
  const seen: Listing[] = [];
  const longer: KnownKey[] = [];
  for (const [index, listing] of (await listings(kind, from)).entries()) {
    const key = keys[index];
    if (listing === null || key === undefined) continue;
    if (rowsMax < messagesMax && isOpen(listing)) longer.push(key);
    else seen.push(listing);
  }
  const own = seen.flatMap(ownOf);
  const judged = await judgeHeaded(kind, own, session, 'lookup');
  const verdicts = new Map(own.map((one, index) => [one, judged[index]]));
  for (const listing of seen) {
    answers.set(listing.target, answerOf(listing, verdicts));
  }
  return longer;
}

/** Reads the lists and the heads of what they name; null where the answer is that it failed. */
async function listings(kind: MessageKind, from: ListRound): Promise<(Listing | null)[]> {
  const { keys, rowsMax, session, answers } = from;
  const { family } = kind;
  const lists = await session.read(
    'lookup',
    family.program,
    keys.map(({ target }) => keyed(kind, 'LstMvxMsg', { target, session })),
    rowsMax,
  );
  const found = keys.map(({ target, number }, index) => {
    const list = lists[index];
    if (list?.kind !== 'ok') {
      const problem = problemOf(`${family.program}/LstMvxMsg`, list);
      answers.set(target, { state: 'unclear', problem });
      return null;
    }
    const numbers = new Set([number, ...list.records.map((row) => row.MSGN ?? '')]);
    const messages = [...numbers].map((one): MessageOf => ({ target, number: one }));
    return { target, messages, more: list.complete === 'yes' ? ('no' as const) : ('yes' as const) };
  });
  const wanted = found.flatMap((one) => one?.messages ?? []);
  const heads = await readHeads(family, wanted, session, 'lookup');
  const byMessage = new Map(wanted.map((message, index) => [message, heads[index]]));
  return found.map((one) => {
    if (one === null) return null;
    const headed = one.messages.map((message) => ({ message, head: byMessage.get(message) }));
    const failed = headed.map(({ head }) => head).find((head) => head?.state === 'unclear');
    if (failed?.state !== 'unclear') return { ...one, messages: headed };
    answers.set(one.target, failed);
    return null;
  });
}

/** The rows do not carry the external number; each head says whose it is. */
function ownOf({ target, messages }: Listing): Headed[] {
  return messages.filter(({ head }) => head?.state === 'found' && head.row.PMSN === target.key);
}

/** Nothing proves that all of ours were seen: neither the list's end nor a message of another key. */
function isOpen({ target, messages, more }: Listing): boolean {
  const isOther = (head: Found | undefined) =>
    head?.state === 'found' && head.row.PMSN !== target.key;
  return more === 'yes' && !messages.some(({ head }) => isOther(head));
}

/** A key that M3 knows: what became of every message under it. */
function answerOf(
  listing: Listing,
  verdicts: ReadonlyMap<Headed, Judged | undefined>,
): LookupAnswer {
  const { target } = listing;
  const own = ownOf(listing);
  const judged = own.flatMap((one) => verdicts.get(one) ?? []);
  const [first, ...others] = judged.flatMap((one) => (one.state === 'posted' ? [one] : []));
  if (first !== undefined) {
    return withDuplicates(
      first,
      others.map(({ reference }) => reference.number),
    );
  }
  const part = judged.find((one) => one.state === 'partly');
  if (part?.state === 'partly') return part;
  if (isOpen(listing)) return { state: 'unclear', problem: tooMany(target) };
  const unread = judged.find((one) => one.state === 'unreadable');
  if (unread?.state === 'unreadable') return { state: 'unclear', problem: unread.problem };
  const unclear = judged.find((one) => one.state === 'unclear' || one.state === 'processing');
  if (unclear?.state === 'unclear') return unclear;
  if (unclear !== undefined) return { state: 'unclear', problem: underWay(target) };
  // Our own present handle is no orphan: what became of it is read from itself.
  const handles = own
    .map(({ message }) => message.number)
    .filter((number) => number !== target.handle);
  return handles.length === 0 ? { state: 'absent' } : { state: 'staged', handles };
}

function tooMany(target: Target): Problem {
  return new Problem({
    code: 'LIST_INCOMPLETE',
    kind: 'unknown',
    message: `M3 holds more than ${messagesMax} messages of ${target.key}`,
    hint: 'Delete the unprocessed ones in M3 (MHS850 or MMS850).',
    evidence: { key: target.key },
  });
}
