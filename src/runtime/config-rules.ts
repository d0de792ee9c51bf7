/** Routing rules for orders and accounting rules for costs: ordered lists, first match wins. */
import { z } from 'zod';
import {
  choice,
  code,
  codeOrEmpty,
  identifier,
  list,
  oneOrMany,
  section,
  table,
  words,
} from './config-values.ts';

const lookupFields = [
  'recipient.email',
  'recipient.emailDomain',
  'recipient.company',
  'recipient.name',
  'channel.id',
] as const;

function codeSource(what: string) {
  return z.union(
    [
      code(10, what).transform((fixed) => ({ fixed })),
      section({ lookup: words(40), by: choice(lookupFields) }),
    ],
    { error: `${what}, or { lookup: TABLE, by: ${lookupFields.join(' | ')} }` },
  );
}

/** Accounting dimensions 1–7, the account first; text alone is the account. */
function dimensions() {
  return oneOrMany(codeOrEmpty(10, 'an accounting dimension'), 'an accounting dimension').refine(
    (given) => given.length <= 7 && given[0] !== '',
    { error: 'one to seven dimensions, the account first and not empty' },
  );
}

function condition<Output>(value: z.ZodType<Output, string>, what: string) {
  return oneOrMany(value, what).nullable().prefault(null);
}

const orderCondition = section({
  type: condition(words(40), 'an order type').describe('DTC, DropShip, B2B …'),
  channel: condition(identifier('a channel id'), 'a channel id').describe('ShipBob channel ids.'),
  centre: condition(identifier('a fulfilment centre id'), 'a fulfilment centre id').describe(
    'Fulfilment centre ids.',
  ),
  country: condition(code(2, 'a country code'), 'a country code').describe(
    "The recipient's country, two letters as ShipBob gives it.",
  ),
  tag: table(words(100), words(200), 'tag names and values')
    .nullable()
    .prefault(null)
    .describe("Order tags: name → value, '*' for any value. All must be there."),
  sku: condition(words(80), 'a SKU').describe('An order with any of these SKUs.'),
  orderNumberPrefix: words(40).nullable().prefault(null).describe('Start of the order number.'),
})
  .prefault({})
  .describe('Every condition given must hold; {} always does.');

const responsible = code(10, 'a user code')
  .nullable()
  .prefault(null)
  .describe('Who is responsible in Infor; null leaves it out.');
const reasonCode = code(3, 'a reason code');

export const orderRule = z.discriminatedUnion('as', [
  section({
    when: orderCondition,
    as: z.literal('salesOrder'),
    customer: codeSource('a customer number').describe('Who is invoiced.'),
    orderType: codeOrEmpty(3, 'a customer order type')
      .prefault('')
      .describe("Customer order type; '' takes the customer's own."),
    responsible,
    reasonCode: reasonCode
      .nullable()
      .prefault(null)
      .describe('On every line, so that accounting rules can tell channels apart.'),
    deliveryAddress: choice(['order', 'customer'])
      .prefault('order')
      .describe("A consumer's address goes onto the order; a wholesaler's is on file."),
  }),
  section({
    when: orderCondition,
    as: z.literal('purchaseOrder'),
    supplier: codeSource('a supplier number').describe('From whom it is bought.'),
    orderType: code(3, 'a purchase order type')
      .nullable()
      .prefault(null)
      .describe('Null takes infor.purchaseOrders.type.'),
    dimensions: list(codeOrEmpty(10, 'an accounting dimension'), 'accounting dimensions')
      .max(7, { error: 'at most seven dimensions' })
      .prefault([])
      .describe('Accounting dimensions 1–7; empty leaves them to Infor.'),
    costCentre: code(10, 'a cost centre').nullable().prefault(null),
    thenIssueReason: reasonCode
      .nullable()
      .prefault(null)
      .describe('Also book its shipments as issues from stock, with this reason.'),
  }),
  section({
    when: orderCondition,
    as: z.literal('issueOnly'),
    reasonCode: reasonCode.describe('Reason of the stock issue; it decides the account.'),
    remark: words(20).prefault('ShipBob').describe('Stands on the stock transaction.'),
    responsible,
  }),
  section({
    when: orderCondition,
    as: z.literal('skip'),
    reason: words(200).describe('Why these are not booked; kept with each record.'),
  }),
  section({
    when: orderCondition,
    as: z.literal('flag'),
    reason: words(200)
      .prefault('a rule asks for a decision')
      .describe('What the person who decides should know.'),
  }),
]);

export const orderSection = section({
  rules: list(orderRule, 'rules').prefault([]).describe('First match wins; no match is flagged.'),
  postWhen: choice(['accepted', 'shipped'])
    .prefault('accepted')
    .describe('Post an order at once, or only when its first shipment has left.'),
  bundles: choice(['components', 'item'])
    .prefault('components')
    .describe('Book what a bundle consists of, or the bundle as an item of its own.'),
  prices: choice(['infor', 'shipbob'])
    .prefault('infor')
    .describe('Whose prices stand on the sales order.'),
  currency: code(3, 'a currency code')
    .nullable()
    .prefault(null)
    .describe("Currency of ShipBob's prices; needed with prices: shipbob."),
  pricesIncludeTax: choice(['yes', 'no'])
    .prefault('no')
    .describe("Whether ShipBob's prices include tax."),
  shippingCharge: code(10, 'a charge code')
    .nullable()
    .prefault(null)
    .describe('Charge under which shipping is added to the order; null adds none.'),
  defaultCentre: identifier('a fulfilment centre id').describe(
    'Centre whose warehouse an order takes before ShipBob has chosen one.',
  ),
  countries: table(words(80), code(3, 'a country code'), 'countries and their codes')
    .prefault({})
    .describe("ShipBob's country names or codes → Infor's, where they differ."),
}).describe('What an order becomes.');

const costCondition = section({
  fee: condition(words(100), 'a fee name').describe("ShipBob's names of fees."),
  type: condition(choice(['charge', 'refund', 'credit']), 'charge, refund or credit'),
  centre: condition(words(80), 'a centre'),
})
  .prefault({})
  .describe('Every condition given must hold; {} always does.');

export const costRule = z.discriminatedUnion('as', [
  section({
    when: costCondition,
    as: z.literal('journal'),
    debit: dimensions().describe('Accounting dimensions 1–7 of the debit, the account first.'),
    credit: dimensions().describe('Accounting dimensions 1–7 of the credit, the account first.'),
  }),
  section({
    when: costCondition,
    as: z.literal('skip'),
    reason: words(200).describe('Why these are recorded without a journal.'),
  }),
]);

export const costSection = section({
  division: code(3, 'a division code')
    .nullable()
    .prefault(null)
    .describe('Division of the journals; null takes infor.division.'),
  voucherGroup: codeOrEmpty(10, 'a voucher group')
    .prefault('')
    .describe('Groups the lines of one voucher; one currency each.'),
  rules: list(costRule, 'rules').prefault([]).describe('First match wins; no match is flagged.'),
}).describe('Fulfilment costs as journals; off unless sync.streams.costs is true.');
