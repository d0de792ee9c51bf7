import type { Exchange, Log, Target, WriteIntent, WriteJournal } from '../../src/app/ports.ts';
import type {
  GoodsIssue,
  GoodsReceipt,
  Journal,
  OrderCancellation,
  PurchaseOrder,
  SalesOrder,
  StockIssue,
} from '../../src/core/glossary.ts';
import {
  calendarDay,
  canonicalAmount,
  canonicalQuantity,
  chargeId,
  externalKey,
  receivingId,
  shipmentId,
} from '../../src/core/schema.ts';
import { addressLengthsDefault, type M3Settings } from '../../src/infor/m3/settings.ts';

/** Settings that fit `smallCompany`. */
export function someSettings(changes: Partial<M3Settings> = {}): M3Settings {
  return {
    company: '100',
    division: 'AAA',
    language: 'GB',
    responsible: null,
    callerMessageNumbers: 'use',
    issue: { partner: 'SHIPBOB', messageType: 'WMS', qualifier: '31', messageQualifier: null },
    receipt: { partner: 'SHIPBOB', messageType: 'WMS', qualifier: '20', messageQualifier: '20' },
    stock: {
      partner: 'SHIPBOB',
      messageType: 'WMS',
      messageQualifier: null,
      defaultReason: 'SMP',
    },
    purchase: { origin: 'SB', requester: 'SHIPBOB', orderType: null, reservedPrefix: null },
    journal: { interfaceName: 'SHIPBOB', recordType: 'I1', voucherList: 'read' },
    picking: { steps: 'drive', allocationOrigin: '1', onlineUpdate: '1' },
    warehouseDiffers: 'flag',
    countries: {},
    addressLengths: addressLengthsDefault,
    customers: [],
    quietMs: 330_000,
    listRecordsMax: 500,
    ...changes,
  };
}

export const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A journal that remembers, and can tell that no write left before its intent. */
export function memoryJournal(): WriteJournal & { intents: WriteIntent[]; exchanges: Exchange[] } {
  const intents: WriteIntent[] = [];
  const exchanges: Exchange[] = [];
  return {
    intents,
    exchanges,
    async intend(more) {
      intents.push(...more);
    },
    async done(more) {
      exchanges.push(...more);
    },
  };
}

let postings = 0;

export function target(document: Target['document'], changes: Partial<Target> = {}): Target {
  postings += 1;
  return {
    postingId: postings,
    key: externalKey('SB1001'),
    document,
    attempt: 1,
    handle: null,
    dependency: null,
    ...changes,
  };
}

export function aSalesOrder(changes: Partial<SalesOrder> = {}): SalesOrder {
  return {
    kind: 'salesOrder',
    customer: 'WEB001',
    orderType: 'C01',
    facility: 'F01',
    warehouse: '001',
    currency: 'USD',
    orderedOn: calendarDay('2026-11-20'),
    requestedOn: calendarDay('2026-11-21'),
    orderNumber: '#1001',
    responsible: null,
    lines: [aSalesLine(1, 'MUG', '3')],
    deliveryAddress: null,
    charge: null,
    ...changes,
  };
}

export function aSalesLine(
  line: number,
  item: string,
  quantity: string,
): SalesOrder['lines'][number] {
  return {
    line,
    item,
    quantity: canonicalQuantity(quantity),
    price: canonicalAmount('9.5'),
    warehouse: '001',
    reasonCode: null,
    productId: String(line),
    productReferenceId: '',
    sku: item,
  };
}

export function aPurchaseOrder(changes: Partial<PurchaseOrder> = {}): PurchaseOrder {
  return {
    kind: 'purchaseOrder',
    supplier: 'SUP1',
    facility: 'F01',
    warehouse: '001',
    orderType: null,
    currency: null,
    orderedOn: calendarDay('2026-11-20'),
    requestedOn: calendarDay('2026-11-27'),
    orderNumber: '#1001',
    lines: [
      {
        line: 1,
        item: 'MUG',
        quantity: canonicalQuantity('12'),
        unit: 'PCS',
        price: null,
        dimensions: ['1400', 'CC10', '', '', '', '', ''],
        costCentre: 'CC10',
      },
      {
        line: 2,
        item: 'TEA',
        quantity: canonicalQuantity('2.5'),
        unit: 'KG',
        price: canonicalAmount('4'),
        dimensions: [],
        costCentre: null,
      },
    ],
    ...changes,
  };
}

