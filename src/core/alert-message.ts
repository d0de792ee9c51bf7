/** What people are told, and what is remembered about it. */

/** One message to people. */
export interface AlertMessage {
  /** What it is about; messages of one cause are not repeated within the quiet time. */
  cause: string;
  severity: 'info' | 'warning' | 'problem' | 'solved';
  /** One line in the words of the business. */
  title: string;
  /** A few lines more: what it means, what to do. */
  lines: string[];
}

/** A cause that was noticed, and when people were told. */
export interface AlertState {
  cause: string;
  firstAtMs: number;
  lastSeenAtMs: number;
  /** Null while nobody was told. */
  sentAtMs: number | null;
  /** How often it was seen since it was last sent. */
  seenSinceSent: number;
  /** The message as last seen. */
  message: AlertMessage;
}

/** Something that is wrong now and worth telling. */
export interface Concern {
  message: AlertMessage;
  /**
   * When it last grew, in ms: it is told again only when that is after the last telling. Null: it
   * is told again, at the pace of the quiet time, as long as it lasts.
   */
  grewAtMs: number | null;
}

/** True when people were told of it since it came up; false when an earlier time was told. */
export function wasTold(state: AlertState): boolean {
  return state.sentAtMs !== null && state.sentAtMs >= state.firstAtMs;
}

/** It was told, went away, and people know that too. */
export function isSolved(state: AlertState): boolean {
  return state.message.severity === 'solved';
}
