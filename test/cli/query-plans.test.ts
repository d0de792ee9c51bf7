import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';
import { growHistory } from '../support/grown-history.ts';
import {
  isPlanned,
  planReader,
  type Recording,
  readRecordings,
  recordingInto,
} from '../support/statement-plans.ts';

let world: CliWorld;
let firstSync: Recording[] = [];
let known = { order: '', document: '', flag: '' };

beforeAll(async () => {
  world = await openCliWorld({ orders: 40, seed: 3 });
  firstSync = await recorded(['sync']);
  const handle = new Database(world.database, { readonly: true });
  const first = (query: string) => String(handle.prepare(query).pluck().get());
  known = {
    order: first("select record_id from posting where kind = 'goodsIssue'"),
    document: first('select reference_number from posting where reference_number is not null'),
    flag: first('select id from flag'),
  };
  handle.close();
}, 120_000);
afterAll(() => world.close());

/** Runs the commands in turn, each writing down what it asked of the database. */
async function recorded(commands: readonly string[]): Promise<Recording[]> {
  const file = join(world.folder, 'statements.jsonl');
  rmSync(file, { force: true });
  for (const command of commands) {
    world.advance(600_000);
    const result = await world.mlc(command, {
      environment: {
        ...recordingInto(file),
        MLC_MONITOR__TEXTFILE: join(world.folder, 'mlc.prom'),
      },
    });
    expect(result.code, `${command}: ${result.stderr}`).toBe(0);
  }
  expect(existsSync(file)).toBe(true);
  return readRecordings(file);
}

const daily = () => [
  'sync',
  'status',
  'flagged list',
  'flagged list --by sku',
  `flagged show ${known.flag}`,
  `trace ${known.order}`,
  `trace ${known.document}`,
  'runs list',
  'alerts list',
  'webhooks deliveries',
];

/** Walks that end early or never begin, each with why. Everything else is a defect. */
const allowed: readonly { why: string; statement: RegExp }[] = [
  {
    why: 'the newest row alone',
    statement: /^select seq, mac from audit order by seq desc limit 1$/,
  },
  { why: 'the newest runs alone', statement: /from "run" order by "id" desc limit/ },
  {
    why: 'the newest deliveries alone',
    statement: /from inbox where true and true order by id desc/,
  },
  {
    why: 'by arrival from the newest, to the first that is no sample of ours',
    statement: /from inbox indexed by inbox_received where proof <> 'sample'/,
  },
  {
    why: 'SQLite lists the children of an inserted parent, and looks only after a broken reference',
    statement: /^insert into (posting|audit|run|flag_care|"run")\b(?!.*\bselect\b)/,
  },
];

const isAllowed = (statement: string) => allowed.some((each) => each.statement.test(statement));
const oneLine = (statement: string) => statement.replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim();

describe('the statements of a working day', () => {
  it('walk no table that grows with history', async () => {
    const recordings = [...firstSync, ...(await recorded(daily()))];
    const statements = new Set(
      recordings.flatMap((each) => each.statements.filter(isPlanned).map(oneLine)),
    );
    const reader = planReader(world.database);

    const walks = [...statements]
      .filter((statement) => !isAllowed(statement))
      .flatMap((statement) => reader.walks(statement).map((step) => `${step}: ${statement}`));
    reader.close();

    expect(statements.size).toBeGreaterThan(100);
    expect(walks).toEqual([]);
  }, 120_000);

  it('would be caught if they did', () => {
    const reader = planReader(world.database);
    const caught = [
      'select count(*) from posting',
      "select 1 from source_record as seen where seen.kind = 'order' and seen.content_hash = 'x'",
      "select * from flag where sentence = 'x'",
    ].map((statement) => reader.walks(statement).length);
    reader.close();

    expect(caught).toEqual([1, 1, 1]);
  });

  it('read as many pages of 21,000 orders of history as of 1,000', async () => {
    const commands = ['sync', 'status', 'flagged list', `trace ${known.document}`];
    growHistory(world.database, { from: 1, to: 1_000 });
    await recorded(['sync']);
    const before = await recorded(commands);
    growHistory(world.database, { from: 1_001, to: 21_000 });
    await recorded(['sync']);
    const after = await recorded(commands);

    const grown = after.map(({ args, readBytes }, place) => ({
      command: args.join(' '),
      pages: Math.round((readBytes - (before[place]?.readBytes ?? 0)) / 4096),
    }));
    // Each tree is a level or two deeper, and that is all: any walk would be hundreds of pages.
    expect(grown.filter(({ pages }) => pages > 60)).toEqual([]);
  }, 120_000);
});