export function aGoodsIssue(changes: Partial<GoodsIssue> = {}): GoodsIssue {
  return {
    kind: 'goodsIssue',
    shipmentId: shipmentId('388185605'),
    customer: 'WEB001',
    warehouse: '001',
    movedOn: calendarDay('2026-11-20'),
    movedAtTime: '120000',
    trackingNumber: '1Z999AA10123456784',
    lines: [anIssueLine(1, 'MUG', '3')],
    ...changes,
  };
}

export function anIssueLine(
  line: number,
  item: string,
  quantity: string,
  changes: Partial<GoodsIssue['lines'][number]> = {},
): GoodsIssue['lines'][number] {
  return {
    line,
    salesOrderLine: line,
    item,
    quantity: canonicalQuantity(quantity),
    lot: null,
    location: null,
    reasonCode: null,
    complete: true,
    ...changes,
  };
}

export function aStockIssue(changes: Partial<StockIssue> = {}): StockIssue {
  return {
    kind: 'stockIssue',
    shipmentId: shipmentId('388185605'),
    warehouse: '001',
    movedOn: calendarDay('2026-11-20'),
    movedAtTime: '120000',
    remark: 'ShipBob 388185605',
    responsible: null,
    lines: [
      {
        line: 1,
        item: 'MUG',
        quantity: canonicalQuantity('2'),
        lot: null,
        location: 'A1',
        reasonCode: 'SMP',
      },
      {
        line: 2,
        item: 'TEA',
        quantity: canonicalQuantity('0.5'),
        lot: 'L1',
        location: 'A1',
        reasonCode: 'DMG',
      },
    ],
    ...changes,
  };
}

export function aGoodsReceipt(changes: Partial<GoodsReceipt> = {}): GoodsReceipt {
  return {
    kind: 'goodsReceipt',
    receivingId: receivingId('443002'),
    purchaseOrder: '4500012',
    supplier: 'SUP1',
    warehouse: '001',
    movedOn: calendarDay('2026-11-20'),
    movedAtTime: '120000',
    deliveryNote: 'WRO 443002',
    lines: [
      aReceiptLine(1, 'MUG', '24', { unit: 'PCS' }),
      aReceiptLine(2, 'TEA', '2.5', { unit: 'KG', purchaseOrderLine: '2', lot: 'L7' }),
    ],
    ...changes,
  };
}

export function aReceiptLine(
  line: number,
  item: string,
  quantity: string,
  changes: Partial<GoodsReceipt['lines'][number]> = {},
): GoodsReceipt['lines'][number] {
  return {
    line,
    purchaseOrderLine: '1',
    purchaseOrderSubline: '0',
    item,
    quantity: canonicalQuantity(quantity),
    unit: 'PCS',
    lot: null,
    expiresOn: null,
    location: 'A1',
    complete: false,
    ...changes,
  };
}

export function aJournal(changes: Partial<Journal> = {}): Journal {
  const line = (number: number, account: string, amount: string) => ({
    line: number,
    dimensions: [account, 'CC10', '', '', '', '', ''],
    amount: canonicalAmount(amount),
    text: 'Fulfilment',
    chargeId: chargeId('01HZX3F5Q2M7N8P9R0S1T2V3W4'),
  });
  return {
    kind: 'journal',
    division: 'AAA',
    day: calendarDay('2026-11-20'),
    voucherGroup: 'SB',
    currency: 'USD',
    description: 'ShipBob 2026-11-20',
    lines: [line(1, '1400', '7.25'), line(2, '2400', '-7.25')],
    ...changes,
  };
}

export function aCancellation(): OrderCancellation {
  return { kind: 'orderCancellation', salesOrderKey: externalKey('SB1001') };
}
