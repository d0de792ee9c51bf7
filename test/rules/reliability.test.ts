import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reliabilityPage } from '../campaign/page.ts';
import { campaignReport } from '../campaign/report.ts';
import { projectRoot } from '../support/source-tree.ts';

const docs = join(projectRoot, 'docs');
const report = campaignReport.parse(
  JSON.parse(readFileSync(join(docs, 'reliability.json'), 'utf8')),
);

describe('docs/reliability.md', () => {
  it('is what the campaign makes of reliability.json', () => {
    expect(readFileSync(join(docs, 'reliability.md'), 'utf8')).toBe(reliabilityPage(report));
  });
});
