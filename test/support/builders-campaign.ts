import type { CampaignReport } from '../campaign/report.ts';

/** A campaign in which everything ran and nothing was violated. */
export function aCampaign(parts: Partial<CampaignReport> = {}): CampaignReport {
  return {
    format: 1,
    day: '2026-11-30',
    version: '1.2.3',
    commit: 'abc1234567',
    machine: { cpu: 'A Processor', cores: 2, memoryGb: 8, system: 'linux 6.1', node: '20.19.0' },
    tookMs: 600_000,
    simulation: aSimulation(),
    crash: aCrashMatrix(),
    fuzz: { state: 'ran', passed: true, tookMs: 9_000, runsEach: null, inputs: 12_345, ...tests },
    mutations: {
      ...{ state: 'ran', passed: true, tookMs: 1_000 },
      trials: [{ name: 'skip-the-lease', verdict: 'caught' }],
    },
    ...parts,
  };
}

const tests = { tests: 10, testsPassed: 10 };

export function aSimulation(
  sums: Partial<Extract<CampaignReport['simulation'], { state: 'ran' }>['sums']> = {},
): CampaignReport['simulation'] {
  const given = sums.failed ?? [];
  return {
    state: 'ran',
    passed: given.length === 0,
    tookMs: 61_000,
    from: 1,
    asked: 400,
    sums: {
      seeds: 400,
      runs: 9_000,
      exchanges: 300_000,
      crashes: { dies: 700, stands: 20 },
      faults: { slow: 3, html: 1_200 },
      acts: { retry: 5 },
      webhooks: 40,
      documents: { journals: 4, 'sales orders': 6 },
      eligible: 1_000,
      posted: 998,
      ignored: 7,
      unprovable: 2,
      flags: { OUTCOME_UNKNOWN: 2 },
      violations: {},
      failed: [],
      ...sums,
    },
  };
}

export function aCrashMatrix(
  sums: Partial<Extract<CampaignReport['crash'], { state: 'ran' }>['sums']> = {},
): CampaignReport['crash'] {
  return {
    ...{ state: 'ran', passed: true, tookMs: 120_000, seeds: 1, ...tests },
    sums: {
      grid: { kinds: ['run', 'journal'], rows: [{ point: 'after-lease', cells: ['1', '·'] }] },
      kills: 1,
      killsProved: 1,
      topics: { 'random kills': { made: 6, proved: 5 } },
      judged: 9,
      doubles: 0,
      losses: 0,
      ...sums,
    },
  };
}
