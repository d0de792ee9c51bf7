import type { RunningSandbox } from '../../src/sandbox/server.ts';
import type { Expected } from './simulation-expected.ts';

type InforBooks = ReturnType<RunningSandbox['inforSandbox']['world']['books']>;

/** What a clerk writes on an order that is entered by hand. */
export const atTheDesk = 'BY HAND';

/** What stands in Infor as if it were of ShipBob, and is of nothing that ShipBob has. */
export function strangersIn(
  sandbox: RunningSandbox,
  infor: InforBooks,
  expected: Expected,
): string[] {
  const items = new Set(sandbox.week.infor.items.map(({ number }) => number));
  const orders = new Set(expected.orders.map(({ id }) => `SB${id}`));
  const keys = [
    ...expected.shipments.map(({ id }) => `S${id}`),
    ...expected.receipts.map(({ receivingId }) => `R${receivingId}`),
  ];
  const movements = new Set(keys);
  const documents = [...infor.orders, ...infor.purchaseOrders].filter(({ live }) => live);
  return [
    ...infor.stockHistory.flatMap(({ item }) =>
      items.has(item) ? [] : [`stock of unknown item ${item}`],
    ),
    ...documents.flatMap(({ number, yourReference }) =>
      yourReference.startsWith('SB') && !orders.has(yourReference)
        ? [`${number} is for ${yourReference}, which is no order`]
        : [],
    ),
    ...infor.stockHistory.flatMap(({ externalKey, type }) => {
      const [record = ''] = externalKey.split('-');
      const fits = record.startsWith('R') ? type === '25' : ['31', '90'].includes(type);
      return externalKey === '' || (movements.has(record) && fits)
        ? []
        : [`a movement ${type} of ${externalKey}, which is none`];
    }),
  ];
}
