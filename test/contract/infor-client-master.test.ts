import { describe, expect, it } from 'vitest';
import type { MasterNeed } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import { createMasterData } from '../../src/infor/m3/master-data.ts';
import type { MiCall, MiClient, MiResult } from '../../src/infor/m3/mi.ts';

type Row = Record<string, string>;
type Tables = Record<string, (record: Row) => Row[] | 'absent' | Problem>;

/** M3 as a table per transaction; whatever is not in it does not exist. */
function m3With(tables: Tables) {
  const rounds: string[] = [];
  const client: MiClient = {
    async read(program, calls, { recordsMax }) {
      rounds.push(`${program} × ${calls.length}`);
      return calls.map((call) => ({ result: resultOf(program, call, recordsMax), durationMs: 1 }));
    },
    async write() {
      throw new Error('master data is only read');
    },
    callCounts: () => ({}),
  };
  function resultOf(program: string, call: MiCall, recordsMax: number): MiResult {
    const found = tables[`${program}/${call.transaction}`]?.(call.record) ?? 'absent';
    if (found instanceof Problem) return { kind: 'unclear', problem: found };
    if (found === 'absent') return { kind: 'nok', code: 'XRE0103', field: '', message: '' };
    const records = found.slice(0, recordsMax);
    const list = call.transaction.startsWith('Lst');
    return { kind: 'ok', records, complete: list && records.length >= recordsMax ? 'no' : 'yes' };
  }
  const clock = { now: () => Date.parse('2026-11-03T10:00:00Z'), sleep: async () => {} };
  const master = createMasterData({ client, clock, settings: { division: 'AAA' } });
  return { master, rounds };
}

const item = { ITNO: 'COFFEE', ITDS: 'Coffee', STAT: '20', UNMS: 'EA', DCCD: '0', INDI: '0' };

function alias(changes: Row): Row {
  return { POPN: 'EAN1', ALWT: '2', ITNO: 'COFFEE', CNQT: '1', ALUN: 'EA', ...changes };
}

function aliasTables(rows: Row[]): Tables {
  return {
    'MMS200MI/Get': ({ ITNO }) => (ITNO === 'COFFEE' ? [item] : 'absent'),
    'MMS025MI/LstItem': () => rows,
  };
}

describe('alias', () => {
  const need: MasterNeed = { kind: 'item', sku: 'ean1' };

  it.each<[string, Row, object]>([
    ['of one piece', {}, { kind: 'item', factor: '1' }],
    ['of a dozen in a case', { CNQT: '12.000', ALUN: 'CS' }, { kind: 'item', factor: '12' }],
    ['without a quantity', { CNQT: '0', ALUN: '' }, { kind: 'item', factor: '1' }],
    ['of a case of nobody knows how many', { CNQT: '1', ALUN: 'CS' }, { kind: 'ambiguous' }],
    ['that has ended', { LVDT: '20261102' }, { kind: 'absent' }],
    ['on its last day', { LVDT: '20261103' }, { kind: 'item' }],
    ['that has not begun', { VFDT: '20261104' }, { kind: 'absent' }],
    ['of a category not asked for', { ALWT: '7' }, { kind: 'absent' }],
    ['of an item that is gone', { ITNO: 'GONE' }, { kind: 'absent' }],
    ['that only begins alike', { POPN: 'EAN10' }, { kind: 'absent' }],
  ])('%s', async (_, changes, expected) => {
    const { master } = m3With(aliasTables([alias(changes)]));

    const [fact] = await master([need]);

    expect(fact).toMatchObject(expected);
  });

  it('of one item in two packs is for a person to decide', async () => {
    const { master } = m3With(aliasTables([alias({}), alias({ ALWT: '3', CNQT: '6' })]));

    const [fact] = await master([need]);

    expect(fact).toEqual({ kind: 'ambiguous', candidates: ['COFFEE × 1', 'COFFEE × 6'] });
  });
});

