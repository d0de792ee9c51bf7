import Big from 'big.js';
import type { HeldLine } from '../../../core/glossary.ts';
import { canonicalDecimal, readDecimal } from '../../../core/quantity.ts';
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

/** Lines as M3 holds them, parts of one line of one lot added up. */
export function heldLines(lines: StagedLine[]): HeldLine[] {
  const held = new Map<string, HeldLine>();
  for (const line of lines) {
    const key = JSON.stringify([line.line, line.item, line.lot]);
    const before = held.get(key);
    const quantity = quantityOf(
      before === undefined ? line.quantity : add(before.quantity, line.quantity),
    );
    held.set(key, { line: line.line, item: line.item, quantity, lot: line.lot || null });
  }
  return [...held.values()];
}

/** A number as M3 writes it, blank being 0, as canonical text; what is none counts as 0. */
export function quantityOf(text: string): Quantity {
  return canonicalQuantity(canonicalDecimal(numberIn(text)));
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
    const value = text.trim() === '' ? new Big(0) : readDecimal(text);
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
