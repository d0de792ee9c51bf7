/** ShipBob's charges: which accounts they go to. */
import { dayOf, laterDay } from './day.ts';
import type { ChargeRecord, JournalEntry } from './glossary.ts';
import { absoluteAmount, compareAmounts, isNegativeAmount, isZeroAmount } from './money.ts';
import type { PlanWork } from './plan-input.ts';
import { flagList } from './plan-input.ts';
import { checkDimensions } from './plan-item.ts';
import { firstCostRule } from './rules.ts';
import type { CostRule } from './settings.ts';

export function planCharge(work: PlanWork, charge: ChargeRecord): void {
  if (work.input.journalKey !== null) {
    reviewJournalled(work, charge);
    return;
  }
  work.entry = entryOf(work, charge);
}

function entryOf(work: PlanWork, charge: ChargeRecord): JournalEntry | null {
  const { startFromMs } = work.settings.sync;
  // A charge has a day and no time: one of the cut-over day itself counts as after it.
  if (startFromMs !== null && charge.chargedOn < dayOf(startFromMs, 'UTC')) {
    work.decisions.push('before-cutover');
    return null;
  }
  const money = { amount: charge.amount, currency: charge.currency };
  if (charge.type === 'unrecognised') {
    const cause = `status:charge:${charge.id}`;
    const evidence = { record: `Charge ${charge.id}`, status: charge.type, fee: charge.fee };
    work.flags.raise('UNKNOWN_STATUS', { cause, evidence, ...money });
    return null;
  }
  const matched = firstCostRule(charge, work.settings.costs);
  if (matched === null) {
    const { fee, type } = charge;
    const evidence = { fee, type, chargeId: charge.id };
    work.flags.raise('NO_COST_RULE', { cause: `rule:cost:${fee}:${type}`, evidence, ...money });
    return null;
  }
  const { as } = matched.rule;
  const name = ruleName(work, matched);
  if ('skip' in as) {
    work.decisions.push(`${name}: skipped: ${as.skip}`);
    return null;
  }
  work.decisions.push(`${name}: journal`);
  if (isZeroAmount(charge.amount)) {
    work.decisions.push('nothing to post: the amount is zero');
    return null;
  }
  return checked(work, charge, journalEntry(work, charge, as.journal));
}

/** Its place in the configuration's list, before which the mappings of people stand. */
function ruleName(work: PlanWork, { rule, index }: { rule: CostRule; index: number }): string {
  if (rule.by === 'mapping') return `mapping of ${rule.when.fee?.join(', ')}`;
  const before = work.settings.costs.rules.filter(({ by }) => by === 'mapping').length;
  return `rule ${index + 1 - before}`;
}

/**
 * A refund or credit, and an amount below zero, is money that comes back: the sides change places.
 * ShipBob's sign of a refund is not documented (shipbob-api §8.5), so either spelling means the
 * same.
 */
function journalEntry(
  work: PlanWork,
  charge: ChargeRecord,
  accounts: { debit: string[]; credit: string[] },
): JournalEntry {
  const comesBack = isNegativeAmount(charge.amount) || charge.type !== 'charge';
  const { firstOpenDay } = work.settings.shipments;
  const day = firstOpenDay === null ? charge.chargedOn : laterDay(charge.chargedOn, firstOpenDay);
  if (day !== charge.chargedOn) {
    work.decisions.push(`charged on ${charge.chargedOn}, booked on ${day}, the first open day`);
  }
  return {
    chargeId: charge.id,
    day,
    division: work.settings.costs.division,
    currency: charge.currency,
    amount: absoluteAmount(charge.amount),
    debit: [...(comesBack ? accounts.credit : accounts.debit)],
    credit: [...(comesBack ? accounts.debit : accounts.credit)],
    text: `${charge.fee} ${charge.id}`,
  };
}

function checked(work: PlanWork, charge: ChargeRecord, entry: JournalEntry): JournalEntry | null {
  const flags = flagList();
  const { division, day } = entry;
  checkDimensions(work, { values: entry.debit, division, day }, flags);
  checkDimensions(work, { values: entry.credit, division, day }, flags);
  const limit = work.settings.limits.amountMax;
  if (limit !== null && compareAmounts(entry.amount, limit) > 0) {
    const evidence = { record: `Charge ${charge.id}`, amount: entry.amount, limit };
    flags.raise('AMOUNT_OVER_LIMIT', { cause: `charge:${charge.id}`, evidence });
  }
  const { amount, currency } = charge;
  work.flags.take(flags.all().map((flag) => ({ ...flag, amount, currency })));
  return flags.all().length > 0 || work.master.needs().length > 0 ? null : entry;
}

/** A charge in a journal is booked: only its amount and currency are still looked at. */
function reviewJournalled(work: PlanWork, charge: ChargeRecord): void {
  const { journalKey, journalled } = work.input;
  work.decisions.push(`in journal ${journalKey}`);
  if (journalled === null) return;
  const changes: string[] = [];
  if (absoluteAmount(journalled.amount) !== absoluteAmount(charge.amount)) {
    changes.push(`amount ${absoluteAmount(journalled.amount)} is now ${charge.amount}`);
  }
  if (journalled.currency !== charge.currency) {
    changes.push(`currency ${journalled.currency} is now ${charge.currency}`);
  }
  if (changes.length === 0) return;
  work.flags.raise('SOURCE_CHANGED', {
    cause: `charge:${charge.id}`,
    evidence: { record: `Charge ${charge.id}`, key: journalKey, difference: changes.join('; ') },
    amount: charge.amount,
    currency: charge.currency,
  });
}
