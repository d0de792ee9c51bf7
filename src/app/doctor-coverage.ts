import type { Flag, RecordKind, SourceRecord } from '../core/glossary.ts';
import { type Problem, type ProblemKind, toProblem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { Check } from './doctor.ts';
import { opens } from './doctor-database.ts';
import { type Finding, fine, problem, unchecked, warning } from './doctor-finding.ts';
import { inforLogin } from './doctor-infor.ts';
import { shipbobLogin } from './doctor-shipbob.ts';
import type { Engine } from './engine.ts';
import { everyOpenQuestion } from './flagged.ts';
import { planDue } from './plan.ts';
import type { Observation, SourcePage, Store, TimeWindow } from './ports.ts';
import { type RunParts, type RunTroubleReport, underLease } from './run.ts';

const area = 'mapping';
const dayMs = 86_400_000;
/** Pages read from ShipBob for this at most: a tenth of the calls of a minute are left to runs. */
const pagesMax = 20;
const storedPage = 500;
const causesShown = 12;
/** An order that could not be understood has no body to be planned from. */
const unreadableCode = 'SOURCE_UNREADABLE';

type KnownRecords = Pick<Store, 'recordsUpdated' | 'checkpoint' | 'flags' | 'queueIds'>;

export interface CoverageParts {
  /**
   * An engine over an empty database in memory, which goes with the check: what is planned there is
   * kept nowhere. `settings` are changed here.
   */
  scratch(): Promise<{ parts: RunParts; close(): Promise<void> }>;
  /** The database itself, only read; null where it could not be opened. */
  stored(): Promise<KnownRecords | null>;
  /** Those of people that are in force; throws the Problem that keeps runs from using them. */
  mappings(): Promise<unknown[]>;
  days: number;
  /** With the mappings of people. */
  settings: Settings;
}

/**
 * Plans the last days of ShipBob's records as a run would, on a scratch database, and tells which
 * would be flagged, and why.
 */
export function coverageChecks(parts: CoverageParts): Check[] {
  return [
    { area, name: 'set by command', after: [opens], run: () => setByCommand(parts) },
    {
      area,
      name: 'coverage',
      after: [shipbobLogin, inforLogin],
      deadlineMs: 300_000,
      run: () => coverage(parts),
    },
  ];
}

async function setByCommand({ mappings }: CoverageParts): Promise<Finding[]> {
  const { length } = await mappings();
  return [
    fine(
      length === 0 ? 'none: the configuration decides' : `${plural(length, 'mapping')} in force`,
    ),
  ];
}

async function coverage(given: CoverageParts): Promise<Finding[]> {
  const { parts, close } = await given.scratch();
  try {
    let findings: Finding[] = [];
    const settings = unbounded(given.settings);
    const result = await underLease({ ...parts, settings }, 'doctor', async (engine) => {
      const seen = await gather(engine, given);
      await planDue(engine);
      const flags = [...(await openFlags(engine.store, null)), ...seen.known].filter(
        (flag) => !seen.ignored.has(questionOf(flag)),
      );
      findings = [...report(seen, flags, given), ...seen.unread];
      return [];
    });
    const [trouble] = result.troubles;
    return trouble === undefined ? findings : [stopped(trouble, result.exitCode)];
  } finally {
    await close();
  }
}

function openFlags(store: Pick<Store, 'flags'>, kinds: RecordKind[] | null): Promise<Flag[]> {
  return store.flags({ codes: null, kinds, ids: null, state: 'open', limit: 100_000 });
}

/** What is planned here must neither stop at its share of flags nor at the cut-over. */
function unbounded(settings: Settings): Settings {
  return {
    ...settings,
    sync: { ...settings.sync, startFromMs: null },
    limits: { ...settings.limits, flaggedShareMax: 1, flaggedShareMinimum: 1_000_000 },
  };
}

interface Seen {
  counts: Record<RecordKind, number>;
  /** Where the records came from. */
  from: 'ShipBob' | 'the database';
  /** Days that were looked at, from now back. */
  days: number;
  /** Streams that could not be read, and why. */
  unread: Finding[];
  /** Flags that stand in the database, of what cannot be planned anew. */
  known: Flag[];
  /** Questions that people do not want to be asked. */
  ignored: ReadonlySet<string>;
}

function questionOf({ record, code, cause }: Flag): string {
  return JSON.stringify([record.kind, record.id, code, cause]);
}

/**
 * Once receipts were posted, Infor expects less than a plan from nothing would: then receiving
 * orders, and charges with them, are judged by the flags that runs have raised.
 */
async function gather(engine: Engine, given: CoverageParts): Promise<Seen> {
  const { days } = given;
  const stored = await given.stored();
  const nowMs = engine.clock.now();
  const counts = { order: 0, receiving: 0, charge: 0 };
  const window = { fromMs: nowMs - days * dayMs, toMs: nowMs };
  const sweptToMs = (await stored?.checkpoint('orders')) ?? null;
  if (stored === null || sweptToMs === null) {
    const read = await fromShipbob(engine, { window, counts }, 'everything');
    return { counts, from: 'ShipBob', known: [], ignored: new Set(), ...read };
  }
  const flags = await openFlags(stored, null);
  const hidden = new Set(await stored.queueIds({ ...everyOpenQuestion, ignored: 'only' }, nowMs));
  const ignored = new Set(flags.filter(({ id }) => hidden.has(id)).map(questionOf));
  const known = flags.filter(
    ({ record, code, raisedAtMs }) =>
      raisedAtMs >= window.fromMs && (record.kind !== 'order' || code === unreadableCode),
  );
  await eachStored(stored, 'receiving', window, async (records) => {
    counts.receiving += records.length;
  });
  if (nowMs - sweptToMs >= dayMs) {
    const read = await fromShipbob(engine, { window, counts }, 'orders');
    return { counts, from: 'ShipBob', known, ignored, ...read };
  }
  await eachStored(stored, 'order', window, async (records) => {
    const startedAtMs = engine.clock.now();
    const observations = records.map((record) => ({ record, startedAtMs }));
    await keep(engine, counts, { observations, unreadable: [], pagesLeft: 0 });
  });
  return { counts, from: 'the database', days, unread: [], known, ignored };
}

interface Gathering {
  window: TimeWindow;
  counts: Record<RecordKind, number>;
}

/** Records are there already: not one call is needed. */
async function eachStored(
  stored: KnownRecords,
  kind: 'order' | 'receiving',
  window: TimeWindow,
  take: (records: SourceRecord[]) => Promise<void>,
): Promise<void> {
  let after: { updatedAtMs: number; id: string } | null = null;
  for (;;) {
    const rows: { record: SourceRecord; updatedAtMs: number }[] = await stored.recordsUpdated({
      kind,
      ...window,
      after,
      limit: storedPage,
    });
    await take(rows.map(({ record }) => record));
    const last = rows.at(-1);
    if (last === undefined || rows.length < storedPage) return;
    after = { updatedAtMs: last.updatedAtMs, id: last.record.id };
  }
}

/** Day by day from now back, until enough pages were read. Answers how many days that were. */
async function fromShipbob(
  engine: Engine,
  { window, counts }: Gathering,
  wanted: 'everything' | 'orders',
): Promise<Pick<Seen, 'days' | 'unread'>> {
  const { streams } = engine.settings.sync;
  const { shipbob } = engine;
  const budget = { pages: pagesMax };
  const unread: Finding[] = [];
  let days = streams.orders ? 0 : (window.toMs - window.fromMs) / dayMs;
  const attempt = async (what: string, read: () => Promise<void>) => {
    try {
      await read();
    } catch (thrown) {
      const met = toProblem(thrown);
      if (met.kind === 'defect') throw met;
      unread.push(notRead(what, met));
    }
  };
  if (streams.receiving && wanted === 'everything') {
    await attempt('receiving orders', async () => {
      await take(engine, counts, budget, shipbob.receivings({ select: 'open' }));
      await take(engine, counts, budget, shipbob.receivings({ select: 'completed', window }));
    });
  }
  if (streams.costs && wanted === 'everything') {
    await attempt('charges', () => take(engine, counts, budget, shipbob.charges(window)));
  }
  if (streams.orders) {
    await attempt('orders', async () => {
      for (let toMs = window.toMs; toMs > window.fromMs && budget.pages > 0; toMs -= dayMs) {
        const day = { fromMs: Math.max(window.fromMs, toMs - dayMs), toMs };
        await take(engine, counts, budget, shipbob.orders('updated', day));
        days += 1;
      }
    });
  }
  return { days, unread };
}

async function take<T extends SourceRecord>(
  engine: Engine,
  counts: Record<RecordKind, number>,
  budget: { pages: number },
  pages: AsyncGenerator<SourcePage<T>>,
): Promise<void> {
  for await (const page of pages) {
    budget.pages -= 1;
    await keep(engine, counts, page);
    if (budget.pages <= 0 || engine.signal.aborted) return;
  }
}

async function keep(
  engine: Engine,
  counts: Record<RecordKind, number>,
  page: Pick<SourcePage<SourceRecord>, 'unreadable' | 'pagesLeft'> & {
    observations: Observation[];
  },
): Promise<void> {
  const { added } = await engine.store.saveObservations(engine.fence, {
    stream: 'doctor',
    nowMs: engine.clock.now(),
    observations: page.observations,
    unreadable: page.unreadable,
    checkpointMs: null,
  });
  const [first] = page.observations;
  if (first !== undefined) counts[first.record.kind] += added;
}

/** What the token may not read is told where its scopes are looked at. */
function notRead(what: string, met: Problem): Finding {
  const sentence = `${what} could not be read: ${met.message}`;
  if (met.kind === 'credentials') return unchecked(sentence);
  const means = 'nobody knows what of it would be flagged';
  return problem({ what: sentence, means, mend: met.hint }, met.kind);
}

/** Planning that cannot be done here cannot be done by a run either. */
function stopped(trouble: RunTroubleReport, exitCode: number): Finding {
  const { message: what, hint: mend } = trouble;
  return problem(
    { what, means: 'nothing could be planned, so a run would stop too', mend },
    kindOf(exitCode),
  );
}

function kindOf(exitCode: number): ProblemKind {
  if (exitCode === 1) return 'defect';
  if (exitCode === 5) return 'credentials';
  return exitCode === 2 ? 'configuration' : 'retryable';
}

interface Cause {
  code: string;
  sentence: string;
  hint: string;
  records: number;
}

function report(seen: Seen, flags: Flag[], { days, settings }: CoverageParts): Finding[] {
  const all = seen.counts.order + seen.counts.receiving + seen.counts.charge;
  const short = seen.days < days ? ` (of ${days} asked for: more would cost too many calls)` : '';
  const words = `${seen.counts.order} orders, ${seen.counts.receiving} receiving orders and ${seen.counts.charge} charges of ${plural(seen.days, 'day')}${short}, from ${seen.from}`;
  if (all === 0) return [unchecked(`there was nothing to plan: ${words}`)];
  const records = new Set(flags.map(({ record }) => `${record.kind}:${record.id}`));
  if (records.size === 0) return [fine(`${words}: none would be flagged`)];
  const share = records.size / all;
  const trouble = {
    what: `${records.size} of ${words} would be flagged`,
    means: 'each waits for a person; the others are posted',
    mend: 'Mend the causes below, most frequent first; flags clear by themselves then.',
  };
  const { flaggedShareMax, flaggedShareMinimum } = settings.limits;
  const stops = share > flaggedShareMax && all >= flaggedShareMinimum;
  const head = stops
    ? problem({ ...trouble, means: 'that is so many that a run stops before it flags them' })
    : warning(trouble);
  const causes = causesOf(flags);
  const shown = causes.slice(0, causesShown).map((cause) =>
    warning({
      what: `${plural(cause.records, 'record')}: ${cause.sentence} (${cause.code})`,
      means: '',
      mend: cause.hint,
    }),
  );
  const rest = causes.length - shown.length;
  return [head, ...shown, ...(rest > 0 ? [unchecked(`and ${plural(rest, 'cause')} more`)] : [])];
}

/** Flags of one cause are one thing to mend; the most frequent stands first. */
function causesOf(flags: Flag[]): Cause[] {
  const groups = new Map<string, { flag: Flag; records: Set<string> }>();
  for (const flag of flags) {
    const name = `${flag.code}|${flag.cause}`;
    const group = groups.get(name) ?? { flag, records: new Set<string>() };
    group.records.add(`${flag.record.kind}:${flag.record.id}`);
    groups.set(name, group);
  }
  return [...groups.values()]
    .map(({ flag: { code, sentence, hint }, records }) => ({
      code,
      sentence,
      hint,
      records: records.size,
    }))
    .sort((a, b) => b.records - a.records);
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
