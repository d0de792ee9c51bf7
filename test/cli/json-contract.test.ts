import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atTheDesk } from '../support/by-hand.ts';
import type { CliRequest } from '../support/cli-process.ts';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';
import { keysByHeading } from '../support/document-table.ts';
import { projectRoot } from '../support/source-tree.ts';

const minuteMs = 60_000;
const contracts = keysByHeading(readFileSync(join(projectRoot, 'docs/cli-json.md'), 'utf8'));

type Answer = Record<string, unknown>;

/** They wait for somebody: their own tests read what they print. */
const toldElsewhere = ['mlc sandbox serve', 'mlc schedule', 'mlc credentials login', 'mlc drill'];

let world: CliWorld;
/** What each command answered, by its heading in docs/cli-json.md. */
const answers = new Map<string, Answer>();

async function ask(
  heading: string,
  args: string,
  request: Partial<CliRequest> = {},
): Promise<void> {
  const { code, stdout, stderr } = await world.mlc(`${args} --json`, request);
  const answered = stdout === '' ? stderr : stdout;
  if (answered === '') throw new Error(`mlc ${args} answered nothing (exit ${code})`);
  answers.set(heading, JSON.parse(answered));
}

beforeAll(async () => {
  world = await openCliWorld({ orders: 25, daysPassed: 12, stage: 'bare' });
  await ask('mlc init', 'init');
  const token = readFileSync(world.files.token, 'utf8');
  await ask('mlc credentials set', 'credentials set shipbob', { input: token });
  await ask('mlc credentials import', 'credentials import mlc.ionapi');
  await ask('mlc credentials list', 'credentials list');
  await world.mlc('credentials set spare', { input: 'spare-0123456789\n' });
  await ask('mlc credentials remove', 'credentials remove spare');
  await ask('mlc credentials rotate-key', 'credentials rotate-key');
  await ask('mlc init --baseline', 'init --baseline');
  await ask('mlc sync --dry-run', 'sync --dry-run');
  world.advance(minuteMs);
  await ask('mlc rehearse', 'rehearse --days 12');
  await ask('mlc rehearse --compare-template', 'rehearse --compare-template');
  world.advance(2 * minuteMs);
  // A run with a trouble, so that its row is seen as well.
  await ask('mlc sync', 'sync', { environment: { MLC_SECRET_SHIPBOB_TOKEN: 'wrong-0123456789' } });
  world.advance(2 * minuteMs);
  await ask('mlc replay', 'replay --since 12d');
  await ask('mlc replay --dry-run', 'replay --since 1d --dry-run');
  await ask('mlc flagged list', 'flagged list');
  await ask('mlc flagged list --by', 'flagged list --by cause');
  await ask('mlc flagged assign', 'flagged assign 1 ann');
  await ask('mlc flagged tag', 'flagged tag 1 --add buyer');
  await ask('mlc flagged note', 'flagged note 1 buyer asked');
  await ask('mlc flagged ignore', 'flagged ignore 1 --because gift');
  await ask('mlc flagged unignore', 'flagged unignore 1');
  await ask('mlc flagged show', 'flagged show 1');
  await ask('mlc flagged retry', 'flagged retry --all');
  await askOfResolving();
  await askOfMappings();
  await askOfWebhooks();
  await askOfAlerts();
  await ask('mlc doctor', 'doctor --days 1');
  await ask('mlc status', 'status');
  await ask('mlc reconcile', `reconcile --from ${daysAgo(12)} --to ${daysAgo(0)}`);
  const [order] = world.sandbox.inforSandbox.world.books().orders;
  await ask('mlc trace', `trace ${order?.yourReference}`);
  world.advance(2 * minuteMs);
  const month = new Date(Date.now() - 86_400_000).toISOString().slice(0, 7);
  await ask('mlc close', `close --period ${month}`);
  writeFileSync(join(world.folder, `close-${month}`, 'note.txt'), 'a fault to be told');
  await ask('mlc close --verify', `close --verify close-${month}`);
  await ask('mlc audit verify', 'audit verify');
  await ask('mlc audit anchor', 'audit anchor');
  await ask('mlc audit export', 'audit export trail.jsonl');
  await ask('mlc runs list', 'runs list');
  await ask('mlc runs show', 'runs show 1');
  await ask('mlc purge', 'purge --older-than 1m');
  await ask('mlc backup', 'backup copy.db');
  await ask('mlc demo', 'demo --orders 5');
  await ask('Errors', 'trace 4711');
  // One process after another: on a machine that is shared this takes its time.
}, 300_000);

function daysAgo(count: number): string {
  return new Date(Date.now() - count * 86_400_000).toISOString().slice(0, 10);
}

