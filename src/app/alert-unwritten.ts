/** The one message that needs no database: that the database itself refuses. */
import { type AlertTrouble, databaseMessage } from '../core/alert-concern.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import type { Alerts, Clock, Log, ToldMark } from './ports.ts';

/** One that is locked is only busy: the next run tells. */
export function isDatabaseRefusal({ code }: Problem): boolean {
  return code.startsWith('DATABASE_') && code !== 'DATABASE_BUSY';
}

/**
 * Tells what the database said, once within the quiet time as far as the mark remembers: without
 * one it is told each time, for silence would be worse. Never throws.
 */
export async function tellUnwritten(
  parts: {
    alerts: Alerts;
    clock: Pick<Clock, 'now'>;
    log: Pick<Log, 'warn'>;
    mark?: ToldMark | undefined;
    quietMs: number;
  },
  refusal: Problem,
  troubles: readonly AlertTrouble[],
): Promise<{ sent: number; failed: number }> {
  const { alerts, clock, log, mark, quietMs } = parts;
  const warn = (thrown: unknown) => {
    const problem = toProblem(thrown);
    log.warn(problem.message, { code: problem.code, hint: problem.hint });
    return null;
  };
  const nowMs = clock.now();
  // The mark may lie on the same disk.
  const toldAtMs = await (mark?.toldAtMs() ?? Promise.resolve(null)).catch(warn);
  if (toldAtMs !== null && Math.abs(nowMs - toldAtMs) < quietMs) return { sent: 0, failed: 0 };
  try {
    await alerts.send(databaseMessage(refusal, troubles));
  } catch (thrown) {
    warn(thrown);
    return { sent: 0, failed: 1 };
  }
  await mark?.tell(nowMs).catch(warn);
  return { sent: 1, failed: 0 };
}
