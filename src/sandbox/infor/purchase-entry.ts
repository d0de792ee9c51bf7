import { dayOf } from './calendar.ts';
import { absent, type Call, duplicate, type Program, Refusal, type Row, required } from './call.ts';
import { formatDecimal } from './decimal.ts';
import { createPurchaseOrder } from './purchase-order.ts';
import type { EntryHead, EntryLine, PurchaseEntry } from './purchase-state.ts';
import { nextNumber, type State, schedule } from './state.ts';
import { fittingQuantity, usableItem } from './stock.ts';

/** PPS370MI: a purchase order is entered in a batch and transferred later (reference §4.2). */
export const purchaseEntries: Program = {
  StartEntry: {
    kind: 'stage',
    run({ state, input }) {
      const message = `PX${String(nextNumber(state, 'purchaseEntry', 1)).padStart(8, '0')}`;
      const origin = input.text('BAOR');
      state.purchaseEntries.set(message, {
        message,
        origin,
        status: '10',
        hidden: false,
        heads: [],
      });
      return [{ MSGN: message }];
    },
  },
  AddHead: { kind: 'stage', run: (call) => [{ PUNO: addHead(call).number }] },
  AddLine: { kind: 'stage', run: (call) => [addLine(call)] },
  AddAccString: {
    kind: 'stage',
    run(call) {
      const head = wantedHead(call, openEntry(call));
      const line = wantedLine(call, head);
      for (const field of ['AIT1', 'AIT2', 'AIT3', 'AIT4', 'AIT5', 'AIT6', 'AIT7']) {
        const value = call.input.text(field);
        const dimension = Number(field.slice(3));
        if (value !== '' && !accountExists(call.state, dimension, value)) throw absent(field);
      }
      line.accounting = { ...call.input.fields };
      return undefined;
    },
  },
  FinishEntry: {
    kind: 'commit',
    begin(call) {
      const entry = openEntry(call);
      if (entry.heads.every((head) => head.lines.length === 0)) {
        throw new Refusal('WPO0102', 'MSGN', 'Purchase order has no lines');
      }
      return (nowMs) => finish(call.state, entry, nowMs);
    },
    delayMs: () => 0,
  },
  DeleteEntry: {
    kind: 'stage',
    run(call) {
      const entry = openEntry(call);
      call.state.purchaseEntries.delete(entry.message);
      for (const head of entry.heads) call.state.entryByPurchaseOrder.delete(head.number);
      return undefined;
    },
  },
  GetBatchHead: {
    kind: 'read',
    run(call) {
      const { entry, head } = shownHead(call);
      return [headRow(call.state, entry, head)];
    },
  },
  GetBatchLine: {
    kind: 'read',
    run(call) {
      const { entry, head } = shownHead(call);
      const line = head.lines.find((other) => other.line === call.input.whole('PNLI'));
      return [lineRow(call.state, { entry, head, line: required(line, 'PNLI') })];
    },
  },
  LstBatchLine: {
    kind: 'read',
    *run(call) {
      const { entry, head } = shownHead(call);
      for (const line of head.lines) yield lineRow(call.state, { entry, head, line });
    },
  },
};

function openEntry({ state, input }: Call): PurchaseEntry {
  const entry = required(state.purchaseEntries.get(input.text('MSGN')), 'MSGN');
  if (entry.status !== '10') {
    throw new Refusal('WPE0901', 'MSGN', `Entry has status ${entry.status}`);
  }
  return entry;
}

function addHead(call: Call): EntryHead {
  const { state, input } = call;
  const entry = openEntry(call);
  checkSupplier(state, input.text('SUNO'));
  const warehouse = input.text('WHLO');
  if (!state.master.warehouses.get(warehouse)) {
    throw new Refusal('WWH0103', 'WHLO', `Warehouse ${warehouse} does not exist`);
  }
  const given = input.text('PUNO');
  if (given !== '' && state.tenant.callerPurchaseNumber === 'refused') {
    throw new Refusal('WPU0101', 'PUNO', 'Order number must not be entered');
  }
  if (given !== '' && (state.purchaseOrders.has(given) || state.entryByPurchaseOrder.has(given))) {
    throw duplicate('PUNO');
  }
  const head: EntryHead = {
    number: given || String(nextNumber(state, 'purchaseOrder', 7_000_001)),
    supplier: input.text('SUNO'),
    facility: input.text('FACI'),
    warehouse,
    requestedDay: input.text('DWDT'),
    fields: { ...input.fields },
    lines: [],
    error: undefined,
  };
  entry.heads.push(head);
  state.entryByPurchaseOrder.set(head.number, entry);
  return head;
}

function addLine(call: Call): Row {
  const { state, input } = call;
  const head = wantedHead(call, openEntry(call));
  const item = usableItem(state, input.text('ITNO'), input.text('WHLO') || head.warehouse);
  const quantity = input.decimal('ORQA') ?? 0n;
  if (quantity <= 0n) throw new Refusal('WOQ0102', 'ORQA', 'Order quantity must be entered');
  if (input.has('PUUN') && input.text('PUUN') !== item.unit) {
    throw new Refusal('WPU0201', 'PUUN', 'Purchase order U/M is not valid');
  }
  input.decimal('PUPR');
  const number = input.whole('PNLI') || (head.lines.at(-1)?.line ?? 0) + 1;
  if (head.lines.some((line) => line.line === number)) throw duplicate('PNLI');
  head.lines.push({
    line: number,
    item: item.number,
    quantity: fittingQuantity(item, quantity, 'ORQA'),
    fields: { ...input.fields },
    accounting: undefined,
  });
  return { PUNO: head.number, PNLI: String(number) };
}

