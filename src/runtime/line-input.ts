import { createInterface } from 'node:readline';

/** The first line of standard input that is not blank; '' when it ends without one. */
export async function readLine(signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  const stop = () => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of lines) {
      if (line.trim() !== '') return line.trim();
    }
    return '';
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
    // A pipe that stays open would keep the process from ending.
    process.stdin.destroy();
  }
}
