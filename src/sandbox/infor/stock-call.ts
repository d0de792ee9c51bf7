import { type Call, type Program, Refusal, type Row, required } from './call.ts';
import { formatDecimal } from './decimal.ts';
import type { StockInstruction, StockMessage, StockMessageLine } from './message-state.ts';
import { sortKey } from './sorted-index.ts';
import { schedule } from './state.ts';
import {
  addInstruction,
  addStockHead,
  addStockLine,
  deleteStockMessage,
  openInstructions,
  processStockMessage,
  stockMessage,
  wantedStockLine,
} from './stock-message.ts';

const autoJobDelayMs = 60_000;

/** MMS850MI: internal stock transactions, here adjustments with a reason code. */
export const stockMessages: Program = {
  AddAdjust: { kind: 'stage', run: (call) => [addAdjustment(call)] },
  AddStkHead: {
    kind: 'stage',
    run: (call) => [{ MSNR: addStockHead(call, call.input.text('E0PB')).number }],
  },
  AddStkId: {
    kind: 'stage',
    run(call) {
      const message = stockMessage(call);
      return [{ MSNR: message.number, MSLN: String(addStockLine(call, message).line) }];
    },
  },
  AddStkIns: {
    kind: 'stage',
    run(call) {
      const message = stockMessage(call);
      const line = wantedStockLine(call, message);
      const { sequence } = addInstruction(call, { message, line });
      return [{ MSNR: message.number, MSLN: String(line.line), MSGS: String(sequence) }];
    },
  },
  PrcStkTran: {
    kind: 'commit',
    begin(call) {
      const message = stockMessage(call);
      if (message.status === '90') {
        throw new Refusal('WMG0901', 'MSNR', 'Message is processed already');
      }
      const jobStarted = openInstructions(message);
      if (jobStarted.length === 0) throw new Refusal('WMG0102', 'MSNR', 'Message has no lines');
      return (nowMs) => {
        if (!message.live) return undefined;
        const refusal = processStockMessage(call.state, { message, jobStarted, nowMs });
        if (refusal && !call.state.tenant.silentProcessErrors) throw refusal;
        return undefined;
      };
    },
    delayMs: (tenant) => tenant.processDelayMs,
    withoutEffect(call) {
      const message = stockMessage(call);
      if (message.status !== '90') message.status = '45';
    },
  },
  GetStkHead: { kind: 'read', run: (call) => [headRow(stockMessage(call))] },
  GetStkId: {
    kind: 'read',
    run(call) {
      const message = stockMessage(call);
      return [lineRow(message, wantedStockLine(call, message))];
    },
  },
  GetStkIns: {
    kind: 'read',
    run(call) {
      const message = stockMessage(call);
      const line = wantedStockLine(call, message);
      const sequence = call.input.whole('MSGS');
      const found = line.instructions.find((instruction) => instruction.sequence === sequence);
      return [instructionRow({ message, line, instruction: required(found, 'MSGS') })];
    },
  },
  // Published as a list although it is named Get: every message with that number.
  GetMvxMsg: {
    kind: 'read',
    *run({ state, input }) {
      const prefix = sortKey(input.text('E0PB'), input.text('PMSN'));
      let found = false;
      for (const message of state.stockMessagesByPartner.within(prefix)) {
        found = true;
        yield { MSGN: message.number };
      }
      if (!found) throw new Refusal('XRE0103', 'PMSN', 'Record does not exist');
    },
  },
  LstMvxMsg: {
    kind: 'read',
    *run({ state, input }) {
      const partner = input.text('E0PB');
      const start = sortKey(partner, input.text('PMSN'));
      for (const message of state.stockMessagesByPartner.within(partner, start)) {
        if (input.has('STAT') && message.status < input.text('STAT')) continue;
        yield { MSGN: message.number, STAT: message.status };
      }
    },
  },
  DeleteStkTran: { kind: 'stage', run: deleteStockMessage },
};

/** A known message number adds a line to that message, another one makes the head too. */
function addAdjustment(call: Call): Row {
  const { state, input, nowMs } = call;
  input.decimal('QLQT');
  const item = input.text('ITNO');
  if (!state.master.items.has(item)) {
    throw new Refusal('WIT0103', 'ITNO', `Item ${item} does not exist`);
  }
  const lookupPartner = state.tenant.blankE0pbAfterShortForms ? '' : input.text('E0PA');
  const known = state.stockMessages.get(input.text('MSNR'));
  const message = known?.live ? known : addStockHead(call, lookupPartner);
  const line = addStockLine(call, message);
  const { sequence } = addInstruction(call, { message, line });
  const run = (atMs: number) => {
    const jobStarted = openInstructions(message);
    if (message.live) processStockMessage(state, { message, jobStarted, nowMs: atMs });
  };
  if (input.text('PRFL') === '*EXE') run(nowMs);
  if (input.text('PRFL') === '*AUT') schedule(state, nowMs + autoJobDelayMs, run);
  return { MSNR: message.number, MSLN: String(line.line), MSGS: String(sequence) };
}

function headRow(message: StockMessage): Row {
  return {
    ...message.fields,
    MSNR: message.number,
    WHLO: message.warehouse,
    PMSN: message.externalNumber,
    E0PA: message.partner,
    E0PB: message.lookupPartner,
    STAT: message.status,
    STLO: message.status,
    STHI: message.status,
  };
}

function lineRow(message: StockMessage, line: StockMessageLine): Row {
  return {
    ...line.fields,
    MSNR: message.number,
    MSLN: String(line.line),
    WHLO: message.warehouse,
    ITNO: line.item,
    WHSL: line.location,
    BANO: line.lot,
    STAT: line.status,
    PMSN: message.externalNumber,
  };
}

function instructionRow(place: {
  message: StockMessage;
  line: StockMessageLine;
  instruction: StockInstruction;
}): Row {
  const { message, line, instruction } = place;
  return {
    ...instruction.fields,
    MSNR: message.number,
    MSLN: String(line.line),
    MSGS: String(instruction.sequence),
    QLFR: instruction.qualifier,
    STAT: instruction.status,
    QLQT: formatDecimal(instruction.quantity),
    RSCD: instruction.reasonCode,
    REMK: instruction.error.slice(0, 30),
    MSID: instruction.error.split(' ').at(-1) ?? '',
  };
}
