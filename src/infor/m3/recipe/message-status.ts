import type {
  DiscardAnswer,
  Exchange,
  InspectAnswer,
  LookupAnswer,
  PartlyDone,
  ReadBackAnswer,
  Target,
} from '../../../app/ports.ts';
import type { DocumentReference, HeldLine } from '../../../core/glossary.ts';
import { Problem } from '../../../core/problem.ts';
import { type Found, found, problemOf, withDuplicates } from './answer.ts';
import { difference, heldLines, linesUnreadable } from './compare.ts';
import { alreadyProcessed, discardEach, type HandleState } from './discard.ts';
import type {
  FailedMessage,
  MessageContent,
  MessageFamily,
  MessageLine,
  MessageOf,
} from './message-family.ts';
import { handleOf, inOrder, type Session } from './session.ts';

/** What one kind of document needs to be found again. */
export interface MessageKind {
  family: MessageFamily;
  content: MessageContent;
  reference(target: Target, number: string, lines: MessageLine[]): DocumentReference;
}

/** A message with its lines, judged. */
type Judged =
  | { state: 'gone' }
  | { state: 'posted'; reference: DocumentReference; held: HeldLine[] }
  /** It took effect, but M3 does not say any more (archived, purged) with how much of what. */
  | { state: 'unreadable'; problem: Problem }
  | { state: 'staged'; lines: MessageLine[] }
  | PartlyDone
  | { state: 'processing' }
  | { state: 'failed'; status: string; lines: MessageLine[] }
  | { state: 'unclear'; problem: Problem };

/** Statuses of MHIHED and its like: 90 processed, 99 archived after that (infor-api §4.4). */
const processedStatuses = ['90', '99'];
/** 15 head, 25 package, 35 line, 45 business component. */
const errorStatuses = ['15', '25', '35', '45'];

/** Messages looked at under one key: more than one is already a rare thing. */
const messagesMax = 20;

/** Is there a message under this key, and did it take effect (posting-protocol §2.3)? */
export async function lookUpMessages(
  kind: MessageKind,
  targets: Target[],
  session: Session,
): Promise<LookupAnswer[]> {
  const { family } = kind;
  const answers = new Map<Target, LookupAnswer>();
  const partner = family.partner(session.settings);
  const keyed = (transaction: string, target: Target) => ({
    targets: [target],
    call: { transaction, record: { E0PB: partner, PMSN: target.key }, columns: ['MSGN'] },
  });
  const gets = await session.read(
    'lookup',
    family.program,
    targets.map((target) => keyed('GetMvxMsg', target)),
    messagesMax,
  );
  const known: KnownKey[] = [];
  targets.forEach((target, index) => {
    const get = found(`${family.program}/GetMvxMsg`, gets[index], ['PMSN', family.numberField]);
    if (get.state === 'missing') answers.set(target, { state: 'absent' });
    else if (get.state === 'unclear') answers.set(target, get);
    else known.push({ target, numbers: new Set([get.row.MSGN ?? '']), more: 'no' });
  });
  const lists = await session.read(
    'lookup',
    family.program,
    known.map(({ target }) => keyed('LstMvxMsg', target)),
    messagesMax,
  );
  for (const [index, one] of known.entries()) {
    const { target, numbers } = one;
    const list = lists[index];
    // The rows do not carry the external number; each head says whose it is.
    if (list?.kind === 'ok') {
      for (const row of list.records) numbers.add(row.MSGN ?? '');
      one.more = list.complete === 'yes' ? 'no' : 'yes';
    } else {
      const problem = problemOf(`${family.program}/LstMvxMsg`, list);
      answers.set(target, { state: 'unclear', problem });
    }
  }
  for (const one of known) {
    if (!answers.has(one.target)) answers.set(one.target, await judgeKey(kind, one, session));
  }
  return inOrder(targets, answers);
}

interface KnownKey {
  target: Target;
  numbers: Set<string>;
  /** The list went on behind these. */
  more: 'yes' | 'no';
}

