import { writeFileSync } from 'node:fs';
import { mutations } from './list.ts';
import { fullName, type Mutation } from './mutation.ts';
import { runTests, type Trial, tryMutation } from './trial.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const usage = `npm run test:mutations [-- --only NAME[,NAME…]] [--list] [--json FILE]

Breaks one rule at a time in a copy of the project and runs the test that must notice it.
Exit code 1 when a mutation is not caught by an assertion of its test.`;

/** As many at once as there are workshops. */
const workshopsMax = 2;

export async function main(given: string[]): Promise<number> {
  if (given.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const chosen = choose(given);
  if (typeof chosen === 'string') {
    console.error(chosen);
    return 2;
  }
  if (given.includes('--list')) {
    for (const one of chosen) console.log(listing(one));
    return 0;
  }
  const count = Math.min(workshopsMax, chosen.length);
  const workshops = Array.from({ length: count }, openWorkshop);
  try {
    const [first] = workshops;
    const unfit = first === undefined ? [] : await notGreen(first, chosen);
    if (unfit.length > 0) {
      console.error(
        `these fail without any mutation, so they can prove nothing:\n${unfit.join('\n')}`,
      );
      return 1;
    }
    const trials = await tryAll(workshops, chosen);
    const file = wordAfter(given, '--json');
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(verdicts(chosen, trials))}\n`);
    return summary(chosen, trials);
  } finally {
    for (const workshop of workshops) workshop.remove();
  }
}

function choose(given: string[]): readonly Mutation[] | string {
  const valued = ['--only', '--json'];
  const unknown = given.filter(
    (word, index) =>
      ![...valued, '--list'].includes(word) && !valued.includes(given[index - 1] ?? ''),
  );
  const bare = valued.some((name) => given.includes(name) && wordAfter(given, name) === undefined);
  if (bare || unknown.length > 0) return `${usage}\n\nNot understood: ${given.join(' ')}`;
  if (!given.includes('--only')) return mutations;
  const names = (wordAfter(given, '--only') ?? '').split(',');
  const chosen = mutations.filter(({ name }) => names.includes(name));
  return chosen.length === names.length ? chosen : `${usage}\n\nThere is no such mutation.`;
}

function wordAfter(given: string[], name: string): string | undefined {
  const at = given.indexOf(name);
  return at < 0 ? undefined : given[at + 1];
}

function verdicts(chosen: readonly Mutation[], trials: Map<string, Trial>) {
  return chosen.map(({ name }) => ({
    name,
    verdict: trials.get(name)?.verdict ?? 'did not run',
  }));
}

function listing({ name, harm, changes, caughtBy }: Mutation): string {
  const [file, ...path] = caughtBy;
  const places = changes.map((change) => change.file).join(', ');
  return `${name}\n  ${harm}\n  in ${places}\n  caught by ${file}: ${path.join(' > ')}\n`;
}

/** Every named test must be there once at the least, and pass while nothing is broken. */
async function notGreen(workshop: Workshop, chosen: readonly Mutation[]): Promise<string[]> {
  const files = [...new Set(chosen.map(({ caughtBy: [file] }) => file))];
  const names = [...new Set(chosen.map(fullName))];
  const report = await runTests(workshop.folder, { files, names });
  const faults = chosen.flatMap((one) => {
    const [file] = one.caughtBy;
    const own = report.tests.filter((test) => test.file === file && test.name === fullName(one));
    if (own.length === 0) return [`${one.name}: ${file} has no test "${fullName(one)}"`];
    const bad = own.find(({ state }) => state !== 'passed');
    return bad === undefined ? [] : [`${one.name}: ${bad.errors[0]?.message ?? bad.state}`];
  });
  return [...new Set(faults), ...report.loose];
}

async function tryAll(
  workshops: Workshop[],
  chosen: readonly Mutation[],
): Promise<Map<string, Trial>> {
  const trials = new Map<string, Trial>();
  const waiting = [...chosen];
  const work = async (workshop: Workshop) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const one = next;
      const trial = await workshop.broken(one, () => tryMutation(workshop.folder, one));
      trials.set(one.name, trial);
      console.error(`${trials.size}/${chosen.length} ${one.name}: ${trial.verdict}`);
    }
  };
  await Promise.all(workshops.map(work));
  return trials;
}

function summary(chosen: readonly Mutation[], trials: Map<string, Trial>): number {
  const rows = chosen.map((one) => {
    const { verdict = 'did not run', how = '' } = trials.get(one.name) ?? {};
    return { one, verdict, how };
  });
  const width = Math.max(...rows.map(({ one }) => one.name.length));
  for (const { one, verdict, how } of rows) {
    const [file, ...path] = one.caughtBy;
    console.log(`${verdict === 'caught' ? '✓' : '✗'} ${one.name.padEnd(width)}  ${verdict}`);
    console.log(`  ${' '.repeat(width)}  ${file}: ${path.join(' > ')}`);
    console.log(`  ${' '.repeat(width)}  ${how.slice(0, 160)}`);
  }
  const caught = rows.filter(({ verdict }) => verdict === 'caught').length;
  console.log(`\n${caught} of ${rows.length} mutations caught`);
  return caught === rows.length ? 0 : 1;
}
