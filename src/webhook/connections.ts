import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { rateKey } from './address.ts';

export interface ConnectionLimits {
  /** More than any sender opens. */
  connectionsMax: number;
  /** Of one address that is no proxy. */
  perAddressMax: number;
  /** Of one proxy, through which everybody comes. */
  perProxyMax: number;
}

export const standardConnectionLimits: ConnectionLimits = {
  connectionsMax: 1_000,
  perAddressMax: 32,
  perProxyMax: 256,
};

interface Connection {
  socket: Socket;
  /** Requests without an answer; a client may send the next before it has one. */
  open: number;
  from: Origin;
}

interface Origin {
  count: number;
  /** In the order in which they became idle. */
  idle: Map<string, Connection>;
}

/**
 * Keeps connections within their limits: where one more is too many, that which has been idle the
 * longest makes room, and where none is idle the new one is closed. Whoever opens many and leaves
 * them so can shut nobody else out. The server's own `maxConnections` would drop the newcomer,
 * which may be ShipBob.
 */
export function limitConnections(
  server: Server,
  limits: ConnectionLimits,
  isProxy: (address: string) => boolean,
): void {
  const connections = new Map<string, Connection>();
  const origins = new Map<string, Origin>();
  const idle = new Map<string, Connection>();

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress;
    // Gone before it was looked at.
    if (address === undefined) return void socket.destroy();
    const key = keyOf(socket);
    const group = rateKey(address);
    const from = origins.get(group) ?? { count: 0, idle: new Map() };
    const most = isProxy(address) ? limits.perProxyMax : limits.perAddressMax;
    const mayCome =
      (from.count < most || dropOldest(from.idle)) &&
      (connections.size < limits.connectionsMax || dropOldest(idle));
    if (!mayCome) return void socket.destroy();
    from.count += 1;
    origins.set(group, from);
    const connection = { socket, open: 0, from };
    connections.set(key, connection);
    rest(key, connection);
    socket.once('close', () => leave(key, group));
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const key = keyOf(request.socket);
    const connection = connections.get(key);
    if (connection === undefined) return;
    connection.open += 1;
    idle.delete(key);
    connection.from.idle.delete(key);
    response.once('close', () => {
      connection.open -= 1;
      if (connection.open === 0 && connections.get(key) === connection) rest(key, connection);
    });
  });

  function rest(key: string, connection: Connection): void {
    idle.set(key, connection);
    connection.from.idle.set(key, connection);
  }

  /** Counted as gone at once: `close` comes a turn later. */
  function dropOldest(among: Map<string, Connection>): boolean {
    const [oldest] = among;
    if (oldest === undefined) return false;
    const [key, { socket }] = oldest;
    leave(key, rateKey(key.slice(0, key.lastIndexOf(' '))));
    socket.destroy();
    return true;
  }

  function leave(key: string, group: string): void {
    const connection = connections.get(key);
    if (connection === undefined) return;
    connections.delete(key);
    idle.delete(key);
    connection.from.idle.delete(key);
    connection.from.count -= 1;
    if (connection.from.count === 0) origins.delete(group);
  }
}

/** The same for the socket that is accepted and for the one that TLS makes of it. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