/** A key that M3 knows: what became of every message under it. */
async function judgeKey(
  kind: MessageKind,
  named: KnownKey,
  session: Session,
): Promise<LookupAnswer> {
  const { target } = named;
  const messages = [...named.numbers].map((number) => ({ target, number }));
  const heads = await readHeads(kind.family, messages, session, 'lookup');
  const failed = heads.find((head) => head.state === 'unclear');
  if (failed?.state === 'unclear') return failed;
  const own = messages.filter((_, index) => {
    const head = heads[index];
    return head?.state === 'found' && head.row.PMSN === target.key;
  });
  const judged = await judge(kind, own, session, 'lookup');
  const [first, ...others] = judged.flatMap((one) => (one.state === 'posted' ? [one] : []));
  if (first !== undefined) {
    return withDuplicates(
      first,
      others.map(({ reference }) => reference.number),
    );
  }
  const part = judged.find((one) => one.state === 'partly');
  if (part?.state === 'partly') return part;
  // A message of another key in the list proves that ours have all been seen.
  if (named.more === 'yes' && own.length === messages.length) {
    return { state: 'unclear', problem: tooMany(target) };
  }
  const unread = judged.find((one) => one.state === 'unreadable');
  if (unread?.state === 'unreadable') return { state: 'unclear', problem: unread.problem };
  const unclear = judged.find((one) => one.state === 'unclear' || one.state === 'processing');
  if (unclear?.state === 'unclear') return unclear;
  if (unclear !== undefined) return { state: 'unclear', problem: underWay(target) };
  // Our own present handle is no orphan: what became of it is read from itself.
  const handles = own.map(({ number }) => number).filter((number) => number !== target.handle);
  return handles.length === 0 ? { state: 'absent' } : { state: 'staged', handles };
}

export async function inspectMessages(
  kind: MessageKind,
  targets: Target[],
  session: Session,
): Promise<InspectAnswer[]> {
  const judged = await judge(kind, targets.map(ofHandle), session, 'inspect');
  return targets.map((target, index) => inspected(kind, target, judged[index]));
}

function inspected(kind: MessageKind, target: Target, one: Judged | undefined): InspectAnswer {
  switch (one?.state) {
    case 'staged': {
      const wrong = difference(kind.content.planned(target), one.lines);
      return wrong === null ? { state: 'matches' } : { state: 'differs', difference: wrong };
    }
    case 'failed':
      return { state: 'differs', difference: `the message has error status ${one.status}` };
    case 'unclear':
      return one;
    case 'processing':
      return { state: 'unclear', problem: underWay(target) };
    case 'gone':
    case 'posted':
    case 'unreadable':
    case 'partly':
    case undefined:
      return { state: 'gone' };
  }
}

export async function readBackMessages(
  kind: MessageKind,
  targets: Target[],
  session: Session,
): Promise<ReadBackAnswer[]> {
  const judged = await judge(kind, targets.map(ofHandle), session, 'readBack');
  const failed: FailedMessage[] = [];
  targets.forEach((target, index) => {
    const one = judged[index];
    if (one?.state === 'failed') {
      failed.push({ target, number: handleOf(target), lines: one.lines });
    }
  });
  const texts =
    failed.length === 0 ? [] : await kind.family.readErrors(session, 'readBack', failed);
  const words = new Map(failed.map(({ target }, index) => [target, texts[index] ?? '']));
  return targets.map((target, index) => seenAs(judged[index], words.get(target) ?? ''));
}

function seenAs(one: Judged | undefined, words: string): ReadBackAnswer {
  switch (one?.state) {
    case 'posted':
    case 'partly':
      return one;
    case 'staged':
      return { state: 'staged' };
    case 'unreadable':
      return { state: 'unclear', problem: one.problem };
    case 'failed':
      return { state: 'failed', problem: notProcessed(one.status, words) };
    case 'processing':
    case 'unclear':
      return one;
    case 'gone':
    case undefined:
      return { state: 'gone' };
  }
}

export function discardMessages(
  kind: MessageKind,
  targets: Target[],
  session: Session,
): Promise<DiscardAnswer[]> {
  const { family } = kind;
  return discardEach(targets, session, {
    program: family.program,
    call: (target) => ({
      transaction: family.delete,
      record: { [family.numberField]: handleOf(target) },
      columns: [],
    }),
    async states(wanted) {
      const judged = await judge(kind, wanted.map(ofHandle), session, 'discard');
      return wanted.map((target, index) => handleState(target, judged[index]));
    },
  });
}

function handleState(target: Target, one: Judged | undefined): HandleState {
  switch (one?.state) {
    case 'gone':
    case undefined:
      return { state: 'gone' };
    case 'staged':
    case 'failed':
      return { state: 'open' };
    case 'posted':
    case 'unreadable':
    case 'partly':
      return { state: 'processed', problem: alreadyProcessed(handleOf(target)) };
    case 'processing':
      return { state: 'unclear', problem: underWay(target) };
    case 'unclear':
      return one;
  }
}

