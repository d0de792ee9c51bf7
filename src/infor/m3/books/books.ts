/** Infor M3 read for a comparison of the books. It only reads. */
import type { InforBooks } from '../../../app/ports.ts';
import { ownPurchaseOrders, purchaseOrders } from './purchase-orders.ts';
import type { Reader } from './reading.ts';
import { ownSalesOrders, salesOrders } from './sales-orders.ts';
import { onHand, stockTransactions } from './stock.ts';
import { voucherLines } from './vouchers.ts';

export function createInforBooks(reader: Reader): InforBooks {
  return {
    documents: (kind, queries) =>
      kind === 'salesOrder' ? salesOrders(reader, queries) : purchaseOrders(reader, queries),
    ownOrders: (request) =>
      request.kind === 'salesOrder'
        ? ownSalesOrders(reader, request)
        : ownPurchaseOrders(reader, request),
    stockTransactions: (request) => stockTransactions(reader, request),
    voucherLines: (request) => voucherLines(reader, request),
    onHand: (pairs) => onHand(reader, pairs),
  };
}
