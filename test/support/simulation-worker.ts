import { liveThrough } from './simulation-life.ts';
import { storyOf } from './simulation-plot.ts';
import { emptyTally, type Tally, tallyOf } from './simulation-tally.ts';
import { type TwistName, twists } from './simulation-twist.ts';

/** What a worker says of one seed. */
export interface SeedReport {
  seed: number;
  tally: Tally;
  violations: string[];
  /** A fault of the simulation itself, or of the machine. */
  broken: string | null;
}

/** A process that lives through one seed after another, as it is told. */
process.on('message', (request: { seed: number; twist: TwistName | null }) => {
  liveSeed(request.seed, request.twist).then((report) => process.send?.(report));
});

async function liveSeed(seed: number, twist: TwistName | null): Promise<SeedReport> {
  try {
    const options = twist === null ? {} : { twist: twists[twist] };
    const outcome = await liveThrough(storyOf(seed), options);
    const violations = outcome.violations.map(({ kind, words }) => `${kind}: ${words}`);
    return { seed, tally: tallyOf(outcome), violations, broken: null };
  } catch (thrown) {
    const broken = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return { seed, tally: emptyTally(), violations: [], broken };
  }
}
