/** The sections of what stays up: scheduler, webhook receiver, monitoring and alerts. */
import { z } from 'zod';
import {
  choice,
  cronExpression,
  duration,
  list,
  onOff,
  section,
  timeZone,
  whole,
  words,
} from './config-values.ts';

const port = (standard: string) => whole({ minimum: 0, maximum: 65_535 }).prefault(standard);

export const scheduleSection = section({
  timeZone: timeZone().prefault('UTC').describe('Zone in which the expressions are read.'),
  runs: list(
    section({
      cron: cronExpression().describe('Five fields: minute hour day month weekday.'),
      sync: choice(['all', 'orders', 'shipments', 'receiving', 'costs'])
        .prefault('all')
        .describe('What that run does.'),
    }),
    'runs',
  )
    .prefault([{ cron: '*/10 * * * *', sync: 'all' }])
    .describe('What runs and when; runs never overlap.'),
  jitter: duration()
    .prefault('15s')
    .describe('Each run starts up to this much later, so that many installations do not meet.'),
  catchUp: choice(['once', 'never'])
    .prefault('once')
    .describe('After the machine slept through starts: run once, or wait for the next one.'),
}).describe('When mlc schedule runs what.');

const absolutePath = z
  .string({ error: 'a path that begins with /' })
  .regex(/^\/[A-Za-z0-9/_.~-]{0,200}$/, { error: 'a path that begins with /, such as /shipbob' });

export const webhookSection = section({
  host: words(200).prefault('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all.'),
  port: port('8787').describe('0 takes any free one.'),
  path: absolutePath.prefault('/shipbob').describe('Where ShipBob posts to.'),
  certificate: words(1000)
    .nullable()
    .prefault(null)
    .describe('PEM file with the certificate chain; null where a proxy ends TLS.'),
  privateKey: words(1000).nullable().prefault(null).describe('PEM file with its key.'),
  trustedProxies: list(words(100), 'addresses of proxies')
    .prefault([])
    .describe('Proxies whose X-Forwarded-For is believed; addresses or ranges.'),
  unsigned: choice(['refuse', 'pathToken'])
    .prefault('refuse')
    .describe('Legacy deliveries without signature: none, or those whose path ends in the token.'),
  tolerance: duration()
    .prefault('5m')
    .describe("How far a delivery's own time may be from ours, both ways."),
  bodyBytesMax: whole({ minimum: 1_024, maximum: 16_777_216 })
    .prefault('1048576')
    .describe('Larger bodies are refused.'),
  requestsPerMinute: whole({ minimum: 1, maximum: 1_000_000 })
    .prefault('6000')
    .describe('Of one address that prove nothing, or 20 times as many of any; more: 429.'),
  settleFor: duration()
    .prefault('2s')
    .describe('Deliveries are gathered this long before their subjects are read.'),
  keep: duration()
    .prefault('30d')
    .describe('Finished deliveries are forgotten after this long; they hold names and addresses.'),
  announceWithin: duration()
    .prefault('3h')
    .describe('A webhook that is later than this counts as missed.'),
}).describe('The webhook receiver: mlc webhooks serve.');

export const privacySection = section({
  keepPersonalData: duration()
    .refine((ms) => ms >= 86_400_000, { error: 'null, or a duration of at least 1d' })
    .nullable()
    .prefault(null)
    .describe('Names and addresses of finished orders older than this are removed; null: never.'),
}).describe('How long what names a person is kept: mlc purge, and once a day each full run.');

export const historySection = section({
  packAfter: duration()
    .nullable()
    .prefault('1h')
    .describe('Requests and answers are packed so long after their document is done; null: never.'),
  keepExchanges: duration()
    .refine((ms) => ms >= 2_592_000_000, { error: 'null, or a duration of at least 30d' })
    .nullable()
    .prefault(null)
    .describe('Packed requests and answers older than this are removed; null: never.'),
}).describe('How much room what is finished takes; each full run sees to it.');

export const monitorSection = section({
  host: words(200).prefault('127.0.0.1').describe('Address of /healthz, /readyz and /metrics.'),
  port: whole({ minimum: 0, maximum: 65_535 })
    .nullable()
    .prefault('9464')
    .describe('0 takes any free one; null serves none.'),
  textfile: words(1000)
    .nullable()
    .prefault(null)
    .describe('Where a one-shot run leaves its measures, for a textfile collector.'),
}).describe('How others see whether it works.');

export const alertSection = section({
  format: choice(['slack', 'json'])
    .prefault('slack')
    .describe('What is posted to the address in the vault (mlc credentials set alerts).'),
  quiet: duration()
    .prefault('6h')
    .describe('The same cause is not told again before this has passed.'),
  messagesPerHour: whole({ minimum: 1, maximum: 1_000 })
    .prefault('12')
    .describe('More causes than this wait for the digest.'),
  digest: cronExpression()
    .nullable()
    .prefault('0 7 * * *')
    .describe('When everything still open is told together, in schedule.timeZone; null: never.'),
  failures: whole({ minimum: 1, maximum: 1_000 })
    .prefault('3')
    .describe('Runs in a row that failed before it is told.'),
  lag: duration().prefault('1h').describe('A stream further behind than this is told.'),
  issueAfter: duration()
    .prefault('3d')
    .describe('A shipment delivered this long ago without its goods issue is told.'),
  receiptAfter: duration()
    .prefault('2d')
    .describe('A receiving order completed this long ago without its receipt is told.'),
  newFlags: onOff().prefault('true').describe('New flags are told, one message per cause.'),
}).describe('Messages to people: one per cause, in plain words.');
