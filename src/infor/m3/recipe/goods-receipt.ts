import type { Target } from '../../../app/ports.ts';
import { compactDay } from '../../../core/day.ts';
import { commitEach } from './answer.ts';
import { stageMessages } from './message-family.ts';
import { lookUpMessages } from './message-lookup.ts';
import {
  discardMessages,
  inspectMessages,
  type MessageKind,
  readBackMessages,
} from './message-status.ts';
import { cut } from './record.ts';
import { documentOf, handleOf, type Recipe } from './session.ts';
import { packageAndLines, warehouseFamily, warehouseHead } from './warehouse-message.ts';

/**
 * Goods received against a purchase order (reference: infor-api §4.4). SUDO carries ShipBob's
 * receiving order as delivery note, so that clerks find the receipt too.
 */
const kind: MessageKind = {
  family: warehouseFamily({ quantityField: 'RVQA', settings: (all) => all.receipt }),
  content: {
    head(target, settings) {
      const receipt = documentOf(target, 'goodsReceipt');
      return {
        ...warehouseHead(receipt.warehouse, settings.receipt),
        RIDN: receipt.purchaseOrder,
        SUNO: receipt.supplier,
        SUDO: cut(receipt.deliveryNote, 20),
      };
    },
    planned: (target) =>
      documentOf(target, 'goodsReceipt').lines.map(({ line, item, quantity, lot }) => ({
        line,
        item,
        quantity,
        lot,
      })),
  },
  reference(target, number, lines) {
    const { purchaseOrder } = documentOf(target, 'goodsReceipt');
    const receipts = [...new Set(lines.map((line) => line.row.REPN ?? ''))].filter(
      (receipt) => !/^0*$/.test(receipt),
    );
    return {
      number: receipts[0] ?? number,
      detail: { message: number, purchaseOrder, receipts },
    };
  },
};

export const goodsReceipt: Recipe = {
  lookup: (targets, session) => lookUpMessages(kind, targets, session),
  stage: (targets, session) =>
    stageMessages(targets, session, {
      family: kind.family,
      content: kind.content,
      body: (target, number) => body(target, number, session.settings.receipt.qualifier),
    }),
  inspect: (targets, session) => inspectMessages(kind, targets, session),
  commit: (targets, session) =>
    commitEach(targets, session, {
      program: 'MHS850MI',
      call: (target) => ({
        transaction: 'PrcWhsTran',
        record: { MSGN: handleOf(target), PRFL: '*EXE' },
        columns: [],
      }),
      readBack: (refused) => readBackMessages(kind, refused, session),
    }),
  readBack: (targets, session) => readBackMessages(kind, targets, session),
  discard: (targets, session) => discardMessages(kind, targets, session),
};

function body(target: Target, number: string, qualifier: string) {
  const receipt = documentOf(target, 'goodsReceipt');
  const deliveryNote = cut(receipt.deliveryNote, 20);
  return packageAndLines({
    target,
    number,
    warehouse: receipt.warehouse,
    qualifier,
    package: { SUDO: deliveryNote, SUNO: receipt.supplier },
    lines: receipt.lines.map((line) => ({
      line: line.line,
      record: {
        ITNO: line.item,
        // In the order's unit, said out loud: without PUUN it is presumed (infor-api §7.13).
        RVQA: line.quantity,
        PUUN: line.unit,
        RIDN: receipt.purchaseOrder,
        RIDL: line.purchaseOrderLine,
        RIDX: line.purchaseOrderSubline,
        SUNO: receipt.supplier,
        SUDO: deliveryNote,
        WHSL: line.location ?? '',
        BANO: line.lot ?? '',
        EXPI: line.expiresOn === null ? '' : compactDay(line.expiresOn),
        RPDT: compactDay(receipt.movedOn),
        OEND: line.complete ? '1' : '0',
      },
    })),
  });
}
