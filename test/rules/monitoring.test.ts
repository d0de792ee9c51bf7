import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMeasures, runText } from '../../src/runtime/measures.ts';
import { createTally } from '../../src/runtime/meter.ts';
import { documentRows } from '../support/document-table.ts';
import { aReading, readingAtMs } from '../support/measure-reading.ts';
import { projectRoot } from '../support/source-tree.ts';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');

const rulesSchema = z.object({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Mlc[A-Za-z]+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[mh]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(['info', 'warning', 'critical']) }),
          annotations: z.strictObject({
            summary: z.string(),
            description: z.string(),
            runbook: z.string(),
          }),
        }),
      ),
    }),
  ),
});

const dashboardSchema = z.object({
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      type: z.string(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      datasource: z.object({ uid: z.string() }).optional(),
      targets: z.array(z.object({ expr: z.string() })).optional(),
    }),
  ),
});

const rules = rulesSchema
  .parse(parse(read('config/alert-rules.yaml')))
  .groups.flatMap(({ rules: each }) => each);
const dashboard = dashboardSchema.parse(JSON.parse(read('config/grafana-dashboard.json')));
const expressions = dashboard.panels.flatMap(({ targets }) =>
  (targets ?? []).map(({ expr }) => expr),
);

/** Every measure there is, of a process that stays and of a single run, by its name. */
async function measureNames(): Promise<Set<string>> {
  const measures = createMeasures({ version: '1', now: () => readingAtMs });
  measures.meter.called({ upstream: 'inforLogin', outcome: 'failed', durationMs: 1 });
  measures.show(aReading(), { deliveries: { stored: 1 }, shipbobTokenExpiresAtMs: readingAtMs });
  const tally = createTally();
  tally.called({ upstream: 'infor', outcome: 'ok', durationMs: 1 });
  const single = await runText({ version: '1', reading: aReading(), calls: tally.calls() });
  const text = `${await measures.text()}\n${single}`;
  return new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
}

function namesIn(expression: string): string[] {
  return [...expression.matchAll(/\bmlc_\w+/g)].map(([name]) =>
    name.replace(/^(mlc_upstream_call_seconds)_(bucket|sum|count)$/, '$1'),
  );
}

const names = await measureNames();
const ours = [...names].filter((name) => !/^mlc_(process|nodejs)_/.test(name));

describe('the alert rules', () => {
  it('name measures that exist', () => {
    const odd = rules.flatMap(({ expr }) => namesIn(expr)).filter((name) => !names.has(name));

    expect(rules.length).toBeGreaterThan(10);
    expect(odd).toEqual([]);
  });

  it('lead to sections of the runbook that exist', () => {
    const broken = rules
      .map(({ annotations }) => annotations.runbook)
      .filter((target) => {
        const [file = '', heading = ''] = target.split('#');
        return !existsSync(join(projectRoot, file)) || !anchorsOf(read(file)).includes(heading);
      });

    expect(broken).toEqual([]);
  });

  it('have names of their own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});

describe('the dashboard', () => {
  it('names measures that exist, and shows each of ours', () => {
    const shown = new Set(expressions.flatMap(namesIn));

    expect([...shown].filter((name) => !names.has(name))).toEqual([]);
    expect(ours.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('takes its data from the source that is chosen', () => {
    const sources = dashboard.panels.flatMap(({ datasource }) => datasource?.uid ?? []);

    expect(dashboard.templating.list.map(({ type }) => type)).toContain('datasource');
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.filter((uid) => !/^\$\{datasource\}$/.test(uid))).toEqual([]);
  });

  it('has no two panels in one place', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    const cells = dashboard.panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);

    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });
});

describe('docs/monitoring.md', () => {
  it('explains each measure of ours, and none beyond', () => {
    const listed = documentRows(read('docs/monitoring.md'))
      .map(({ cells }) => /^`(mlc_\w+)`$/.exec(cells[0] ?? '')?.[1] ?? '')
      .filter((name) => name !== '');

    expect(listed.sort()).toEqual([...ours].sort());
  });
});

/** As the usual renderers make them. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