describe('purchase order', () => {
  const head = { PUNO: '4500012', SUNO: 'SUP01', WHLO: '001', PUSL: '20', PUST: '75' };
  const line = {
    PUNO: '4500012',
    PNLI: '1',
    PNLS: '0',
    ITNO: 'COFFEE',
    PUUN: 'CS',
    UNMS: 'EA',
    DWDT: '20261110',
    ORQA: '10',
    ORQT: '120',
    RVQA: '4',
    PUSL: '20',
    PUST: '75',
  };
  const need: MasterNeed = { kind: 'purchaseOrder', number: '4500012' };

  function tables(changes: { head?: Row; lines?: Row[]; rest?: string }): Tables {
    return {
      'PPS001MI/GetHeadBasic': () => [{ ...head, ...changes.head }],
      'PPS200MI/LstLine': () => changes.lines ?? [line],
      'PPS001MI/GetBasicData2': () =>
        changes.rest === undefined ? 'absent' : [{ PUNO: '4500012', RSTQ: changes.rest }],
    };
  }

  async function factOf(changes: Parameters<typeof tables>[0]) {
    const [fact] = await m3With(tables(changes)).master([need]);
    if (fact?.kind !== 'purchaseOrder') throw new Error('no purchase order');
    return fact;
  }

  it('states lines in the purchase unit with basic units per one', async () => {
    const fact = await factOf({ rest: '6.000' });

    expect(fact).toMatchObject({ open: true, statusText: '20 printed to 75 put away' });
    expect(fact.lines).toEqual([
      {
        line: '1',
        subline: '0',
        item: 'COFFEE',
        unit: 'CS',
        unitFactor: '12',
        requestedOn: '2026-11-10',
        ordered: '10',
        received: '4',
        remaining: '6',
        open: true,
      },
    ]);
  });

  it('takes ordered less received where M3 does not tell what remains', async () => {
    const { lines } = await factOf({});

    expect(lines[0]?.remaining).toBe('6');
  });

  it('leaves the lines of the next order out', async () => {
    const { lines } = await factOf({ lines: [line, { ...line, PUNO: '4500013' }] });

    expect(lines).toHaveLength(1);
  });

  it.each([
    ['10', false],
    ['15', true],
    ['20', true],
    ['74', true],
    ['75', false],
    ['85', false],
    ['', false],
  ])('with a line in status %j can receive it: %s', async (PUSL, open) => {
    const { lines } = await factOf({ lines: [{ ...line, PUSL }], rest: '6' });

    expect(lines[0]).toMatchObject({ open, remaining: open ? '6' : '0' });
  });

  it.each([
    ['05', false],
    ['15', true],
    ['75', true],
    ['85', false],
    ['99', false],
    ['', false],
  ])('in status %j is open: %s', async (PUSL, open) => {
    expect((await factOf({ head: { PUSL } })).open).toBe(open);
  });

  it('is read in three rounds for any number of orders', async () => {
    const { master, rounds } = m3With({
      'PPS001MI/GetHeadBasic': ({ PUNO = '' }) => [{ ...head, PUNO }],
      'PPS200MI/LstLine': ({ PUNO = '' }) => [{ ...line, PUNO }],
      'PPS001MI/GetBasicData2': ({ PUNO = '' }) => [{ PUNO, RSTQ: '1' }],
    });
    const numbers = ['1', '2', '3'];

    await master(numbers.map((number) => ({ kind: 'purchaseOrder', number })));

    expect(rounds).toEqual(['PPS001MI × 3', 'PPS200MI × 3', 'PPS001MI × 3']);
  });
});

describe('a read that fails', () => {
  const failed = new Problem({
    code: 'INFOR_NO_CLEAR_ANSWER',
    kind: 'retryable',
    message: 'no clear answer',
    hint: 'wait',
  });

  it.each<[MasterNeed, Tables]>([
    [{ kind: 'item', sku: 'A' }, { 'MMS025MI/LstItem': () => failed }],
    [{ kind: 'item', sku: 'A' }, { 'MMS200MI/Get': () => failed }],
    [
      { kind: 'customer', number: 'A' },
      { 'CRS610MI/GetBasicData': () => [{ CUNO: 'A' }], 'CRS610MI/GetFinancial': () => failed },
    ],
    [{ kind: 'warehouse', number: 'A' }, { 'MMS005MI/GetWarehouse': () => [] }],
  ])('makes no fact of %j', async (need, tables) => {
    const { master } = m3With(tables);

    await expect(master([need])).rejects.toMatchObject({ kind: 'retryable' });
  });

  it('is a defect for needs that are not about M3', async () => {
    const { master } = m3With({});

    await expect(master([{ kind: 'product', sku: 'A' }])).rejects.toMatchObject({ kind: 'defect' });
  });
});
