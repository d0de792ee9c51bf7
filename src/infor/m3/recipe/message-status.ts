import type {
  DiscardAnswer,
  Exchange,
  InspectAnswer,
  PartlyDone,
  ReadBackAnswer,
  Target,
} from '../../../app/ports.ts';
import type { DocumentReference, HeldLine } from '../../../core/glossary.ts';
import { assert, Problem } from '../../../core/problem.ts';
import { type Found, found } from './answer.ts';
import { difference, heldLines, linesUnreadable } from './compare.ts';
import { alreadyProcessed, discardEach, type HandleState } from './discard.ts';
import type {
  FailedMessage,
  MessageContent,
  MessageFamily,
  MessageLine,
  MessageOf,
} from './message-family.ts';
import { groupBy } from './record.ts';
import { handleOf, type Session } from './session.ts';

/** What one kind of document needs to be found again. */
export interface MessageKind {
  family: MessageFamily;
  content: MessageContent;
  reference(target: Target, number: string, lines: MessageLine[]): DocumentReference;
}

/** A message with its lines, judged. */
export type Judged =
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
  const headed = messages.map((message, index) => ({ message, head: heads[index] }));
  return judgeHeaded(kind, headed, session, step);
}

/** A message with what its head said, which is always read before its lines. */
export interface Headed {
  message: MessageOf;
  head: Found | undefined;
}

/** Reads the lines of many messages whose heads were read, and says what each of them is. */
export async function judgeHeaded(
  kind: MessageKind,
  headed: Headed[],
  session: Session,
  step: Exchange['step'],
): Promise<Judged[]> {
  const present = headed.flatMap(({ message, head }) => (head?.state === 'found' ? message : []));
  const reads = present.length === 0 ? [] : await kind.family.readLines(session, step, present);
  const lines = new Map(present.map((message, index) => [message, reads[index]]));
  return headed.map(({ message, head }) => {
    if (head === undefined || head.state === 'missing') return { state: 'gone' };
    if (head.state === 'unclear') return head;
    const status = head.row.STAT ?? '';
    const read = lines.get(message);
    if (read === undefined || read.state === 'missing') {
      return judgeLines(kind, { message, status, lines: [] });
    }
    if (read.state === 'unclear') return read;
    return judgeLines(kind, { message, status, lines: read.lines });
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

/** The heads of these messages; one that several documents ask for is read once. */
export async function readHeads(
  family: MessageFamily,
  messages: MessageOf[],
  session: Session,
  step: Exchange['step'],
): Promise<Found[]> {
  const asked = groupBy(messages, ({ number }) => number);
  const results = await session.read(
    step,
    family.program,
    asked.map(([number, of]) => ({
      targets: [...new Set(of.map(({ target }) => target))],
      call: {
        transaction: family.getHead,
        record: { [family.numberField]: number },
        columns: [family.numberField, 'STAT', 'PMSN', 'E0PB'],
      },
    })),
  );
  const heads = new Map<string, Found>();
  for (const [index, [number]] of asked.entries()) {
    const name = `${family.program}/${family.getHead}`;
    heads.set(number, found(name, results[index], [family.numberField]));
  }
  return messages.map(({ number }) => {
    const head = heads.get(number);
    assert(head !== undefined, 'every head was asked for');
    return head;
  });
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

export function underWay(target: Target): Problem {
  return new Problem({
    code: 'BEING_PROCESSED',
    kind: 'unknown',
    message: `M3 is still processing a message of ${target.key}`,
    hint: 'It is read again.',
    evidence: { key: target.key },
  });
}
