/**
 * A comparison of one month as a controller would get it: four kinds of movement over thirty days,
 * findings, waiting documents, flags and a bridge. Its parts agree with each other, as those of a
 * real one do: totals are the sums of the days, the bridge's parts those of its differences.
 */
import type { ReportExtras } from '../../src/cli/report/extras.ts';
import type { DocumentKind } from '../../src/core/glossary.ts';
import { parseAmount } from '../../src/core/money.ts';
import { parseQuantity, subtractQuantities, sumQuantities } from '../../src/core/quantity.ts';
import type {
  CutOffRow,
  DayTotals,
  DocumentTotals,
  OnHandRow,
  OpenFlagRow,
  ReconciliationFinding,
  ReconciliationReport,
  StockTotals,
  WaitingRow,
} from '../../src/core/reconciliation.ts';
import { calendarDay, externalKey, type Quantity } from '../../src/core/schema.ts';

const zone = 'America/Chicago';
/** 2026-11-01 00:00 and 2026-12-01 00:00 in Chicago; daylight saving ends on the first. */
const fromMs = Date.UTC(2026, 10, 1, 5);
const toMs = Date.UTC(2026, 11, 1, 6);
/** The third of December, 08:30 in Chicago. */
const asOfMs = Date.UTC(2026, 11, 3, 14, 30);
const dayMs = 86_400_000;

const units = (count: number): Quantity => parseQuantity(String(count));
const dayOfMonth = (number: number) => calendarDay(`2026-11-${String(number).padStart(2, '0')}`);

export function aReport(changes: Partial<ReconciliationReport> = {}): ReconciliationReport {
  const days = monthOfDays();
  const findings = sampleFindings();
  return {
    id: 7,
    period: { from: dayOfMonth(1), to: dayOfMonth(30), timeZone: zone, fromMs, toMs },
    asOfMs,
    madeAtMs: asOfMs + 154_000,
    actor: 'c.hale',
    company: '860',
    verdict: 'differs',
    verdictSentence:
      'The books of 2026-11-01 to 2026-11-30 differ: 7 findings, and one part was not compared.',
    notCompared: [
      {
        what: 'Journals of division BBB',
        why: 'Infor gives no list of general ledger lines there (GLS200MI is not released to the user).',
        hint: 'Release GLS200MI to the user of the .ionapi file and compare again.',
      },
    ],
    leftOut: [
      {
        what: '12 movements and charges from before the cut-over',
        why: 'sync.startFrom is 2026-11-01T05:00:00.000Z',
      },
    ],
    documents: documentTotals(days, findings),
    days,
    stock: stockTotals(days),
    findings,
    waiting: waitingRows(),
    cutOff: cutOffRows(),
    flags: flagRows(),
    mappingChanges: mappingChanges(),
    onHand: { state: 'compared', atMs: asOfMs + 60_000, rows: onHandRows() },
    calls: { shipbob: 214, infor: 388 },
    audit: {
      rows: 88_412,
      seq: 88_412,
      head: 'ab'.repeat(12) + '0123456789abcdef'.repeat(2) + 'cd'.repeat(4),
      brokenAt: null,
    },
    ...changes,
  };
}

/** Nothing differs, everything was compared, nothing is open. */
export function anAgreeingReport(
  changes: Partial<ReconciliationReport> = {},
): ReconciliationReport {
  const days = monthOfDays().map((day) => ({ ...day, ledger: day.shipbob, infor: day.shipbob }));
  return aReport({
    verdict: 'agrees',
    verdictSentence: 'ShipBob, the ledger and Infor agree over 2026-11-01 to 2026-11-30.',
    notCompared: [],
    leftOut: [],
    documents: documentTotals(days, []).map((row) => ({
      ...row,
      documents: allAs(row.documents.shipbob),
      units: row.units === null ? null : allAs(row.units.shipbob),
      amounts:
        row.amounts?.map(({ currency, shipbob }) => ({ currency, ...allAs(shipbob) })) ?? null,
      waiting: 0,
      flagged: 0,
    })),
    days,
    stock: stockTotals(days).map((row) => ({ ...row, ledger: row.shipbob, infor: row.shipbob })),
    findings: [],
    waiting: [],
    cutOff: [],
    flags: [],
    mappingChanges: [],
    onHand: {
      state: 'compared',
      atMs: asOfMs,
      rows: onHandRows().map((row) => ({
        ...row,
        infor: row.shipbob,
        difference: units(0),
        parts: [],
      })),
    },
    ...changes,
  });
}

