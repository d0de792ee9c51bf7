/**
 * The sections of the configuration that describe how records are read, planned and posted.
 * `config/default.yaml` repeats every default with its reason; a test keeps the two equal.
 */
import { z } from 'zod';
import {
  choice,
  code,
  dayOfYear,
  decimalAboveZero,
  duration,
  identifier,
  list,
  moment,
  onOff,
  section,
  share,
  table,
  timeZone,
  whole,
  words,
} from './config-values.ts';

export const syncSection = section({
  startFrom: moment()
    .nullable()
    .prefault(null)
    .describe('Movements before this moment are never posted. Without it nothing is written.'),
  overlap: duration()
    .prefault('15m')
    .describe('How far behind the checkpoint every sweep starts again.'),
  lag: duration()
    .prefault('30s')
    .describe('The newest moments are left out: ShipBob lists a new order some seconds late.'),
  windowMax: duration()
    .prefault('24h')
    .describe('Longest window swept at once; a backfill resumes at the last finished one.'),
  creationSweep: duration()
    .prefault('14d')
    .describe('How far back the daily sweep by creation time looks for what updates missed.'),
  creationSweepEvery: duration().prefault('24h').describe('How often that sweep runs.'),
  streams: section({
    orders: onOff().prefault('true').describe('Read orders and their shipments.'),
    tracking: onOff().prefault('true').describe('Sweep by carrier events too: deliveries.'),
    receiving: onOff().prefault('true').describe('Read warehouse receiving orders.'),
    costs: onOff().prefault('false').describe('Read billing transactions; needs billing_read.'),
  })
    .prefault({})
    .describe('What is read from ShipBob.'),
}).describe('How ShipBob is swept.');

export const centreEntry = section({
  id: identifier('a fulfilment centre id').describe(
    "ShipBob's id of the centre; it differs between sandbox and production.",
  ),
  name: words(80).describe('Its name, for people.'),
  warehouse: code(3, 'a warehouse code').describe('The Infor warehouse it stands for.'),
  facility: code(3, 'a facility code').describe('The facility of that warehouse.'),
  receivingLocation: code(10, 'a location code')
    .nullable()
    .prefault(null)
    .describe('Where receipts are put away; null leaves it to Infor.'),
  pickingLocation: code(10, 'a location code')
    .nullable()
    .prefault(null)
    .describe('Where issues are taken from; null leaves it to Infor.'),
  timeZone: timeZone().describe('Whose calendar a movement is dated by.'),
  bookAs: identifier('a fulfilment centre id')
    .nullable()
    .prefault(null)
    .describe('A hub: the id of the centre in whose warehouse its goods are booked.'),
});

export const shipmentSection = section({
  warehouseDiffers: choice(['change', 'flag'])
    .prefault('change')
    .describe('Goods left from another warehouse than the order line says.'),
  closedPeriod: choice(['flag', 'nextOpenDay'])
    .prefault('flag')
    .describe('A movement lies before firstOpenDay.'),
  firstOpenDay: dayOfYear()
    .nullable()
    .prefault(null)
    .describe('First day still open for posting; null does not check.'),
}).describe('How goods that left are booked.');

export const receivingSection = section({
  purchaseOrder: section({
    pattern: words(200)
      .prefault('^([A-Za-z0-9]{1,10})(?:-\\d+)?$')
      .describe("Regular expression over ShipBob's purchase order number."),
    group: whole({ minimum: 0, maximum: 9 })
      .prefault('1')
      .describe('Which group of it is the Infor number; 0 is the whole match.'),
  })
    .prefault({})
    .describe('ShipBob wants the number unique, so a second delivery is 4500012-2.'),
  overReceipt: choice(['flag', 'accept'])
    .prefault('flag')
    .describe('More arrived than the purchase order still expects.'),
  closedPeriod: choice(['flag', 'nextOpenDay'])
    .prefault('flag')
    .describe('A receipt lies before shipments.firstOpenDay.'),
}).describe('How received goods are booked.');

const mappedItem = section({
  item: code(15, 'an item number').describe('The Infor item.'),
  factor: decimalAboveZero('a factor').prefault('1').describe('Basic units for one ShipBob unit.'),
});

export const itemSection = section({
  acceptedStatuses: list(code(2, 'an item status'), 'item statuses')
    .min(1, { error: 'at least one item status' })
    .prefault(['20'])
    .describe('Item statuses that may be traded.'),
  mapping: table(
    words(80),
    z.union([code(15, 'an item number'), mappedItem], {
      error: 'an item number, or { item: …, factor: … }',
    }),
    'SKUs and their items',
  )
    .prefault({})
    .describe('SKUs whose item is neither an item number nor an alias: SKU → item.'),
}).describe('How a SKU becomes an item.');

export const lookupSection = table(
  words(40),
  table(words(200), code(15, 'a code'), 'texts and their codes'),
  'named tables',
)
  .prefault({})
  .describe('Named tables for rules: { lookup: NAME, by: … }.');

export const postingSection = section({
  batchSize: whole({ minimum: 1, maximum: 200 })
    .prefault('100')
    .describe('Documents whose same step travels together.'),
  concurrency: whole({ minimum: 1, maximum: 16 })
    .prefault('4')
    .describe('Batches in flight at once.'),
  retry: section({
    base: duration().prefault('2s').describe('First pause after a failure; it doubles.'),
    cap: duration().prefault('5m').describe('Longest pause.'),
    deadline: duration().prefault('24h').describe('After this long a posting is flagged.'),
  })
    .prefault({})
    .describe('Retries of a step that provably did not happen.'),
  unknown: section({
    firstLookupAfter: duration()
      .prefault('90s')
      .describe("First look-up after an unclear commit; longer than the gateway's timeout."),
    quiet: duration()
      .prefault('330s')
      .describe('The same document may be committed again only this long after the unclear try.'),
    lookupGap: duration()
      .prefault('60s')
      .describe('Two look-ups that found nothing must be this far apart.'),
    giveUpAfter: duration()
      .prefault('24h')
      .describe('After this long without a clear answer a person is asked.'),
    waitInRun: duration()
      .prefault('2m')
      .describe('How long one run waits for doubtful postings before it leaves them.'),
  })
    .prefault({})
    .describe('A commit whose outcome is not known.'),
  processingMax: duration()
    .prefault('2h')
    .describe('How long Infor may work on a document by itself before it is flagged.'),
}).describe('How documents are brought into Infor.');

export const limitSection = section({
  flaggedShareMax: share()
    .prefault('0.5')
    .describe('A stream stops when more than this share of a batch would be newly flagged …'),
  flaggedShareMinimum: whole({ minimum: 1, maximum: 100_000 })
    .prefault('20')
    .describe('… and at least this many records were planned.'),
  amountMax: decimalAboveZero('an amount')
    .nullable()
    .prefault(null)
    .describe('A document worth more than this is flagged instead of posted; null: no limit.'),
}).describe('What stops a broken set-up from doing damage.');

export const logSection = section({
  level: choice(['debug', 'info', 'warn', 'error', 'silent'])
    .prefault('info')
    .describe('Least important line that is written.'),
  format: choice(['text', 'json'])
    .prefault('text')
    .describe('For people, or one JSON object a line for a collector.'),
}).describe('The log on standard error.');
