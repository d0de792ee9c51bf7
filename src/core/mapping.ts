/**
 * Mappings that people set by command: which Infor code stands for a ShipBob value. They go before
 * what the configuration says, and are dated: the one in force when a record is *planned* counts,
 * see docs/decisions/0012.
 */
import type { Quantity } from './schema.ts';
import type { CentreSettings, CostRule } from './settings.ts';

export const mappingKinds = ['sku', 'customer', 'supplier', 'centre', 'account'] as const;
export type MappingKind = (typeof mappingKinds)[number];

export type MappingTarget =
  /** `factor`: basic units of the item for one ShipBob unit of the SKU, or of `SKU@UNIT`. */
  | { kind: 'sku'; item: string; factor: Quantity }
  | { kind: 'customer'; code: string }
  | { kind: 'supplier'; code: string }
  | { kind: 'centre'; centre: Omit<CentreSettings, 'id'> }
  | { kind: 'account'; as: CostRule['as'] };

/** Names what is mapped, whenever. */
export interface MappingKey {
  kind: MappingKind;
  /**
   * Customers and suppliers: the table under `lookups`. Accounts: `charge`, `refund`, `credit`, or
   * empty for all three. Else empty.
   */
  list: string;
  /** The SKU or `SKU@UNIT`, the value looked up, the centre's id, or the fee. */
  source: string;
}

export interface Mapping {
  id: number;
  list: string;
  source: string;
  target: MappingTarget;
  because: string | null;
  validFromMs: number;
  /** Exclusive; null while no end is known. */
  validToMs: number | null;
  setBy: string;
  setAtMs: number;
  endedBy: string | null;
  endedAtMs: number | null;
}

export function keyOfMapping({ target, list, source }: Mapping | MappingDraft): MappingKey {
  return { kind: target.kind, list, source };
}

/** What a person asks for. */
export interface MappingDraft {
  list: string;
  source: string;
  target: MappingTarget;
  /** Null: from now on. */
  validFromMs: number | null;
  /** Null: until another one is set. */
  validToMs: number | null;
}

/** What came of a mapping that was set or removed. */
export interface MappingChange extends MappingKey {
  change: 'added' | 'changed' | 'same' | 'removed';
  /** In force just before; null when the configuration, or nothing, decided. */
  before: MappingTarget | null;
  after: MappingTarget | null;
  validFromMs: number;
  validToMs: number | null;
}

/** One change as history tells it. */
export interface MappingEvent extends MappingChange {
  atMs: number;
  actor: string;
  because: string | null;
}

/**
 * The source as it is compared: SKUs and ids to the letter; what people type on both sides without
 * case or outer blanks, as rules compare it.
 */
export function comparedAs(kind: MappingKind, source: string): string {
  return kind === 'sku' || kind === 'centre' ? source : source.trim().toLowerCase();
}

/** Whether both say the same. */
export function sameTarget(left: MappingTarget | null, right: MappingTarget | null): boolean {
  if (left === null || right === null) return left === right;
  return JSON.stringify(targetFields(left)) === JSON.stringify(targetFields(right));
}

/** A target as flat texts, always in one order: as it is stored, and as a CSV line has it. */
export function targetFields(target: MappingTarget): Record<string, string> {
  switch (target.kind) {
    case 'sku':
      return { item: target.item, factor: target.factor };
    case 'customer':
    case 'supplier':
      return { code: target.code };
    case 'centre':
      return centreFields(target.centre);
    case 'account':
      return 'skip' in target.as
        ? { debit: '', credit: '', skip: target.as.skip }
        : {
            debit: target.as.journal.debit.join(','),
            credit: target.as.journal.credit.join(','),
            skip: '',
          };
  }
}

function centreFields(centre: Omit<CentreSettings, 'id'>): Record<string, string> {
  return {
    name: centre.name,
    warehouse: centre.warehouse,
    facility: centre.facility,
    receivingLocation: centre.receivingLocation ?? '',
    pickingLocation: centre.pickingLocation ?? '',
    timeZone: centre.timeZone,
    bookAs: centre.bookAs ?? '',
  };
}

/** A target in a few words, for people: `COFFEE-DARK × 12`. */
export function targetWords(target: MappingTarget | null): string {
  if (target === null) return 'none';
  switch (target.kind) {
    case 'sku':
      return target.factor === '1' ? target.item : `${target.item} × ${target.factor}`;
    case 'customer':
    case 'supplier':
      return target.code;
    case 'centre':
      return centreWords(target.centre);
    case 'account':
      return 'skip' in target.as
        ? `skip: ${target.as.skip}`
        : `debit ${target.as.journal.debit.join(',')}, credit ${target.as.journal.credit.join(',')}`;
  }
}

function centreWords(centre: Omit<CentreSettings, 'id'>): string {
  const { name, warehouse, facility, receivingLocation, pickingLocation, timeZone } = centre;
  const places = [
    ...(receivingLocation === null ? [] : [`receives at ${receivingLocation}`]),
    ...(pickingLocation === null ? [] : [`picks from ${pickingLocation}`]),
    ...(centre.bookAs === null ? [] : [`booked as ${centre.bookAs}`]),
  ];
  return [`warehouse ${warehouse} (facility ${facility})`, name, timeZone, ...places].join(', ');
}
