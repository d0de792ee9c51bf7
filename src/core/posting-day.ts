/** The day under which a movement is booked, given that a period may be closed. */
import { laterDay } from './day.ts';
import type { FlagList, PlanWork } from './plan-input.ts';
import type { Day, Quantity } from './schema.ts';

/** The movement's own day, the first open one, or null with a flag, as configured. */
export function openDay(
  work: PlanWork,
  movement: {
    day: Day;
    closedPeriod: 'flag' | 'nextOpenDay';
    record: string;
    cause: string;
    quantity: Quantity | null;
  },
  flags: FlagList,
): Day | null {
  const { day, record, cause, quantity } = movement;
  // One ledger has one first open day; it stands with the shipments for all streams.
  const { firstOpenDay } = work.settings.shipments;
  if (firstOpenDay === null || day >= firstOpenDay) return day;
  if (movement.closedPeriod === 'flag') {
    flags.raise('PERIOD_CLOSED', { cause, evidence: { record, day, firstOpenDay }, quantity });
    return null;
  }
  work.decisions.push(`${record}: moved on ${day}, booked on ${firstOpenDay}, the first open day`);
  return laterDay(day, firstOpenDay);
}
