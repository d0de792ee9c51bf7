/** From what Infor has on hand to what is on the shelves, step by step: a waterfall. */
import type { BridgeCategory, OnHandRow } from '../../core/reconciliation.ts';
import { type BridgeTotals, bridgeTotals, upAndDown } from './bridge.ts';
import { chart, chartWidth, point, type Scale, scaleOf } from './chart.ts';
import { type Markup, markup } from './markup.ts';
import { grouped, signed } from './number.ts';
import { bridgeWords } from './words.ts';

interface Step {
  category: BridgeCategory;
  from: number;
  to: number;
  said: string;
}

const height = 300;
const top = 30;
const bottom = 58;
const left = 58;
const plot = height - top - bottom;

/**
 * Drawn from zero, which stands for Infor's own count: on a scale of whole stocks the differences
 * would be too small to be seen, and on a cut one they would look larger than they are.
 */
export function bridgeChart(rows: readonly OnHandRow[]): Markup {
  const totals = bridgeTotals(rows);
  const steps = stepsOf(totals);
  const difference = Number(totals.difference);
  const scale = scaleOf([difference, ...steps.flatMap(({ from, to }) => [from, to])], plot);
  const slots = steps.length + 2;
  const width = (chartWidth - left) / slots;
  const slot = (index: number) => ({ x: left + index * width, width });
  return chart({
    id: 'chart-bridge',
    title: 'On hand: from Infor to ShipBob, in units',
    description: describe(totals),
    height,
    body: [
      markup`<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/><line x1="0" y1="0" x2="0" y2="6" stroke="#8a1c1c" stroke-width="3"/></pattern></defs>`,
      grid(scale),
      end({ ...slot(0), scale, value: 0, name: 'Infor', count: grouped(totals.infor) }),
      steps.map((step, index) => bar({ ...slot(index + 1), scale, step })),
      end({
        ...slot(slots - 1),
        scale,
        value: difference,
        name: 'ShipBob',
        count: grouped(totals.shipbob),
      }),
    ],
  });
}

function stepsOf({ steps }: BridgeTotals): Step[] {
  let reached = 0;
  const found: Step[] = [];
  for (const { category, up, down } of steps) {
    for (const moved of [up, down]) {
      if (moved === '0') continue;
      const from = reached;
      reached += Number(moved);
      found.push({ category, from, to: reached, said: signed(moved) });
    }
  }
  return found;
}

function describe(totals: BridgeTotals): string {
  const steps = totals.steps
    .filter(({ items }) => items > 0)
    .map(({ category, up, down }) => `${bridgeWords[category]} ${upAndDown(up, down)}`);
  const parts = steps.length === 0 ? 'No item differs.' : `${steps.join('; ')}.`;
  return `Infor has ${grouped(totals.infor)} units, ShipBob ${grouped(totals.shipbob)}. ${parts}`;
}

interface Place {
  x: number;
  width: number;
  scale: Scale;
}

function bar({ x, width, scale, step }: Place & { step: Step }): Markup {
  const { category, from, to, said } = step;
  const high = Math.max(from, to);
  const y = top + plot - scale.at(high);
  const tall = Math.max(scale.at(high) - scale.at(Math.min(from, to)), 1);
  const look = category === 'unexplained' ? 'unexplained' : to > from ? 'up' : 'down';
  const after = point(top + plot - scale.at(to));
  return markup`<rect class="${look}" x="${point(x + width * 0.18)}" y="${point(y)}" width="${point(width * 0.64)}" height="${point(tall)}"/><line class="link" x1="${point(x + width * 0.18)}" x2="${point(x + width * 1.82)}" y1="${after}" y2="${after}"/><text class="value" text-anchor="middle" x="${point(x + width / 2)}" y="${point(y - 6)}">${said}</text>${label(x, width, bridgeWords[category])}`;
}

function end(place: Place & { value: number; name: string; count: string }): Markup {
  const { x, width, scale, value, name, count } = place;
  const high = Math.max(value, 0);
  const y = top + plot - scale.at(high);
  const tall = Math.max(scale.at(high) - scale.at(Math.min(value, 0)), 2);
  const link =
    name === 'Infor'
      ? markup`<line class="link" x1="${point(x + width * 0.18)}" x2="${point(x + width * 1.82)}" y1="${point(y)}" y2="${point(y)}"/>`
      : null;
  return markup`<rect class="shipbob" x="${point(x + width * 0.18)}" y="${point(y)}" width="${point(width * 0.64)}" height="${point(tall)}"/>${link}<text class="value" text-anchor="middle" x="${point(x + width / 2)}" y="${point(y - 6)}">${count}</text>${label(x, width, name)}`;
}

/** In up to three lines: the names are longer than their bars are wide. */
function label(x: number, width: number, words: string): Markup {
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 12)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  const spans = lines.map((line, index) => {
    return markup`<tspan x="${point(x + width / 2)}" y="${height - bottom + 18 + index * 14}">${line}</tspan>`;
  });
  return markup`<text class="axis" text-anchor="middle">${spans}</text>`;
}

function grid(scale: Scale): Markup[] {
  return scale.ticks.map((tick) => {
    const y = point(top + plot - scale.at(tick));
    const words = tick === 0 ? '0' : signed(String(tick));
    return markup`<line class="${tick === 0 ? 'zero' : 'grid'}" x1="${left}" x2="${chartWidth}" y1="${y}" y2="${y}"/><text class="axis" text-anchor="end" x="${left - 8}" y="${y + 4}">${words}</text>`;
  });
}
