/**
 * Whom to bother with what, and when: one message per cause, none again within the quiet time, at
 * most so many an hour, the rest together in the digest, and once more when it is over.
 */
import {
  type AlertMessage,
  type AlertState,
  type Concern,
  isSolved,
  wasTold,
} from './alert-message.ts';

/** The causes below this one are told as one: `flag:UNKNOWN_ITEM` covers `flag:UNKNOWN_ITEM:…`. */
const below = ':';

export interface AlertInput {
  concerns: readonly Concern[];
  states: readonly AlertState[];
  /** Beginnings of causes that were not looked at now: nothing about them has changed. */
  unseen: readonly string[];
  nowMs: number;
  quietMs: number;
  messagesPerHour: number;
  /** When messages went out lately, in ms. */
  sentAtMs: readonly number[];
  /** Causes that were too many for their hour, and wait for the digest. */
  heldBack: readonly string[];
  /** Causes whose message the receiver refused lately: others go first. */
  refused: readonly string[];
  digest: 'due' | 'later' | 'never';
}

export interface AlertDecision {
  /** In this order; each carries its message, and is saved by `afterSending` once that went out. */
  send: AlertState[];
  /** States to save before anything is sent. */
  states: AlertState[];
  forget: string[];
  heldBack: string[];
  /** Everything that is open, when it is time for that, and the states that it tells of. */
  digest: { message: AlertMessage; states: AlertState[] } | null;
}

const hourMs = 3_600_000;
const rank = { problem: 0, warning: 1, info: 2, solved: 3 };

/** What to send now, and what to remember. Pure: the same input gives the same decision. */
export function decideAlerts(input: AlertInput): AlertDecision {
  const open = input.concerns.map((concern) => ({ concern, state: seenNow(concern, input) }));
  const present = new Set(open.map(({ state }) => state.cause));
  const others = input.states.filter(({ cause }) => !present.has(cause));
  const over = endings(
    others.filter(({ cause }) => !isUnseen(cause, input)),
    input,
  );
  const due = [
    ...open.filter((each) => isDue(each, input)).map(({ state }) => state),
    ...over.told,
  ].filter(({ cause }) => !input.refused.includes(cause));
  due.sort((left, right) => rank[left.message.severity] - rank[right.message.severity]);
  const send = due.filter((state) => !waitsForDigest(state, input)).slice(0, roomLeft(input));
  const sending = new Set(send.map(({ cause }) => cause));
  const states = open.map(({ state }) => state);
  return {
    send,
    states: [...states, ...over.kept],
    forget: over.forget,
    // What is over and found no room stays as it is, and is told when there is room.
    heldBack: due
      .filter(({ cause, message }) => !sending.has(cause) && message.severity !== 'solved')
      .map(({ cause }) => cause),
    digest:
      input.digest === 'due'
        ? digestOf(
            [
              ...states,
              ...others.filter((state) => isUnseen(state.cause, input) && !isSolved(state)),
            ],
            input.nowMs,
          )
        : null,
  };
}

/** The state once its message was sent. */
export function afterSending(state: AlertState, nowMs: number): AlertState {
  return { ...state, sentAtMs: nowMs, seenSinceSent: 0 };
}

function waitsForDigest({ cause, message }: AlertState, input: AlertInput): boolean {
  return (
    input.digest !== 'never' && message.severity !== 'problem' && input.heldBack.includes(cause)
  );
}

/** How many more may go out now. */
function roomLeft({ sentAtMs, nowMs, messagesPerHour }: AlertInput): number {
  // A time ahead of ours, after the clock went back, must not silence us for longer than an hour.
  const lately = sentAtMs.filter((atMs) => Math.abs(nowMs - atMs) < hourMs).length;
  return Math.max(0, messagesPerHour - lately);
}

function isUnseen(cause: string, { unseen }: AlertInput): boolean {
  return unseen.some((beginning) => cause.startsWith(beginning));
}

function seenNow({ message }: Concern, { nowMs, states }: AlertInput): AlertState {
  const before = states.find(({ cause }) => cause === message.cause);
  // After people heard that it was solved, this is a new time, and told at once.
  if (before !== undefined && !isSolved(before)) {
    return { ...before, lastSeenAtMs: nowMs, seenSinceSent: before.seenSinceSent + 1, message };
  }
  // Told as part of what covered it, or in parts before it widened.
  const known = states.filter(
    (state) =>
      wasTold(state) &&
      !isSolved(state) &&
      (message.cause.startsWith(state.cause + below) ||
        state.cause.startsWith(message.cause + below)),
  );
  return {
    cause: message.cause,
    firstAtMs: Math.min(nowMs, ...known.map(({ firstAtMs }) => firstAtMs)),
    lastSeenAtMs: nowMs,
    sentAtMs: known.length === 0 ? null : Math.max(...known.map(({ sentAtMs }) => sentAtMs ?? 0)),
    seenSinceSent: 1,
    message,
  };
}

function isDue(each: { concern: Concern; state: AlertState }, input: AlertInput): boolean {
  const { concern, state } = each;
  if (state.sentAtMs === null) return true;
  if (Math.abs(input.nowMs - state.sentAtMs) < input.quietMs) return false;
  return !wasTold(state) || concern.grewAtMs === null || concern.grewAtMs > state.sentAtMs;
}

/** What is gone for so long is over; sooner, it may only be coming and going. */
const goneForMs = 1_800_000;

/** What is no longer so: told as solved when people know of it, else dropped. */
function endings(gone: readonly AlertState[], input: AlertInput) {
  const told: AlertState[] = [];
  const kept: AlertState[] = [];
  const forget: string[] = [];
  for (const state of gone) {
    if (isSolved(state) || !wasTold(state) || standsElsewhere(state.cause, input)) {
      forget.push(state.cause);
    } else if (Math.abs(input.nowMs - state.lastSeenAtMs) < goneForMs) kept.push(state);
    else told.push({ ...state, message: solvedMessage(state.message) });
  }
  return { told, kept, forget };
}

/** It goes on under a wider or a narrower cause. */
function standsElsewhere(cause: string, { concerns }: AlertInput): boolean {
  return concerns.some(
    ({ message }) =>
      cause.startsWith(message.cause + below) || message.cause.startsWith(cause + below),
  );
}

function solvedMessage(message: AlertMessage): AlertMessage {
  return {
    cause: message.cause,
    severity: 'solved',
    title: `Solved: ${message.title}`,
    lines: [],
  };
}

const digestLinesMax = 30;

/** Null when nothing is open: no news is good news. */
function digestOf(open: AlertState[], nowMs: number): AlertDecision['digest'] {
  if (open.length === 0) return null;
  const sorted = [...open].sort(
    (left, right) =>
      rank[left.message.severity] - rank[right.message.severity] ||
      left.firstAtMs - right.firstAtMs,
  );
  const worst = sorted[0]?.message.severity ?? 'info';
  const lines = sorted
    .slice(0, digestLinesMax)
    .map(({ message, firstAtMs }) => `${message.title} (${sinceText(nowMs - firstAtMs)})`);
  const more = open.length - lines.length;
  if (more > 0) lines.push(`… and ${more} more: mlc alerts list`);
  const title = `Still open: ${open.length} ${open.length === 1 ? 'matter' : 'matters'}`;
  return { message: { cause: 'digest', severity: worst, title, lines }, states: open };
}

function sinceText(durationMs: number): string {
  const hours = Math.floor(durationMs / hourMs);
  if (hours < 1) return 'since less than an hour';
  if (hours < 48) return `for ${hours} h`;
  return `for ${Math.floor(hours / 24)} days`;
}
