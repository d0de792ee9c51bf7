import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';
import { webhooksServeCommand } from './webhooks-serve.ts';

const offline = exitCodeHelp(['done', 'failed', 'usage']);
const online = exitCodeHelp(['done', 'failed', 'usage', 'unavailable', 'credentials']);

const register: CommandSpec = {
  name: 'register',
  summary: 'subscribe to ShipBob’s webhooks and store the secret',
  describe(command) {
    command
      .requiredOption('--url <url>', 'where ShipBob reaches the receiver, https')
      .option('--topics <list>', 'only these topics, separated by commas')
      .option('--description <text>', 'shown in ShipBob’s list', 'mlc')
      .addHelpText(
        'after',
        `
Without --topics it takes those that serve the streams that are on and that shipbob.apiVersion has.
ShipBob shows the secret once: it goes into the vault at once, and the receiver takes it from there
without a restart. To rotate it, register a second one and then delete the first.

Examples:
  mlc webhooks register --url https://hooks.example.com/shipbob
  mlc webhooks register --url https://hooks.example.com/shipbob --topics order.shipped,wro.completed

${online}`,
      );
  },
  load: () => import('./webhooks-register-run.ts'),
};

const list: CommandSpec = {
  name: 'list',
  summary: 'all subscriptions at ShipBob, and what webhooks have missed',
  describe(command) {
    command.addHelpText(
      'after',
      `
Disabled ones are those that ShipBob gave up after days of failed deliveries.

Examples:
  mlc webhooks list
  mlc webhooks list --json | jq '.subscriptions[] | select(.state == "disabled")'

${online}`,
    );
  },
  load: () => import('./webhooks-list-run.ts'),
};

const remove: CommandSpec = {
  name: 'delete',
  summary: 'end a subscription at ShipBob and forget its secret',
  describe(command) {
    command.argument('<id>', 'the id in `mlc webhooks list`').addHelpText(
      'after',
      `
Any subscription of the account can be deleted, those of other programs too.

Examples:
  mlc webhooks delete 12345

${online}`,
    );
  },
  load: () => import('./webhooks-delete-run.ts'),
};

const replay: CommandSpec = {
  name: 'replay',
  summary: 'process stored deliveries again',
  describe(command) {
    command
      .requiredOption('--since <time>', 'received from here on, e.g. 2026-11-01 or 6h')
      .option('--until <time>', 'received up to here (default: now)')
      .addHelpText(
        'after',
        `
What they are about is read from ShipBob again by the next run, or by the receiver that is running.
What is posted already stays as it is. To read a past stretch without deliveries: mlc replay.

Examples:
  mlc webhooks replay --since 6h
  mlc webhooks replay --since 2026-11-01T06:00:00Z --until 2026-11-01T08:00:00Z

${offline}`,
      );
  },
  load: () => import('./webhooks-replay-run.ts'),
};

const test: CommandSpec = {
  name: 'test',
  summary: 'sign a sample and post it to our own receiver',
  describe(command) {
    command
      .option('--url <url>', 'the receiver (default: as webhooks.host, port and path say)')
      .addHelpText(
        'after',
        `
The sample is marked as ours: it is stored and never acted upon. With the public address it also
tests the proxy and the certificate on the way.

Examples:
  mlc webhooks test
  mlc webhooks test --url https://hooks.example.com/shipbob

${exitCodeHelp(['done', 'failed', 'usage', 'unavailable'])}`,
      );
  },
  load: () => import('./webhooks-test-run.ts'),
};

const deliveries: CommandSpec = {
  name: 'deliveries',
  summary: 'what was received, newest first, and what came of it',
  describe(command) {
    command
      .option('--state <state>', 'only these: waiting, done or kept')
      .option('--topic <topic>', 'only this topic')
      .option('--limit <n>', 'at most this many (default 50)')
      .addHelpText(
        'after',
        `
Kept ones are those that nothing is read for, with the reason. Bodies are not shown: they hold
names and addresses.

Examples:
  mlc webhooks deliveries
  mlc webhooks deliveries --state kept --json

${offline}`,
      );
  },
  load: () => import('./webhooks-deliveries-run.ts'),
};

export const webhooksCommand: CommandGroup = {
  name: 'webhooks',
  summary: 'ShipBob’s webhooks: subscribe, list, test, look at deliveries',
  describe(command) {
    command.addHelpText(
      'after',
      `
A webhook is only a hint that something changed: what it is about is read from ShipBob and goes the
same way as what polling finds. Polling stays on, so a missed webhook delays and loses nothing.`,
    );
  },
  commands: [register, list, remove, webhooksServeCommand, replay, test, deliveries],
};
