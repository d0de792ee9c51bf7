/** Measures in the text format of Prometheus; docs/monitoring.md says what each one means. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CallMeasure, Meter } from '../app/ports.ts';
import type { MeasureReading } from '../core/measure.ts';
import { repeatedOutcomes, type TalliedCalls } from './meter.ts';

/** What only this process knows. */
export interface ProcessReading {
  /** Webhook deliveries by what they were answered, since the process started. */
  deliveries?: Record<string, number>;
  /** When the ShipBob access token runs out; null for a personal access token. */
  shipbobTokenExpiresAtMs?: number | null;
}

export interface Measures {
  meter: Meter;
  contentType: string;
  /** Puts a reading in the place of the last one. */
  show(reading: MeasureReading, process?: ProcessReading): void;
  /** Everything as text. */
  text(): Promise<string>;
}

const prefix = 'mlc_';
/** Seconds: a ShipBob read takes tenths, an Infor batch up to a minute and more. */
const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** For a process that stays: counters since it started, beside the readings. */
export function createMeasures(settings: {
  version: string;
  now: () => number;
  /** `none` in tests, which would otherwise start observers that outlive them. */
  processMetrics?: 'default' | 'none';
}): Measures {
  const registry = new Registry();
  if (settings.processMetrics !== 'none') collectDefaultMetrics({ register: registry, prefix });
  const make = makers(registry);
  make
    .gauge('build_info', 'Always 1; the version is in the label.', ['version'])
    .set({ version: settings.version }, 1);
  const gauges = readingGauges(make);
  const countDeliveries = deliveryCounter(registry);
  const meter = callMeter(registry, gauges, settings.now);
  return {
    meter: { called: meter.called },
    contentType: registry.contentType,
    show(reading, process = {}) {
      showReading(gauges, reading);
      meter.refresh(reading.atMs);
      countDeliveries(process.deliveries ?? {});
      setOrRemove(
        gauges.tokenExpiry,
        { system: 'shipbob' },
        secondsUntil(process.shipbobTokenExpiresAtMs ?? null, reading.atMs),
      );
    },
    text: () => registry.metrics(),
  };
}

/** What a run that has ended leaves behind: readings, and the calls of this run alone. */
export async function runText(facts: {
  version: string;
  reading: MeasureReading;
  calls: readonly TalliedCalls[];
}): Promise<string> {
  const registry = new Registry();
  const make = makers(registry);
  make
    .gauge('build_info', 'Always 1; the version is in the label.', ['version'])
    .set({ version: facts.version }, 1);
  showReading(readingGauges(make), facts.reading);
  const calls = make.gauge('run_calls', 'Calls of the last run, by system and outcome.', [
    'upstream',
    'outcome',
  ]);
  const repeated = make.gauge('run_calls_repeated', 'Calls of the last run that were made again.', [
    'upstream',
  ]);
  const sum = make.gauge('run_call_seconds', 'Time the last run waited for calls, in seconds.', [
    'upstream',
  ]);
  const longest = make.gauge('run_call_seconds_max', 'Longest call of the last run, in seconds.', [
    'upstream',
  ]);
  const longestMs = new Map<string, number>();
  for (const { upstream, outcome, count, sumMs, maxMs } of facts.calls) {
    calls.set({ upstream, outcome }, count);
    repeated.inc({ upstream }, repeatedOutcomes.includes(outcome) ? count : 0);
    sum.inc({ upstream }, sumMs / 1000);
    longestMs.set(upstream, Math.max(longestMs.get(upstream) ?? 0, maxMs));
  }
  for (const [upstream, maxMs] of longestMs) longest.set({ upstream }, maxMs / 1000);
  return registry.metrics();
}

interface Makers {
  gauge<Label extends string = never>(name: string, help: string, labels?: Label[]): Gauge<Label>;
}

function makers(registry: Registry): Makers {
  return {
    gauge: (name, help, labels = []) =>
      new Gauge({ name: `${prefix}${name}`, help, labelNames: labels, registers: [registry] }),
  };
}

type Gauges = ReturnType<typeof readingGauges>;

