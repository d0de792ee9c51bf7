/**
 * The process of the bare loop: reads the same pages and sends the same bulk bodies, over node's
 * own HTTP client, and makes text and objects of them as it must; it keeps, plans and proves
 * nothing.
 */
import { Agent, request as httpRequest } from 'node:http';
import { z } from 'zod';
import { type Answers, ownUse } from './peer.ts';
import { readLines } from './recording.ts';

const aboutSchema = z.object({ path: z.string(), port: z.number(), connections: z.number() });
const recordedSchema = z.object({ method: z.string(), path: z.string(), body: z.string() });

interface Exchange {
  number: number;
  method: string;
  path: string;
  /** Null for a read without one; text where it is no JSON. */
  body: unknown;
}

export const answers: Answers = {
  async run(about) {
    const { path, port, connections } = aboutSchema.parse(about);
    const lines = readLines(path);
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    let number = 0;
    let preparedMs = 0;
    let answered = 0;
    const waiting: Exchange[] = [];
    // The tool has its objects from its own work: reading them from the file is not the loop's.
    const prepare = () => {
      const began = ownUse().cpuMs;
      for (const line of lines.take(200)) {
        const { method, path: target, body } = recordedSchema.parse(JSON.parse(line));
        waiting.push({ number, method, path: target, body: parsed(body) });
        number += 1;
      }
      preparedMs += ownUse().cpuMs - began;
    };
    const began = performance.now();
    const before = ownUse().cpuMs;
    const drive = async () => {
      for (;;) {
        if (waiting.length === 0) prepare();
        const exchange = waiting.shift();
        if (exchange === undefined) return;
        const text = await send(agent, port, exchange);
        if (text !== '') parsed(text);
        answered += 1;
      }
    };
    await Promise.all(Array.from({ length: connections }, drive));
    const after = ownUse();
    agent.destroy();
    lines.close();
    return {
      cpuMs: after.cpuMs - before - preparedMs,
      wallMs: performance.now() - began,
      peakMiB: after.peakMiB,
      exchanges: answered,
    };
  },
};

function send(agent: Agent, port: number, exchange: Exchange): Promise<string> {
  const { number, method, path, body } = exchange;
  const text = body === null ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const headers: Record<string, string> = {
    'x-exchange': String(number),
    accept: 'application/json',
    authorization: 'Bearer none',
  };
  if (text !== null) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = String(Buffer.byteLength(text));
  }
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
        answer.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(text ?? undefined);
  });
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
