import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reliabilityPage } from '../campaign/page.ts';
import { campaignReport, faultsFound, passed } from '../campaign/report.ts';
import { projectRoot } from '../support/source-tree.ts';

const docs = join(projectRoot, 'docs');
const report = campaignReport.parse(
  JSON.parse(readFileSync(join(docs, 'reliability.json'), 'utf8')),
);
const seedsMin = 300;

describe('docs/reliability.md', () => {
  it('is what the campaign makes of reliability.json', () => {
    expect(readFileSync(join(docs, 'reliability.md'), 'utf8')).toBe(reliabilityPage(report));
  });

  it('comes from a campaign that found nothing', () => {
    expect(faultsFound(report)).toEqual({ doubles: 0, losses: 0, violations: 0 });
    expect(passed(report)).toBe(true);
  });

  it(`comes from ${seedsMin} seeds at the least, and from kills of the real binary`, () => {
    expect(report.simulation).toMatchObject({ state: 'ran' });
    expect(
      report.simulation.state === 'ran' && report.simulation.sums.seeds,
    ).toBeGreaterThanOrEqual(seedsMin);
    expect(report.crash).toMatchObject({ state: 'ran' });
    expect(report.crash.state === 'ran' && report.crash.sums.kills).toBeGreaterThan(0);
  });
});
