/** Connections that post prepared requests, one at a time each, over kept-alive sockets. */
import { connect, type Socket } from 'node:net';

/** What the connections send, and who is told what came of it. */
export interface Feed {
  /**
   * The next request to send; null when there is none left. One that is due later (by
   * `performance.now()`) is held back until then, and its latency counts from when it was due, so
   * that a slow server does not hide its slowness by being asked less.
   */
  next(): { number: number; bytes: Buffer; dueAt?: number } | null;
  answered(number: number, answer: { status: number; latencyMs: number }): void;
  /** Sent and never answered: the connection ended first. */
  lost(number: number): void;
}

/** Resolves when there is nothing left to send or every connection has ended. */
export async function sendLoad(request: {
  port: number;
  connections: number;
  feed: Feed;
}): Promise<void> {
  const { port, connections, feed } = request;
  const opened = Array.from({ length: connections }, () => openConnection(port));
  const sockets = await Promise.all(opened);
  await Promise.all(sockets.map((socket) => drive(socket, feed)));
}

function openConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function drive(socket: Socket, feed: Feed): Promise<void> {
  return new Promise((resolve) => {
    let pending: { number: number; sentAt: number } | null = null;
    let received = '';
    const send = () => {
      const request = feed.next();
      if (request === null) {
        socket.end();
        return;
      }
      const { number, bytes } = request;
      const now = performance.now();
      const dueAt = request.dueAt ?? now;
      const sending = { number, sentAt: dueAt };
      pending = sending;
      if (dueAt <= now) {
        socket.write(bytes);
        return;
      }
      setTimeout(() => {
        // Timers may be up to a millisecond early.
        sending.sentAt = Math.min(dueAt, performance.now());
        socket.write(bytes);
      }, dueAt - now);
    };
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
      const status = statusOf(received);
      if (status === null || pending === null) return;
      received = '';
      const { number, sentAt } = pending;
      pending = null;
      feed.answered(number, { status, latencyMs: performance.now() - sentAt });
      send();
    });
    // A killed peer shows as a reset, which says no more than the end that follows it.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (pending !== null) feed.lost(pending.number);
      resolve();
    });
    send();
  });
}

const bodiless = new Set([204, 304]);

/** The status once the whole answer is there, else null. */
function statusOf(received: string): number | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const head = received.slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  if (bodiless.has(status)) return status;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    return received.length >= headEnd + 4 + Number(length) ? status : null;
  }
  return received.endsWith('\r\n0\r\n\r\n') ? status : null;
}
