import { createHash } from 'node:crypto';

/** Everything that happens in a story, one line each: told to whoever asks, and summed up. */
export interface SimulationTrace {
  note(who: string, what: string): void;
  /** Equal for equal lives. */
  digest(): string;
}

export function createTrace(nowMs: () => number, tell?: (line: string) => void): SimulationTrace {
  const hash = createHash('sha256');
  let waiting: string[] = [];
  return {
    note(who, what) {
      const line = `${nowMs()} ${who} ${what}\n`;
      tell?.(line);
      waiting.push(line);
      if (waiting.length < 500) return;
      hash.update(waiting.join(''));
      waiting = [];
    },
    digest() {
      hash.update(waiting.join(''));
      waiting = [];
      return hash.copy().digest('hex');
    },
  };
}