function allAs<Value>(value: Value): { shipbob: Value; ledger: Value; infor: Value } {
  return { shipbob: value, ledger: value, infor: value };
}

/** As `aReport`, with so many open flags and lines of stock that no page can show them all. */
export function aLargeReport(rows: number): ReconciliationReport {
  const [flag] = flagRows();
  const [stock] = stockTotals(monthOfDays());
  if (!flag || !stock) throw new Error('the sample has a flag and a line of stock');
  const many = Array.from({ length: rows }, (_, index) => index);
  return aReport({
    flags: many.map((index) => ({ ...flag, id: 10_000 + index })),
    stock: many.map((index) => ({ ...stock, item: `ITEM-${String(index).padStart(5, '0')}` })),
  });
}

export function aFinding(changes: Partial<ReconciliationFinding> = {}): ReconciliationFinding {
  return {
    code: 'QUANTITY_DIFFERS',
    sentence:
      'Goods issue S388185605-1: ShipBob and the ledger say 12 of COF-DARK-12, Infor holds 10.',
    hint: 'Compare the document with ShipBob, and correct the one that is wrong by hand.',
    document: 'goodsIssue',
    record: { kind: 'order', id: '309589638' },
    key: externalKey('S388185605-1'),
    inforNumber: '0010000042',
    warehouse: '110',
    item: 'COF-DARK-12',
    lot: 'L2611A',
    day: dayOfMonth(12),
    shipbob: units(12),
    ledger: units(12),
    infor: units(10),
    amount: null,
    currency: null,
    evidence: {
      deliveryNumber: '40012',
      stockTransactionIds: ['110/COF-DARK-12/20261112/101500/1'],
    },
    ...changes,
  };
}

const quiet = { shipbob: null, ledger: null, infor: null, lot: null };

