import { dayOf, monthEnd, timeOf } from './calendar.ts';
import { absent, type Call, duplicate, type Program, Refusal, type Row, required } from './call.ts';
import { type Decimal, formatDecimal } from './decimal.ts';
import type { Journal, JournalLine, Voucher, VoucherLine } from './ledger-state.ts';
import { sortKey } from './sorted-index.ts';
import type { State } from './state.ts';
import { bookVoucher } from './voucher.ts';

const dimensionFields = ['AIT1', 'AIT2', 'AIT3', 'AIT4', 'AIT5', 'AIT6', 'AIT7'];

/** GLS840MI: journal batches, keyed by KEY1 and line (reference/infor-api.md §4.5). */
export const journals: Program = {
  AddBatchHead: {
    kind: 'stage',
    run({ state, input }) {
      const key = input.text('KEY1');
      if (state.journals.get(key)?.live) throw duplicate('KEY1');
      state.journals.set(key, {
        key,
        division: input.text('DIVI'),
        interface: input.text('INTN'),
        description: input.text('DESC'),
        status: '10',
        lines: [],
        vouchers: [],
        live: true,
      });
      return [{ CONO: String(state.seed.company) }];
    },
  },
  AddBatchLineFld: {
    kind: 'stage',
    run(call) {
      addLine(call);
      return undefined;
    },
  },
  CtrlBatch: {
    kind: 'stage',
    run(call) {
      const journal = openJournal(call);
      check(call.state, journal);
      return [{ CONO: String(call.state.seed.company) }];
    },
  },
  UpdBatch: {
    kind: 'commit',
    begin(call) {
      const journal = openJournal(call);
      check(call.state, journal);
      return (nowMs) => {
        if (!journal.live) return undefined;
        post(call.state, journal, nowMs);
        return [{ CONO: String(call.state.seed.company) }];
      };
    },
    delayMs: (tenant) => tenant.processDelayMs,
  },
};

/** GLS200MI. Vouchers appear later than what made them. */
export const vouchers: Program = {
  LstVouchersByDt: {
    kind: 'read',
    *run({ state, input, nowMs }) {
      // Nothing published says by which day; a blank division is the company's own.
      const byEntry = state.tenant.voucherListGoesBy === 'entryDay';
      const index = byEntry ? state.vouchersByEntry : state.vouchersByDay;
      const division = input.text('DIVI') || state.seed.division;
      for (const voucher of index.from(input.text('FRDT'))) {
        const day = byEntry ? dayOf(voucher.enteredAtMs) : voucher.day;
        if (day > input.text('TODT')) return;
        if (voucher.division !== division || voucher.visibleAtMs > nowMs) continue;
        yield* voucherRows(voucher);
      }
    },
  },
  LstVoucherLines: {
    kind: 'read',
    *run({ state, input, nowMs }) {
      const year = input.text('YEA4');
      const start = sortKey(year, input.whole('VONO'));
      for (const voucher of state.vouchersByNumber.within(year, start)) {
        if (voucher.visibleAtMs <= nowMs) yield* voucherRows(voucher);
      }
    },
  },
  GetVoucherHead: {
    kind: 'read',
    run({ state, input, nowMs }) {
      const key = sortKey(input.text('YEA4'), input.whole('VONO'));
      const voucher = required(state.vouchersByNumber.get(key), 'VONO');
      if (voucher.visibleAtMs > nowMs) throw absent('VONO');
      const sum = (keep: (line: VoucherLine) => boolean) =>
        formatDecimal(voucher.lines.filter(keep).reduce((total, line) => total + line.amount, 0n));
      const debit = sum((line) => line.amount > 0n);
      const credit = sum((line) => line.amount < 0n);
      return [
        {
          ...voucherHead(voucher),
          DSUM: debit,
          CSUM: credit,
          CUAD: debit,
          CUAC: credit,
          CUCD: voucher.lines[0]?.currency ?? '',
        },
      ];
    },
  },
};

/** CRS910MI: the open periods, month by month. */
export const periods: Program = {
  Select: {
    kind: 'read',
    *run({ state, input }) {
      const { from, to } = state.master.openPeriods;
      for (let day = from; day <= to; day = nextMonth(day)) {
        const year = day.slice(0, 4);
        if (input.has('FYEA') && year < input.text('FYEA')) continue;
        if (input.has('TYEA') && year > input.text('TYEA')) return;
        yield {
          DIVI: state.seed.division,
          PETP: '1',
          YEA4: year,
          PERI: String(Number(day.slice(4, 6))),
          NAME: `${year}-${day.slice(4, 6)}`,
          FDAT: day,
          TDAT: [monthEnd(day), to].sort()[0] ?? to,
        };
      }
    },
  },
};

