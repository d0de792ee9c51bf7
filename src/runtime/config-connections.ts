/** The sections that say how to reach ShipBob and Infor, and which of Infor's set-ups are ours. */
import { z } from 'zod';
import {
  baseUrl,
  choice,
  code,
  codeOrEmpty,
  duration,
  identifier,
  list,
  section,
  whole,
  words,
} from './config-values.ts';

function retrySection(defaults: { base: string; cap: string; deadline: string }) {
  return section({
    base: duration().prefault(defaults.base).describe('First pause; it doubles, with jitter.'),
    cap: duration().prefault(defaults.cap).describe('Longest pause.'),
    deadline: duration()
      .prefault(defaults.deadline)
      .describe('One call gives up after this long; the next run goes on.'),
  })
    .prefault({})
    .describe('Retries of a read, and of a call that provably was not sent.');
}

export const shipbobSection = section({
  baseUrl: baseUrl()
    .prefault('https://api.shipbob.com')
    .describe('https://sandbox-api.shipbob.com for the sandbox.'),
  apiVersion: z
    .string({ error: "a dated version such as '2026-07'" })
    .regex(/^\d{4}-\d{2}$/, { error: "a dated version such as '2026-07'" })
    .prefault('2026-07')
    .describe('Dated version of the API; it stands in every path.'),
  channels: list(identifier('a channel id'), 'channel ids')
    .prefault([])
    .describe('Only these channels; empty reads all that the token may.'),
  pageSize: whole({ minimum: 1, maximum: 250 }).prefault('250').describe('Orders a page.'),
  receivingPageSize: whole({ minimum: 1, maximum: 250 })
    .prefault('100')
    .describe('Receiving orders a page; ShipBob does not state a limit, 100 is proven.'),
  callsPerMinute: whole({ minimum: 1, maximum: 150 })
    .prefault('150')
    .describe('Shared by all processes; lower it where others use the same token.'),
  timeout: duration().prefault('60s').describe('One call, its whole answer included.'),
  retry: retrySection({ base: '1s', cap: '30s', deadline: '5m' }),
  login: section({
    authUrl: baseUrl()
      .prefault('https://auth.shipbob.com')
      .describe('https://authstage.shipbob.com for the sandbox.'),
    clientId: words(200)
      .nullable()
      .prefault(null)
      .describe('Of your application at ShipBob; null uses a personal access token.'),
    callbackPort: whole({ minimum: 1_024, maximum: 65_535 })
      .prefault('8788')
      .describe('Port on this machine that the browser comes back to; part of the registered URL.'),
    renewAhead: duration().prefault('10m').describe('A token is renewed this long before its end.'),
  })
    .prefault({})
    .describe('OAuth login, for applications: mlc credentials login shipbob.'),
})
  .prefault({})
  .describe('The ShipBob account that is read.');

const partner = code(17, 'a partner code').nullable().prefault(null);
const messageType = code(6, 'a message type').nullable().prefault(null);
const messageQualifier = code(17, 'a message qualifier')
  .nullable()
  .prefault(null)
  .describe("The message's own qualifier; null leaves it out.");

function warehouseMessage(what: string, qualifier: string) {
  return section({
    partner: partner.describe('Null takes infor.partner.'),
    messageType: messageType.describe('As set up for this partner; needed before the first one.'),
    qualifier: code(6, 'a qualifier').prefault(qualifier).describe('What the message reports.'),
    messageQualifier,
  })
    .prefault({})
    .describe(what);
}

const stockMessage = section({
  partner: partner.describe('Null takes infor.partner.'),
  messageType: messageType.describe('As set up for this partner; needed before the first one.'),
  messageQualifier,
  defaultReason: codeOrEmpty(3, 'a reason code')
    .prefault('')
    .describe('Reason code of a line that carries none.'),
})
  .prefault({})
  .describe('Stock adjustments: issues without an order.');

const purchaseOrders = section({
  origin: code(10, 'a batch origin')
    .nullable()
    .prefault(null)
    .describe('Batch origin, defined in PPS090 with automation level 2.'),
  requester: code(10, 'a requester')
    .nullable()
    .prefault(null)
    .describe('Requester that only mlc uses: its orders are found again by it.'),
  orderType: code(3, 'a purchase order type')
    .nullable()
    .prefault(null)
    .describe("Order type where a rule gives none; null is the origin's own."),
  reservedPrefix: code(3, 'the start of a number')
    .nullable()
    .prefault(null)
    .describe('Start of a manual number series reserved for mlc; null lets Infor number.'),
})
  .prefault({})
  .describe('Purchase order entry.');

