import Big from 'big.js';
import type { HeldLine } from '../../../core/glossary.ts';
import { Problem } from '../../../core/problem.ts';
import { addQuantities, canonicalDecimal, readDecimal } from '../../../core/quantity.ts';
import { canonicalQuantity, type Quantity } from '../../../core/schema.ts';

/** A line as it was planned; a lot of null is M3's to choose. */
export interface PlannedLine {
  line: number;
  item: string;
  quantity: string;
  lot: string | null;
}

/** A line as M3 shows it; several may stand for one planned line. */
export interface StagedLine {
  line: number | null;
  item: string;
  quantity: string;
  lot: string;
}

/**
 * What is wrong with the staged lines, in words, or null when they are what was planned: every
 * planned line with its item, its whole quantity and its lot, and nothing besides. A late copy of a
 * line shows as too large a quantity (posting-protocol §1.4).
 */
export function difference(planned: PlannedLine[], staged: StagedLine[]): string | null {
  const numbers = new Set(planned.map((line) => line.line));
  const foreign = staged.find((line) => line.line === null || !numbers.has(line.line));
  if (foreign !== undefined) return `there is a line of ${foreign.item} that was not planned`;
  for (const wanted of planned) {
    const parts = staged.filter((line) => line.line === wanted.line);
    if (parts.length === 0) return `line ${wanted.line} (${wanted.item}) is missing`;
    for (const part of parts) {
      if (part.item !== wanted.item) {
        return `line ${wanted.line} has item ${part.item} instead of ${wanted.item}`;
      }
      if (wanted.lot !== null && part.lot !== wanted.lot) {
        return `line ${wanted.line} has lot ${part.lot || 'none'} instead of ${wanted.lot}`;
      }
    }
    const total = sumOf(parts.map((part) => part.quantity));
    if (total === null || !total.eq(wanted.quantity)) {
      const shown = parts.map((part) => part.quantity).join(' + ');
      return `line ${wanted.line} has quantity ${shown} instead of ${wanted.quantity}`;
    }
  }
  return null;
}

/**
 * Lines as M3 holds them, parts of one line of one lot added up. Null when a quantity is blank or
 * no number: then it is not known what is held, and nought would be booked once more.
 */
export function heldLines(lines: StagedLine[]): HeldLine[] | null {
  const held = new Map<string, HeldLine>();
  for (const line of lines) {
    const key = JSON.stringify([line.line, line.item, line.lot]);
    const before = held.get(key);
    const own = quantityOf(line.quantity);
    if (own === null) return null;
    const quantity = before === undefined ? own : addQuantities(before.quantity, own);
    held.set(key, { line: line.line, item: line.item, quantity, lot: line.lot || null });
  }
  return [...held.values()];
}

/** A number as M3 writes it, as canonical text; null when it is blank or none. */
export function quantityOf(text: string): Quantity | null {
  const value = readDecimal(text);
  return value === null ? null : canonicalQuantity(canonicalDecimal(value));
}

/** Infor holds it, but not how much of what: neither posted with nothing nor to be sent again. */
export function linesUnreadable(what: string, number: string): Problem {
  return new Problem({
    code: 'LINES_UNREADABLE',
    kind: 'unknown',
    message: `M3 holds ${what} ${number}, but its lines or their quantities cannot be read`,
    hint: 'Look in M3 how much was booked. It is read again, and never sent again by itself.',
    evidence: { number },
  });
}

export function negated(text: string): string {
  return canonicalDecimal(numberIn(text).times(-1));
}

export function add(left: string, right: string): string {
  return canonicalDecimal(numberIn(left).plus(numberIn(right)));
}

export function subtract(left: string, right: string): string {
  return canonicalDecimal(numberIn(left).minus(numberIn(right)));
}

/** Negative, zero or positive, like every comparison. */
export function compareDecimals(left: string, right: string): number {
  return numberIn(left).cmp(numberIn(right));
}

function numberIn(text: string): Big {
  return readDecimal(text) ?? new Big(0);
}

function sumOf(texts: string[]): Big | null {
  let total = new Big(0);
  for (const text of texts) {
    const value = readDecimal(text);
    if (value === null) return null;
    total = total.plus(value);
  }
  return total;
}

/** A line number in a text field, or null when it is none. */
export function lineNumber(text: string | undefined): number | null {
  const trimmed = (text ?? '').trim();
  return /^\d{1,6}$/.test(trimmed) ? Number(trimmed) : null;
}