/** Takes whatever is posted to it. */
async function listenForPosts(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : null;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

async function askOfAlerts(): Promise<void> {
  const chat = await listenForPosts();
  const environment = { MLC_SECRET_ALERTS_URL: chat.url };
  world.advance(2 * minuteMs);
  const refused = { ...environment, MLC_SECRET_SHIPBOB_TOKEN: 'wrong-0123456789' };
  await world.mlc('sync', { environment: refused });
  await ask('mlc alerts list', 'alerts list', { environment });
  await ask('mlc alerts test', 'alerts test', { environment });
  chat.close();
}

async function askOfMappings(): Promise<void> {
  await ask('mlc mapping set sku', 'mapping set sku PACK NO-SUCH --offline');
  await ask('mlc mapping set customer', 'mapping set customer a@b.example WEB001');
  world.configure(({ orders }) => {
    const by = { lookup: 'suppliers', by: 'channel.id' };
    const rule = { when: { tag: { NOBODY: '1' } }, as: 'purchaseOrder', supplier: by };
    orders.rules.unshift(rule);
  });
  world.configure((config) => {
    config.lookups = { ...Object(config.lookups), suppliers: {} };
  });
  await ask('mlc mapping set supplier', 'mapping set supplier 4711 SB0001 --offline');
  await ask('mlc mapping set centre', 'mapping set centre 8 --name Cicero');
  await ask('mlc mapping set account', 'mapping set account Storage --skip invoiced');
  await ask('mlc mapping list', 'mapping list');
  await ask('mlc mapping export', 'mapping export mappings.csv');
  writeFileSync(join(world.folder, 'new.csv'), 'kind,source,item,factor\nsku,NEW,NO-SUCH,2\n');
  await ask('mlc mapping import', 'mapping import new.csv');
  await ask('mlc mapping check', 'mapping check');
  await ask('mlc mapping remove', 'mapping remove sku PACK');
}

async function askOfResolving(): Promise<void> {
  const { flags } = JSON.parse((await world.mlc('flagged list --json')).stdout);
  const idOf = (reason: string): number =>
    flags.find((flag: { reason: string }) => flag.reason === reason)?.id;
  const mapped = `flagged resolve ${idOf('UNKNOWN_ITEM')} --map-to MUG-WHITE-350`;
  await ask('mlc flagged resolve --map-to', mapped);
  const desk = await atTheDesk(world);
  const { order, received } = await desk.receiveAll(world, 443007);
  const where = `--purchase-order ${order} --posted-as ${received} --because dock`;
  const posted = `flagged resolve ${idOf('NO_PURCHASE_ORDER')} ${where}`;
  await ask('mlc flagged resolve --posted-as', posted);
}

async function askOfWebhooks(): Promise<void> {
  await ask('mlc webhooks register', 'webhooks register --url https://hooks.example.com/shipbob');
  await ask('mlc webhooks list', 'webhooks list');
  const taker = await listenForPosts();
  await ask('mlc webhooks test', `webhooks test --url ${taker.url}/shipbob`);
  taker.close();
  await ask('mlc webhooks deliveries', 'webhooks deliveries');
  await ask('mlc webhooks replay', 'webhooks replay --since 1d');
  const [subscription] = world.sandbox.shipbobSandbox.world.state.subscriptions;
  await ask('mlc webhooks delete', `webhooks delete ${subscription?.id}`);
}

afterAll(() => world.close());

describe('docs/cli-json.md', () => {
  it('has a section for each answer, and none beyond', () => {
    const headings = [...answers.keys(), ...toldElsewhere];

    expect([...contracts.keys()].sort()).toEqual(headings.sort());
  });

  it.each([...contracts].filter(([heading]) => !toldElsewhere.includes(heading)))(
    'names what %s answers, and nothing else',
    (heading, documented) => {
      const answer = answers.get(heading) ?? {};

      const given = namesIn(answer);
      // Of an empty list, or of what is not there, nobody can tell what it holds.
      const provable = documented.filter(
        (name) => given.includes(name) || !isOfEmpty(answer, name),
      );
      expect(given.filter((name) => !documented.includes(name))).toEqual([]);
      expect(provable.filter((name) => !given.includes(name))).toEqual([]);
    },
  );
});

/** Keys of the answer and, as `name[].key`, those of the first row of each list. */
function namesIn(answer: Answer): string[] {
  return Object.entries(answer).flatMap(([name, inner]) => {
    const row: unknown = Array.isArray(inner) ? inner[0] : undefined;
    if (typeof row !== 'object' || row === null) return [name];
    return [name, ...Object.keys(row).map((key) => `${name}[].${key}`)];
  });
}

function isOfEmpty(answer: Answer, name: string): boolean {
  const [list, key] = name.split('[].');
  const rows = answer[list ?? ''];
  if (key !== undefined) return Array.isArray(rows) && rows.length === 0;
  const [whole, part] = name.split('.');
  return part !== undefined && answer[whole ?? ''] === null;
}