function readingGauges(make: Makers) {
  const { gauge } = make;
  return {
    lag: gauge('stream_lag_seconds', 'How far behind the present a stream is read.', ['stream']),
    postings: gauge('postings', 'Documents on their way into Infor.', ['document', 'state']),
    waitingAge: gauge('oldest_waiting_seconds', 'Age of the oldest document that waits.'),
    doubtfulAge: gauge('oldest_doubtful_seconds', 'Age of the oldest outcome not yet known.'),
    unknown: gauge(
      'unknown_outcomes',
      'Documents of which it is not known whether they took effect.',
    ),
    flags: gauge('flags_open', 'Open flags by reason.', ['reason']),
    recordsDue: gauge('records_due', 'Records that wait to be planned.'),
    inbox: gauge('inbox_deliveries', 'Webhook deliveries in the inbox.', ['state']),
    inboxAge: gauge('inbox_oldest_waiting_seconds', 'Age of the oldest delivery that waits.'),
    received: gauge(
      'webhook_last_received_timestamp_seconds',
      'When the last delivery was received; 0 for never.',
    ),
    overdue: gauge('overdue_documents', 'Goods that moved days ago without document.', [
      'document',
    ]),
    alerts: gauge('alerts_open', 'Matters that people were told of and that still stand.'),
    runStart: gauge('last_run_start_timestamp_seconds', 'When the last run began; 0 for never.'),
    runEnd: gauge(
      'last_run_end_timestamp_seconds',
      'When the last run ended; 0 while it is on, or when it was killed.',
    ),
    runGood: gauge(
      'last_good_run_timestamp_seconds',
      'When a run last ended without failure; 0 for never.',
    ),
    runDuration: gauge('last_run_duration_seconds', 'How long the last run took.'),
    runExit: gauge('last_run_exit_code', 'Exit code of the last run; -1 while it is on.'),
    failedRuns: gauge('failed_runs_in_row', 'Newest runs that have failed, one after the other.'),
    lease: gauge('lease_held', '1 while a run is on.'),
    auditRows: gauge('audit_rows', 'Rows of the audit trail.'),
    bytes: gauge('database_bytes', 'Size of the database.'),
    credentialAge: gauge('credential_age_seconds', 'Age of a stored credential.', ['name']),
    tokenAge: gauge('token_age_seconds', 'Since the access token was fetched by this process.', [
      'system',
    ]),
    tokenExpiry: gauge('token_expires_in_seconds', 'Until the access token runs out.', ['system']),
    announcementsMissed: gauge(
      'announcements_missed',
      'Changes of the last day that polling found and ShipBob did not announce.',
    ),
    subscriptionsDown: gauge(
      'webhook_subscriptions_down',
      'Webhook subscriptions that ShipBob has disabled or lost.',
    ),
  };
}

function showReading(gauges: Gauges, reading: MeasureReading): void {
  for (const each of [
    gauges.lag,
    gauges.postings,
    gauges.flags,
    gauges.credentialAge,
    gauges.inbox,
  ]) {
    // What has gone to zero is no longer listed, and must not keep its last value.
    each.reset();
  }
  for (const { stream, lagMs } of reading.lags) gauges.lag.set({ stream }, lagMs / 1000);
  for (const { kind, state, count } of reading.postings) {
    gauges.postings.set({ document: kind, state }, count);
  }
  gauges.unknown.set(
    reading.postings
      .filter(({ state }) => state === 'unknown' || state === 'committing')
      .reduce((sum, { count }) => sum + count, 0),
  );
  gauges.waitingAge.set(seconds(reading.oldestWaitingMs));
  gauges.doubtfulAge.set(seconds(reading.oldestDoubtfulMs));
  for (const { code, count } of reading.openFlags) gauges.flags.set({ reason: code }, count);
  gauges.recordsDue.set(reading.recordsDue);
  gauges.inbox.set({ state: 'waiting' }, reading.inbox.waiting);
  gauges.inbox.set({ state: 'kept' }, reading.inbox.kept);
  gauges.inboxAge.set(seconds(reading.inbox.oldestWaitingMs));
  gauges.received.set(seconds(reading.inbox.lastReceivedAtMs));
  gauges.announcementsMissed.set(reading.announcementsMissed);
  gauges.subscriptionsDown.set(reading.subscriptionsDown);
  gauges.overdue.set({ document: 'issue' }, reading.overdue.issue);
  gauges.overdue.set({ document: 'receipt' }, reading.overdue.receipt);
  gauges.alerts.set(reading.alertsOpen);
  showRun(gauges, reading);
  gauges.lease.set(reading.leaseHeld ? 1 : 0);
  gauges.auditRows.set(reading.auditRows);
  gauges.bytes.set(reading.databaseBytes);
  for (const { name, ageMs } of reading.credentialAges) {
    gauges.credentialAge.set({ name }, ageMs / 1000);
  }
}

