/**
 * Which worlds the crash tests kill. `MLC_CRASH_SEEDS` is how many each test has (default 1); they
 * are the poorest tenant and the rich one by turns.
 */
export interface CrashSeed {
  seed: number;
  tenant: 'rich' | 'poorest';
}

export function crashSeeds(first: number): CrashSeed[] {
  const wanted = Number(process.env.MLC_CRASH_SEEDS ?? 1);
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new Error(
      `MLC_CRASH_SEEDS is ${process.env.MLC_CRASH_SEEDS}; it is a whole number from 1`,
    );
  }
  return Array.from({ length: wanted }, (_, index) => ({
    seed: first + index,
    tenant: index % 2 === 0 ? ('poorest' as const) : ('rich' as const),
  }));
}

/** For each world: two minutes on a quiet machine, and machines are not always quiet. */
export const crashTestMs = 1_800_000;
