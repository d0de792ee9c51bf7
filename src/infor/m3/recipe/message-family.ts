import type { Exchange, StageAnswer, Target } from '../../../app/ports.ts';
import { Problem } from '../../../core/problem.ts';
import { messageNumber } from '../message-number.ts';
import type { MiCall, MiResult } from '../mi.ts';
import type { M3Settings } from '../settings.ts';
import { type Settled, settle, stageFailure } from './answer.ts';
import type { PlannedLine, StagedLine } from './compare.ts';
import { callsOf, given } from './record.ts';
import { inOrder, type Row, type Session } from './session.ts';

/** The two message interfaces work alike; these are the words they do not share. */
export interface MessageFamily {
  program: 'MHS850MI' | 'MMS850MI';
  /** The field of the message's number: MSGN or MSNR. */
  numberField: 'MSGN' | 'MSNR';
  addHead: string;
  getHead: string;
  process: string;
  delete: string;
  /** E0PB under which the message is found by its external number. */
  partner(settings: M3Settings): string;
  /** The lines of these messages, as M3 holds them. */
  readLines(
    session: Session,
    step: Exchange['step'],
    messages: MessageOf[],
  ): Promise<MessageLines[]>;
  /** M3's words about lines that were not processed. */
  readErrors(session: Session, step: Exchange['step'], failed: FailedMessage[]): Promise<string[]>;
}

export interface MessageOf {
  target: Target;
  number: string;
}

export interface FailedMessage extends MessageOf {
  lines: MessageLine[];
}

/** One line of a message; `row` is what the reference is made from. */
export interface MessageLine extends StagedLine {
  status: string;
  row: Row;
}

export type MessageLines =
  | { state: 'read'; lines: MessageLine[] }
  | { state: 'missing' }
  | { state: 'unclear'; problem: Problem };

/** What one kind of document puts into the family's messages. */
export interface MessageContent {
  head(target: Target, settings: M3Settings): Row;
  planned(target: Target): PlannedLine[];
}

/** The number this attempt gives its message, or null when M3 shall choose. */
export function ownNumber(target: Target, settings: M3Settings): string | null {
  if (settings.callerMessageNumbers === 'avoid') return null;
  return messageNumber(target.key, target.attempt);
}

/**
 * Builds messages without effect: the heads of all in one request, then everything below them. The
 * process flag stays blank, so nothing runs before the commit (posting-protocol §2.3).
 */
export async function stageMessages(
  targets: Target[],
  session: Session,
  parts: {
    family: MessageFamily;
    content: MessageContent;
    body(target: Target, number: string): MiCall[];
  },
): Promise<StageAnswer[]> {
  const { family, content } = parts;
  const { settings } = session;
  const answers = new Map<Target, StageAnswer>();
  const heads = targets.map((target) => ({
    transaction: family.addHead,
    record: given({
      ...content.head(target, settings),
      PMSN: target.key,
      [family.numberField]: ownNumber(target, settings) ?? '',
    }),
    columns: [family.numberField],
  }));
  const results = await session.write(
    'stage',
    family.program,
    targets.map((target, index) => ({
      target,
      handle: ownNumber(target, settings),
      calls: callsOf(heads[index]),
    })),
  );
  const begun: { target: Target; handle: string; calls: MiCall[] }[] = [];
  targets.forEach((target, index) => {
    const own = ownNumber(target, settings);
    const begin = beginning(family, { own, call: heads[index], results: results[index] ?? [] });
    if (begin.state !== 'begun') answers.set(target, begin);
    else {
      const { handle } = begin;
      begun.push({ target, handle, calls: parts.body(target, handle) });
    }
  });
  const bodies = await session.write('stage', family.program, begun);
  begun.forEach(({ target, handle, calls }, index) => {
    const settled = settle(family.program, calls, bodies[index] ?? []);
    answers.set(target, ending(family, { handle, settled }));
  });
  return inOrder(targets, answers);
}

/** What adding the rest came to; every part must have gone into the message of the head. */
function ending(family: MessageFamily, parts: { handle: string; settled: Settled }): StageAnswer {
  const { handle, settled } = parts;
  if (settled.state !== 'ok') return stageFailure(settled, handle);
  const other = settled.rows
    .map((row) => row[family.numberField] ?? '')
    .find((number) => number !== '' && number !== handle);
  if (other === undefined) return { state: 'staged', handle };
  return { state: 'rejected', handle, problem: messageSplit(family, { handle, other }) };
}

/** What adding the head came to. */
function beginning(
  family: MessageFamily,
  parts: { own: string | null; call: MiCall | undefined; results: MiResult[] },
): { state: 'begun'; handle: string } | StageAnswer {
  const { own, call, results } = parts;
  const settled = settle(family.program, callsOf(call), results);
  const [result] = results;
  if (settled.state === 'ok') {
    const handle = settled.rows[0]?.[family.numberField] || own;
    if (handle !== null) return { state: 'begun', handle };
    return { state: 'doubtful', handle: null, problem: nameless(family) };
  }
  if (settled.state === 'doubtful') return stageFailure(settled, own);
  if (settled.state === 'rejected' && result?.kind === 'nok') {
    // Our number or our key is taken: by a late copy of this very call, or by another installation.
    if (isDuplicateCode(result.code)) {
      const handle = result.field.trim() === family.numberField ? own : null;
      return { state: 'doubtful', handle, problem: settled.problem };
    }
    if (own !== null && result.field.trim() === family.numberField) {
      return { state: 'rejected', handle: null, problem: numberRefused(family, settled.problem) };
    }
  }
  return stageFailure(settled, null);
}

/** M3 ends the codes for "already exists" in 04 (reference: infor-api §7). */
export function isDuplicateCode(code: string): boolean {
  return /^[A-Z]{2,3}_?\d{2,3}04$/.test(code);
}

function numberRefused(family: MessageFamily, cause: Problem): Problem {
  return new Problem({
    code: 'MESSAGE_NUMBER_REFUSED',
    kind: 'configuration',
    message: `This M3 takes no message number from us in ${family.program}.`,
    hint: 'Set callerMessageNumbers to avoid, so that M3 numbers the messages itself.',
    evidence: { ...cause.evidence },
    cause,
  });
}

function messageSplit(family: MessageFamily, numbers: { handle: string; other: string }): Problem {
  return new Problem({
    code: 'MESSAGE_SPLIT',
    kind: 'configuration',
    message: `This M3 puts lines for message ${numbers.handle} into message ${numbers.other}.`,
    hint: `Delete both in M3 and report how ${family.program} numbers its messages there.`,
    evidence: numbers,
  });
}

function nameless(family: MessageFamily): Problem {
  return new Problem({
    code: 'INFOR_EMPTY_ANSWER',
    kind: 'unknown',
    message: `M3 made a message in ${family.program} and did not say which`,
    hint: 'It is found by its external number and deleted before a new one is made.',
  });
}
