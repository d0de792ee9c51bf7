import { Problem } from '../core/problem.ts';

type StopSignal = 'SIGINT' | 'SIGTERM';

const exitCodes: Record<StopSignal, 130 | 143> = { SIGINT: 130, SIGTERM: 143 };

/** The part of `process` that is listened to. */
export interface SignalSource {
  on(name: StopSignal, listener: () => void): unknown;
  off(name: StopSignal, listener: () => void): unknown;
}

export interface StopWatch {
  /** Aborts at the first signal; its reason is a Problem `STOPPED`. Finish the step in flight. */
  signal: AbortSignal;
  /** 130 or 143 once a signal came, else null. */
  exitCode(): 130 | 143 | null;
  dispose(): void;
}

/**
 * The first SIGINT or SIGTERM asks to finish the step in flight, so that no outcome is left
 * unknown; the second calls `exit` at once, which the write-ahead log survives.
 */
export function watchSignals(details: {
  source: SignalSource;
  exit: (code: 130 | 143) => void;
  onFirst: (name: StopSignal) => void;
}): StopWatch {
  const controller = new AbortController();
  let code: 130 | 143 | null = null;
  const listener = (name: StopSignal) => () => {
    if (code !== null) {
      details.exit(exitCodes[name]);
      return;
    }
    code = exitCodes[name];
    controller.abort(stopped(name));
    details.onFirst(name);
  };
  const onInterrupt = listener('SIGINT');
  const onTerminate = listener('SIGTERM');
  details.source.on('SIGINT', onInterrupt);
  details.source.on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose() {
      details.source.off('SIGINT', onInterrupt);
      details.source.off('SIGTERM', onTerminate);
    },
  };
}

function stopped(name: StopSignal): Problem {
  return new Problem({
    code: 'STOPPED',
    kind: 'retryable',
    message: `Stopped by ${name}.`,
    hint: 'The next run carries on where this one stopped.',
    evidence: { signal: name },
  });
}

/** A stream that reports a failed write by an event. */
export interface ErrorSource {
  on(name: 'error', listener: (error: Error) => void): unknown;
}

/** `mlc trace … | head` closes the pipe early: that is no error, and other failures still are. */
export function quietBrokenPipes(streams: ErrorSource[]): void {
  for (const stream of streams) {
    stream.on('error', (error) => {
      const code = 'code' in error ? error.code : '';
      if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') throw error;
    });
  }
}
