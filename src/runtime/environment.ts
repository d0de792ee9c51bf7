import { userInfo } from 'node:os';
import type { CrashPoint } from '../app/ports.ts';
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

/**
 * For crash tests: `MLC_CRASH_AT=name` kills this process without any clean-up the first time it
 * passes that point, `name:3` the third time. Inert without the variable.
 */
export function crashPoint(
  environment: Environment,
  kill: () => void = killThisProcess,
): CrashPoint {
  const wanted = environment.MLC_CRASH_AT;
  if (wanted === undefined || wanted === '') return () => {};
  const match = /^(.+):(\d+)$/.exec(wanted);
  const name = match?.[1] ?? wanted;
  let passesLeft = Number(match?.[2] ?? 1);
  return (passed) => {
    if (passed !== name) return;
    passesLeft -= 1;
    if (passesLeft === 0) kill();
  };
}

function killThisProcess(): void {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing after this point may run meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
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
