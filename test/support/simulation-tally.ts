import type { LifeOutcome } from './simulation-outcome.ts';

/** What many lives came to, in sums; small enough to be sent from one process to another. */
export interface Tally {
  seeds: number;
  runs: number;
  exchanges: number;
  crashes: Record<string, number>;
  faults: Record<string, number>;
  acts: Record<string, number>;
  webhooks: number;
  documents: Record<string, number>;
  eligible: number;
  posted: number;
  ignored: number;
  /** Not counted as eligible, by reason; each is in Infor or asked, or nothing is owed for it. */
  excluded: Record<string, number>;
  /** Charges in journals that nobody can prove on a tenant without a voucher list. */
  unprovable: number;
  flags: Record<string, number>;
  /** Violations by kind. */
  violations: Record<string, number>;
}

export function emptyTally(): Tally {
  return {
    seeds: 0,
    runs: 0,
    exchanges: 0,
    crashes: {},
    faults: {},
    acts: {},
    webhooks: 0,
    documents: {},
    eligible: 0,
    posted: 0,
    ignored: 0,
    excluded: {},
    unprovable: 0,
    flags: {},
    violations: {},
  };
}

export function tallyOf(outcome: LifeOutcome): Tally {
  const { verdict } = outcome;
  const tally = emptyTally();
  return {
    ...tally,
    seeds: 1,
    runs: outcome.runs,
    exchanges: outcome.exchanges,
    crashes: counted(outcome.crashes.map(({ how }) => how)),
    faults: outcome.faults,
    acts: outcome.acts,
    webhooks: outcome.mail.stored ?? 0,
    documents: verdict?.documents ?? {},
    eligible: verdict?.eligible ?? 0,
    posted: verdict?.posted ?? 0,
    ignored: verdict?.ignored ?? 0,
    excluded: verdict?.excluded ?? {},
    unprovable: verdict?.unprovable ?? 0,
    flags: verdict?.flags ?? {},
    violations: counted(outcome.violations.map(({ kind }) => kind)),
  };
}

export function addTally(sum: Tally, one: Tally): Tally {
  return {
    seeds: sum.seeds + one.seeds,
    runs: sum.runs + one.runs,
    exchanges: sum.exchanges + one.exchanges,
    crashes: merged(sum.crashes, one.crashes),
    faults: merged(sum.faults, one.faults),
    acts: merged(sum.acts, one.acts),
    webhooks: sum.webhooks + one.webhooks,
    documents: merged(sum.documents, one.documents),
    eligible: sum.eligible + one.eligible,
    posted: sum.posted + one.posted,
    ignored: sum.ignored + one.ignored,
    excluded: merged(sum.excluded, one.excluded),
    unprovable: sum.unprovable + one.unprovable,
    flags: merged(sum.flags, one.flags),
    violations: merged(sum.violations, one.violations),
  };
}

export const postedShareMin = 0.99;

/** What only many lives together can break: that nearly all is posted, not handed to people. */
export function shareOf({ posted, eligible }: Tally): number {
  return eligible === 0 ? 1 : posted / eligible;
}

export function tableOf(tally: Tally, tookMs: number): string {
  const doubles = tally.violations.double ?? 0;
  const losses = (tally.violations.loss ?? 0) + (tally.violations.wrong ?? 0);
  const rows: [string, string][] = [
    ['seeds', number(tally.seeds)],
    ['runs (sync cycles)', number(tally.runs)],
    ...paceRow(tally.runs, tookMs),
    ['exchanges', number(tally.exchanges)],
    ['crashes', listed(tally.crashes)],
    ['faults', listed(tally.faults)],
    ['people', listed(tally.acts)],
    ['webhooks', number(tally.webhooks)],
    ['documents checked', listed(tally.documents)],
    ['posted of eligible', `${number(tally.posted)} of ${number(tally.eligible)}`],
    ['put aside by people', number(tally.ignored)],
    ['not eligible', listed(tally.excluded)],
    ['OUTCOME_UNKNOWN', number(tally.flags.OUTCOME_UNKNOWN ?? 0)],
    ['charges not provable', number(tally.unprovable)],
    ['doubles', number(doubles)],
    ['losses', number(losses)],
    ['violations', number(total(tally.violations))],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** None of a single story, whose time nobody takes. */
function paceRow(runs: number, tookMs: number): [string, string][] {
  if (!Number.isFinite(tookMs)) return [];
  return [['cycles a minute', number(Math.round((runs / tookMs) * 60_000))]];
}

function listed(counts: Record<string, number>): string {
  const each = Object.entries(counts).sort(([, one], [, other]) => other - one);
  const words = each.map(([name, count]) => `${name} ${number(count)}`).join(', ');
  return each.length === 0 ? '0' : `${number(total(counts))}: ${words}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

export function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function merged(
  one: Record<string, number>,
  other: Record<string, number>,
): Record<string, number> {
  const sums = { ...one };
  for (const [name, count] of Object.entries(other)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
