/** Units moved on each day, the three books side by side. */
import type { DocumentKind } from '../../core/glossary.ts';
import { addQuantities, sumQuantities } from '../../core/quantity.ts';
import type { DayTotals, ReconciliationReport } from '../../core/reconciliation.ts';
import type { Day, Quantity } from '../../core/schema.ts';
import { chart, chartWidth, point, scaleOf } from './chart.ts';
import { type Markup, markup } from './markup.ts';
import { countedGrouped, grouped } from './number.ts';

export interface BookDay {
  day: Day;
  shipbob: Quantity;
  ledger: Quantity;
  infor: Quantity;
}

/** The days of these kinds, summed, in calendar order. */
export function bookDays(days: readonly DayTotals[], kinds: readonly DocumentKind[]): BookDay[] {
  const found = new Map<Day, BookDay>();
  for (const { day, kind, shipbob, ledger, infor } of days) {
    if (!kinds.includes(kind)) continue;
    const known = found.get(day);
    found.set(day, {
      day,
      shipbob: known ? addQuantities(known.shipbob, shipbob) : shipbob,
      ledger: known ? addQuantities(known.ledger, ledger) : ledger,
      infor: known ? addQuantities(known.infor, infor) : infor,
    });
  }
  return [...found.values()].sort((left, right) => (left.day < right.day ? -1 : 1));
}

export function differingDays(days: readonly BookDay[]): BookDay[] {
  return days.filter(({ shipbob, ledger, infor }) => shipbob !== ledger || ledger !== infor);
}

const height = 250;
const left = 58;
const top = 34;
const bottom = 26;
const plot = height - top - bottom;

/** Null where nothing moved. */
export function dayChart(
  report: ReconciliationReport,
  which: { id: string; title: string; kinds: readonly DocumentKind[] },
): Markup | null {
  const days = bookDays(report.days, which.kinds);
  if (days.length === 0) return null;
  const differ = differingDays(days);
  const scale = scaleOf(
    days.flatMap(({ shipbob, ledger, infor }) => [shipbob, ledger, infor].map(Number)),
    plot,
  );
  return chart({
    id: which.id,
    title: `${which.title}, units by day`,
    description: describe(days, differ),
    height,
    body: [legend(), grid(scale), calendar(report, days).map((slot) => column(slot, scale))],
  });
}

function describe(days: readonly BookDay[], differ: readonly BookDay[]): string {
  const sum = (book: 'shipbob' | 'ledger' | 'infor') => {
    return grouped(sumQuantities(days.map((day) => day[book])));
  };
  const differing =
    differ.length === 0
      ? 'The three books agree on every day.'
      : `The books differ on ${countedGrouped(differ.length, 'day')}: ${differ.map(({ day }) => day).join(', ')}.`;
  return `ShipBob ${sum('shipbob')}, ledger ${sum('ledger')}, Infor ${sum('infor')} units. ${differing}`;
}

interface Slot {
  book: BookDay | null;
  number: number;
  labelled: 'yes' | 'no';
  x: number;
  width: number;
}

/** Days without movement keep their place, so that a gap is seen as one. */
function calendar({ period }: ReconciliationReport, days: readonly BookDay[]): Slot[] {
  const first = Date.parse(`${period.from}T00:00:00Z`);
  const count = Math.round((Date.parse(`${period.to}T00:00:00Z`) - first) / 86_400_000) + 1;
  const width = (chartWidth - left) / count;
  const every = Math.max(1, Math.ceil(22 / width));
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(first + index * 86_400_000).toISOString().slice(0, 10);
    return {
      book: days.find((each) => each.day === day) ?? null,
      number: Number(day.slice(8)),
      labelled: index % every === 0 ? 'yes' : 'no',
      x: left + index * width,
      width,
    };
  });
}

function column({ book, number, labelled, x, width }: Slot, scale: ReturnType<typeof scaleOf>) {
  const label =
    labelled === 'yes'
      ? markup`<text class="axis" text-anchor="middle" x="${point(x + width / 2)}" y="${height - 8}">${number}</text>`
      : null;
  if (book === null) return label;
  const bar = (width * 0.8) / 3;
  const bars = (['shipbob', 'ledger', 'infor'] as const).map((name, place) => {
    const tall = scale.at(Number(book[name]));
    return markup`<rect class="${name}" x="${point(x + width * 0.1 + place * bar)}" y="${point(top + plot - tall)}" width="${point(Math.max(bar - 0.6, 0.5))}" height="${point(tall)}"/>`;
  });
  const differs = differingDays([book]).length > 0;
  const highest = Math.max(...[book.shipbob, book.ledger, book.infor].map(Number));
  const y = top + plot - scale.at(highest) - 4;
  const middle = x + width / 2;
  const mark = differs
    ? markup`<path class="mark" d="M${point(middle - 4)} ${point(y - 7)}h8l-4 6z"/>`
    : null;
  const said = `${book.day}: ShipBob ${grouped(book.shipbob)}, ledger ${grouped(book.ledger)}, Infor ${grouped(book.infor)}`;
  return markup`<g><title>${said}</title>${bars}${mark}</g>${label}`;
}

function grid(scale: ReturnType<typeof scaleOf>): Markup[] {
  return scale.ticks.map((tick) => {
    const y = point(top + plot - scale.at(tick));
    return markup`<line class="${tick === 0 ? 'zero' : 'grid'}" x1="${left}" x2="${chartWidth}" y1="${y}" y2="${y}"/><text class="axis" text-anchor="end" x="${left - 8}" y="${y + 4}">${grouped(String(tick))}</text>`;
  });
}

function legend(): Markup {
  return markup`<g class="legend"><rect class="shipbob" x="${left}" y="6" width="12" height="12"/><text x="${left + 18}" y="16">ShipBob</text>
<rect class="ledger" x="${left + 92}" y="6" width="12" height="12"/><text x="${left + 110}" y="16">Ledger</text>
<rect class="infor" x="${left + 176}" y="6.5" width="12" height="11"/><text x="${left + 194}" y="16">Infor</text>
<path class="mark" d="M${left + 246} 9h8l-4 6z"/><text x="${left + 260}" y="16">the books differ on this day</text></g>`;
}
