/** What is wrong at this moment, in the words of the business; alert.ts decides who hears of it. */
import { type FlagGroups, flagConcerns } from './alert-flag.ts';
import type { AlertMessage, Concern } from './alert-message.ts';
import { fullCommand, hintCommand, judgedRuns, lastFailures } from './run-verdict.ts';

/** All that can be wrong; null where nobody has looked this time. */
export interface AlertFacts {
  nowMs: number;
  /** Open flags that people want to hear of. */
  flags: readonly FlagGroups[];
  /** Newest first; those still going on may be in it. */
  runs: readonly AlertRun[];
  /** Of the run that has just ended; null when none has. */
  troubles: readonly AlertTrouble[] | null;
  /** How far each stream that is on was read, and how often it is read at most. */
  streams: readonly { stream: string; sweptToMs: number; everyMs: number }[];
  /** Goods that moved long ago and have no document yet. */
  overdue: readonly { kind: 'issue' | 'receipt'; shipbobId: string; happenedAtMs: number }[];
  /** What ShipBob should have announced and has not; null when nobody has compared. */
  missed: { count: number; expected: number; grewAtMs: number } | null;
  /** Webhook subscriptions of ours. */
  subscriptions: readonly { id: string; url: string; state: SubscriptionState }[];
  /** Share of the disk that is left, 0 to 1; null when it is not known. */
  diskFree: { share: number; bytes: number } | null;
}

type SubscriptionState = 'enabled' | 'disabled' | 'gone';

export interface AlertRun {
  id: number;
  command: string;
  startedAtMs: number;
  endedAtMs: number | null;
  exitCode: number | null;
  outcome: string | null;
}

export interface AlertTrouble {
  /** `start` where a person must act before any run can begin. */
  stream: string;
  code: string;
  message: string;
  hint: string;
}

export interface AlertThresholds {
  /** Runs in a row. */
  failures: number;
  lagMs: number;
  issueAfterMs: number;
  receiptAfterMs: number;
}

/** Beginnings of the causes of each kind of fact that may be missing. */
export const unseenCauses = {
  troubles: 'run:trouble:',
  diskFree: 'database:disk',
} as const;

/** Everything that is wrong, the beginnings of what nobody has looked at, in no special order. */
export function concernsOf(
  facts: AlertFacts,
  limits: AlertThresholds,
): { concerns: Concern[]; unseen: string[] } {
  const concerns = [
    ...flagConcerns(facts.flags),
    ...runConcerns(facts, limits.failures),
    ...troubleConcerns(facts.troubles ?? []),
    ...lagConcerns(facts, limits.lagMs),
    ...overdueConcerns(facts, limits),
    ...missedConcerns(facts.missed),
    ...subscriptionConcerns(facts.subscriptions),
    ...diskConcerns(facts.diskFree),
  ];
  const missing: [unknown, string][] = [
    [facts.troubles, unseenCauses.troubles],
    [facts.diskFree, unseenCauses.diskFree],
  ];
  return {
    concerns,
    unseen: missing.flatMap(([fact, beginning]) => (fact === null ? [beginning] : [])),
  };
}

const credentialsExit = 5;

function runConcerns({ runs }: AlertFacts, failuresMin: number): Concern[] {
  const found = new Map<string, Concern>();
  for (const judged of judgedRuns(runs)) {
    for (const concern of concernsOfKind(judged, failuresMin)) {
      // Full syncs come first, and say the most.
      if (!found.has(concern.message.cause)) found.set(concern.message.cause, concern);
    }
  }
  return [...found.values()];
}

function concernsOfKind(runs: readonly AlertRun[], failuresMin: number): Concern[] {
  const { failed, goodSince } = lastFailures(runs);
  // After a good run it may be over: it stands, and nobody is told again.
  const standing = (message: AlertMessage): Concern =>
    goodSince > 0 ? { message, grewAtMs: 0 } : lasting(message);
  const concerns: Concern[] = [];
  const refused = failed.find(({ exitCode }) => exitCode === credentialsExit);
  if (refused !== undefined) {
    concerns.push(standing(credentialsMessage(refused.outcome ?? 'a login was refused')));
  }
  const [last] = failed;
  if (last === undefined || last === refused || failed.length < failuresMin) return concerns;
  if (isBrief(failed)) return concerns;
  const those = last.command === fullCommand ? 'runs' : `runs (${last.command})`;
  const inRow = `${failed.length} ${those} in a row`;
  const count = failed.length === runs.length ? `At least ${inRow}` : inRow;
  return [
    ...concerns,
    standing({
      cause: 'run:failing',
      severity: 'problem',
      title: `${count} have failed: nothing new may be reaching Infor`,
      lines: [
        `The last one said: ${last.outcome ?? 'nothing; it was killed'}`,
        'mlc status shows the runs, mlc doctor looks for what is wrong.',
      ],
    }),
  ];
}