/** Reads heads and lines of many messages and says what each of them is. */
async function judge(
  kind: MessageKind,
  messages: MessageOf[],
  session: Session,
  step: Exchange['step'],
): Promise<Judged[]> {
  const heads = await readHeads(kind.family, messages, session, step);
  const present = messages.filter((_, index) => heads[index]?.state === 'found');
  const reads = present.length === 0 ? [] : await kind.family.readLines(session, step, present);
  return messages.map((message, index) => {
    const head = heads[index];
    if (head === undefined || head.state === 'missing') return { state: 'gone' };
    if (head.state === 'unclear') return head;
    const read = reads[present.indexOf(message)];
    if (read === undefined || read.state === 'missing') {
      return judgeLines(kind, { message, status: head.row.STAT ?? '', lines: [] });
    }
    if (read.state === 'unclear') return read;
    return judgeLines(kind, { message, status: head.row.STAT ?? '', lines: read.lines });
  });
}

/**
 * The head's status decides, but lines are processed one by one: an error after some of them took
 * effect is neither a success nor a failure, and only a person can put it right.
 */
function judgeLines(
  kind: MessageKind,
  parts: { message: MessageOf; status: string; lines: MessageLine[] },
): Judged {
  const { message, status, lines } = parts;
  if (processedStatuses.includes(status)) {
    const held = lines.length === 0 ? null : heldLines(lines);
    if (held === null) return unreadable(message);
    const reference = kind.reference(message.target, message.number, lines);
    return { state: 'posted', reference, held };
  }
  const processed = lines.filter((line) => processedStatuses.includes(line.status));
  if (errorStatuses.includes(status)) {
    if (processed.length === 0) return { state: 'failed', status, lines };
    const held = heldLines(processed);
    if (held === null) return unreadable(message);
    const reference = kind.reference(message.target, message.number, processed);
    const problem = partlyProcessed(message.number, processed.length, lines.length);
    return { state: 'partly', reference, held, problem };
  }
  return processed.length > 0 ? { state: 'processing' } : { state: 'staged', lines };
}

function unreadable(message: MessageOf): Judged {
  return { state: 'unreadable', problem: linesUnreadable('message', message.number) };
}

async function readHeads(
  family: MessageFamily,
  messages: MessageOf[],
  session: Session,
  step: Exchange['step'],
): Promise<Found[]> {
  const results = await session.read(
    step,
    family.program,
    messages.map(({ target, number }) => ({
      targets: [target],
      call: {
        transaction: family.getHead,
        record: { [family.numberField]: number },
        columns: [family.numberField, 'STAT', 'PMSN', 'E0PB'],
      },
    })),
  );
  return results.map((result) =>
    found(`${family.program}/${family.getHead}`, result, [family.numberField]),
  );
}

function ofHandle(target: Target): MessageOf {
  return { target, number: handleOf(target) };
}

/** Without a word of any line there is nothing to mend: it may be a job that broke off. */
function notProcessed(status: string, words: string): Problem {
  if (words === '') {
    return new Problem({
      code: 'INFOR_GAVE_NO_REASON',
      kind: 'retryable',
      message: `M3 left the message in status ${status} and no line of it says why`,
      hint: 'Look for a stopped batch job in M3, then retry the flag.',
      evidence: { status },
    });
  }
  return new Problem({
    code: 'INFOR_REJECTED',
    kind: 'rejected',
    message: `M3 could not process the message (status ${status}): ${words}`,
    hint: 'Correct what M3 names, in M3 or in the mapping, then retry the flag.',
    evidence: { status, text: words },
  });
}

function partlyProcessed(number: string, processed: number, lines: number): Problem {
  return new Problem({
    code: 'PARTLY_PROCESSED',
    kind: 'unknown',
    message: `M3 processed ${processed} of ${lines} lines of message ${number} and then stopped`,
    hint: 'Finish the message in M3 (MHS850 or MMS850); it is read again until it is processed.',
    evidence: { message: number, processed: String(processed), lines: String(lines) },
  });
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

function underWay(target: Target): Problem {
  return new Problem({
    code: 'BEING_PROCESSED',
    kind: 'unknown',
    message: `M3 is still processing a message of ${target.key}`,
    hint: 'It is read again.',
    evidence: { key: target.key },
  });
}