function addLine(call: Call): void {
  const { state, input } = call;
  const journal = openJournal(call);
  const line = input.whole('LINE');
  if (journal.lines.some((other) => other.line === line)) throw duplicate('LINE');
  if (input.text('INRI') !== 'I1') {
    throw new Refusal('WIN0101', 'INRI', 'Only accounting lines (I1) are simulated');
  }
  const amount = input.decimal('CUAM');
  if (amount === undefined) throw new Refusal('WCU0102', 'CUAM', 'Amount must be entered');
  input.decimal('ACAM');
  journal.lines.push({
    line,
    group: input.text('GRNR'),
    day: input.text('ACDT'),
    amount: signed(amount, input.text('DBCR')),
    currency: input.text('CUCD') || (state.seed.customers[0]?.currency ?? ''),
    dimensions: dimensionFields.map((field) => input.text(field)),
    text: input.text('VTXT'),
    fields: { ...input.fields },
  });
  journal.status = '10';
}

/** A credit is negative, or positive with DBCR `C`: templates differ, both are taken. */
function signed(amount: Decimal, side: string): Decimal {
  return side === 'C' && amount > 0n ? -amount : amount;
}

function openJournal({ state, input }: Call): Journal {
  const journal = required(state.journals.get(input.text('KEY1')), 'KEY1');
  if (!journal.live) throw absent('KEY1');
  if (journal.status === '90') {
    throw new Refusal('WGL0901', 'KEY1', 'Batch is updated already');
  }
  return journal;
}

function check(state: State, journal: Journal): void {
  try {
    if (journal.lines.length === 0) throw new Refusal('WGL0102', 'KEY1', 'Batch has no lines');
    for (const line of journal.lines) checkLine(state, line);
    for (const lines of groups(journal).values()) {
      const sum = lines.reduce((total, line) => total + line.amount, 0n);
      if (sum !== 0n) {
        const text = `Voucher group is out of balance by ${formatDecimal(sum)}`;
        throw new Refusal('WGL0101', 'CUAM', text);
      }
      if (new Set(lines.map((line) => line.currency)).size > 1) {
        throw new Refusal('WCU0101', 'CUCD', 'One currency per voucher group');
      }
    }
    journal.status = '20';
  } catch (problem) {
    if (problem instanceof Refusal) journal.status = '25';
    throw problem;
  }
}

function checkLine(state: State, line: JournalLine): void {
  const { from, to } = state.master.openPeriods;
  if (line.day < from || line.day > to) {
    throw new Refusal('WAC0101', 'ACDT', `Accounting date ${line.day} is not in an open period`);
  }
  if (line.dimensions[0] === '') throw new Refusal('WAI0102', 'AIT1', 'Account must be entered');
  line.dimensions.forEach((value, index) => {
    if (value === '') return;
    const field = dimensionFields[index] ?? '';
    const account = state.master.accounts.get(sortKey(index + 1, value));
    if (!account) throw new Refusal('WAI0103', field, `${value} does not exist`);
    const inTime = account.validFrom <= line.day && line.day <= (account.validTo || '99991231');
    if (account.blocked || !inTime) throw new Refusal('WAI0101', field, `${value} is not valid`);
  });
}

function groups(journal: Journal): Map<string, JournalLine[]> {
  const byGroup = new Map<string, JournalLine[]>();
  for (const line of journal.lines) {
    const lines = byGroup.get(line.group);
    if (lines) lines.push(line);
    else byGroup.set(line.group, [line]);
  }
  return byGroup;
}

function post(state: State, journal: Journal, nowMs: number): void {
  for (const lines of groups(journal).values()) {
    const voucher = bookVoucher(state, {
      day: lines[0]?.day ?? '',
      origin: 'GLS840',
      journal: journal.key,
      division: journal.division,
      nowMs,
      lines: lines.map((line, index) => ({
        sequence: index + 1,
        dimensions: line.dimensions,
        amount: line.amount,
        currency: line.currency,
        text: line.text,
      })),
    });
    journal.vouchers.push(voucher.number);
  }
  journal.status = '90';
}

function voucherHead(voucher: Voucher): Row {
  return {
    DIVI: voucher.division,
    YEA4: voucher.year,
    JRNO: String(voucher.number),
    VSER: voucher.series,
    VONO: String(voucher.number),
    FEID: voucher.origin.slice(0, 4),
    FNCN: '1',
    TDSC: voucher.origin,
    VDSC: voucher.origin,
    ACDT: voucher.day,
    RGDT: dayOf(voucher.enteredAtMs),
    RGTM: timeOf(voucher.enteredAtMs),
  };
}

function* voucherRows(voucher: Voucher): Generator<Row> {
  for (const line of voucher.lines) {
    const dimensions = line.dimensions.map((value, index) => [dimensionFields[index], value]);
    yield {
      ...voucherHead(voucher),
      ...Object.fromEntries(dimensions),
      JSNO: String(line.sequence),
      CUCD: line.currency,
      CUAM: formatDecimal(line.amount),
      ACAM: formatDecimal(line.amount),
      DBCR: line.amount < 0n ? 'C' : 'D',
      VTXT: line.text,
    };
  }
}

function nextMonth(day: string): string {
  const month = Number(day.slice(4, 6));
  const year = Number(day.slice(0, 4)) + (month === 12 ? 1 : 0);
  return `${year}${String((month % 12) + 1).padStart(2, '0')}01`;
}