function finish(state: State, entry: PurchaseEntry, nowMs: number): undefined {
  if (!state.purchaseEntries.has(entry.message)) throw absent('MSGN');
  if (entry.status === '10') entry.status = '20';
  if (state.tenant.purchaseAutomation === 1) return undefined;
  const transferMs = state.tenant.purchaseOrderTransferMs;
  if (transferMs === 0) {
    transfer(state, entry, nowMs);
    return undefined;
  }
  // In the middle of its transfer an order is in neither list: absence proves nothing then.
  schedule(state, nowMs + transferMs / 2, () => {
    entry.hidden = true;
  });
  schedule(state, nowMs + transferMs, (atMs) => transfer(state, entry, atMs));
  return undefined;
}

function transfer(state: State, entry: PurchaseEntry, nowMs: number): void {
  entry.hidden = false;
  for (const head of entry.heads) {
    try {
      checkSupplier(state, head.supplier);
      for (const line of head.lines) {
        usableItem(state, line.item, line.fields.WHLO || head.warehouse);
      }
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      head.error = { code: problem.code, text: problem.text };
    }
  }
  if (entry.heads.some((head) => head.error)) {
    entry.status = '25';
    return;
  }
  for (const head of entry.heads) {
    // The order number is the order's key: a second run of the same entry finds it taken.
    if (state.purchaseOrders.has(head.number)) continue;
    createPurchaseOrder(state, {
      number: head.number,
      supplier: head.supplier,
      facility: head.facility,
      warehouse: head.warehouse,
      requestedDay: head.requestedDay,
      orderDay: head.fields.PUDT || dayOf(nowMs),
      yourReference: head.fields.YRE1 ?? '',
      requester: head.fields.PURC ?? '',
      message: entry.message,
      fields: head.fields,
      lines: head.lines.map((line) => ({
        line: line.line,
        sub: 0,
        item: line.item,
        ordered: line.quantity,
        unit: line.fields.PUUN || (state.master.items.get(line.item)?.unit ?? ''),
        received: 0n,
        requestedDay: line.fields.DWDT || head.requestedDay,
        openStatus: '15',
        closed: false,
        fields: line.fields,
        accounting: line.accounting,
      })),
      live: true,
    });
  }
  entry.status = '90';
}

function checkSupplier(state: State, number: string): void {
  const supplier = state.master.suppliers.get(number);
  if (!supplier) throw new Refusal('WSU0103', 'SUNO', `Supplier ${number} does not exist`);
  if (supplier.status !== '20') {
    throw new Refusal('WSU0101', 'SUNO', `Supplier ${number} has status ${supplier.status}`);
  }
}

function accountExists(state: State, dimension: number, value: string): boolean {
  return state.seed.accounts.some(
    (account) => account.dimension === dimension && account.value === value && !account.blocked,
  );
}

/** The head is named by its number, or by the reference given to it. */
function wantedHead({ input }: Call, entry: PurchaseEntry): EntryHead {
  const head = input.has('PUNO')
    ? entry.heads.find((other) => other.number === input.text('PUNO'))
    : entry.heads.find((other) => other.fields.HREF === input.text('HREF'));
  return required(head, 'PUNO');
}

function wantedLine({ input }: Call, head: EntryHead): EntryLine {
  const line = input.has('PNLI')
    ? head.lines.find((other) => other.line === input.whole('PNLI'))
    : head.lines.find((other) => other.fields.LREF === input.text('LREF'));
  return required(line, 'PNLI');
}

function shownHead({ state, input }: Call): { entry: PurchaseEntry; head: EntryHead } {
  const number = input.text('PUNO');
  const entry = required(state.entryByPurchaseOrder.get(number), 'PUNO');
  if (entry.hidden) throw absent('PUNO');
  const head = entry.heads.find((other) => other.number === number);
  return { entry, head: required(head, 'PUNO') };
}

function headRow(state: State, entry: PurchaseEntry, head: EntryHead): Row {
  return {
    ...head.fields,
    PUNO: head.number,
    SUNO: head.supplier,
    MSGN: entry.message,
    STAT: entry.status,
    DIVI: state.seed.division,
    PUSL: entry.status === '90' ? '15' : '',
    PUST: entry.status === '90' ? '15' : '',
    MSID: head.error?.code ?? '',
    MSGD: head.error?.text ?? '',
  };
}

function lineRow(
  state: State,
  place: { entry: PurchaseEntry; head: EntryHead; line: EntryLine },
): Row {
  const { entry, head, line } = place;
  return {
    ...line.fields,
    PUNO: head.number,
    PNLI: String(line.line),
    ITNO: line.item,
    ORQA: formatDecimal(line.quantity),
    PUUN: line.fields.PUUN || (state.master.items.get(line.item)?.unit ?? ''),
    FACI: line.fields.FACI || head.facility,
    WHLO: line.fields.WHLO || head.warehouse,
    SUNO: head.supplier,
    DWDT: line.fields.DWDT || head.requestedDay,
    STAT: entry.status,
    MSID: head.error?.code ?? '',
    MSGD: head.error?.text ?? '',
  };
}
