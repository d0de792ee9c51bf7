/** After everything was processed ShipBob repeats what it had delivered: nothing may come of it. */
import { z } from 'zod';
import { inboxTruth } from './webhook-inbox.ts';
import { sendLoad } from './webhook-load.ts';
import { type PlannedDelivery, signedRequest } from './webhook-plan.ts';
import { type ChildProgram, startChild, stopChild } from './webhook-process.ts';
import { isAccepted } from './webhook-speed.ts';

export interface RepeatResult {
  sent: number;
  accepted: number;
  newRows: number;
  /** Deliveries that wait to be processed afterwards. */
  waiting: number;
}

const readySchema = z.object({ port: z.number().int() });

/** `deliveries` were acknowledged and processed before. */
export async function repeatAfterProcessing(request: {
  program: ChildProgram;
  databasePath: string;
  connections: number;
  deliveries: PlannedDelivery[];
}): Promise<RepeatResult> {
  const { program, databasePath, connections, deliveries } = request;
  const before = inboxTruth(databasePath);
  const about = { databasePath, port: 0, answers: 'afterCommit', flagPath: null };
  const child = startChild({ program, role: 'receiver', about });
  const { port } = readySchema.parse(await child.ready);
  let next = 0;
  let accepted = 0;
  await sendLoad({
    port,
    connections,
    feed: {
      next() {
        const delivery = deliveries[next];
        if (delivery === undefined) return null;
        next += 1;
        const bytes = signedRequest(delivery, { path: '/shipbob', atMs: Date.now() });
        return { number: next, bytes };
      },
      answered(_number, { status }) {
        if (isAccepted(status)) accepted += 1;
      },
      lost() {},
    },
  });
  await stopChild(child);
  const after = inboxTruth(databasePath);
  return { sent: next, accepted, newRows: after.rows - before.rows, waiting: after.waiting };
}
