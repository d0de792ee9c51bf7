/** SKUs, centres and accounts of a plan, checked against Infor's master data. */

import { isTimeZone } from './day.ts';
import type { MasterNeed } from './glossary.ts';
import type { Answer } from './master.ts';
import { needKey } from './master.ts';
import type { Asking, FlagList, PlanWork } from './plan-input.ts';
import { decimalsOf, multiplyQuantities } from './quantity.ts';
import type { Day, Quantity } from './schema.ts';
import type { CentreSettings } from './settings.ts';

/** An Infor item as a SKU stands for it. */
export interface ItemUse {
  sku: string;
  /** The need whose answer this is; cause of every flag about the item. */
  cause: string;
  number: string;
  status: string;
  unit: string;
  decimals: number;
  lotControlled: boolean;
  /** Basic units for one ShipBob unit. */
  factor: Quantity;
}

/**
 * The item of a SKU: the explicit mapping first, then Infor's item number, then an alias. Null when
 * it is not known yet (a need is noted) or not clear (a flag is raised).
 */
export function findItem(
  work: Asking,
  wanted: { sku: string; quantity: Quantity | null },
  flags: FlagList,
): ItemUse | null {
  const { sku, quantity } = wanted;
  const { mapping } = work.settings.items;
  const mapped = Object.hasOwn(mapping, sku) ? mapping[sku] : undefined;
  const need = { kind: 'item', sku: mapped?.item ?? sku } as const;
  const cause = needKey(need);
  // An empty number would match whatever comes first in Infor's list.
  const answer: Answer<'item'> =
    need.sku.trim() === '' ? { state: 'absent' } : work.master.ask<'item'>(need);
  if (answer.state === 'missing') return null;
  if (answer.state === 'ambiguous') {
    const evidence = { sku, candidates: answer.candidates };
    flags.raise('AMBIGUOUS_ITEM', { cause, evidence, quantity });
    return null;
  }
  // A mapping names an item number; an alias that happens to read the same is not meant.
  if (answer.state === 'absent' || (mapped !== undefined && answer.fact.via === 'alias')) {
    flags.raise('UNKNOWN_ITEM', {
      cause,
      evidence: mapped === undefined ? { sku } : { sku, mappedTo: mapped.item },
      quantity,
    });
    return null;
  }
  const { fact } = answer;
  return {
    sku,
    cause,
    number: fact.number,
    status: fact.status,
    unit: fact.unit,
    decimals: fact.decimals,
    lotControlled: fact.lotControlled,
    factor: mapped?.factor ?? fact.factor,
  };
}

/** Whether the item may be moved in the warehouse; raises a flag for each thing that forbids it. */
export function checkItem(
  work: Asking,
  use: { item: ItemUse; warehouse: string | null; quantity: Quantity | null },
  flags: FlagList,
): void {
  const { item, warehouse, quantity } = use;
  const { sku, cause, number } = item;
  if (!work.settings.items.acceptedStatuses.includes(item.status)) {
    const evidence = { sku, item: number, status: item.status };
    flags.raise('ITEM_NOT_ACTIVE', { cause, evidence, quantity });
  }
  if (warehouse === null) return;
  const need = { kind: 'itemWarehouse', item: number, warehouse } as const;
  const answer = work.master.ask<'itemWarehouse'>(need);
  if (answer.state === 'absent' || answer.state === 'ambiguous') {
    flags.raise('ITEM_NOT_IN_WAREHOUSE', {
      cause: needKey(need),
      evidence: { sku, item: number, warehouse },
      quantity,
    });
  }
}

/** A ShipBob quantity in the item's basic unit; null and a flag when the item is not so fine. */
export function basicQuantity(item: ItemUse, quantity: Quantity, flags: FlagList): Quantity | null {
  const basic = multiplyQuantities(quantity, item.factor);
  if (decimalsOf(basic) <= item.decimals) return basic;
  flags.raise('QUANTITY_TOO_PRECISE', {
    cause: item.cause,
    evidence: { sku: item.sku, item: item.number, quantity: basic, decimals: item.decimals },
    quantity: basic,
  });
  return null;
}

/** A configured centre whose warehouse exists, or null with a flag or a need. */
export function findCentre(
  work: PlanWork,
  wanted: { id: string | null; name: string | null; otherwise: string },
  flags: FlagList,
): CentreSettings | null {
  const { id, name } = wanted;
  const centre = work.settings.centres.find((candidate) => candidate.id === id);
  if (centre === undefined) {
    const said = id === null ? wanted.otherwise : `fulfilment centre ${id} (${name ?? 'no name'})`;
    const cause = id === null ? 'centre:' : `centre:${id}`;
    flags.raise('UNKNOWN_WAREHOUSE', { cause, evidence: { centre: said, centreId: id } });
    return null;
  }
  const need = { kind: 'warehouse', number: centre.warehouse } as const;
  const answer = work.master.ask<'warehouse'>(need);
  if (answer.state === 'known') return centre;
  if (answer.state !== 'missing') {
    flags.raise('UNKNOWN_WAREHOUSE', {
      cause: needKey(need),
      evidence: { centre: `warehouse ${centre.warehouse} of ${centre.name}`, centreId: centre.id },
    });
  }
  return null;
}

/** The zone in which a movement's day is taken: the settings', else ShipBob's, else UTC. */
export function zoneOf(centre: CentreSettings, recordZone: string | null): string {
  if (isTimeZone(centre.timeZone)) return centre.timeZone;
  return recordZone !== null && isTimeZone(recordZone) ? recordZone : 'UTC';
}

/** Checks dimensions 1–7 of an accounting string; empty ones are Infor's to fill. */
export function checkDimensions(
  work: PlanWork,
  use: { values: readonly string[]; division: string; day: Day },
  flags: FlagList,
): void {
  const { values, division, day } = use;
  values.forEach((value, index) => {
    if (value.trim() === '') return;
    const dimension = index + 1;
    const need: Extract<MasterNeed, { kind: 'dimension' }> = {
      kind: 'dimension',
      dimension,
      value,
      division,
    };
    const answer = work.master.ask<'dimension'>(need);
    const cause = needKey(need);
    const evidence = { dimension, value, division };
    if (answer.state === 'absent' || answer.state === 'ambiguous') {
      flags.raise('UNKNOWN_ACCOUNT', { cause, evidence });
    } else if (answer.state === 'known') {
      const { blocked, validFrom, validTo, name } = answer.fact;
      const early = validFrom !== null && day < validFrom;
      const late = validTo !== null && day > validTo;
      if (!blocked && !early && !late) return;
      const why = blocked ? 'blocked' : `not valid on ${day}`;
      flags.raise('ACCOUNT_BLOCKED', { cause, evidence: { ...evidence, name, why } });
    }
  });
}