function sampleFindings(): ReconciliationFinding[] {
  return [
    aFinding(),
    aFinding({
      ...quiet,
      code: 'MISSING_IN_INFOR',
      sentence:
        'Sales order SB309590117 (0010000077) was posted on 2026-11-05 and Infor no longer holds it.',
      hint: 'Find out who took it back in Infor. It is never posted again by itself.',
      document: 'salesOrder',
      record: { kind: 'order', id: '309590117' },
      key: externalKey('SB309590117'),
      inforNumber: '0010000077',
      day: dayOfMonth(5),
      item: null,
      evidence: { status: 'deleted', lines: 3 },
    }),
    aFinding({
      code: 'DOUBLED_IN_INFOR',
      sentence:
        'Goods receipt R443002-3 stands twice in Infor: 240 of COF-WHOLE-5 came, 480 are booked.',
      hint: 'Take the surplus back in Infor by hand.',
      document: 'goodsReceipt',
      record: { kind: 'receiving', id: '443002' },
      key: externalKey('R443002-3'),
      inforNumber: '4500018',
      item: 'COF-WHOLE-5',
      lot: null,
      day: dayOfMonth(19),
      shipbob: units(240),
      ledger: units(240),
      infor: units(480),
      evidence: { receivingNumbers: ['5500321', '5500329'], bookedBy: 'MJONES' },
    }),
    aFinding({
      ...quiet,
      code: 'WRONG_PERIOD',
      sentence: 'Goods issue S388190210-1 left on 2026-11-29; Infor booked it on 2026-12-02.',
      hint: 'Rebook it, or accept it as a cut-off difference.',
      key: externalKey('S388190210-1'),
      record: { kind: 'order', id: '309594410' },
      inforNumber: '0010000311',
      item: 'MUG-ENAMEL',
      day: dayOfMonth(29),
      shipbob: units(4),
      ledger: units(4),
      infor: units(4),
      evidence: { bookedOn: '2026-12-02', openPeriodFrom: '2026-12-01' },
    }),
    aFinding({
      ...quiet,
      code: 'FOREIGN_MOVEMENT',
      sentence:
        'Infor holds an adjustment of −36 FILTER-100 at warehouse 110 that no document of ours accounts for.',
      hint: 'Find out who booked it, and whether it stands for something that is flagged or waiting here.',
      document: null,
      record: null,
      key: null,
      inforNumber: null,
      item: 'FILTER-100',
      day: dayOfMonth(21),
      infor: units(-36),
      evidence: { type: '90', responsible: 'MJONES', reasonCode: 'CNT', reference: '=cycle count' },
    }),
    aFinding({
      ...quiet,
      code: 'CHARGE_LATE',
      sentence: 'ShipBob shows a storage charge of 118.40 USD of 2026-11-30 that is in no journal.',
      hint: 'It is collected by the next run; if the period is closed, accrue it by hand.',
      document: 'journal',
      record: { kind: 'charge', id: '01JD7Q9V3N8W2K5RXTB4HM6CYE' },
      key: null,
      inforNumber: null,
      warehouse: null,
      item: null,
      day: dayOfMonth(30),
      amount: parseAmount('118.4'),
      currency: 'USD',
      evidence: { feeType: 'WarehousingCharge', shownSinceMs: asOfMs - 3_600_000 },
    }),
    aFinding({
      ...quiet,
      code: 'ON_HAND_UNEXPLAINED',
      sentence:
        'COF-GROUND-12 at warehouse 110: 3 units less on the shelf than in Infor, unexplained.',
      hint: 'Count the item, and look through its history on both sides.',
      document: null,
      record: null,
      key: null,
      inforNumber: null,
      item: 'COF-GROUND-12',
      day: null,
      shipbob: units(1186),
      infor: units(1212),
      evidence: { sku: 'CG-12' },
    }),
  ];
}

/** Units of the waiting issues, by the day on which they left. */
const lateUnits = new Map([
  [9, 3],
  [11, 3],
  [24, 12],
  [30, 103],
]);

/** A merchant's month: busy weekdays, a peak on the last Friday, receipts twice a week. */
function monthOfDays(): DayTotals[] {
  return Array.from({ length: 30 }, (_, index) => index + 1).flatMap((number) => {
    const weekday = new Date(Date.UTC(2026, 10, number)).getUTCDay();
    const quietDay = weekday === 0 || weekday === 6;
    const peak = number === 27 ? 460 : number === 30 ? 310 : 0;
    const issued = (quietDay ? 62 : 214) + ((number * 37) % 53) + peak;
    const shorter = number === 12 ? 2 : 0;
    const late = lateUnits.get(number) ?? 0;
    const rows: DayTotals[] = [
      dayRow(number, 'goodsIssue', issued, issued - late, issued - late - shorter),
      dayRow(number, 'stockIssue', quietDay ? 0 : 8, quietDay ? 0 : 8, quietDay ? 0 : 8),
    ];
    if (weekday === 2 || weekday === 4) {
      const received = 960 + ((number * 91) % 410);
      const twice = number === 19 ? 240 : 0;
      rows.push(dayRow(number, 'goodsReceipt', received, received, received + twice));
    }
    return rows;
  });
}

function dayRow(
  number: number,
  kind: DocumentKind,
  shipbob: number,
  ledger: number,
  infor: number,
): DayTotals {
  const day = dayOfMonth(number);
  return { day, kind, shipbob: units(shipbob), ledger: units(ledger), infor: units(infor) };
}

