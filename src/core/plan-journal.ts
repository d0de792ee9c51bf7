/** One day's charges of one division and currency as a journal. */
import { journalKey } from './external-key.ts';
import type { Journal, JournalEntry, PlannedDocument } from './glossary.ts';
import { limits } from './limits.ts';
import { negateAmount, sumAmounts } from './money.ts';
import { assert } from './problem.ts';
import type { Day } from './schema.ts';
import type { Settings } from './settings.ts';

/**
 * The journal and its key. At most `limits.journalEntriesMax` entries, a debit and a credit line
 * each; the caller splits more into further sequences. Throws Problem (configuration) when the
 * division or the sequence does not fit the key.
 */
export function planJournal(request: {
  day: Day;
  division: string;
  currency: string;
  entries: readonly JournalEntry[];
  sequence: number;
  settings: Settings;
}): PlannedDocument {
  const { day, division, currency, entries, sequence, settings } = request;
  assert(entries.length > 0, 'a journal has entries');
  assert(entries.length <= limits.journalEntriesMax, 'a journal has a bounded number of entries');
  const fits = entries.every(
    (entry) => entry.day === day && entry.division === division && entry.currency === currency,
  );
  assert(fits, 'a journal is of one day, division and currency');
  const lines: Journal['lines'] = [];
  for (const entry of entries) {
    const { amount, text, chargeId } = entry;
    lines.push({ line: lines.length + 1, dimensions: entry.debit, amount, text, chargeId });
    const credit = negateAmount(amount);
    const line = lines.length + 1;
    lines.push({ line, dimensions: entry.credit, amount: credit, text, chargeId });
  }
  assert(sumAmounts(lines.map((line) => line.amount)) === '0', 'a journal sums to zero');
  const description = `ShipBob charges ${day} ${currency}`.slice(0, limits.journalDescriptionMax);
  return {
    key: journalKey(day, division, sequence),
    document: {
      kind: 'journal',
      division,
      day,
      voucherGroup: settings.costs.voucherGroup,
      currency,
      description,
      lines,
    },
    dependsOn: null,
    shipmentId: null,
  };
}
