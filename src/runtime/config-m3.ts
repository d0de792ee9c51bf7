import type { ConfigFile } from './config-schema.ts';

interface MessageConfig {
  partner: string;
  messageType: string;
  messageQualifier: string | null;
}

/**
 * What the M3 adapter wants to know, in the shape of its own settings: the composition root hands
 * it on as it is. A code that this configuration needs for no document is empty; `config-check.ts`
 * refuses a file in which one is missing that is needed.
 */
export interface M3Config {
  company: string;
  division: string;
  language: string;
  responsible: string | null;
  callerMessageNumbers: 'use' | 'avoid';
  issue: MessageConfig & { qualifier: string };
  receipt: MessageConfig & { qualifier: string };
  stock: MessageConfig & { defaultReason: string };
  purchase: {
    origin: string;
    requester: string;
    orderType: string | null;
    reservedPrefix: string | null;
  };
  journal: { interfaceName: string; recordType: string; voucherList: 'read' | 'none' };
  picking: { steps: 'automatic' | 'drive'; allocationOrigin: string; onlineUpdate: string };
  warehouseDiffers: 'change' | 'flag';
  countries: Record<string, string>;
  addressLengths: { name: number; line: number; town: number; postCode: number; phone: number };
  customers: string[];
  quietMs: number;
  listRecordsMax: number;
}

export function m3Of(file: ConfigFile): M3Config {
  const { infor } = file;
  const message = (given: { partner: string | null; messageType: string | null }) => ({
    partner: given.partner ?? infor.partner ?? '',
    messageType: given.messageType ?? '',
  });
  const { requester, origin, orderType, reservedPrefix } = infor.purchaseOrders;
  return {
    company: String(infor.company),
    division: infor.division,
    language: infor.language,
    responsible: infor.responsible,
    callerMessageNumbers: infor.callerMessageNumbers,
    issue: { ...infor.issue, ...message(infor.issue) },
    receipt: { ...infor.receipt, ...message(infor.receipt) },
    stock: { ...infor.stock, ...message(infor.stock) },
    purchase: { origin: origin ?? '', requester: requester ?? '', orderType, reservedPrefix },
    journal: {
      interfaceName: infor.journal.interface ?? '',
      recordType: infor.journal.recordType,
      voucherList: infor.journal.voucherList,
    },
    picking: infor.picking,
    warehouseDiffers: file.shipments.warehouseDiffers,
    countries: file.orders.countries,
    addressLengths: infor.addressLengths,
    customers: customersOf(file),
    quietMs: file.posting.unknown.quiet,
    listRecordsMax: infor.listRecordsMax,
  };
}

/** Every customer that a rule names, or can find in its table. */
function customersOf({ orders, lookups }: ConfigFile): string[] {
  const numbers = orders.rules.flatMap((rule) => {
    if (rule.as !== 'salesOrder') return [];
    if ('fixed' in rule.customer) return [rule.customer.fixed];
    const { lookup } = rule.customer;
    return Object.hasOwn(lookups, lookup) ? Object.values(lookups[lookup] ?? {}) : [];
  });
  return [...new Set(numbers.map((number) => number.trim()).filter((number) => number !== ''))];
}