const journal = section({
  interface: code(15, 'an interface name')
    .nullable()
    .prefault(null)
    .describe('Interface template with usage 2 (GLS850); needed for costs.'),
  recordType: code(2, 'a record type').prefault('I1').describe('Record type of a line.'),
  voucherList: choice(['read', 'none'])
    .prefault('read')
    .describe('Whether the tenant lets vouchers be listed; without it none is found again.'),
})
  .prefault({})
  .describe('General ledger interface.');

const picking = section({
  steps: choice(['drive', 'automatic'])
    .prefault('drive')
    .describe('Allocation, release, pick list: mlc asks for what is missing, or Infor does all.'),
  allocationOrigin: code(1, 'an allocation origin')
    .prefault('1')
    .describe('Where an allocation says that it comes from.'),
  onlineUpdate: code(1, 'an update mode')
    .prefault('1')
    .describe('How a release for picking is carried out.'),
})
  .prefault({})
  .describe('What happens in Infor before an issue can be reported.');

function textLength(standard: string) {
  return whole({ minimum: 1, maximum: 60 }).prefault(standard);
}

const addressLengths = section({
  name: textLength('36'),
  line: textLength('36'),
  town: textLength('20'),
  postCode: textLength('10'),
  phone: textLength('16'),
})
  .prefault({})
  .describe('Longest text of each part of a delivery address; longer ones are cut.');

export const inforSection = section({
  company: whole({ minimum: 1, maximum: 999 }).describe('Company number.'),
  division: codeOrEmpty(3, 'a division code').describe("Division; '' where there is none."),
  language: code(2, 'a language code').prefault('GB').describe('Language of messages.'),
  tenant: words(60)
    .nullable()
    .prefault(null)
    .describe('Refuse credentials of any other tenant, such as ACME_PRD instead of ACME_TST.'),
  gatewayTimeout: duration()
    .prefault('60s')
    .describe('When the ION gateway gives up on M3, while M3 may still be working.'),
  timeout: duration()
    .prefault('75s')
    .describe("One call, its whole answer included; longer than the gateway's."),
  concurrency: whole({ minimum: 1, maximum: 16 })
    .prefault('4')
    .describe('Requests in flight at most; fewer while Infor is busy.'),
  requestTarget: duration()
    .prefault('10s')
    .describe('About how long one request shall take: bulk sizes follow what was measured.'),
  requestSize: section({
    reads: whole({ minimum: 1, maximum: 100 }).prefault('100').describe('Reads at most.'),
    writes: whole({ minimum: 1, maximum: 100 }).prefault('100').describe('Writes at most.'),
  })
    .prefault({})
    .describe('Bounds of the transactions in one bulk request.'),
  retry: retrySection({ base: '1s', cap: '30s', deadline: '5m' }),
  aliasCategories: list(whole({ minimum: 1, maximum: 99 }), 'alias categories')
    .prefault(['1', '2'])
    .describe('Alias categories (MMS025) in which a SKU is looked for; empty looks in none.'),
  responsible: code(10, 'a user code')
    .nullable()
    .prefault(null)
    .describe('Responsible where a rule gives none; null leaves it out.'),
  partner: code(17, 'a partner code')
    .nullable()
    .prefault(null)
    .describe('Partner of all messages that name none of their own.'),
  issue: warehouseMessage('Messages that report issues for customer orders.', '31'),
  receipt: warehouseMessage('Messages that report receipts for purchase orders.', '20'),
  stock: stockMessage,
  purchaseOrders,
  journal,
  picking,
  callerMessageNumbers: choice(['avoid', 'use'])
    .prefault('avoid')
    .describe('Whether the tenant lets us choose message numbers, which makes them exact.'),
  export: choice(['disabled', 'enabled'])
    .prefault('disabled')
    .describe('Whether EXPORTMI may be used to speed look-ups up.'),
  addressLengths,
  listRecordsMax: whole({ minimum: 10, maximum: 10_000 })
    .prefault('1000')
    .describe('Rows asked for at most in a list that cannot be continued.'),
}).describe('The Infor M3 tenant that is written to.');
