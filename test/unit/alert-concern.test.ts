import { describe, expect, it } from 'vitest';
import { type AlertFacts, concernsOf } from '../../src/core/alert-concern.ts';
import { type FlagGroup, type FlagGroups, flagConcerns } from '../../src/core/alert-flag.ts';
import { failedInRow } from '../../src/core/run-verdict.ts';

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 23, 8);
const limits = {
  failures: 3,
  lagMs: 3_600_000,
  issueAfterMs: 3 * dayMs,
  receiptAfterMs: 2 * dayMs,
};

function group(change: Partial<FlagGroup> = {}): FlagGroup {
  return {
    cause: 'item:COFFEE-DARK',
    count: 1,
    records: [{ kind: 'order', count: 1 }],
    units: 0,
    newestAtMs: nowMs,
    sentence: 'SKU COFFEE-DARK is neither an item number nor an alias in Infor.',
    hint: 'Create the item.',
    alike: 'yes',
    ...change,
  };
}

function reason(biggest: FlagGroup[], change: Partial<FlagGroups> = {}): FlagGroups {
  const records = [{ kind: 'order' as const, count: biggest.length }];
  const causes = biggest.length;
  return { code: 'UNKNOWN_ITEM', causes, records, units: 0, newestAtMs: nowMs, biggest, ...change };
}

function facts(change: Partial<AlertFacts>): AlertFacts {
  return {
    nowMs,
    flags: [],
    runs: [],
    troubles: [],
    streams: [],
    overdue: [],
    missed: null,
    subscriptions: [],
    diskFree: null,
    ...change,
  };
}

function run(
  id: number,
  exitCode: number | null,
  outcome: string | null = null,
  command = 'sync all',
) {
  const endedAtMs = exitCode === null ? null : id + 1;
  return { id, command, startedAtMs: id, endedAtMs, exitCode, outcome };
}

function told(change: Partial<AlertFacts>) {
  return concernsOf(facts(change), limits).concerns.map(({ message }) => message);
}

describe('flags', () => {
  it('of one cause make one message, with records and units', () => {
    const orders = [{ kind: 'order' as const, count: 37 }];

    const [only, ...others] = flagConcerns([
      reason([group({ count: 37, records: orders, units: 111 })]),
    ]);

    expect(others).toEqual([]);
    expect(only?.message.cause).toBe('flag:UNKNOWN_ITEM:item:COFFEE-DARK');
    expect(only?.message.title).toBe(
      '37 orders wait because SKU COFFEE-DARK is neither an item number nor an alias in Infor, 111 units',
    );
    expect(only?.message.lines).toContain('Create the item.');
    expect(only?.grewAtMs).toBe(nowMs);
  });

  it('up to four causes of a reason are told apart, more as one', () => {
    const causes = [1, 2, 3, 4].map((id) => group({ cause: `item:${id}` }));

    const wide = flagConcerns([reason(causes, { causes: 5 })]);

    expect(flagConcerns([reason(causes)])).toHaveLength(4);
    expect(wide.map(({ message }) => message.cause)).toEqual(['flag:UNKNOWN_ITEM']);
    expect(wide[0]?.message.title).toBe('4 orders wait for 5 causes of one kind (UNKNOWN_ITEM)');
  });

  it('an outcome that is not known is a problem, a missing item a warning', () => {
    const severity = (code: string) =>
      flagConcerns([reason([group()], { code })])[0]?.message.severity;

    expect(severity('OUTCOME_UNKNOWN')).toBe('problem');
    expect(severity('UNKNOWN_ITEM')).toBe('warning');
  });

  it('of one record name it in the singular, and of two kinds name both', () => {
    const both = group({
      count: 2,
      records: [
        { kind: 'order', count: 1 },
        { kind: 'receiving', count: 1 },
      ],
    });

    expect(flagConcerns([reason([group()])])[0]?.message.title).toMatch(
      /^1 order waits: SKU COFFEE-DARK/,
    );
    expect(flagConcerns([reason([both])])[0]?.message.title).toMatch(
      /^1 order and 1 receiving order wait because SKU/,
    );
  });
});

