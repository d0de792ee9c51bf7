import type { Exchange, Target } from '../../../app/ports.ts';
import { compactDay } from '../../../core/day.ts';
import type { MiCall, MiResult } from '../mi.ts';
import { commitEach, type Found, found } from './answer.ts';
import { negated, quantityOf } from './compare.ts';
import {
  type MessageFamily,
  type MessageLine,
  type MessageLines,
  type MessageOf,
  stageMessages,
} from './message-family.ts';
import { lookUpMessages } from './message-lookup.ts';
import {
  discardMessages,
  inspectMessages,
  type MessageKind,
  readBackMessages,
} from './message-status.ts';
import { cut, given, groupBy } from './record.ts';
import { documentOf, handleOf, type Recipe, type Session } from './session.ts';

/** Every line has one instruction. */
const onlyInstruction = '1';

/**
 * MMS850MI (reference: infor-api §4.3 B). The head is added by itself, because only AddStkHead
 * takes E0PB, by which the message is found again; AddAdjust then adds each line to it.
 */
const family: MessageFamily = {
  program: 'MMS850MI',
  numberField: 'MSNR',
  addHead: 'AddStkHead',
  getHead: 'GetStkHead',
  process: 'PrcStkTran',
  delete: 'DeleteStkTran',
  partner: (settings) => settings.stock.partner,
  readLines,
  async readErrors(session, step, failed) {
    const asked = failed.flatMap(({ target, number, lines }) =>
      lines.map((line) => ({ target, number, line })),
    );
    const results = await session.read(
      step,
      'MMS850MI',
      asked.map(({ target, number, line }) => ({
        targets: [target],
        call: instructionCall(number, line.row.MSLN ?? ''),
      })),
    );
    return failed.map(({ target }) =>
      asked
        .map((one, index) => ({ ...one, result: results[index] }))
        .filter((one) => one.target === target)
        .map(({ result }) => errorText(result))
        .filter((text) => text !== '')
        .join('; '),
    );
  },
};

const kind: MessageKind = {
  family,
  content: {
    head(target, settings) {
      const issue = documentOf(target, 'stockIssue');
      return {
        WHLO: issue.warehouse,
        E0PA: settings.stock.partner,
        E0PB: settings.stock.partner,
        E065: settings.stock.messageType,
        E007: settings.stock.messageQualifier ?? '',
        RESP: issue.responsible ?? settings.responsible ?? '',
      };
    },
    planned: (target) =>
      documentOf(target, 'stockIssue').lines.map(({ line, item, quantity, lot }) => ({
        line,
        item,
        quantity,
        lot,
      })),
  },
  reference: (_target, number) => ({ number, detail: { message: number } }),
};

/** Goods that left without a sales order: a quantity correction with a reason code. */
export const stockIssue: Recipe = {
  lookup: (targets, session) => lookUpMessages(kind, targets, session),
  stage: (targets, session) =>
    stageMessages(targets, session, {
      family,
      content: kind.content,
      body: (target, number) => body(target, number, session),
    }),
  inspect: (targets, session) => inspectMessages(kind, targets, session),
  commit: (targets, session) =>
    commitEach(targets, session, {
      program: 'MMS850MI',
      call: (target) => ({
        transaction: 'PrcStkTran',
        record: { MSNR: handleOf(target), PRFL: '*EXE' },
        columns: [],
      }),
      readBack: (refused) => readBackMessages(kind, refused, session),
    }),
  readBack: (targets, session) => readBackMessages(kind, targets, session),
  discard: (targets, session) => discardMessages(kind, targets, session),
};

function body(target: Target, number: string, session: Session): MiCall[] {
  const issue = documentOf(target, 'stockIssue');
  const { stock, responsible } = session.settings;
  return issue.lines.map((line) => ({
    transaction: 'AddAdjust',
    record: given({
      E0PA: stock.partner,
      E065: stock.messageType,
      WHLO: issue.warehouse,
      MSNR: number,
      // Our own line numbers make a second copy of a line collide instead of adding to it.
      MSLN: String(line.line),
      MSGS: onlyInstruction,
      ITNO: line.item,
      WHSL: line.location ?? '',
      BANO: line.lot ?? '',
      QLQT: negated(line.quantity),
      QLDT: compactDay(issue.movedOn),
      QLTM: issue.movedAtTime,
      RSCD: line.reasonCode || stock.defaultReason,
      BREM: cut(issue.remark, 20),
      RESP: issue.responsible ?? responsible ?? '',
      PMSN: target.key,
    }),
    columns: ['MSNR', 'MSLN', 'MSGS'],
  }));
}

/**
 * There is no list of a message's lines, so each planned one is read by its number, and the number
 * after the last as well: that one must not exist.
 */
async function readLines(
  session: Session,
  step: Exchange['step'],
  messages: MessageOf[],
): Promise<MessageLines[]> {
  const asked = messages.flatMap(({ target, number }) => {
    const lines = documentOf(target, 'stockIssue').lines.map(({ line }) => line);
    const next = Math.max(0, ...lines) + 1;
    return [...lines, next].map((line) => ({ target, number, line: String(line) }));
  });
  const identities = await session.read(
    step,
    'MMS850MI',
    asked.map(({ target, number, line }) => ({
      targets: [target],
      call: {
        transaction: 'GetStkId',
        record: { MSNR: number, MSLN: line },
        columns: ['MSNR', 'MSLN', 'ITNO', 'BANO', 'STAT'],
      },
    })),
  );
  const instructions = await session.read(
    step,
    'MMS850MI',
    asked.map(({ target, number, line }) => ({
      targets: [target],
      call: instructionCall(number, line),
    })),
  );
  const read = asked.map(({ number, line }, index) => ({
    number,
    line,
    identity: found('MMS850MI/GetStkId', identities[index], ['MSNR', 'MSLN']),
    instruction: found('MMS850MI/GetStkIns', instructions[index], ['MSNR', 'MSLN', 'MSGS']),
  }));
  const lines = new Map(groupBy(read, ({ number }) => number));
  return messages.map(({ number }) => linesOf(lines.get(number) ?? []));
}

function linesOf(own: { line: string; identity: Found; instruction: Found }[]): MessageLines {
  const lines: MessageLine[] = [];
  for (const { line, identity, instruction } of own) {
    if (identity.state === 'unclear') return identity;
    if (identity.state === 'missing') continue;
    if (instruction.state === 'unclear') return instruction;
    const row = instruction.state === 'found' ? instruction.row : {};
    lines.push({
      line: Number(line),
      item: identity.row.ITNO ?? '',
      // A blank one is not nought: it is not known what was booked.
      quantity: quantityOf(row.QLQT ?? '') === null ? '' : negated(row.QLQT ?? ''),
      lot: identity.row.BANO ?? '',
      status: row.STAT ?? '',
      row: { MSLN: line },
    });
  }
  return { state: 'read', lines };
}

function instructionCall(number: string, line: string): MiCall {
  return {
    transaction: 'GetStkIns',
    record: { MSNR: number, MSLN: line, MSGS: onlyInstruction },
    columns: ['MSNR', 'MSLN', 'MSGS', 'QLQT', 'STAT', 'RSCD', 'MSID', 'REMK'],
  };
}

function errorText(result: MiResult | undefined): string {
  const row = result?.kind === 'ok' ? result.records[0] : undefined;
  return `${row?.REMK ?? ''} ${row?.MSID ?? ''}`.trim();
}
