import { userInfo } from 'node:os';
import { Problem } from '../core/problem.ts';
import { parseDuration } from './config-duration.ts';

export type Environment = Record<string, string | undefined>;

/**
 * A copy of the process's environment: the one place where it is read. `USER` is there whoever
 * starts it: containers and some timers set none, and acts are recorded with who did them.
 */
export function readEnvironment(): Environment {
  const { USER, LOGNAME, USERNAME } = process.env;
  return { ...process.env, USER: USER || LOGNAME || USERNAME || accountName() };
}

function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // An account that the system has no name for, as in many containers.
    return process.getuid ? `uid ${process.getuid()}` : undefined;
  }
}

/** How far `MLC_CLOCK_OFFSET` moves the clock, in ms: `2d`, `-90s`; 0 without it. */
export function clockOffsetMs(environment: Environment): number {
  const text = environment.MLC_CLOCK_OFFSET ?? '';
  if (text === '') return 0;
  const durationMs = parseDuration(text.replace(/^[-+]/, ''));
  if (durationMs === null) {
    throw new Problem({
      code: 'CLOCK_OFFSET_INVALID',
      kind: 'configuration',
      message: `MLC_CLOCK_OFFSET is ${JSON.stringify(text)}, which is not a duration.`,
      hint: 'Write a duration with its unit, such as 2d or -90s, or unset it.',
    });
  }
  return text.startsWith('-') ? -durationMs : durationMs;
}
