import { type Call, Input, type Program, Refusal, type Row, required } from './call.ts';
import { formatDecimal } from './decimal.ts';
import type { WarehouseLine, WarehouseMessage, WarehousePackage } from './message-state.ts';
import { sortKey } from './sorted-index.ts';
import { type State, schedule } from './state.ts';
import {
  addHead,
  addLine,
  addPackage,
  deleteMessage,
  headRow,
  lineQuantity,
  wantedLine,
  wantedPackage,
  warehouseMessage,
} from './warehouse-message.ts';
import { processMessage } from './warehouse-process.ts';

/** How long the auto job (MHS855) leaves a message with process flag `*AUT` lying. */
const autoJobDelayMs = 60_000;

/** MHS850MI. */
export const warehouseMessages: Program = {
  AddWhsHead: {
    kind: 'stage',
    run(call) {
      const qualifier = call.input.text('QLFR');
      const message = addHead(call, { qualifier, lookupPartner: call.input.text('E0PB') });
      return [{ MSGN: message.number }];
    },
  },
  AddWhsPack: {
    kind: 'stage',
    run(call) {
      const message = warehouseMessage(call);
      return [{ MSGN: message.number, PACN: addPackage(call, message).number }];
    },
  },
  AddWhsLine: {
    kind: 'stage',
    run(call) {
      const message = warehouseMessage(call);
      const box = wantedPackage(call, message);
      const line = addLine(call, { message, box, quantity: lineQuantity(call, message.qualifier) });
      return [{ MSGN: message.number, PACN: box.number, MSLN: String(line.line) }];
    },
  },
  AddPOReceipt: {
    kind: 'stage',
    run(call) {
      const { message, box, line } = shortForm(call, '20', call.input.fields.QTY ?? '');
      return [{ MSGN: message.number, PACN: box.number, MSLN: String(line.line) }];
    },
  },
  AddCOPick: {
    kind: 'stage',
    run: (call) => [{ MSGN: shortForm(call, '31', call.input.text('QTYP')).message.number }],
  },
  AddPickViaRepNo: { kind: 'stage', run: (call) => [{ MSGN: pickByNumber(call).number }] },
  PrcWhsTran: {
    kind: 'commit',
    begin(call) {
      const message = warehouseMessage(call);
      if (message.status === '90') {
        throw new Refusal('WMG0901', 'MSGN', 'Message is processed already');
      }
      const jobStarted = openLines(call, message);
      if (jobStarted.length === 0) throw new Refusal('WMG0102', 'MSGN', 'Message has no lines');
      return (nowMs) => {
        if (!message.live) return undefined;
        const refusal = processMessage(call.state, { message, jobStarted, nowMs });
        // A business error leaves the head at 35 or 45 and the call itself may be clean.
        if (refusal && !call.state.tenant.silentProcessErrors) throw refusal;
        return undefined;
      };
    },
    delayMs: (tenant) => tenant.processDelayMs,
    withoutEffect(call) {
      const message = warehouseMessage(call);
      if (message.status !== '90') message.status = '45';
    },
  },
  GetWhsHead: { kind: 'read', run: (call) => [headRow(call.state, warehouseMessage(call))] },
  GetWhsPack: {
    kind: 'read',
    run(call) {
      const message = warehouseMessage(call);
      const box = wantedPackage(call, message);
      const common = { MSGN: message.number, WHLO: message.warehouse, QLFR: message.qualifier };
      return [{ ...box.fields, ...common, PACN: box.number, STAT: box.status }];
    },
  },
  GetWhsLine: {
    kind: 'read',
    run(call) {
      const message = warehouseMessage(call);
      const box = wantedPackage(call, message);
      return [lineRow(call.state, { message, box, line: wantedLine(call, box) })];
    },
  },
  LstWhsLine: {
    kind: 'read',
    *run(call) {
      const message = warehouseMessage(call);
      const first = call.input.text('PACN');
      for (const box of message.packages) {
        if (box.number < first) continue;
        for (const line of box.lines) {
          if (box.number === first && line.line < call.input.whole('MSLN')) continue;
          yield lineRow(call.state, { message, box, line });
        }
      }
    },
  },
  GetMvxMsg: {
    kind: 'read',
    run({ state, input }) {
      const prefix = sortKey(input.text('E0PB'), input.text('PMSN'));
      const [message] = state.warehouseMessagesByPartner.within(prefix);
      return [{ MSGN: required(message, 'PMSN').number }];
    },
  },
  LstMvxMsg: {
    kind: 'read',
    *run({ state, input }) {
      const partner = input.text('E0PB');
      const start = sortKey(partner, input.text('PMSN'));
      for (const message of state.warehouseMessagesByPartner.within(partner, start)) {
        if (input.has('STAT') && message.status < input.text('STAT')) continue;
        yield { MSGN: message.number, STAT: message.status };
      }
    },
  },
  DeleteWhsTran: { kind: 'stage', run: deleteMessage },
};