const briefMs = 600_000;
/** As many are no hiccup, however fast they came; so many have to be read to tell. */
export const hintFailuresMin = 50;

/** Runs for single deliveries that failed within minutes: one hiccup, met many times. */
function isBrief(newestFirst: readonly AlertRun[]): boolean {
  const [last] = newestFirst;
  const first = newestFirst.at(-1);
  if (last?.command !== hintCommand || first === undefined) return false;
  if (newestFirst.length >= hintFailuresMin) return false;
  return (last.endedAtMs ?? last.startedAtMs) - first.startedAtMs < briefMs;
}

/** One missing permission stops one stream, a dead login everything; a run tells the first only. */
function credentialsMessage(outcome: string): AlertMessage {
  const words = streamWords[outcome.split(':')[0] ?? ''];
  const what = words === undefined ? 'what needs it' : `ShipBob's ${words}, at least,`;
  return {
    cause: 'credentials',
    severity: 'problem',
    title: `A login or a permission is refused: ${what} cannot be carried over until it is mended`,
    lines: [
      outcome,
      'mlc credentials list shows what is stored; docs/runbook.md, "5", what to do.',
    ],
  };
}

/** Troubles that no next run mends by itself; the others count as failed runs. */
const tellAtOnce: Record<string, string> = {
  TOO_MANY_FLAGS: 'The run stopped by itself: most records would have been flagged',
  DATABASE_FULL: 'The disk of the database is full: nothing can be written down',
  DATABASE_CORRUPT: 'The database is damaged',
  DATABASE_READ_ONLY: 'The database cannot be written: nothing can be carried over',
  DATABASE_UNREADABLE: 'The database cannot be read: nothing can be carried over',
  START_FROM_MISSING: 'Nothing is written into Infor: sync.startFrom is not set',
  CREDENTIALS_MISSING: 'A credential is missing',
};

function troubleConcerns(troubles: readonly AlertTrouble[]): Concern[] {
  const codes = new Set<string>();
  return troubles.flatMap((trouble) => {
    const words = Object.hasOwn(tellAtOnce, trouble.code)
      ? tellAtOnce[trouble.code]
      : trouble.stream === 'start'
        ? 'A run could not begin'
        : undefined;
    if (words === undefined || codes.has(trouble.code)) return [];
    codes.add(trouble.code);
    return lasting({
      cause: `${unseenCauses.troubles}${trouble.code}`,
      severity: 'problem',
      title: words,
      lines: [trouble.message, trouble.hint],
    });
  });
}

/** What the database itself said, and what else the run met; told without being remembered. */
export function databaseMessage(
  { code, message, hint }: Pick<AlertTrouble, 'code' | 'message' | 'hint'>,
  troubles: readonly AlertTrouble[],
): AlertMessage {
  const words = Object.hasOwn(tellAtOnce, code) ? tellAtOnce[code] : undefined;
  const others = troubles.filter((trouble) => trouble.code !== code);
  return {
    cause: `${unseenCauses.troubles}${code}`,
    severity: 'problem',
    title: words ?? 'The database refuses: nothing can be carried over',
    lines: [
      message,
      hint,
      ...new Set(others.map((trouble) => `${trouble.stream}: ${trouble.message}`)),
      'Nothing else is told until the database can be written again.',
    ],
  };
}

const streamWords: Record<string, string> = {
  orders: 'orders',
  tracking: 'tracking of shipments',
  creation: 'the daily search for missed orders',
  receiving: 'receiving orders',
  costs: 'charges',
};