describe('runs', () => {
  it('that failed often enough in a row are told, with what the last one said', () => {
    const down = 'infor: the gateway is down';

    const [message] = told({ runs: [run(4, 4, down), run(3, 4, down), run(2, 1), run(1, 0)] });

    expect(message?.cause).toBe('run:failing');
    expect(message?.title).toContain('3 runs in a row');
    expect(message?.lines[0]).toContain(down);
  });

  it.each([
    ['two failures are not three', [run(3, 4, 'down'), run(2, 4, 'down'), run(1, 0)]],
    ['new flags are no failure', [run(3, 3), run(2, 3), run(1, 3)]],
    [
      'work left to the next run is no failure',
      [run(3, 4, 'done; some outcomes are still to be found out'), run(2, 4, 'x'), run(1, 4, 'x')],
    ],
    ['a run that is on is not judged', [run(3, null), run(2, 4, 'x'), run(1, 4, 'x')]],
    ['nothing has run', []],
  ])('%s', (_, runs) => {
    expect(told({ runs })).toEqual([]);
  });

  it('that were killed count as failed', () => {
    const runs = [run(4, 0), run(3, 0)];
    const killed = [run(9, null), run(8, null), run(7, null), run(6, null), ...runs];

    expect(told({ runs: killed })[0]?.cause).toBe('run:failing');
  });

  it('with a refused login are told at once, as that', () => {
    const messages = told({ runs: [run(2, 5, 'shipbob: ShipBob refused the token'), run(1, 0)] });

    expect(messages.map(({ cause }) => cause)).toEqual(['credentials']);
    expect(messages[0]?.lines[0]).toContain('ShipBob refused the token');
  });

  it('for single deliveries hide no full sync that fails', () => {
    const hint = (id: number) => run(id, 0, 'done', 'webhooks');
    const runs = [hint(6), run(5, 4, 'x'), hint(4), run(3, 4, 'x'), hint(2), run(1, 4, 'x')];

    expect(told({ runs }).map(({ cause }) => cause)).toEqual(['run:failing']);
    expect(failedInRow(runs)).toBe(3);
  });

  it('for single deliveries hide no permission that one stream lacks', () => {
    const lacks = 'costs: The ShipBob token lacks billing_read';

    const [message] = told({ runs: [run(2, 0, 'done', 'webhooks'), run(1, 5, lacks)] });

    expect(message?.cause).toBe('credentials');
    expect(message?.title).toContain("ShipBob's charges");
    expect(message?.title).not.toContain('nothing');
  });

  it.each([
    ['one good run in an outage ends nothing', [0], ['run:failing']],
    ['two do', [0, 0], []],
  ])('%s', (_, good, causes) => {
    const failed = [run(3, 4, 'x'), run(2, 4, 'x'), run(1, 4, 'x')];
    const runs = [...good.map((exit, index) => run(9 - index, exit)), ...failed];

    expect(told({ runs }).map(({ cause }) => cause)).toEqual(causes);
  });

  it('for single deliveries that failed within two minutes are no page', () => {
    const hint = (minute: number, exit: number) => {
      const atMs = minute * 60_000;
      return { ...run(minute, exit, 'x', 'webhooks'), startedAtMs: atMs, endedAtMs: atMs + 1 };
    };
    const full = { ...run(0, 0), endedAtMs: 1 };
    const quick = [hint(62, 4), hint(61, 4), hint(60.5, 4)];
    const lasting = [hint(90, 4), hint(75, 4), hint(65, 4)];
    const soon = [hint(40, 4), hint(25, 4), hint(10, 4)];

    expect(told({ runs: [...soon, full] })).toEqual([]);
    expect(told({ runs: [...quick, full] })).toEqual([]);
    expect(told({ runs: quick })).toEqual([]);
    expect(told({ runs: [...lasting, full] })[0]?.title).toContain('runs (webhooks)');
    expect(told({ runs: lasting })[0]?.cause).toBe('run:failing');
    expect(told({ runs: Array.from({ length: 50 }, () => hint(5, 4)) })).toHaveLength(1);
  });

  it('of one stream that failed before a full one went well are past', () => {
    const one = (id: number) => run(id, 4, 'x', 'sync orders');

    expect(told({ runs: [run(9, 0), one(3), one(2), one(1)] })).toEqual([]);
    expect(told({ runs: [one(3), one(2), one(1)] })[0]?.title).toContain('sync orders');
  });

  it('that stopped before flagging most records are told at once', () => {
    const trouble = { stream: 'infor', code: 'TOO_MANY_FLAGS', message: 'stopped', hint: 'look' };

    expect(told({ troubles: [trouble, trouble] }).map(({ cause }) => cause)).toEqual([
      'run:trouble:TOO_MANY_FLAGS',
    ]);
    expect(told({ troubles: [{ ...trouble, code: 'SHIPBOB_UNAVAILABLE' }] })).toEqual([]);
    expect(concernsOf(facts({ troubles: null }), limits).unseen).toContain('run:trouble:');
  });
});

