import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpRequest {
  method: string;
  /** Path without the query, still percent-encoded. */
  path: string;
  /** The query string as sent, without `?`. */
  query: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * What the handler wants to happen on the wire; `reset` and `truncateAtBytes` break it on purpose.
 */
export interface HttpAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  /** Closes the socket without an answer. */
  reset?: boolean;
  /** Sends only this much of the body, then closes the socket. */
  truncateAtBytes?: number;
  /** Waits this long, in real milliseconds, before answering. */
  delayMs?: number;
}

export interface ListeningServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Serves `handle` on loopback. `port` 0 takes any free one. Body limit 16 MiB. */
export async function serveHttp(settings: {
  port: number;
  host?: string;
  handle: (request: HttpRequest) => Promise<HttpAnswer>;
  /** The time that answers carry as their `date`; the machine's own unless given. */
  nowMs?: () => number;
}): Promise<ListeningServer> {
  const host = settings.host ?? '127.0.0.1';
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, settings).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  settings: { handle(request: HttpRequest): Promise<HttpAnswer>; nowMs?: () => number },
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > 16 * 1024 * 1024) {
      outgoing.writeHead(413).end();
      return;
    }
    chunks.push(bytes);
  }
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const result = await settings.handle({
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: flatten(incoming.headers),
    body: Buffer.concat(chunks).toString('utf8'),
  });
  if (result.delayMs) await new Promise((resolve) => setTimeout(resolve, result.delayMs));
  if (settings.nowMs) outgoing.setHeader('date', new Date(settings.nowMs()).toUTCString());
  send(outgoing, result);
}

function send(outgoing: ServerResponse, result: HttpAnswer): void {
  if (result.reset) {
    outgoing.socket?.destroy();
    return;
  }
  const body = Buffer.from(result.body ?? '', 'utf8');
  outgoing.writeHead(result.status, { ...result.headers, 'content-length': String(body.length) });
  if (result.truncateAtBytes !== undefined && result.truncateAtBytes < body.length) {
    outgoing.write(body.subarray(0, result.truncateAtBytes), () => outgoing.socket?.destroy());
    return;
  }
  outgoing.end(body);
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
