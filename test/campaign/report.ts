import { z } from 'zod';

/** Raised when the page says other things, or in another way; an older page is then refused. */
export const pageFormat = 1;

const counts = z.record(z.string(), z.number());
const took = { passed: z.boolean(), tookMs: z.number() };
const tests = { tests: z.number(), testsPassed: z.number() };

/** What one part came to; `broken` is a run that ended without saying anything. */
function part<Shape extends z.ZodRawShape>(sums: Shape) {
  return z.discriminatedUnion('state', [
    z.object({ state: z.literal('notRun') }),
    z.object({ state: z.literal('broken'), tookMs: z.number(), how: z.string() }),
    z.object({ state: z.literal('ran'), ...took, ...sums }),
  ]);
}

export const simulationSums = z.object({
  seeds: z.number(),
  runs: z.number(),
  exchanges: z.number(),
  crashes: counts,
  faults: counts,
  acts: counts,
  webhooks: z.number(),
  documents: counts,
  eligible: z.number(),
  posted: z.number(),
  ignored: z.number(),
  unprovable: z.number(),
  flags: counts,
  violations: counts,
  failed: z.array(
    z.object({
      seed: z.number(),
      violations: z.array(z.string()),
      // The stack below the first line names folders of the machine.
      broken: z.string().transform(firstLine).nullable(),
    }),
  ),
});

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

export const crashSums = z.object({
  grid: z.object({
    kinds: z.array(z.string()),
    rows: z.array(z.object({ point: z.string(), cells: z.array(z.string()) })),
  }),
  kills: z.number(),
  killsProved: z.number(),
  topics: z.record(z.string(), z.object({ made: z.number(), proved: z.number() })),
  judged: z.number(),
  doubles: z.number(),
  losses: z.number(),
});

export const mutationSums = z.array(z.object({ name: z.string(), verdict: z.string() }));

export const campaignReport = z.object({
  format: z.literal(pageFormat),
  day: z.string(),
  version: z.string(),
  commit: z.string(),
  machine: z.object({
    cpu: z.string(),
    cores: z.number(),
    memoryGb: z.number(),
    system: z.string(),
    node: z.string(),
  }),
  tookMs: z.number(),
  simulation: part({ from: z.number(), asked: z.number(), sums: simulationSums }),
  crash: part({ seeds: z.number(), ...tests, sums: crashSums }),
  fuzz: part({ runsEach: z.number().nullable(), inputs: z.number(), ...tests }),
  mutations: part({ trials: mutationSums }),
});
export type CampaignReport = z.infer<typeof campaignReport>;

export const partNames = ['simulation', 'crash', 'fuzz', 'mutations'] as const;
export type PartName = (typeof partNames)[number];

export function isPartName(name: string): name is PartName {
  return partNames.some((part) => part === name);
}

/** Nothing was violated in what ran, and something ran at all. */
export function passed(report: CampaignReport): boolean {
  const parts = partNames.map((name) => report[name]).filter(({ state }) => state !== 'notRun');
  return parts.length > 0 && parts.every((one) => one.state === 'ran' && one.passed);
}

/** What counts against the promise, over all parts. */
export function faultsFound({ simulation, crash }: CampaignReport): {
  doubles: number;
  losses: number;
  violations: number;
} {
  const found = simulation.state === 'ran' ? simulation.sums.violations : {};
  const killed = crash.state === 'ran' ? crash.sums : { doubles: 0, losses: 0 };
  const doubles = (found.double ?? 0) + killed.doubles;
  const losses = (found.loss ?? 0) + (found.wrong ?? 0) + killed.losses;
  const all = Object.values(found).reduce((sum, count) => sum + count, 0);
  return { doubles, losses, violations: all + killed.doubles + killed.losses };
}