function openLines({ input }: Call, message: WarehouseMessage): WarehouseLine[] {
  return message.packages
    .filter((box) => !input.has('PACN') || box.number === input.text('PACN'))
    .flatMap((box) => box.lines)
    .filter((line) => !input.has('MSLN') || line.line === input.whole('MSLN'))
    .filter((line) => line.status !== '90');
}

/** One call builds all three levels. These calls have no E0PB: what is kept there is unknown. */
function shortForm(
  call: Call,
  qualifier: string,
  quantity: string,
): { message: WarehouseMessage; box: WarehousePackage; line: WarehouseLine } {
  const { state, input } = call;
  const field = qualifier === '20' ? 'RVQA' : 'DLQT';
  const filled = { ...call, input: new Input({ ...input.fields, [field]: quantity }) };
  const lookupPartner = state.tenant.blankE0pbAfterShortForms ? '' : input.text('E0PA');
  const amount = lineQuantity(filled, qualifier);
  const message = addHead(call, { qualifier, lookupPartner });
  const box = addPackage(call, message);
  const line = addLine(filled, { message, box, quantity: amount });
  processByFlag(call, message);
  return { message, box, line };
}

function pickByNumber(call: Call): WarehouseMessage {
  const { state, input } = call;
  const pick = required(state.pickLines.get(input.whole('PLRN')), 'PLRN');
  const filled = new Input({
    ...input.fields,
    PRFL: input.text('PRMD'),
    RIDN: pick.order,
    RIDL: String(pick.line),
    RIDX: String(pick.suffix),
    RIDI: String(pick.delivery),
    PLSX: String(pick.pickList),
    BANO: input.text('BANO') || pick.allocation.lot,
  });
  const quantity = input.text('QTYP') || formatDecimal(pick.allocation.quantity);
  return shortForm({ ...call, input: filled }, '31', quantity).message;
}

function processByFlag({ state, input, nowMs }: Call, message: WarehouseMessage): void {
  const flag = input.text('PRFL');
  const run = (atMs: number) => {
    if (!message.live || message.status === '90') return;
    const jobStarted = message.packages.flatMap((box) => box.lines);
    processMessage(state, { message, jobStarted, nowMs: atMs });
  };
  if (flag === '*EXE') run(nowMs);
  if (flag === '*AUT') schedule(state, nowMs + autoJobDelayMs, run);
}

function lineRow(
  state: State,
  place: { message: WarehouseMessage; box: WarehousePackage; line: WarehouseLine },
): Row {
  const { message, box, line } = place;
  const item = state.master.items.get(line.item);
  return {
    ...line.fields,
    DIVI: state.seed.division,
    WHLO: message.warehouse,
    MSGN: message.number,
    PACN: box.number,
    MSLN: String(line.line),
    QLFR: message.qualifier,
    STAT: line.status,
    ITNO: line.item,
    ITDS: item?.name ?? '',
    DLQT: formatDecimal(line.quantity),
    RVQA: message.qualifier === '20' ? formatDecimal(line.quantity) : '',
    RIDN: line.order,
    RIDL: String(line.orderLine),
    RIDX: String(line.orderSuffix),
    REMK: line.error.slice(0, 30),
  };
}
