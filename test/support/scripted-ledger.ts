import { type Engine, emptyCounts } from '../../src/app/engine.ts';
import type {
  CommitAnswer,
  DiscardAnswer,
  InforLedger,
  InspectAnswer,
  LookupAnswer,
  ReadBackAnswer,
  ShipbobSource,
  StageAnswer,
  Target,
} from '../../src/app/ports.ts';
import { RunProgress } from '../../src/app/run-progress.ts';
import type { PlannedDocument } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { someSettings } from './builders-settings.ts';
import { openTestStore, takeLease } from './store-open.ts';
import { anOrder, aPlanOf, plannedOrder } from './store-record.ts';

/** What Infor answers at each step, in order; the last answer is repeated. */
export interface Script {
  lookup?: LookupAnswer[];
  stage?: ((target: Target) => StageAnswer)[];
  inspect?: InspectAnswer[];
  commit?: CommitAnswer[];
  readBack?: ReadBackAnswer[];
  discard?: DiscardAnswer[];
}

/** A ledger that plays a script and keeps the list of what it was asked, with the handle named. */
export interface ScriptedLedger {
  ledger: InforLedger;
  asked: string[];
  play(script: Script): void;
}

export function unclear(message = 'HTTP 504'): Problem {
  return new Problem({
    code: 'INFOR_NO_CLEAR_ANSWER',
    kind: 'unknown',
    message,
    hint: 'Look it up.',
  });
}

export function refusal(message = 'item is blocked'): Problem {
  return new Problem({
    code: 'INFOR_REJECTED',
    kind: 'rejected',
    message,
    hint: 'Release the item.',
  });
}

export const posted = {
  state: 'posted',
  reference: { number: '0010001', detail: {} },
  held: [],
} as const satisfies ReadBackAnswer & LookupAnswer;

const normal: Required<Script> = {
  lookup: [{ state: 'absent' }],
  stage: [(target) => ({ state: 'staged', handle: `T${target.attempt}` })],
  inspect: [{ state: 'matches' }],
  commit: [{ state: 'accepted' }],
  readBack: [{ state: 'posted', reference: posted.reference, held: [] }],
  discard: [{ state: 'gone' }],
};

export function scriptedLedger(): ScriptedLedger {
  const asked: string[] = [];
  const queues = structuredQueues({});
  const next = <Step extends keyof Script>(step: Step): Required<Script>[Step][number] => {
    const queue: Required<Script>[Step] = queues[step];
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    if (answer === undefined) throw new Error(`the script has no answer for ${step}`);
    return answer;
  };
  const each = <Answer>(
    step: keyof Script,
    targets: Target[],
    answer: (target: Target) => Answer,
  ) =>
    Promise.resolve(
      targets.map((target) => {
        asked.push(target.handle === null ? step : `${step} ${target.handle}`);
        return answer(target);
      }),
    );
  const unused = () => Promise.reject(new Error('this test asks for no master data'));
  const ledger: InforLedger = {
    probe: () =>
      Promise.resolve({
        company: '100',
        division: 'AAA',
        user: 'MLC',
        warehouse: '100',
        facility: 'F01',
        tenant: 'MLC_TST',
      }),
    masterData: unused,
    lookup: (_kind, targets) => each('lookup', targets, () => next('lookup')),
    stage: (_kind, targets) => each('stage', targets, (target) => next('stage')(target)),
    inspect: (_kind, targets) => each('inspect', targets, () => next('inspect')),
    async commit(_kind, targets, journal) {
      const call = 'OIS100MI/Confirm';
      await journal.intend(
        targets.map(({ postingId, key, attempt, handle }) => ({
          postingId,
          key,
          attempt,
          step: 'commit' as const,
          call,
          handle,
          request: {},
        })),
      );
      return each('commit', targets, () => next('commit'));
    },
    readBack: (_kind, targets) => each('readBack', targets, () => next('readBack')),
    discard: (_kind, targets) => each('discard', targets, () => next('discard')),
    plannedHandle: () => null,
    callCounts: () => ({}),
  };
  return {
    ledger,
    asked,
    play(script) {
      asked.length = 0;
      Object.assign(queues, structuredQueues(script));
    },
  };
}

function structuredQueues(script: Script): Required<Script> {
  return {
    lookup: [...(script.lookup ?? normal.lookup)],
    stage: [...(script.stage ?? normal.stage)],
    inspect: [...(script.inspect ?? normal.inspect)],
    commit: [...(script.commit ?? normal.commit)],
    readBack: [...(script.readBack ?? normal.readBack)],
    discard: [...(script.discard ?? normal.discard)],
  };
}

export interface TestEngine {
  engine: Engine;
  store: OpenedStore;
  clock: { now(): number; sleep(ms: number): Promise<void>; pass(ms: number): void };
  /** Another run takes over, as after a crash. */
  takeOver(): Promise<void>;
}

const noShipbob: ShipbobSource = {
  probe: () => Promise.resolve({ channels: [] }),
  async *orders() {},
  order: () => Promise.resolve(null),
  orderOfShipment: () => Promise.resolve(null),
  async *receivings() {},
  boxes: () => Promise.resolve([]),
  async *charges() {},
  catalogue: () => Promise.resolve([]),
  callCounts: () => ({}),
};

/** An engine over an in-memory store and this ledger, with a clock moved by hand. */
export async function testEngine(
  ledger: InforLedger,
  overrides: Parameters<typeof someSettings>[0] = {},
): Promise<TestEngine> {
  let nowMs = 1_760_000_000_000;
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
  const store = await openTestStore({ clock });
  const settings: Settings = someSettings(overrides);
  const silent = () => undefined;
  const engine: Engine = {
    clock,
    random: { next: () => 0.5 },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    store,
    shipbob: noShipbob,
    infor: ledger,
    settings,
    fence: await takeLease(store, { owner: 'first', nowMs, ttlMs: 60_000 }),
    signal: new AbortController().signal,
    crash: silent,
    progress: silent,
    counts: emptyCounts(),
    measured: new RunProgress(),
    postingsLeft: null,
    sinceMs: null,
  };
  return {
    engine,
    store,
    clock,
    async takeOver() {
      nowMs += 3_600_000;
      engine.fence = await takeLease(store, { owner: 'second', nowMs, ttlMs: 60_000 });
    },
  };
}

/** Stores one order and plans it as this document: pending, with nothing sent. */
export async function planOne(
  { engine, store, clock }: Pick<TestEngine, 'engine' | 'store' | 'clock'>,
  planned: PlannedDocument = plannedOrder('SB1'),
): Promise<void> {
  await store.saveObservations(engine.fence, {
    stream: 'orders',
    nowMs: clock.now(),
    observations: [{ record: anOrder('1'), startedAtMs: clock.now() }],
    unreadable: [],
    checkpointMs: null,
  });
  const plan = await aPlanOf(store, { kind: 'order', id: '1' }, { put: [planned] });
  await store.savePlans(engine.fence, [plan], clock.now());
}
