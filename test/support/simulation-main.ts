import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { campaign } from './simulation-campaign.ts';
import { type LifeOptions, liveThrough } from './simulation-life.ts';
import type { LifeOutcome } from './simulation-outcome.ts';
import { storyOf } from './simulation-plot.ts';
import { shrink } from './simulation-shrink.ts';
import { onlyParts, type Story } from './simulation-story.ts';
import { postedShareMin, shareOf, tableOf, tallyOf } from './simulation-tally.ts';
import { tellHabits, tellStory } from './simulation-telling.ts';
import { type TwistName, twists } from './simulation-twist.ts';

const usage = `npm run test:simulation -- [options]

  --seeds N      live through the seeds 1 to N (500)
  --from N       begin with seed N
  --seed N       this seed alone
  --only NAMES   with --seed: these parts of its story alone, by name, with commas between
  --story FILE   the story in this file
  --trace        with --seed or --story: print every event
  --json FILE    write the sums there
  --keep DIR     where shrunk stories are written (.simulation/stories)
  --twist NAME   with an engine that breaks a rule: ${Object.keys(twists).join(', ')}
  --no-shrink    do not look for a smaller story that fails
`;

/** The command line of the simulation; answers the exit code: 2 when it is not understood. */
export async function main(args: string[], keepDefault: string): Promise<number> {
  let values: Values;
  try {
    values = valuesOf(args, keepDefault);
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : thrown}\n\n${usage}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { twist } = values;
  const afterwards = { twist, keep: values.keep, shrinks: !values['no-shrink'] };
  if (values.story !== null) return replay(values.story, { ...afterwards, trace: values.trace });
  return liveMany(values, afterwards);
}

type Values = ReturnType<typeof valuesOf>;

/** Throws what is wrong with them: seeds that nobody meant would be a proof of nothing. */
function valuesOf(args: string[], keepDefault: string) {
  const { values } = parseArgs({
    args,
    options: {
      seeds: { type: 'string', default: '500' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      only: { type: 'string' },
      story: { type: 'string' },
      json: { type: 'string' },
      keep: { type: 'string', default: keepDefault },
      twist: { type: 'string' },
      trace: { type: 'boolean', default: false },
      'no-shrink': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    seeds: whole('--seeds', values.seeds),
    from: whole('--from', values.from),
    twist: twistOf(values.twist),
    story: chosenStory(values),
  };
}

function whole(name: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new Error(`${name} is a whole number from 1, not ${value}`);
}

async function liveMany(values: Values, afterwards: Afterwards): Promise<number> {
  const { from, twist } = values;
  const seeds = Array.from({ length: values.seeds }, (_, at) => from + at);
  const result = await campaign({ seeds, twist, progress });
  process.stderr.write('\n');
  const { tally, failed, tookMs } = result;
  print(tableOf(tally, tookMs));
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ ...tally, tookMs, failed }, null, 2)}\n`);
  }
  for (const { seed, violations, broken } of failed) {
    print(`\nseed ${seed}: ${violations.join('\n  ')}${broken ?? ''}`);
    print(`replay: npm run test:simulation -- --seed ${seed}${twistWords(twist)}`);
  }
  const first = failed.find(({ broken }) => broken === null);
  if (first !== undefined && afterwards.shrinks) await showShrunk(storyOf(first.seed), afterwards);
  if (failed.length > 0) return 1;
  if (shareOf(tally) >= postedShareMin) return 0;
  print(`\nonly ${(shareOf(tally) * 100).toFixed(2)} % of what is eligible was posted`);
  return 1;
}

interface Afterwards {
  twist: TwistName | null;
  keep: string;
  shrinks: boolean;
}

async function replay(story: Story, how: Afterwards & { trace: boolean }): Promise<number> {
  const outcome = await live(story, how.twist, how.trace ? { tell: write } : {});
  print(tellHabits(story));
  print(tellStory(story, outcome.violations).join('\n'));
  print(`\n${tableOf(tallyOf(outcome), Number.POSITIVE_INFINITY)}\ndigest ${outcome.digest}`);
  if (outcome.violations.length === 0) return 0;
  if (how.shrinks) await showShrunk(story, how);
  return 1;
}

async function showShrunk(story: Story, how: Afterwards): Promise<void> {
  process.stderr.write('looking for a smaller story that fails …\n');
  const shrunk = await shrink(story, (each) => live(each, how.twist));
  if (shrunk === null) return;
  const file = join(how.keep, `seed-${story.seed}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(shrunk.story, null, 2)}\n`);
  print(
    `\nthe smallest story found (${shrunk.story.parts.length} of ${story.parts.length} parts):`,
  );
  print(tellHabits(shrunk.story));
  print(tellStory(shrunk.story, shrunk.violations).join('\n'));
  print(`replay: npm run test:simulation -- --story ${file}${twistWords(how.twist)}`);
}

function live(
  story: Story,
  twist: TwistName | null,
  options: LifeOptions = {},
): Promise<LifeOutcome> {
  return liveThrough(story, twist === null ? options : { ...options, twist: twists[twist] });
}

function chosenStory(values: {
  seed?: string | undefined;
  only?: string | undefined;
  story?: string | undefined;
}): Story | null {
  if (values.story !== undefined) return JSON.parse(readFileSync(values.story, 'utf8'));
  if (values.seed === undefined) {
    if (values.only === undefined) return null;
    throw new Error('--only goes with --seed');
  }
  const story = storyOf(whole('--seed', values.seed));
  if (values.only === undefined) return story;
  const names = new Set(values.only.split(','));
  const parts = story.parts.filter(
    ({ name }) => names.has(name) || names.has(name.split('/')[0] ?? ''),
  );
  if (parts.length === 0) throw new Error(`seed ${story.seed} has no part called ${values.only}`);
  return onlyParts(story, parts);
}

function twistOf(name: string | undefined): TwistName | null {
  if (name === undefined) return null;
  if (name === 'sendsAgain' || name === 'trustsDoubtful') return name;
  throw new Error(`there is no engine called ${name}`);
}

function twistWords(twist: TwistName | null): string {
  return twist === null ? '' : ` --twist ${twist}`;
}

function progress(done: number, of: number, failed: number): void {
  const line = `${done} of ${of} seeds${failed > 0 ? `, ${failed} failed` : ''}`;
  if (process.stderr.isTTY) process.stderr.write(`\r${line}`);
  else if (done % 25 === 0 || done === of) process.stderr.write(`${line}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function write(text: string): void {
  process.stdout.write(text);
}