function documentTotals(days: DayTotals[], findings: ReconciliationFinding[]): DocumentTotals[] {
  const waiting = waitingRows();
  const isHeld = ({ state }: WaitingRow) => state === 'flagged' || state === 'ignored';
  const of = (
    kind: DocumentKind,
    shipbob: number,
    ledger: number,
    infor: number,
    rest: Partial<DocumentTotals> = {},
  ): DocumentTotals => {
    const own = days.filter((row) => row.kind === kind);
    return {
      kind,
      documents: { shipbob, ledger, infor },
      units: {
        shipbob: sumQuantities(own.map((row) => row.shipbob)),
        ledger: sumQuantities(own.map((row) => row.ledger)),
        infor: sumQuantities(own.map((row) => row.infor)),
      },
      amounts: null,
      waiting: waiting.filter((row) => row.document === kind && !isHeld(row)).length,
      flagged: waiting.filter((row) => row.document === kind && isHeld(row)).length,
      findings: findings.filter(({ document }) => document === kind).length,
      ...rest,
    };
  };
  const journals = [
    {
      currency: 'USD',
      shipbob: parseAmount('18422.17'),
      ledger: parseAmount('18303.77'),
      infor: parseAmount('18303.77'),
    },
  ];
  const ordered = { shipbob: units(6104), ledger: units(6104), infor: units(6092) };
  return [
    of('salesOrder', 5218, 5218, 5217, { units: ordered }),
    of('goodsIssue', 5164, 5157, 5157),
    of('stockIssue', 21, 21, 21),
    of('goodsReceipt', 41, 41, 42),
    of('journal', 30, 30, 30, { units: null, amounts: journals }),
  ];
}

/** Each day's units over five items: the first has what the books differ by. */
function stockTotals(days: DayTotals[]): StockTotals[] {
  const items = ['COF-DARK-12', 'COF-GROUND-12', 'COF-WHOLE-5', 'FILTER-100', 'MUG-ENAMEL'];
  return [...new Set(days.map(({ day }) => day))].flatMap((day) =>
    (['out', 'in'] as const).flatMap((direction) => {
      const own = days.filter((row) => {
        return row.day === day && (row.kind === 'goodsReceipt') === (direction === 'in');
      });
      if (own.length === 0) return [];
      const of = (book: 'shipbob' | 'ledger' | 'infor') => {
        return own.reduce((sum, row) => sum + Number(row[book]), 0);
      };
      const share = Math.floor(of('shipbob') / (items.length + 1));
      const others = share * (items.length - 1);
      return items.map((item, place): StockTotals => {
        const first = (book: 'shipbob' | 'ledger' | 'infor') => units(of(book) - others);
        const books =
          place === 0
            ? { shipbob: first('shipbob'), ledger: first('ledger'), infor: first('infor') }
            : allAs(units(share));
        return { item, warehouse: place % 2 === 0 ? '110' : '120', day, direction, ...books };
      });
    }),
  );
}

function waitingRows(): WaitingRow[] {
  const row = (number: number, changes: Partial<WaitingRow>): WaitingRow => ({
    document: 'goodsIssue',
    key: externalKey(`S38819${number}-1`),
    record: { kind: 'order', id: `3095${number}` },
    day: dayOfMonth(30),
    units: units(3),
    amount: parseAmount('59.7'),
    currency: 'USD',
    state: 'waiting',
    why: 'waits for the next run: it left on 2026-11-30 at 22:41',
    ...changes,
  });
  return [
    row(4401, {}),
    row(4402, { units: units(1), amount: parseAmount('18') }),
    row(4403, { units: units(96), amount: parseAmount('1344.00') }),
    row(4404, {
      state: 'flagged',
      why: 'UNKNOWN_ITEM',
      day: dayOfMonth(24),
      units: units(12),
      amount: null,
      currency: null,
    }),
    row(4405, {
      state: 'flagged',
      why: 'PARTY_NOT_ACTIVE',
      day: dayOfMonth(11),
      amount: parseAmount('412.35'),
    }),
    row(4406, {
      state: 'ignored',
      why: 'ignored by d.ortiz: replacement sent by hand',
      day: dayOfMonth(9),
    }),
    row(4407, {
      state: 'unknown',
      why: 'the commit had no clear answer; looked up again at 15:02',
      day: dayOfMonth(30),
    }),
    row(4408, {
      document: 'journal',
      key: externalKey('J20261130-AAA-1'),
      record: { kind: 'charge', id: '01JD7Q9V3N8W2K5RXTB4HM6CYE' },
      units: null,
      amount: parseAmount('118.4'),
      why: 'the day is collected by the next run',
    }),
  ];
}

