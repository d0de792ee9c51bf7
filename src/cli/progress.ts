import type { TextSink } from './output.ts';
import { plainText, shortened } from './text-width.ts';

/** One line that shows how far a long run is: on a terminal's standard error, nowhere else. */
export interface Progress {
  update(text: string): void;
  /** Takes the line away. */
  clear(): void;
  /** Writes something else to the same terminal without tearing the line. */
  interrupt(write: () => void): void;
}

const eraseLine = '\r\u001b[2K';
/** A terminal cannot be read faster, and each write costs a system call. */
const intervalMsMin = 100;

export function createProgress(settings: {
  sink: TextSink;
  environment: Record<string, string | undefined>;
  quiet: 'yes' | 'no';
  clock: { now(): number };
}): Progress {
  const { sink, environment, quiet, clock } = settings;
  const silent = quiet === 'yes' || sink.isTTY !== true || environment.TERM === 'dumb';
  let shown = '';
  let shownAtMs = Number.NEGATIVE_INFINITY;
  const write = (text: string) => {
    try {
      sink.write(text);
    } catch {
      // A closed terminal must not stop a run.
    }
  };
  const clear = () => {
    if (shown !== '') write(eraseLine);
    shown = '';
  };
  return {
    update(text) {
      const nowMs = clock.now();
      if (silent || Math.abs(nowMs - shownAtMs) < intervalMsMin) return;
      shownAtMs = nowMs;
      shown = shortened(plainText(text), Math.max(10, (sink.columns ?? 80) - 1));
      write(eraseLine + shown);
    },
    clear,
    interrupt(writeOther) {
      const before = shown;
      clear();
      writeOther();
      if (before !== '') write(before);
      shown = before;
    },
  };
}
