/** Exchanges kept in a file, so that a bare loop can make the same ones without any simulator. */
import { appendFileSync, closeSync, openSync, readSync, rmSync } from 'node:fs';
import type { HttpAnswer, HttpRequest } from '../src/runtime/http-server.ts';

export interface RecordedRequest {
  method: string;
  /** With its query. */
  path: string;
  body: string;
}

export interface RecordedAnswer {
  status: number;
  body: string;
}

/** Requests and answers lie in two files, line by line, so that neither side reads the other's. */
export interface RecordingPaths {
  requests: string;
  answers: string;
}

export interface Recorder {
  /** Every `every`-th exchange is kept. */
  keep(request: HttpRequest, answer: HttpAnswer): void;
  /** How many there were, and how many of them are in the file. */
  end(): { seen: number; kept: number };
}

export function createRecorder(paths: RecordingPaths, every: number): Recorder {
  for (const path of [paths.requests, paths.answers]) rmSync(path, { force: true });
  const waiting = { requests: '', answers: '' };
  let seen = 0;
  let kept = 0;
  const flush = () => {
    appendFileSync(paths.requests, waiting.requests);
    appendFileSync(paths.answers, waiting.answers);
    waiting.requests = '';
    waiting.answers = '';
  };
  return {
    keep(request, answer) {
      seen += 1;
      if (seen % every !== 0) return;
      kept += 1;
      const path = request.query === '' ? request.path : `${request.path}?${request.query}`;
      waiting.requests += `${JSON.stringify({ method: request.method, path, body: request.body })}\n`;
      waiting.answers += `${JSON.stringify({ status: answer.status, body: answer.body ?? '' })}\n`;
      if (waiting.answers.length + waiting.requests.length > 4_000_000) flush();
    },
    end() {
      flush();
      return { seen, kept };
    },
  };
}

/** Reads lines of a file without holding it, as much as is asked for. */
export interface LineReader {
  /** At most `count` lines; empty at the end. */
  take(count: number): string[];
  close(): void;
}

export function readLines(path: string): LineReader {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(1 << 20);
  const lines: string[] = [];
  let pieces: Buffer[] = [];
  let ended = false;
  const fill = () => {
    const size = readSync(file, buffer, 0, buffer.length, null);
    if (size === 0) {
      ended = true;
      return;
    }
    let from = 0;
    for (;;) {
      const at = buffer.subarray(0, size).indexOf(10, from);
      if (at < 0) break;
      lines.push(Buffer.concat([...pieces, buffer.subarray(from, at)]).toString('utf8'));
      pieces = [];
      from = at + 1;
    }
    if (from < size) pieces.push(Buffer.from(buffer.subarray(from, size)));
  };
  return {
    take(count) {
      while (lines.length < count && !ended) fill();
      return lines.splice(0, count);
    },
    close: () => closeSync(file),
  };
}