describe('things that did not happen', () => {
  it('deliveries without goods issue are one message with a few numbers', () => {
    const overdue = Array.from({ length: 12 }, (_, id) => ({
      kind: 'issue' as const,
      shipbobId: `9${id}`,
      happenedAtMs: nowMs - 4 * dayMs,
    }));

    const [message, ...others] = told({ overdue });

    expect(others).toEqual([]);
    expect(message?.title).toBe(
      '12 shipments were delivered more than 3 days ago, and no goods issue stands in Infor',
    );
    expect(message?.lines[0]).toContain('90, 91');
    expect(message?.lines[0]).toContain('and 2 more');
  });

  it('a receiving order without receipt is told by itself', () => {
    const overdue = [{ kind: 'receipt' as const, shipbobId: '7', happenedAtMs: 0 }];

    expect(told({ overdue })[0]?.title).toBe(
      '1 receiving order was completed more than 2 days ago, and no receipt stands in Infor',
    );
  });

  it('webhooks that did not come, and subscriptions that are off, are told', () => {
    const subscriptions = [
      {
        id: '5',
        url: 'https://hooks.example.com/shipbob/secret-token',
        state: 'disabled' as const,
      },
      { id: '6', url: 'https://hooks.example.com/', state: 'enabled' as const },
    ];

    const messages = told({ missed: { count: 3, expected: 40, grewAtMs: nowMs }, subscriptions });

    expect(messages.map(({ cause }) => cause)).toEqual([
      'webhooks:missed',
      'webhooks:subscription:5',
    ]);
    expect(messages[1]?.lines[0]).toContain('hooks.example.com');
    expect(JSON.stringify(messages)).not.toContain('secret-token');
    expect(told({ missed: { count: 2, expected: 2, grewAtMs: 0 } })).toEqual([]);
    expect(told({ missed: { count: 9, expected: 1000, grewAtMs: 0 } })).toEqual([]);
  });
});

describe('lag and disk', () => {
  it('a stream is behind only beyond its own pace', () => {
    const at = (hours: number) => nowMs - hours * 3_600_000;
    const streams = [
      { stream: 'orders', sweptToMs: at(5), everyMs: 0 },
      { stream: 'receiving', sweptToMs: at(0.5), everyMs: 0 },
      { stream: 'creation', sweptToMs: at(20), everyMs: dayMs },
    ];

    const messages = told({ streams });

    expect(messages.map(({ title }) => title)).toEqual(["ShipBob's orders are 5 h behind"]);
  });

  it('a disk that is nearly full is told, and one that is unknown is left alone', () => {
    const full = { share: 0.02, bytes: 900 * 1_048_576 };

    expect(told({ diskFree: full })[0]?.title).toContain('900 MiB');
    expect(told({ diskFree: { share: 0.5, bytes: 9e10 } })).toEqual([]);
    expect(concernsOf(facts({}), limits).unseen).toContain('database:disk');
  });
});
