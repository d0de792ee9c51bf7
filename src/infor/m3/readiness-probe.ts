import type { DocumentKind } from '../../core/glossary.ts';
import { serverTime } from './field-table.ts';
import type { M3Settings } from './settings.ts';

/** A read without effect that shows whether the program may be run. */
export interface Probe {
  program: string;
  transaction: string;
  record: Record<string, string>;
  /** What the program is needed for. */
  means: string;
}

/** A key that nobody uses: the answer "there is none" shows that the question was allowed. */
const nobody = 'MLCDOCTOR';
const noNumber = '1';

const everyDocument: readonly DocumentKind[] = [
  'salesOrder',
  'purchaseOrder',
  'goodsIssue',
  'stockIssue',
  'goodsReceipt',
];

/** A probe with the kinds of document that need it. */
interface Needed extends Probe {
  for: readonly DocumentKind[];
}

/**
 * One read for every program that these kinds of document call, as their recipes do it. The
 * authority is given by program (reference: infor-api §2.5, §7.11), so one transaction of each is
 * enough; a second one stands where not every tenant has it.
 */
export function probesFor(
  kinds: readonly DocumentKind[],
  settings: M3Settings,
  today: string,
): Probe[] {
  const needed = [
    ...masterProbes(),
    ...orderProbes(),
    ...pickingProbes(settings),
    ...messageProbes(settings),
    ...purchaseProbes(settings),
    ...journalProbes(settings, today),
  ];
  return needed
    .filter((probe) => probe.for.some((kind) => kinds.includes(kind)))
    .map(({ for: _, ...probe }) => probe);
}

function masterProbes(): Needed[] {
  return [
    {
      ...read('MMS200MI', 'Get', { ITNO: nobody }, 'items'),
      for: everyDocument,
    },
    {
      ...read('MMS025MI', 'LstItem', { POPN: nobody }, 'items by alias'),
      for: everyDocument,
    },
    {
      ...read('MMS005MI', 'GetWarehouse', { WHLO: 'ZZZ' }, 'warehouses'),
      for: everyDocument,
    },
    {
      ...read('CRS610MI', 'GetBasicData', { CUNO: nobody }, 'customers'),
      for: ['salesOrder'],
    },
    {
      ...read('CRS620MI', 'GetBasicData', { SUNO: nobody }, 'suppliers'),
      for: ['purchaseOrder'],
    },
    {
      ...read('CRS630MI', 'GetAccountID', { AITP: '1', AITM: nobody }, 'accounts and cost centres'),
      for: ['journal', 'purchaseOrder'],
    },
  ];
}

function orderProbes(): Needed[] {
  const orders: readonly DocumentKind[] = ['salesOrder', 'goodsIssue', 'orderCancellation'];
  return [
    {
      ...read('OIS100MI', 'GetHead', { ORNO: nobody }, 'sales orders: entering, reading, deleting'),
      for: orders,
    },
    {
      ...read(
        'OIS275MI',
        'GetTmpOrderStat',
        { ORNO: nobody },
        'whether a sales order was accepted',
      ),
      for: ['salesOrder'],
    },
    {
      ...read(
        'OIS175MI',
        'LstHeadByRef',
        { CUNO: nobody, YREF: nobody },
        'finding a sales order again by its key',
      ),
      for: ['salesOrder'],
    },
  ];
}

function pickingProbes({ picking }: M3Settings): Needed[] {
  const probes: Needed[] = [
    {
      ...read('MWS411MI', 'LstDelLnByOrd', { RORC: '3', RIDN: nobody }, 'deliveries of an order'),
      for: ['goodsIssue'],
    },
    {
      ...read('MWS422MI', 'LstPickDetail', { DLIX: noNumber }, 'pick lists'),
      for: ['goodsIssue'],
    },
  ];
  if (picking.steps !== 'drive') return probes;
  return [
    ...probes,
    {
      ...read('MWS410MI', 'GetHead', { DLIX: noNumber }, 'releasing a delivery for picking'),
      for: ['goodsIssue'],
    },
    { ...clockOf('MMS120MI', 'allocating what was shipped'), for: ['goodsIssue'] },
  ];
}

function messageProbes({ issue, receipt, stock }: M3Settings): Needed[] {
  const message = (program: string, partner: string, means: string) =>
    read(program, 'LstMvxMsg', { E0PB: partner || nobody, PMSN: nobody }, means);
  return [
    { ...message('MHS850MI', issue.partner, 'reporting goods issues'), for: ['goodsIssue'] },
    { ...message('MHS850MI', receipt.partner, 'reporting goods receipts'), for: ['goodsReceipt'] },
    {
      ...message('MMS850MI', stock.partner, 'issuing stock without an order'),
      for: ['stockIssue'],
    },
  ];
}

function purchaseProbes({ purchase }: M3Settings): Needed[] {
  const both: readonly DocumentKind[] = ['purchaseOrder', 'goodsReceipt'];
  return [
    {
      ...read('PPS370MI', 'GetBatchHead', { PUNO: nobody }, 'entering purchase orders'),
      for: ['purchaseOrder'],
    },
    {
      ...read(
        'PPS001MI',
        'ListHeadBasic',
        { PURC: purchase.requester || nobody },
        'finding a purchase order again by its requester',
      ),
      for: ['purchaseOrder'],
    },
    {
      ...read('PPS001MI', 'GetHeadBasic', { PUNO: nobody }, 'purchase orders to receive on'),
      for: both,
    },
    { ...read('PPS200MI', 'GetHead', { PUNO: nobody }, 'purchase order lines'), for: both },
  ];
}

function journalProbes({ journal, division }: M3Settings, today: string): Needed[] {
  const probes: Needed[] = [{ ...clockOf('GLS840MI', 'entering journals'), for: ['journal'] }];
  if (journal.voucherList !== 'read') return probes;
  const days = { FRDT: today, TODT: today, DIVI: division };
  return [
    ...probes,
    {
      ...read('GLS200MI', 'LstVouchersByDt', days, 'finding a journal again among the vouchers'),
      for: ['journal'],
    },
  ];
}

function read(
  program: string,
  transaction: string,
  record: Record<string, string>,
  means: string,
): Probe {
  return { program, transaction, record, means };
}

/** A program whose own transactions all write is asked for the time. */
function clockOf(program: string, means: string): Probe {
  return { program, transaction: serverTime, record: {}, means };
}

const orderTypes = 'order numbers series and batch origin A of OIS278';
const unreadableOf: Record<DocumentKind, string[]> = {
  salesOrder: [orderTypes],
  orderCancellation: [],
  goodsIssue: ['partner and message type of goods issues (MMS865): no automatic processing'],
  goodsReceipt: ['partner and message type of goods receipts (MMS865): no automatic processing'],
  stockIssue: ['partner of stock adjustments, and the reason codes that the rules name'],
  purchaseOrder: ['batch origin of PPS090 with automation level 2'],
  journal: ['interface of GLS850 with usage type 2, and its voucher group'],
};

/** Set-up that no published read shows (reference: infor-api §4): a rehearsal has to prove it. */
export function unreadableFor(kinds: readonly DocumentKind[]): string[] {
  return [...new Set(kinds.flatMap((kind) => unreadableOf[kind]))];
}