function showRun(gauges: Gauges, { run, lastGoodRunAtMs, failedRuns, atMs }: MeasureReading): void {
  gauges.runStart.set(seconds(run?.startedAtMs ?? null));
  gauges.runEnd.set(seconds(run?.endedAtMs ?? null));
  gauges.runGood.set(seconds(lastGoodRunAtMs));
  gauges.runDuration.set(run ? ((run.endedAtMs ?? atMs) - run.startedAtMs) / 1000 : 0);
  gauges.runExit.set(run?.exitCode ?? -1);
  gauges.failedRuns.set(failedRuns);
}

function callMeter(registry: Registry, gauges: Gauges, now: () => number) {
  const labelNames = ['upstream', 'outcome'] as const;
  const registers = [registry];
  const calls = new Counter({
    name: `${prefix}upstream_calls_total`,
    help: 'Calls by system and outcome.',
    labelNames,
    registers,
  });
  const repeated = new Counter({
    name: `${prefix}upstream_repeated_total`,
    help: 'Calls that came to nothing clear and were made again or looked up.',
    labelNames,
    registers,
  });
  const durations = new Histogram({
    name: `${prefix}upstream_call_seconds`,
    help: 'How long calls took.',
    labelNames,
    buckets,
    registers,
  });
  const loggedInAtMs = new Map<'shipbob' | 'infor', number>();
  return {
    called({ upstream, outcome, durationMs }: CallMeasure): void {
      calls.inc({ upstream, outcome });
      durations.observe({ upstream, outcome }, durationMs / 1000);
      if (repeatedOutcomes.includes(outcome)) repeated.inc({ upstream, outcome });
      if (outcome !== 'ok') return;
      if (upstream === 'shipbobLogin') loggedInAtMs.set('shipbob', now());
      if (upstream === 'inforLogin') loggedInAtMs.set('infor', now());
    },
    refresh(nowMs: number): void {
      for (const [system, atMs] of loggedInAtMs) {
        gauges.tokenAge.set({ system }, Math.max(0, nowMs - atMs) / 1000);
      }
    },
  };
}

/** Told the counts so far, it adds what came since: a count that fell began anew. */
function deliveryCounter(registry: Registry): (counts: Record<string, number>) => void {
  const delivered = new Counter({
    name: `${prefix}webhook_deliveries_total`,
    help: 'Webhook deliveries by answer.',
    labelNames: ['answer'],
    registers: [registry],
  });
  const before = new Map<string, number>();
  return (counts) => {
    for (const [answer, count] of Object.entries(counts)) {
      const known = before.get(answer) ?? 0;
      delivered.inc({ answer }, count >= known ? count - known : count);
      before.set(answer, count);
    }
  };
}

function setOrRemove<Label extends string>(
  gauge: Gauge<Label>,
  labels: Record<Label, string>,
  value: number | null,
): void {
  if (value === null) gauge.remove(labels);
  else gauge.set(labels, value);
}

function secondsUntil(atMs: number | null, nowMs: number): number | null {
  return atMs === null ? null : (atMs - nowMs) / 1000;
}

/** 0 stands for none: an absent series cannot be compared in a rule. */
function seconds(durationMs: number | null): number {
  return (durationMs ?? 0) / 1000;
}
