import { createHttp } from '../../src/runtime/http.ts';
import { type ListeningServer, serveHttp } from '../../src/runtime/http-server.ts';
import type { VirtualTime } from './simulation-time.ts';
import type { Deliver } from './simulation-wire.ts';
import type { SimulatedWorld } from './simulation-world.ts';

/**
 * The network of a story over real sockets and the connector's own `Http`, while virtual time holds
 * still. A story must live the same life over it: that is what the calls of functions stand for.
 */
export async function socketNetwork(
  world: SimulatedWorld,
  time: VirtualTime,
): Promise<{ deliver: Deliver; close(): Promise<void> }> {
  const http = createHttp();
  const servers = new Map<string, ListeningServer>();
  let delayMs = 0;
  for (const [origin, handle] of world.hosts) {
    const server = await serveHttp({
      port: 0,
      nowMs: () => time.now(),
      async handle(request) {
        // Waits are taken in virtual time, by whoever asked.
        const { delayMs: waitMs, ...answer } = await handle(request);
        delayMs = waitMs ?? 0;
        return answer;
      },
    });
    servers.set(origin, server);
  }
  return {
    async deliver(call) {
      const origin = [...servers.keys()].find((each) => call.url.startsWith(`${each}/`)) ?? '';
      const url = call.url.replace(origin, servers.get(origin)?.url ?? origin);
      delayMs = 0;
      time.hold();
      try {
        const outcome = await http.send({ ...call, url, deadlineMs: 60_000 });
        const { durationMs: _, ...bare } = outcome;
        return { bare, delayMs };
      } finally {
        time.release();
      }
    },
    async close() {
      http.close();
      for (const server of servers.values()) await server.close();
    },
  };
}
