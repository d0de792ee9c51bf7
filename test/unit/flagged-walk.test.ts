import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { QueueGroup } from '../../src/app/ports.ts';
import { type WalkActs, walkQueue } from '../../src/cli/command/flagged-walk.ts';
import { createOutput } from '../../src/cli/output.ts';
import { type FlagCode, flagDraft } from '../../src/core/flag-reason.ts';
import type { Flag } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';

const ctrlC = '\u0003';
const enter = '\r';

function aQuestion(code: FlagCode, cause: string, ...ids: number[]): Flag[] {
  const draft = flagDraft(code, { cause, evidence: { sku: 'PACK', orderNumber: '7' } });
  return ids.map((id) => ({
    ...draft,
    id,
    record: { kind: 'order', id: String(1000 + id) },
    postingKey: null,
    raisedAtMs: 0,
    clearedAtMs: null,
  }));
}

function groupOf([first, ...others]: Flag[]): QueueGroup {
  if (first === undefined) throw new Error('a group has flags');
  return {
    name: first.cause,
    code: first.code,
    sentence: first.sentence,
    flags: others.length + 1,
    reasons: 1,
    causes: 1,
    records: others.length + 1,
    units: '3',
    values: [],
    oldestAtMs: 0,
    firstId: first.id,
  };
}

/** A terminal on which a person presses these keys, each once it is asked for something. */
async function walk(questions: Flag[][], keys: string[], acts: Partial<WalkActs> = {}) {
  const done: string[] = [];
  const left = [...keys];
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  let screen = '';
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 40 });
  output.on('data', (part: Buffer) => {
    screen += part.toString('utf8');
    // A prompt hides the cursor when it begins to wait.
    if (!part.toString('utf8').includes('\u001b[?25l')) return;
    const next = left.shift();
    if (next !== undefined) setImmediate(() => input.write(next));
  });
  const note = (words: string) => {
    done.push(words);
    return Promise.resolve([words]);
  };
  const all: WalkActs = {
    flags: ({ name }) => Promise.resolve(questions.flat().filter(({ cause }) => cause === name)),
    suggestions: () => Promise.resolve(['MUG (Mug)']),
    map: (ids, kind, fields) => note(`map ${kind} ${JSON.stringify(fields)} for ${ids}`),
    postedAs: (id, numbers, why) => note(`posted ${id} as ${numbers}: ${why}`),
    retry: (ids) => note(`retry ${ids}`),
    ignore: (ids, why) => note(`ignore ${ids}: ${why}`),
    assign: (ids, name) => note(`assign ${ids} to ${name}`),
    note: (id, words) => note(`note ${id}: ${words}`),
    ...acts,
  };
  const tally = await walkQueue(
    {
      terminal: { input, output, stop: new AbortController().signal },
      output: createOutput({ sink: output, environment: { NO_COLOR: '1' }, format: 'text' }),
      acts: all,
      nowMs: 60_000,
    },
    questions.map(groupOf),
  );
  return { done, tally, screen };
}

const item = aQuestion('UNKNOWN_ITEM', 'item:PACK', 1, 2);
const order = aQuestion('NO_ROUTING_RULE', 'rule:order:7', 3);

describe('mlc flagged work', () => {
  it('shows the question, what it holds up, and what is near the SKU', async () => {
    const { screen, tally } = await walk([item], ['s']);

    expect(screen).toContain('1 of 1  UNKNOWN_ITEM  item:PACK');
    expect(screen).toContain('SKU PACK is neither an item number nor an alias');
    expect(screen).toContain('2 records, units: 3, since 1 min ago');
    expect(screen).toContain('MUG (Mug)');
    expect(tally).toEqual({ decided: 0, skipped: 1, end: 'through' });
  });

  it('decides with one key for all that wait for the same', async () => {
    const { done, tally } = await walk([item, order], ['r', 'r']);

    expect(done).toEqual(['retry 1,2', 'retry 3']);
    expect(tally).toEqual({ decided: 2, skipped: 0, end: 'through' });
  });

  it('asks for the item and its factor', async () => {
    const { done } = await walk([item], ['m', `mug${enter}`, `12${enter}`]);

    expect(done).toEqual(['map sku {"item":"MUG","factor":"12"} for 1,2']);
  });

  it('offers a mapping only where one answers the question', async () => {
    const { screen } = await walk([order], ['s']);

    expect(screen).not.toContain('map the SKU');
    expect(screen).toContain('posted by hand');
  });

  it('asks for the number and the reason of what was booked by hand', async () => {
    const keys = ['p', `001 002${enter}`, `dock${enter}`];

    const { done } = await walk([order], keys);

    expect(done).toEqual(['posted 3 as 001,002: dock']);
  });

  it('goes on asking after a note, and after an act that failed', async () => {
    const busy = new Problem({
      code: 'LEASE_HELD',
      kind: 'retryable',
      message: 'another run is on',
      hint: 'Wait.',
    });

    const { done, screen, tally } = await walk(
      [order],
      ['n', `call Ann${enter}`, 'p', `1${enter}`, `x${enter}`, 's'],
      { postedAs: () => Promise.reject(busy) },
    );

    expect(done).toEqual(['note 3: call Ann']);
    expect(screen).toContain('mlc: another run is on');
    expect(tally).toEqual({ decided: 0, skipped: 1, end: 'through' });
  });

  it('takes an act back on Ctrl-C in its prompt, and ends on Ctrl-C at the question', async () => {
    const { done, tally } = await walk([item, order], ['r', 'i', ctrlC, ctrlC]);

    expect(done).toEqual(['retry 1,2']);
    expect(tally).toEqual({ decided: 1, skipped: 0, end: 'stopped' });
  });

  it('passes over what was answered meanwhile', async () => {
    const { done, tally } = await walk([item, order], ['r'], {
      flags: ({ name }) => Promise.resolve(name === 'item:PACK' ? [] : order),
    });

    expect(done).toEqual(['retry 3']);
    expect(tally.decided).toBe(1);
  });
});
