/** The process that sends the deliveries of the speed part, all signed before the first is sent. */
import { quantile } from './report.ts';
import { sendLoad } from './webhook-load.ts';
import { type LoadShape, planLoad, signedRequest } from './webhook-plan.ts';

export interface GeneratorRequest {
  port: number;
  path: string;
  connections: number;
  shape: LoadShape;
  /** Null sends as fast as answers come. */
  perSecond: number | null;
}

export interface GeneratorResult {
  elapsedMs: number;
  /** Status of each planned delivery, in the order of the plan; 0 where none came. */
  statuses: number[];
  latencyMs: { p50: number; p95: number; p99: number; max: number };
  /** Processor time of the generator over the time it took: near 1 it is itself the limit. */
  ownLoad: number;
}

export async function runGenerator(request: GeneratorRequest): Promise<void> {
  const { port, path, connections, shape, perSecond } = request;
  const atMs = Date.now();
  // Times out of order too, within what a receiver tolerates.
  const requests = planLoad(shape).map((delivery, index) =>
    signedRequest(delivery, { path, atMs: atMs - ((index * 37_000) % 120_000) }),
  );
  const statuses = requests.map(() => 0);
  const latenciesMs: number[] = [];
  // A paced run asks about a server at rest; its first second is that of one just started.
  const firstCounted = perSecond ?? 0;
  let sent = 0;
  process.stdout.write('{}\n');
  const before = process.cpuUsage();
  const began = performance.now();
  await sendLoad({
    port,
    connections,
    feed: {
      next() {
        const bytes = requests[sent];
        if (bytes === undefined) return null;
        const number = sent;
        sent += 1;
        if (perSecond === null) return { number, bytes };
        return { number, bytes, dueAt: began + (number * 1000) / perSecond };
      },
      answered(number, { status, latencyMs }) {
        statuses[number] = status;
        if (number >= firstCounted) latenciesMs.push(latencyMs);
      },
      lost() {},
    },
  });
  const elapsedMs = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  const result: GeneratorResult = {
    elapsedMs,
    statuses,
    latencyMs: {
      p50: quantile(latenciesMs, 0.5),
      p95: quantile(latenciesMs, 0.95),
      p99: quantile(latenciesMs, 0.99),
      max: quantile(latenciesMs, 1),
    },
    ownLoad: (user + system) / 1000 / elapsedMs,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