function lagConcerns({ streams, nowMs }: AlertFacts, lagMs: number): Concern[] {
  return streams.flatMap(({ stream, sweptToMs, everyMs }) => {
    const behindMs = nowMs - sweptToMs;
    if (behindMs <= lagMs + everyMs) return [];
    const words = streamWords[stream] ?? stream;
    return lasting({
      cause: `lag:${stream}`,
      severity: 'warning',
      title: `ShipBob's ${words} are ${spanText(behindMs)} behind`,
      lines: [
        `They are read up to ${new Date(sweptToMs).toISOString().slice(0, 16)}Z.`,
        'Nothing is lost; look at mlc status whether runs happen and what they say.',
      ],
    });
  });
}

const examplesMax = 10;

function overdueConcerns(facts: AlertFacts, limits: AlertThresholds): Concern[] {
  const { issueAfterMs, receiptAfterMs } = limits;
  const kinds = [
    {
      kind: 'issue' as const,
      afterMs: issueAfterMs,
      title: (count: number) =>
        `${count} ${count === 1 ? 'shipment was' : 'shipments were'} delivered more than ${spanText(issueAfterMs)} ago, and no goods issue stands in Infor`,
      what: 'Shipments',
    },
    {
      kind: 'receipt' as const,
      afterMs: receiptAfterMs,
      title: (count: number) =>
        `${count} receiving ${count === 1 ? 'order was' : 'orders were'} completed more than ${spanText(receiptAfterMs)} ago, and no receipt stands in Infor`,
      what: 'Receiving orders',
    },
  ];
  return kinds.flatMap(({ kind, afterMs, title, what }) => {
    const found = facts.overdue.filter((each) => each.kind === kind);
    if (found.length === 0) return [];
    const ids = found.slice(0, examplesMax).map(({ shipbobId }) => shipbobId);
    const more = found.length > ids.length ? ` and ${found.length - ids.length} more` : '';
    return {
      message: {
        cause: `overdue:${kind}`,
        severity: 'warning' as const,
        title: title(found.length),
        lines: [`${what}: ${ids.join(', ')}${more}`, 'mlc trace ID tells what holds each one up.'],
      },
      grewAtMs: Math.max(...found.map(({ happenedAtMs }) => happenedAtMs + afterMs)),
    };
  });
}

const missedMin = 3;
const missedShareMin = 0.05;

function missedConcerns(missed: AlertFacts['missed']): Concern[] {
  if (missed === null) return [];
  const { count, expected, grewAtMs } = missed;
  // A few are late or lost at any time.
  if (count < missedMin || count < expected * missedShareMin) return [];
  return [
    {
      message: {
        cause: 'webhooks:missed',
        severity: 'warning',
        title: `ShipBob did not announce ${count} of ${expected} changes that polling found`,
        lines: [
          'Nothing is lost, but webhooks do not all arrive.',
          'mlc webhooks list shows whether ShipBob has disabled the subscription.',
        ],
      },
      grewAtMs,
    },
  ];
}

function subscriptionConcerns(subscriptions: AlertFacts['subscriptions']): Concern[] {
  return subscriptions
    .filter(({ state }) => state !== 'enabled')
    .map(({ id, url, state }) =>
      lasting({
        cause: `webhooks:subscription:${id}`,
        severity: 'problem',
        title:
          state === 'gone'
            ? 'ShipBob has a webhook subscription no more: changes are found by polling only'
            : 'ShipBob has disabled a webhook subscription: changes are found by polling only',
        lines: [
          `Subscription ${id} to ${hostOf(url)}.`,
          'Mend the receiver, then delete it and register it again: mlc webhooks register.',
        ],
      }),
    );
}

const diskShareMin = 0.05;
const diskBytesMin = 256 * 1024 * 1024;

function diskConcerns(free: AlertFacts['diskFree']): Concern[] {
  if (free === null || (free.share >= diskShareMin && free.bytes >= diskBytesMin)) return [];
  return [
    lasting({
      cause: unseenCauses.diskFree,
      severity: 'problem',
      title: `The disk of the database is nearly full: ${Math.floor(free.bytes / 1_048_576)} MiB are left`,
      lines: ['Once it is full nothing can be written down, and runs stop. Make room.'],
    }),
  ];
}

function lasting(message: AlertMessage): Concern {
  return { message, grewAtMs: null };
}

/** A path may end in a token; only the host is told. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address';
}

function spanText(durationMs: number): string {
  const minutes = Math.round(durationMs / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
