import { type Checkable, checkTargets } from '../../app/mapping-check.ts';
import { nameOf } from '../../app/mapping-context.ts';
import { type Coverage, coverageOf, type WouldFlag } from '../../app/mapping-coverage.ts';
import { dayOf } from '../../core/day.ts';
import { effectiveSettings } from '../../core/effective-settings.ts';
import type { JsonObject } from '../../core/glossary.ts';
import { targetWords } from '../../core/mapping.ts';
import { configuredMappings } from '../../core/mapping-source.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { connect } from '../compose.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import type { Cell, Column } from '../output.ts';
import { counted } from '../words.ts';
import { keyWords, targetJson } from './mapping-words.ts';

const daysStandard = 90;
const dayMs = 86_400_000;

type Standing = Checkable & { origin: 'mapping' | 'configuration' };
type Finding = Standing & { verdict: 'ok' | 'note' | 'wrong'; what: string };

interface Review {
  days: number;
  findings: Finding[];
  coverage: Coverage;
  /** Null where nothing was stored that could have used one. */
  unused: Standing[] | null;
}

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const days = options.whole('days', 1) ?? daysStandard;
  const workspace = await openWorkspace(context);
  try {
    const review = await reviewOf(context, workspace, days);
    context.progress.clear();
    if (context.output.format === 'json') context.output.json(jsonOf(review));
    else print(context, review);
    const { coverage, findings } = review;
    const wrong =
      coverage.wouldFlag.length > 0 || findings.some(({ verdict }) => verdict === 'wrong');
    return exitCode(wrong && options.given('failOnFlagged') ? 'flagged' : 'done');
  } finally {
    await workspace.close();
  }
}

async function reviewOf(
  context: CommandContext,
  workspace: Workspace,
  days: number,
): Promise<Review> {
  const nowMs = context.clock.now();
  const { store } = workspace;
  const configured = workspace.config.settings;
  const mappings = await store.currentMappings(nowMs);
  const settings = effectiveSettings(configured, mappings);
  const set = mappings.map(
    (one): Standing => ({ ...one, kind: one.target.kind, origin: 'mapping' }),
  );
  const named = new Set(set.map(nameOf));
  const standing = [
    ...set,
    ...configuredMappings(configured)
      .filter((one) => !named.has(nameOf(one)))
      .map((one): Standing => ({ ...one, origin: 'configuration' })),
  ];
  const connected = await connect(context, workspace);
  try {
    const progress = (step: string) => context.progress.update(step);
    const { infor, shipbob } = connected.parts;
    const place = { settings, today: dayOf(nowMs, 'UTC'), progress };
    const verdicts = await checkTargets(infor, standing, place);
    const parts = { clock: context.clock, infor, shipbob, store, progress };
    const window = { settings, fromMs: nowMs - days * dayMs, toMs: nowMs };
    const coverage = await coverageOf(parts, window);
    const findings = standing.map(
      (one, index): Finding => ({ ...one, ...(verdicts[index] ?? { verdict: 'ok', what: '' }) }),
    );
    // Charges are not looked through, so nothing is said of accounts.
    const unused =
      coverage.used.size === 0
        ? null
        : standing.filter((one) => one.kind !== 'account' && !coverage.used.has(nameOf(one)));
    return { days, findings, coverage, unused };
  } finally {
    connected.close();
  }
}

function jsonOf({ days, findings, coverage, unused }: Review): JsonObject {
  const count = (verdict: Finding['verdict']) =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const { orders, shipments, skus, resolved, wouldFlag } = coverage;
  return {
    days,
    checked: findings.length,
    wrong: count('wrong'),
    noted: count('note'),
    findings: findings
      .filter(({ verdict }) => verdict !== 'ok')
      .map(({ kind, list, source, target, origin, verdict, what }) => {
        return { kind, list, source, target: targetJson(target), origin, verdict, what };
      }),
    orders,
    shipments,
    skus,
    resolved,
    wouldFlag: wouldFlag.map((one) => ({
      sku: one.sku,
      reason: one.code,
      cause: one.cause,
      sentence: one.sentence,
      hint: one.hint,
      orders: one.orders,
      units: one.units,
    })),
    unused: (unused ?? []).map(({ kind, list, source, origin }) => ({
      kind,
      list,
      source,
      origin,
    })),
  };
}

const findingColumns: readonly Column[] = [
  { title: 'KIND' },
  { title: 'SOURCE' },
  { title: 'STANDS FOR', cut: 'yes' },
  { title: 'SAID BY' },
  { title: 'WHAT', cut: 'under' },
];

const flagColumns: readonly Column[] = [
  { title: 'SKU' },
  { title: 'ORDERS', align: 'right' },
  { title: 'UNITS', align: 'right' },
  { title: 'REASON' },
  { title: 'WHAT', cut: 'under' },
];

function print({ output }: CommandContext, review: Review): void {
  const { days, findings, coverage, unused } = review;
  const found = findings.filter(({ verdict }) => verdict !== 'ok');
  const good = findings.length - found.length;
  output.line(
    `${counted(findings.length, 'mapping')} looked up in Infor: ${good} as they should be.`,
  );
  if (found.length > 0) {
    output.line();
    output.table(findingColumns, found.map(findingRow));
  }
  output.line();
  const { orders, shipments, skus, resolved, wouldFlag } = coverage;
  const lately = `in the last ${counted(days, 'day')}`;
  if (shipments === 0) {
    output.line(`No shipment that left ${lately} is in the database, so nothing is said of SKUs.`);
  } else {
    output.line(
      `${counted(skus, 'SKU')} shipped ${lately}, in ${counted(orders, 'order')}: ${resolved} stand for an item (${share(resolved, skus)}).`,
    );
    if (wouldFlag.length > 0) {
      output.line();
      output.line('Would be flagged today:');
      output.table(flagColumns, wouldFlag.map(flagRow));
      output.line('Map a SKU with mlc mapping set sku SKU ITEM, or set the item up in Infor.');
    }
  }
  if (unused === null || unused.length === 0) return;
  output.line();
  output.line(`Used by nothing ${lately}: ${unused.map(keyWords).join(', ')}.`);
}

function share(part: number, whole: number): string {
  if (whole === 0) return 'none';
  // Never rounded up to all of them.
  return `${Math.floor((part * 1000) / whole) / 10} %`;
}

function findingRow({ kind, source, target, origin, verdict, what }: Finding): Cell[] {
  const tone = verdict === 'wrong' ? 'bad' : 'warning';
  const by = origin === 'mapping' ? 'command' : 'configuration';
  return [kind, source, targetWords(target), by, { text: what, tone }];
}

function flagRow({ sku, orders, units, code, sentence }: WouldFlag): Cell[] {
  return [sku ?? '–', String(orders), units, code, sentence];
}