function cutOffRows(): CutOffRow[] {
  const row = (number: number, changes: Partial<CutOffRow>): CutOffRow => ({
    document: 'goodsIssue',
    key: externalKey(`S3881902${number}-1`),
    record: { kind: 'order', id: `30959441${number}` },
    inforNumber: `00100003${number}`,
    movedOn: dayOfMonth(30),
    postedAtMs: toMs + number * 61_000,
    bookedOn: dayOfMonth(30),
    units: units(2),
    direction: 'movedInPeriodPostedAfter',
    ...changes,
  });
  return [
    row(11, {}),
    row(12, { units: units(5) }),
    row(13, { movedOn: dayOfMonth(29), bookedOn: calendarDay('2026-12-02'), units: units(4) }),
    row(14, { bookedOn: null }),
    row(15, {
      document: 'goodsReceipt',
      key: externalKey('R442871-2'),
      record: { kind: 'receiving', id: '442871' },
      inforNumber: '4500012',
      movedOn: calendarDay('2026-10-31'),
      postedAtMs: fromMs + 7_200_000,
      bookedOn: calendarDay('2026-10-31'),
      units: units(480),
      direction: 'movedBeforePostedInPeriod',
    }),
  ];
}

function flagRows(): OpenFlagRow[] {
  const flag = (id: number, changes: Partial<OpenFlagRow>): OpenFlagRow => ({
    id,
    code: 'UNKNOWN_ITEM',
    sentence: 'SKU CG-12-GIFT is neither an item number nor an alias in Infor.',
    record: { kind: 'order', id: `30959${id}` },
    raisedAtMs: asOfMs - (id % 17) * dayMs - 5_400_000,
    units: units(12),
    amount: parseAmount('214.2'),
    currency: 'USD',
    assignee: null,
    ignored: 'no',
    ...changes,
  });
  return [
    ...[5101, 5102, 5103, 5104, 5105, 5106].map((id) => flag(id, {})),
    ...[5107, 5108, 5109].map((id) =>
      flag(id, {
        code: 'PARTY_NOT_ACTIVE',
        sentence: 'Customer 41022 is blocked in Infor.',
        assignee: 'd.ortiz',
        units: units(3),
        amount: parseAmount('412.35'),
      }),
    ),
    ...[5110, 5111].map((id) =>
      flag(id, {
        code: 'OVER_RECEIPT',
        sentence:
          'Receiving order 443120 stows 24 of COF-WHOLE-5 more than its purchase order has open.',
        record: { kind: 'receiving', id: '443120' },
        units: units(24),
        amount: null,
        currency: null,
      }),
    ),
    flag(5112, {
      code: 'NO_ROUTING_RULE',
      sentence: 'No routing rule matches order N309595112 (type B2B, channel Wholesale).',
      units: units(144),
      amount: parseAmount('2016.00'),
    }),
    flag(5113, { code: 'UNKNOWN_ITEM', ignored: 'yes', assignee: 'd.ortiz' }),
  ];
}

