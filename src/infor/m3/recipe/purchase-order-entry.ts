import type { Target } from '../../../app/ports.ts';
import { compactDay } from '../../../core/day.ts';
import type { MiCall } from '../mi.ts';
import type { M3Settings } from '../settings.ts';
import { ownOrderNumber, parseHandle } from './purchase-order-number.ts';
import { given } from './record.ts';
import { documentOf } from './session.ts';

export function entryCall(settings: M3Settings): MiCall {
  return {
    transaction: 'StartEntry',
    record: { BAOR: settings.purchase.origin },
    columns: ['MSGN'],
  };
}

/** YRE1 and the requester carry what the order is found again by (posting-protocol §2.4). */
export function headCall(target: Target, parts: { message: string; settings: M3Settings }): MiCall {
  const order = documentOf(target, 'purchaseOrder');
  const { purchase } = parts.settings;
  return {
    transaction: 'AddHead',
    record: given({
      MSGN: parts.message,
      PUNO: ownOrderNumber(target.key, parts.settings) ?? '',
      FACI: order.facility,
      WHLO: order.warehouse,
      SUNO: order.supplier,
      PUDT: compactDay(order.orderedOn),
      DWDT: compactDay(order.requestedOn),
      ORTY: order.orderType ?? purchase.orderType ?? '',
      CUCD: order.currency ?? '',
      PURC: purchase.requester,
      YRE1: target.key,
      HREF: target.key,
    }),
    columns: ['PUNO'],
  };
}

export function lineCalls(target: Target, handle: string): MiCall[] {
  const document = documentOf(target, 'purchaseOrder');
  const { message, order } = parseHandle(handle);
  return document.lines.map((line) => ({
    transaction: 'AddLine',
    record: given({
      MSGN: message,
      PUNO: order,
      // Our own line number: a second copy of the line collides, and the read-back knows it.
      PNLI: String(line.line),
      LREF: String(line.line),
      ITNO: line.item,
      ORQA: line.quantity,
      PUUN: line.unit,
      PUPR: line.price ?? '',
      FACI: document.facility,
      WHLO: document.warehouse,
      DWDT: compactDay(document.requestedOn),
      COCE: line.costCentre ?? '',
    }),
    columns: ['PUNO', 'PNLI'],
  }));
}

/** Only for lines with dimensions of their own; the others follow M3's accounting rules. */
export function accountingCalls(target: Target, handle: string): MiCall[] {
  const { message, order } = parseHandle(handle);
  return documentOf(target, 'purchaseOrder')
    .lines.filter((line) => line.dimensions.some((value) => value !== ''))
    .map((line) => ({
      transaction: 'AddAccString',
      record: given({
        MSGN: message,
        PUNO: order,
        PNLI: String(line.line),
        ...Object.fromEntries(
          line.dimensions.slice(0, 7).map((value, index) => [`AIT${index + 1}`, value]),
        ),
      }),
      columns: [],
    }));
}
