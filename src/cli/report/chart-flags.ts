/** Open flags by reason: what holds up most stands on top. */
import type { OpenFlagRow } from '../../core/reconciliation.ts';
import { chart, chartWidth, point } from './chart.ts';
import { type Markup, markup } from './markup.ts';
import { worthOf, worthText } from './money.ts';
import { countedGrouped } from './number.ts';

export interface FlagReasonTotal {
  code: string;
  flags: number;
  ignored: number;
  worth: string;
}

export function flagReasons(flags: readonly OpenFlagRow[]): FlagReasonTotal[] {
  const byCode = new Map<string, OpenFlagRow[]>();
  for (const flag of flags) {
    const same = byCode.get(flag.code);
    if (same) same.push(flag);
    else byCode.set(flag.code, [flag]);
  }
  return [...byCode.entries()]
    .map(([code, own]) => ({
      code,
      flags: own.length,
      ignored: own.filter(({ ignored }) => ignored === 'yes').length,
      worth: worthText(worthOf(own)),
    }))
    .sort((left, right) => right.flags - left.flags || (left.code < right.code ? -1 : 1));
}

const rowHeight = 30;
const left = 250;
/** Room for the words behind the longest bar. */
const right = 330;
const shownMax = 12;

export function flagChart(flags: readonly OpenFlagRow[]): Markup | null {
  const reasons = flagReasons(flags).slice(0, shownMax);
  const most = reasons[0]?.flags ?? 0;
  if (most === 0) return null;
  const rows = reasons.map(({ code, flags: count, ignored, worth }, index) => {
    const y = index * rowHeight;
    const width = ((chartWidth - left - right) * count) / most;
    const noted = ignored === 0 ? '' : `, ${ignored} of them ignored`;
    return markup`<text class="label" text-anchor="end" x="${left - 10}" y="${y + 19}">${code}</text><rect class="shipbob" x="${left}" y="${y + 5}" width="${point(width)}" height="19"/><text x="${point(left + width + 8)}" y="${y + 19}">${count}${noted} · ${worth}</text>`;
  });
  return chart({
    id: 'chart-flags',
    title: 'Open flags by reason',
    description: `${reasons.map(({ code, flags: count }) => `${code}: ${countedGrouped(count, 'flag')}`).join('; ')}.`,
    height: reasons.length * rowHeight + 4,
    body: rows,
  });
}
