import type { Target } from '../../../app/ports.ts';
import type { MiCall } from '../mi.ts';
import type { WarehouseMessageSettings } from '../settings.ts';
import { listed } from './answer.ts';
import { lineNumber } from './compare.ts';
import type { MessageFamily, MessageLine } from './message-family.ts';
import { given } from './record.ts';
import type { Row } from './session.ts';

/**
 * MHS850MI, for issues and receipts (reference: infor-api §4.4). AddWhsHead is used rather than the
 * short forms, because only it takes E0PB, by which the message is found again (protocol §2.3).
 */
export function warehouseFamily(parts: {
  /** Where this message carries its quantity: DLQT basic unit, RVQA the purchase order's. */
  quantityField: 'DLQT' | 'RVQA';
  settings(all: Parameters<MessageFamily['partner']>[0]): WarehouseMessageSettings;
}): MessageFamily {
  return {
    program: 'MHS850MI',
    numberField: 'MSGN',
    addHead: 'AddWhsHead',
    getHead: 'GetWhsHead',
    process: 'PrcWhsTran',
    delete: 'DeleteWhsTran',
    partner: (settings) => parts.settings(settings).partner,
    async readLines(session, step, messages) {
      const results = await session.read(
        step,
        'MHS850MI',
        messages.map(({ target, number }) => ({
          targets: [target],
          call: { transaction: 'LstWhsLine', record: { MSGN: number }, columns: lineColumns },
        })),
      );
      return messages.map((_, index) => {
        const list = listed('MHS850MI/LstWhsLine', results[index], ['MSGN', 'PACN', 'MSLN']);
        if (list.state === 'unclear') return list;
        return {
          state: 'read',
          lines: list.rows.map((row) => lineOf(row, parts.quantityField)),
        };
      });
    },
    async readErrors(session, step, failed) {
      // The list does not show the error text, the single line does.
      const asked = failed.flatMap(({ target, number, lines }) =>
        lines.map((line) => ({
          target,
          asking: {
            targets: [target],
            call: {
              transaction: 'GetWhsLine',
              record: { MSGN: number, PACN: line.row.PACN ?? '', MSLN: line.row.MSLN ?? '' },
              columns: ['MSLN', 'STAT', 'REMK'],
            },
          },
        })),
      );
      const results = await session.read(
        step,
        'MHS850MI',
        asked.map(({ asking }) => asking),
      );
      return failed.map(({ target }) =>
        asked
          .map((one, index) => ({ ...one, result: results[index] }))
          .filter((one) => one.target === target)
          .map(({ result }) => (result?.kind === 'ok' ? (result.records[0]?.REMK ?? '') : ''))
          .filter((text) => text !== '')
          .join('; '),
      );
    },
  };
}

const lineColumns = [
  'PACN',
  'MSLN',
  'STAT',
  'ITNO',
  'DLQT',
  'RVQA',
  'BANO',
  'USD1',
  'RIDN',
  'RIDL',
  'DLIX',
  'RIDI',
  'REPN',
];

function lineOf(row: Row, quantityField: 'DLQT' | 'RVQA'): MessageLine {
  return {
    // Our line number: several message lines may stand for one of ours.
    line: lineNumber(row.USD1),
    item: row.ITNO ?? '',
    quantity: row[quantityField] ?? '',
    lot: row.BANO ?? '',
    status: row.STAT ?? '',
    row,
  };
}

/** What every head of these messages carries. */
export function warehouseHead(warehouse: string, settings: WarehouseMessageSettings): Row {
  return {
    WHLO: warehouse,
    QLFR: settings.qualifier,
    E0PA: settings.partner,
    E0PB: settings.partner,
    E065: settings.messageType,
    E007: settings.messageQualifier ?? '',
  };
}

/** The one package every message needs, named by our key, and its lines. */
export function packageAndLines(parts: {
  target: Target;
  number: string;
  warehouse: string;
  qualifier: string;
  package: Row;
  lines: { line: number; record: Row }[];
}): MiCall[] {
  const { target, number, warehouse, qualifier } = parts;
  const common = { WHLO: warehouse, MSGN: number, PACN: target.key, QLFR: qualifier };
  return [
    {
      transaction: 'AddWhsPack',
      record: given({ ...common, ...parts.package }),
      columns: ['PACN'],
    },
    ...parts.lines.map(({ line, record }, index) => ({
      transaction: 'AddWhsLine',
      // Our own line numbers make a second copy of a line collide instead of adding to it.
      record: given({ ...common, MSLN: String(index + 1), USD1: String(line), ...record }),
      columns: ['MSLN'],
    })),
  ];
}
