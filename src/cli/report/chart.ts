/** What all charts share: a scale with round steps, and a frame that a screen reader can read. */
import { type Markup, type MarkupValue, markup } from './markup.ts';

export const chartWidth = 960;

export interface Scale {
  /** Round values from the lowest to the highest, ends included. */
  ticks: number[];
  /** Height above the lower end, in the unit of `length`. */
  at(value: number): number;
}

/** A scale over `length` that holds zero and all of `values`, with about `steps` round steps. */
export function scaleOf(values: readonly number[], length: number, steps = 4): Scale {
  let low = 0;
  let high = 0;
  // Not Math.min(...values): a long list would not fit on the stack.
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const step = roundStep((high - low || 1) / steps);
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { ticks, at: (value) => ((value / step - first) / (last - first)) * length };
}

/** The next of 1, 2, 5, 10, 20, … that is not smaller; units are seldom halved, so at least 1. */
function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(raw, 1)));
  const factor = [1, 2, 5, 10].find((each) => each * power >= raw) ?? 10;
  return factor * power;
}

/** Coordinates with one decimal: more would only make the file longer. */
export function point(value: number): number {
  return Math.round(value * 10) / 10;
}

export function chart(details: {
  id: string;
  title: string;
  description: string;
  height: number;
  body: MarkupValue;
}): Markup {
  const { id, title, description, height, body } = details;
  return markup`<svg class="chart" viewBox="0 0 ${chartWidth} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${description}</desc>
${body}
</svg>`;
}
