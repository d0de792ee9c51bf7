/** A reading of the measures in which everything has a value of its own. */
import type { MeasureReading } from '../../src/core/measure.ts';

export const readingAtMs = 1_760_000_000_000;

export function aReading(change: Partial<MeasureReading> = {}): MeasureReading {
  return {
    atMs: readingAtMs,
    lags: [{ stream: 'orders', lagMs: 90_000 }],
    postings: [
      { kind: 'salesOrder', state: 'posted', count: 5 },
      { kind: 'goodsIssue', state: 'unknown', count: 2 },
      { kind: 'goodsReceipt', state: 'committing', count: 1 },
    ],
    oldestWaitingMs: 60_000,
    oldestDoubtfulMs: null,
    openFlags: [{ code: 'UNKNOWN_ITEM', count: 37 }],
    recordsDue: 3,
    inbox: { waiting: 4, kept: 1, oldestWaitingMs: 2_500, lastReceivedAtMs: readingAtMs - 1000 },
    announcementsMissed: 6,
    subscriptionsDown: 1,
    overdue: { issue: 2, receipt: 1 },
    alertsOpen: 8,
    run: { startedAtMs: readingAtMs - 30_000, endedAtMs: readingAtMs - 10_000, exitCode: 4 },
    lastGoodRunAtMs: readingAtMs - 600_000,
    failedRuns: 2,
    leaseHeld: true,
    auditRows: 1234,
    databaseBytes: 4096,
    credentialAges: [{ name: 'infor.ionapi', ageMs: 86_400_000 }],
    ...change,
  };
}

/** Every sample of a text in the format of Prometheus, by name and labels; throws on bad lines. */
export function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const match = /^([a-zA-Z_:][\w:]*)(\{(?:[a-z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})? (\S+)$/.exec(
      line,
    );
    if (!match) throw new Error(`no sample: ${line}`);
    const [, name = '', labels = '', value = ''] = match;
    if (samples.has(name + labels)) throw new Error(`twice: ${line}`);
    samples.set(name + labels, Number(value.replace('+Inf', 'Infinity')));
  }
  return samples;
}
