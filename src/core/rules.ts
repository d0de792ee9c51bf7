/**
 * Rules are ordered lists and the first match wins, so that a person can read from the top what
 * happens to an order. Texts are compared without case or outer blanks: people type both sides.
 */
import type { ChargeRecord, OrderRecord } from './glossary.ts';
import { unreachable } from './problem.ts';
import type { CodeSource, CostRule, OrderCondition, OrderRule, Settings } from './settings.ts';

/** The first rule whose every condition holds, with its place in the list; null when none does. */
export function firstOrderRule(
  order: OrderRecord,
  settings: Settings['orders'],
): { rule: OrderRule; index: number } | null {
  const index = settings.rules.findIndex((rule) => matchesOrder(rule.when, order, settings));
  const rule = settings.rules[index];
  return rule === undefined ? null : { rule, index };
}

/** The first cost rule that matches, or null. A charge of an unknown type matches none. */
export function firstCostRule(
  charge: ChargeRecord,
  settings: Settings['costs'],
): { rule: CostRule; index: number } | null {
  const index = settings.rules.findIndex((rule) => matchesCharge(rule.when, charge));
  const rule = settings.rules[index];
  return rule === undefined ? null : { rule, index };
}

/**
 * Whether every condition holds. `sku`: some line has one of them. `centre`: some shipment that is
 * not cancelled has one of them; before ShipBob chose any, the default centre counts.
 */
export function matchesOrder(
  when: OrderCondition,
  order: OrderRecord,
  settings: Pick<Settings['orders'], 'defaultCentre' | 'countries'>,
): boolean {
  const country = order.recipient.country;
  return (
    holds(when.type, [order.type]) &&
    holds(when.channel, order.channel === null ? [] : [order.channel.id, order.channel.name]) &&
    holds(when.centre, centresOf(order, settings.defaultCentre)) &&
    holds(when.country, [country, countryCode(country, settings.countries)]) &&
    holds(
      when.sku,
      order.lines.map((line) => line.sku),
    ) &&
    holdsTags(when.tag, order.tags) &&
    (when.orderNumberPrefix === null ||
      plain(order.orderNumber).startsWith(plain(when.orderNumberPrefix)))
  );
}

/** Infor's code of a country as ShipBob writes it; unmapped ones stay as they are. */
export function countryCode(country: string, countries: Record<string, string>): string {
  return mappedValue(countries, country) ?? country.trim();
}

export type ResolvedCode =
  | { state: 'found'; code: string }
  /** `value` is what was looked up; null when the order has no such field. */
  | { state: 'missing'; cause: string; value: string | null };

/** A fixed code, or the look-up of one of the order's fields in a named table. */
export function resolveCode(
  source: CodeSource,
  order: OrderRecord,
  lookups: Settings['lookups'],
): ResolvedCode {
  if ('fixed' in source) return { state: 'found', code: source.fixed };
  const value = lookedUp(order, source.by);
  const table = Object.hasOwn(lookups, source.lookup) ? (lookups[source.lookup] ?? {}) : {};
  const code = value === null ? undefined : mappedValue(table, value);
  if (code !== undefined && code.trim() !== '') return { state: 'found', code: code.trim() };
  return { state: 'missing', cause: `lookup:${source.lookup}:${plain(value ?? '')}`, value };
}

/** The order's value that a table is looked up by; null when the order has none. */
export function lookedUp(
  order: OrderRecord,
  by: Extract<CodeSource, { lookup: string }>['by'],
): string | null {
  switch (by) {
    case 'recipient.email':
      return filledOrNull(order.recipient.email);
    case 'recipient.emailDomain': {
      const email = order.recipient.email ?? '';
      const at = email.lastIndexOf('@');
      return at === -1 ? null : filledOrNull(email.slice(at + 1));
    }
    case 'recipient.company':
      return filledOrNull(order.recipient.company);
    case 'recipient.name':
      return filledOrNull(order.recipient.name);
    case 'channel.id':
      return order.channel === null ? null : order.channel.id;
    default:
      return unreachable(by);
  }
}

function matchesCharge(when: CostRule['when'], charge: ChargeRecord): boolean {
  return (
    holds(when.fee, [charge.fee]) &&
    (when.type === null || when.type.some((type) => type === charge.type)) &&
    holds(when.centre, charge.centreName === null ? [] : [charge.centreName])
  );
}

function centresOf(order: OrderRecord, defaultCentre: string): string[] {
  const chosen = order.shipments.flatMap((shipment) =>
    shipment.phase === 'cancelled' || shipment.centre === null
      ? []
      : [shipment.centre.id, shipment.centre.name],
  );
  return chosen.length > 0 ? chosen : [defaultCentre];
}

function holds(wanted: string[] | null, present: string[]): boolean {
  if (wanted === null) return true;
  const values = new Set(present.map(plain));
  return wanted.some((value) => values.has(plain(value)));
}

function holdsTags(wanted: Record<string, string> | null, tags: OrderRecord['tags']): boolean {
  if (wanted === null) return true;
  return Object.entries(wanted).every(([name, value]) =>
    tags.some(
      (tag) =>
        plain(tag.name) === plain(name) && (value === '*' || plain(tag.value) === plain(value)),
    ),
  );
}

/**
 * The table's value for a key, exact before case-blind, so that two spellings can be told apart.
 */
function mappedValue(table: Record<string, string>, key: string): string | undefined {
  if (Object.hasOwn(table, key)) return table[key];
  const wanted = plain(key);
  return Object.entries(table).find(([known]) => plain(known) === wanted)?.[1];
}

function plain(text: string): string {
  return text.trim().toLowerCase();
}

function filledOrNull(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text.trim();
}