function mappingChanges(): ReconciliationReport['mappingChanges'] {
  return [
    {
      kind: 'sku',
      source: 'CG-12',
      before: null,
      after: 'COF-GROUND-12 × 1 (EA)',
      actor: 'd.ortiz',
      because: 'new pack size',
      atMs: fromMs + 3 * dayMs,
    },
    {
      kind: 'sku',
      source: 'FILTER-BOX',
      before: 'FILTER-100 × 1',
      after: 'FILTER-100 × 24',
      actor: 'd.ortiz',
      because: 'a box holds 24',
      atMs: fromMs + 9 * dayMs,
    },
    {
      kind: 'customer',
      source: 'Wholesale',
      before: '41022',
      after: '41023',
      actor: 'k.lind',
      because: null,
      atMs: fromMs + 16 * dayMs,
    },
    {
      kind: 'centre',
      source: 'Moreno Valley (CA)',
      before: '130',
      after: null,
      actor: 'k.lind',
      because: 'closed',
      atMs: fromMs + 20 * dayMs,
    },
  ];
}

type Part = OnHandRow['parts'][number];

function onHandRows(): OnHandRow[] {
  const row = (
    item: string,
    sku: string,
    shipbob: number,
    infor: number,
    parts: Part[],
  ): OnHandRow => ({
    item,
    warehouse: '110',
    sku,
    shipbob: units(shipbob),
    infor: units(infor),
    difference: subtractQuantities(units(shipbob), units(infor)),
    parts,
  });
  const part = (
    category: Part['category'],
    quantity: number,
    detail: string,
    ageDays: number | null = null,
  ): Part => ({
    category,
    quantity: units(quantity),
    detail,
    ageDays,
  });
  return [
    row('COF-DARK-12', 'CD-12', 2304, 2398, [
      part('notYetPosted', -96, '4 goods issues wait for the next run', 2),
      part('finding', 2, 'goods issue S388185605-1 stands with 10 of 12', 21),
    ]),
    row('COF-GROUND-12', 'CG-12', 1186, 1212, [
      part('opening', -5, 'was different on 2026-11-01', 33),
      part('flagged', -12, 'UNKNOWN_ITEM, order 3095104404', 9),
      part('inTransit', -6, '2 shipments picked and not gone', 0),
      part('unexplained', -3, ''),
    ]),
    row('COF-WHOLE-5', 'CW-5', 880, 1120, [
      part('finding', -240, 'goods receipt R443002-3 stands twice', 15),
    ]),
    row('FILTER-100', 'FILTER', 5480, 5444, [
      part('inforForeign', 36, 'adjustment by MJONES, reason CNT', 12),
    ]),
    row('MUG-ENAMEL', 'MUG', 412, 398, [
      part('shipbobAdjustment', 9, 'found in a cycle count', 6),
      part('shipbobAdjustment', 5, 'returned and restocked', 4),
    ]),
    row('GIFT-CARD-SLEEVE', 'GCS', 3000, 3000, []),
  ];
}

/** What the trace tells of the first two findings. */
export function sampleTraces(): ReportExtras['traces'] {
  const at = (day: number, minutes: number) => fromMs + (day - 1) * dayMs + minutes * 60_000;
  return new Map([
    [
      0,
      {
        lines: [
          { atMs: at(12, 1004), text: 'first seen in ShipBob' },
          {
            atMs: at(12, 1004),
            text: 'planned: goods issue of 12 COF-DARK-12 for sales order SB309589638',
          },
          {
            atMs: at(12, 1005),
            text: 'pending → staged: message 110000412 holds what was planned',
          },
          { atMs: at(12, 1005), text: 'staged → committing: the commit is about to be sent' },
          { atMs: at(12, 1006), text: 'committing → posted: read back as delivery 40012' },
        ],
        left: 11,
      },
    ],
    [
      1,
      {
        lines: [
          { atMs: at(5, 640), text: 'first seen in ShipBob' },
          { atMs: at(5, 641), text: 'committing → posted: read back as order 0010000077' },
        ],
        left: 6,
      },
    ],
  ]);
}
