/**
 * Facts about master data as planning sees them: it asks, the view answers from what is known and
 * notes what is not. The engine fetches the noted needs in bulk and plans again.
 */
import type { MasterFact, MasterNeed } from './glossary.ts';
import { unreachable } from './problem.ts';
import { inventoryId } from './schema.ts';

/**
 * The need as text, e.g. `item:COFFEE`: key of the fact cache, and cause of the flags that the fact
 * would clear. Different needs have different keys: `%` and `:` are escaped in all but the last
 * part.
 */
export function needKey(need: MasterNeed): string {
  switch (need.kind) {
    case 'item':
    case 'product':
      return `${need.kind}:${need.sku}`;
    case 'itemWarehouse':
      return `itemWarehouse:${escaped(need.warehouse)}:${need.item}`;
    case 'customer':
    case 'supplier':
    case 'warehouse':
    case 'purchaseOrder':
      return `${need.kind}:${need.number}`;
    case 'dimension':
      return `dimension:${need.dimension}:${escaped(need.division)}:${need.value}`;
    case 'inventory':
      return `inventory:${need.inventoryId}`;
    default:
      return unreachable(need);
  }
}

/** The need behind a cause, or null when the cause is not about master data. */
export function needOfCause(cause: string): MasterNeed | null {
  const [kind = '', ...parts] = cause.split(':');
  const rest = parts.join(':');
  const tail = parts.slice(1).join(':');
  const first = unescaped(parts[0] ?? '');
  if (rest === '') return null;
  switch (kind) {
    case 'item':
    case 'product':
      return { kind, sku: rest };
    case 'itemWarehouse':
      return { kind, warehouse: first, item: tail };
    case 'customer':
    case 'supplier':
    case 'warehouse':
    case 'purchaseOrder':
      return { kind, number: rest };
    case 'dimension': {
      const [, division = '', ...value] = parts;
      if (!/^\d$/.test(first)) return null;
      return {
        kind,
        dimension: Number(first),
        division: unescaped(division),
        value: value.join(':'),
      };
    }
    case 'inventory':
      return /^\d{1,19}$/.test(rest) ? { kind, inventoryId: inventoryId(rest) } : null;
    default:
      return null;
  }
}

type FactKind = Exclude<MasterFact['kind'], 'absent' | 'ambiguous'>;
type FactOf<Kind extends FactKind> = Extract<MasterFact, { kind: Kind }>;

/** `missing`: not fetched yet, noted as a need. `absent` is proved. */
export type Answer<Kind extends FactKind> =
  | { state: 'known'; fact: FactOf<Kind> }
  | { state: 'absent' }
  | { state: 'ambiguous'; candidates: string[] }
  | { state: 'missing' };

type NeedOf<Kind extends MasterNeed['kind']> = Extract<MasterNeed, { kind: Kind }>;

/** What planning may ask. Asking for something unknown notes the need, once. */
export interface MasterView {
  ask<Kind extends MasterNeed['kind']>(need: NeedOf<Kind>): Answer<Kind>;
  /** What was asked for and is not known, in the order of asking. */
  needs(): MasterNeed[];
  /** The same facts with no need noted, for planning another record. */
  fresh(): MasterView;
}

export function masterView(facts: ReadonlyMap<string, MasterFact>): MasterView {
  const missing = new Map<string, MasterNeed>();
  return {
    ask<Kind extends MasterNeed['kind']>(need: NeedOf<Kind>): Answer<Kind> {
      const key = needKey(need);
      const fact = facts.get(key);
      if (fact === undefined) {
        missing.set(key, need);
        return { state: 'missing' };
      }
      if (fact.kind === 'ambiguous') return { state: 'ambiguous', candidates: fact.candidates };
      // A fact of another kind says nothing about what was asked: as good as absent.
      return isFactOf(fact, need.kind) ? { state: 'known', fact } : { state: 'absent' };
    },
    needs: () => [...missing.values()],
    fresh: () => masterView(facts),
  };
}

function isFactOf<Kind extends FactKind>(fact: MasterFact, kind: Kind): fact is FactOf<Kind> {
  return fact.kind === kind;
}

function escaped(part: string): string {
  return part.replaceAll('%', '%25').replaceAll(':', '%3A');
}

function unescaped(part: string): string {
  return part.replaceAll('%3A', ':').replaceAll('%25', '%');
}
