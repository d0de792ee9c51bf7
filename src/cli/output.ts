import type { Json } from '../core/glossary.ts';
import { displayWidth, padded, plainText, shortened, wrapped } from './text-width.ts';

/** Where output goes; `process.stdout` fits. */
export interface TextSink {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Column {
  title: string;
  /** Numbers stand right, so that their digits line up. */
  align?: 'left' | 'right';
  /**
   * May be cut when the terminal is too narrow; ids and numbers never are. `under`, for a sentence in
   * the last column, moves it under its row before too little of it is left.
   */
  cut?: 'yes' | 'no' | 'under';
}

/** Text, coloured or not. Control characters are taken out, so paint() has no place in it. */
export type Cell = string | { text: string; tone: Tone };

export type Tone = 'good' | 'bad' | 'warning' | 'muted' | 'strong';

/** Standard output: tables for people, JSON for programs. A closed pipe never makes it throw. */
export interface Output {
  /** What the person asked for: `json` with `--json`. */
  readonly format: 'text' | 'json';
  line(text?: string): void;
  table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): void;
  /** Labels and values in two columns. */
  block(pairs: readonly (readonly [label: string, value: Cell])[]): void;
  /** One JSON document, indented. */
  json(value: Json): void;
  /** One JSON object a line, for listings that are long or never end. */
  ndjson(value: Json): void;
  /** Coloured on a terminal, as it is elsewhere. */
  paint(text: string, tone: Tone): string;
}

const tones: Record<Tone, number> = { good: 32, bad: 31, warning: 33, muted: 2, strong: 1 };

export function createOutput(settings: {
  sink: TextSink;
  environment: Record<string, string | undefined>;
  format: 'text' | 'json';
}): Output {
  const { sink, environment, format } = settings;
  const terminal = sink.isTTY === true;
  const colour = usesColour({ terminal, environment });
  const widthMax = terminal ? (sink.columns ?? 80) : null;
  const write = (text: string) => {
    try {
      sink.write(text);
    } catch {
      // The reader went away (`| head`): there is nobody to tell.
    }
  };
  const paint = (text: string, tone: Tone) => {
    return colour ? `\u001b[${tones[tone]}m${text}\u001b[0m` : text;
  };
  return {
    format,
    paint,
    line: (text = '') => write(`${text}\n`),
    table(columns, rows) {
      write(`${tableLines({ columns, rows, widthMax, paint }).join('\n')}\n`);
    },
    block(pairs) {
      const labelWidth = Math.max(0, ...pairs.map(([label]) => displayWidth(label)));
      const room = widthMax === null ? null : Math.max(cutWidthMin, widthMax - labelWidth - 2);
      const continued = `\n${' '.repeat(labelWidth + 2)}`;
      for (const [label, value] of pairs) {
        const { text, tone } = toned(value);
        const lines = room === null ? [text] : wrapped(text, room);
        const words = lines
          .map((line) => (tone === null ? line : paint(line, tone)))
          .join(continued);
        write(`${paint(padded(label, labelWidth, 'left'), 'muted')}  ${words}\n`);
      }
    },
    json: (value) => write(`${JSON.stringify(value, null, 2)}\n`),
    ndjson: (value) => write(`${JSON.stringify(value)}\n`),
  };
}

/** NO_COLOR wins over FORCE_COLOR (no-color.org); without either, colour is for terminals. */
export function usesColour(facts: {
  terminal: boolean;
  environment: Record<string, string | undefined>;
}): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = facts.environment;
  if (no !== undefined && no !== '') return false;
  if (force !== undefined && force !== '' && force !== '0') return true;
  return facts.terminal && term !== 'dumb';
}

const gap = '  ';
const cutWidthMin = 8;
const indent = '    ';
/** A sentence of which fewer columns are left moves under its row. */
const sentenceWidthMin = 24;

/** A table's lines, the heading first. With `widthMax`, columns that may be cut give way. */
export function tableLines(details: {
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  widthMax: number | null;
  paint: Output['paint'];
}): string[] {
  const { columns, widthMax, paint } = details;
  const heading = columns.map(({ title }): Cell => ({ text: title.toUpperCase(), tone: 'muted' }));
  const rows = [heading, ...details.rows].map((row) =>
    columns.map((_, index) => toned(row[index] ?? '')),
  );
  const widths = columns.map((_, index) =>
    Math.max(...rows.map((row) => displayWidth(row[index]?.text ?? ''))),
  );
  const natural = widths.at(-1) ?? 0;
  if (widthMax !== null) narrow(widths, columns, widthMax);
  const last = columns.length - 1;
  const lineOf = (row: Toned[]) => {
    const cells = row.map(({ text, tone }, index) => {
      const width = widths[index] ?? 0;
      const cell = padded(shortened(text, width), width, columns[index]?.align ?? 'left');
      const fitted = index === row.length - 1 ? cell.trimEnd() : cell;
      return tone === null ? fitted : paint(fitted, tone);
    });
    return cells.join(gap).trimEnd();
  };
  const unreadable = (widths[last] ?? 0) < Math.min(natural, sentenceWidthMin);
  if (widthMax === null || !unreadable || columns[last]?.cut !== 'under') return rows.map(lineOf);
  return rows.flatMap((row, index) => {
    const { text, tone } = row[last] ?? { text: '', tone: null };
    const first = lineOf(row.slice(0, last));
    if (index === 0) return [first];
    const sentence = wrapped(text, Math.max(cutWidthMin, widthMax - indent.length));
    const lines = sentence.map((line) => `${indent}${line}`);
    return [first, ...(tone === null ? lines : lines.map((line) => paint(line, tone)))];
  });
}

interface Toned {
  text: string;
  tone: Tone | null;
}

function toned(cell: Cell): Toned {
  if (typeof cell === 'string') return { text: plainText(cell), tone: null };
  return { text: plainText(cell.text), tone: cell.tone };
}

/** Takes from the widest column that may be cut, one character at a time. */
function narrow(widths: number[], columns: readonly Column[], widthMax: number): void {
  const total = () =>
    widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
  while (total() > widthMax) {
    let widest = -1;
    columns.forEach((column, index) => {
      const width = widths[index] ?? 0;
      if ((column.cut ?? 'no') !== 'no' && width > cutWidthMin && width > (widths[widest] ?? 0)) {
        widest = index;
      }
    });
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}
